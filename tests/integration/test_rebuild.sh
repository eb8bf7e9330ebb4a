#!/bin/bash
# A canon table made again from its topics beside the live one: what was damaged by hand is right again, one that was
# killed goes on, loaders that run lose nothing, and what does not balance changes nothing.
# shellcheck disable=SC2317 # functions that at_end and wait_for call
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh
# shellcheck source=tests/lib/flow.sh
. tests/lib/flow.sh

at_end workspace_end
workspace rebuild
thing_table 20000
thing_source 5000
# Everything that a record says of a row; when it was loaded is not of them.
content() { wh "select md5(string_agg(t::text, E'\n' order by _key)) from (select _key, _hash, _deleted_at is null as live,
	id, label, amount, seen_on, changed_at from canon.thing) t"; }
rebuild() { songma rebuild "$@"; }

expect_exit "the table is filled" 0 songma sync test >/dev/null
src "update thing set label = 'changed ' || id, changed = now() where id % 10 = 0"
expect_exit "changes are loaded" 0 songma sync test >/dev/null

# What people add to a table: a view on it, a view on the view, a right, an index, a constraint; and what is on its way out.
wh <<-'END'
create schema report;
create view report.total as select count(*) as n, sum(amount) as amount from canon.thing where _deleted_at is null;
create view report.twice as select 2 * n as n from report.total;
do $$ begin create role rebuild_reader; exception when duplicate_object then end $$;
grant select on canon.thing to rebuild_reader;
grant select on report.total to rebuild_reader;
create index thing_by_label on canon.thing (label);
alter table canon.thing add constraint thing_amount_ok check (amount < 1000000);
END
form() { wh "select string_agg(x, E'\n' order by x) from (
	select indexdef as x from pg_indexes where schemaname = 'canon' and tablename = 'thing'
	union all select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'canon.thing'::regclass
	union all select a::text from pg_class c, unnest(relacl) a where c.oid = 'canon.thing'::regclass
	union all select attname || format_type(atttypid, atttypmod) || coalesce(col_description(attrelid, attnum), '')
	          || attnotnull from pg_attribute where attrelid = 'canon.thing'::regclass and attnum > 0) f"; }
form=$(form) good=$(content) history=$(wh "select count(*) from history.thing")

# ---- nothing is wrong --------------------------------------------------------------------------------------------------

expect_exit "a dry run" 0 rebuild thing --dry-run --output json >/dev/null
expect_eq "finds all alike" "20000 0 0 0 false" "$(jq -r '"\(.same) \(.differ) \(.missing) \(.extra) \(.swapped)"' <<<"$LAST_OUT")"
expect_eq "and leaves nothing behind" 0 "$(wh "select count(*) from pg_tables where schemaname in ('rebuild', 'before')")"
expect_exit "no table of that name" 2 rebuild nothing --reason x 2>/dev/null
expect_exit "no reason" 2 rebuild thing </dev/null 2>/dev/null

# ---- damaged by hand ---------------------------------------------------------------------------------------------------

wh "update canon.thing set label = 'wrong' where id <= 30"
wh "delete from canon.thing where id between 31 and 50"
wh "insert into canon.thing select 900000, label, amount, seen_on, changed_at, _source, _stream, '900000', _version, _run, _hash,
	_loaded_at from canon.thing where id = 100"
expect_eq "it is damaged" no "$([ "$(content)" = "$good" ] && echo yes || echo no)"
expect_exit "by stream" 0 rebuild test thing --reason "label was changed by hand" --yes --output json >/dev/null
expect_eq "the damage is counted" "30 20 1 true" "$(jq -r '"\(.differ) \(.missing) \(.extra) \(.swapped)"' <<<"$LAST_OUT")"
expect_eq "it is what its topic says" "$good" "$(content)"
expect_eq "with the form it had" "$form" "$(form)"
expect_eq "history is as it was" "$history" "$(wh "select count(*) from history.thing")"
expect_eq "views look at the new table" "20000|40000" "$(wh "select (select n from report.total), (select n from report.twice)")"
expect_eq "and kept their rights" t "$(wh "select has_table_privilege('rebuild_reader', 'report.total', 'select')")"
expect_eq "the live view, too" 20000 "$(wh "select count(*) from canon.thing_live")"
expect_eq "the old table is kept" 30 "$(wh "select count(*) from before.thing where label = 'wrong'")"
songma sync test >/dev/null
expect_eq "the act is in the audit" "rebuild|test|thing|label was changed by hand" \
	"$(wh "select act, source, stream, body::json ->> 'reason' from ops.audit")"
expect_exit "the chain is whole" 0 songma audit verify >/dev/null
expect_exit "the old one is dropped" 0 rebuild thing --drop-old >/dev/null
expect_eq "and gone" "" "$(wh "select to_regclass('before.thing')")"

# ---- deletes, and what can't be loaded ---------------------------------------------------------------------------------

wh "update canon.thing set _deleted_at = now() where id = 7"
expect_exit "a row that somebody took for deleted" 0 rebuild thing --reason again --yes --output json >/dev/null
expect_eq "is there again" 0 "$(wh "select count(*) from canon.thing where _deleted_at is not null")"

# ---- refused -----------------------------------------------------------------------------------------------------------

