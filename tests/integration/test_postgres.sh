#!/bin/bash
# The PostgreSQL connector against a real server: every type, every mode, and the traps that lose
# rows: late commits, equal and missing cursors, dates in the future, restarts between pages.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/reader.sh

CONNECTOR=postgres SECRET=only-reads
DB=connector_test
PORT=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_leaks=1}
export SOURCE_DSN="host=127.0.0.1 port=$PORT dbname=$DB user=connector_reader password=$SECRET"

sql() { PGOPTIONS="-c client_min_messages=warning" psql_src $DB "$@"; }

fresh_database() {
	psql_src postgres -c "set client_min_messages = warning" \
		-c "drop database if exists $DB with (force)" -c "create database $DB"
	psql_src postgres -c "do \$\$ begin create role connector_reader login;
		exception when duplicate_object then end \$\$" \
		-c "alter role connector_reader password '$SECRET'"
	sql -c "alter default privileges in schema public grant select on tables to connector_reader"
}

# The ids, each once.
ids_once() { ids | tr ' ' '\n' | sort -nu | paste -sd' '; }

# A transaction that stays open while the scenario goes on.
open_transaction() {
	rm -f "$SCENARIO_TMP/began"
	exec {LATE}> >(psql_src $DB >/dev/null)
	printf 'begin;\n%s;\n\\! touch %s\n' "$1" "$SCENARIO_TMP/began" >&"$LATE"
	wait_for 20 "a transaction is open" test -e "$SCENARIO_TMP/began"
}

commit_transaction() {
	rm -f "$SCENARIO_TMP/began"
	printf 'commit;\n\\! touch %s\n' "$SCENARIO_TMP/began" >&"$LATE"
	wait_for 20 "the transaction is committed" test -e "$SCENARIO_TMP/began"
	exec {LATE}>&-
}

# Reads the rows again whose keys are the lines of $1; the output is kept in $OUT.
again() {
	local keys=$1
	shift
	OUT=$("$READ" "$@" fetch 2>"$SCENARIO_TMP/err" <<<"$keys")
}

# $1 name, $2 exit code, $3 part of the message, $4 keys, the rest: options
not_again() {
	local name=$1 code=$2 part=$3 keys=$4 got
	shift 4
	again "$keys" "$@"
	got=$?
	expect_eq "$name: exit code" "$code" "$got"
	expect_contains "$name: message" "$part" "$(cat "$SCENARIO_TMP/err")"
	expect_eq "$name: no rows" "" "$OUT"
}

# ---- types -------------------------------------------------------------------------------------

