-- Who is who across the sectors: one person reached through the personal number, the old identity card (CMND) and the
-- social-insurance number (BHXH, the ten digits of the BHYT card), each of them a keyed pseudonym.  May be run again at
-- any time: it keeps what is there.
--
-- Evidence is every live row of any canon table whose schema names two identifiers of the same person ("whose"), when
-- the row has both: so a new sector's schema adds evidence without a change here.  Only direct pairs of a personal
-- number and another number count, no chains.  A number leads to a person when the evidence names exactly one personal
-- number with it; with more it is a conflict, is listed, and leads nowhere.  Nothing is merged or guessed.

create table if not exists canon.person_link (
	kind   text not null,
	number bytea not null,
	person bytea not null,
	primary key (kind, number)
);

-- persons: how many personal numbers the evidence names with this number; sources: who names them.
create table if not exists ops.link_conflict (
	kind    text not null,
	number  bytea not null,
	persons bigint not null,
	sources text[] not null,
	primary key (kind, number)
);

-- what: shared_number   two personal numbers (person, other) share a number of this kind; of more than two, each is
--                       listed with the first of them
--       two_numbers     one personal number has several numbers of this kind
--       register_twice  one personal number stands in several rows of the population register
-- times: numbers shared, numbers had, rows.
create table if not exists ops.possible_duplicate (
	what    text not null,
	kind    text not null,
	person  bytea not null,
	other   bytea,
	times   bigint not null,
	sources text[] not null
);
create unique index if not exists possible_duplicate_once on ops.possible_duplicate
	(what, kind, person, coalesce(other, ''));

-- The one row: when the links were computed, and from what (fields of schemas, offsets of the streams that feed them).
create table if not exists ops.link_state (
	id          boolean primary key default true check (id),
	computed_at timestamptz not null,
	seconds     double precision not null,
	inputs      jsonb not null,
	linked      jsonb not null
);

-- Where evidence stands: in a row of canon.<entity>, person_field and number_field are of the same person.  person_value
-- and number_value read them from the row x, as bytes also where the schema keeps a pseudonym as hexadecimal text.
-- (jsonb takes no \u0000, which a default of bytes may hold: it is left out, but not from an escaped backslash.)
create or replace view ops.link_field as
with schema as (
	select entity, replace(replace(schema_text, '\\', '\u005c'), '\u0000', '')::jsonb as root
	from ops.entity
), field as (
	select s.entity, f ->> 'name' as name, f ->> 'whose' as whose, f ->> 'kind' as kind,
	       case a.atttypid
	       when 'bytea'::regtype then format('x.%I', a.attname)
	       when 'text'::regtype then format(
	               $x$case when x.%1$I ~ '^[0-9a-f]{64}$' then decode(x.%1$I, 'hex') end$x$, a.attname)
	       end as value
	from schema s
	cross join lateral jsonb_array_elements(s.root -> 'fields') f
	join pg_attribute a on a.attrelid = to_regclass(format('canon.%I', s.entity)) and a.attname = f ->> 'name'
	where f ->> 'privacy' = 'identifier' and f ->> 'whose' is not null
)
select p.entity, p.whose, n.kind, p.name as person_field, n.name as number_field, p.value as person_value,
       n.value as number_value
from field p
join field n on n.entity = p.entity and n.whose = p.whose
where p.kind = 'citizen_number' and n.kind in ('cmnd', 'social_insurance')
  and p.value is not null and n.value is not null;

-- What the links are computed from, as it stands now.
create or replace function ops.link_inputs() returns jsonb stable language sql set search_path = pg_catalog as $$
	select jsonb_build_object(
		'rule', 1,
		'fields', (select coalesce(jsonb_agg(f order by f), '[]')
		           from (select format('%s.%s+%s', entity, person_field, number_field) from ops.link_field) l(f)),
		'offsets', (select coalesce(jsonb_object_agg(o.topic || '/' || o.partition, o.next_offset), '{}')
		            from ops.offset o
		            where o.topic in (
		                    select s.topic from ops.stream s
		                    where s.entity = 'person' or s.entity in (select entity from ops.link_field))))
$$;

-- The evidence of a kind as a query: number, person, source.
create or replace function ops.link_evidence(of_kind text) returns text stable language sql set search_path = pg_catalog as $$
	select coalesce(
		string_agg(format(
			'select %1$s as number, %2$s as person, x._source as source from canon.%3$I x '
			'where x._deleted_at is null and %1$s is not null and %2$s is not null',
			f.number_value, f.person_value, f.entity), ' union all ' order by f.entity, f.whose),
		'select null::bytea as number, null::bytea as person, null::text as source where false')
	from ops.link_field f
	where f.kind = of_kind
$$;

-- The links, conflicts and possible duplicates of one kind, from the evidence as it stands; returns how many numbers
-- lead to a person.  What is right already is not written again.
create or replace function ops.link_kind(of_kind text) returns bigint language plpgsql set search_path = pg_catalog as $$
declare
	evidence constant text := ops.link_evidence(of_kind);
	linked bigint;
