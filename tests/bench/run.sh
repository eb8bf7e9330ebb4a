#!/bin/bash
# make bench, in its first form: the first load of ROWS rows (5 columns) end to end, as a ratio to
# PostgreSQL alone doing COPY -> stage -> upsert with the same rows beside it, in turn, on the same
# servers and settings (fsync on, logged tables).  Medians of RUNS; also in build/bench.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SONGMA_STACK=${SONGMA_STACK:-bench} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22250}
. tests/lib/lib.sh
. tests/lib/flow.sh
rows=${ROWS:-1000000} runs=${RUNS:-3}
at_end deploy/local/stack.sh destroy
deploy/local/stack.sh start >&2
eval "$(deploy/local/stack.sh env)"

now_ms() { date +%s%3N; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# COPY out of the source into a stage, then an upsert into an empty table with its key.
baseline() {
	wh -c "drop table if exists public.thing, public.stage" \
		-c "create table public.thing (id bigint primary key, label text, amount numeric(12,2), seen_on date, changed timestamptz)" \
		-c "create table public.stage (like public.thing)"
	local began
	began=$(now_ms)
	src -c "copy thing to stdout (format binary)" | wh -c "copy public.stage from stdin (format binary)"
	wh -c "insert into public.thing select * from public.stage on conflict (id) do update set label = excluded.label, amount = excluded.amount, seen_on = excluded.seen_on, changed = excluded.changed"
	echo $(($(now_ms) - began))
}

first_load() {
	local began
	began=$(now_ms)
	/usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$0" sync >/dev/null 2>&1' "$SONGMA" 2>"$SCENARIO_TMP/cpu"
	echo $(($(now_ms) - began))
}

src() { psql_src "$SRC" "$@"; }
wh() { psql_wh "$WH" "$@"; }
for run in $(seq 1 "$runs"); do
	workspace "bench$run" 2>/dev/null
	thing_table "$rows"
	thing_source 10000
	baseline >>"$SCENARIO_TMP/base"
	first_load >>"$SCENARIO_TMP/songma"
	awk '{ print $1 + $2 }' "$SCENARIO_TMP/cpu" >>"$SCENARIO_TMP/seconds"
	[ "$(wh -c "select count(*) from canon.thing")" = "$rows" ]
	workspace_end
done
base=$(median <"$SCENARIO_TMP/base") ours=$(median <"$SCENARIO_TMP/songma") cpu=$(median <"$SCENARIO_TMP/seconds")
jq -n --argjson rows "$rows" --argjson base "$base" --argjson ours "$ours" --argjson cpu "$cpu" \
	'{rows: $rows, stage_upsert_ms: $base, first_load_ms: $ours, first_load_cpu_s: $cpu,
	  ratio_to_stage_upsert: ($base / $ours * 1000 | round / 1000)}' | tee build/bench.json
