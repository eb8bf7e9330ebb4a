-- Administrative units and code lists, with validity and lineage.  May be run again at any time: it keeps what is there.
-- The rows come from schemas/codes: ref.list beside this file says which file feeds which table, and the header of each
-- CSV names its columns.  An empty field is NULL.  valid_from is the first day, valid_to the first day no longer.

create schema if not exists ref;

-- A way of writing codes: NSO's codes up to 30/6/2025 and since 1/7/2025 use the same numbers for different communes,
-- so a code means something only together with its map.  The map without valid_to is today's.
create table if not exists ref.code_map (
	map        text primary key,
	title      text not null,
	valid_from date,
	valid_to   date
);

-- A unit has an identity of its own; its codes and names are dated.  first_seen is the first list that has it, not the
-- day it was founded.
create table if not exists ref.unit (
	id         text primary key,
	level      text not null check (level in ('province', 'district', 'commune')),
	first_seen date
);

-- What a code of a map was called, and under which parent: a row for each name or parent that it had.
create table if not exists ref.unit_code (
	map         text not null,
	code        text not null,
	name        text not null,
	full_name   text not null,
	unit_type   text not null,
	parent_code text,
	valid_from  date,
	valid_to    date,
	unit_id     text not null
);
alter table ref.unit_code drop constraint if exists unit_code_pkey;
create unique index if not exists unit_code_dated on ref.unit_code (map, code, (coalesce(valid_from, '-infinity'::date)));

-- Which old unit became (a part of) which new one; both on the same map where a commune ended before the map did.
-- relation: full, unchanged, retyped, renamed, partial, partial_area, partial_pop, partial_area_all_pop (a part of the
-- area and all people), succeeded; split: the old unit went to several new ones.
create table if not exists ref.lineage (
	old_map  text not null,
	old_code text not null,
	new_map  text not null,
	new_code text not null,
	relation text not null,
	split    boolean not null,
	decision text,
	on_date  date not null
);
-- Rows from before edges named their maps lead from the one map to the other.
alter table ref.lineage add column if not exists old_map text not null default 'before-2025-07';
alter table ref.lineage add column if not exists new_map text not null default 'after-2025-07';
alter table ref.lineage alter column old_map drop default, alter column new_map drop default;
alter table ref.lineage drop constraint if exists lineage_pkey;
create unique index if not exists lineage_edge on ref.lineage (old_map, old_code, new_map, new_code, on_date);

-- What the codes of the lists mean.
create table if not exists ref.code_label (
	list       text not null,
	code       text not null,
	name_vi    text not null,
	name_en    text not null,
	valid_from date,
	valid_to   date,
	primary key (list, code)
);

-- The province that indicators and lists of units are about, as songma.yaml says: the loader keeps it so.  One row; none
-- where songma.yaml names no province, and all of them are meant.
create table if not exists ref.home (province text not null);
create unique index if not exists home_one_row on ref.home ((true));

-- Filled from the tables above whenever one of them changes: following the edges anew for each query would cost more
-- than what asks.
create table if not exists ref.commune_heir (
	map        text not null,
	code       text not null,
	today_code text,
	today_name text,
	split      boolean not null,
	province   text,
	primary key (map, code)
);

-- The edges are followed over as many steps as it takes.  Only what leads to one commune of today's map, by whole
-- steps alone, has a today_code: a step that is a part, a second target or an end elsewhere is no answer.
create or replace function ref.fill_commune_heir() returns void
language plpgsql as $$
begin
	delete from ref.commune_heir;
	insert into ref.commune_heir (map, code, today_code, today_name, split, province)
	with recursive today as (
		select c.map, c.code, c.full_name, c.parent_code
		from ref.code_map m
		join ref.unit_code c on c.map = m.map and c.valid_to is null
		join ref.unit u on u.id = c.unit_id and u.level = 'commune'
		where m.valid_to is null
	), step as (
		select old_map as map, old_code as code, new_map, new_code, split
		from ref.lineage
		union
		select s.map, s.code, l.new_map, l.new_code, s.split or l.split
		from step s
		join ref.lineage l on l.old_map = s.new_map and l.old_code = s.new_code
	), heir as (
		select s.map, s.code, min(t.code) as today_code, min(t.full_name) as today_name,
		       bool_or(s.split) or count(distinct t.code) > 1 or count(*) > count(t.code) as split,
		       case when min(t.parent_code) = max(t.parent_code) then min(t.parent_code) end as province
		from step s
		left join today t on t.map = s.new_map and t.code = s.new_code
		where t.code is not null
		   or not exists (select from ref.lineage l where l.old_map = s.new_map and l.old_code = s.new_code)
		group by s.map, s.code
		having count(t.code) > 0
	)
	select map, code, code, full_name, false, parent_code
	from today
	union all
	select map, code, case when not split then today_code end, case when not split then today_name end, split,
	       province
	from heir
	where not exists (select from today where today.map = heir.map and today.code = heir.code);
	analyze ref.commune_heir;
