#!/bin/bash
# make faults: kill -9 of pull and load at logged progress spread over 5 to 95 % of a large first
# load, on real servers.  Afterwards plain SQL, which shares nothing with the program, compares
# warehouse and source, and the topic's committed records are counted.
#
#   run.sh [short]     short: 100,000 rows, 6 kills; else ROWS=1000000, KILLS=20
set -u
cd "$(dirname "$0")/../.." || exit 1
export SONGMA_STACK=${SONGMA_STACK:-faults} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22150}
. tests/lib/lib.sh
. tests/lib/flow.sh
rows=${ROWS:-1000000} kills=${KILLS:-20}
[ "${1:-}" != short ] || rows=100000 kills=6

finish() {
	kill -9 ${pull:-} ${load:-} 2>/dev/null
	deploy/local/stack.sh destroy >/dev/null 2>&1
}
trap finish EXIT
deploy/local/stack.sh start >&2 || exit 3
eval "$(deploy/local/stack.sh env)"

# Progress of a victim in rows, out of its log; a restarted load counts from 0 again.
progress() {
	local n
	n=$(grep -ao "$1=[0-9]*" "$2" | tail -n 1)
	echo $((${n#*=} + 0))
}

start_pull() { "$SONGMA" pull test >/dev/null 2>>"$WS/pull.log" & pull=$!; }
start_load() {
	load_base=$(psql_wh "$WH" -c "select coalesce(sum(loaded + unchanged + superseded), 0) from ops.run_load" 2>/dev/null || echo 0)
	: >"$WS/load.log"
	"$SONGMA" load --follow >/dev/null 2>>"$WS/load.log" & load=$!
}
pulled() { progress read "$WS/pull.log"; }
loaded() { echo $((${load_base:-0} + $(progress loaded "$WS/load.log"))); }
reached() { [ "$("$1")" -ge "$2" ]; }

workspace faults
thing_table "$rows"
thing_source 10000
: >"$WS/pull.log"
: >"$WS/load.log"
load_base=0
start_pull
start_load

for i in $(seq 1 "$kills"); do
	at=$((rows * (5 * (kills - 1) + 90 * (i - 1)) / (100 * (kills - 1))))
	if [ $((i % 2)) -eq 1 ]; then
		wait_for 300 "pull at $at rows" reached pulled "$at" || break
		# The very moment varies, so that every step of a batch is met.
		sleep "0.0$((RANDOM % 10))"
		kill -9 "$pull" 2>/dev/null && echo "killed pull at $(pulled) rows"
		wait "$pull" 2>/dev/null
		start_pull
	else
		wait_for 300 "load at $at rows" reached loaded "$at" || break
		sleep "0.0$((RANDOM % 10))"
		kill -9 "$load" 2>/dev/null && echo "killed load at $(loaded) rows"
		wait "$load" 2>/dev/null
		start_load
	fi
done

wait "$pull"
expect_eq "the last pull ends well" 0 $?
kill -TERM "$load"
wait "$load" 2>/dev/null
expect_exit "a sync afterwards ends well" 0 songma sync
summary="select count(*), sum(hashtextextended(concat_ws('|', id, label, amount, seen_on, extract(epoch from CHANGED)), 0)::numeric)"
expect_eq "the warehouse is the source" \
	"$(psql_src "$SRC" -c "${summary/CHANGED/changed} from thing")" \
	"$(psql_wh "$WH" -c "${summary/CHANGED/changed_at} from canon.thing where _deleted_at is null")"
expect_eq "committed records in the topic are rows + resent" \
	"$((rows + $(runs_sum resent)))" "$(topic_count "$PREFIX.test.thing")"
expect_eq "every run balances" 0 \
	"$(psql_wh "$WH" -c "select count(*) from ops.run_balance where state <> 'balanced'")"
psql_wh "$WH" -c "select * from ops.run_balance where read > 0"
workspace_end
scenario_end
