#!/bin/bash
# A first reading that is killed at several places goes on behind its last finished page; and history is written where a
# row changes, once, and nowhere else.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

[ -x "$BUILD/load-send" ] || make -s BUILD="$BUILD" "$BUILD/load-send" || exit 1


# ---- the first reading ---------------------------------------------------------------------------

no_session() { [ "$(src "select count(*) from pg_stat_activity where application_name = 'songma'")" = 0 ]; }

# Rows that the source's server has taken out of the key's index of table $1.
rows_read() {
	wait_for 20 "the source has no session of ours" no_session
	src "select idx_tup_read from pg_stat_user_indexes where indexrelname = '$1_pkey'"
}

# The newest progress in log $1; lines of the run before it count too.
progress() {
	local n
	n=$(grep -ao 'read=[0-9]*' "$1" | tail -n 1)
	echo $((${n#*=} + 0))
}

# Kills the pull -9 when it has read so many rows.
kill_at() {
	local mark=$1 log=$WS/killed.log pid
	"$SONGMA" pull test 2>"$log" &
	pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(progress "$log")" -lt "$mark" ]; do sleep 0.02; done
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
}

# $1 rows, $2 rows a page, $3 rows a second, $4 pages that one kill may cost, then the marks
goes_on() {
	local rows=$1 page=$2 speed=$3 lost=$4 calm twice killed=0 mark
	shift 4
	workspace "resume_$speed" 2>/dev/null
	thing_table "$rows"
	thing_source "$page" "$speed"
	src "create table calm (like thing including all); insert into calm table thing; analyze calm; grant select on calm to reader"
	sed 's/^source: test/source: calm/; s/public.thing/public.calm/' "$WS/sources/test.yaml" >"$WS/sources/calm.yaml"
	songma pull calm 2>/dev/null
	calm=$(rows_read calm)
	for mark; do kill_at "$mark"; done
	expect_eq "$speed rows a second: killed at several places" $# $killed
	songma pull test 2>/dev/null
	twice=$(($(rows_read thing) - calm))
	expect_eq "$speed rows a second: read twice is at most $lost pages a kill ($twice rows)" 1 \
		$((twice >= 0 && twice <= lost * page * killed))
	expect_eq "and committed is each row once" "$rows" "$(topic_count "$PREFIX.test.thing")"
	expect_exit "the load ends well" 0 songma sync test >/dev/null
	expect_eq "one run went on through all of it" "1|$rows|$rows|0|$rows|balanced" "$(wh "select count(*), sum(read),
		sum(produced), sum(resent), sum(loaded), min(state) from ops.run_balance where source = 'test' and read > 0")"
	expect_eq "the warehouse is the source" same "$(wh 'delete from canon.thing where _source = $$calm$$'; thing_difference)"
}

# ---- history -------------------------------------------------------------------------------------

history() { wh "select count(*) from history.thing"; }
last_run() { wh "select $1 from ops.run_balance where source = 'test' and read > 0 order by started_at desc limit 1"; }

delete_7() {
	"$BUILD/load-send" "$SONGMA_CONFIG" test thing "$WS/schemas" >/dev/null <<-END
	run
	delete $(date +%s%6N) 7
	end
	END
	songma sync test >/dev/null
}

writes_history() {
	local written="(select count(*) from history.thing)"
	workspace history 2>/dev/null
	thing_table 20000
	thing_source 1000
	sed -i 's/^    mode: timestamp/    sweep_every: 1s\n&/' "$WS/sources/test.yaml"
	songma sync test >/dev/null
	expect_eq "a first load writes no history" 0 "$(history)"

	src "update thing set label = label"
	sleep 1.1 # the sweep is due
	songma sync test >/dev/null
	expect_eq "rows that come again as they were are unchanged" "20000|20000|0|0" "$(last_run "resent, unchanged, loaded, caught")"
	expect_eq "and write no history" 0 "$(history)"

	src "update thing set label = 'second', changed = now() where id in (7, 70, 700)"
	songma sync test >/dev/null
	expect_eq "a change writes one row" 3 "$(history)"
	expect_eq "with what was" "7|thing 7|t
70|thing 70|t
700|thing 700|t" "$(wh "select id, label, _valid_from < _valid_to from history.thing order by id")"
	src "update thing set label = 'third', changed = now() where id = 7" \
		"update thing set label = 'thing 70', changed = now() where id = 70"
	songma sync test >/dev/null
	expect_eq "another one another, back to the old value too" "7|2
70|2
700|1" "$(wh "select id, count(*) from history.thing group by id order by id")"
	expect_eq "one ends where the next begins" t "$(wh "select bool_and(_valid_to = next or next is null) from (
		select _valid_to, lead(_valid_from) over (partition by _key order by _valid_from) as next from history.thing) h")"

	src "update thing set label = label || ' again', changed = now()"
	songma pull test 2>/dev/null
	"$SONGMA" load --follow 2>"$WS/load.log" &
	local load=$!
	wait_for 30 "the load has begun" grep -q 'loaded=[1-9]' "$WS/load.log"
	kill -9 $load
	wait $load 2>/dev/null
	songma sync test >/dev/null
	expect_eq "a load that is killed writes each row's history once" 20005 "$(history)"
	songma sync test >/dev/null
	expect_eq "a sync without changes writes none" 20005 "$(history)"

	# The last state stays in canon, marked as deleted, and is history once the key comes back.
	delete_7
	expect_eq "a delete writes none" "20005|third again|t" \
		"$(wh "select $written, label, _deleted_at is not null from canon.thing where id = 7")"
	delete_7
	expect_eq "nor does the same delete again" 20005 "$(history)"
	src "update thing set label = 'back', changed = now() where id = 7"
	songma sync test >/dev/null
	expect_eq "what comes back after a delete one, which ends with the delete" "20006|third again|t|t" "$(wh "select $written,
		label, _valid_to = _deleted_at, _valid_from < _valid_to from history.thing where id = 7 order by _valid_from desc limit 1")"
	expect_eq "all runs balance" 0 "$(unbalanced)"
}

goes_on 12000 500 6000 1 1 2000 4000 7500 10000
workspace_end
goes_on 120000 1000 unlimited 5 1 40000 80000
workspace_end
writes_history
workspace_end
scenario_end
