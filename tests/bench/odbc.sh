#!/bin/bash
# How fast the ODBC connector reads beside a bare fetch loop in C over the same driver, table and
# columns, in turn, and how much memory it takes.  The larger the ratio the better; it measures and
# judges nothing.
#
#   ROWS=500000   rows of the table      RUNS=3   times that each is measured
set -euo pipefail
cd "$(dirname "$0")/../.."
export SONGMA_STACK=${SONGMA_STACK:-bench} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22250}
BUILD=${BUILD:-build} ROWS=${ROWS:-500000} RUNS=${RUNS:-3}
[ -n "${KEEP:-}" ] || trap 'deploy/local/stack.sh destroy >/dev/null' EXIT
deploy/local/stack.sh start sources mariadb >&2
eval "$(deploy/local/stack.sh env)"
. tests/lib/lib.sh

COLUMNS_READ=id,cccd,ten,sinh,gioi,xa,dia_chi,dan_toc,dt,email,a,luong,b,t1,t2,big,ma,ghi_chu,c,cap_nhat
TABLE="id bigint primary key, cccd varchar(12), ten varchar(100), sinh date, gioi char(1), xa varchar(10),
	dia_chi varchar(200), dan_toc varchar(50), dt varchar(15), email varchar(100), a int, luong decimal(14,2),
	b smallint, t1 TIME, t2 TIME, big bigint, ma varchar(20), ghi_chu text, c int, cap_nhat TIME"

# The same rows for both, 20 columns, about 220 bytes.
rows() {
	awk -v rows="$ROWS" 'BEGIN {
		for (i = 1; i <= rows; i++)
			printf "%d\t%012d\tNguyễn Văn %d\t%d-%02d-%02d\tM\t%05d\t%d Đường Trần Phú\tKinh\t09%08d\tu%d@example.vn\t%d\t%d.%02d\t%d\t2026-01-%02d 08:%02d:00\t2026-02-03 04:05:06\t%d\tA%06d\tghi chú\t%d\t2026-03-%02d 09:10:11\n",
				i, i * 7919, i, 1950 + i % 60, 1 + i % 12, 1 + i % 28, i % 20000, i % 500, i, i, i % 100,
				i % 100000, i % 100, i % 7, 1 + i % 28, i % 60, i * 31, i, i % 1000, 1 + i % 28 }'
}

make_tables() {
	psql_src postgres -c "drop database if exists odbc_bench with (force)" -c "create database odbc_bench"
	psql_src odbc_bench -c "create table bench (${TABLE//TIME/timestamp})"
	rows | psql_src odbc_bench -c "\\copy bench from stdin"
	psql_src odbc_bench -c "analyze bench"
	sql_maria -e "create or replace database odbc_bench character set utf8mb4"
	sql_maria odbc_bench -e "create table bench (${TABLE//TIME/datetime})"
	rows >"$SCENARIO_TMP/rows"
	sql_maria --local-infile=1 odbc_bench -e "set global local_infile = 1;
		load data local infile '$SCENARIO_TMP/rows' into table bench character set utf8mb4"
}

figure() { awk -v name="$1" '$1 == name { print $2 }'; }

# The best of the runs of each, as others work on the machine too.
measure() { # measure NAME
	local run bare=0 read=0 memory=0 out rate
	for ((run = 1; run <= RUNS; run++)); do
		rate=$("$BUILD/bench-odbc" bare "select ${COLUMNS_READ} from bench" | figure rows_s)
		bare=$(awk -v a="$bare" -v b="$rate" 'BEGIN { print (a > b ? a : b) }')
		out=$("$BUILD/bench-odbc" read bench id "$COLUMNS_READ")
		rate=$(figure rows_s <<<"$out")
		read=$(awk -v a="$read" -v b="$rate" 'BEGIN { print (a > b ? a : b) }')
		memory=$(figure rss_kb <<<"$out")
	done
	awk -v name="$1" -v bare="$bare" -v read="$read" -v memory="$memory" 'BEGIN {
		printf "%-12s bare %8.0f rows/s  connector %8.0f rows/s  ratio %.2f  memory %.0f MiB\n",
			name, bare, read, read / bare, memory / 1024 }'
}

make_tables
DSN_PG=$(sed -n 's/.*port=\([0-9]*\).*/Driver={PostgreSQL Unicode};Server=127.0.0.1;Port=\1/p' <<<"$SONGMA_PG_SOURCES")
SOURCE_DSN="$DSN_PG;Database=odbc_bench;UID=postgres;PWD=$(cat "$SONGMA_STACK_DIR/secrets/sources")"
export SOURCE_DSN
measure postgresql
SOURCE_DSN="$SONGMA_MARIADB_DSN;DATABASE=odbc_bench"
measure mariadb