wh "alter table canon.thing add column note text"
expect_exit "a column that people added is not lost" 1 rebuild thing --reason again --yes 2>/dev/null >/dev/null
expect_contains "and named" "column note" "$LAST_ERR"
wh "alter table canon.thing drop column note"
wh "create materialized view report.kept as select count(*) as n from canon.thing"
expect_exit "nor what can't be led over" 1 rebuild thing --reason again --yes 2>/dev/null >/dev/null
expect_contains "and named" "kept" "$LAST_ERR"
wh "drop materialized view report.kept"
wh "insert into canon.thing select 900000 + i, label, amount, seen_on, changed_at, _source, _stream, 'x' || i, _version, _run,
	_hash, _loaded_at from canon.thing, generate_series(1, 201) i where id = 100"
expect_exit "Kafka lacks too much" 1 rebuild thing --reason again --yes 2>/dev/null >/dev/null
expect_contains "says how much" "201 rows" "$LAST_ERR"
expect_eq "and nothing is changed" 20201 "$(wh "select count(*) from canon.thing")"
expect_exit "unless a person wants it" 0 rebuild thing --reason again --yes --force >/dev/null
expect_eq "then it is as its topic says" "$good" "$(content)"

# ---- killed, and with a loader and churn -------------------------------------------------------------------------------

wh "update canon.thing set label = 'wrong' where id % 7 = 0"
half_done() {
	[ "$(wh "select coalesce(sum(o.records), 0) > 0 from ops.rebuild_offset o join ops.rebuild r using (entity) where r.state = 'reading'")" = t ]
}
arrived() { [ "$(thing_difference)" = same ]; }
alone() { [ "$(wh "select count(*) from pg_stat_activity where application_name = 'songma rebuild'")" = 0 ]; }
end_load() { kill -9 "$load" 2>/dev/null; }
churn() {
	local i
	for i in $(seq 1 12); do
		src "update thing set label = 'churn $i', changed = now() where id % 1000 = $i"
		"$SONGMA" pull test >/dev/null 2>&1
	done
}
SONGMA_LOG=warn "$SONGMA" load --follow >"$WS/load.log" 2>&1 &
load=$!
at_end end_load
churn &
churned=$!
# Held up in the middle, so that it can be killed there.
psql_wh "$WH" -c "create function ops.slow() returns trigger language plpgsql as \$\$ begin perform pg_sleep(1); return new; end \$\$" \
	-c "create trigger slow before insert or update on ops.rebuild_offset for each statement execute function ops.slow()"
"$SONGMA" rebuild thing --reason again --yes >"$WS/killed" 2>&1 &
killed=$!
wait_for 10 "part of it is read" half_done
kill -9 $killed
wait $killed 2>/dev/null
psql_wh "$WH" -c "drop trigger slow on ops.rebuild_offset" -c "drop function ops.slow()"
expect_eq "nothing was changed yet" t "$(wh "select count(*) > 2000 from canon.thing where label = 'wrong'")"
# One that is broken off and then spoiled does not balance.
part=$(wh "select rows from (select sum(rows) as rows from ops.rebuild_offset) x")
expect_exit "it goes on where it was" 0 rebuild thing --reason again --yes --output json >/dev/null
expect_eq "and says so" "true true" "$(jq -r '"\(.resumed) \(.swapped)"' <<<"$LAST_OUT")"
expect_eq "it had come part of the way" yes "$([ "$part" -gt 0 ] && echo yes)"
expect_eq "nothing is wrong any more" 0 "$(wh "select count(*) from canon.thing where label = 'wrong'")"
wait $churned
wait_for 20 "what changed meanwhile arrives" arrived
expect_exit "the loader never noticed" 0 kill -0 $load
kill "$load"
wait "$load" 2>/dev/null
expect_eq "all runs balance" 0 "$(unbalanced)"
expect_eq "no letters" 0 "$(wh "select count(*) from ops.dead_letter")"

# ---- does not balance --------------------------------------------------------------------------------------------------

psql_wh "$WH" -c "create function ops.slow() returns trigger language plpgsql as \$\$ begin perform pg_sleep(1); return new; end \$\$" \
	-c "create trigger slow before insert or update on ops.rebuild_offset for each statement execute function ops.slow()"
"$SONGMA" rebuild thing --reason again --yes >"$WS/killed" 2>&1 &
killed=$!
wait_for 10 "part of it is read again" half_done
kill -9 $killed
wait $killed 2>/dev/null
psql_wh "$WH" -c "drop trigger slow on ops.rebuild_offset" -c "drop function ops.slow()"
wait_for 10 "its sessions end" alone
wh "delete from rebuild.thing where ctid in (select ctid from rebuild.thing limit 3)"
good=$(content)
expect_exit "a made table that lacks rows is refused" 1 rebuild thing --reason again --yes 2>/dev/null >/dev/null
expect_contains "and says where" "test.thing" "$LAST_ERR"
expect_eq "the live one stays" "$good" "$(content)"
expect_exit "the next begins anew" 0 rebuild thing --reason again --yes --output json >/dev/null
expect_eq "and swaps" "false true" "$(jq -r '"\(.resumed) \(.swapped)"' <<<"$LAST_OUT")"
expect_eq "to the same" "$good" "$(content)"

psql_wh "$WH" -c "drop schema report cascade" -c "drop owned by rebuild_reader" -c "drop role rebuild_reader" 2>/dev/null
scenario_end
