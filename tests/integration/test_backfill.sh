#!/bin/bash
# Rows read again: a range, a list of keys, all of a stream with what is gone from it; killed in the middle and gone on
# with; and a stream that goes on from another place. Whatever happens, runs balance and nothing is there twice.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

ROWS=${BACKFILL_ROWS:-3000}
backfill() { songma backfill test "$@" --yes --reason "test of it"; }
history() { wh "select count(*) from history.thing"; }
comma() { if [ "$1" -lt 1000 ]; then echo "$1"; else printf '%d,%03d' $(($1 / 1000)) $(($1 % 1000)); fi; }
# The process of ours with these arguments that was started for this workspace.
ours() { pgrep -f "^songma $1 .*--config $SONGMA_CONFIG" | head -1; }

workspace backfill
thing_table "$ROWS"
thing_source 200
src <<-'SQL'
	create table human (cccd text primary key, born text);
	insert into human select '0381990' || to_char(i, 'FM00000'), (1940 + i % 60)::text from generate_series(1, 50) i;
	insert into human values ('038199077777', '1977');
	create table tree (commune text, nr int, label text, primary key (commune, nr));
	insert into tree select 'c' || i % 5, i, 'tree ' || i from generate_series(1, 20) i;
	grant select on human, tree to reader;
SQL
cat >"$WS/schemas/test/Human.avsc" <<-'SCHEMA'
	{"type": "record", "name": "Human", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number", "doc": "who"},
	  {"name": "born", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "a year"}
	 ]}
