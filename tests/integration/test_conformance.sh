#!/bin/bash
# Every connector against what the contract asks of all, each with the sources that it reads.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh

BUILD=${BUILD:-build}
export BUILD SCENARIO_TMP
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_leaks=1}

# They wait more than they work, so all go at a time.
SUITES=("synthetic synthetic" "postgres postgres" "odbc postgres" "odbc mariadb" "odbc sqlite" "file file" "file xlsx")

[ -x "$BUILD/conform" ] || make -s BUILD="$BUILD" "$BUILD/conform" || exit 1
mariadb_start || exit 1
for suite in "${SUITES[@]}"; do
	read -r connector source <<<"$suite"
	timeout 600 "$BUILD/conform" "$connector" "bash tests/conformance/hook.sh $source $connector" \
		>"$SCENARIO_TMP/$connector-$source" 2>"$SCENARIO_TMP/$connector-$source.err" &
done
wait

for suite in "${SUITES[@]}"; do
	read -r connector source <<<"$suite"
	while IFS= read -r line; do
		case $line in
		'ok '*) pass "$connector, $source: ${line#ok *}" ;;
		'not ok '*) fail "$connector, $source" "${line#not ok *}" ;;
		'skip '*) echo "$connector, $source: $line" ;;
		esac
	done <"$SCENARIO_TMP/$connector-$source"
	# A suite that died has no last line.
	expect_contains "$connector, $source: went through" "0 failed" \
		"$(tail -n 1 "$SCENARIO_TMP/$connector-$source") $(tail -n 3 "$SCENARIO_TMP/$connector-$source.err")"
done
scenario_end
