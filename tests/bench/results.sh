# Sourced: what was measured, as tables and as bench.json.
# shellcheck shell=bash

# label|figure|which|at least or at most|limit|divisor|unit
TARGETS='first load, to COPY, stage, upsert into an empty table|ratio_to_stage_upsert|median|>=|0.8|1|
reload of changed rows, to the same into a full table|ratio_reload_to_full|median|>=|0.7|1|
CPU of pull and load a million rows, first load|first_cpu_s_per_million|median|<=|6|1|s
peak memory of pull, first load|first_pull_rss_kb|max|<=|64|1024|MiB
peak memory of load, first load|first_load_rss_kb|max|<=|64|1024|MiB
peak memory of pull, reload|reload_pull_rss_kb|max|<=|64|1024|MiB
peak memory of load, reload|reload_load_rss_kb|max|<=|64|1024|MiB
peak memory of pull, 100,000 rows|small_pull_rss_kb|max|<=|64|1024|MiB
peak memory of load, 100,000 rows|small_load_rss_kb|max|<=|64|1024|MiB
peak memory of pull, large table|big_pull_rss_kb|max|<=|64|1024|MiB
peak memory of load, large table|big_load_rss_kb|max|<=|64|1024|MiB
memory of pull, large table to 100,000 rows|growth_pull|max|<=|1.15|1|
memory of load, large table to 100,000 rows|growth_load|max|<=|1.15|1|
commit to warehouse, one row|latency_single_ms|median|<=|300|1|ms
commit to warehouse, 10,000 rows of one commit|latency_bulk_ms|median|<=|1000|1|ms
CPU of polling every 100 ms, idle, of a core|idle_cpu_percent|max|<=|1|1|%
encode, 20 fields, one core|codec_encode_records_s|median|>=|3000000|1|records/s
decode, 20 fields, one core|codec_decode_records_s|median|>=|3000000|1|records/s'

# name median min max count, of every figure.
figures_lines() {
	local file
	for file in "$FIGURES"/*; do
		[ -f "$file" ] || continue
		sort -g "$file" | awk -v name="${file##*/}" '{ v[NR] = $1 } END {
			m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
			print name, m, v[1], v[NR], NR }'
	done
}

settings() {
	psql_wh postgres -c "select json_object_agg(name, current_setting(name)) from unnest(array['fsync',
		'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'wal_compression',
		'server_version']) name"
}

