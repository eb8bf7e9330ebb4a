# file.sh - a folder that CSV files are put into, as a source of the conformance suite.  The name does not tell what a file
# is, so it may hold workbooks as well: a source that makes such defines pack and, where it differs, the rest.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

FOLDERS=$(mktemp -d "${SCENARIO_TMP:-/tmp}/conform-files.XXXXXX")
begin_source() { :; }
end_source() { rm -rf "$FOLDERS"; }

do_mode() { echo files; }
do_dsn() { echo "$FOLDERS/$chosen"; }
do_bad_dsn() { lacks "a folder has no password"; }
do_away_dsn() { lacks "a folder is not away"; }
do_secret() { lacks "a folder has no password"; }
do_limits() {
	case $1 in
	range) lacks "files have no ranges" ;;
	field) lacks "a file with such a field is put aside as a whole, with a report" ;;
	*) lacks "no file takes long to ask" ;;
	esac
}
do_writes() { lacks "it puts files away"; }
do_late_open() { lacks "files have no transactions"; }
do_place() { lacks "files have no cursor"; }

# What becomes of a table's text before it is put into the folder: $1 where to, $2 fixture.
pack() { cat >"$1"; }

# $1 fixture, $2 name, the content on stdin.
put_file() {
	mkdir -p "$FOLDERS/plain/$1"
	tee "$FOLDERS/plain/$1/$2" | pack "$FOLDERS/$1/.$2" "$1"
	file_finished "$FOLDERS/$1" "$2"
}

# The rows from $1 to $2, with this label before their number.
rows_from() {
	echo "id,label,changed"
	seq "$1" "$2" | sed "s/.*/&,$3&,2026-01-01/"
}

declare -A count_of=([empty]=0 [plain]=105 [live]=20 [pair]=22 [many]=50000 [names]=5 [wide]=3 [big]=3 [types]=3 [kinds]=3 [invalid]=3 [odd]=4)

content_of() {
	case $1 in
	empty) rows_from 1 0 n ;;
	plain | live | many) rows_from 1 "${count_of[$1]}" n ;;
	pair)
		echo 'v,a,b'
		# shellcheck disable=SC1003
		paste -d, <(seq 22) <(printf '%s\n' an an an an bờ đò "O'Brien" '"""x"""' % _ '\' ';--' 'lê lợi' ZÉBRE 🙂 漢字 '""' null an an '"{a,b}"' ỳ) \
			<(printf '%s\n' 1 -1 9223372036854775807 -9223372036854775808 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2 10 1 1)
		;;
	names)
		echo "\"Mã \"\"số\"\"\",select,order by,Tên người,a'b,x;y--,100%s,back\\slash,CHỮ HOA,?,{d},:p,$(printf 'n%.0s' $(seq 63))"
		seq -f '%.0f,s,o,t,a,x,p,b,C,q,d,p,n' 5
		;;
	wide)
		seq -s, -f 'c%.0f' 1600
		for row in 1 2 3; do seq -s, -f "$row%.0f" 1600; done
		;;
	big)
		echo id,body
		echo 1,x
		printf '2,'
		head -c 50000000 /dev/zero | tr '\0' x
		printf '\n3,x\n'
		;;
	types | kinds) printf 'id,a,b\n1,"dòng\nhai",0123\n2,,-1.50\n3,"Nguyễn ""🙂""; x",2026-11-22\n' ;;
	# What other programs print of such values; of a file all is text, and the rules judge.
	odd)
		printf 'id,j,a,e,f,d\n1,"{""a"": [1, 2]}","{1,2}",đỏ,NaN,44-03-15 BC\n2,,,,,\n3,[],{},"(1,x)",Infinity,infinity\n4,null,NULL,\\N,-inf,0000-00-00\n'
		;;
	# Most of a file tells in which encoding it is.
	invalid) printf 'id,body\n1,đúng%s\n2,sai\xf0\xee\n3,đúng\n' "$(printf ' đúng%.0s' $(seq 100))" ;;
	esac
}

# Files made to do harm, and whether their rows are taken all the same.
do_hostile() {
	printf '%s\n' "h_endless refuse" "h_quote refuse" "h_zeros refuse" "h_columns refuse" "h_field refuse" "h_laughs refuse" \
		"h_packed refuse" "h_header refuse" "h_nul refuse" "h_bytes take" "h_half16 take"
}
laughs='<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
hostile_file() {
	case $1 in
	h_endless) head -c 100000000 /dev/zero | tr '\0' x ;;
	h_quote) printf 'id,a\n1,"' && yes 'one line more' 2>/dev/null | head -c 60000000 ;;
	h_zeros) printf 'id,a\n1,x\n' && head -c 60000000 /dev/zero ;;
	h_columns) printf 'id' && yes ,x 2>/dev/null | head -n 5000 | tr -d '\n' && printf '\n1\n' ;;
	h_field) content_of big ;;
	h_laughs) echo "$laughs" ;;
	h_packed) printf 'id,a\n1,x\n' | gzip ;;
	h_header) printf 'id,id\n1,2\n' ;;
	h_bytes) printf 'id,a\n1,đúng %s\n2,\xff\xfe\x80\xc0\xaf\xed\xa0\x80\n3,\x1b[2J\n' "$(printf ' đúng%.0s' $(seq 100))" ;;
	h_nul) printf 'id,a\n1,\x00\n' ;;
	h_half16) printf 'id,a\n1,x\n2,\xf0\x9f\x99\x82\n' | iconv -f UTF-8 -t UTF-16LE | (printf '\xff\xfe' && cat) ;;
	esac
}
do_rejected() { find "$FOLDERS/$1/rejected" -name '*.report.txt' | wc -l; }

# Each time a folder that knows of nothing.
do_fixture() {
	if [[ $1 = h_* ]]; then
		chosen=$1
		rm -rf "${FOLDERS:?}/$1"
		mkdir "$FOLDERS/$1"
		hostile_file "$1" | drop_file "$FOLDERS/$1" "c_$1.csv"
		echo "c_$1*.csv"
		return
	fi
	if [ -z "${count_of[$1]:-}" ]; then
		lacks "files have no such thing"
		return
	fi
	chosen=$1 changes=0
	rm -rf "${FOLDERS:?}/$1" "$FOLDERS/plain/$1"
	mkdir "$FOLDERS/$1"
	content_of "$1" | put_file "$1" "c_$1-0000.csv"
	echo "c_$1-*.csv"
}
do_rows() { echo "${count_of[$1]}"; }

# Files that come later; a name that comes again corrects what it brought.
do_change() {
	local a b c
	changes=$((changes + 1))
	a=$((changes % 9 + 1)) b=$((changes % 9 + 10)) c=$((1000 + changes))
	printf 'id,label,changed\n%s,change %s,x\n%s,change %s,x\n%s,new %s,x\n' "$a" $changes "$b" $changes "$c" $changes |
		put_file "$1" "c_$1-$((1000 + changes)).csv"
	echo "$a $b $c"
}
do_tie() {
	rows_from 1 12 tie | put_file "$1" "c_$1-2000.csv"
	seq -s' ' 12
}
do_delete() {
	rows_from 4 20 n | put_file "$1" "c_$1-0000.csv"
	echo 1 2 3
}
do_touch() { content_of "$1" | sed '$!s/$/ /' | put_file "$1" "c_$1-3000.csv"; }
# A later name stands.
do_dump() {
	cat "$FOLDERS/plain/$1"/c_*.csv |
		awk -F, '$1 + 0 > 0 { row[$1] = $2 } END { for (id in row) print id "\t" row[id] }' | sort -n
}
