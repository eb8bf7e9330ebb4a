#!/bin/bash
# The demo's data: the same for the same seed, dirty in exactly the numbers that it says, and with a truth that the
# indicator's own SQL arrives at when canon is filled by plain SQL.
# shellcheck disable=SC2317 # functions that at_end and expect_exit call
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh

generator=$PWD/${BUILD:-build}/songma-demo-people
[ -x "$generator" ] || generator=${SONGMA_DEMO_PEOPLE:-$generator}
export SONGMA_DEMO_PEOPLE=$generator
people=5000 as_of=2026-10-31
work=$SCENARIO_TMP

drop_all() {
	local name
	for name in tu_phap suc_khoe mot_cua doi_chung; do
		psql_src postgres -c "set client_min_messages = error" -c "drop database if exists $name with (force)"
	done
	for name in tu_phap suc_khoe mot_cua; do
		psql_src postgres -c "set client_min_messages = error" -c "drop role if exists doc_$name"
	done
	sql_maria -e "drop database if exists lao_dong; drop user if exists doc_lao_dong@'127.0.0.1'"
}
mariadb_start || exit 1
at_end drop_all

truth() { deploy/demo/truth.sh --folder "$work/dan-cu" --as-of "$as_of" "$@"; }
communes() { grep -E '^[0-9]{5}	' "$1"; }

# ---- the same bytes ----------------------------------------------------------------------------------------------------

"$generator" --people $people --as-of $as_of --out "$work/a" && "$generator" --people $people --as-of $as_of --out "$work/b"
expect_exit "the same seed gives the same bytes" 0 diff -r "$work/a" "$work/b"
"$generator" --people $people --as-of $as_of --table lan_cap_nhat >"$work/one"
expect_exit "a table by itself has the same bytes" 0 cmp "$work/one" "$work/a/suc_khoe.lan_cap_nhat.copy"
"$generator" --people $people --as-of $as_of --planted >"$work/planted"
expect_exit "the list of dirt by itself is the same" 0 cmp "$work/planted" "$work/a/planted.tsv"
"$generator" --people $people --as-of $as_of --seed 39 --out "$work/c"
expect_exit "another seed gives other bytes" 1 cmp -s "$work/a/dan_cu.cong_dan.copy" "$work/c/dan_cu.cong_dan.copy"
for few in 200 999; do
	expect_exit "$few people are enough" 0 "$generator" --people $few --out "$work/few"
	expect_eq "$few people: one row each" $few "$(wc -l <"$work/few/dan_cu.cong_dan.copy")"
done
expect_exit "199 people are refused" 2 "$generator" --people 199 --out "$work/few" 2>/dev/null

# ---- in the databases --------------------------------------------------------------------------------------------------

expect_exit "the sources are loaded" 0 deploy/demo/load-sources.sh "$work/secrets" "$work/out" --people $people --as-of $as_of
expect_exit "and loaded again" 0 deploy/demo/load-sources.sh "$work/secrets" "$work/out" --people $people --as-of $as_of
expect_eq "secrets are for their owner alone" "600 600 600 600" \
	"$(stat -c %a "$work"/secrets/{justice,health,labour,one-stop}.dsn | xargs)"
planted() { awk -F'\t' -v kind="$1" '$1 == kind { print $6 }' "$work/out/planted.tsv"; }
expect_eq "the communes' files have everybody" $((people + $(planted person_two_numbers) + $(planted death_cmnd_shared))) \
	"$(cat "$work"/dan-cu/dan-so-*.csv | grep -c '^"')"
reader=$(cat "$work/secrets/justice.dsn")
expect_exit "the reader can read" 0 psql -X -At -d "$reader" -c 'select count(*) from khai_sinh' >/dev/null
expect_contains "the reader can't write" "permission denied" "$(psql -X -At -d "$reader" \
	-c 'set default_transaction_read_only = off' -c 'delete from khai_sinh' 2>&1)"
expect_contains "the reader of one database can't enter another" "permission denied" \
	"$(psql -X -At -d "${reader/dbname=tu_phap/dbname=suc_khoe}" -c 'select 1' 2>&1)"
