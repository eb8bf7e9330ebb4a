-- Making a canon table again from its topics, beside the live one (songma rebuild).  May be run again at any time: it keeps
-- what is there.
--
-- rebuild.<entity>          the table in the making, with what the live one has: columns, constraints, indexes
-- rebuild.<entity>_gone     deletes in the topics of keys that it never had, as ops.deleted remembers them
-- rebuild.<entity>_refused  keys whose record could not be loaded again
-- before.<entity>           the table that was live until the last rebuild

create schema if not exists rebuild;
create schema if not exists before;

-- The last rebuild of each table.  state: reading (a rebuild that was broken off goes on there), swapped, compared (it was
-- a dry run), refused (it did not balance: the next one begins anew).
create table if not exists ops.rebuild (
	entity         text primary key,
	state          text not null default 'reading',
	started_at     timestamptz not null default now(),
	ended_at       timestamptz,
	by             text not null,
	reason         text not null,
	entity_version integer not null
);

-- How far each partition has been read for it, and what came of that: records read, keys that got a row, records refused.
create table if not exists ops.rebuild_offset (
	entity      text not null,
	topic       text not null,
	partition   integer not null,
	next_offset bigint not null default 0,
	records     bigint not null default 0,
	rows        bigint not null default 0,
	refused     bigint not null default 0,
	primary key (entity, topic, partition)
);

create or replace function ops.rebuild_drop(of_entity text) returns void language plpgsql
	set search_path = pg_catalog set client_min_messages = warning as $$
begin
	execute format('drop table if exists rebuild.%I, rebuild.%I, rebuild.%I', of_entity, of_entity || '_gone',
		of_entity || '_refused');
end
$$;

-- What the live table has that one made anew would lack, or that would go on looking at the old one.
create or replace function ops.rebuild_obstacles(of_entity text) returns setof text language plpgsql
	set search_path = pg_catalog set client_min_messages = warning as $$
declare
	live constant regclass := format('canon.%I', of_entity);
	form constant oid := (select c.reltype from pg_class c where c.oid = live);
begin
	return query
	select format('column %s', a.attname)
	from pg_attribute a join ops.entity e on e.entity = of_entity
	where a.attrelid = live and a.attnum > 0 and not a.attisdropped and a.attname <> all (e.fields)
	  and a.attname <> all ('{_source,_stream,_key,_version,_run,_hash,_loaded_at,_deleted_at}'::name[])
	order by a.attnum;
	return query
	select distinct pg_describe_object(d.classid, d.objid, 0)
	from pg_depend d
	left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
	left join pg_constraint n on d.classid = 'pg_constraint'::regclass and n.oid = d.objid
	left join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
	left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
	left join pg_class v on v.oid = w.ev_class
	where (d.refclassid = 'pg_class'::regclass and d.refobjid = live or d.refclassid = 'pg_type'::regclass and d.refobjid = form)
	  and d.deptype <> 'i'
	  and d.classid not in ('pg_attrdef'::regclass, 'pg_statistic_ext'::regclass)
	  and not (d.classid = 'pg_class'::regclass and c.relkind in ('i', 't'))
	  and not (d.classid = 'pg_constraint'::regclass and n.conrelid = live)
	  and not (d.classid = 'pg_trigger'::regclass and t.tgisinternal)
	  and not (d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and v.relkind = 'v'
	           and pg_has_role(v.relowner, 'usage'));
end
$$;

-- Whether a run brought its rows through a replay topic: they were gone from the source by then, and are in no topic of the
-- stream, so that a table made anew takes them over.
create or replace function ops.is_replay(of_run uuid) returns boolean language sql stable
	set search_path = pg_catalog as $$
	select exists (select from ops.run_load l where l.run = of_run and l.topic like '%.\_replay')
$$;

-- The tables in the making, empty.
create or replace function ops.rebuild_make(of_entity text) returns void language plpgsql
	set search_path = pg_catalog set client_min_messages = warning as $$
declare
	live constant regclass := format('canon.%I', of_entity);
	made constant text := format('rebuild.%I', of_entity);
	part record;
