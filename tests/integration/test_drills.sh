#!/bin/bash
# Drills of what an operator may live through: a warehouse restored from a backup, a Kafka restored to an earlier day, a
# registry that was lost, keys that are missing or wrong, clocks that are off by a minute.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

stack() { deploy/local/stack.sh "$@" >>"$WS/stack.log" 2>&1; }
server_dir() { psql_src postgres -c "select regexp_replace(current_setting('data_directory'), '/sources/data$', '')"; }
# Changes $1 rows and adds as many.
move() {
	psql_src "$SRC" -c "update thing set label = label || '+', changed = clock_timestamp() where id <= $1" \
		-c "insert into thing select m + i, 'new ' || i, i, current_date, clock_timestamp() from generate_series(1, $1) i, (select max(id) as m from thing) old"
}
fails_with() { # fails_with NAME CODE PART command...
	local name=$1 code=$2 part=$3
	shift 3
	expect_exit "$name" "$code" songma "$@" >/dev/null 2>&1
	expect_contains "$name: it says so" "$part" "$LAST_ERR"
}
copy_server() { # copy_server FROM TO
	rm -rf "$2"
	cp -a "$1" "$2"
}

workspace drills
DIR=$(server_dir)
thing_table 2000
thing_source 500
songma sync >/dev/null 2>&1
expect_eq "to begin with, the warehouse is the source" same "$(thing_difference)"

# ---- records of a run that no event has told of ----
wh "insert into ops.run_load (run, topic, partition, loaded) values ('00000000-0000-4000-8000-000000000001', '$PREFIX.test.thing', 0, 5)"
expect_eq "show as a run that does not balance" "test|thing|5|unbalanced|unknown" \
	"$(wh "select source, stream, loaded, state, reason from ops.run_balance where state <> 'balanced'")"
expect_contains "in the list of runs too" unknown "$(songma runs 2>/dev/null)"
wh "delete from ops.run_load where run = '00000000-0000-4000-8000-000000000001'"

# ---- the warehouse comes back from a backup of before ----
pg_dump -Fc -d "$SONGMA_PG_WAREHOUSE dbname=$WH" -f "$WS/backup" || fail "the backup" "pg_dump failed"
move 300
songma sync >/dev/null 2>&1
move 200
psql_wh postgres -c "drop database $WH with (force)" -c "create database $WH"
pg_restore -d "$SONGMA_PG_WAREHOUSE dbname=$WH" "$WS/backup" || fail "the restoring" "pg_restore failed"
expect_exit "a sync after the warehouse was restored" 0 songma sync >/dev/null 2>&1
expect_eq "it has what the source has" same "$(thing_difference)"
expect_eq "and every run balances, those since the backup too" 0 "$(unbalanced)"

# ---- Kafka comes back from before: the warehouse is ahead of it ----
stack stop kafka
copy_server "$DIR/kafka/data" "$DIR/kafka/data.backup"
stack start kafka
move 250
songma sync >/dev/null 2>&1
stack stop kafka
copy_server "$DIR/kafka/data.backup" "$DIR/kafka/data"
rm -rf "$DIR/kafka/data.backup"
stack start kafka
before=$(wh "select md5(string_agg(t::text, ',' order by _key)) from canon.thing t")
fails_with "a load from a Kafka of before" 2 "the warehouse was loaded up to offset" load
expect_eq "and nothing was touched" "$before" "$(wh "select md5(string_agg(t::text, ',' order by _key)) from canon.thing t")"
# A pull that writes on until the offset is there again does not hide it: below it stands another record now.
move 600
songma pull test 2>/dev/null
fails_with "a load after a pull has written past that offset" 2 "what stands below that offset is not what was loaded from there" load
expect_contains "it names the topic and its partition" "topic $PREFIX.test." "$LAST_ERR"
expect_contains "and what to do" "another prefix in songma.yaml" "$LAST_ERR"
fails_with "a sync does not pass it either" 2 "Kafka was restored to an earlier day" sync
expect_eq "still nothing was touched" "$before" "$(wh "select md5(string_agg(t::text, ',' order by _key)) from canon.thing t")"
# As documented: another prefix, everything is read again.
sed -i "s/^prefix: .*/prefix: $PREFIX-2/" "$SONGMA_CONFIG"
move 100
expect_exit "with another prefix it goes on" 0 songma sync >/dev/null 2>&1
expect_eq "the warehouse is the source again" same "$(thing_difference)"

