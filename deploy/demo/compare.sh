#!/bin/bash
# Compares the coverage that the gateway computed (JSON) with the truth (TSV: unit, denominator,
# fresh, stale, without), commune by commune.  Exit 1 when one differs or none was compared.
set -euo pipefail
coverage=$1 truth=$2
mine=$(mktemp) theirs=$(mktemp)
trap 'rm -f "$mine" "$theirs"' EXIT

jq -r '.[] | [.unit_code, .denominator, .fresh, .stale, .without] | @tsv' "$coverage" |
	sort >"$mine"
grep -P '^\d{5}\t' "$truth" | cut -f 1-5 | sort >"$theirs"

units=$(wc -l <"$theirs")
equal=$(comm -12 "$mine" "$theirs" | wc -l)
if [ "$equal" -ne "$units" ] || [ "$(wc -l <"$mine")" -ne "$units" ]; then
	echo "unit, residents, fresh, stale, without; < the gateway, > the truth:"
	diff "$mine" "$theirs" | grep '^[<>]' || true
fi
echo "$equal of $units communes equal to the truth"
[ "$units" -gt 0 ] && [ "$equal" -eq "$units" ] && [ "$(wc -l <"$mine")" -eq "$units" ]
