#!/bin/bash
# The ODBC connector against real databases: PostgreSQL, MariaDB and SQLite through Debian's
# drivers, one table and one walk for all of them, then the traps of each.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/reader.sh

CONNECTOR=odbc SECRET=only
PORT=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_leaks=0}
COLUMNS_ALL=id,ten,luc

mariadb_start || exit 1

MARIA_PORT=$(sed -n 's/^port=//p' "$SONGMA_MARIADB_CNF")
PG_DSN="Driver={PostgreSQL Unicode};Server=127.0.0.1;Port=$PORT;Database=odbc_test;UID=odbc_reader;PWD=only;Dialect=postgresql"
MARIA_DSN="Driver={MariaDB Unicode};Server=127.0.0.1;Port=$MARIA_PORT;Database=odbc_test;UID=odbc_reader;PWD={only}"
SQLITE_DSN="Driver={SQLite3};Database=$SCENARIO_TMP/test.db"

# ---- the three databases ----------------------------------------------------------------------

pg() { PGOPTIONS="-c client_min_messages=warning" psql_src odbc_test "$@"; }
maria() { sql_maria --init-command="set sql_mode = ''" "$@"; }
lite() { sqlite3 "$SCENARIO_TMP/test.db"; }

pg_sql() { pg -c "$1"; }
maria_sql() { maria odbc_test -e "$1"; }
sqlite_sql() { lite <<<"$1"; }

make_databases() {
	psql_src postgres -c "set client_min_messages = warning" \
		-c "drop database if exists odbc_test with (force)" -c "create database odbc_test"
	psql_src postgres -c "do \$\$ begin create role odbc_reader login;
		exception when duplicate_object then end \$\$" -c "alter role odbc_reader password 'only'"
	pg -c "alter default privileges in schema public grant select on tables to odbc_reader"
	maria -e "drop database if exists odbc_test; create database odbc_test character set utf8mb4;
		create or replace user odbc_reader identified by 'only'; grant select on odbc_test.* to odbc_reader;
		grant show view on odbc_test.* to odbc_reader"
	rm -f "$SCENARIO_TMP/test.db"
}

# A time of the source's own clock in Hanoi, so many seconds from now, as text.
at() { TZ=Asia/Ho_Chi_Minh date -d "@$(($(date +%s) + $1))" '+%Y-%m-%d %H:%M:%S'; }

# ---- reading ----------------------------------------------------------------------------------

# Reads page after page, each by a process of its own.
page_by_page() {
	local all=""
	for _ in 1 2 3 4 5 6; do
		cycle max_batches=1 "$@" || break
		[ "$(rows_with rows)" -gt 0 ] || break
		all+=" $(ids)"
	done
	echo "$all" | tr ' ' '\n' | grep . | sort -nu | paste -sd' '
}

# ---- one walk for all -------------------------------------------------------------------------

walk() { # walk NAME TIMESTAMP-TYPE
	local db=$1 type=$2 sql=${1}_sql time="table=t mode=timestamp cursor=luc columns=$COLUMNS_ALL page=3"
	local first same
	first=$(at -86400) same=$(at -7200)
	rm -f "$mark"
	$sql "create table t (id bigint not null primary key, ten varchar(40), luc $type)"
	$sql "insert into t values (1, 'Nguyễn', '$first'), (2, 'Đặng', '$same'), (3, null, '$same'), (4, 'x', '$same'),
		(5, 'x', '$same'), (6, 'x', null), (7, 'x', '$(at 3600)')"
	# shellcheck disable=SC2086 # options are words
	cycle $time
	expect_eq "$db: the first reading has all rows" "1 2 3 4 5 6 7" "$(ids)"
	expect_eq "$db: they are a snapshot" 7 "$(rows_with snapshot=1)"
	# shellcheck disable=SC2086
	cycle $time
	expect_eq "$db: the overlap is read again" "2 3 4 5" "$(ids)"
	$sql "insert into t values (8, 'mới', '$(at -5)'), (9, 'mới', '$(at -5)'), (10, 'm', '$(at -5)'), (11, 'm', '$(at -5)')"
	# shellcheck disable=SC2086
	expect_eq "$db: rows of one moment across a page's border, by processes that end" \
		"2 3 4 5 8 9 10 11" "$(page_by_page $time)"
	# shellcheck disable=SC2086
	cycle $time
	$sql "insert into t values (12, 'muộn', '$(at -300)')"
	# shellcheck disable=SC2086
	cycle $time
	expect_contains "$db: a row that came late is found within the overlap" 12 "$(ids)"
	expect_lacks "$db: none of the future" " 7 " " $(ids) "
	quiet_cycles "$db" "$type"
	keys_and_parts "$db" "$time"
	numbers "$db"
	interrupted "$db" "$type"
}

