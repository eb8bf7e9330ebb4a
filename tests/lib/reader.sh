# reader.sh - sourced after lib.sh by scenarios that drive a connector alone: cycles over one table, and what came of them.
# shellcheck shell=bash
#
# CONNECTOR reads what SOURCE_DSN leads to; SECRET stands in no message.  BUILD is the folder of the program under test.
#
#   cycle [option...]                    its output is kept in OUT, its messages in $SCENARIO_TMP/err, the bookmark in $mark
#   ids                                  the numbers in the first column of its rows, sorted, on one line
#   by_processes option...               the same of a whole cycle, each page read by a process of its own
#   rows_with WHAT                       the sum over its batches that have WHAT (resent=1, snapshot=1)
#   refused NAME CODE PART option...     a cycle from the beginning that ends with this code and this part of a message

BUILD=${BUILD:-build}
READ=$LIB_ROOT/$BUILD/read-source
mark=$SCENARIO_TMP/mark

[ -x "$READ" ] || make -s BUILD="$BUILD" "$BUILD/read-source" || exit 1

cycle() { OUT=$("$READ" connector="$CONNECTOR" bookmark="$mark" "$@" read 2>"$SCENARIO_TMP/err"); }

ids() { sed -n 's/^row\t[a-z]*:\([0-9]*\).*/\1/p' <<<"$OUT" | sort -n | paste -sd' '; }

rows_with() {
	awk -F'[\t=]' -v what="$1" '$1 == "batch" && $0 ~ what { sum += $3 } END { print sum + 0 }' <<<"$OUT"
}

refused() {
	local name=$1 code=$2 part=$3 got
	shift 3
	rm -f "$mark"
	cycle "$@"
	got=$?
	expect_eq "$name: exit code" "$code" "$got"
	expect_contains "$name: message" "$part" "$(cat "$SCENARIO_TMP/err")"
	expect_lacks "$name: no secret" "$SECRET" "$(cat "$SCENARIO_TMP/err")"
}

# The rows of a whole cycle, each page read by a process of its own, as often as they came.
by_processes() {
	local all=""
	for _ in 1 2 3 4 5 6 7 8; do
		cycle max_batches=1 "$@" || return
		[ "$(rows_with rows)" -gt 0 ] || break
		all+=" $(ids)"
	done
	tr ' ' '\n' <<<"$all" | grep . | sort -n | paste -sd' '
}