(
	umask 077
	sed -n 's/.*Port=\([0-9]*\);.*UID=\([^;]*\);PWD={\(.*\)}$/[client]\nprotocol=tcp\nhost=127.0.0.1\nport=\1\nuser=\2\npassword=\3/p' \
		"$work/secrets/labour.dsn" >"$work/labour.cnf"
)
labour() { mariadb --defaults-file="$work/labour.cnf" -N -B lao_dong -e "$1" 2>&1; }
expect_eq "MariaDB's reader can read" "$(sql_maria lao_dong -e 'select count(*) from the_bhyt')" "$(labour 'select count(*) from the_bhyt')"
expect_contains "it can't write" "command denied" "$(labour 'delete from the_bhyt')"
expect_eq "its days are as the office's software keeps them" "0000-00-00	2026-09-00	9999-12-31" "$(sql_maria lao_dong -e "select
	(select max(den_ngay) from doi_tuong where den_ngay < '1000-01-01'), (select max(thang) from chi_tra),
	(select max(den_ngay) from the_bhyt)")"

truth >"$work/truth"
expect_eq "every commune of today's map is there" 166 "$(communes "$work/truth" | wc -l)"
expect_eq "and has residents" 0 "$(communes "$work/truth" | awk '$2 < 1' | wc -l)"
expect_eq "fresh + stale + without = residents" 0 "$(communes "$work/truth" | awk '$3 + $4 + $5 != $2' | wc -l)"
good=$(communes "$work/truth" | awk '$3 / $2 >= 0.95' | wc -l)
expect_eq "some communes reach 95 %, most don't" yes "$([ "$good" -ge 10 ] && [ "$good" -le 80 ] && echo yes || echo "$good")"

# A truth that nobody can change is no truth: one row made another shows in one commune.
truth --falsify >"$work/false"
expect_eq "one falsified row changes one commune" 1 \
	"$(diff <(communes "$work/truth") <(communes "$work/false") | grep -c '^>')"
truth >"$work/again"
expect_exit "the truth is the same again" 0 cmp "$work/truth" "$work/again"

# ---- what was planted --------------------------------------------------------------------------------------------------

while IFS=$'\t' read -r kind _ _ _ _ number _ _ sql _; do
	[ "$kind" != kind ] || continue
	expect_eq "planted: $kind" "$number" "$(psql_src doi_chung -c "$sql" </dev/null)"
done <"$work/out/planted.tsv"
expect_eq "without links the linked records have no owner" yes "$(awk -F'\t' '
	$1 == "variant" { fresh[$2] = $4; without[$2] = $6 }
	END { print (fresh["full"] > fresh["without_links"] && without["full"] < without["without_links"]) ? "yes" : "no" }' "$work/truth")"
expect_eq "the variants leave the dead out or not" yes "$(awk -F'\t' '
	$1 == "variant" { n[$2] = $3 }
	END { print (n["full"] < n["without_links"] && n["without_links"] < n["without_both"] &&
		n["without_deaths"] == n["without_both"]) ? "yes" : "no" }' "$work/truth")"
expect_eq "every kind is planted" 0 "$(awk -F'\t' '$6 < 1' "$work/out/planted.tsv" | wc -l)"

# ---- the indicator's SQL -----------------------------------------------------------------------------------------------

# Fills ref and canon by plain SQL, as the gateway would: rows that are right, pseudonyms for numbers.
make_canon() {
	local csv table
	psql_src doi_chung -f schemas/warehouse/ref.sql && psql_src doi_chung -f schemas/warehouse/ref.sql || return 1
	while read -r csv table; do
		psql_src doi_chung -c "copy $table from stdin (format csv, header match)" <"schemas/codes/$csv" || return 1
	done <schemas/warehouse/ref.list
	psql_src doi_chung <<-'END'
	insert into ref.home (province) values ('38') on conflict do nothing;
	create schema canon;
	create table canon.person as
	select sha256(so_gon(c.so_dinh_danh)::bytea) as person, c.ma_xa as commune,
		case when c.ngay_cap_nhat < '2025-09-15' then 'before' else 'after' end || '-2025-07' as commune_map,
		case when d.tinh_trang = 'thuong_tru' then 'permanent' else 'other' end as status,
		c.ngay_cap_nhat at time zone 'Asia/Ho_Chi_Minh' as updated_at, null::timestamptz as _deleted_at,
		'population' as _source, 'person' as _stream, so_gon(c.so_dinh_danh) as _key
	from cong_dan c join cong_dan_dung d on d.so = so_gon(c.so_dinh_danh);
	create table canon.death as
	select sha256(so::bytea) as person, sha256(cmnd::bytea) as cmnd, null::timestamptz as _deleted_at,
		'justice' as _source from khai_tu_dung;
	create table canon.health_record as
	select ma_ho_so as record_id, sha256(so::bytea) as person, sha256(bhxh::bytea) as social_insurance,
		null::timestamptz as _deleted_at, 'health' as _source
	from ho_so_dung;
	create table canon.health_update as
	select ma_ho_so as record_id, thoi_diem at time zone 'Asia/Ho_Chi_Minh' as occurred_at,
		null::timestamptz as _deleted_at, 'health' as _source
	from lan_dung;
	create table canon.person_link as
	select case loai when 'bhxh' then 'social_insurance' else loai end as kind, sha256(n::bytea) as number,
		sha256(so::bytea) as person
	from noi;
	-- What was deleted must not count, and a row that another replaced neither.
	insert into canon.person select person, commune, commune_map, status, updated_at, now(), 'deleted', _stream, _key
	from canon.person limit 100;
	insert into canon.person select person, '99999', commune_map, 'other', updated_at - interval '1 second', null, _source,
		_stream, _key || 'z' from canon.person where _deleted_at is null limit 10;
	insert into canon.death select person, cmnd, now(), 'deleted' from canon.person left join canon.death using (person);
	insert into canon.health_record select 'deleted', person, null, now(), 'health' from canon.person;
	analyze;
	END
}

