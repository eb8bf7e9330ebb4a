# Sourced: figures as they are measured, one file a figure, one line a measurement.
# shellcheck shell=bash

FIGURES=$SCENARIO_TMP/figures
mkdir -p "$FIGURES"

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*" >&2; }

die() {
	printf 'bench: %s\n' "$*" >&2
	exit 1
}

# A run that was broken off leaves no folder.
workspace_gone() { [ -z "${WS:-}" ] || rm -rf "$WS"; }

now_ms() { date +%s%3N; }

put() { echo "$2" >>"$FIGURES/$1"; }

# Lines "name value", as the tools print them.
put_lines() {
	local name value
	while read -r name value; do
		put "$name" "$value"
	done
}

# What was measured last.
last() { tail -n 1 "$FIGURES/$1"; }

# put_ratio NAME A B: the last A through the last B, measured in the same run.
put_ratio() { put "$1" "$(awk -v a="$(last "$2")" -v b="$(last "$3")" 'BEGIN { printf "%.3f", a / b }')"; }

# Seconds that all cores together were busy since the machine started: what PostgreSQL and Kafka do
# counts too, and on a machine that does nothing else it is theirs and ours.
busy_s() { awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { print ($2 + $3 + $4 + $7 + $8) / hz }' /proc/stat; }

# put_busy NAME command...: what the whole machine worked meanwhile.
put_busy() {
	local name=$1 began
	shift
	began=$(busy_s)
	"$@"
	put "${name}_machine_cpu_s" "$(awk -v a="$began" -v b="$(busy_s)" 'BEGIN { printf "%.2f", b - a }')"
}

# put_time NAME command...: how long it takes.
put_time() {
	local name=$1 began
	shift
	began=$(now_ms)
	put_busy "$name" "$@"
	put "${name}_ms" $(($(now_ms) - began))
}

run_usage() {
	"$TOOLS/bench-usage" run "$@" 3>"$SCENARIO_TMP/usage" >"$SCENARIO_TMP/said" 2>&1 ||
		die "$*: $(tail -n 20 "$SCENARIO_TMP/said")"
}

# put_usage NAME command...: time, CPU and memory of a command of songma and of its duties.
put_usage() {
	put_busy "$1" run_usage "$@"
	put_lines <"$SCENARIO_TMP/usage"
}

# No measurement pays for what the one before it left to be written.
settle() {
	psql_src postgres -c checkpoint
	psql_wh postgres -c checkpoint
}
