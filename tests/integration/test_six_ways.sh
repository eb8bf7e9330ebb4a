#!/bin/bash
# The same residents read in six ways (PostgreSQL; PostgreSQL, MariaDB and SQLite through ODBC; a workbook; a CSV file)
# give the same records, byte for byte, and the same rejected rows: one mapping, six sources.
# SIX_WAYS_PEOPLE=100000 for more residents.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
PEOPLE=${SIX_WAYS_PEOPLE:-3000}
PYTHON=$(tests/lib/venv.sh) || exit 1
COLUMNS_READ="so_dinh_danh, so_cmnd, ngay_sinh, gioi_tinh, dan_toc, ma_xa, trang_thai, la_chu_ho, ngay_dang_ky, ngay_cap_nhat"

# A registration day that is not known is nothing in PostgreSQL, and in all others the zero date.
COLUMNS_GIVEN=${COLUMNS_READ/ngay_dang_ky/"case when isfinite(ngay_dang_ky) then ngay_dang_ky::text when ngay_dang_ky is not null
	then '0000-00-00' end as ngay_dang_ky"}

# ---- the residents, in PostgreSQL, and from there everywhere ---------------------------------------------------------

residents() {
	psql_src "$SRC" -q -f deploy/demo/dan_cu.sql
	"$ROOT/$BUILD/songma-demo-people" --people "$PEOPLE" --seed 38 --as-of 2026-11-23 --data deploy/demo/data \
		--table cong_dan | psql_src "$SRC" -c "copy cong_dan from stdin"
	# A spreadsheet's clock knows no less than a millisecond.
	psql_src "$SRC" -c "update cong_dan set ngay_cap_nhat = date_trunc('milliseconds', ngay_cap_nhat)"
	psql_src "$SRC" -c "copy (select $COLUMNS_GIVEN from cong_dan order by so_dinh_danh) to stdout (format csv, header)" \
		>"$SCENARIO_TMP/residents.csv"
	psql_src "$SRC" -c "copy (select ${COLUMNS_GIVEN/la_chu_ho/la_chu_ho::int} from cong_dan) to stdout" \
		>"$SCENARIO_TMP/residents.tsv"
	psql_src "$SRC" -c "update cong_dan set ngay_dang_ky = null where not isfinite(ngay_dang_ky)"
	psql_src "$SRC" -q -f deploy/demo/dan_cu_khoa.sql -c "grant select on cong_dan to reader" -c "analyze cong_dan"
}

# shellcheck disable=SC2317
mariadb_drop() { sql_maria -e "drop database if exists six_ways"; }

to_mariadb() {
	mariadb_start || return 1
	at_end mariadb_drop
	# shellcheck disable=SC2119
	sql_maria <<-END
	drop database if exists six_ways;
	create database six_ways character set utf8mb4;
	use six_ways;
	create table cong_dan (so_dinh_danh varchar(20) primary key, so_cmnd varchar(20), ngay_sinh varchar(20),
	  gioi_tinh varchar(10), dan_toc varchar(40), ma_xa varchar(10), trang_thai varchar(40), la_chu_ho tinyint(1),
	  ngay_dang_ky date, ngay_cap_nhat datetime(6) not null, key (ngay_cap_nhat));
	load data local infile '$SCENARIO_TMP/residents.tsv' into table cong_dan character set utf8mb4;
	END
	expect_exit "some registration days are zero dates" 0 test \
		"$(sql_maria -e "select count(*) from six_ways.cong_dan where ngay_dang_ky = '0000-00-00'")" -gt 0
}

to_sqlite() {
	sqlite3 "$WS/residents.sqlite" <<-END
	create table cong_dan (so_dinh_danh varchar(20) primary key not null, so_cmnd varchar(20), ngay_sinh varchar(20),
	  gioi_tinh varchar(10), dan_toc varchar(40), ma_xa varchar(10), trang_thai varchar(40), la_chu_ho boolean,
	  ngay_dang_ky date, ngay_cap_nhat timestamp not null);
	.import --csv --skip 1 $SCENARIO_TMP/residents.csv cong_dan
	update cong_dan set so_cmnd = nullif(so_cmnd, ''), ngay_sinh = nullif(ngay_sinh, ''), gioi_tinh = nullif(gioi_tinh, ''),
	  dan_toc = nullif(dan_toc, ''), ngay_dang_ky = nullif(ngay_dang_ky, '');
	create index cong_dan_cap_nhat on cong_dan (ngay_cap_nhat);
	END
}

to_files() {
	mkdir "$WS/workbooks" "$WS/texts"
	python3 tests/lib/xlsx.py "$WS/workbooks/dan-cu.xlsx" "Dân cư" bool:la_chu_ho date:ngay_dang_ky \
		datetime:ngay_cap_nhat <"$SCENARIO_TMP/residents.csv"
	cp "$SCENARIO_TMP/residents.csv" "$WS/texts/dan-cu.csv"
	touch -d '1 minute ago' "$WS/workbooks/dan-cu.xlsx" "$WS/texts/dan-cu.csv"
}

# ---- six sources -----------------------------------------------------------------------------------------------------

source_file() { # source_file NAME; the lines of its way on standard input: connection, then the stream's table and mode
	cat >"$WS/sources/$1.yaml" <<-END
	source: $1
	title: Dân cư, $1
	owner: Công an tỉnh
	agreement: "01/TEST"
	time_zone: Asia/Ho_Chi_Minh
	commune_codes: {by: ngay_cap_nhat, switched_on: 2025-09-15}
	limits: {rows_per_second: unlimited}
	$(sed -n '1,/^--$/p' "$SCENARIO_TMP/way" | grep -v '^--$')
	streams:
	  person:
	$(sed -e '1,/^--$/d' -e 's/^/    /' "$SCENARIO_TMP/way")
	    schema: population/Person
	    key: so_dinh_danh
	    fields:
	      person:        {column: so_dinh_danh, rules: [trim, citizen_number]}
	      cmnd:          {column: so_cmnd, rules: [trim, cmnd]}
	      birth_date:    {column: ngay_sinh, rules: [trim, date]}
	      sex:           {column: gioi_tinh, rules: [trim, nfc, {code_list: gender}]}
	      ethnic_group:  {column: dan_toc, rules: [trim, nfc, {code_list: ethnic_group}]}
	      commune:       {column: ma_xa, rules: [trim, commune_code]}
	      status:        {column: trang_thai, rules: [trim, nfc, {code_list: residence_status}]}
	      registered_on: {column: ngay_dang_ky, rules: [trim, date]}
	      updated_at:    {column: ngay_cap_nhat, rules: [trim, timestamp]}
	END
}

way() { # way NAME: its lines on standard input
	cat >"$SCENARIO_TMP/way"
	source_file "$1"
}

timed=$'mode: timestamp\ncursor: ngay_cap_nhat'
odbc() { # odbc NAME DSN TABLE
	(umask 077 && echo "$2" >"$WS/secrets/$1.odbc")
	printf 'connector: odbc\nconnection_file: secrets/%s.odbc\n--\ntable: %s\n%s\n' "$1" "$3" "$timed" | way "$1"
}

sources() {
	local port
	port=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
	printf 'connector: postgres\nconnection_file: secrets/src.dsn\n--\ntable: public.cong_dan\n%s\n' "$timed" | way direct
	odbc pg-odbc "Driver={PostgreSQL Unicode};Server=127.0.0.1;Port=$port;Database=$SRC;UID=reader;PWD=reader" public.cong_dan
	odbc maria "${SONGMA_MARIADB_DSN};Database=six_ways" cong_dan
	odbc lite "Driver={SQLite3};Database=$WS/residents.sqlite" cong_dan
	printf 'connector: file\nfolder: workbooks\n--\ntable: "*.xlsx"\nmode: files\nsheet: Dân cư\n' | way book
	printf 'connector: file\nfolder: texts\n--\ntable: "*.csv"\nmode: files\n' | way text
}

workspace six_ways
at_end workspace_end
residents
to_mariadb || fail "MariaDB starts" "see above"
to_sqlite
to_files
sources

# ---- one run of each ------------------------------------------------------------------------------------------------

want="" letters=""
for source in direct pg-odbc maria lite book text; do
	expect_exit "$source: pull" 0 "$SONGMA" pull "$source" >"$SCENARIO_TMP/said" 2>&1 || tail -n 3 "$SCENARIO_TMP/said"
	got=$("$PYTHON" tests/lib/digest.py "$SONGMA_KAFKA" "$PREFIX.$source.person")
	dead=$(topic_count "$PREFIX.$source._dlq")
	echo "$source: $got, $dead letters"
	if [ "$source" = direct ]; then
		want=$got letters=$dead
		expect_eq "$source: all residents are records or letters" "$(psql_src "$SRC" -c 'select count(*) from cong_dan')" \
			"$((${got%% *} + dead))"
		continue
	fi
	expect_eq "$source: the same records, byte for byte" "$want" "$got"
	expect_eq "$source: as many rows are rejected" "$letters" "$dead"
done
scenario_end