# Whether a cursor that has come to its end rests, once this has happened to the database.
rests_after() { # rests_after NAME SQL OPTIONS
	local db=$1 sql=$2 happened=$SCENARIO_TMP/happened said=$SCENARIO_TMP/rests reader
	shift 2
	rm -f "$happened"
	: >"$said"
	timeout 60 "$READ" connector=odbc bookmark="$mark" "$@" idle=yes until="$happened" read \
		>"$said" 2>"$SCENARIO_TMP/err" &
	reader=$!
	wait_for 30 "$db: the cycle has come to its end" grep -q '^batch.rows=0' "$said"
	[ -z "$sql" ] || "${db}_sql" "$sql"
	touch "$happened"
	wait $reader
	sed -n 's/^idle\t//p' "$said"
}

# The catalogue is not read again, nor the overlap sent, while nothing happens.
quiet_cycles() { # quiet_cycles NAME TIMESTAMP-TYPE
	local db=$1 what tries time="key=id mode=timestamp cursor=luc columns=$COLUMNS_ALL"
	"${db}_sql" "create table im (id bigint, ten varchar(40), luc $2)"
	"${db}_sql" "insert into im select id, ten, luc from t where luc is not null"
	"${db}_sql" "create table khac (n int)"
	"${db}_sql" "create view nhin as select id, ten, luc from im"
	# shellcheck disable=SC2086 # options are words
	for what in table=im table=nhin; do
		rm -f "$mark"
		cycle $what $time
		expect_eq "$db, $what: nothing happens" 1 "$(rests_after "$db" "" $what $time)"
		expect_eq "$db, $what: something does elsewhere" 1 \
			"$(rests_after "$db" "insert into khac values (1)" $what $time)"
		expect_eq "$db, $what: a row behind the position" 0 \
			"$(rests_after "$db" "insert into im values (${#what}1, 'm', '$(at -1)')" $what $time)"
		cycle $what $time
		expect_eq "$db, $what: a row that comes late" 0 \
			"$(rests_after "$db" "insert into im values (${#what}2, 'm', '$(at -300)')" $what $time)"
		expect_eq "$db, $what: a change that leaves the cursor as it was" 0 \
			"$(rests_after "$db" "update im set ten = 'khác, $what' where id = 12" $what $time)"
	done
	rm -f "$mark"
	# shellcheck disable=SC2086
	expect_eq "$db: of a view's first reading nothing is known" 0 "$(rests_after "$db" "" table=nhin $time)"
	# Of a table's what the source says alone; its own housekeeping may come in between.
	# shellcheck disable=SC2086
	for ((tries = 0; tries < 20; tries++)); do
		rm -f "$mark"
		[ "$(rests_after "$db" "" table=im $time)" = 1 ] && break
	done
	expect_eq "$db: of a table's the source says that nothing has happened" yes \
		"$([ "$tries" -lt 20 ] && echo yes)"
	# shellcheck disable=SC2086
	cycle table=im $time
	# shellcheck disable=SC2086
	expect_eq "$db: a column more" 0 "$(rests_after "$db" "alter table im add them int" table=im $time)"
	"${db}_sql" "drop view nhin"
	# shellcheck disable=SC2086
	expect_eq "$db: a column that is gone" 0 \
		"$(rests_after "$db" "alter table im drop column ten" table=im $time)"
}

keys_and_parts() { # keys_and_parts NAME OPTIONS
	local db=$1 time=$2
	# shellcheck disable=SC2086
	OUT=$(printf '3\n99\nabc\n12\n' | "$READ" connector=odbc $time page=100 by=id fetch)
	expect_eq "$db: rows come again by their keys" "3 12" "$(ids)"
	expect_eq "$db: a range is counted" "count	3" \
		"$("$READ" connector=odbc table=t columns=id once=yes range=id from=2 to=5 count)"
	OUT=$("$READ" connector=odbc table=t columns=id once=yes range=id from=2 to=5 page=2 read)
	expect_eq "$db: a range is read once" "2 3 4" "$(ids)"
	# shellcheck disable=SC2086
	"$READ" connector=odbc $time bookmark="$mark" from="$(at -400)" place
	# shellcheck disable=SC2086
	cycle $time page=100 overlap=0
	expect_eq "$db: a place to read on from" "8 9 10 11 12" "$(ids)"
	expect_contains "$db: the bookmark is told" "changes were read up to" \
		"$("$READ" connector=odbc bookmark="$mark" describe)"
}

numbers() {
	local db=$1
	rm -f "$mark"
	cycle table=t mode=incrementing cursor=id columns=id
	expect_eq "$db: numbers, the first time" 12 "$(ids | wc -w)"
	"${db}_sql" "insert into t (id, ten) values (20, 'a')"
	cycle table=t mode=incrementing cursor=id columns=id
	expect_eq "$db: then the new one" 1 "$(rows_with resent=0)"
	refused "$db: a text as a cursor" 2 "a text does not order by time" \
		table=t mode=timestamp cursor=ten columns=id
	refused "$db: an unknown column" 2 "did you mean ten?" table=t columns=tem
	refused "$db: an unknown table" 2 "there is no table or view" table=xyz columns=id
}

# What was committed late before a cycle was broken off for longer than the overlap.
interrupted() { # interrupted NAME TIMESTAMP-TYPE
	local options="table=u mode=timestamp cursor=luc columns=id,luc page=1 overlap=30s"
	rm -f "$mark"
	"${1}_sql" "create table u (id bigint not null primary key, luc $2)"
	"${1}_sql" "insert into u values (1, '$(at -900)')"
	# shellcheck disable=SC2086
	cycle $options
	"${1}_sql" "insert into u values (2, '$(at -600)'), (3, '$(at -5)')"
	for _ in 1 2 3; do
		# shellcheck disable=SC2086
		cycle $options max_batches=1
		[ "$(ids)" != 2 ] || break
	done
	"${1}_sql" "insert into u values (4, '$(at -610)')"
	# As if all of this had been then.
	sed -i "s/\"until\": *[0-9]*/\"until\": $((($(date +%s) - 595) * 1000000))/" "$mark"
	# shellcheck disable=SC2086
	cycle $options
	expect_eq "$1: a cycle that was broken off reads no further than to when it began" "" "$(ids)"
	# shellcheck disable=SC2086
	cycle $options
	expect_eq "$1: and the next one finds what came late to it" "2 3 4" "$(ids)"
}

hostile_names() { # hostile_names NAME OPEN CLOSE
	local db=$1 q=$2 odd=$3
	"${db}_sql" "create table ${q}bảng 1.select${q} (${q}order by${q} int primary key, ${q}$odd${q} varchar(10))"
	"${db}_sql" "insert into ${q}bảng 1.select${q} values (1, 'a'), (2, 'b')"
	cycle table="bảng 1.select" columns="order by,${odd//$q$q/$q}" bookmark=/dev/null
	expect_eq "$db: hostile names" "1 2" "$(ids)"
}

long_values() { # long_values NAME TYPE EXPRESSION-OF-50-MB
	local db=$1
	"${db}_sql" "create table dai (id int primary key, v $2)"
	"${db}_sql" "insert into dai values (1, 'short')"
	"${db}_sql" "insert into dai values (2, $3)"
	"${db}_sql" "insert into dai values (3, 'after')"
	cycle table=dai columns=id,v bookmark=/dev/null
	expect_eq "$db: a value of 50 MB is told, not held" "row	int:2	unheld:too_long" "$(grep 'int:2' <<<"$OUT")"
	expect_eq "$db: its neighbours are read" "1 2 3" "$(ids)"
}

# ---- keys that the database takes for equal -----------------------------------------------------

# Of a view, which has no index that tells them apart, with pages that end between them.
equal_keys() { # equal_keys NAME TYPE-OF-KEY TIMESTAMP-TYPE PAGE TOO-SMALL
	local db=$1 before now key="table=giong key=ma" time all="1 2 3 4 5 6 7 8"
	time="$key mode=timestamp cursor=luc columns=id,ma,luc overlap=0 page=$4"
	before=$(at -900) now=$(at -300)
	"${db}_sql" "create table chung (id bigint, ma $2, luc $3, dai text)"
	"${db}_sql" "insert into chung values (1, '0', '$before', ''), (2, 'a', '$before', ''), (3, 'A', '$before', ''),
		(4, 'a ', '$before', ''), (5, 'Á', '$before', ''), (6, 'b', '$before', ''), (7, 'B', '$before', ''), (8, 'c', '$before', '')"
	"${db}_sql" "create view giong as select id, ma, luc, dai from chung"
	rm -f "$mark"
	# shellcheck disable=SC2086 # options are words
	cycle $time
	expect_eq "$db: equal keys, the first reading" "$all" "$(ids)"
	# shellcheck disable=SC2086
	cycle $key columns=id page="$4" bookmark=/dev/null
	expect_eq "$db: equal keys, the whole table every time" "$all" "$(ids)"
	rm -f "$mark"
	# shellcheck disable=SC2086
	expect_eq "$db: equal keys, by processes that end" "$all" "$(by_processes $time)"
	# shellcheck disable=SC2086
	cycle $time
	"${db}_sql" "update chung set luc = '$now'"
	# shellcheck disable=SC2086
	expect_eq "$db: equal keys of changes of one moment" "$all" "$(by_processes $time)"
	# shellcheck disable=SC2086
	cycle $time overlap=10min
	expect_eq "$db: equal keys of the overlap" "$all" "$(ids)"
	# shellcheck disable=SC2086
	refused "$db: more of them than a page holds" 2 "raise limits: page_rows" $time page="$5"
	# shellcheck disable=SC2086
	OUT=$(printf 'a\nB\n' | "$READ" connector=odbc $time by=ma fetch)
	expect_eq "$db: no others come again by their keys" "2 7" "$(ids)"
	case $db in
	sqlite) sqlite_sql "update chung set dai = id || printf('%.*c', 5000, 'x')" ;;
	*) "${db}_sql" "update chung set dai = concat(id, repeat('x', 5000))" ;;
	esac
	# shellcheck disable=SC2086
	cycle $key columns=id,dai page="$4" bookmark=/dev/null
	expect_eq "$db: long values are their own rows'" "$all" \
		"$(sed -n 's/^row\tint:\([0-9]*\)\ttext:\1x*$/\1/p' <<<"$OUT" | sort -n | paste -sd' ')"
}

# ---- MariaDB's own ----------------------------------------------------------------------------

maria_traps() {
	maria_sql "create table bay (id bigint unsigned primary key, d date, t datetime, l varchar(20) character set latin1,
		u3 varchar(20) character set utf8mb3, b bit(1), t1 tinyint(1), n decimal(30,10), y year, ts timestamp(6) null,
		e enum('một','hai'), j json, g point);
		insert into bay values (18446744073709551615, '0000-00-00', '0000-00-00', 'café', 'Nguyễn', b'1', 5,
		12345678901234567890.0123456789, 2026, '2026-11-22 01:05:00.25', 'hai', '[1]', null),
		(1, '2020-00-00', '2026-11-22 08:05:00', null, null, null, null, null, null, null, null, null, null)"
	cycle table=bay columns=id,d,t,l,u3,b,t1,n,y,e,j bookmark=/dev/null
	expect_contains "zero dates, charsets, unsigned, bit, tinyint(1)" "$(printf '%s\t' row \
		decimal:18446744073709551615 unheld:date_zero unheld:date_zero text:café text:Nguyễn bool:true int:5 \
		decimal:12345678901234567890.0123456789 int:2026 text:hai)text:[1]" "$OUT"
	expect_contains "a date without its month; local time in the source's zone" \
		"int:1	text:2020	timestamp:2026-11-22T01:05:00.000000Z" "$OUT"
	refused "geometry" 2 "geometry is not read" table=bay columns=id,g
	maria_sql "create view cham as select 1 as id, sleep(20) as s"
	refused "the statement timeout" 3 "not done within the statement timeout" table=cham key=id columns=id,s timeout=2s
	refused "cancel" 1 "stopped on request" table=cham key=id columns=id,s cancel_after_ms=700
	maria_sql "create table kep (a varchar(5), b int)"
	maria_sql "insert into kep values ('x', 1), ('x', 2)"
	refused "a key that two rows have" 2 "two rows of" table=kep key=a columns=a,b
	expect_contains "the account can't write" "can_write=0" "$("$READ" connector=odbc check t)"
	maria -e "grant insert on odbc_test.* to odbc_reader"
	expect_contains "the account could write" "can_write=1" "$("$READ" connector=odbc check t)"
}

pg_traps() {
	pg_sql "create table bay (id uuid primary key, f float8, d date, j jsonb, a int[], y bytea, c char(6), m numeric)"
	pg_sql "insert into bay values ('123e4567-e89b-12d3-a456-426614174000', 'NaN', '0044-03-15 BC', '{\"a\": 1}', '{1}',
		'\\x00ff', 'ab', 'NaN'), ('223e4567-e89b-12d3-a456-426614174000', 'Infinity', 'infinity', null, null, null, null, 1.50)"
	cycle table=public.bay columns=id,f,d,j,y,c,m bookmark=/dev/null page=1
	expect_contains "not a number, bytes, padding" "unheld:float_nan	" "$OUT"
	expect_contains "what no type holds" \
		"unheld:float_infinity	unheld:date_infinity	null	null	null	decimal:1.50" "$OUT"
	refused "an array" 2 "a view that converts it" table=public.bay columns=id,a
	pg_sql "create table rong ($(seq -s, -f 'c%g int' 1 1599), id int primary key)"
	expect_eq "1,600 columns" 1600 "$("$READ" connector=odbc discover public.rong | grep -c '^column')"
	pg_sql "create view cham as select 1 as id, pg_sleep(20) is null as s"
	refused "the statement timeout" 3 "not done within the statement timeout" table=cham key=id columns=id,s timeout=2s
	refused "cancel" 1 "stopped on request" table=cham key=id columns=id,s cancel_after_ms=700
}

