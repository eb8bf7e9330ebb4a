# postgres.sh - PostgreSQL as a source of the conformance suite, for its own connector and for odbc.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

# One for each connector, so that both can be tested at a time.
DB=conform_$CONNECTOR READER=conform_$CONNECTOR
PORT=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
PASSWORD=only-conform-reads
TIME=timestamptz NOW='now()' PREFIX=public.
KEY_TEXT='text collate "und-x-icu"'

psql_db() { # psql_db DATABASE option...
	PGOPTIONS='-c client_min_messages=warning -c timezone=UTC' psql -X -q -At -F $'\t' -v ON_ERROR_STOP=1 \
		-d "$SONGMA_PG_SOURCES dbname=$1" "${@:2}"
}
sql() { psql_db $DB; }

begin_source() {
	psql_db postgres -c "drop database if exists $DB with (force)" -c "create database $DB" \
		-c "do \$\$ begin create role $READER login; exception when duplicate_object then end \$\$" \
		-c "alter role $READER password '$PASSWORD'"
	psql_db $DB -c "alter default privileges in schema public grant select on tables to $READER"
}
end_source() {
	psql_db postgres -c "drop database if exists $DB with (force)" -c "drop database if exists ${DB}_ascii with (force)"
}

connection() { # connection DATABASE PASSWORD PORT
	if [ "$CONNECTOR" = odbc ]; then
		echo "DRIVER={PostgreSQL Unicode};SERVER=127.0.0.1;PORT=$3;DATABASE=$1;UID=$READER;PWD=$2"
	else
		echo "host=127.0.0.1 port=$3 dbname=$1 user=$READER password=$2"
	fi
}
do_dsn() {
	if [ "$chosen" = invalid ]; then
		connection ${DB}_ascii $PASSWORD "$PORT"
	else
		connection $DB $PASSWORD "$PORT"
	fi
}
do_bad_dsn() { connection $DB "$PASSWORD-not" "$PORT"; }
do_away_dsn() { connection $DB $PASSWORD 1; }
do_secret() { echo $PASSWORD; }
do_writes() {
	sql <<<"select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables;"
}

make_many() {
	sql <<-'END'
	create table c_many (id int primary key, label text, changed timestamptz);
	insert into c_many select i, 'row ' || i, timestamptz '2026-01-01 00:00+00' + i * interval '1 ms'
	  from generate_series(1, 50000) i;
	create index on c_many (changed, id);
	analyze c_many;
	END
}

# How many queries of ours it is at.
do_running() { sql <<<"select count(*) from pg_stat_activity where usename = '$READER' and state = 'active';"; }

