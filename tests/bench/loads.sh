# Sourced: whole loads, and beside each what PostgreSQL needs for the same rows.  Each run is on fresh
# databases and topics; in every second one the order is turned round.
# shellcheck shell=bash

# The source table is made once and copied for each run.
template_make() { # template_make ROWS
	[ "${TEMPLATE_ROWS:-}" != "$1" ] || return 0
	say "making $1 rows"
	psql_src postgres -c "drop database if exists bench_wide with (force)" 2>/dev/null
	workspace template 2>/dev/null
	wide_table "$1"
	psql_src postgres -c "alter database $SRC rename to bench_wide"
	workspace_end 2>/dev/null
	TEMPLATE_ROWS=$1
}

# wide_workspace NAME ROWS: a workspace whose source has the wide table.
wide_workspace() {
	template_make "$2"
	workspace "$1" 2>/dev/null
	psql_src postgres -c "drop database $SRC" -c "create database $SRC template bench_wide"
	wide_source
}

# The rows in the warehouse are those of the source.
same_rows() { # same_rows ENTITY
	local a b
	a=$(psql_src "$SRC" -c "select count(*), sum(diem), sum(so_tien), max(luc_sua) from wide")
	b=$(psql_wh "$WH" -c "select count(*), sum(points), sum(amount), max(updated_at) from canon.$1")
	[ "$a" = "$b" ] || die "canon.$1 is not what the source has: $a, $b"
}

copy_over() { # copy_over TABLE
	psql_src "$SRC" -c "copy wide to stdout (format binary)" |
		psql_wh "$WH" -c "copy public.$1 from stdin (format binary)"
}

upsert_stage() {
	local set=
	for column in $(grep -oE '(^|,) *[a-z_]+ [a-z]' <<<"$WIDE_COLUMNS" | tr -d ',' | awk '$1 != "id" { print $1 }'); do
		set+="${set:+, }$column = excluded.$column"
	done
	psql_wh "$WH" -c "insert into public.upserted select * from public.stage on conflict (id) do update set $set"
}

# COPY | COPY into an empty table with its key.
base_copy() {
	psql_wh "$WH" -c "create table public.copied ($WIDE_COLUMNS)"
	settle
	put_time base_copy copy_over copied
	psql_wh "$WH" -c "drop table public.copied"
}

copy_and_upsert() {
	copy_over stage
	upsert_stage
}

# COPY into a stage, then an upsert into an empty table with its key.
base_upsert() {
	psql_wh "$WH" -c "create table public.upserted ($WIDE_COLUMNS)" \
		-c "create table public.stage (like public.upserted)"
	settle
	put_time base_upsert copy_and_upsert
	psql_wh "$WH" -c "drop table public.stage"
}

# The same into that table, full, with all rows changed.
base_full() {
	psql_wh "$WH" -c "create table public.stage (like public.upserted)"
	settle
	put_time base_full copy_and_upsert
	psql_wh "$WH" -c "drop table public.stage"
}

# Through Kafka with nothing but COPY at both ends; prints what it cost.
pipe_over() {
	"$TOOLS/bench-pipe" "$SONGMA_PG_SOURCES dbname=$SRC" "$SONGMA_PG_WAREHOUSE dbname=$WH" \
		"$SONGMA_KAFKA" "pipe-$PREFIX" 2 wide public.piped
}

base_pipe() {
	psql_wh "$WH" -c "create table public.piped ($WIDE_COLUMNS)"
	topic_create "pipe-$PREFIX" 2 || die "the pipe's topic could not be made"
	settle
	put_busy pipe pipe_over >"$SCENARIO_TMP/pipe"
	put_lines <"$SCENARIO_TMP/pipe"
	[ "$(psql_wh "$WH" -c "select count(*) from public.piped")" = "$ROWS" ] || die "the pipe lost rows"
	psql_wh "$WH" -c "drop table public.piped"
}

# A Kafka that has just started compiles itself while it works, for a third of the machine: one
# whole turn that is not counted.
warm_up() {
	say "warming up"
	wide_workspace warm "$ROWS"
	FIGURES=$SCENARIO_TMP/warm
	mkdir "$FIGURES"
	base_pipe
	first_load
	FIGURES=$SCENARIO_TMP/figures
	workspace_end 2>/dev/null
}

first_load() {
	settle
	put_usage first "$SONGMA" sync test
	same_rows wide
}

change_all() {
	psql_src "$SRC" -c "update wide set diem = diem + 1, luc_sua = now() - (id || ' us')::interval" \
		-c "vacuum analyze wide"
}

reload() {
	settle
	put_usage reload "$SONGMA" sync test
	same_rows wide
}

# A source that reads the whole table each time: the second time nothing has changed.
unchanged() {
	sed -e 's/"Wide"/"Again"/' "$WS/schemas/test/Wide.avsc" >"$WS/schemas/test/Again.avsc"
	sed -e 's/^source: test/source: again/' -e 's/^  wide:/  again:/' -e 's/mode: timestamp/mode: bulk/' \
		-e '/cursor:/d' -e 's|test/Wide|test/Again|' "$WS/sources/test.yaml" >"$WS/sources/again.yaml"
	"$SONGMA" sync again >/dev/null 2>"$SCENARIO_TMP/said" || die "sync again: $(tail -n 5 "$SCENARIO_TMP/said")"
	settle
	put_usage unchanged "$SONGMA" sync again
	same_rows again
	[ "$(psql_wh "$WH" -c "select sum(unchanged) from ops.run_balance where source = 'again'")" = "$ROWS" ] ||
		die "the second bulk load was not one of unchanged rows"
}

# What a sync costs that finds nothing: starting, asking, the balance.
nothing() {
	settle
	put_usage nothing "$SONGMA" sync test
}

# in_turn RUN step...: as they stand in odd runs, the other way round in even ones.
in_turn() {
	local run=$1 step steps=()
	shift
	for step in "$@"; do
		if ((run % 2 == 1)); then
			steps+=("$step")
		else
			steps=("$step" "${steps[@]}")
		fi
	done
	for step in "${steps[@]}"; do
		say "run $run: $step"
		"$step"
	done
}

loads_ratios() {
	put_ratio ratio_to_stage_upsert base_upsert_ms first_ms
	put_ratio ratio_to_copy base_copy_ms first_ms
	put_ratio ratio_to_pipe pipe_ms first_ms
	put_ratio ratio_reload_to_full base_full_ms reload_ms
	put_ratio ratio_unchanged_to_full base_full_ms unchanged_ms
	put first_cpu_s_per_million "$(awk -v p="$(last first_pull_cpu_s)" -v l="$(last first_load_cpu_s)" \
		-v rows="$ROWS" 'BEGIN { printf "%.3f", (p + l) * 1e6 / rows }')"
}

bench_loads() {
	local run
	warm_up
	for ((run = 1; run <= RUNS; run++)); do
		wide_workspace "loads$run" "$ROWS"
		in_turn "$run" base_copy base_upsert base_pipe first_load
		change_all
		in_turn "$run" base_full reload
		in_turn "$run" unchanged nothing
		loads_ratios
		workspace_end 2>/dev/null
	done
}
