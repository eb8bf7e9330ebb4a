#!/bin/bash
# make bench: speed and memory of the gateway, beside what PostgreSQL and a bare pipe through Kafka
# do with the same rows, on the same servers, in turn.  Prints tables, and writes bench.json into
# the build folder.  Ends with 0 whether targets are met or not: it measures, it judges nothing.
#
#   ROWS=1000000   rows of the table              RUNS=3        times that each thing is measured
#   BIG=3700000    rows for the memory of a large table; 0: none
#   ONLY=loads,latency,stages,memory              parts to run; "profile" is one more, with perf
#   STAGE_ROWS=200000  rows for the stages alone  KEEP=1        leaves the servers up
set -euo pipefail
cd "$(dirname "$0")/../.."
export SONGMA_STACK=${SONGMA_STACK:-bench} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22250}
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/bench/wide.sh
. tests/bench/figures.sh
. tests/bench/loads.sh
. tests/bench/stages.sh
. tests/bench/memory.sh
. tests/bench/latency.sh
. tests/bench/profile.sh
. tests/bench/results.sh
ROWS=${ROWS:-1000000} RUNS=${RUNS:-3} BIG=${BIG:-3700000}
STAGE_ROWS=${STAGE_ROWS:-$((ROWS < 200000 ? ROWS : 200000))}
ONLY=${ONLY:-loads,latency,stages,memory}
case $BUILD in
/*) TOOLS=$BUILD ;;
*) TOOLS=$ROOT/$BUILD ;;
esac

[ -n "${KEEP:-}" ] || at_end deploy/local/stack.sh destroy
at_end workspace_gone
deploy/local/stack.sh start >&2
eval "$(deploy/local/stack.sh env)"
for part in ${ONLY//,/ }; do
	case $part in
	loads | stages | memory | latency | profile) "bench_$part" ;;
	*) die "ONLY: there is no part $part" ;;
	esac
done
# A profile alone has no figures.
if [ -n "$(ls "$FIGURES")" ]; then
	results_write
	results_print
fi