make_types() {
	sql <<-'END'
	create table c_types (id bigint primary key, b boolean, i2 smallint, i4 int, f4 real, f8 double precision, n numeric,
	  m numeric(10,2), c char(8), t text, d date, ts timestamp, tz timestamptz, y bytea, u uuid);
	insert into c_types values
	  (1, true, -32768, 2147483647, 1.5, 0.1, 12345.6789, -0.50, 'ab', 'dòng' || chr(10) || 'hai', '2026-11-22',
	   '2026-11-22 08:05:01.123456', '2026-11-22 08:05:01.5+07', '\x00ff', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	  (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
	  (3, false, 0, 0, 'nan', '-inf', 'nan', 0, '', '', 'infinity', 'infinity', '-infinity', '', null),
	  (4, true, 32767, -2147483648, 'inf', 'nan', 123456789012345678901234567890.000100, 99999999.99, 'x',
	   'Nguyễn 🙂', '0001-01-01', '1900-01-01', '9999-12-31 23:59:59.999999+00', '\x01', null),
	  (9223372036854775807, false, 1, 1, 1e38, 1e308, -1e-20, 0.01, 'đỏ', e'tab\t\\', '9999-12-31', null, null, null, null),
	  (-5, null, null, null, null, null, null, null, null, null, '0044-03-15 BC', null, '0044-03-15 00:00+00 BC', null, null);
	END
}

make_odd() {
	sql <<-'END'
	create type c_color as enum ('đỏ', 'xanh');
	create type c_two as (a int, b text);
	create domain c_list as int[];
	create domain c_positive as int check (value > 0);
	create table c_odd (id int primary key, arr int[], words text[][], two c_two, rng int4range, many int4multirange, pt point,
	  list c_list, tsv tsvector, reg regclass, e c_color, j json, jb jsonb, x xml, iv interval, bi bit(4), mo money,
	  dom c_positive, o oid, ip inet, ti time);
	insert into c_odd values
	  (1, '{1,2}', '{{a,b},{c,d}}', '(1,x)', '[1,5)', '{[1,2)}', '(1,2)', '{1}', 'a b', 'c_odd', 'đỏ', '{"a":  [1, 2]}', '{"a":  [1, 2]}',
	   '<a>1</a>', '1 year 2 mons 03:04:05', b'1010', 12.5, 7, 42, '10.0.0.1', '08:05:01.5'),
	  (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
	  (3, '{}', '{}', '(,)', 'empty', '{}', '(1,2)', '{}', '', 'c_odd', 'xanh', '[]', '[]', '', '-1 days', b'0000', -0.01, 1, 4294967295, '::1/64', '24:00:00');
	END
}
do_retype() { sql >&2 <<<"alter table c_$1 alter column v type date using to_date(v::text, 'YYYYMMDD');"; }

make_wide() {
	sql <<-END
	create table c_wide (id int primary key $(seq -f ', c%.0f smallint' 2 1600));
	insert into c_wide select i from generate_series(1, 3) i;
	update c_wide set c2 = 1, c1600 = 2 where id = 2;
	END
}

make_big() {
	sql <<-'END'
	create table c_big (id int primary key, body text, changed timestamptz);
	insert into c_big select i, case when i = 2 then repeat('x', 50000000) else 'x' end, '2026-01-01' from generate_series(1, 3) i;
	END
}

make_invalid() {
	psql_db postgres -c "drop database if exists ${DB}_ascii with (force)" \
		-c "create database ${DB}_ascii encoding 'SQL_ASCII' template template0 locale 'C'"
	psql_db ${DB}_ascii -c "create table c_invalid (id int primary key, body text, changed timestamptz)" \
		-c "insert into c_invalid values (1, 'đúng', '2026-01-01'), (2, E'sai \\xf0\\xee', '2026-01-01'), (3, 'đúng', '2026-01-01')" \
		-c "grant select on c_invalid to $READER"
}

# The server itself refuses such a text to a client that wants UTF-8, which this driver always does.
do_refuses() {
	if [ "$CONNECTOR" = odbc ]; then
		echo yes
	else
		lacks "it gives what it has"
	fi
}

make_slow() {
	sql <<-'END'
	create view c_slow as select i as id, case when pg_sleep(0.2) is null then 'a' else 'b' end as label
	  from generate_series(1, 100) i;
	END
}

make_hidden_table() {
	sql <<<"create table c_hidden_table (id int primary key, changed timestamptz); revoke all on c_hidden_table from $READER;"
}
make_hidden_column() {
	sql <<-END
	create table c_hidden_column (id int primary key, secret text, changed timestamptz);
	revoke all on c_hidden_column from $READER;
	grant select (id, changed) on c_hidden_column to $READER;
	END
}
make_twice() { sql <<<"create view c_twice as select label from (values ('CANARY'::text), ('CANARY'), ('x')) as x (label);"; }
make_failing() {
	make_live
	sql <<<"create view c_failing as select id, (case id when 5 then 'CANARY' else '1' end)::int as label from c_live;"
}

late_client() { psql_db $DB; }
MINUTE_AGO="clock_timestamp() - interval '1 minute'"
