#!/bin/bash
# SQL Server's dialect over the wire: FreeTDS's driver against a stand-in that speaks TDS and answers our statements.
# First the connector alone (types, keys, pages, faults), then the whole way: source, Kafka, warehouse.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/lib/reader.sh

CONNECTOR=odbc SECRET=Mật
CONTROL=$SCENARIO_TMP/control

# shellcheck disable=SC2317
stop_stand_in() { kill "$STAND_IN"; }
stand_in() {
	python3 tests/tools/tds_server.py serve "$CONTROL" >"$SCENARIO_TMP/port" 2>"$SCENARIO_TMP/stand-in.err" &
	STAND_IN=$!
	at_end stop_stand_in
	wait_for 60 "the stand-in" test -s "$SCENARIO_TMP/port" || exit 1
	PORT=$(cat "$SCENARIO_TMP/port")
}
tell() { python3 tests/tools/tds_server.py tell "$CONTROL" "$@"; }
do_sql() { tell "do" "$1"; }

values() { sed -n 's/^row\t//p' <<<"$OUT"; }
ids_as_read() { values | sed 's/^[a-z]*:\([^\t]*\).*/\1/' | paste -sd' '; }

# ---- the connector alone ----------------------------------------------------------------------

types() {
	tell create 'dbo.mọi ]kiểu: id int key, b bit null, t tinyint null, s smallint null, g bigint null, d decimal(20, 6) null,
		m money null, r real null, f float null, v varchar(40) collate Vietnamese_CI_AS null, n nvarchar(40) null, c char(6) null,
		x varbinary(8) null, u uniqueidentifier null, a date null, h time null, w datetime null, y datetime2 null,
		o datetimeoffset null, k smalldatetime null, dài nvarchar(max) null, to varbinary(max) null'
	do_sql "INSERT INTO [dbo].[mọi ]]kiểu] VALUES (1, 1, 255, -32768, -9223372036854775808, '12345678901234.567800', '-0.0500', 0.5, 1e-300,
		N'Nguyễn Thị Ánh Tuyết Đỗ', N'Hoàng ''Ế'' 🙂', 'ab    ', X'00FF10', '6F9619FF-8B86-D011-B42D-00C04FC964FF',
		CAST('2026-11-22' AS date), '08:05:00.1234567', CAST('2026-11-22 08:05:00.003' AS datetime),
		CAST('2026-11-22 08:05:00.1234567' AS datetime2), CAST('0001-01-01 00:00:00' AS datetime2),
		CAST('2026-11-22 08:05:29' AS smalldatetime), N'ngắn', X'')"
	do_sql "INSERT INTO [dbo].[mọi ]]kiểu] ([id]) VALUES (2)"
	do_sql "INSERT INTO [dbo].[mọi ]]kiểu] ([id], [n], [dài], [to]) VALUES (3, '', replace(printf('%.*c', 30000, 'x'), 'x', 'ế'),
		zeroblob(700000))"
	do_sql "INSERT INTO [dbo].[mọi ]]kiểu] ([id], [dài]) VALUES (4, replace(printf('%.*c', 2000000, 'x'), 'x', 'ế'))"
	cycle table='mọi ]kiểu' columns=id,b,t,s,g,d,m,r,f,v,n,c,x,u,a,h,w,y,o,k,dài,to page=3
	expect_eq "every type, to the last digit" "$(printf '%s\t' int:1 bool:true int:255 int:-32768 int:-9223372036854775808 \
		decimal:12345678901234.567800 decimal:-0.0500 float:0.5 float:1e-300 "text:Nguyễn Thị Ánh Tuyết Đỗ" \
		"text:Hoàng 'Ế' 🙂" text:ab bytes:00ff10 text:6f9619ff-8b86-d011-b42d-00c04fc964ff date:2026-11-22 \
		text:08:05:00.1234567 timestamp:2026-11-22T01:05:00.003000Z timestamp:2026-11-22T01:05:00.123456Z \
		timestamp:0001-01-01T00:00:00.000000Z timestamp:2026-11-22T01:05:00.000000Z text:ngắn)bytes:" "$(values | sed -n 1p)"
	expect_eq "nothing but nulls" 21 "$(values | sed -n 2p | grep -o null | wc -l)"
	expect_eq "an empty text is none" "text:" "$(values | sed -n 3p | cut -f11)"
	expect_eq "90,000 bytes of letters come whole, whatever the server's TEXTSIZE" 30000 \
		"$(values | sed -n 3p | cut -f21 | grep -o ế | wc -l)"
	expect_eq "and 700,000 bytes" 1400000 "$(values | sed -n 3p | cut -f22 | cut -d: -f2 | tr -d '\n' | wc -c)"
	expect_eq "what is over 1 MiB is told" unheld:too_long "$(values | sed -n 4p | cut -f21)"
}

