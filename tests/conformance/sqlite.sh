# sqlite.sh - SQLite as a source of the conformance suite.
# shellcheck shell=bash disable=SC2034,SC2154 # common.sh uses what is set here

FILE=${SCENARIO_TMP:-/tmp}/conform-$$.sqlite
TIME=timestamp NOW="strftime('%Y-%m-%d %H:%M:%f', 'now')" BIGINT=bigint PREFIX=main.

sql() { sqlite3 -batch -noheader -separator $'\t' -cmd '.timeout 10000' "$FILE"; }

begin_source() { rm -f "$FILE"; }
end_source() { rm -f "$FILE" "$FILE"-*; }

do_dsn() { echo "DRIVER={SQLite3};Database=$FILE"; }
do_bad_dsn() { lacks "a file has no password"; }
do_away_dsn() { lacks "a file is not away"; }
do_secret() { lacks "a file has no password"; }
do_writes() { cksum <"$FILE"; }

make_many() {
	sql <<-'END'
	create table c_many (id int primary key, label text, changed timestamp);
	insert into c_many with recursive n (i) as (select 1 union all select i + 1 from n where i < 50000)
	  select i, 'row ' || i, strftime('%Y-%m-%d %H:%M:%f', 1767225600 + i * 0.001, 'unixepoch') from n;
	create index many on c_many (changed, id);
	END
}

make_types() {
	sql <<-'END'
	create table c_types (id integer primary key, b boolean, i8 bigint, f8 double, n decimal(38,10), t text, v varchar(20),
	  d date, ts timestamp, y blob);
	insert into c_types values
	  (1, 1, 9223372036854775807, 0.1, 12345.6789, 'dòng' || char(10) || 'hai', 'Nguyễn 🙂', '2026-11-22', '2026-11-22 08:05:01.123', x'00ff'),
	  (2, null, null, null, null, null, null, null, null, null),
	  (3, 0, -9223372036854775808, -1e300, -5, '', '', '0001-01-01', '1900-01-01 00:00:00', x''),
	  (4, 'yes', 'text', 'text', 'text', 12, 1.5, 'yesterday', 12345, 'text');
	END
}

# It takes any word for a type, and any value for a column.
make_odd() {
	sql <<-'END'
	create table c_odd (id integer primary key, j json, a "int[]", e "enum('a','b')", none, x "my own type", f real, d date);
	insert into c_odd values
	  (1, '{"a":  [1, 2]}', '{1,2}', 'a', 'text', 'text', 9e999, '-0044-03-15'),
	  (2, null, null, null, null, null, null, null),
	  (3, '[]', 3, 'c', 4.5, 5, -9e999, '10000-01-01'),
	  (4, 'no json', 9223372036854775807, '', x'00ff', '', 'NaN', 'infinity');
	END
}
do_retype() { lacks "its types are those of its values"; }

make_wide() {
	sql <<-END
	create table c_wide (id int primary key $(seq -f ', c%.0f smallint' 2 1600));
	insert into c_wide (id) values (1), (2), (3);
	update c_wide set c2 = 1, c1600 = 2 where id = 2;
	END
}

make_big() {
	sql <<-'END'
	create table c_big (id int primary key, body text, changed timestamp);
	insert into c_big values (1, 'x', '2026-01-01 00:00:00'), (2, hex(zeroblob(25000000)), '2026-01-01 00:00:00'),
	  (3, 'x', '2026-01-01 00:00:00');
	END
}

make_invalid() {
	sql <<-'END'
	create table c_invalid (id int primary key, body text, changed timestamp);
	insert into c_invalid values (1, 'đúng', '2026-01-01 00:00:00'), (2, cast(x'736169f0ee' as text), '2026-01-01 00:00:00'),
	  (3, 'đúng', '2026-01-01 00:00:00');
	END
}

# The library runs in our process and knows no time limit.
do_limits() {
	case $1 in
	time) lacks "it has no time limit" ;;
	*) echo yes ;;
	esac
}

make_slow() {
	make_plain
	sql <<-'END'
	create view c_slow as select id, (with recursive n (i) as (select id union all select i + 1 from n where i < 3000000)
	  select case when max(i) > 0 then 'a' else 'b' end from n) as label from c_plain;
	END
}
make_twice() { sql <<<"create view c_twice as select 'CANARY' as label union all select 'CANARY' union all select 'x';"; }
make_failing() {
	make_live
	sql <<<"create view c_failing as select id, case when id = 5 then json_extract('CANARY', '$.a') else '1' end as label from c_live;"
}
do_late_open() { lacks "one transaction at a time writes"; }
