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

create table if not exists ref.unit_code (
	map         text not null,
	code        text not null,
	name        text not null,
	full_name   text not null,
	unit_type   text not null,
	parent_code text,
	valid_from  date,
	valid_to    date,
	unit_id     text not null,
	primary key (map, code)
);

-- Which old commune became (a part of) which new one.  relation: full, unchanged, retyped, partial, partial_area;
-- split: the old commune went to several new ones.
create table if not exists ref.lineage (
	old_code text not null,
	new_code text not null,
	relation text not null,
	split    boolean not null,
	decision text,
	on_date  date not null,
	primary key (old_code, new_code, on_date)
);

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

-- Every commune code of every map, and the commune of today's map that its records belong to.  A commune that was split
-- has none (split): which part a record belongs to, its code alone does not say.
create or replace view ref.commune_today as
with today as (
	select c.map, c.code, c.full_name
	from ref.code_map m
	join ref.unit_code c using (map)
	join ref.unit u on u.id = c.unit_id and u.level = 'commune'
	where m.valid_to is null
), heir as (
	select old_code, min(new_code) as new_code, bool_or(split) or count(*) > 1 as split
	from ref.lineage
	group by old_code
)
select map, code, code as today_code, full_name as today_name, false as split
from today
union all
select c.map, c.code, t.code, t.full_name, coalesce(h.split, false)
from ref.code_map m
join ref.unit_code c using (map)
join ref.unit u on u.id = c.unit_id and u.level = 'commune'
left join heir h on h.old_code = c.code
left join today t on t.code = h.new_code and not h.split
where m.valid_to is not null;

comment on schema ref is 'Danh mục dùng chung: đơn vị hành chính và bảng mã, có thời hạn và nguồn gốc';
comment on table ref.code_map is 'Các bảng mã xã; bảng không có ngày hết hiệu lực là bảng hiện hành';
comment on table ref.unit is 'Đơn vị hành chính, định danh riêng không phụ thuộc mã và tên';
comment on table ref.unit_code is 'Mã và tên của đơn vị trong từng bảng mã';
comment on table ref.lineage is 'Đơn vị cũ thành đơn vị mới nào, theo quyết định nào';
comment on table ref.code_label is 'Ý nghĩa của mã trong các danh mục';
comment on view ref.commune_today is 'Mã xã của mọi bảng mã → xã hiện hành; xã bị chia: today_code trống, split đúng';
