#!/bin/bash
# The whole way on real servers: first load, nothing new, increments, late rows, empty and
# wide tables, a table without key, a schema that gains a field, dead letters.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh


first_load() {
	workspace flow
	thing_table 5000
	thing_source 1000
	expect_exit "first sync ends well" 0 songma sync
	expect_eq "every row is in the warehouse, value for value" same "$(thing_difference)"
	expect_eq "the run balances" "5000|5000|0|0|5000|balanced" \
		"$(wh "select read, produced, resent, dead, loaded, state from ops.run_balance")"
	expect_eq "topic holds one record a row" 5000 "$(topic_count "$PREFIX.test.thing")"
}

nothing_new() {
	local before
	before=$(topic_count "$PREFIX.test.thing")
	expect_exit "second sync ends well" 0 songma sync
	expect_eq "second sync sends nothing" "$before" "$(topic_count "$PREFIX.test.thing")"
}

increment() {
	src "update thing set label = 'mended', changed = now() where id in (7, 70, 700)" \
		"insert into thing values (5001, 'new', null, null, now())"
	songma sync >/dev/null
	expect_eq "an increment is loaded" same "$(thing_difference)"
	expect_eq "and only that was sent" 5004 "$(topic_count "$PREFIX.test.thing")"
	expect_eq "what the rows were is kept" 3 "$(wh "select count(*) from history.thing")"
	expect_eq "all runs balance" 0 \
		"$(unbalanced)"
}

late_commit() {
	# A transaction that takes its time: its row is older than the cursor when it commits.
	coproc WRITER { psql -X -q "$SONGMA_PG_SOURCES dbname=$SRC"; }
	echo "begin; update thing set label = 'late', changed = now() where id = 42; select 'open' \\gset" >&"${WRITER[1]}"
	wait_for 10 "the writer's transaction" eval \
		'[ "$(src "select count(*) from pg_stat_activity where state = '"'idle in transaction'"' and datname = current_database()")" = 1 ]'
	src "update thing set label = 'early', changed = clock_timestamp() where id = 43"
	songma sync >/dev/null
	echo "commit;" >&"${WRITER[1]}"
	eval "exec ${WRITER[1]}>&-"
	wait "$WRITER_PID" 2>/dev/null
	songma sync >/dev/null
	expect_eq "a row that committed behind the cursor is found" same "$(thing_difference)"
}

future_and_null() {
	src "alter table thing alter changed drop not null" \
		"update thing set label = 'from 2099', changed = '2099-01-01' where id = 5" \
		"insert into thing values (6001, 'usual', 1, null, now())"
	songma sync >/dev/null
	expect_eq "a row dated 2099 hides nothing" same "$(thing_difference)"
	local before
	before=$(topic_count "$PREFIX.test.thing")
	songma sync >/dev/null
	expect_eq "and is not sent again" "$before" "$(topic_count "$PREFIX.test.thing")"
}

gains_a_field() {
	src "alter table thing add note text" "update thing set note = 'x' || id, changed = now() where id <= 10"
	jq '.fields += [{"name": "note", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "a remark"}]' \
		"$WS/schemas/test/Thing.avsc" >"$WS/new.avsc" && mv "$WS/new.avsc" "$WS/schemas/test/Thing.avsc"
	sed -i 's/^      changed_at: changed/&\n      note: note/' "$WS/sources/test.yaml"
	expect_exit "a schema that gained a field syncs" 0 songma sync
	expect_eq "the new column is filled" 10 "$(wh "select count(*) from canon.thing where note = 'x' || id")"
	expect_eq "the other rows stay" 5002 "$(wh "select count(*) from canon.thing")"
}

incompatible() {
	jq '(.fields[] | select(.name == "label") | .type) = "long" | (.fields[] | select(.name == "label")) |= del(.default)' \
		"$WS/schemas/test/Thing.avsc" >"$WS/new.avsc" && mv "$WS/new.avsc" "$WS/schemas/test/Thing.avsc"
	expect_exit "a schema that breaks the old one is refused before anything runs" 2 songma pull test
	workspace_end
}

