#!/usr/bin/env bash
# test_ref.sh - administrative units in the warehouse: every former code leads where the published tables say, dated names,
# and the province that songma.yaml names.
# Usage: test_ref.sh     The tools are those of `make tools` in $BUILD (build).
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh
# shellcheck source=tests/lib/loader.sh
. tests/lib/loader.sh

DATA=tests/data/units

# A warehouse as it was when codes had no dates and edges no maps.
older_warehouse() {
	sql <<-'SQL'
	create schema ref;
	create table ref.unit_code (map text, code text, name text not null, full_name text not null, unit_type text not null,
	  parent_code text, valid_from date, valid_to date, unit_id text not null, primary key (map, code));
	create table ref.lineage (old_code text, new_code text, relation text not null, split boolean not null,
	  decision text, on_date date, primary key (old_code, new_code, on_date));
	insert into ref.lineage values ('15538', '15520', 'full', false, '1686/NQ-UBTVQH15', '2025-07-01');
	create view ref.commune_today as
	select map, code, code as today_code, full_name as today_name, false as split from ref.unit_code;
	SQL
}

# The published pairs as tables: merge_38 from the file $1.
published() {
	sql "drop schema if exists t cascade; create schema t;
		create table t.merge_38 (old_code text, new_code text, old_name text, new_name text);
		create table t.merge (old_code text, new_code text);
		create table t.abolished (code text, successor text, today text)"
	sql "copy t.merge_38 from stdin (format csv, header)" <"$1"
	sql "copy t.merge from stdin (format csv, header)" <"$DATA/merge.csv"
	sql "copy t.abolished from stdin (format csv, header)" <"$DATA/abolished_38.csv"
}

# The codes of the province that do not lead where t.merge_38 says.
astray_38() {
	sql "select string_agg(coalesce(w.old_code, c.code), ' ' order by coalesce(w.old_code, c.code))
		from (select old_code, min(new_code) as new_code, min(new_name) as name, count(*) > 1 as split
		      from t.merge_38 group by old_code) w
		full join (select * from ref.commune_today where map = 'before-2025-07' and province = '38'
		           and code not in (select code from t.abolished)) c on c.code = w.old_code
		where (c.split, c.today_code, c.today_name) is distinct from
		      (w.split, case when not w.split then w.new_code end, case when not w.split then w.name end)"
}

one_province() {
	expect_eq "547 former communes of the province" 547 "$(sql "select count(distinct old_code) from t.merge_38")"
	expect_eq "every one leads where the published table says" "" "$(astray_38)"
	expect_eq "names on both maps are those of the table" 0 "$(sql "select count(*) from t.merge_38 m
		left join ref.unit_at('before-2025-07', m.old_code, '2025-06-30') o on true
		left join ref.unit_at('after-2025-07', m.new_code, '2025-07-01') n on true
		where o.full_name is distinct from m.old_name or n.full_name is distinct from m.new_name")"
	expect_eq "the ten that were split are listed, and no other" \
		"14758 15016 15271 15328 15637 15772 15793 16264 16273 16435" \
		"$(sql "select string_agg(distinct code, ' ' order by code) from ref.split_unit where province = '38'")"
	expect_eq "with all their parts" 0 "$(sql "select count(*) from (
		select code, new_code from ref.split_unit where province = '38'
		except select old_code, new_code from t.merge_38) x")"
	expect_eq "and 21 parts in all" 21 "$(sql "select count(*) from ref.split_unit where province = '38'")"
	expect_eq "all 166 of today are themselves" "166 166" "$(sql "select count(*), count(*) filter (where code = today_code
		and not split) from ref.commune_today where map = 'after-2025-07' and province = '38'")"
	expect_eq "15520 was Thọ Hải and is Xuân Hòa" "Xã Thọ Hải|Xã Xuân Hòa" "$(sql "select
		(select full_name from ref.unit_at('before-2025-07', '15520', '2025-06-30')) || '|' ||
		(select full_name from ref.unit_at('after-2025-07', '15520', '2025-07-01'))")"
	expect_eq "and these are two units" f "$(sql "select (select unit_id from ref.unit_at('before-2025-07', '15520', '2025-06-30')) =
		(select unit_id from ref.unit_at('after-2025-07', '15520', '2025-07-01'))")"
	expect_eq "a commune that only changed its type stayed what it was" t "$(sql "select
		(select unit_id from ref.unit_at('before-2025-07', '14845', '2025-06-30')) =
		(select unit_id from ref.unit_at('after-2025-07', '14845', '2025-07-01'))")"
}

# A check that finds nothing in a wrong table would be none.
falsified() {
	sed -e 's/^15538,15520,/15538,15544,/' -e '/^14758,14797,/d' "$DATA/merge_38.csv" >"$WS/false.csv"
	published "$WS/false.csv"
	expect_eq "a falsified table is found out" "14758 15538" "$(astray_38)"
	published "$DATA/merge_38.csv"
}