SCHEMA
cat >"$WS/schemas/test/Tree.avsc" <<-'SCHEMA'
	{"type": "record", "name": "Tree", "namespace": "vn.songma.test", "doc": "A tree of the tests",
	 "fields": [
	  {"name": "commune", "type": "string", "privacy": "public", "doc": "where"},
	  {"name": "nr", "type": "long", "privacy": "public", "doc": "its number there"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what it is called"}
	 ]}
SCHEMA
cat >>"$WS/sources/test.yaml" <<-'YAML'
	  human:
	    table: human
	    key: cccd
	    mode: bulk
	    schema: test/Human
	    fields:
	      person: {column: cccd, rules: [trim, citizen_number]}
	      born: born
	  tree:
	    table: tree
	    mode: bulk
	    schema: test/Tree
	    fields:
	      commune: commune
	      nr: nr
	      label: label
YAML
songma sync test >/dev/null 2>"$SCENARIO_TMP/err"
expect_eq "first sync" 0 $?
expect_eq "all is there" same "$(thing_difference)"

# ---- a range ---------------------------------------------------------------------------------------------------------

# Somebody changed rows and did not touch the time: no cycle finds that.
src "update thing set label = 'changed unseen' where id in (100, 1500)"
songma sync test >/dev/null 2>&1
expect_eq "no cycle finds what did not touch the time" 0 "$(wh "select count(*) from canon.thing where label = 'changed unseen'")"
range=(thing --from "2025-01-01 00:01:00" --to "2025-01-01 00:02:00")
out=$(songma backfill test "${range[@]}" --dry-run 2>&1)
expect_contains "a dry run says how many rows it means" "To be read again: 60 rows of test.thing" "$out"
expect_eq "and does nothing" 0 "$(wh "select count(*) from canon.thing where label = 'changed unseen'")"
out=$(backfill "${range[@]}" 2>"$SCENARIO_TMP/err")
expect_eq "a range is read again" 0 $?
expect_contains "and says what came of it" "Read again: 60 · loaded: 1 · unchanged: 59" "$out"
expect_contains "and that it balances" "It balances." "$out"
expect_eq "the row of the range is right" "changed unseen" "$(wh "select label from canon.thing where id = 100")"
expect_eq "that outside of it is as it was" "thing 1500" "$(wh "select label from canon.thing where id = 1500")"
expect_eq "history has the one change" 1 "$(history)"
out=$(backfill thing --column id --from 1499 --to 1501 --output json 2>&1)
expect_eq "a range of the key" '{"read": 2, "loaded": 1, "unchanged": 1, "superseded": 0, "dead": 0, "balanced": true}' "$out"
expect_eq "all is there again" same "$(thing_difference)"

# ---- what is refused -------------------------------------------------------------------------------------------------

# $1 name, $2 exit code, $3 part of the message, the rest: arguments
refused() {
	local name=$1 code=$2 part=$3 got
	shift 3
	out=$(songma "$@" 2>&1 </dev/null)
	got=$?
	expect_eq "$name: exit code" "$code" "$got"
	expect_contains "$name: message" "$part" "$out"
}
yes=(--yes --reason x)
refused "no such stream" 2 "has no stream nothing" backfill test nothing --all "${yes[@]}"
refused "no such column" 1 "there is no column nothing in public.thing" backfill test thing --column nothing --from 1 "${yes[@]}"
refused "no such value" 1 "no value of the column changed" backfill test thing --from CANARYTIME "${yes[@]}"
expect_lacks "which is not shown" CANARYTIME "$out"
refused "two ways at once" 2 "exclude each other" backfill test thing --all --from 1 "${yes[@]}"
refused "nothing named" 2 "which rows?" backfill test thing "${yes[@]}"
refused "no reason" 2 "--reason" backfill test thing --all --yes
refused "nobody to ask" 2 "--yes" backfill test thing --all --reason x
refused "a bulk stream has no cursor" 2 "--column" backfill test human --from 1 "${yes[@]}"
refused "a bulk stream has no place" 1 "read as a whole every time" position set test human --to 1 "${yes[@]}"
refused "a place that is none" 1 "no value of the column changed" position set test thing --to CANARYTIME "${yes[@]}"
expect_lacks "which is not shown either" CANARYTIME "$out"
export SONGMA_LANG=vi
refused "in Vietnamese too" 1 "songma" position set test thing --to sai "${yes[@]}"
export SONGMA_LANG=en

# ---- a list of keys --------------------------------------------------------------------------------------------------

src "update human set born = '1950' where cccd in ('038199077777', '038199000007')"
src "update tree set label = 'oak' where nr in (3, 4)"
out=$(printf '038199077777\r\n038199000007\nCANARYKEY\n' | backfill human --keys - 2>"$SCENARIO_TMP/err")
expect_eq "keys from standard input" 0 $?
expect_contains "of which one is of no row" "Read again: 2 · loaded: 2" "$out"
expect_eq "they are right now" 2 "$(wh "select count(*) from canon.human where born = '1950' and _version > (select max(_version) from canon.thing)")"
printf 'nr,commune\n3,c3\n4,c4\n' >"$WS/keys.csv"
out=$(backfill tree --keys "$WS/keys.csv" 2>"$SCENARIO_TMP/err")
expect_contains "a key of two columns" "Read again: 2 · loaded: 2" "$out"
printf 'number\n3\n' >"$WS/keys.csv"
refused "a key that is none" 1 "key column" backfill test tree --keys "$WS/keys.csv" "${yes[@]}"
kafkacat_all=$(for t in $(kcat -b "$SONGMA_KAFKA" -L -J | jq -r ".topics[].topic | select(startswith(\"$PREFIX\"))"); do
	kcat -b "$SONGMA_KAFKA" -C -t "$t" -e -q -f '%k %h %s\n' 2>/dev/null
done | tr -d '\0')
expect_lacks "no key of a person is in any topic" 038199077777 "$kafkacat_all"
expect_lacks "nor one that is of no row" CANARYKEY "$kafkacat_all"

# ---- all of it, killed in the middle ---------------------------------------------------------------------------------

thing_source 100 400
src "update thing set label = 'again ' || id where id % 500 = 0"
src "delete from thing where id in (11, 12, 13)"
before=$(history)
run_is_open() { songma load >/dev/null 2>&1 && wh_is "select count(*) from ops.run_balance where state = 'open'" 1; }
"$SONGMA" backfill test thing --all "${yes[@]}" >"$SCENARIO_TMP/out" 2>"$SCENARIO_TMP/err" &
command=$!
# Counting has a pull of its own; then that which reads.
wait_for 20 "it has counted" grep -q "To be read again" "$SCENARIO_TMP/out"
wait_for 20 "its pull has begun" run_is_open
kill -9 "$(ours pull)"
wait $command
expect_eq "its pull is killed, and it says so" 1 $(($? != 0))
expect_contains "the order stays" "stays asked" "$(cat "$SCENARIO_TMP/err")"
songma load >/dev/null 2>&1
expect_eq "its run is open" 1 "$(wh "select count(*) from ops.run_balance where state = 'open'")"
"$SONGMA" load --until-drained >/dev/null 2>&1 &
loader=$!
"$SONGMA" pull test --orders >/dev/null 2>"$SCENARIO_TMP/err" &
pull=$!
sleep 0.8
kill -9 $loader
wait $pull
expect_eq "the next pull ends it" 0 $?
songma load >/dev/null 2>&1
# Cycles go on beside it, and have runs of their own.
expect_eq "in one run, that has every row" "$((ROWS - 3))" \
	"$(wh "select string_agg(resent::text, ' ') from ops.run_balance where stream = 'thing' and resent > 100")"
expect_eq "all runs balance" 0 "$(unbalanced)"
expect_eq "every row is there once" "$ROWS|$ROWS" "$(wh "select count(*), count(distinct id) from canon.thing where _deleted_at is null")"
expect_eq "history was written where something changed" $((before + ROWS / 500)) "$(history)"
out=$(backfill thing --all 2>"$SCENARIO_TMP/err")
expect_eq "all of it again, with what is gone" 0 $?
expect_contains "loads nothing that did not change" "Read again: $(comma $((ROWS - 3))) · loaded: 0 · unchanged: $(comma $((ROWS - 3)))" "$out"
expect_eq "what is gone is deleted" same "$(thing_difference)"
expect_eq "and runs balance" 0 "$(unbalanced)"

# ---- the flow goes on ------------------------------------------------------------------------------------------------

thing_source 50 100
"$SONGMA" load --until-drained >/dev/null 2>&1 &
loader=$!
"$SONGMA" backfill test thing --all "${yes[@]}" >"$SCENARIO_TMP/out" 2>"$SCENARIO_TMP/err" &
command=$!
wait_for 20 "a slow backfill runs" grep -q "To be read again" "$SCENARIO_TMP/out"
src "insert into thing values (900001, 'new', 1, null, now())"
wait_for 20 "a new row passes it" wh_is "select count(*) from canon.thing where id = 900001" 1
kill -INT $command
wait $command
expect_eq "Ctrl-C ends the command" 130 $?
expect_contains "and says that it stays asked" "stays asked" "$(cat "$SCENARIO_TMP/err")"
kill -USR1 $loader
wait $loader
thing_source 1000
songma pull test --orders >/dev/null 2>&1
songma load >/dev/null 2>&1
expect_eq "the new row came during it" 1 "$(wh "select count(*) from canon.thing where id = 900001")"
expect_eq "and runs balance" 0 "$(unbalanced)"

# ---- another place ---------------------------------------------------------------------------------------------------

version() { songma position get test thing --output json | jq -r '.[0].last_version'; }
place() { songma position get test thing | grep thing; }
songma sync test >/dev/null 2>&1
expect_contains "where it is" "changes were read up to" "$(place)"
was=$(version)
out=$(songma position set test thing --to "2025-01-01 00:40:00" --dry-run 2>&1)
want=$(psql_src "$SRC" -c "select count(*) from thing where changed >= '2025-01-01 00:40+07'")
expect_contains "a dry run says how many rows it means" "read $(comma "$want") rows" "$out"
expect_eq "and moves nothing" "$was" "$(version)"
songma position set test thing --to "2025-01-01 00:40:00" --yes --reason back >/dev/null 2>"$SCENARIO_TMP/err"
expect_eq "back" 0 $?
expect_contains "is told" "2025-01-01 00:39:59.999999+07" "$(place)"
songma sync test >/dev/null 2>&1
expect_eq "the next cycle reads just these" "$want" "$(wh "select read from ops.run_balance where stream = 'thing' order by started_at desc limit 1")"
expect_eq "versions have grown" 1 "$(($(version) > was))"
was=$(version)
src "insert into thing select i, 'skipped', 1, null, '2026-03-01 00:00+07' from generate_series(910001, 910005) i"
src "insert into thing select i, 'seen', 1, null, '2026-04-02 00:00+07' from generate_series(910006, 910008) i"
songma position set test thing --to 2026-04-01 --yes --reason ahead >/dev/null 2>&1
src "insert into thing values (910009, 'seen', 1, null, '2026-04-03')"
songma position set test thing --to beginning --dry-run --output json >"$SCENARIO_TMP/out" 2>/dev/null
expect_eq "to the beginning it would be all" "{\"rows\": $(psql_src "$SRC" -c "select count(*) from thing")}" "$(cat "$SCENARIO_TMP/out")"
songma sync test >/dev/null 2>&1
expect_eq "ahead" 4 "$(wh "select count(*) from canon.thing where label = 'seen'")"
songma position set test thing --to beginning --yes --reason "all of it" >/dev/null 2>&1
expect_contains "the beginning is told" "begins at the beginning" "$(place)"
songma sync test >/dev/null 2>&1
expect_eq "everything is there" same "$(thing_difference)"
expect_eq "versions have grown again" 1 "$(($(version) > was))"
expect_eq "and runs balance" 0 "$(unbalanced)"

# A run that a crash has left open ends with the place that it was in, and balances.
thing_source 50 200
songma position set test thing --to beginning --yes --reason "once more" >/dev/null 2>&1
"$SONGMA" pull test thing >/dev/null 2>&1 &
pull=$!
open_run() { [ "$(songma position get test thing --output json | jq -r '.[0].run != null')" = true ]; }
wait_for 20 "a first reading is on its way" open_run
kill -9 $pull
wait $pull
songma position set test thing --to 2026-04-02 --yes --reason "not all of it" >/dev/null 2>&1
expect_eq "no run is open then" 1 "$(open_run; echo $?)"
thing_source 1000
songma sync test >/dev/null 2>&1
expect_eq "the one that was open balances" 0 "$(unbalanced)"
expect_eq "and the cycle after it has what is behind the place" 5 \
	"$(wh "select read from ops.run_balance where stream = 'thing' order by started_at desc limit 1")"

# ---- under serve -----------------------------------------------------------------------------------------------------

"$SONGMA" serve >/dev/null 2>"$SCENARIO_TMP/serve" &
serve=$!
# shellcheck disable=SC2317 # likewise
stop_serve() { kill "$serve" 2>/dev/null; }
at_end stop_serve
# shellcheck disable=SC2317 # likewise
serves() { songma status --output json 2>/dev/null | grep -q '"serve"' || ours pull; }
wait_for 20 "serve runs" serves
sleep 2
src "update thing set label = 'under serve' where id = 7"
started=$(grep -c duty_started "$SCENARIO_TMP/serve")
out=$(backfill thing --column id --from 5 --to 10 2>"$SCENARIO_TMP/err")
expect_eq "a serve does it" 0 $?
expect_contains "and loads it" "Read again: 5 · loaded: 1 · unchanged: 4" "$out"
expect_eq "and nobody takes its pull away" "$started" "$(grep -c duty_started "$SCENARIO_TMP/serve")"
kill $serve
wait $serve

# ---- the audit -------------------------------------------------------------------------------------------------------

expect_eq "acts without letters are in the audit" "backfill position" \
	"$(wh "select string_agg(distinct act, ' ' order by act) from ops.audit where act in ('backfill', 'position')")"
songma audit verify >"$SCENARIO_TMP/out" 2>&1
expect_eq "whose chain is whole" 0 $?
songma audit export "$WS/audit.json" >/dev/null 2>&1
expect_eq "and is exported" 0 $?
expect_contains "with the reason" "test of it" "$(cat "$WS/audit.json")"
expect_eq "no letter came of it" 0 "$(wh "select count(*) from ops.dead_letter")"
workspace_end
scenario_end