# What rules repair or doubt is counted, and said of one run; the list shows it only where there is some.
warnings() {
	local run
	workspace warned
	thing_table 4
	thing_source
	src "update thing set label = 'Nguyễn Văn An'"
	sed -i 's/^      label: label/      label: {column: label, rules: [person_name]}/' "$WS/sources/test.yaml"
	expect_exit "without warnings" 0 songma sync
	expect_lacks "there is no column for them" WARNINGS "$LAST_OUT"
	src "update thing set changed = now(), label = 'Ông Trần Văn Bình' where id < 3" \
		"update thing set changed = now(), label = 'Trần Văn Bình (con)' where id = 3"
	expect_exit "with some" 0 songma sync
	expect_contains "there is" WARNINGS "$LAST_OUT"
	expect_contains "and where to look" "songma runs RUN" "$LAST_OUT"
	run=$(wh "select id from ops.run where warned = 3")
	expect_exit "the run tells" 0 songma runs "$run"
	expect_contains "which warning, of which column, how often" "   2  label   person_name.honorific  a word of courtesy" "$LAST_OUT"
	expect_eq "for machines too" "3 2 label person_name.honorific" \
		"$(songma runs "$run" --output json | jq -r '.[0] | "\(.warned) \(.warnings[0] | "\(.rows) \(.column) \(.code)")"')"
	expect_exit "the status counts them" 0 songma status
	expect_contains "with the way to them" "warnings in the latest run of thing: 3 → songma runs $run" "$LAST_OUT"
	expect_eq "and for machines" "thing 3 $run" \
		"$(songma status --output json | jq -r '.sources[0].warnings[0] | "\(.stream) \(.rows) \(.run)"')"
	expect_exit "a source that there is not" 2 songma runs nobody 2>/dev/null
	expect_exit "a run that there is not" 1 songma runs 00000000-0000-4000-8000-000000000000 2>/dev/null
	workspace_end
}

empty_table() {
	workspace empty
	thing_table 0
	thing_source
	expect_exit "an empty table syncs" 0 songma sync
	expect_exit "and again" 0 songma sync
	src "insert into thing values (1, 'first', 1, null, now())"
	songma sync >/dev/null
	expect_eq "its first row arrives" 1 "$(wh "select count(*) from canon.thing")"
	workspace_end
}

dead_letters() {
	workspace dead
	thing_table 100
	thing_source
	src "update thing set seen_on = 'infinity' where id in (3, 4)" \
		"update thing set amount = 'NaN' where id = 5" \
		"alter table thing alter amount type numeric" \
		"update thing set amount = 99999999999999 where id = 6"
	expect_exit "bad rows stop nothing" 0 songma sync
	expect_eq "good rows are loaded" 96 "$(wh "select count(*) from canon.thing")"
	expect_eq "bad rows are letters" 4 "$(wh "select count(*) from ops.dead_letter")"
	expect_eq "the run balances with its letters" "100|96|4|balanced" \
		"$(wh "select read, produced, dead, state from ops.run_balance where read > 0")"
	workspace_end
}

wide_table() {
	local columns schema=() fields=()
	workspace wide
	columns=$(seq -s, -f "c%.0f integer" 1 400)
	src "create table thing (id integer primary key, changed timestamptz not null default now(), $columns)" \
		"insert into thing (id, c1, c400) select i, i, -i from generate_series(1, 300) i" \
		"grant select on thing to reader"
	thing_source
	for i in $(seq 1 400); do
		schema+=("{\"name\": \"c$i\", \"type\": [\"null\", \"int\"], \"default\": null, \"privacy\": \"public\", \"doc\": \"column $i\"}")
		fields+=("      c$i: c$i")
	done
	jq --argjson more "[$(IFS=,; echo "${schema[*]}")]" \
		'.fields = [.fields[0], .fields[4]] + $more' "$WS/schemas/test/Thing.avsc" >"$WS/new.avsc"
	mv "$WS/new.avsc" "$WS/schemas/test/Thing.avsc"
	sed -i -e '/label:\|amount:\|seen_on:/d' "$WS/sources/test.yaml"
	printf '%s\n' "${fields[@]}" >>"$WS/sources/test.yaml"
	expect_exit "a table of 402 columns syncs" 0 songma sync
	expect_eq "its last column too" 300 "$(wh "select count(*) from canon.thing where c400 = -id and c2 is null")"
	workspace_end
}

no_key() {
	workspace nokey
	thing_table 10
	src "alter table thing drop constraint thing_pkey"
	thing_source
	sed -i '/key: id/d' "$WS/sources/test.yaml"
	expect_exit "a table without key is refused as configuration" 2 songma pull test
	sed -i 's/^    mode: timestamp/    key: id\n&/' "$WS/sources/test.yaml"
	expect_exit "until the file names one" 0 songma sync
	expect_eq "then it is loaded" same "$(thing_difference)"
	workspace_end
}

