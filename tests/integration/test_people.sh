#!/bin/bash
# People across sectors: numbers that lead to a person, conflicts, possible duplicates, and what the links are worth to
# the indicator, on made-up sectors whose schemas no part of the program knows.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh


# A field of a schema: name, type, more attributes.
field() { printf '{"name": "%s", "type": %s, "doc": "of the tests", %s}' "$1" "$2" "$3"; }
# An identifier of its kind: field, kind, type.
number() {
	field "$1" "${3:-\"Pseudonym\"}" "\"default\": null, \"privacy\": \"identifier\", \"kind\": \"$2\", \"whose\": \"person\"" |
		sed 's/"type": \([^,]*\),/"type": ["null", \1],/'
}
open_field() { field "$1" "$2" '"privacy": "public"'; }

# Schema test/$1 of the fields that follow.
schema() {
	local name=$1 IFS=,
	shift
	jq . <<<"{\"type\": \"record\", \"name\": \"$name\", \"namespace\": \"vn.songma.test\", \"doc\": \"of the tests\",
		\"fields\": [$*]}" >"$WS/schemas/test/$name.avsc"
}

# The personal number comes first and describes the type.
person=$(number person citizen_number '{"type":"fixed";"name":"Pseudonym";"size":32}' | tr ';' ',')
text='"string"'
time='{"type": "long", "logicalType": "timestamp-micros"}'

make_schemas() {
	mkdir -p "$WS/schemas/test"
	schema Person "$(open_field row_id '"long"')" "$person" "$(number cmnd cmnd)" "$(open_field commune "$text")" \
		"$(open_field commune_map "$text")" "$(open_field status "$text")" "$(open_field updated_at "$time")"
	# Kept as hexadecimal text here, as bytes elsewhere.
	schema Card "$(open_field card_id '"long"')" "$person" "$(number cmnd cmnd)" \
		"$(number social_insurance social_insurance "$text")" "$(open_field updated_at "$time")"
	schema Death "$(open_field death_id '"long"')" "$person" "$(number cmnd cmnd)" "$(open_field updated_at "$time")"
	schema HealthRecord "$(open_field record_id "$text")" "$person" "$(number social_insurance social_insurance)" \
		"$(open_field updated_at "$time")"
	schema HealthUpdate "$(open_field update_id '"long"')" "$(open_field record_id "$text")" \
		"$(open_field occurred_at "$time")" "$(open_field updated_at "$time")"
}

# Stream $1 of table $2 with schema $3: its fields on standard input.
stream() {
	printf '  %s:\n    table: %s\n    key: id\n    mode: timestamp\n    cursor: changed\n    schema: test/%s\n    fields:\n' "$@"
	sed 's/^/      /'
	printf '      updated_at: changed\n'
}

make_sources() {
	local who='person: {column: cccd, rules: [citizen_number]}' card='cmnd: {column: cmnd, rules: [cmnd]}'
	local insured='social_insurance: {column: bhxh, rules: [social_insurance]}'
	{
		source_head register
		echo streams:
		stream person cong_dan Person <<-END
		row_id: id
		$who
		$card
		commune: xa
		commune_map: bang_ma
		status: tinh_trang
		END
	} >"$WS/sources/register.yaml"
	{
		source_head office
		echo streams:
		stream card the Card <<-END
		card_id: id
		$who
		$card
		$insured
		END
		stream death khai_tu Death <<-END
		death_id: id
		$who
		$card
		END
	} >"$WS/sources/office.yaml"
	{
		source_head clinic
		echo streams:
		stream record ho_so HealthRecord <<-END
		record_id: id
		$who
		$insured
		END
		stream visit lan HealthUpdate <<-END
		update_id: id
		record_id: ho_so
		occurred_at: luc
		END
	} >"$WS/sources/clinic.yaml"
}