types() {
	local columns
	sql <<-'END'
	create extension if not exists citext;
	grant usage on schema public to connector_reader;
	create type colour as enum ('đỏ', 'xanh');
	create domain commune as char(5);
	create domain positive as numeric(10,2) check (value > 0);
	create table typed (id bigint primary key, b bool, i2 int2, i4 int4, o oid, f4 float4, f8 float8,
	  n numeric, n2 numeric(10,2), m money, c char(8), v varchar(20), t text, nm name, ch "char",
	  ci citext, u uuid, j json, jb jsonb, x xml, d date, ti time, tz timetz, ts timestamp,
	  tstz timestamptz, iv interval, ip inet, net cidr, mac macaddr, by bytea, e colour, dx commune,
	  dd positive, bi bit(3), vb varbit);
	insert into typed values (1, true, -32768, 2147483647, 4294967295, 1.5, 0.1, 12345.6789, -0.50,
	  '12.34', 'ab', 'Nguyễn', 'dòng' || chr(10) || 'hai', 'nm', 'c', 'CiText',
	  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b":[1,2]}', '<a/>', '2026-11-22',
	  '08:05:01.5', '08:05+07', '2026-11-22 08:05:01.123456', '2026-11-22 08:05:01.123456+07',
	  '1 year 2 days 03:04:05', '10.0.0.1', '10.1.0.0/16', '08:00:2b:01:02:03', '\x00ff', 'đỏ',
	  '12345', 9.90, '101', '1101');
	insert into typed (id) values (2);
	insert into typed (id, f4, f8, n, d, ts, tstz, n2) values
	  (3, 'nan', '-inf', 'nan', 'infinity', 'infinity', '-infinity', 0),
	  (4, 'inf', 'nan', 'infinity', '-infinity', '1900-01-01', '294276-12-31', 99999999.99),
	  (5, 0, 1, 1e-20, '0001-01-01', '9999-12-31', '0001-01-02', 0.01),
	  (6, 1e38, 1e308, -123456789012345678901234567890.000100, '9999-12-31', null, null, 1);
	create table refused (id int primary key, a int[], p point, r int4range, s tsvector, k typed,
	  l pg_lsn);
	END
	columns=$(sql -c "select string_agg(attname, ',' order by attnum) from pg_attribute
		where attrelid = 'typed'::regclass and attnum > 0")
	cycle table=public.typed columns="$columns"
	sed -n 's/^row\t//p' <<<"$OUT" >"$SCENARIO_TMP/typed"
	expect_eq "every type of the table arrives as its kind" "" \
		"$(diff "$SCENARIO_TMP/typed" tests/data/postgres/typed.txt)"
	# The same numbers as the server's own text, many of them, at every scale.
	sql <<-'END'
	create table many_numbers (id int primary key, n numeric);
	select setseed(0.5);
	insert into many_numbers select i, case i % 3 when 0 then
	  (random() * 10 ^ (i % 40))::numeric(60, 20) when 1 then -round(random()::numeric, i % 30)
	  else trunc(random()::numeric * 10 ^ (i % 60)) end from generate_series(1, 3000) i;
	END
	cycle table=public.many_numbers columns=id,n
	expect_eq "3000 numbers are the server's own text" "" "$(diff \
		<(sed -n 's/^row\tint:\([0-9]*\)\tdecimal:/\1 /p' <<<"$OUT") \
		<(sql -F ' ' -c 'select * from many_numbers order by id'))"
	local column
	for column in a:array p:geometry r:range s:tsvector k:composite l:pg_lsn; do
		refused "a column of type ${column#*:}" 2 "the column ${column%:*} of public.refused" \
			table=public.refused columns="id,${column%:*}"
		expect_contains "and says which type" "${column#*:}" "$(cat "$SCENARIO_TMP/err")"
	done
}

# ---- cycles ------------------------------------------------------------------------------------

person_table() {
	sql <<-'END'
	drop table if exists person cascade;
	create table person (id int primary key, changed timestamptz, name text);
	create index on person (changed);
	insert into person select i, now() - interval '3 hours' - i * interval '1 second', 'n' || i
	  from generate_series(1, 20) i;
	END
	rm -f "$mark"
}

person=(table=public.person "columns=id,name" mode=timestamp cursor=changed)

first_and_second() {
	person_table
	cycle "${person[@]}" page=7
	expect_eq "the first cycle reads all rows" "$(seq -s' ' 20)" "$(ids)"
	expect_eq "as the snapshot" 20 "$(rows_with snapshot=1)"
	expect_eq "the end of a cycle with rows closes it" 1 "$(tail -n 1 <<<"$OUT" | grep -c after=1)"
	cycle "${person[@]}" page=7
	expect_eq "the second cycle reads nothing" "" "$(ids)"
	expect_eq "and keeps the bookmark" 0 "$(grep -c after=1 <<<"$OUT")"
	sql -c "update person set changed = now(), name = 'changed' where id in (3, 17)" \
		-c "insert into person values (21, now(), 'new')"
	cycle "${person[@]}" page=7
	expect_eq "the third reads what changed" "3 17 21" "$(ids)"
	expect_eq "and none of it twice" 3 "$(rows_with resent=0)"
	cycle "${person[@]}" page=7
	expect_eq "the fourth reads nothing" "" "$(ids)"
	# A page of exactly the rows that there are must not leave the cycle open.
	for page in 4 5 10 20 21; do
		rm -f "$mark"
		cycle "${person[@]}" page="$page"
		expect_eq "pages of $page: all rows" 21 "$(ids | wc -w)"
		cycle "${person[@]}" page="$page"
		expect_eq "pages of $page: then nothing" "" "$(ids)"
	done
	rm -f "$mark"
	sql -c "truncate person"
	cycle "${person[@]}"
	expect_eq "an empty table has no rows" "" "$(ids)"
	sql -c "insert into person values (1, now(), 'first')"
	cycle "${person[@]}"
	expect_eq "its first row is found" 1 "$(ids)"
	cycle "${person[@]}"
	expect_eq "once" "" "$(ids)"
}

traps() {
	person_table
	sql -c "insert into person values (30, null, 'undated'), (31, '2099-01-01', 'future')"
	cycle "${person[@]}" page=7
	expect_eq "undated and future rows are in the snapshot" "$(seq -s' ' 20) 30 31" "$(ids)"
	cycle "${person[@]}" page=7
	expect_eq "and not sent again" "" "$(ids)"
	sql -c "insert into person values (32, null, 'undated'), (33, '2099-01-01', 'future')"
	cycle "${person[@]}" page=7
	expect_eq "later ones are found" "32 33" "$(ids)"
	cycle "${person[@]}" page=7
	expect_eq "once" "" "$(ids)"
	sql -c "update person set name = 'still undated' where id = 30"
	cycle "${person[@]}" page=7
	expect_eq "a change of an undated row is found" "30" "$(ids)"
	sql -c "insert into person values (34, now(), 'present')"
	cycle "${person[@]}" page=7
	expect_eq "a future row hides nothing" "34" "$(ids)"
	# Fifty rows of one moment, pages of seven: ties go by key.
	sql -c "insert into person select i, now(), 'tie' from generate_series(100, 149) i"
	cycle "${person[@]}" page=7
	expect_eq "equal times over page borders: each row once" "$(seq -s' ' 100 149)" "$(ids)"
	cycle "${person[@]}" page=7
	expect_eq "and then nothing" "" "$(ids)"
}

# Rows that change place between two pages of one cycle.
moving_rows() {
	person_table
	cycle "${person[@]}" page=7 max_batches=1
	expect_eq "the first page of a first reading" "$(seq -s' ' 7)" "$(ids)"
	# Out of the unread part into the read one, untouched cursor; the other way round; the old key is gone.
	sql -c "update person set id = 0 where id = 20" -c "update person set id = 40 where id = 2" \
		-c "update person set id = 41, changed = now() where id = 19"
	cycle "${person[@]}" page=7
	expect_eq "rows whose key moves while they are scanned are found" "0 $(seq -s' ' 8 18) 40 41" "$(ids_once)"
	cycle "${person[@]}" page=7
	expect_eq "what was written meanwhile is at most resent" 0 "$(rows_with resent=0)"
	cycle "${person[@]}" page=7
	expect_eq "once" "" "$(ids)"
	# By time: read already, and not yet read, both change while the cycle goes on.
	sql -c "update person set changed = now() where id between 5 and 18"
	cycle "${person[@]}" page=7 max_batches=1
	expect_eq "the first page of the changes" "$(seq -s' ' 5 11)" "$(ids)"
	sql -c "update person set changed = now(), name = 'again' where id in (6, 15)"
	cycle "${person[@]}" page=7
	expect_eq "a row that moves to the end is read there" "6 $(seq -s' ' 12 18)" "$(ids)"
	expect_eq "with its last values" 2 "$(grep -c text:again <<<"$OUT")"
	cycle "${person[@]}"
	# A change back in time, which no position would see.
	sql -c "update person set changed = now() - interval '5 minutes', name = 'back' where id = 7"
	cycle "${person[@]}" page=7
	expect_eq "a row that moves back within the overlap is found" 7 "$(ids)"
	sql -c "update person set id = 50, changed = now() where id = 8"
	cycle "${person[@]}" page=7
	expect_eq "a changed key comes as a new row; the old one is for the reconcile" 50 "$(ids)"
}

# The source's clock stood ahead when the last position was stored, and was set right since.
clock_set_back() {
	local step
	for step in '5 minutes' '3 hours'; do
		person_table
		cycle "${person[@]}"
		sed -i "s|\"position\":\[\"[^\"]*\"|\"position\":[\"$(date -u -d "+$step" '+%F %T+00')\"|" "$mark"
		sql -c "insert into person values (60, now(), 'after the step')" \
			-c "update person set changed = now() where id = 3"
		cycle "${person[@]}" page=1
		expect_eq "the clock was set back by $step: rows are found" "3 60" "$(ids)"
		cycle "${person[@]}"
		expect_eq "once" "" "$(ids)"
		sql -c "update person set changed = now(), name = 'later' where id = 60"
		cycle "${person[@]}"
		expect_eq "and so are later ones" 60 "$(ids)"
	done
}

late_commits() {
	local what
	for what in "insert into person values (50, now() - interval '1 minute', 'late')" \
		"savepoint a; insert into person values (50, now() - interval '1 minute', 'late'); savepoint b"; do
		person_table
		cycle "${person[@]}"
		open_transaction "$what"
		sql -c "insert into person values (51, now(), 'meanwhile')"
		cycle "${person[@]}"
		expect_eq "what is committed is read" "51" "$(ids)"
		commit_transaction
		cycle "${person[@]}"
		expect_contains "a row that commits behind the position is found (${what%% *})" 50 "$(ids)"
		expect_eq "and counted as resent" 0 "$(rows_with resent=0)"
		cycle "${person[@]}"
		expect_eq "once" "" "$(ids)"
	done
	# Older than the overlap: only the sweep sees it.
	open_transaction "insert into person values (52, now() - interval '2 days', 'very late')"
	sql -c "insert into person values (53, now(), 'meanwhile')"
	cycle "${person[@]}"
	commit_transaction
	cycle "${person[@]}"
	expect_lacks "a row older than the overlap is not in it" 52 "$(ids)"
	cycle "${person[@]}" sweep_now=1
	expect_contains "the sweep finds it" 52 "$(ids)"
	sql -c "insert into person values (54, now() - interval '2 days', 'very late')"
	cycle "${person[@]}"
	expect_eq "between sweeps it waits" "" "$(ids)"
	sed -i 's/"swept_us":[0-9]*/"swept_us":1/' "$mark" # as if hours had passed
	cycle "${person[@]}"
	expect_contains "a sweep that is due finds it" 54 "$(ids)"
	cycle "${person[@]}" sweep_now=1
	expect_eq "a sweep after a sweep finds nothing" "" "$(ids)"
}

# Each page in a process of its own, so that every page border is a restart, while others write.
resume_everywhere() {
	local i more=1
	sql <<-'END'
	drop table if exists busy;
	create table busy (id int primary key, changed timestamptz not null, n int);
	insert into busy select i, now() - interval '1 hour', 0 from generate_series(1, 60) i;
	END
	rm -f "$mark" "$SCENARIO_TMP/busy"
	for i in $(seq 1 60); do
		echo "begin; update busy set changed = now(), n = n + 1 where id % 17 = $i % 17;"
		echo "insert into busy values (1000 - $i, now(), $i), (1000 + $i, now(), $i);"
		echo "select pg_sleep(0.02); commit;"
	done | sql >/dev/null &
	local writer=$!
	for i in $(seq 1 400); do
		cycle table=public.busy columns=id,n mode=timestamp cursor=changed page=7 max_batches=1 \
			sweep_every=1s || break
		sed -n 's/^row\tint:\([0-9]*\)\tint:\([0-9]*\)$/\1 \2/p' <<<"$OUT" >>"$SCENARIO_TMP/busy"
		more=$(sed -n 's/^batch\trows=\([0-9]*\).*/\1/p' <<<"$OUT")
		[ "$more" != 0 ] || kill -0 $writer 2>/dev/null || break
	done
	wait $writer
	cycle table=public.busy columns=id,n mode=timestamp cursor=changed
	sed -n 's/^row\tint:\([0-9]*\)\tint:\([0-9]*\)$/\1 \2/p' <<<"$OUT" >>"$SCENARIO_TMP/busy"
	expect_eq "restarts at every page border under writes: what was read last is what is there" "" \
		"$(diff <(awk '{ last[$1] = $2 } END { for (id in last) print id, last[id] }' \
			"$SCENARIO_TMP/busy" | sort -n) <(sql -F ' ' -c 'select id, n from busy order by id'))"
	# Quiet again: no page border sends a row twice.
	sql -c "update busy set changed = now() where id <= 40"
	: >"$SCENARIO_TMP/busy"
	cycle table=public.busy columns=id,n mode=timestamp cursor=changed max_batches=0
	for i in $(seq 1 20); do
		cycle table=public.busy columns=id,n mode=timestamp cursor=changed page=7 max_batches=1
		ids >>"$SCENARIO_TMP/busy"
	done
	expect_eq "restarts at every page border: each change once" "$(seq -s' ' 40)" \
		"$(tr ' ' '\n' <"$SCENARIO_TMP/busy" | grep . | sort -n | paste -sd' ')"
}

modes() {
	sql <<-'END'
	create table entry (id bigint primary key, at timestamp, day date, label text);
	insert into entry select i, timestamp '2026-01-01' + i * interval '1 minute',
	  date '2026-01-01' + (i / 10)::int, 'e' || i from generate_series(1, 30) i;
	create table plain (code char(5) primary key, note text);
	insert into plain select lpad(i::text, 5, '0'), 'p' from generate_series(1, 20) i;
	create table pair (a text collate "C", b uuid, c date, v int, primary key (a, b, c));
	insert into pair select 'x' || i % 3, ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
	  date '2026-01-01' + i, i from generate_series(1, 40) i;
	create view seen as select id, at, label from entry;
	END
	local entry=(table=public.entry "columns=id,label" page=7)
	rm -f "$mark"
	cycle table=public.plain columns=code,note page=7
	expect_eq "bulk reads all" 20 "$(grep -c '^row' <<<"$OUT")"
	expect_eq "first as the snapshot" 20 "$(rows_with snapshot=1)"
	cycle table=public.plain columns=code,note page=7
	expect_eq "bulk reads all again, as resent" 20 "$(rows_with resent=1)"

	rm -f "$mark"
	cycle "${entry[@]}" mode=incrementing cursor=id
	expect_eq "incrementing reads all" 30 "$(ids | wc -w)"
	cycle "${entry[@]}" mode=incrementing cursor=id
	expect_eq "incrementing: then nothing" "" "$(ids)"
	sql -c "insert into entry values (31, null, null, 'x'), (40, null, null, 'x')"
	cycle "${entry[@]}" mode=incrementing cursor=id
	expect_eq "incrementing: new numbers" "31 40" "$(ids)"
	open_transaction "insert into entry values (35, null, null, 'late')"
	sql -c "insert into entry values (41, null, null, 'x')"
	cycle "${entry[@]}" mode=incrementing cursor=id
	expect_eq "incrementing: a higher number" "41" "$(ids)"
	commit_transaction
	cycle "${entry[@]}" mode=incrementing cursor=id
	expect_contains "incrementing: a lower number that commits late" 35 "$(ids)"

	sql -c "delete from entry where id > 30"
	for mode in timestamp:at timestamp:day timestamp+incrementing:at,id; do
		rm -f "$mark"
		cycle "${entry[@]}" mode="${mode%:*}" cursor="${mode#*:}"
		expect_eq "$mode reads all" 30 "$(ids | wc -w)"
		cycle "${entry[@]}" mode="${mode%:*}" cursor="${mode#*:}"
		expect_eq "$mode: then nothing" "" "$(ids)"
		# Times without a zone are those of the source's zone, seven hours ahead.
		sql -c "insert into entry select 900 + i, (now() at time zone 'Asia/Ho_Chi_Minh'),
			(now() at time zone 'Asia/Ho_Chi_Minh')::date, 'now' from generate_series(1, 9) i"
		cycle "${entry[@]}" mode="${mode%:*}" cursor="${mode#*:}"
		expect_eq "$mode: rows of this moment" "$(seq -s' ' 901 909)" "$(ids)"
		expect_eq "$mode: as new" 9 "$(rows_with resent=0)"
		cycle "${entry[@]}" mode="${mode%:*}" cursor="${mode#*:}"
		expect_eq "$mode: once" "" "$(ids)"
		sql -c "delete from entry where id > 900"
	done

	rm -f "$mark"
	local view=(table=public.seen "columns=id,label" mode=timestamp cursor=at key=id page=7)
	cycle "${view[@]}"
	expect_eq "a view reads all" 30 "$(ids | wc -w)"
	sql -c "insert into entry values (50, timestamp '2026-01-01 00:29:30', null, 'late')"
	cycle "${view[@]}"
	expect_eq "a view's overlap is read again, late rows with it" "$(seq -s' ' 21 30) 50" "$(ids)"
	expect_eq "as resent" 0 "$(rows_with resent=0)"

	rm -f "$mark"
	cycle table=public.pair columns=v,a page=7
	expect_eq "a key of three columns" "$(seq -s' ' 40)" "$(ids)"
	expect_contains "is named" "$(printf 'key\ta\tb\tc')" "$OUT"

	# Right, but refused to read xmin: a plain overlap.
	sql -c "create table partly (id int primary key, at timestamptz, open text, secret text)" \
		-c "revoke all on partly from connector_reader" \
		-c "grant select (id, at, open) on partly to connector_reader" \
		-c "insert into partly values (1, now() - interval '1 day', 'o', 's')"
	rm -f "$mark"
	cycle table=public.partly columns=id,open mode=timestamp cursor=at
	expect_eq "columns granted one by one are enough" 1 "$(ids)"
	expect_contains "discover says that late commits can't be found" late_commits=0 \
		"$("$READ" discover public.partly)"
	refused "a column that was not granted" 2 "GRANT SELECT (secret)" table=public.partly \
		columns=id,secret

	sql -c "create table wide (id int primary key, t text)" \
		-c "insert into wide select i, repeat(md5(i::text), 6000) from generate_series(1, 40) i"
	rm -f "$mark"
	cycle table=public.wide columns=id,t page=100 arena_mb=2
	expect_eq "wide rows make smaller pages" "$(seq -s' ' 40)" "$(ids)"
	sql -c "insert into wide values (41, repeat(md5('x'), 200000))"
	refused "a row wider than a batch" 2 "larger than the 2 MB" table=public.wide columns=id,t \
		arena_mb=2
}

kinds() {
	local all kind
	sql <<-'END'
	create materialized view stored as select id, at, label from entry;
	create table yearly (id int, at timestamptz, label text, primary key (id, at)) partition by range (at);
	create table yearly_2025 partition of yearly for values from ('2025-01-01') to ('2026-01-01');
	create table yearly_2026 partition of yearly for values from ('2026-01-01') to ('2027-01-01');
	insert into yearly select i, timestamptz '2025-12-31 23:50+00' + i * interval '1 minute', 'y'
	  from generate_series(1, 20) i;
	create table "Bảng Lạ" ("Mã ""số""" int primary key, "Tên" text);
	insert into "Bảng Lạ" values (7, 'a');
	END
	all=$("$READ" discover)
	for kind in "public.stored	materialized view" "public.yearly	partitioned table" \
		"public.seen	view" "public.entry	table"; do
		expect_contains "discover: $kind" "table	$kind" "$all"
	done
	expect_lacks "discover leaves partitions to their table" yearly_2025 "$all"
	expect_lacks "and the catalogue out" pg_class "$all"
	expect_contains "it tells the key" "column	at	timestamp with time zone	timestamp	nullable=0	key=2" "$all"
	rm -f "$mark"
	cycle table=public.yearly columns=id,label mode=timestamp cursor=at page=7
	expect_eq "a partitioned table" "$(seq -s' ' 20)" "$(ids)"
	cycle table=public.yearly columns=id,label mode=timestamp cursor=at page=7
	expect_eq "and then nothing" "" "$(ids)"
	rm -f "$mark"
	cycle table=public.stored columns=id key=id mode=timestamp cursor=at page=7
	expect_eq "a materialized view" 31 "$(ids | wc -w)"
	rm -f "$mark"
	cycle "table=public.Bảng Lạ" 'columns=Mã "số",Tên'
	expect_eq "names with quotes, blanks and capitals" 7 "$(ids)"
	# A server that does not know its text's encoding: what is no UTF-8 is marked, not lost.
	psql_src postgres -c "set client_min_messages = warning" \
		-c "drop database if exists ${DB}_ascii with (force)" -c "create database ${DB}_ascii encoding 'SQL_ASCII' template template0 locale 'C'"
	psql_src ${DB}_ascii -c "create table t (id int primary key, v text)" \
		-c "insert into t values (1, 'đúng'), (2, E'sai \\xf0\\xee')" \
		-c "grant select on t to connector_reader"
	rm -f "$mark"
	OUT=$(SOURCE_DSN=${SOURCE_DSN/dbname=$DB/dbname=${DB}_ascii} "$READ" table=public.t columns=id,v)
	expect_contains "SQL_ASCII: good text" "text:đúng" "$OUT"
	expect_contains "SQL_ASCII: text in another encoding" "unheld:not_utf8" "$OUT"
	psql_src postgres -c "drop database if exists ${DB}_ascii with (force)"
}

# ---- refusals and trouble ----------------------------------------------------------------------

refusals() {
	person_table
	sql -c "create table keyless (a int, b int)" -c "insert into keyless values (1, 1), (1, 2)" \
		-c "create table written (id int primary key, changed text)" \
		-c "create table hidden (id int primary key)" -c "revoke all on hidden from connector_reader"
	refused "a table without a key" 2 "source.yaml:2:1: public.keyless has no primary key" \
		table=public.keyless columns=a
	refused "a key that is not unique" 2 "same key" table=public.keyless columns=a key=a
	sql -c "delete from keyless where b = 2" -c "insert into keyless values (null, 3)"
	refused "a key that is NULL" 2 "is empty (NULL)" table=public.keyless columns=a key=a
	refused "an unknown table" 2 "did you mean public.person?" table=public.persn columns=id
	refused "a table without schema" 2 "such as public.person" table=person columns=id
	refused "an unknown column" 2 "did you mean name?" table=public.person columns=id,nane
	refused "an unknown cursor" 2 "source.yaml:4:1: there is no column changd" table=public.person \
		columns=id mode=timestamp cursor=changd
	refused "a cursor of text" 2 "expected timestamp, timestamptz or date" table=public.written \
		columns=id mode=timestamp cursor=changed
	refused "a time as a number" 2 "expected smallint, integer or bigint" table=public.person \
		columns=id mode=incrementing cursor=changed
	refused "a table that may not be read" 2 "GRANT SELECT" table=public.hidden columns=id
	refused "a zone that is not known" 2 "Asia/Hanoi" table=public.person columns=id zone=Asia/Hanoi
	refused "mode log" 2 "mode" table=public.person columns=id mode=log
	local dsn=$SOURCE_DSN
	SOURCE_DSN=${dsn/only-reads/only-reads-not}
	refused "a wrong password" 2 "refuses the account" table=public.person columns=id
	SOURCE_DSN=${dsn/password=only-reads/}
	refused "no password" 2 "password" table=public.person columns=id
	SOURCE_DSN=${dsn/dbname=$DB/dbname=nowhere}
	refused "a database that is not there" 2 "no such database" table=public.person columns=id
	SOURCE_DSN=${dsn/port=$PORT/port=1}
	refused "a server that is away" 3 "127.0.0.1:1" table=public.person columns=id
	SOURCE_DSN="host=$PORT passwrd=only-reads"
	refused "a connection text with a mistake" 2 "can't be understood" table=public.person columns=id
	SOURCE_DSN="postgresql://connector_reader:only-reads@127.0.0.1:$PORT/$DB"
	cycle "${person[@]}"
	expect_eq "a connection as URI" 20 "$(ids | wc -w)"
	SOURCE_DSN=$dsn
}

# shellcheck disable=SC2317 # called by wait_for
break_off() {
	sql -c "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'songma'
		and datname = '$DB' and state = 'active' and query like '%COPY (%'" | grep -q t
}

beforehand() {
	local plain how
	person_table
	rm -f "$mark"
	cycle idle=yes "${person[@]}" page=3
	plain=$(ids)
	expect_eq "a cycle that has read all knows that nothing is left" 1 "$(sed -n 's/^idle\t//p' <<<"$OUT")"
	for how in yes drop; do
		rm -f "$mark"
		cycle idle=yes "${person[@]}" page=3 ask=$how
		expect_eq "pages asked for beforehand ($how) are the same" "$plain" "$(ids)"
		rm -f "$mark"
		# The page asked for is not read; the session ends it by itself.
		cycle idle=yes "${person[@]}" page=3 ask=$how max_batches=2
		expect_eq "one that is never read does no harm ($how)" 0 $?
		cycle idle=yes "${person[@]}" page=3 ask=$how
		cycle idle=yes "${person[@]}" page=3 ask=$how
		expect_eq "and nothing of it is lost or stays ($how)" "" "$(ids)"
	done
	# Rows dated in the future are no reason to begin a cycle; a due one is.
	sql -c "update person set changed = now() + interval '1 day' where id = 1"
	cycle idle=yes "${person[@]}"
	expect_eq "a row of tomorrow leaves it idle" 1 "$(sed -n 's/^idle\t//p' <<<"$OUT")"
	open_transaction "update person set changed = now() where id = 2"
	sql -c "update person set changed = clock_timestamp() where id = 3"
	cycle idle=yes "${person[@]}"
	expect_eq "with a writer at work it can't be known" 0 "$(sed -n 's/^idle\t//p' <<<"$OUT")"
	commit_transaction
	cycle idle=yes "${person[@]}"
	expect_contains "and what it wrote is found" 2 "$(ids)"
	sql -c "create view unkeyed as select id, name, changed from person"
	rm -f "$mark"
	cycle idle=yes table=public.unkeyed columns=id,name mode=timestamp cursor=changed key=id
	cycle idle=yes table=public.unkeyed columns=id,name mode=timestamp cursor=changed key=id
	expect_eq "a view is never known to be idle while its overlap has rows" 0 "$(sed -n 's/^idle\t//p' <<<"$OUT")"
}

# ---- rows read again by their keys --------------------------------------------------------------

# The statistics of a session come at its end.
# shellcheck disable=SC2317 # called by wait_for
served_by_index() {
	sql -c "select seq_tup_read = 0 and idx_scan > 3 from pg_stat_user_tables where relname = '$1'" | grep -q t
}

again_one_column() {
	local keys i
	sql <<-'END'
	create table again (id int primary key, name text, changed timestamptz default now());
	insert into again select i, 'n' || i from generate_series(1, 50000) i;
	END
	local table=(table=public.again "columns=id,name" key=id)
	again $'3\n999999\n17\n\\N\nabc\n99999999999999999999\n\n1.5\n50000\n3' "${table[@]}"
	expect_eq "rows are read again by key; what is missing, null or no number has none" "3 17 50000" "$(ids)"
	wait_for 10 "the key's index serves them" served_by_index again && pass "the key's index serves them"
	expect_contains "they are resent and move no position" \
		"$(printf 'rows=3\tresent=1\tsnapshot=0\tafter=0')" "$OUT"
	expect_eq "the clock is the source's" 1 \
		"$(sql -c "select abs(extract(epoch from now()) * 1e6 - $(sed -n 's/^clock\t//p' <<<"$OUT")) < 60e6" | grep -c t)"
	expect_eq "with all their columns" "n17" "$(sed -n 's/^row\tint:17\ttext://p' <<<"$OUT")"
	again "" "${table[@]}"
	expect_contains "a key that no row can have is no failure" "rows=0" "$OUT"
	OUT=$("$READ" "${table[@]}" fetch </dev/null)
	expect_contains "nor is no key at all" "rows=0" "$OUT"
	sql -c "delete from again where id = 17" -c "update again set name = 'now' where id = 3"
	again $'3\n17' "${table[@]}"
	expect_eq "a row that is gone is not read" 3 "$(ids)"
	expect_contains "one that changed is read as it is" "text:now" "$OUT"
	again $'4\t5' table=public.again columns=id key=id by=id,name
	expect_eq "other columns than the key's" 2 $?
	expect_contains "are said to be" "the key of public.again is now id" "$(cat "$SCENARIO_TMP/err")"
	not_again "a column of another name" 2 "named by name" 4 table=public.again columns=id key=id by=name
	not_again "more keys than a page has rows" 2 "ask for fewer at once" $'1\n2\n3' "${table[@]}" page=2
	not_again "a table that is not there" 2 "did you mean public.again?" 1 table=public.agin columns=id key=id
	not_again "a column that is not there" 2 "did you mean name?" 1 table=public.again columns=id,nmae key=id
	# Every third of a thousand is no number.
	keys=$(for i in $(seq 100 1099); do [ $((i % 3)) = 0 ] && echo "k$i" || echo "$i"; done)
	again "$keys" "${table[@]}"
	expect_eq "a thousand keys, a third of them bad" 667 "$(ids | wc -w)"
	OUT=$("$READ" "${table[@]}" fetch-twice <<<$'7\nx\n9')
	expect_eq "twice in one session: the same rows" "7 7 9 9" "$(ids)"
	expect_eq "in two snapshots" 2 "$(sed -n 's/^clock\t//p' <<<"$OUT" | sort -u | wc -l)"
	expect_eq "and no transaction is left open" 0 "$(sql -c "select count(*) from pg_stat_activity
		where application_name = 'songma' and state like 'idle in%'")"
}

# Every type that can be a key, with its text as a letter has it.
again_by_type() {
	# shellcheck disable=SC2016
	local name='O'\''Brien "x" \ {a,b} $1 NULL ễ 🙂' tuple
	sql <<-'END'
	create table kept (a text collate "C", d date, n numeric, ts timestamp, tz timestamptz, c char(5),
	  e colour, by bytea, v int, primary key (a, d, n, ts, tz, c, e, by));
	insert into kept select a, '2026-11-22', -12.50, '2026-11-22 08:05:01.123456',
	  '2026-11-22 08:05:01.5+07', 'ab', 'đỏ', '\x00ff10', v
	  from (values ('O''Brien "x" \ {a,b} $1 NULL ễ 🙂', 1), ('', 2), ('NULL', 3), ('null', 4), ('b', 5)) x (a, v);
	create table kept_too (b bool, i2 int2, o oid, u uuid, ip inet, net cidr, mac macaddr, ti time, v int,
	  primary key (b, i2, o, u, ip, net, mac, ti));
	insert into kept_too values (true, -3, 7, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1', '10.1.0.0/16',
	  '08:00:2b:01:02:03', '08:05:01.5', 1), (false, -3, 7, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1',
	  '10.1.0.0/16', '08:00:2b:01:02:03', '08:05:01.5', 2);
	END
	tuple=$'\t2026-11-22\t-12.50\t2026-11-22T01:05:01.123456Z\t2026-11-22T01:05:01.500000Z\tab\tđỏ\tAP8Q'
	again "$name$tuple"$'\n'"$tuple"$'\nNULL'"$tuple" table=public.kept columns=v,a by=a,d,n,ts,tz,c,e,by
	expect_eq "quotes, blanks, braces, letters of any kind, nothing, and the word NULL" "1 2 3" "$(ids)"
	again $'AP8Q\tđỏ\tb\t-12.50\tab\t2026-11-22T01:05:01.123456Z\t2026-11-22T01:05:01.500000Z\t2026-11-22' \
		table=public.kept columns=v by=by,e,a,n,c,ts,tz,d
	expect_eq "the key's columns in another order" 5 "$(ids)"
	again "b${tuple/đỏ/vàng}"$'\n'"b${tuple/AP8Q/***}"$'\n'"b${tuple/2026-11-22/2026-02-30}"$'\n'"b$tuple" \
		table=public.kept columns=v by=a,d,n,ts,tz,c,e,by
	expect_eq "what is no colour, no base64, no day has no row, and hides none" 5 "$(ids)"
	tuple=$'-3\t7\ta0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\t10.0.0.1\t10.1.0.0/16\t08:00:2b:01:02:03\t08:05:01.5'
	again $'true\t'"$tuple"$'\nmaybe\t'"$tuple" table=public.kept_too columns=v by=b,i2,o,u,ip,net,mac,ti
	expect_eq "the other types of a key" 1 "$(ids)"
	# A server whose encoding lacks a letter can't have a row with it.
	psql_src postgres -c "set client_min_messages = warning" \
		-c "drop database if exists ${DB}_latin with (force)" -c "create database ${DB}_latin encoding 'LATIN1' template template0 locale 'C'"
	psql_src ${DB}_latin -c "set client_encoding = 'UTF8'" -c "create table t (name text primary key, v int)" \
		-c "insert into t values ('José', 1), ('Ana', 2)" -c "grant select on t to connector_reader"
	OUT=$(SOURCE_DSN=${SOURCE_DSN/dbname=$DB/dbname=${DB}_latin} "$READ" table=public.t columns=v by=name \
		fetch <<<$'José\nNguyễn\nAna')
	expect_eq "a key that the source's encoding can't write" "1 2" "$(ids)"
	psql_src postgres -c "drop database if exists ${DB}_latin with (force)"
}

again_in_trouble() {
	sql <<-'END'
	create view again_seen as select id, name from again;
	create view again_twice as select id, name from again union all select id, 'twin' from again where id = 5;
	create view again_divided as select id, 1 / (id - 6) as one from again;
	create table again_wide (id int primary key, t text);
	insert into again_wide select i, repeat(md5(i::text), 10000) from generate_series(1, 10) i;
	create table again_traces (at timestamptz);
	grant insert on again_traces to connector_reader;
	create function leave_a_trace() returns int language plpgsql as
	  'begin insert into again_traces values (now()); return 1; end';
	create view again_writing as select id, leave_a_trace() as wrote from again where id < 9;
	END
	again $'4\n5\nx' table=public.again_seen columns=id,name key=id
	expect_eq "rows of a view" "4 5" "$(ids)"
	again $'4\n7' table=public.again_twice columns=id,name key=id
	expect_eq "a view whose key is unique where it is asked" "4 7" "$(ids)"
	not_again "a key that two rows have" 2 "same key" $'4\n5' table=public.again_twice columns=id,name key=id
	not_again "a view without a key" 2 "has no primary key" 4 table=public.again_seen columns=id by=id
	not_again "a row that the source can't compute" 2 "can't be converted" $'5\n6' table=public.again_divided \
		columns=id,one key=id
	again 5 table=public.again_divided columns=id,one key=id
	expect_eq "does not stand in the way of others" 5 "$(ids)"
	not_again "rows that do not fit a batch" 2 "public.again_wide to read again are larger than the 2 MB" \
		"$(seq 10)" table=public.again_wide columns=id,t key=id arena_mb=2
	again $'1\n2' table=public.again_wide columns=id,t key=id arena_mb=2
	expect_eq "fewer of them do" "1 2" "$(ids)"
	not_again "a view that writes" 2 "read-only" 4 table=public.again_writing columns=id,wrote key=id
	expect_eq "wrote nothing" 0 "$(sql -c "select count(*) from again_traces")"
	open_transaction "lock table again in access exclusive mode"
	not_again "a locked table" 3 "locked" 4 table=public.again columns=id key=id
	commit_transaction
	OUT=$("$READ" table=public.again columns=id key=id fetch <<<"4")
	expect_eq "and then again" 4 "$(ids)"
}

trouble() {
	local before after
	person_table
	# Only the server's own count of what was written is proof.
	before=$(sql -c "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables")
	cycle "${person[@]}"
	after=$(sql -c "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables")
	expect_eq "reading writes nothing" "$before" "$after"
	sql -c "create table trace (at timestamptz)" -c "grant insert on trace to connector_reader" \
		-c "create function leave_trace() returns int language plpgsql as
			'begin insert into trace values (now()); return 1; end'" \
		-c "create view writing as select id, leave_trace() as wrote from person"
	refused "a view that writes" 2 "read-only" table=public.writing columns=id,wrote key=id
	expect_contains "check warns of an account that could write" can_write=1 \
		"$("$READ" check public.person public.trace)"
	expect_contains "and is quiet about one that can't" can_write=0 "$("$READ" check public.person)"
	sql -c "create view slower as select id, case when pg_sleep(0.3) is null then 0 else 1 end one from person"
	refused "a query that takes too long" 3 "statement timeout of 1 s" table=public.slower \
		columns=id,one key=id timeout=1s
	local began=$SECONDS
	cycle table=public.slower columns=id,one key=id cancel_after_ms=500
	expect_eq "a query is cancelled" 1 $?
	expect_contains "and says so" "stopped on request" "$(cat "$SCENARIO_TMP/err")"
	expect_eq "at once" 1 $((SECONDS - began < 4))
	"$READ" table=public.slower columns=id,one key=id read >/dev/null 2>"$SCENARIO_TMP/err" &
	local reader=$!
	wait_for 10 "a query is broken off" break_off
	wait $reader
	expect_eq "a connection that breaks: come again" 3 $?
	expect_eq "no transaction is left open" 0 "$(sql -c "select count(*) from pg_stat_activity
		where application_name = 'songma'")"
	# A table that is being altered is waited for ten seconds at most.
	open_transaction "lock table person in access exclusive mode"
	refused "a locked table" 3 "locked" "${person[@]}"
	commit_transaction
	rm -f "$mark"
	cycle "${person[@]}"
	# The bookmark of another server: everything again, and not silently.
	sed -i 's|"source":"[0-9]*/|"source":"1234567/|' "$mark"
	cycle "${person[@]}" page=7
	expect_contains "another source is noticed" "notice" "$OUT"
	expect_eq "and read again" 20 "$(rows_with resent=1)"
	cycle "${person[@]}" page=7
	expect_eq "once" "" "$(ids)"
	cycle table=public.person columns=id mode=timestamp cursor=changed key=id,name
	expect_contains "another key is noticed" "notice" "$OUT"
	echo '{"v":99}' >"$mark"
	cycle "${person[@]}"
	expect_eq "a bookmark that is none" 2 $?
	# An account that may not know which server this is reads all the same.
	sql -c "revoke execute on function pg_control_system() from public"
	rm -f "$mark"
	cycle "${person[@]}"
	expect_eq "an unknown identity does no harm" 20 "$(ids | wc -w)"
	cycle "${person[@]}"
	expect_eq "nor the cycle after it" "" "$(ids)"
	sql -c "grant execute on function pg_control_system() to public"
}

# ---- reading once ------------------------------------------------------------------------------

# The same rows page by page, in the order of the key, whatever its type is; each once.
once_by_key() {
	local columns=$1 want
	shift
	rm -f "$mark"
	want=$(sql -c "select count(*) from keyed")
	cycle table=public.keyed columns="$columns" once=yes page=7 ask=yes "$@"
	expect_eq "once by ${*:-id}: every row" "$want" "$(grep -c '^row' <<<"$OUT")"
	expect_eq "once by ${*:-id}: each once" "$want" "$(grep '^row' <<<"$OUT" | sort -u | wc -l)"
	expect_eq "once by ${*:-id}: on purpose" "$want" "$(rows_with resent=1)"
	expect_eq "once by ${*:-id}: no snapshot" 0 "$(rows_with snapshot=1)"
	# Broken off after each page and gone on with from the bookmark.
	local all=$OUT some=
	rm -f "$mark"
	for _ in $(seq 40); do
		cycle table=public.keyed columns="$columns" once=yes page=9 max_batches=1 "$@"
		some+=$(grep '^row' <<<"$OUT")$'\n'
		grep -q '^batch.rows=0' <<<"$OUT" && break
	done
	expect_eq "once by ${*:-id}: resumed at every page" "$(grep '^row' <<<"$all")" \
		"$(grep '^row' <<<"$some")"
}

once_range() {
	local want=$1 name=$2
	shift 2
	rm -f "$mark"
	cycle table=public.keyed columns=id mode=timestamp cursor=at once=yes page=5 "$@"
	expect_eq "$name" "$want" "$(ids)"
	OUT=$("$READ" table=public.keyed columns=id mode=timestamp cursor=at once=yes "$@" count)
	expect_eq "$name: counted" "count	$(wc -w <<<"$want")" "$OUT"
}

once() {
	sql <<-'END'
	create table keyed (id int primary key, name text not null, u uuid not null, at timestamp,
	  tz timestamptz not null, a int not null, b text not null);
	insert into keyed select i, 'tên ' || chr(64 + i % 26) || i, md5(i::text)::uuid,
	  case when i % 10 = 0 then null else timestamp '2026-01-01' + i * interval '1 hour' end,
	  timestamptz '2026-01-01 00:00+07' + i * interval '1 hour', i % 4, 'b' || i
	  from generate_series(1, 100) i;
	insert into keyed values (101, 'x', gen_random_uuid(), '2099-01-01', '2099-01-01', 1, 'b101');
	END
	once_by_key id,name
	once_by_key id,name key=name
	once_by_key id,u key=u
	once_by_key id,tz key=tz
	once_by_key id,a,b key=a,b
	once_by_key id,at mode=timestamp cursor=at
	local late="1 2 3 4 5 6 7 8 9"
	once_range "91 92 93 94 95 96 97 98 99 101" "a range that has no end, without what has no time" \
		range=at from="2026-01-04 19:00:00"
	once_range "1 2 3 4 5 6 7 8" "a range that has no beginning ends before its end" \
		range=at to="2026-01-01 09:00:00"
	once_range "24 25 26 27 28 29 31" "a day" range=at from=2026-01-02 to="2026-01-02 08:00"
	once_range "$late 10" "a range of the key" range=id from=1 to=11
	# Ten in the source's zone, not in that of the session; else the same of that row.
	once_range "10 11" "times are those of the source" range=tz from="2026-01-01 10:00" \
		to="2026-01-01 12:00"
	once_range "10 11" "unless they say which" range=tz from="2026-01-01 03:00Z" \
		to="2026-01-01 12:00+07"
	once_range "" "an empty range" range=id from=11 to=11
	OUT=$("$READ" table=public.keyed columns=id once=yes count)
	expect_eq "all of it is counted" "count	101" "$OUT"
	OUT=$("$READ" table=public.keyed columns=id once=yes mode=timestamp cursor=at range=at count)
	expect_eq "no limits: what has a value" "count	91" "$OUT"
}

once_refused() {
	local name=$1 part=$2
	shift 2
	refused "$name" 1 "$part" table=public.keyed columns=id once=yes "$@"
	expect_lacks "$name: no value" CANARY "$(cat "$SCENARIO_TMP/err")"
	expect_contains "$name: of the order" reject: "$(cat "$SCENARIO_TMP/err")"
}

once_in_trouble() {
	once_refused "a limit that is none" "no value of the column at" range=at from=CANARY
	once_refused "a number that is none" "whose type is int4" range=id from=1 to=CANARY5
	once_refused "a range of no column" "there is no column nothing" range=nothing from=1
	once_refused "a text that breaks out" "no value" range=id from="1'; CANARY"
	# Bookmarks of another kind of cycle are not taken for its own.
	rm -f "$mark"
	cycle table=public.keyed columns=id mode=timestamp cursor=at once=yes page=30 max_batches=2
	cycle table=public.keyed columns=id mode=timestamp cursor=at once=yes range=id from=50
	expect_eq "another range begins anew" 52 "$(ids | wc -w)"
	cycle table=public.keyed columns=id mode=timestamp cursor=at
	expect_contains "and says so" notice "$OUT"
	expect_eq "nor does a cycle take it for its own" 101 "$(ids | wc -w)"
}

# Another stream's cycle, or the same one's, begins, runs, ends and rests between two pages.
once_between() {
	sql -c "update keyed set at = at where id = 3"
	rm -f "$mark"
	cycle table=public.keyed columns=id,name mode=timestamp cursor=at once=yes page=10 between=yes
	expect_eq "cycles between the pages: all of it" "$(seq -s' ' 101)" "$(ids)"
	expect_eq "the first of them reads all" 1 "$(grep -c '^between.rows=101' <<<"$OUT")"
	expect_eq "and rests, since nothing has happened" 10 "$(grep -c '^between.idle=1' <<<"$OUT")"
	# Rows move, come and go all the while; those that stay where they are come once.
	rm -f "$mark"
	sql -c "create table moving as select i as id, now() as at from generate_series(1, 3000) i" \
		-c "alter table moving add primary key (id)"
	psql_src $DB >/dev/null <<-'END' &
	do $$ begin for i in 1..60 loop
	  update moving set at = clock_timestamp() where id % 60 = i - 1;
	  delete from moving where id = 3000 - i; insert into moving values (3000 + i, clock_timestamp());
	  commit; perform pg_sleep(0.01); end loop; end $$;
	END
	local churn=$!
	cycle table=public.moving columns=id mode=timestamp cursor=at once=yes page=50 between=yes
	wait $churn
	expect_eq "rows that move come once" "$(seq -s' ' 2939)" \
		"$(ids | tr ' ' '\n' | awk '$1 < 2940' | paste -sd' ')"
	expect_eq "no transaction is left open" 0 "$(sql -c "select count(*) from pg_stat_activity
		where application_name = 'songma' and state like 'idle in%'")"
}

# $1 name, $2 rows that a cycle from the place has and that are counted, the rest: from=
from_place() {
	local name=$1 want=$2 keyed=(table=public.keyed columns=id mode=timestamp cursor=at overlap=0)
	"$READ" bookmark="$mark" "${keyed[@]}" "$3" place
	expect_eq "$name: placed" 0 $?
	OUT=$("$READ" "${keyed[@]}" range=at "$3" count)
	expect_eq "$name: counted" "count	$(wc -w <<<"$want")" "$OUT"
	cycle "${keyed[@]}"
	expect_eq "$name: read" "$want" "$(ids)"
	cycle "${keyed[@]}"
	expect_eq "$name: and no more" "" "$(ids)"
}

places() {
	local all
	rm -f "$mark"
	cycle table=public.keyed columns=id mode=timestamp cursor=at overlap=0
	expect_contains "a place is told as a time" "changes were read up to 2026-01-05 03:00:00" \
		"$("$READ" bookmark="$mark" describe)"
	from_place "back" "98 99" from="2026-01-05 02:00:00"
	all=$(seq 99 | grep -v 0 | paste -sd' ')
	from_place "far back" "$all" from=2026-01-01
	from_place "ahead" "" from=2027-01-01
	# A row that commits late behind the new place is found still.
	"$READ" bookmark="$mark" table=public.keyed columns=id mode=timestamp cursor=at \
		from="2026-01-04 01:00" place
	cycle table=public.keyed columns=id mode=timestamp cursor=at overlap=10min
	sql -c "update keyed set at = '2026-01-05 02:55:00' where id = 10"
	"$READ" bookmark="$mark" table=public.keyed columns=id mode=timestamp cursor=at \
		from="2026-01-05 03:00" place
	cycle table=public.keyed columns=id mode=timestamp cursor=at overlap=10min
	expect_eq "what came late before it was placed" "10 99" "$(ids)"
	echo '{"v":99}' >"$mark"
	from_place "from a bookmark that is none" "99" from="2026-01-05 03:00:00"
	"$READ" bookmark="$mark" table=public.keyed columns=id mode=timestamp cursor=at from=CANARY \
		place 2>"$SCENARIO_TMP/err"
	expect_eq "a place that is none" 1 $?
	expect_contains "is refused" "no value of the column at" "$(cat "$SCENARIO_TMP/err")"
	expect_lacks "without the value" CANARY "$(cat "$SCENARIO_TMP/err")"
	"$READ" bookmark="$mark" table=public.keyed columns=id from=1 place 2>"$SCENARIO_TMP/err"
	expect_eq "a stream without a cursor has no place" 1 $?
	expect_contains "and says so" "mode bulk" "$(cat "$SCENARIO_TMP/err")"
	rm -f "$mark"
	cycle table=public.keyed columns=id mode=incrementing cursor=id
	"$READ" bookmark="$mark" table=public.keyed columns=id mode=incrementing cursor=id from=99 place
	cycle table=public.keyed columns=id mode=incrementing cursor=id
	expect_eq "a place of numbers" "99 100 101" "$(ids)"
}

# Keys that their collation takes for equal, read through a view that knows no index.
equal_keys() {
	local key="table=public.equal_view key=code" all="1 2 3 4 5 6 7 8" time
	time="$key mode=timestamp cursor=at columns=id,code,at overlap=0 page=3"
	[ "$(sql -Atc "select count(*) from pg_collation where collprovider = 'i'")" -gt 0 ] || return 0
	sql -c "create collation plain (provider = icu, locale = 'und-u-ks-level1', deterministic = false)" \
		-c "create table equal_keys (id int, code text collate plain, at timestamptz)" \
		-c "insert into equal_keys select n, (array['0','a','A','a ','Á','b','B','c'])[n], now() - interval '1 h'
			from generate_series(1, 8) n" \
		-c "create view equal_view as select * from equal_keys"
	rm -f "$mark"
	# shellcheck disable=SC2086 # options are words
	cycle $time
	expect_eq "equal keys, the first reading" "$all" "$(ids)"
	rm -f "$mark"
	# shellcheck disable=SC2086
	expect_eq "by processes that end" "$all" "$(by_processes $time)"
	sql -c "update equal_keys set at = now()"
	# shellcheck disable=SC2086
	expect_eq "as changes of one moment" "$all" "$(by_processes $time)"
	# shellcheck disable=SC2086
	cycle $time overlap=10min
	expect_eq "within the overlap" "$all" "$(ids)"
	# shellcheck disable=SC2086
	cycle ${key/_view/_keys} columns=id page=3 bookmark=/dev/null
	expect_eq "the whole table every time" "$all" "$(ids)"
	rm -f "$mark"
	# shellcheck disable=SC2086
	cycle ${time/_view/_keys} ask=yes
	expect_eq "with pages asked for beforehand" "$all" "$(ids_once)"
	# shellcheck disable=SC2086
	refused "more equal keys than a page holds" 2 "raise limits: page_rows" $time page=2
	# shellcheck disable=SC2086
	again "$(printf 'a\nB')" $time by=code
	expect_eq "no others come again by their keys" "2 7" "$(ids)"
	sql -c "create unique index on equal_keys (code collate \"C\")"
	# shellcheck disable=SC2086
	cycle ${key/_view/_keys} columns=id page=3 bookmark=/dev/null
	expect_eq "an index in another collation says nothing of this one" "$all" "$(ids)"
}

fresh_database
at_end psql_src postgres -c "drop database if exists $DB with (force)"
types
first_and_second
traps
moving_rows
clock_set_back
late_commits
resume_everywhere
modes
kinds
refusals
beforehand
again_one_column
again_by_type
again_in_trouble
once
once_in_trouble
once_between
places
equal_keys
trouble
scenario_end