begin
	perform ops.rebuild_drop(of_entity);
	execute format('create table %s (like %s including all excluding indexes)', made, live);
	for part in
		select n.conname, pg_get_constraintdef(n.oid) as def
		from pg_constraint n
		where n.conrelid = live and n.contype in ('p', 'u', 'x', 'f')
		order by n.contype <> 'p', n.conname
	loop
		execute format('alter table %s add constraint %I %s', made, part.conname, part.def);
	end loop;
	for part in
		select pg_get_indexdef(i.indexrelid) as def
		from pg_index i
		where i.indrelid = live
		  and not exists (select from pg_constraint n where n.conindid = i.indexrelid and n.conrelid = live)
	loop
		execute replace(part.def, format(' ON %s USING ', live), format(' ON %s USING ', made));
	end loop;
	for part in
		select array_to_string(c.reloptions, ', ') as options, obj_description(c.oid, 'pg_class') as said
		from pg_class c where c.oid = live
	loop
		if part.options is not null then
			execute format('alter table %s set (%s)', made, part.options);
		end if;
		execute format('comment on table %s is %L', made, part.said);
	end loop;
	execute format('create table rebuild.%I (like ops.deleted including all)', of_entity || '_gone');
	execute format('create table rebuild.%I (source text not null, stream text not null, key text not null, '
		'version bigint not null, primary key (source, stream, key))', of_entity || '_refused');
end
$$;

-- Streams whose rows in the made table are not those that reading has made; null: none.
create or replace function ops.rebuild_wrong(of_entity text) returns text language plpgsql
	set search_path = pg_catalog as $$
declare
	wrong text;
begin
	execute format($q$
		select string_agg(format('%%s.%%s: %%s/%%s', coalesce(w.source, h.source), coalesce(w.stream, h.stream),
			coalesce(h.rows, 0), coalesce(w.rows, 0)), ', ')
		from (select s.source, s.stream, sum(o.rows) as rows
		      from ops.stream s join ops.rebuild_offset o on o.entity = s.entity and o.topic = s.topic
		      where s.entity = $1 group by s.source, s.stream) w
		full join (select _source as source, _stream as stream, count(*) as rows from rebuild.%I
		           group by _source, _stream) h using (source, stream)
		where coalesce(h.rows, 0) <> coalesce(w.rows, 0)$q$, of_entity) into wrong using of_entity;
	return wrong;
end
$$;

-- How the live table differs from the made one, by value.
--   same     rows that are alike
--   differ   rows that both have, and differ
--   missing  rows that only the made one has
--   extra    rows that only the live one has, and that no record in Kafka stands for
--   newer    rows of which the live one has a newer version than Kafka
--   kept     rows that are taken over from the live one: Kafka no longer has what a deleted row was, or its newest record
--            can't be loaded, or it was replayed when the source no longer had it
create or replace function ops.rebuild_compare(of_entity text, out same bigint, out differ bigint, out missing bigint,
	out extra bigint, out newer bigint, out kept bigint) language plpgsql
	set search_path = pg_catalog set work_mem = '128MB' set jit = off as $$
declare
	fields constant text[] := (select e.fields from ops.entity e where e.entity = of_entity);
	of_live constant text := (select string_agg(format('l.%I', f), ', ') from unnest(fields) f);
	of_made constant text := (select string_agg(format('m.%I', f), ', ') from unnest(fields) f);
begin
	execute format($q$
		with both_tables as (
			select l._key is not null as in_live, m._key is not null as in_made, r.key is not null as refused,
			       l._deleted_at is not null as live_gone, m._deleted_at is not null as made_gone,
			       l._version > m._version as newer, p.run is not null as replayed,
			       (l._deleted_at is null) <> (m._deleted_at is null)
			       or row(%s) is distinct from row(%s) as differ
			from canon.%I l
			full join rebuild.%I m on m._key = l._key and m._source = l._source and m._stream = l._stream
			left join rebuild.%I r on r.key = coalesce(l._key, m._key) and r.source = coalesce(l._source, m._source)
				and r.stream = coalesce(l._stream, m._stream)
			left join (select distinct o.run from ops.run_load o where o.topic like '%%.\_replay') p on p.run = l._run
		)
		select count(*) filter (where in_live and in_made and not differ),
		       count(*) filter (where in_live and in_made and differ and not (replayed and newer)),
		       count(*) filter (where not in_live and not made_gone),
		       count(*) filter (where not in_made and not live_gone and not refused and not replayed),
		       count(*) filter (where in_live and in_made and newer and not refused and not replayed),
		       count(*) filter (where not in_made and (live_gone or refused or replayed)
		                              or in_live and in_made and differ and newer and replayed)
		from both_tables$q$, of_live, of_made, of_entity, of_entity, of_entity || '_refused')
	into same, differ, missing, extra, newer, kept;