connections() {
	SOURCE_DSN="${PG_DSN/PWD=only/PWD=wrong}" refused "a wrong password" 2 "refuses the account" table=t columns=id
	SOURCE_DSN="${MARIA_DSN/PWD=\{only\}/PWD=wrong}" refused "a wrong password" 2 "refuses the account" table=t columns=id
	SOURCE_DSN="${MARIA_DSN/Port=$MARIA_PORT/Port=1}" refused "no server" 3 "the server is away" table=t columns=id
	SOURCE_DSN="Driver={none};x=y" refused "no driver" 2 "the driver can't be loaded" table=t columns=id
	SOURCE_DSN="host=127.0.0.1 port=1" refused "no connection string" 2 "driver" table=t columns=id
}

# shellcheck disable=SC2317 # at the end
stop_proxy() { kill "$LINE"; }

# Wherever an answer breaks off, it is trouble that passes: no crash of the driver, nothing that a person must mend.
broken_line() {
	local bytes port=$((MARIA_PORT + 7))
	"$BUILD/proxy" "$SCENARIO_TMP/line" "$port" "$MARIA_PORT" &
	LINE=$!
	at_end stop_proxy
	wait_for 5 "the control of the proxy" test -p "$SCENARIO_TMP/line" || return
	for ((bytes = 1400; bytes < 4200; bytes += 230)); do
		echo "cut $bytes" >"$SCENARIO_TMP/line"
		SOURCE_DSN=${MARIA_DSN/Port=$MARIA_PORT/Port=$port} refused "a line cut after $bytes bytes" 3 "away or closed" table=t columns=id
	done
}

make_databases
SOURCE_DSN=$SQLITE_DSN
export SOURCE_DSN
walk sqlite datetime
equal_keys sqlite "text collate nocase" datetime 2 1
hostile_names sqlite '"' 'a""b'
long_values sqlite text "printf('%.*c', 50000000, 'x')"
SOURCE_DSN=$MARIA_DSN
walk maria 'datetime(6)'
equal_keys maria "varchar(20) collate utf8mb4_general_ci" 'datetime(6)' 4 3
# shellcheck disable=SC2016 # MariaDB's quotes
hostile_names maria '`' 'a``b'
long_values maria longtext "repeat('x', 50000000)"
maria_traps
broken_line
SOURCE_DSN=$PG_DSN
walk pg timestamp
if [ "$(pg -Atc "select count(*) from pg_collation where collprovider = 'i'")" -gt 0 ]; then
	pg_sql "create collation khong_dau (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
	equal_keys pg "text collate khong_dau" timestamp 3 2
fi
hostile_names pg '"' 'a""b'
long_values pg text "repeat('x', 50000000)"
pg_traps
connections
scenario_end
