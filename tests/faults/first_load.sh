#!/bin/bash
# Part of make faults: kill -9 of pull and load at logged progress spread over 5 to 95 % of a large
# first load, on real servers.  Afterwards plain SQL, which shares nothing with the program, compares
# warehouse and source, and the topic's committed records are counted.
#
#   first_load.sh [short]     short: 100,000 rows, 6 kills; else ROWS=1000000, KILLS=20
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
at_end finish
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

workspace faults
thing_table "$rows"
# Slow enough that a restarted pull is not through before the next mark is seen.
thing_source $((rows / 200)) $((rows / 8))
: >"$WS/pull.log"
: >"$WS/load.log"
load_base=0
start_pull
start_load

# Half of the kills hit the pull, half the load, each at its own marks between 5 and 95 %.
each=$((kills / 2)) next_pull=1 next_load=1
mark() { echo $((rows * (5 * (each - 1) + 90 * ($1 - 1)) / (100 * (each - 1)))); }
deadline=$((SECONDS + 60 + rows / 2000))
while [ $next_pull -le $each ] || [ $next_load -le $each ]; do
	if [ $SECONDS -gt $deadline ]; then
		fail "kills" "only $((next_pull + next_load - 2)) of $kills before the deadline"
		break
	fi
	if [ $next_pull -le $each ] && [ "$(pulled)" -ge "$(mark $next_pull)" ]; then
		kill -9 "$pull" 2>/dev/null && echo "killed pull at $(pulled) rows"
		wait "$pull" 2>/dev/null
		next_pull=$((next_pull + 1))
		start_pull
	fi
	if [ $next_load -le $each ] && [ "$(loaded)" -ge "$(mark $next_load)" ]; then
		kill -9 "$load" 2>/dev/null && echo "killed load at $(loaded) rows"
		wait "$load" 2>/dev/null
		next_load=$((next_load + 1))
		start_load
	fi
	# The very moment varies, so that every step of a batch is met.
	sleep "0.0$((RANDOM % 5 + 1))"
done
expect_eq "kills of pull and load" "$((2 * each))" "$((next_pull + next_load - 2))"

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