# ---- the registry is lost, while records wait that name its schemas by number ----
move 100
songma pull test 2>/dev/null
stack stop registry
rm -f "$DIR"/registry/schemas.*
stack start registry
# Whoever comes first gets the number that our records have.
curl -s -X POST -H 'Content-Type: application/json' -o /dev/null "$SONGMA_REGISTRY/subjects/stranger-$$-value/versions" \
	-d '{"schema": "{\"type\": \"record\", \"name\": \"Stranger\", \"fields\": [{\"name\": \"id\", \"type\": \"long\"}, {\"name\": \"other\", \"type\": \"long\"}]}"}'
fails_with "a load, where a number stands for another schema now" 2 "stands for another schema" load
expect_eq "nothing was set aside, no table made" "0|t" "$(wh "select count(*), to_regclass('canon.stranger') is null from ops.dead_letter")"
# As documented: another prefix again.
sed -i "s/^prefix: .*/prefix: $PREFIX-3/" "$SONGMA_CONFIG"
expect_exit "with another prefix it goes on" 0 songma sync >/dev/null 2>&1
expect_eq "the warehouse is the source again" same "$(thing_difference)"

# ---- keys that are missing or wrong ----
key_away() { mv "$WS/secrets/$1" "$WS/$1.away"; }
key_back() { mv "$WS/$1.away" "$WS/secrets/$1"; }
key_other() { # key_other FILE...: those of another installation
	local file
	[ -d "$WS/other" ] || songma init "$WS/other" >/dev/null
	for file in "$@"; do
		key_away "$file"
		cp -p "$WS/other/secrets/$file" "$WS/secrets/$file"
	done
}
move 10
for key in pseudonym.key pull.key letter.pub; do
	key_away $key
	fails_with "a pull without $key" 2 "$key" pull test
	key_back $key
done
key_away letter.pub
fails_with "a load without letter.pub" 2 letter.pub load
key_back letter.pub
key_other pull.key pull.pub
fails_with "a pull with another pull.key" 2 "sealed to another key" pull test
key_back pull.key
key_back pull.pub
psql_src "$SRC" -c "update thing set amount = 'NaN', changed = clock_timestamp() where id = 7"
expect_exit "with the right keys it goes on where it was" 0 songma sync >/dev/null 2>&1
letter=$(wh "select max(id) from ops.dead_letter where key = '7'")
expect_exit "a letter opens with its key" 0 songma dlq show "$letter" >/dev/null 2>&1
key_away letter.key
fails_with "a letter without letter.key" 2 letter_secret_file dlq show "$letter" --reveal
key_back letter.key
key_other letter.key
fails_with "a letter with another letter.key" 2 "sealed to another key" dlq show "$letter" --reveal
key_back letter.key
psql_src "$SRC" -c "update thing set amount = 7, changed = clock_timestamp() where id = 7"
expect_exit "the row is mended at the source" 0 songma sync >/dev/null 2>&1
expect_eq "its letter has ended" resolved "$(wh "select state from ops.dead_letter where id = $letter")"
key_other pseudonym.key
move 5
fails_with "a pull with another pseudonym.key" 2 "is not the pseudonym key" pull test
key_back pseudonym.key
expect_eq "so all runs had one" 1 "$(wh "select count(distinct pseudonym_key_id) from ops.run where topic like '$PREFIX-3.%'")"

# ---- clocks that are off by a minute ----
cc -O1 -shared -fPIC -D_GNU_SOURCE -o "$WS/clock.so" tests/faults/clock.c || fail "the clock" "it can't be compiled"
export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
off_by() { # off_by SECONDS command...
	local seconds=$1
	shift
	LD_PRELOAD=$WS/clock.so CLOCK_OFF_S=$seconds "$SONGMA" "$@" 2>/dev/null
}
for seconds in -60 60 -60; do
	move 50
	off_by $seconds pull test
	off_by $((-seconds)) load
done
expect_eq "the clocks were off" "t|t" "$(wh "select min(started_at) < now() - interval '50 s', max(started_at) > now() + interval '40 s'
	from (select started_at from ops.run order by arrived_at desc limit 3) last")"
expect_exit "a sync with the right clock" 0 songma sync >/dev/null 2>&1
expect_eq "the warehouse is the source" same "$(thing_difference)"
expect_eq "no version has fallen" 0 "$(wh "select count(*) from history.thing h join canon.thing c using (_source, _stream, _key)
	where h._version > c._version")"
expect_eq "every run balances" 0 "$(wh "select count(*) from ops.run_balance b join ops.run r on r.id = b.run
	where b.state <> 'balanced' and r.topic like '$PREFIX-3.%'")"
workspace_end
scenario_end
