# Sourced: from a commit in the source to the warehouse, under serve with a poll every 100 ms; and
# what the polling costs while nothing changes.
# shellcheck shell=bash

IDLE_S=20 SINGLES=20

stop_serve() {
	[ -n "${SERVE:-}" ] || return 0
	kill "$SERVE" 2>/dev/null || true
	wait "$SERVE" 2>/dev/null || true
	SERVE=
}

latency() { # latency single|bulk COUNT
	"$TOOLS/bench-latency" "$SONGMA_PG_SOURCES dbname=$SRC" "$SONGMA_PG_WAREHOUSE dbname=$WH" "$ROWS" "$@"
}

bench_latency() {
	local run bulk=$((ROWS / 10 < 10000 ? ROWS / 10 : 10000))
	say "latency"
	wide_workspace latency "$ROWS"
	EVERY=100ms wide_source
	"$SONGMA" sync test >/dev/null 2>&1 || die "the first load for the latency failed"
	at_end stop_serve
	"$SONGMA" serve test >/dev/null 2>"$SCENARIO_TMP/serve" &
	SERVE=$!
	latency single "$SINGLES" | put_lines
	for ((run = 1; run <= RUNS; run++)); do
		sleep 2
		latency bulk "$bulk" | put_lines
	done
	sleep 3
	say "$IDLE_S seconds without a change"
	"$TOOLS/bench-usage" watch idle "$SERVE" "$IDLE_S" 3>"$SCENARIO_TMP/usage"
	put_lines <"$SCENARIO_TMP/usage"
	stop_serve
	same_rows wide
	workspace_end 2>/dev/null
}
