#!/bin/bash
# What poison costs: loads of the same rows, clean and with every hundredth poisoned in twelve ways, one after the other, and
# the ratio of their speeds.  ROWS (100000), RUNS (3).  On a running stack (deploy/local/stack.sh).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/lib/poison.sh

ROWS=${ROWS:-100000} RUNS=${RUNS:-3}

# Prints the seconds from the sync's start until all is loaded; $1: clean or poisoned.  False where not all rows are there:
# what a load that lost some took is no figure.
once() {
	local began ended rows
	{
		workspace "poison_$1"
		poison_workspace
		songma sync test
		poison_constraints
		poison_rows "$ROWS" "$1"
	} >/dev/null 2>&1
	began=$(date +%s.%N)
	songma sync test >/dev/null 2>&1
	ended=$(date +%s.%N)
	rows=$(psql_wh "$WH" -c "select (select count(*) from canon.poison) + (select count(*) from ops.dead_letter)")
	workspace_end 2>/dev/null
	if [ "$rows" != $((ROWS + 1)) ]; then
		echo "$1: ${rows:-no} rows are there, not $((ROWS + 1))" >&2
		return 1
	fi
	awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.2f", b - a }'
}

for run in $(seq "$RUNS"); do
	if ((run % 2)); then
		clean=$(once clean) && poisoned=$(once poisoned) || exit 1
	else
		poisoned=$(once poisoned) && clean=$(once clean) || exit 1
	fi
	awk -v run="$run" -v rows="$ROWS" -v c="$clean" -v p="$poisoned" \
		'BEGIN { printf "run %d: clean %s s (%d rows/s), poisoned %s s (%d rows/s), ratio %.2f\n", run, c, rows / c, p, rows / p, c / p }'
done