abolished() {
	expect_eq "a commune that ended before 2025-07 leads on" 0 "$(sql "select count(*) from t.abolished a
		left join ref.commune_today c on c.map = 'before-2025-07' and c.code = a.code
		where (c.split, c.today_code) is distinct from
		      (a.today like '%|%', case when a.today not like '%|%' then a.today end)")"
	expect_eq "89 of them" 89 "$(sql "select count(*) from t.abolished")"
	expect_eq "their former units are dated" 0 "$(sql "select count(*) from t.abolished a where not exists
		(select from ref.unit_code c where c.map = 'before-2025-07' and c.code = a.code and c.valid_to < '2025-07-01')")"
	expect_eq "a code means nothing once its unit has ended" "1 0" "$(sql "select
		(select count(*) from ref.unit_at('before-2025-07', '14827', '2018-01-01')),
		(select count(*) from ref.unit_at('before-2025-07', '14827', '2024-01-01'))")"
	expect_eq "a former name holds on its day" "Thị trấn Quan Hóa|Thị trấn Hồi Xuân" "$(sql "select
		(select full_name from ref.unit_at('before-2025-07', '14869', '2018-01-01')) || '|' ||
		(select full_name from ref.unit_at('before-2025-07', '14869', '2024-01-01'))")"
	expect_eq "a former parent too" "405 380" "$(sql "select
		(select parent_code from ref.unit_at('before-2025-07', '16405', '2024-12-31')),
		(select parent_code from ref.unit_at('before-2025-07', '16405', '2025-01-01'))")"
	expect_eq "no code has two names on one day" 0 "$(sql "select count(*) from ref.unit_code a
		join ref.unit_code b using (map, code) where a.ctid < b.ctid and
		daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)")"
}

country() {
	expect_eq "34 provinces, 3321 communes today" "34 3321" "$(sql "select count(distinct province), count(*)
		from ref.commune_today where map = 'after-2025-07' and today_code = code and not split")"
	expect_eq "38 to 168 communes a province" "38 168" "$(sql "select min(n), max(n) from
		(select count(*) as n from ref.commune_today where map = 'after-2025-07' group by province) x")"
	# 00556: the published table names one part of it only.
	expect_eq "every code with a single target leads there" "00556" "$(sql "select string_agg(m.old_code, ' ') from
		(select old_code, min(new_code) as new_code from t.merge group by 1 having count(*) = 1) m
		left join ref.commune_today c on c.map = 'before-2025-07' and c.code = m.old_code
		where c.today_code is distinct from m.new_code")"
	expect_eq "every code with several targets is split" 0 "$(sql "select count(*) from
		(select old_code from t.merge group by 1 having count(*) > 1) m
		left join ref.commune_today c on c.map = 'before-2025-07' and c.code = m.old_code
		where not coalesce(c.split and c.today_code is null, false)")"
	expect_eq "what the table leaves out leads nowhere" "01651 02482" "$(sql "select string_agg(code, ' ' order by code)
		from ref.unit_code uc join ref.unit u on u.id = uc.unit_id and u.level = 'commune'
		where map = 'before-2025-07' and not exists
		(select from ref.commune_today c where c.map = uc.map and c.code = uc.code)")"
	expect_eq "a district that became a commune leads there" "Đặc khu Côn Đảo" \
		"$(sql "select today_name from ref.commune_today where map = 'before-2025-07' and code = '755'")"
	expect_eq "every parent is in the list" 0 "$(sql "select count(*) from ref.unit_code c where parent_code is not null and
		not exists (select from ref.unit_code p where p.map = c.map and p.code = c.parent_code)")"
	expect_eq "every code has its unit, every unit a code" "0 0" "$(sql "select
		(select count(*) from ref.unit_code c where not exists (select from ref.unit u where u.id = c.unit_id)),
		(select count(*) from ref.unit u where not exists (select from ref.unit_code c where c.unit_id = u.id))")"
}

content() {
	sql "select md5(string_agg(t::text, '|' order by t::text)) from
		(select c::text as t from ref.unit_code c union all select l::text from ref.lineage l
		 union all select h::text from ref.commune_heir h union all select m::text from ops.migration m) x"
}

home() {
	local before
	expect_eq "the province is that of songma.yaml" 38 "$(sql "select province from ref.home")"
	before=$(content)
	loader_config 1
	load
	expect_eq "without the key it is none" 0 "$(sql "select count(*) from ref.home")"
	expect_eq "a second load leaves units as they are" "$before" "$(content)"
	loader_config 1 'province: "02"'
	expect_exit "a province that is not one of today's is refused" 2 run_loader
	expect_contains "and the message names it" \
		"today's administrative units have no province 02" "$(cat "$WS/loaded")"
	loader_config 1 'province: "38"'
	load
	expect_eq "named again it is back" 38 "$(sql "select province from ref.home")"
	loader_config 1 'province: "01"'
	load
	expect_eq "another one takes its place" 01 "$(sql "select province from ref.home")"
}

# An edge on the former map, from $1 to $2.
edge() {
	sql "insert into ref.lineage (old_map, old_code, new_map, new_code, relation, split, on_date)
		values ('before-2025-07', '$1', 'before-2025-07', '$2', 'succeeded', false, '2024-01-01')"
}

today_of() {
	sql "select coalesce(today_code, '-'), split from ref.commune_today where map = 'before-2025-07' and code = '$1'"
}

# What is filled from the lists follows them when they change by hand too.
follows() {
	sql "delete from ref.lineage where old_code = '15538'"
	expect_eq "without its edge a code leads nowhere" "" "$(today_of 15538)"
	edge 15538 15535
	expect_eq "an edge on the same map is followed to today's" "15520 f" "$(today_of 15538)"
	edge 15535 15538
	expect_eq "edges in a circle end" "15520 f" "$(today_of 15538)"
	edge 15538 99999
	expect_eq "an end elsewhere makes it unassigned" "- t" "$(today_of 15538)"
}

loader_workspace ref 1 'province: "38"'
older_warehouse
load
expect_eq "a warehouse of before has today's units" 13448 "$(sql "select count(*) from ref.commune_today")"
expect_eq "the units are loaded within 2 s" t \
	"$(sql "select max(applied_at) - min(applied_at) < interval '2 s' from ops.migration")"
published "$DATA/merge_38.csv"
one_province
falsified
abolished
country
home
follows
scenario_end
