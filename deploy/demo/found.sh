#!/bin/bash
# The dirt that was planted in the sources, and what became of it, kind by kind.  A broken row
# must be a dead letter of its stream, column and rule; what can be mended must have arrived mended;
# what can't be assigned must be counted apart, and what the sectors disagree on be found by listing it.  Kinds that end in the same letters share a line.
# Usage: found.sh PLANTED_TSV WAREHOUSE_DSN_FILE   (SONGMA_PG_SOURCES: cluster of the truth's scratch database)
# Exit 1 when a number differs.
set -euo pipefail
planted=$1 warehouse=$(cat "$2")
bad=0 kinds=0

# Enough memory to hash a sector's numbers instead of sorting them on disk, whatever the server's own setting is.
export PGOPTIONS="-c work_mem=128MB -c jit=off"
as_of=$(cat "$(dirname "$planted")/as-of")
wh() { psql -X -q -At -v ON_ERROR_STOP=1 -v "as_of=$as_of" "$warehouse" <<<"$1"; }
scratch() { psql -X -q -At -v ON_ERROR_STOP=1 "$SONGMA_PG_SOURCES dbname=doi_chung" -c "$1"; }

line() {
	local mark=ok
	[ "$3" = "$4" ] || { mark=DIFFERS; bad=$((bad + 1)); }
	kinds=$((kinds + 1))
	printf '%-8s %9s %9s  %-12s %s\n' "$mark" "$3" "$4" "$1" "$2"
}

printf '%-8s %9s %9s  %-12s %s\n' '' planted found how kind
letters=$(wh "select source || '.' || stream || E'\t' || coalesce(column_name, '') || E'\t' || rule || E'\t' || coalesce(code, '') || E'\t' || count(*) from ops.dead_letter group by source, stream, column_name, rule, code")
while IFS=$'\t' read -r stream column rule number label; do
	found=$(awk -F'\t' -v s="$stream" -v c="$column" -v r="$rule" \
		'$1 == s && $2 == c && (r == "-" || $3 == r || $4 == r) { n += $5 } END { print n + 0 }' <<<"$letters")
	line 'dead letter' "$stream: $label" "$number" "$found"
done < <(awk -F'\t' '$3 == "dead_letter" { k = $2 "\t" $4 "\t" $5; n[k] += $6; l[k] = l[k] (l[k] ? " + " : "") $7 }
	END { for (k in n) print k "\t" n[k] "\t" l[k] }' "$planted" | sort)
line 'dead letter' 'tất cả / all of them' \
	"$(awk -F'\t' '$3 == "dead_letter" { n += $6 } END { print n + 0 }' "$planted")" \
	"$(wh 'select count(*) from ops.dead_letter')"

while IFS=$'\t' read -r _ stream how _ _ number label _ in_source in_canon; do
	case $how in
	normalised | apart | listed) ;;
	*) continue ;;
	esac
	if [ "$in_canon" != - ]; then
		found=$(wh "$in_canon")
	else
		# Mended beyond recognition, which is the point: counted where it was planted; that it
		# arrived is shown by the balance and by the comparison with the truth.
		found=$(scratch "$in_source")
	fi
	line "$how" "$stream: $label" "$number" "$found"
done < <(tail -n +2 "$planted")
echo "$((kinds - bad)) of $kinds kinds found in the planted number"
[ "$bad" -eq 0 ] && [ "$kinds" -gt 1 ]