end
$$;

-- The made table becomes the live one, which stays in before.  In a transaction that holds the offsets of all its
-- partitions, so that nothing is loaded meanwhile.
create or replace function ops.rebuild_swap(of_entity text) returns void language plpgsql
	set search_path = pg_catalog set client_min_messages = warning as $$
declare
	live constant regclass := format('canon.%I', of_entity);
	made constant text := format('rebuild.%I', of_entity);
	gone constant text := format('rebuild.%I', of_entity || '_gone');
	columns constant text := (
		select string_agg(format('%I', f), ', ')
		from (select unnest(e.fields) as f from ops.entity e where e.entity = of_entity) x)
		|| ', _source, _stream, _key, _version, _run, _hash, _loaded_at, _deleted_at';
	owner constant name := (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = live);
	views text[];
	statement text;
begin
	execute format('lock table %s in access exclusive mode', live);
	execute format('delete from %s m using %s l where l._key = m._key and l._source = m._source and l._stream = m._stream and '
		'l._version > m._version and ops.is_replay(l._run)', made, live);
	execute format('insert into %s (%s) select %s from %s l where (l._deleted_at is not null or ops.is_replay(l._run) or '
		'exists (select from rebuild.%I r '
		'where r.key = l._key and r.source = l._source and r.stream = l._stream)) and not exists (select from %s m '
		'where m._key = l._key and m._source = l._source and m._stream = l._stream)',
		made, columns, columns, live, of_entity || '_refused', made);
	execute format('update %s m set _deleted_at = l._deleted_at from %s l where m._deleted_at is not null and '
		'l._deleted_at is not null and l._version = m._version and l._key = m._key and l._source = m._source and '
		'l._stream = m._stream and l._deleted_at <> m._deleted_at', made, live);
	execute format('delete from ops.deleted d using %s m where m._key = d.key and m._source = d.source and '
		'm._stream = d.stream and d.version <= m._version', made);
	execute format('insert into ops.deleted as d (source, stream, key, version, at) select g.source, g.stream, g.key, g.version, '
		'g.at from %s g where not exists (select from %s m where m._key = g.key and m._source = g.source and '
		'm._stream = g.stream) on conflict (source, stream, key) do update set version = greatest(d.version, excluded.version)',
		gone, made);

	for statement in
		select format('grant %s on %s to %s%s', a.privilege_type, made,
			case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
			case when a.is_grantable then ' with grant option' else '' end)
		from pg_class c, aclexplode(c.relacl) a
		where c.oid = live and a.grantee <> c.relowner
		union all
		select format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, made,
			case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
			case when a.is_grantable then ' with grant option' else '' end)
		from pg_attribute t, aclexplode(t.attacl) a
		where t.attrelid = live and t.attnum > 0 and not t.attisdropped
	loop
		execute statement;
	end loop;
	if owner <> current_user then
		execute format('alter table %s owner to %I', made, owner);
	end if;

	-- Replaced in place, a view keeps its rights, and those that stand on it.
	views := array(
		select distinct format('create or replace view %s%s as %s', v.oid::regclass,
			' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
		from pg_depend d
		join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
		join pg_class v on v.oid = w.ev_class and v.relkind = 'v'
		where d.refclassid = 'pg_class'::regclass and d.refobjid = live);
	execute format('drop table if exists before.%I', of_entity);
	execute format('alter table canon.%I set schema before', of_entity);
	execute format('alter table rebuild.%I set schema canon', of_entity);
	foreach statement in array views loop
		execute statement;
	end loop;
	perform ops.rebuild_drop(of_entity);
end
$$;

comment on schema rebuild is 'Bảng canon đang được dựng lại từ Kafka (songma rebuild)';
comment on schema before is 'Bảng canon trước lần dựng lại gần nhất, giữ đến lần sau hoặc songma rebuild --drop-old';
comment on table ops.rebuild is 'Lần dựng lại gần nhất của mỗi bảng canon';
comment on table ops.rebuild_offset is 'Lần dựng lại đó đã đọc mỗi phân vùng đến đâu';
