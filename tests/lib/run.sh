#!/usr/bin/env bash
# run.sh - runs scenarios one after another and adds up what they found.
#
#   run.sh SCENARIO...
#
# A scenario that dies, or runs longer than SCENARIO_SECONDS (1800), counts as one failure more.  Each one's output is kept
# in a log of its own in $BUILD/scenarios; of a failed one, the end is shown.  The last line is "N passed, N failed".
# With CLAIMS, a folder that several of these share, each scenario is run by the one that comes to it first.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
case ${BUILD:-build} in
/*) logs=$BUILD/scenarios ;;
*) logs=$root/${BUILD:-build}/scenarios ;;
esac
seconds=${SCENARIO_SECONDS:-1800}
passed=0
failed=0
mkdir -p "$logs" || exit 1

run_one() {
	local script=$1 name log code line began=$SECONDS p=0 f=0 why=
	name=$(basename "$script" .sh)
	log=$logs/$name.log
	timeout -k 30 "$seconds" bash "$script" >"$log" 2>&1 </dev/null
	code=$?
	line=$(tail -n 1 "$log" | grep -aE '^[0-9]+ passed, [0-9]+ failed$')
	if [ -n "$line" ]; then
		p=${line%% *}
		f=${line#*, }
		f=${f%% *}
	elif ((code == 124 || code == 137)); then
		why="it took longer than $seconds seconds"
	else
		why="it died with exit code $code before its end"
	fi
	# Whatever it says of itself: a bad exit without a failure, or no result at all, is a failure.
	if ((f == 0)) && { ((code != 0)) || ((p == 0)); }; then
		f=1
		why=${why:-"it ended with exit code $code"}
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	if ((f == 0)); then
		printf 'ok      %-24s %4d s  %s passed\n' "$name" $((SECONDS - began)) "$p"
		return
	fi
	printf 'FAILED  %-24s %4d s  %s passed, %s failed%s\n' "$name" $((SECONDS - began)) "$p" "$f" "${why:+: $why}"
	grep -a '^FAILED' "$log" | sed 's/^/        /'
	printf '        ---- the end of %s:\n' "$log"
	tail -n 20 "$log" | sed 's/^/        /'
}

for script in "$@"; do
	[ -z "${CLAIMS:-}" ] || mkdir "$CLAIMS/$(basename "$script")" 2>/dev/null || continue
	run_one "$script"
done
echo "$passed passed, $failed failed"
((failed == 0)) && { ((passed > 0)) || [ -n "${CLAIMS:-}" ]; }
