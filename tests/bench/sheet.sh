#!/bin/bash
# How fast rows of files are read, and in how much memory: tests/bench/sheet.sh [ROWS] [RUNS]
# The table of make bench as CSV and as workbooks, one with its texts shared by the cells and one
# with them inline.  Targets: CSV 300,000 rows/s, XLSX 50,000 rows/s, at most 64 MiB for a million
# rows.  Prints the median of the runs; needs no server.
set -euo pipefail
cd "$(dirname "$0")/../.."
ROWS=${1:-1000000} RUNS=${2:-3} TOOL=${BUILD:-build}/bench-sheet
[ -x "$TOOL" ] || {
	echo "sheet.sh: $TOOL is not there: make BUILD=${BUILD:-build} tools" >&2
	exit 2
}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

for form in csv shared inline; do
	python3 tests/bench/sheet.py "$form" "$ROWS" "$WORK/file"
	for ((run = 0; run < RUNS; run++)); do
		"$TOOL" "$form" "$WORK/file" "$WORK" 2>/dev/null
	done >"$WORK/figures"
	sort -k1,1 -k2,2g "$WORK/figures" | awk '
		function median() { if (n) print name, v[int((n + 1) / 2)]; n = 0 }
		$1 != name { median(); name = $1 }
		{ v[++n] = $2 }
		END { median() }'
done