# Who they are: 1 by number alone; 2 and 3 share a CMND; 4 has two BHXH numbers; 5 died, by CMND only; 6 died; 7 moved
# (a second row comes later); 9 of a split commune, 10 of an unknown one; 11 only for a time.
make_tables() {
	src <<-'END'
	create table cong_dan (id bigint primary key, cccd text, cmnd text, xa text, bang_ma text not null default 'after-2025-07',
	  tinh_trang text not null default 'permanent', changed timestamptz not null default now());
	insert into cong_dan (id, cccd, cmnd, xa) values
	  (1, '038199000001', '171000001', '14797'), (2, '038199000002', '171000002', '14797'),
	  (3, '038199000003', '171000002', '14797'), (4, '038199000004', null, '14797'),
	  (5, '038199000005', '171000005', '14797'), (6, '038199000006', null, '14797'),
	  (7, '038199000007', null, '14797'), (9, '038199000009', null, '14758'),
	  (10, '038199000010', null, '99999'), (11, '038199000011', null, '14797');
	update cong_dan set bang_ma = 'before-2025-07' where id = 9;
	update cong_dan set tinh_trang = 'temporary' where id = 11;
	create table the (id bigint primary key, cccd text, cmnd text, bhxh text, changed timestamptz not null default now());
	insert into the values (1, '038199000001', '171000001', '3800000001'), (2, '038199000002', null, '3800000002'),
	  (3, '038199000004', null, '3800000004'), (4, '038199000004', null, '3800000044'), (5, null, '171000009', '3800000009');
	create table khai_tu (id bigint primary key, cccd text, cmnd text, changed timestamptz not null default now());
	insert into khai_tu values (1, null, '171000005'), (2, '038199000006', null), (3, null, '171000002');
	create table ho_so (id text primary key, cccd text, bhxh text, changed timestamptz not null default now());
	insert into ho_so values ('r1', '038199000001', null), ('r2', null, '3800000002'), ('r4', null, '3800000004'),
	  ('r9', null, '3800000009'), ('r99', '038199000099', '3800000099');
	create table lan (id bigint primary key, ho_so text, luc timestamptz, changed timestamptz not null default now());
	insert into lan values (1, 'r1', '2026-05-05'), (2, 'r2', '2026-06-06'), (3, 'r4', '2020-01-01'), (4, 'r9', '2026-06-06');
	grant select on all tables in schema public to reader;
	END
}

links() { wh "select string_agg(kind || ' ' || n, ', ' order by kind) from (select kind, count(*) n from canon.person_link group by kind) x"; }
doubts() { songma people show ${1:+"$1"} --output json | jq -c "$2"; }
# Denominator, fresh, stale, without of the whole province, from the last result.
totals() { wh "select $1 from (select * from ind.result order by id desc limit 1) r"; }
sums="(select sum((x->>'denominator')::int) || '|' || sum((x->>'fresh')::int) || '|' || sum((x->>'stale')::int) || '|' || sum((x->>'without')::int) from jsonb_array_elements(rows) x)"
compute() { songma indicator compute EHR --as-of 2026-11-23 "$@"; }