# The SQL of a definition: of the rows with "", of what is counted apart by its code.
indicator_sql() {
	awk -v code="$1" '
		/^  - code: / { at = $3 }
		/^apart:/ { at = "-" }
		/^sql: / { at = "" }
		$0 ~ /^ *sql: \|$/ { inside = (at == code); match($0, /^ */); deep = RLENGTH; next }
		inside && $0 !~ /^ *$/ { match($0, /^ */); if (RLENGTH <= deep) inside = 0 }
		inside { print }' schemas/indicators/EHR.yaml
}

# Runs it with all its parameters, in another time zone than the source's.
indicator() { # indicator CODE [LINKS DEATHS]
	psql_src doi_chung -F $'\t' <<-END
	set timezone = 'UTC';
	prepare q(date, integer, integer, integer) as $(indicator_sql "$1");
	execute q('$as_of', 12, ${2:-1}, ${3:-1});
	END
}

expect_exit "ref and canon are filled" 0 make_canon
expect_eq "communes of both maps" "166|547|10" "$(psql_src doi_chung -c "select
	(select count(*) from ref.commune_today t join xa on xa.ma = t.code where t.map = 'after-2025-07'),
	count(*), count(*) filter (where split)
	from ref.commune_today t where t.map = 'before-2025-07' and t.code in (select ma_cu from xa_cu_moi)")"
expect_eq "every unsplit code leads to its commune of today" 0 "$(psql_src doi_chung -c "select count(*)
	from ref.commune_today t join xa_cu u on u.ma = t.code
	where t.map = 'before-2025-07' and (t.split <> u.chia or not t.split and t.today_code is distinct from u.ma_moi)")"
expect_eq "and those abolished earlier are among them" 0 "$(psql_src doi_chung -c "select count(*) from xa_bo b
	where not exists (select from ref.commune_today t where t.map = 'before-2025-07' and t.code = b.ma)")"
expect_eq "code and name are no key: Tho Dien" "15520|Xã Xuân Hòa" \
	"$(psql_src doi_chung -c "select today_code, today_name from ref.commune_today where map = 'before-2025-07' and code = '15538'")"
indicator "" >"$work/indicator"
expect_exit "the indicator's rows equal the truth" 0 diff <(cut -f 1,3- "$work/indicator" | sort) <(communes "$work/truth" | sort)
while read -r variant links deaths; do
	expect_eq "the sums without this or that: $variant" "$(awk -F'\t' -v v="$variant" '$2 == v { print $3, $4, $5, $6 }' "$work/truth")" \
		"$(indicator "" "$links" "$deaths" | awk -F'\t' '{ n += $3; f += $4; s += $5; w += $6 } END { print n, f, s, w }')"
done <<-END
	full 1 1
	without_links 0 1
	without_deaths 1 0
	without_both 0 0
END
for name in split_units unmatched_people records_without_number records_linked dead_in_justice unknown_units; do
	expect_eq "counted apart: $name" "$(awk -v name="$name" '$1 == name { print $2 }' "$work/truth")" "$(indicator "$name")"
done

scenario_end
