# mariadb.sh - MariaDB as a source of the conformance suite.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

DB=conform
PASSWORD=only-conform-reads
PORT=$(sed -n 's/^port=//p' "$SONGMA_MARIADB_CNF")
TEXT='varchar(100)' TIME='datetime(6)' NOW='now(6)' PREFIX=$DB.
# A collation that ignores case, marks and blanks at the end, as most tables have.
KEY_TEXT='varchar(60) collate utf8mb4_unicode_ci'
BACKSLASH='\\'

client() { mariadb --defaults-file="$SONGMA_MARIADB_CNF" -N -B --raw --init-command="set time_zone = '+00:00'" "$@"; }
sql() { client $DB; }

begin_source() {
	client <<-END
	drop database if exists $DB; create database $DB;
	create or replace user conform_reader@'127.0.0.1' identified by '$PASSWORD';
	END
}
end_source() { client -e "drop database if exists $DB; drop user if exists conform_reader@'127.0.0.1'"; }

connection() { echo "DRIVER={MariaDB Unicode};SERVER=127.0.0.1;PORT=$2;DATABASE=$DB;UID=conform_reader;PWD=$1"; }
do_dsn() { connection $PASSWORD "$PORT"; }
do_bad_dsn() { connection $PASSWORD-not "$PORT"; }
do_away_dsn() { connection $PASSWORD 1; }
do_secret() { echo $PASSWORD; }
do_writes() {
	client -e "select sum(variable_value) from information_schema.global_status where variable_name in
	  ('com_insert', 'com_update', 'com_delete', 'com_replace', 'com_create_table', 'com_alter_table', 'innodb_rows_inserted')"
}

make_many() {
	sql <<-'END'
	create table c_many (id int primary key, label varchar(100), changed datetime(6), index (changed, id));
	insert into c_many select seq, concat('row ', seq), date_add('2026-01-01', interval seq * 1000 microsecond) from seq_1_to_50000;
	END
}

# How many queries of ours it is at.
do_running() {
	client -e "select count(*) from information_schema.processlist where user = 'conform_reader' and command in ('Query', 'Execute')"
}

make_types() {
	sql <<-'END'
	set sql_mode = '';
	create table c_types (id bigint primary key, b tinyint(1), t1 tinyint unsigned, i8 bigint unsigned, f4 float, f8 double,
	  n decimal(38,10), m decimal(10,2), c char(8), t text, l varchar(20) character set latin1,
	  u3 varchar(20) character set utf8mb3, d date, ts datetime(6), tz timestamp(6) null, y varbinary(8), k bit(1), k8 bit(8),
	  e enum('đỏ', 'xanh'), ti time(6), yr year, j json);
	insert into c_types values
	  (1, 1, 255, 18446744073709551615, 1.5, 0.1, 12345.6789, -0.50, 'ab', 'dòng\nhai', 'café', 'Nguyễn', '2026-11-22',
	   '2026-11-22 08:05:01.123456', '2026-11-22 01:05:01.5', x'00ff', b'1', b'10000001', 'đỏ', '08:05:01.5', 2026, '{"a": 1}'),
	  (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
	  (3, 0, 0, 0, -1.5, -1e300, -1234567890123456789012345678.0001, 99999999.99, '', '', '', '', '0000-00-00',
	   '0000-00-00 00:00:00', null, '', b'0', b'0', 'xanh', '-838:59:59', 0, null),
	  (4, 1, 1, 9223372036854775807, 0, 0, 0, 0, 'x', 'Nguyễn 🙂', 'x', 'x', '2026-02-00', '9999-12-31 23:59:59.999999',
	   null, x'01', b'1', b'1', null, '00:00:00', 1999, null);
	END
}
table_of[names]='`Bảng ``Lạ`` c_names; select`'
shown_as[names]='Bảng `Lạ` c_names; select'
make_names() {
	sql <<-END
	create table ${table_of[names]} (\`Mã "số"\` int, \`select\` text, \`order by\` text, \`Tên người\` text, \`a'b\` varchar(50),
	  \`x;y--\` text, \`100%s\` text, \`back\\slash\` text, \`CHỮ HOA\` text, \`?\` text, \`{d}\` text, \`:p\` text, \`tick\`\`\` text,
	  \`$(printf 'n%.0s' $(seq 63))\` text, primary key (\`Mã "số"\`, \`a'b\`));
	insert into ${table_of[names]} select seq, 's', 'o', 't', concat('a', seq), 'x', 'p', 'b', 'C', 'q', 'd', 'p', 't', 'n' from seq_1_to_5;
	END
}

# InnoDB takes 1,017 columns.
make_wide() {
	sql <<-END
	create table c_wide (id int primary key $(seq -f ', c%.0f smallint' 2 1010)) engine = innodb row_format = dynamic;
	insert into c_wide (id) values (1), (2), (3);
	update c_wide set c2 = 1, c1010 = 2 where id = 2;
	END
}

make_odd() {
	sql <<-'END'
	create table c_odd (id int primary key, pt point, shape geometry, e enum('đỏ', 'xanh'), s set('a', 'b'), j json, u uuid, ip inet6,
	  bi bit(8), ti time(1), yr year);
	insert into c_odd values
	  (1, point(1, 2), point(1, 2), 'đỏ', 'a,b', '{"a":  [1, 2]}', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '::1', b'101', '-08:05:01.5', 1901),
	  (2, null, null, null, null, null, null, null, null, null, null),
	  (3, point(0, 0), null, 'xanh', '', '[]', null, '::ffff:10.0.0.1', b'0', '838:59:59', 0);
	END
}
do_retype() { sql >&2 <<<"alter table c_$1 modify v date;"; }

make_big() {
	sql <<-'END'
	create table c_big (id int primary key, body longtext, changed datetime(6));
	insert into c_big values (1, 'x', '2026-01-01'), (2, repeat('x', 50000000), '2026-01-01'), (3, 'x', '2026-01-01');
	END
}

make_slow() { sql <<<"create view c_slow as select seq as id, if(sleep(0.2) = 0, 'a', 'b') as label from seq_1_to_100;"; }

make_hidden_table() { sql <<<"create table c_hidden_table (id int primary key, changed datetime(6));"; }
make_hidden_column() { sql <<<"create table c_hidden_column (id int primary key, secret text, changed datetime(6));"; }
# Table by table, since there is no right that takes one away again.
after_make() {
	case $1 in
	hidden_table) ;;
	hidden_column) sql <<<"grant select (id, changed) on $DB.c_hidden_column to conform_reader@'127.0.0.1';" ;;
	*) sql <<<"grant select on $DB.$(sql_name "$1") to conform_reader@'127.0.0.1';" ;;
	esac
}

# More than one row where there may be one.
make_failing() {
	make_live
	sql <<<"create view c_failing as select id, if(id = 5, (select concat('CANARY', seq) from seq_1_to_2), '1') as label from c_live;"
}
make_twice() { sql <<<"create view c_twice as select 'CANARY' as label union all select 'CANARY' union all select 'x';"; }

late_client() { client --unbuffered $DB; }
MINUTE_AGO='date_sub(now(6), interval 1 minute)'
