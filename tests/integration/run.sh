#!/bin/bash
# Runs integration scenarios against real servers, which it starts once and stops.
# Usage: run.sh [BUILD [SCENARIO...]]     BUILD: folder of the program (build, build/san)
# The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
export BUILD=${1:-build} ROOT=$PWD
shift
export SONGMA_STACK=${SONGMA_STACK:-check} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22100}
scenarios=("$@")
[ $# -gt 0 ] || scenarios=(tests/integration/test_*.sh)

finish() {
	deploy/local/stack.sh destroy >/dev/null 2>&1
}
trap finish EXIT
deploy/local/stack.sh start >&2 || exit 3
eval "$(deploy/local/stack.sh env)"
# Not exec: the trap must run.
tests/lib/run.sh "${scenarios[@]}"
