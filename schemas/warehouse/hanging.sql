-- Dossiers that hang, and because of whom.  May be run again at any time.  The tables of dossiers and their events are made
-- when the first of them arrives, so they are looked for in each use.

create schema if not exists ops;

drop view if exists ops.hanging_dossier;
drop function if exists ops.hanging(interval, text);

-- One row a dossier, by the first of these kinds that is true of it:
--   songma   its row, or an event of it, stands as a dead letter that has not ended: it came out of its source and is held
--            here.  letter, letter_state, reason: the oldest such letter; since: when it was set aside
--   source   another sector was asked, has not answered, and either patience or the promised day has passed.  sector: who;
--            since: when it was asked
--   office   the promised day has passed, it is not finished, nobody else has been asked, and the applicant is not
--            waited for (papers to add, a fee to pay).  unit: whose office; since: the promised day
-- dossier is null where only the letter's key is known and that does not say it (an event that never came).
create function ops.hanging(patience interval default '3 days', zone text default 'Asia/Ho_Chi_Minh')
returns table (kind text, source text, stream text, dossier text, key text, procedure text, sector text, unit text,
	since timestamptz, due_on date, overdue integer, letter bigint, letter_state text, reason text)
language plpgsql stable as $$
declare
	no_dossier constant text := 'select null::text as _source, null::text as _stream, null::text as _key,
		null::text as dossier_id, null::text as procedure, null::text as commune, null::text as commune_map,
		null::timestamptz as received_at, null::date as due_on, null::timestamptz as finished_at, null::text as status
		where false';
	no_event constant text := 'select null::text as _source, null::text as _stream, null::text as _key,
		null::text as dossier_id, null::text as kind, null::text as sector, null::timestamptz as occurred_at where false';
	dossiers text := 'select _source, _stream, _key, dossier_id, procedure, commune, commune_map, received_at, due_on,
		finished_at, status from canon.dossier where _deleted_at is null';
	events text := 'select _source, _stream, _key, dossier_id, kind, sector, occurred_at from canon.dossier_event
		where _deleted_at is null';
begin
	if to_regclass('canon.dossier') is null then
		dossiers := no_dossier;
	end if;
	if to_regclass('canon.dossier_event') is null then
		events := no_event;
	end if;
	return query execute 'with d as not materialized (' || dossiers || '), e as not materialized (' || events || '), ' || $q$
	letter as (
		select distinct on (l.source, coalesce(d.dossier_id, e.dossier_id, l.key, l.id::text))
		       l.source, l.stream, l.id, l.state, l.at, l.reason, l.key,
		       coalesce(d.dossier_id, e.dossier_id, case when coalesce(s.entity, l.stream) = 'dossier' then l.key end) as dossier
		from ops.dead_letter l
		left join ops.stream s on s.source = l.source and s.stream = l.stream
		left join d on d._source = l.source and d._stream = l.stream and d._key = l.key
		left join e on e._source = l.source and e._stream = l.stream and e._key = l.key
		where l.state in ('open', 'fixed', 'replayed') and coalesce(s.entity, l.stream) in ('dossier', 'dossier_event')
		order by l.source, coalesce(d.dossier_id, e.dossier_id, l.key, l.id::text), l.at, l.id
	), pending as (
		select d.*, coalesce(t.today_name, u.full_name, d.commune) as unit,
		       (now() at time zone $2)::date - d.due_on as days
		from d
		left join ref.commune_today t on t.map = d.commune_map and t.code = d.commune
		left join lateral ref.unit_at(d.commune_map, d.commune, (d.received_at at time zone $2)::date) u
			on t.today_name is null
		where d.finished_at is null and d.status not in ('done', 'returned', 'refused', 'stopped', 'withdrawn')
	), question as (
		select e._source, e.dossier_id, e.sector, max(e.occurred_at) filter (where e.kind = 'interlink_request') as asked_at,
		       max(e.occurred_at) filter (where e.kind = 'interlink_answer') as answered_at
		from e
		join pending p on p._source = e._source and p.dossier_id = e.dossier_id
		where e.kind in ('interlink_request', 'interlink_answer')
		group by e._source, e.dossier_id, e.sector
	), asked as (
		select distinct on (_source, dossier_id) _source, dossier_id, sector, asked_at
		from question
		where asked_at is not null and (answered_at is null or answered_at < asked_at)
		order by _source, dossier_id, asked_at
	), found as (
		select 'songma' as kind, l.source, l.stream, l.dossier, l.key, p.procedure, null::text as sector, p.unit,
		       l.at as since, p.due_on, p.days, l.id, l.state, l.reason
		from letter l
		left join pending p on p._source = l.source and p.dossier_id = l.dossier
		union all
		select case when a.sector is not null then 'source' else 'office' end, p._source, p._stream, p.dossier_id, p._key,
		       p.procedure, a.sector, p.unit, coalesce(a.asked_at, p.due_on::timestamp at time zone $2), p.due_on, p.days,
		       null, null, null
		from pending p
		left join asked a on a._source = p._source and a.dossier_id = p.dossier_id
		where not exists (select from letter l where l.source = p._source and l.dossier = p.dossier_id)
		  and case when a.sector is not null then p.days > 0 or a.asked_at < now() - $1
		           else p.days > 0 and p.status not in ('supplement', 'payment') end
	)
	select kind, source, stream, dossier, key, procedure, sector, unit, since, due_on, case when days > 0 then days when days <= 0 then 0 end, id, state, reason
	from found
	$q$ using patience, zone;
end
$$;

create view ops.hanging_dossier as
select * from ops.hanging();

comment on function ops.hanging(interval, text) is
	'Hồ sơ bị treo và treo ở đâu: songma (lỗi tại Songma), source (treo tại nguồn), office (trễ hạn tại bộ phận một cửa)';
comment on view ops.hanging_dossier is 'Hồ sơ bị treo; quá 3 ngày chưa được trả lời thì tính là treo tại nguồn';