begin
	drop table if exists pg_temp.link_pair, pg_temp.link_many, pg_temp.link_said, pg_temp.link_twice;
	execute format('create temp table link_pair on commit drop as '
		'select e.number, e.person from (%s) e group by e.number, e.person', evidence);
	analyze pg_temp.link_pair;
	create temp table link_many on commit drop as
		select p.number, count(*) as persons from pg_temp.link_pair p group by p.number having count(*) > 1;
	analyze pg_temp.link_many;

	delete from canon.person_link l using pg_temp.link_many m where l.kind = of_kind and l.number = m.number;
	delete from canon.person_link l
	where l.kind = of_kind
	  and not exists (select from pg_temp.link_pair p where p.number = l.number and p.person = l.person);
	insert into canon.person_link (kind, number, person)
	select of_kind, p.number, p.person
	from pg_temp.link_pair p
	where not exists (select from pg_temp.link_many m where m.number = p.number)
	  and not exists (select from canon.person_link l where l.kind = of_kind and l.number = p.number)
	order by p.number;

	-- Who says so is asked for the few only.
	execute format('create temp table link_said on commit drop as '
		'select e.number, e.person, array_agg(distinct e.source) as sources '
		'from (%s) e join pg_temp.link_many m on m.number = e.number group by e.number, e.person', evidence);
	insert into pg_temp.link_conflict (kind, number, persons, sources)
	select of_kind, m.number, m.persons,
	       coalesce((select array_agg(distinct u.source order by u.source)
	                 from pg_temp.link_said s, unnest(s.sources) u(source) where s.number = m.number), '{}')
	from pg_temp.link_many m;
	insert into pg_temp.link_duplicate (what, kind, person, other, times, sources)
	select 'shared_number', of_kind, p.first, p.person, count(distinct p.number),
	       array_agg(distinct u.source order by u.source)
	from (select s.number, s.person, s.sources || first_value(s.sources) over w as sources,
	             first_value(s.person) over w as first
	      from pg_temp.link_said s
	      window w as (partition by s.number order by s.person)) p, unnest(p.sources) u(source)
	where p.person <> p.first
	group by p.first, p.person;
	if of_kind = 'social_insurance' then
		create temp table link_twice on commit drop as
			select p.person, count(*) as times from pg_temp.link_pair p group by p.person having count(*) > 1;
		analyze pg_temp.link_twice;
		execute format('insert into pg_temp.link_duplicate (what, kind, person, times, sources) '
			'select ''two_numbers'', %L, t.person, t.times, array_agg(distinct e.source order by e.source) '
			'from pg_temp.link_twice t join (%s) e on e.person = t.person group by t.person, t.times',
			of_kind, evidence);
	end if;
	select count(*) - (select coalesce(sum(m.persons), 0) from pg_temp.link_many m) into linked from pg_temp.link_pair;
	return linked;
end
$$;

-- Computes the links when what they are made from has changed since (again: in any case), in the transaction of its
-- caller; true when it did.
create or replace function ops.link_people(again boolean default false) returns boolean language plpgsql
	set search_path = pg_catalog set client_min_messages = warning set work_mem = '128MB' set jit = off as $$
declare
	began constant timestamptz := clock_timestamp();
	now_inputs jsonb;
	now_linked jsonb;
begin
	perform pg_advisory_xact_lock(hashtext('songma.link'));
	-- Before the rows are read: what is loaded meanwhile shows as a change the next time.
	now_inputs := ops.link_inputs();
	if not again and exists (select from ops.link_state s where s.inputs = now_inputs) then
		return false;
	end if;
	drop table if exists pg_temp.link_conflict, pg_temp.link_duplicate;
	create temp table link_conflict (like ops.link_conflict) on commit drop;
	create temp table link_duplicate (like ops.possible_duplicate) on commit drop;
	now_linked := jsonb_build_object('cmnd', ops.link_kind('cmnd'), 'social_insurance', ops.link_kind('social_insurance'));
	if exists (select from pg_attribute a where a.attrelid = to_regclass('canon.person') and a.attname = 'person'
			and a.atttypid = 'bytea'::regtype) then
		insert into pg_temp.link_duplicate (what, kind, person, times, sources)
		select 'register_twice', 'citizen_number', p.person, count(*), array_agg(distinct p._source order by p._source)
		from canon.person p
		where p._deleted_at is null and p.person in (
			select q.person from canon.person q where q._deleted_at is null group by q.person having count(*) > 1)
		group by p.person;
	end if;

	delete from ops.link_conflict c
	where not exists (select from pg_temp.link_conflict n
		where n.kind = c.kind and n.number = c.number and n.persons = c.persons and n.sources = c.sources);
	insert into ops.link_conflict select n.* from pg_temp.link_conflict n on conflict do nothing;
	delete from ops.possible_duplicate d
	where not exists (select from pg_temp.link_duplicate n
		where n.what = d.what and n.kind = d.kind and n.person = d.person and n.times = d.times
		  and n.sources = d.sources and n.other is not distinct from d.other);
	insert into ops.possible_duplicate select n.* from pg_temp.link_duplicate n on conflict do nothing;
	insert into ops.link_state as s (computed_at, seconds, inputs, linked)
	values (began, extract(epoch from clock_timestamp() - began), now_inputs, now_linked)
	on conflict (id) do update set computed_at = excluded.computed_at, seconds = excluded.seconds,
		inputs = excluded.inputs, linked = excluded.linked;
	analyze canon.person_link;
	return true;
end
$$;

comment on table canon.person_link is 'Số CMND, mã số BHXH (mã thay thế) dẫn đến đúng một số định danh cá nhân nào';
comment on table ops.link_conflict is 'Số CMND, mã số BHXH mà các nguồn gán cho nhiều người: chỉ liệt kê, không nối';
comment on table ops.possible_duplicate is 'Những người có thể trùng nhau: chỉ liệt kê, không gộp';
comment on table ops.link_state is 'Các mối nối được tính lúc nào, từ dữ liệu đến đâu';
comment on view ops.link_field is 'Những cặp cột của canon cho biết hai số là của cùng một người';
