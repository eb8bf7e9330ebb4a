# xlsx.sh - a folder that workbooks are put into, as a source of the conformance suite.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

# shellcheck source=file.sh
. "$HERE/file.sh"

# Which columns are no texts.
declare -A cells_of=([types]='number:a date:d datetime:ts bool:b' [kinds]='number:a date:d datetime:ts bool:b' [odd]='number:f date:d')
pack() {
	# shellcheck disable=SC2086 # words
	python3 tests/lib/xlsx.py "$1" Sheet ${cells_of[$2]:-}
}

do_limits() {
	case $1 in
	range) lacks "files have no ranges" ;;
	field) echo yes ;;
	*) lacks "no file takes long to ask" ;;
	esac
}

eval "text_$(declare -f content_of)"
content_of() {
	case $1 in
	# Each cell has its own kind; a column's is one that holds them all.
	kinds) printf 'id,a,d,ts,b,t\n1,12,2026-11-22,2026-11-22T08:05:01,true,x\n2,,,,,\n3,-15,1900-03-01,9999-12-31T23:59:59,false,y\n' ;;
	types)
		printf 'id,a,d,ts,b,t\n1,12,2026-11-22,2026-11-22T08:05:01,true,"dòng\nhai"\n2,,,,,\n'
		printf '3,-1.5,1900-03-01,9999-12-31T23:59:59,false," Nguyễn ""🙂"" "\n4,123456789012345,2026-02-30,1900-02-30,0,0123\n'
		;;
	odd) printf 'id,j,f,d\n1,"{""a"": [1, 2]}",1e999,44-03-15 BC\n2,,,\n3,[],NaN,infinity\n' ;;
	*) text_content_of "$1" ;;
	esac
}
unset 'count_of[invalid]'
count_of[types]=4 count_of[kinds]=3 count_of[odd]=3

do_hostile() {
	printf '%s\n' "h_bomb refuse" "h_laughs refuse" "h_outside refuse" "h_far refuse" "h_cut refuse" "h_bytes refuse" "h_parts refuse" \
		"h_locked refuse" "h_empty refuse" "h_texts take" "h_merges take"
}
hostile_file() { python3 tests/lib/xlsx_hostile.py "${1#h_}"; }
