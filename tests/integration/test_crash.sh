#!/bin/bash
# Ends in the middle: pulls and loads killed with -9, a loader that was taken over, a run that
# goes on after a crash.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

# Starts "songma $@" and kills it -9 as soon as its log says PATTERN ($1).
kill_when() {
	local pattern=$1 log=$WS/crash.log pid
	shift
	"$SONGMA" "$@" 2>"$log" &
	pid=$!
	wait_for 60 "$pattern in the log of $1" grep -q "$pattern" "$log"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
}

workspace crash
thing_table 20000
thing_source 500
# From 2,000, 9,000 and 15,000 rows on.
for read in '[2-9]...' '\(9...\|1....\)' '1[5-9]...'; do
	kill_when "read=$read " pull test
done
kill_when "loaded=[1-9]" load --follow
expect_exit "a sync after four kills ends well" 0 songma sync
expect_eq "the warehouse is the source" same "$(thing_difference)"
expect_eq "one run went on through all of it and balances" "1|20000|20000|balanced" \
	"$(psql_wh "$WH" -c "select count(*), sum(read), sum(loaded + unchanged + superseded), min(state) from ops.run_balance where read > 0")"
expect_eq "committed records are rows + resent" \
	"$((20000 + $(runs_sum resent)))" "$(topic_count "$PREFIX.test.thing")"

# A loader that is killed keeps its partitions for as long as Kafka believes that it lives.  Another one that is to load
# all does not take its own share for all: it waits for those.
both_load() {
	psql_src "$SRC" -c "update thing set changed = now() where id % 100 = 0"
	songma pull test 2>/dev/null
	grep -q "topic=$PREFIX.test.thing " "$WS/one.log" && grep -q "topic=$PREFIX.test.thing " "$WS/two.log"
}
"$SONGMA" load --until-drained 2>"$WS/one.log" &
one=$!
"$SONGMA" load --until-drained 2>"$WS/two.log" &
two=$!
wait_for 60 "two loaders share the partitions" both_load
kill -9 "$one"
wait "$one" 2>/dev/null
psql_src "$SRC" -c "update thing set changed = now(), label = 'once more'"
expect_exit "there is something of every partition to load" 0 songma pull test 2>/dev/null
kill -USR1 "$two"
wait "$two"
expect_eq "the loader that is left ends well" 0 $?
expect_eq "and has loaded what was the dead one's" same "$(thing_difference)"
expect_eq "every run with it" 0 "$(psql_wh "$WH" -c "select count(*) from ops.run_balance where state <> 'balanced'")"

# Two pulls of one source: the older is fenced and says so.
psql_src "$SRC" -c "update thing set changed = now(), label = 'again'"
sed -i 's/rows_per_second: unlimited/rows_per_second: 500/' "$WS/sources/test.yaml"
"$SONGMA" pull test 2>"$WS/first.log" &
first=$!
wait_for 30 "the first pull's first batch" grep -q event=batch "$WS/first.log"
sed -i 's/rows_per_second: 500/rows_per_second: unlimited/' "$WS/sources/test.yaml"
expect_exit "a second pull takes over" 0 songma pull test
wait "$first"
expect_eq "the first ends with 1" 1 $?
expect_contains "and says that another took over" "another" "$(tail -n 1 "$WS/first.log")"
songma sync >/dev/null
expect_eq "nothing was lost or doubled by it" same "$(thing_difference)"
expect_eq "every run balances" 0 "$(psql_wh "$WH" -c "select count(*) from ops.run_balance where state <> 'balanced'")"
workspace_end
scenario_end
