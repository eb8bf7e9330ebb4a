#!/bin/bash
# Runs integration scenarios against real servers, which it starts once and stops.
# Usage: run.sh [BUILD [SCENARIO...]]     BUILD: folder of the program (build, build/san)
# LANES=2 runs two at a time, each lane on servers of its own: scenarios wait more than they work.  It says which took longest.
# The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
export BUILD=${1:-build} ROOT=$PWD
shift
export SONGMA_STACK=${SONGMA_STACK:-check} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22100}
scenarios=("$@")
[ $# -gt 0 ] || scenarios=(tests/integration/test_*.sh)
lanes=${LANES:-1}
# These go first, so that no lane goes on alone for long: whoever comes near a minute and a half is one of them.
long='/test_(conformance|kafka|drills|backfill|reconcile|load|flow|audit|canary|desk|messages|postgres)\.sh$'

# One lane: servers, then what no other lane has claimed.
lane() {
	export SONGMA_STACK=$SONGMA_STACK$1 SONGMA_STACK_PORT=$((SONGMA_STACK_PORT + 40 * (${1:-1} - 1)))
	trap 'deploy/local/stack.sh destroy >/dev/null 2>&1' EXIT
	trap 'exit 143' TERM INT HUP
	deploy/local/stack.sh start >&2 || exit 3
	eval "$(deploy/local/stack.sh env)"
	# Not exec: the trap must run.
	tests/lib/run.sh "${scenarios[@]}"
}

if [ "$lanes" -eq 1 ]; then
	lane ''
	exit
fi
mapfile -t scenarios < <(printf '%s\n' "${scenarios[@]}" | grep -E "$long"; printf '%s\n' "${scenarios[@]}" | grep -vE "$long")
work=$(mktemp -d)
export CLAIMS=$work/claims
mkdir "$CLAIMS"
for ((n = 1; n <= lanes; n++)); do
	lane "$n" >"$work/$n" &
done
wait
# A lane that died has no last line, and is a failure.
passed=0 failed=0
for ((n = 1; n <= lanes; n++)); do
	line=$(tail -n 1 "$work/$n" | grep -aE '^[0-9]+ passed, [0-9]+ failed$') || line='0 passed, 1 failed'
	sed '$d' "$work/$n"
	passed=$((passed + ${line%% *}))
	line=${line#*, }
	failed=$((failed + ${line%% *}))
done
echo "the longest:"
cat "$work"/[0-9] | grep -aE '^(ok|FAILED) +test_' | sort -k 3,3nr | head | sed 's/^[^ ]* */        /'
[ "$(find "$CLAIMS" -mindepth 1 | wc -l)" -eq ${#scenarios[@]} ] || failed=$((failed + 1))
rm -rf "$work"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