modes() {
	workspace modes
	thing_table 500
	thing_source 100
	sed -i -e 's/mode: timestamp/mode: bulk/' -e '/cursor:/d' "$WS/sources/test.yaml"
	songma sync >/dev/null
	src "update thing set label = 'bulk' where id = 9"
	expect_exit "bulk reads everything each time" 0 songma sync
	expect_eq "and changes without a cursor arrive" same "$(thing_difference)"
	expect_eq "unchanged rows are skipped" 499 "$(runs_sum unchanged)"
	workspace_end
	workspace incr
	thing_table 500
	thing_source 100
	sed -i -e 's/mode: timestamp/mode: incrementing/' -e 's/cursor: changed/cursor: id/' "$WS/sources/test.yaml"
	songma sync >/dev/null
	src "insert into thing values (501, 'n', 1, null, now())"
	songma sync >/dev/null
	expect_eq "incrementing finds new rows" same "$(thing_difference)"
	expect_eq "and reads no old one" 501 "$(topic_count "$PREFIX.test.thing")"
	workspace_end
}

label_in_kafka() {
	kcat -b "$SONGMA_KAFKA" -C -t "$PREFIX.test.thing" -o beginning -e -q -X isolation.level=read_committed -f '%s\n' | grep -aqF "$1"
}

followed() {
	local duty before
	workspace followed
	thing_table 1000
	thing_source
	echo 'schedule: {every: 100ms}' >>"$WS/sources/test.yaml"
	"$SONGMA" pull test --follow >/dev/null 2>&1 &
	duty=$!
	wait_for 30 "the first reading" eval '[ "$(topic_count "$PREFIX.test.thing" 2>/dev/null)" = 1000 ]'
	sleep 2
	before=$(kcat -b "$SONGMA_KAFKA" -Q -t "$PREFIX.test._position:0:-1" | awk '{ print $NF }')
	sleep 3
	expect_eq "asking an idle source writes nothing to Kafka" "$before" \
		"$(kcat -b "$SONGMA_KAFKA" -Q -t "$PREFIX.test._position:0:-1" | awk '{ print $NF }')"
	src "update thing set label = 'polled', changed = now() where id = 5"
	wait_for 5 "a followed source gives a changed row" label_in_kafka polled && pass "a followed source gives a changed row"
	src "begin; update thing set label = 'slow', changed = now() where id = 6; select pg_sleep(2); commit" &
	sleep 1
	src "update thing set label = 'quick', changed = clock_timestamp() where id = 7"
	wait_for 5 "and one that overtook another" label_in_kafka quick && pass "and one that overtook another"
	wait_for 8 "and the one that committed late" label_in_kafka slow && pass "and the one that committed late"
	src "update thing set label = 'in time', changed = clock_timestamp() + interval '3 s' where id = 8"
	sleep 1
	before=$(topic_count "$PREFIX.test.thing")
	# Sent when it was written; again when its time has come, though nothing else happens.
	wait_for 8 "a row whose time comes" eval '[ "$(topic_count "$PREFIX.test.thing")" -gt '"$before"' ]' &&
		pass "a row whose time comes is sent then"
	kill -TERM "$duty"
	wait "$duty"
	expect_eq "the duty ends when told to" 143 $?
	workspace_end
}

hours() {
	local duty zone=Asia/Ho_Chi_Minh begin end count
	workspace hours
	thing_table 20000
	thing_source 100 100
	# The forbidden hour begins with the next minute, in the middle of the first reading.
	[ "$(date +%-S)" -lt 50 ] || sleep 12
	begin=$(TZ=$zone date -d '+1 minute' +%H:%M) end=$(TZ=$zone date -d '+61 minutes' +%H:%M)
	echo "schedule: {every: 1s, not_between: [\"$begin\", \"$end\"]}" >>"$WS/sources/test.yaml"
	"$SONGMA" pull test --follow >/dev/null 2>&1 &
	duty=$!
	wait_for 20 "the first page" eval '[ "$(topic_count "$PREFIX.test.thing" 2>/dev/null)" -gt 0 ]'
	wait_for 70 "the forbidden hour" eval '[ "$(TZ='$zone' date +%H:%M)" = "'"$begin"'" ]'
	sleep 3
	count=$(topic_count "$PREFIX.test.thing")
	sleep 4
	expect_eq "a long reading pauses when the forbidden hours begin" "$count" "$(topic_count "$PREFIX.test.thing")"
	expect_eq "in the middle" yes "$([ "$count" -lt 20000 ] && [ "$count" -gt 0 ] && echo yes)"
	expect_exit "the duty waits" 0 kill -0 "$duty"
	kill -TERM "$duty"
	wait "$duty"
	sed -i -e '/^schedule:/d' -e 's/rows_per_second: 100,/rows_per_second: unlimited,/' "$WS/sources/test.yaml"
	songma sync >/dev/null 2>&1
	expect_eq "and goes on there, in the same run" "20000|20000|balanced" \
		"$(wh "select read, produced, state from ops.run_balance where read > 0")"
	workspace_end
}

first_load
nothing_new
increment
late_commit
future_and_null
gains_a_field
incompatible
warnings
empty_table
dead_letters
wide_table
no_key
modes
followed
hours
scenario_end