keys() {
	local all
	tell create 'dbo.xa: ma varchar(20) collate Vietnamese_CI_AS key, so decimal(30, 20) key, ten nvarchar(40) null'
	do_sql "WITH n(ma) AS (VALUES (N'Ấp'), (N'Ban'), (N'Đa'), (N'Đại ]x'), (N'Đắk'), (N'Em'), (N'ế'), (N'ệ'), (N'O''Hà'), (N'ứ'), (N'Ỷ'))
		INSERT INTO [dbo].[xa] SELECT ma, '0.00000000000000000001', N'x' FROM n UNION ALL SELECT ma, '0.00000000000000000002', NULL FROM n"
	cycle table=dbo.xa columns=ma,so page=1
	all=$(values | sort | uniq -c | awk '{ print $1 }' | sort -u)
	expect_eq "a key of two columns with letters of a code page: each row once" "22 1" "$(values | wc -l) $all"
	OUT=$(printf 'Đắk\t0.00000000000000000002\nĐắk\t0.3\n' | "$READ" connector=odbc table=dbo.xa columns=ma,so by=ma,so fetch)
	expect_eq "and found again by its key" "text:Đắk	decimal:0.00000000000000000002" "$(values)"
	refused "a text as a cursor" 2 "a text does not order by time" table=dbo.xa mode=timestamp cursor=ten columns=ma
}

# A datetime has thirds of milliseconds: compared with a datetime2 its last row would come again and again.
times() {
	tell create 'dbo.luot: id int key, luc datetime null'
	do_sql "INSERT INTO [dbo].[luot] VALUES (1, CAST('2026-01-01 08:00:00.003' AS datetime)), (2, CAST('2026-01-01 08:00:00.007' AS datetime)),
		(3, CAST('2026-01-01 08:00:00.007' AS datetime)), (4, NULL)"
	rm -f "$mark"
	cycle table=luot mode=timestamp cursor=luc columns=id,luc overlap=0 page=1
	expect_eq "the first reading" "1 2 3 4" "$(ids_as_read)"
	do_sql "INSERT INTO [dbo].[luot] VALUES (5, CAST('2026-01-01 08:00:00.010' AS datetime)), (6, CAST('2026-01-01 08:00:00.010' AS datetime))"
	cycle table=luot mode=timestamp cursor=luc columns=id,luc overlap=0 page=1
	expect_eq "each new row once" "5 6" "$(ids_as_read)"
}

trouble() {
	local began
	tell create 'dbo.loi: id int key, ten nvarchar(40)'
	do_sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO [dbo].[loi] SELECT i, 'dòng ' + i FROM n"
	tell fault 229
	refused "no right" 2 "the account lacks a right" table=loi columns=id,ten
	tell fault 1205
	refused "a deadlock" 3 "locked by somebody else" table=loi columns=id,ten
	tell fault 1205 300
	refused "a deadlock amid the rows" 3 "locked by somebody else" table=loi columns=id,ten
	tell fault cut 300
	refused "the line breaks amid the rows" 3 "away or closed" table=loi columns=id,ten
	expect_eq "and no row of that page is taken for read" "" "$(ids_as_read)"
	tell fault stall
	refused "no answer in time" 3 "not done within the statement timeout" table=loi columns=id,ten timeout=2s
	expect_eq "the server is told to stop" 1 "$(tell count 'told to stop')"
	tell fault stall
	began=$(date +%s%N)
	refused "a query that is stopped" 1 "stopped on request" table=loi columns=id,ten cancel_after_ms=1500
	expect_exit "within its time" 0 test $((($(date +%s%N) - began) / 1000000)) -lt 10000
	tell calm
	tell hide ten
	refused "a column that may not be read" 2 "the account may not read the column ten" table=loi columns=id,ten
	SOURCE_DSN=${SOURCE_DSN/UID=songma/UID=khac} refused "another account" 2 "refuses the account" table=loi columns=id
	SOURCE_DSN=${SOURCE_DSN/dan_cu/khac} refused "another database" 2 "no such database" table=loi columns=id
	SOURCE_DSN=${SOURCE_DSN/Port=$PORT/Port=1} refused "no server" 3 "the server is away" table=loi columns=id
}

# ---- the whole way ----------------------------------------------------------------------------