end
$$;

-- While the loader replaces several lists (songma.filling is on), it follows the edges itself, once, at the end.
create or replace function ref.follow_lineage() returns trigger
language plpgsql as $$
begin
	if current_setting('songma.filling', true) is distinct from 'on' then
		perform ref.fill_commune_heir();
	end if;
	return null;
end
$$;

create or replace trigger follow_lineage after insert or update or delete or truncate on ref.code_map
	for each statement execute function ref.follow_lineage();
create or replace trigger follow_lineage after insert or update or delete or truncate on ref.unit
	for each statement execute function ref.follow_lineage();
create or replace trigger follow_lineage after insert or update or delete or truncate on ref.unit_code
	for each statement execute function ref.follow_lineage();
create or replace trigger follow_lineage after insert or update or delete or truncate on ref.lineage
	for each statement execute function ref.follow_lineage();

-- Every commune code of every map, and the commune of today's map that its records belong to.  A commune that was split
-- has none (split): which part a record belongs to, its code alone does not say.  A code that leads nowhere known has
-- no row.  province is today's; of a split commune, that of all its parts.
create or replace view ref.commune_today as
select map, code, today_code, today_name, split, province
from ref.commune_heir;

-- The units that were split, with their parts.
create or replace view ref.split_unit as
select l.old_map as map, l.old_code as code, o.full_name, l.new_map, l.new_code, n.full_name as new_name, l.relation,
       l.decision, l.on_date, h.province
from ref.lineage l
left join ref.commune_heir h on h.map = l.old_map and h.code = l.old_code
left join ref.unit_code o on o.map = l.old_map and o.code = l.old_code and o.valid_to = l.on_date
left join ref.unit_code n on n.map = l.new_map and n.code = l.new_code and n.valid_from = l.on_date
where l.split;

-- The unit that a code of a map stood for on a day, as it was called then; no row where the lists know of none.
create or replace function ref.unit_at(map text, code text, day date)
returns table (unit_id text, name text, full_name text, unit_type text, parent_code text)
language sql stable as $$
	select c.unit_id, c.name, c.full_name, c.unit_type, c.parent_code
	from ref.unit_code c
	where c.map = unit_at.map and c.code = unit_at.code
	  and (c.valid_from is null or c.valid_from <= unit_at.day)
	  and (c.valid_to is null or c.valid_to > unit_at.day)
$$;

-- What was filled before this file changed is followed by its rules now.
select ref.fill_commune_heir();

comment on schema ref is 'Danh mục dùng chung: đơn vị hành chính và bảng mã, có thời hạn và nguồn gốc';
comment on table ref.code_map is 'Các bảng mã xã; bảng không có ngày hết hiệu lực là bảng hiện hành';
comment on table ref.unit is 'Đơn vị hành chính, định danh riêng không phụ thuộc mã và tên';
comment on table ref.unit_code is 'Mã, tên và cấp trên của đơn vị trong từng bảng mã, theo thời gian';
comment on table ref.lineage is 'Đơn vị cũ thành đơn vị mới nào, theo quyết định nào';
comment on table ref.code_label is 'Ý nghĩa của mã trong các danh mục';
comment on table ref.home is 'Tỉnh mà chỉ tiêu tính cho, theo songma.yaml; không có dòng nào: mọi tỉnh';
comment on table ref.commune_heir is 'Kết quả lần theo lineage, tự cập nhật khi danh mục thay đổi';
comment on view ref.commune_today is 'Mã xã của mọi bảng mã → xã hiện hành; xã bị chia: today_code trống, split đúng';
comment on view ref.split_unit is 'Đơn vị cũ đã bị chia và các phần của nó';
comment on function ref.unit_at(text, text, date) is 'Đơn vị mà một mã chỉ vào một ngày, với tên khi đó';
