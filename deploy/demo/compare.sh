#!/bin/bash
# Compares what the gateway computed with the truth: the coverage (JSON), commune by commune, and the
# sums of the variants with and without links and death records, if given: the table that indicator compare
# printed, so that one long computation serves the reader and the comparison.
# Usage: compare.sh COVERAGE_JSON TRUTH_TSV [VARIANTS_TEXT]
# Exit 1 when a number differs or nothing was compared.
set -euo pipefail
coverage=$1 truth=$2 variants=${3:-}
mine=$(mktemp) theirs=$(mktemp)
trap 'rm -f "$mine" "$theirs"' EXIT

# Prints how many of the lines in $theirs are in $mine, and what differs; fails when that is not all.
held() {
	local all equal
	all=$(wc -l <"$theirs")
	equal=$(comm -12 "$mine" "$theirs" | wc -l)
	if [ "$equal" -ne "$all" ] || [ "$(wc -l <"$mine")" -ne "$all" ]; then
		echo "$1, residents, fresh, stale, without; < the gateway, > the truth:"
		diff "$mine" "$theirs" | grep '^[<>]' || true
	fi
	echo "$equal of $all $2 equal to the truth"
	[ "$all" -gt 0 ] && [ "$equal" -eq "$all" ] && [ "$(wc -l <"$mine")" -eq "$all" ]
}

# The rows of the table, in the order of the definition: a name of several words, four counts with a mark between
# the thousands, the percentage.
variant_rows() {
	awk -v codes='full without_links without_deaths without_both' 'BEGIN { split(codes, code) }
		NF >= 6 && $NF ~ /^[0-9]+[.,][0-9]+$/ {
			row = ""
			for (i = NF - 4; i < NF; i++) {
				if ($i !~ /^[0-9]+([.,][0-9][0-9][0-9])*$/)
					next
				gsub(/[.,]/, "", $i)
				row = row "\t" $i
			}
			print code[++n] row
		}' "$1"
}

good=0
jq -r '.[] | [.unit_code, .denominator, .fresh, .stale, .without] | @tsv' "$coverage" |
	sort >"$mine"
grep -P '^\d{5}\t' "$truth" | cut -f 1-5 | sort >"$theirs"
held unit communes || good=1
if [ -n "$variants" ]; then
	variant_rows "$variants" | sort >"$mine"
	grep -P '^variant\t' "$truth" | cut -f 2-6 | sort >"$theirs"
	held variant variants || good=1
fi
exit $good