results_write() {
	figures_lines >"$SCENARIO_TMP/lines"
	jq -Rn --argjson rows "$ROWS" --argjson runs "$RUNS" --argjson big "$BIG" --argjson stage_rows "$STAGE_ROWS" \
		--argjson postgresql "$(settings)" --arg cpu "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" \
		--argjson cores "$(nproc)" --arg parts "$ONLY" --arg targets "$TARGETS" '
		[inputs | split(" ") | {key: .[0], value: {median: (.[1] | tonumber), min: (.[2] | tonumber),
			max: (.[3] | tonumber), count: (.[4] | tonumber)}}] | from_entries as $figures |
		{at: (now | todate), parts: ($parts | split(",")), rows: $rows, runs: $runs, big: $big,
		 stage_rows: $stage_rows, machine: {cpu: $cpu, cores: $cores}, postgresql: $postgresql,
		 figures: $figures,
		 rows_per_s: (["base_copy", "base_upsert", "base_full", "pipe", "first", "reload", "unchanged"] |
			map(select($figures[. + "_ms"]) | {key: ., value: ($rows * 1000 / $figures[. + "_ms"].median | round)}) |
			from_entries),
		 targets: ($targets | split("\n") | map(split("|") | . as $t |
			($figures[$t[1]][$t[2]] // null) as $v |
			{name: $t[0], target: ($t[3] + " " + $t[4] + " " + $t[6]),
			 measured: (if $v == null then null else $v / ($t[5] | tonumber) end), unit: $t[6]} |
			.met = (if .measured == null then null
				elif $t[3] == ">=" then .measured >= ($t[4] | tonumber)
				else .measured <= ($t[4] | tonumber) end)))}' \
		<"$SCENARIO_TMP/lines" >"$TOOLS/bench.json.new"
	[ ! -f "$TOOLS/bench.json" ] || mv "$TOOLS/bench.json" "$TOOLS/bench-before.json"
	mv "$TOOLS/bench.json.new" "$TOOLS/bench.json"
}

# section|label|figure|divisor|unit
SHOWN='RATIOS|first load, to COPY, stage, upsert|ratio_to_stage_upsert|1|
RATIOS|first load, to COPY to COPY|ratio_to_copy|1|
RATIOS|first load, to the bare pipe|ratio_to_pipe|1|
RATIOS|reload of changed rows, to COPY, stage, upsert into full|ratio_reload_to_full|1|
RATIOS|reload of unchanged rows, to the same|ratio_unchanged_to_full|1|
STAGES ALONE|read|stage_read_rows_s|1000|k rows/s
STAGES ALONE|normalise|stage_normalise_rows_s|1000|k rows/s
STAGES ALONE|encode|stage_encode_rows_s|1000|k rows/s
STAGES ALONE|produce|stage_produce_rows_s|1000|k rows/s
STAGES ALONE|consume and decode|stage_consume_rows_s|1000|k rows/s
STAGES ALONE|COPY straight into an empty table|stage_straight_rows_s|1000|k rows/s
STAGES ALONE|look up and judge|stage_look_rows_s|1000|k rows/s
STAGES ALONE|merge, new rows|stage_merge_new_rows_s|1000|k rows/s
STAGES ALONE|merge, unchanged rows|stage_merge_unchanged_rows_s|1000|k rows/s
STAGES ALONE|merge, changed rows|stage_merge_changed_rows_s|1000|k rows/s
STAGES ALONE|encode, 20 fields in memory|codec_encode_records_s|1000|k records/s
STAGES ALONE|decode, 20 fields in memory|codec_decode_records_s|1000|k records/s
STAGES ALONE|hash, 20 fields in memory|codec_hash_records_s|1000|k records/s
CPU AND PEAK MEMORY|CPU of pull, first load|first_pull_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of load, first load|first_load_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of pull, reload|reload_pull_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of load, reload|reload_load_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of the whole machine, first load|first_machine_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of the whole machine, COPY, stage, upsert|base_upsert_machine_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of the whole machine, reload|reload_machine_cpu_s|1|s
CPU AND PEAK MEMORY|CPU of the whole machine, the same by COPY, stage, upsert|base_full_machine_cpu_s|1|s
CPU AND PEAK MEMORY|memory of pull, first load|first_pull_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of load, first load|first_load_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of pull, reload|reload_pull_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of load, reload|reload_load_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of pull, 100,000 rows|small_pull_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of load, 100,000 rows|small_load_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of pull, large table|big_pull_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of load, large table|big_load_rss_kb|1024|MiB
CPU AND PEAK MEMORY|memory of the bare pipe, both ends|pipe_rss_kb|1024|MiB
UNDER SERVE, POLLING EVERY 100 MS|commit to warehouse, one row|latency_single_ms|1|ms
UNDER SERVE, POLLING EVERY 100 MS|commit to warehouse, 10,000 rows of one commit|latency_bulk_ms|1|ms
UNDER SERVE, POLLING EVERY 100 MS|CPU while nothing changes|idle_cpu_percent|1|% of a core'

LOADS='base_copy|COPY to COPY into a table with its key
base_upsert|COPY, stage, upsert into an empty table
base_full|COPY, stage, upsert into a full table
pipe|bare pipe through Kafka
first|songma sync, first load
reload|songma sync, every row changed
unchanged|songma sync, no row changed (bulk)
nothing|songma sync, nothing to read'

print_loads() {
	local name label
	printf '%-44s %9s %9s %9s %9s %7s %9s\n' "WHOLE LOADS" ROWS/S MS MIN MAX "CPU S" "ALL CPU S"
	while IFS='|' read -r name label; do
		jq -r --arg n "$name" --arg title "$label" 'select(.figures[$n + "_ms"]) | .figures as $f | $f[$n + "_ms"] as $ms |
			[$title, (.rows_per_s[$n] // "-"), $ms.median, $ms.min, $ms.max, ($f[$n + "_cpu_s"].median // "-"),
			 $f[$n + "_machine_cpu_s"].median] | @tsv' "$TOOLS/bench.json" |
			awk -F '\t' '{ printf "%-44s %9s %9.0f %9.0f %9.0f %7s %9.2f\n", $1, $2, $3, $4, $5,
				$6 == "-" ? $6 : sprintf("%.2f", $6), $7 }'
	done <<<"$LOADS"
}

print_shown() {
	local section label figure divisor unit above=
	while IFS='|' read -r section label figure divisor unit; do
		grep -q "^$figure " "$SCENARIO_TMP/lines" || continue
		[ "$section" = "$above" ] || printf '\n%-58s %11s %11s %11s %3s\n' "$section" MEDIAN MIN MAX N
		above=$section
		awk -v figure="$figure" -v label="$label" -v d="$divisor" -v unit="$unit" '$1 == figure {
			printf "%-58s %11.3f %11.3f %11.3f %3d  %s\n", label, $2 / d, $3 / d, $4 / d, $5, unit }' \
			"$SCENARIO_TMP/lines"
	done <<<"$SHOWN" | sed 's/ *$//'
}

