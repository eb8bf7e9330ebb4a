#!/bin/bash
# How fast the ODBC connector reads beside a bare fetch loop in C over the same driver, table and
# columns, in turn, and how much memory both take.  The loop runs with the driver's own settings and
# with those that the connector gives it; the ratio is to the faster of the two.  The larger it is the
# better; this measures and judges nothing.
#
#   ROWS=500000   rows of the table      RUNS=7   times that each is measured
set -euo pipefail
cd "$(dirname "$0")/../.."
export SONGMA_STACK=${SONGMA_STACK:-bench} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22250}
BUILD=${BUILD:-build} ROWS=${ROWS:-500000} RUNS=${RUNS:-7}
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

# The line of the larger rate, as others work on the machine too.
better() { # better LINE LINE, each "rows_s kilobytes"
	printf '%s\n' "$1" "$2" | sort -n | tail -n 1
}

once() { # once WORD..., for bench-odbc
	local out
	out=$("$BUILD/bench-odbc" "$@")
	echo "$(figure rows_s <<<"$out") $(figure rss_kb <<<"$out")"
}

measure() { # measure NAME DSN OPTIONS, those of the connector's drivers
	local run own="0 0" same="0 0" read="0 0" sql="select ${COLUMNS_READ} from bench"
	for ((run = 1; run <= RUNS; run++)); do
		own=$(better "$own" "$(SOURCE_DSN=$2 once bare "$sql")")
		same=$(better "$same" "$(SOURCE_DSN="$2;$3" once bare "$sql")")
		read=$(better "$read" "$(SOURCE_DSN=$2 once read bench id "$COLUMNS_READ")")
	done
	awk -v name="$1" -v own="$own" -v same="$same" -v read="$read" 'BEGIN {
		split(own, o); split(same, s); split(read, r)
		printf "%-12s bare %.0f rows/s in %.0f MiB, bare with our settings %.0f in %.0f, ", name, o[1],
			o[2] / 1024, s[1], s[2] / 1024
		printf "connector %.0f in %.0f: ratio %.2f\n", r[1], r[2] / 1024,
			r[1] / (o[1] > s[1] ? o[1] : s[1]) }'
}

make_tables
port=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
measure postgresql "Driver={PostgreSQL Unicode};Server=127.0.0.1;Port=$port;Database=odbc_bench;UID=postgres;PWD=$(
	cat "$SONGMA_STACK_DIR/secrets/sources")" "UseDeclareFetch=1;Fetch=500;UnknownSizes=2;MaxVarcharSize=4096"
measure mariadb "$SONGMA_MARIADB_DSN;DATABASE=odbc_bench" "CHARSET=utf8mb4"