workspace people
sed -i "s/^language: en/&\nprovince: \"38\"/" "$SONGMA_CONFIG"
rm -f "$WS"/sources/*.yaml
make_tables
make_schemas
make_sources
expect_exit "the sectors flow" 0 songma sync
expect_eq "every row arrives" "10|5|3|5|4" "$(wh "select (select count(*) from canon.person) || '|' || (select count(*) from canon.card)
	|| '|' || (select count(*) from canon.death) || '|' || (select count(*) from canon.health_record) || '|' || (select count(*) from canon.health_update)")"

# ---- links -------------------------------------------------------------------------------------------------------------

expect_exit "people are linked" 0 songma people link
expect_contains "and counted" "Links computed" "$LAST_OUT"
expect_eq "one person each: by the register, by cards, by a health record" "cmnd 2, social_insurance 5" "$(links)"
expect_eq "a number leads to the person whom the rows name" 4 "$(wh "select count(*) from canon.person_link l
	join canon.card c on c.person = l.person and l.kind = 'social_insurance' and encode(l.number, 'hex') = c.social_insurance")"
expect_eq "a CMND of two people is a conflict" '[["conflict","cmnd",2,"register"]]' \
	"$(doubts conflicts '[.[] | [.what, .kind, .count, .sources]]')"
expect_eq "and leads nowhere" 0 "$(wh "select count(*) from canon.person_link l join ops.link_conflict c using (kind, number)")"
expect_eq "those two may be one, and who has two BHXH numbers" \
	'[["shared_number","cmnd",1,"register"],["two_numbers","social_insurance",2,"office"]]' \
	"$(doubts duplicates '[.[] | [.what, .kind, .count, .sources]]')"
expect_eq "eight digits of a pseudonym are shown" 8 "$(doubts conflicts '.[0].pseudonym | length')"
expect_contains "for people, in words" "a number of several people" "$(songma people show)"
expect_contains "in Vietnamese too" "CMND" "$(export SONGMA_LANG=vi; songma people show)"
expect_exit "another word is refused" 2 songma people show all

before=$(wh "select computed_at from ops.link_state" "select xmin, ctid, * from canon.person_link order by kind, number" \
	"select xmin, * from ops.link_conflict" "select xmin, * from ops.possible_duplicate order by what")
expect_exit "once more" 0 songma people link
expect_contains "nothing had changed" "Nothing has changed" "$LAST_OUT"
expect_exit "and again all the same" 0 songma people link --again
expect_contains "is computed" "Links computed" "$LAST_OUT"
expect_eq "and writes no row again" "$(tail -n +2 <<<"$before")" \
	"$(wh "select xmin, ctid, * from canon.person_link order by kind, number" "select xmin, * from ops.link_conflict" \
		"select xmin, * from ops.possible_duplicate order by what")"

# ---- the indicator -----------------------------------------------------------------------------------------------------

cp "$WS/schemas/indicators/EHR.yaml" "$WS/EHR-2.yaml"
cp tests/data/indicators/EHR-1.yaml "$WS/schemas/indicators/EHR.yaml"
expect_exit "version 1 computes" 0 compute
old=$(totals "version || '|' || $sums")
cp "$WS/EHR-2.yaml" "$WS/schemas/indicators/EHR.yaml"
expect_exit "what was computed with version 1 is not shown as version 2" 2 songma indicator show EHR
expect_exit "version 2 without links" 0 compute --set links=0
expect_eq "gives the figures of version 1" "${old#*|}" "$(totals "$sums")"
expect_eq "commune by commune" 1 "$(wh "select count(distinct (select jsonb_agg(x) from jsonb_array_elements(rows) x
	where x->>'denominator' <> '0')) from ind.result")"
expect_eq "which are those of the rows" "6|1|0|5" "$(totals "$sums")"
expect_exit "with links" 0 compute
expect_contains "it says what it counts" "Linked by BHXH and CMND" "$LAST_OUT"
expect_eq "two more have a record, one more is dead" "5|2|1|2" "$(totals "$sums")"
expect_eq "and tells what stands apart" \
	'{"split_units":1,"unknown_units":1,"records_linked":2,"dead_in_justice":2,"unmatched_people":1,"records_without_number":1}' \
	"$(totals apart | jq -c '{split_units, unknown_units, records_linked, dead_in_justice, unmatched_people, records_without_number}')"
expect_eq "its parameters are kept" '{"links":1,"as_of":"2026-11-23","deaths":1,"months":12}' \
	"$(totals parameters | jq -c '{links, as_of, deaths, months}')"
expect_exit "a parameter out of its range is refused" 2 compute --set links=2
expect_exit "and one that there is not" 2 compute --set link=1
songma indicator compare EHR --as-of 2026-11-23 --output json >"$SCENARIO_TMP/compare.json"
expect_eq "all variants side by side" \
	'[["full",1,1,5,2,1,2,"40.00"],["without_links",0,1,6,1,0,5,"16.67"],["without_deaths",1,0,7,2,1,4,"28.57"],["without_both",0,0,7,1,0,6,"14.29"]]' \
	"$(jq -c '[.variants[] | [.code, .links, .deaths, .denominator, .fresh, .stale, .without, .ratio]]' "$SCENARIO_TMP/compare.json")"
expect_eq "of the indicator and the day" '["EHR","2026-11-23"]' "$(jq -c '[.indicator, .as_of]' "$SCENARIO_TMP/compare.json")"
compared=$(songma indicator compare EHR --as-of 2026-11-23)
expect_contains "what links are worth" "1 more people counted as up to date, 1 more dead people left out" "$compared"
expect_contains "what death records are worth" "2 dead people no longer counted" "$compared"

# ---- evidence comes and goes -------------------------------------------------------------------------------------------

src "insert into cong_dan (id, cccd, cmnd, xa, changed) values (70, '038199000007', null, '14758', now())" \
	"update cong_dan set cmnd = null, changed = now() where id = 3" \
	"update the set cccd = '038199000003', changed = now() where id = 5" \
	"update the set bhxh = '3800000005', changed = now() where id = 2"
expect_exit "rows change" 0 songma sync
expect_exit "figures are computed from links of now" 0 compute
expect_eq "the conflict is gone; who shares a number then, too" '["register_twice","two_numbers"]' \
	"$(doubts "" '[.[].what] | sort')"
expect_eq "its CMND leads to one person now, who is dead by it" 3 "$(totals "apart->>'dead_in_justice'")"
expect_eq "r9 has found its owner, r2 has lost it; the register's newer row decides" "4|2|1|1" "$(totals "$sums")"
expect_eq "both communes are known" 2 "$(totals "(select count(*) from jsonb_array_elements(rows) x where (x->>'denominator')::int > 0)")"
expect_eq "records without an owner" 1 "$(totals "apart->>'records_without_number'")"
wh "update canon.card set _deleted_at = now() where card_id = 5"
songma people link --again >/dev/null
compute --months 12 >/dev/null
expect_eq "deleted evidence is none" 2 "$(totals "apart->>'records_without_number'")"

# ---- nothing in clear --------------------------------------------------------------------------------------------------

{ songma people show; songma people show --output json; songma people link --again; songma indicator show EHR; } \
	>"$WS/everything.said" 2>&1
# How the numbers begin: so short a text may stand inside a pseudonym's digits.
expect_nowhere '(^|[^0-9a-f])' 0381990000 1710000 38000000
workspace_end
scenario_end