print_targets() {
	jq -r '.targets[] | [.name, .target, (if .measured == null then "-" else (.measured * 1000 | round / 1000) end),
		(if .met == null then "not measured" elif .met then "met" else "MISSED" end)] | @tsv' "$TOOLS/bench.json" |
		awk -F '\t' 'BEGIN { printf "\n%-56s %20s %12s\n", "TARGETS", "WANTED", "MEASURED" }
			{ printf "%-56s %20s %12s  %s\n", $1, $2, $3, $4 }'
}

# The figures as one table for docs/PERFORMANCE.md.
results_markdown() {
	echo "| | median | smallest | largest | |"
	echo "|---|---|---|---|---|"
	{
		while IFS='|' read -r name label; do
			[ "$name" = nothing ] || echo "$label|${name}_ms|0|rows/s"
		done <<<"$LOADS"
		echo "songma sync, nothing to read|nothing_ms|1000|s"
		sed -e 's/^RATIOS|/ratio: /' -e 's/^STAGES ALONE|/alone: /' -e 's/^[A-Z0-9, ]*|//' <<<"$SHOWN"
	} | awk -F '|' -v rows="$ROWS" 'NR == FNR { split($0, v, " "); m[v[1]] = v[2]; l[v[1]] = v[3]; h[v[1]] = v[4]; next }
		# Time is turned into rows a second, so the shortest is the largest.
		!($2 in m) { next }
		$3 == 0 { printf "| %s | %.0f | %.0f | %.0f | %s |\n", $1, rows * 1e3 / m[$2], rows * 1e3 / h[$2], rows * 1e3 / l[$2], $4; next }
		{ printf "| %s | %.3f | %.3f | %.3f | %s |\n", $1, m[$2] / $3, l[$2] / $3, h[$2] / $3, $4 }' "$SCENARIO_TMP/lines" -
}

# Ratios of this run beside those of the one before, if that was as large: the same bench twice.
print_before() {
	[ -f "$TOOLS/bench-before.json" ] || return 0
	jq -rn --slurpfile now "$TOOLS/bench.json" --slurpfile before "$TOOLS/bench-before.json" '
		$now[0] as $n | $before[0] as $b | select($n.rows == $b.rows) | $n.figures | keys[] |
		select(startswith("ratio_") and $b.figures[.]) |
		[., $b.figures[.].median, $n.figures[.].median,
		 ($n.figures[.].median / $b.figures[.].median - 1) * 100] | @tsv' |
		awk -F '\t' 'NR == 1 { printf "\n%-58s %11s %11s %11s\n", "RATIOS, TWICE", "BEFORE", "NOW", "CHANGE" }
			{ printf "%-58s %11.3f %11.3f %+10.1f%%\n", $1, $2, $3, $4 }'
}

results_print() {
	jq -r '"\(.rows) rows of 20 columns, \(.runs) runs, \(.machine.cores) cores of \(.machine.cpu)",
		"PostgreSQL \(.postgresql.server_version), fsync \(.postgresql.fsync), logged tables", ""' "$TOOLS/bench.json"
	print_loads
	print_shown
	print_targets
	print_before
	results_markdown >"$TOOLS/bench.md"
}