flow_source() {
	tell create 'dbo.người: mã nvarchar(20) key, tên nvarchar(100) null, số decimal(12, 2) null, ngày date null, lúc datetime2 null, rv timestamp'
	do_sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
		INSERT INTO [dbo].[người] ([mã], [tên], [số], [ngày], [lúc]) SELECT 'N' + i, N'Đỗ Thị Huệ ' + i, i + 1000 + '.50',
		CAST('2026-11-22' AS date), CAST('2026-11-22 08:05:00.1234567' AS datetime2) FROM n"
	mkdir -p "$WS/schemas/test"
	cat >"$WS/schemas/test/Nguoi.avsc" <<-'END'
	{"type": "record", "name": "Nguoi", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "code", "type": "string", "privacy": "public", "doc": "key"},
	  {"name": "name", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}], "default": null, "privacy": "public", "doc": "x"}
	 ]}
	END
	(umask 077 && echo "$SOURCE_DSN" >"$WS/secrets/tds.dsn")
	cat >"$WS/sources/test.yaml" <<-'END'
	source: test
	title: SQL Server
	owner: Test office
	connector: odbc
	connection_file: secrets/tds.dsn
	time_zone: Asia/Ho_Chi_Minh
	schedule: {every: 1s}
	limits: {rows_per_second: unlimited, page_rows: 100, statement_timeout: 30s}
	streams:
	  people:
	    table: dbo.người
	    mode: incrementing
	    cursor: rv
	    schema: test/Nguoi
	    fields: {code: mã, name: tên, amount: số, day: ngày, at: lúc}
	END
}

new_cycles() { [ "$(tell count 'AND t.[rv] > CAST')" -ge 1 ]; }
no_faults_left() { [ "$(tell faults)" = 0 ]; }
people() { psql_wh "$WH" -c "select $1 from canon.nguoi where _deleted_at is null"; }

first_reading() {
	local began
	expect_exit "discover" 0 songma discover test
	expect_contains "finds the table and its rowversion" "mã incrementing: rv the source numbers each change" \
		"$(grep '^dbo.người' <<<"$LAST_OUT" | tr -s ' ')"
	expect_exit "check" 0 songma check test
	expect_contains "says what it is worth" "SQL Server 16.0.1000.6 (ODBC; not verified against a real server)" "$LAST_OUT"
	expect_lacks "and does not warn of what a rowversion tells" "committed late" "$LAST_OUT"
	tell writable dbo.người
	expect_exit "an account that could write" 0 songma check test
	expect_contains "is told of" "GRANT" "$LAST_OUT"
	tell fault 1205 10
	tell fault cut 40
	songma pull test --follow 2>"$WS/pull.err" &
	wait_for 40 "the first reading, in spite of a deadlock and a broken line" new_cycles && pass "tried again"
	tell fault stall
	wait_for 20 "the server's silence" no_faults_left
	began=$(date +%s%N)
	kill -TERM $!
	wait $!
	expect_exit "a pull whose server is silent ends when it is told" 0 test $((($(date +%s%N) - began) / 1000000)) -lt 10000
	songma load 2>>"$WS/said"
	expect_eq "each row once, its letters and digits as they were" \
		"250|250|Đỗ Thị Huệ 250|1250.50|2026-11-22|2026-11-22 01:05:00.123456" \
		"$(people "count(*), count(distinct code), max(name) filter (where code = 'N250'), max(amount), max(day), max(at) at time zone 'UTC'")"
}

# A transaction is open that has a rowversion already: nothing at or behind it is read.
late_commit() {
	local early
	tell hold
	early=$(tell reserve)
	do_sql "INSERT INTO [dbo].[người] ([mã], [tên]) VALUES (N'SAU', N'sau')"
	songma sync test 2>>"$WS/said"
	expect_eq "a row above the lowest active rowversion stays for the next cycle" 0 "$(people "count(*) filter (where code = 'SAU')")"
	do_sql "INSERT INTO [dbo].[người] ([mã], [tên]) VALUES (N'TRƯỚC', N'trước')"
	do_sql "UPDATE [dbo].[người] SET [rv] = $early WHERE [mã] = N'TRƯỚC'"
	tell release
	songma sync test 2>>"$WS/said"
	expect_eq "then both are read" 2 "$(people "count(*) filter (where code in ('SAU', 'TRƯỚC'))")"
}

changes() {
	do_sql "UPDATE [dbo].[người] SET [tên] = N'đã sửa' WHERE [mã] IN (N'N7', N'N8')"
	do_sql "DELETE FROM [dbo].[người] WHERE [mã] IN (N'N1', N'N2', N'SAU')"
	songma sync test 2>>"$WS/said"
	expect_eq "changes are read" 2 "$(people "count(*) filter (where name = 'đã sửa')")"
	expect_exit "deleted rows" 0 songma reconcile test --repair --yes --reason "the test deleted them" --allow-deletes 3 --output json
	expect_eq "are found by reconcile" "249|0" "$(people "count(*), count(*) filter (where code in ('N1', 'N2', 'SAU'))")"
	expect_exit "nothing differs then" 0 songma reconcile test
	expect_eq "all runs balance" 0 "$(unbalanced)"
}

stand_in
export SOURCE_DSN="Driver={FreeTDS};Server=127.0.0.1;Port=$PORT;Database=dan_cu;UID=songma;PWD={Mật;khẩu}}1};TDS_Version=7.4"
types
keys
times
trouble
workspace tds
flow_source
first_reading
late_commit
changes
workspace_end
scenario_end
