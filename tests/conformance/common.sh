# common.sh - what the sources of the conformance suite share: the tables in SQL that all databases take.
# shellcheck shell=bash
#
# A source defines begin_source, end_source, do_dsn and sql (SQL on stdin, rows on stdout, their values parted by tabs),
# sets the words below, and make_NAME for the tables that are its own.

# The names of types, the time now, and what stands before a table's name for the connector.
INT=int TEXT=text TIME=timestamp NOW=now PREFIX=
declare -A made=()
changes=0

# A fixture's table as SQL names it; one that is not c_NAME is in table_of.
declare -A table_of=()
sql_name() { echo "${table_of[$1]:-c_$1}"; }
# The same as the connector names it, where that is another.
declare -A shown_as=()

# A hundred and five rows, ten a minute; two have no time, one has a time to come.
plain_rows() {
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++) {
			time = sprintf("\x27" "2026-01-01 00:%02d:00\x27", (i - 1) / 10)
			if (n > 20 && i % 50 == 0) time = "null"
			if (n > 20 && i == 33) time = "\x27" "2099-01-01 00:00:00\x27"
			printf "%s(%d, \x27n%d\x27, %s)", (i > 1 ? ", " : ""), i, i, time
		}
	}'
}

table_of_rows() { # table_of_rows NAME ROWS
	echo "drop table if exists c_$1; create table c_$1 (id $INT primary key, label $TEXT, changed $TIME);"
	[ "$2" = 0 ] || echo "insert into c_$1 values $(plain_rows "$2");"
}

make_empty() { table_of_rows empty 0 | sql; }
make_plain() { table_of_rows plain 105 | sql; }
make_live() {
	changes=0
	table_of_rows live 20 | sql
}

# Letters that some collation takes for others, and what breaks out of a careless query.
make_pair() {
	sql <<-END
	drop table if exists c_pair;
	create table c_pair (a ${KEY_TEXT:-$TEXT} not null, b ${BIGINT:-bigint} not null, v $INT,
	  changed $TIME default '2026-01-01 00:00:00', primary key (a, b));
	insert into c_pair (a, b, v) values ('an', 1, 1), ('an', -1, 2), ('an', 9223372036854775807, 3), ('an', -9223372036854775808, 4),
	  ('bờ', 1, 5), ('đò', 1, 6), ('O''Brien', 1, 7), ('"x"', 1, 8), ('%', 1, 9), ('_', 1, 10), ('${BACKSLASH:-\\}', 1, 11),
	  (';--', 1, 12), ('lê lợi', 1, 13), ('ZÉBRE', 1, 14), ('🙂', 1, 15), ('漢字', 1, 16), ('', 1, 17), ('null', 1, 18),
	  ('an', 2, 19), ('an', 10, 20), ('{a,b}', 1, 21), ('ỳ', 1, 22);
	END
}

# Days as numbers, which become days.
make_retyped() {
	sql <<-END
	drop table if exists c_retyped;
	create table c_retyped (id $INT primary key, v $INT);
	insert into c_retyped values $(awk 'BEGIN { for (i = 1; i <= 20; i++) printf "%s(%d, %d)", (i > 1 ? ", " : ""), i, 20260100 + i }');
	END
}

make_many() { table_of_rows many 0 | sql; }

# The table of types, each row alone.
table_of[kinds]=c_types
make_kinds() { [ -n "${made[types]:-}" ] || { make_types && made[types]=yes; }; }

# Names that break out of careless quotes, in those of the standard.
table_of[names]='"Bảng ""Lạ"" c_names; select"'
shown_as[names]='Bảng "Lạ" c_names; select'
make_names() {
	sql <<-END
	create table ${table_of[names]} ("Mã ""số""" int, "select" text, "order by" text, "Tên người" text, "a'b" text,
	  "x;y--" text, "100%s" text, "back\\slash" text, "CHỮ HOA" text, "?" text, "{d}" text, ":p" text,
	  "$(printf 'n%.0s' $(seq 63))" text, primary key ("Mã ""số""", "a'b"));
	insert into ${table_of[names]} values
	  $(seq 5 | sed "s/.*/(&, 's', 'o', 't', 'a&', 'x', 'p', 'b', 'C', 'q', 'd', 'p', 'n')/" | paste -sd,);
	END
}

# A transaction that stays open while the suite goes on: what late_client keeps, where a source has one.
do_late_open() {
	if ! declare -F late_client >/dev/null; then
		lacks "this source has no such transaction"
		return
	fi
	coproc LATE { late_client; }
	echo "begin; insert into c_$1 values (900, 'late', $MINUTE_AGO); select 'began';" >&"${LATE[1]}"
	read -r _ <&"${LATE[0]}"
	echo
}
do_late_commit() {
	echo "commit; select 'done';" >&"${LATE[1]}"
	read -r _ <&"${LATE[0]}"
	eval "exec ${LATE[1]}>&-"
	wait "$LATE_PID" 2>/dev/null
	echo 900
}

# What a source does with each table, such as grants.
after_make() { :; }

do_fixture() {
	case $1 in
	plain | live) "make_$1" >&2 && after_make "$1" >&2 ;;
	*)
		if [ -z "${made[$1]:-}" ]; then
			if ! declare -F "make_$1" >/dev/null; then
				lacks "this source has no such table"
				return
			fi
			"make_$1" >&2 && after_make "$1" >&2
			made[$1]=yes
		fi
		;;
	esac
	chosen=$1
	echo "$PREFIX${shown_as[$1]:-$(sql_name "$1")}"
}
# shellcheck disable=SC2034 # for do_dsn
chosen=plain

# Whether there is such a thing: a time after which a query is given up, a range, a field of 50 MB.
do_limits() { echo yes; }

do_mode() { echo "timestamp changed"; }
do_rows() { sql <<<"select count(*) from $(sql_name "$1");"; }
do_dump() { sql <<<"select id, label from c_$1 order by id;"; }
do_place() { printf '2026-01-01 00:05:00\t%s\n' "$(seq -s' ' 51 99) 101 102 103 104 105"; }

# Two rows change and one comes.
do_change() {
	local a b c
	changes=$((changes + 1))
	a=$((changes % 9 + 1)) b=$((changes % 9 + 10)) c=$((1000 + changes))
	sql >&2 <<-END
	update c_$1 set changed = $NOW, label = 'change $changes' where id in ($a, $b);
	insert into c_$1 values ($c, 'new $changes', $NOW);
	END
	echo "$a $b $c"
}

# Twelve rows of one moment.
do_tie() {
	sql >&2 <<<"update c_$1 set changed = $NOW where id <= 12;"
	seq -s' ' 12
}

# All rows at one moment.
do_touch() { sql >&2 <<<"update c_$1 set changed = $NOW;"; }

# One file a source: whichever connector reads it, the values are the same.
do_expect() {
	case $1 in
	types) echo "$HERE/types/$SOURCE.txt" ;;
	*)
		if [ -e "$HERE/types/$SOURCE-$1.txt" ]; then
			echo "$HERE/types/$SOURCE-$1.txt"
		else
			lacks "it has no such types"
		fi
		;;
	esac
}
