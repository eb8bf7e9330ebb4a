# Sourced: each stage alone.
# shellcheck shell=bash

codec_lines() { awk '$3 == "records/s" { printf "codec_%s_records_s %s\n", $1, $2 }'; }

bench_stages() {
	local run
	wide_workspace stages "$STAGE_ROWS"
	"$SONGMA" sync test >/dev/null 2>&1 || die "the first load for the stages failed"
	for ((run = 1; run <= RUNS; run++)); do
		say "stages, run $run"
		sed "s/^prefix: .*/&-alone$run/" "$SONGMA_CONFIG" >"$WS/alone.yaml"
		settle
		"$TOOLS/bench-stages" "$WS/alone.yaml" test wide | put_lines
		"$TOOLS/bench-merge" "$(cat "$WS/secrets/warehouse.dsn")" "$WS/schemas/test/Wide.avsc" test wide |
			put_lines
		"$TOOLS/bench-codec" | codec_lines | put_lines
	done
	workspace_end 2>/dev/null
}
