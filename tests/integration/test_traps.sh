#!/bin/bash
# The traps in which a cursor alone loses rows: each is set beside a plain one (rows whose time is later than the last that
# was seen, page by page), which misses them, and read end to end by the gateway, which does not.  What no reading of the
# source can see is said by `check` beforehand.  The last lines are a table: trap, plain cursor missed, ours missed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

PLAIN=$SCENARIO_TMP/plain STANDBY=$SCENARIO_TMP/standby PAGE=7
PG_BIN=/usr/lib/postgresql/15/bin
AS_POSTGRES=()
[ "$(id -u)" != 0 ] || AS_POSTGRES=(setpriv --reuid=postgres --regid=postgres --init-groups --)
PORT=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
STANDBY_PORT=$((PORT + 20))
mkdir -p "$PLAIN"

PASSWORD=$(head -n 1 "$(sed 's/.*passfile=\([^ ]*\).*/\1/' <<<"$SONGMA_PG_SOURCES")" | cut -d: -f5)
standby() { PGPASSWORD=$PASSWORD psql -X -q -At -v ON_ERROR_STOP=1 -d "host=127.0.0.1 port=$STANDBY_PORT user=postgres dbname=$SRC" "${@/#/-c}"; }

# ---- the plain cursor ----------------------------------------------------------------------------

# One page of table $1 behind what it saw last, read by command $2; false: there was none.
plain_page() {
	local table=$1 reader=$2 last=-infinity page
	[ ! -e "$PLAIN/$table.last" ] || last=$(cat "$PLAIN/$table.last")
	page=$("$reader" "select id, label, changed from $table where changed > '$last' order by changed limit $PAGE")
	[ -n "$page" ] || return 1
	tee -a "$PLAIN/$table.rows" <<<"$page" | tail -n 1 | cut -d'|' -f3 >"$PLAIN/$table.last"
}

plain_read() {
	while plain_page "$1" "${2:-src}"; do :; done
}

# The same, but what it takes as seen is the source's now() when it has read.
plain_read_by_clock() {
	plain_read "$1" "$2"
	"$2" "select now()" >"$PLAIN/$1.last"
}

# ---- what came of it -----------------------------------------------------------------------------

rows_of_plain() { awk -F'|' '{ row[$1] = $0 } END { for (id in row) print row[id] }' "$PLAIN/$1.rows" | sort; }
rows_of_ours() { wh "select id, label, changed_at from canon.trap where _stream = '$1' and _deleted_at is null" | sort; }
rows_of_source() { src "select id, label, changed from $1" | sort; }

# Rows of the source that are not there, or not as they are in the source.
missed() { comm -23 <(rows_of_source "$2") <("rows_of_$1" "$2") | wc -l; }

# Keys that are there, and in the source no more.
kept() { comm -13 <(rows_of_source "$2" | cut -d'|' -f1 | sort) <("rows_of_$1" "$2" | cut -d'|' -f1 | sort) | wc -l; }

caught() { wh "select coalesce(sum(caught), 0) from ops.run_balance where stream = '$1'"; }

line() { printf '%-52s %6s %6s\n' "$@" >>"$SCENARIO_TMP/table"; }

# $1 stream and table, $2 what it is, $3 rows that the plain cursor misses
trap_is_caught() {
	expect_eq "$2: a plain cursor misses it" "$3" "$(missed plain "$1")"
	expect_eq "$2: ours does not" 0 "$(missed ours "$1")"
	expect_eq "$2: nothing else is there" 0 "$(kept ours "$1")"
	line "$2" "$(missed plain "$1")" "$(missed ours "$1")"
}

# ---- sources -------------------------------------------------------------------------------------

# Twenty rows, three hours old.
trap_table() {
	local table
	for table; do
		echo "create table $table (id bigint primary key, label text, changed timestamptz);
			insert into $table select i, 'old ' || i, now() - interval '3 hours' - i * interval '1 s'
			from generate_series(1, 20) i; create index on $table (changed, id); grant select on $table to reader;"
	done | src
}

trap_schema() {
	mkdir -p "$WS/schemas/test"
	cat >"$WS/schemas/test/Trap.avsc" <<-'END'
	{"type": "record", "name": "Trap", "namespace": "vn.songma.test", "doc": "A row of the tests", "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what it is called"},
	  {"name": "changed_at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}], "default": null,
	   "privacy": "public", "doc": "when it was changed"}]}
	END
}

# $1 source, $2 connection file, $3 its limits, then streams: "name" or "name:more settings".
trap_source() {
	local name=$1 file=$2 limits=$3 stream
	shift 3
	cat >"$WS/sources/$name.yaml" <<-END
	source: $name
	title: Traps
	owner: Test office
	connector: postgres
	connection_file: $file
	time_zone: Asia/Ho_Chi_Minh
	limits: {$limits}
	streams:
	END
	for stream; do
		cat <<-END
		  ${stream%%:*}:
		    table: public.${stream%%:*}
		    key: id
		    mode: timestamp
		    cursor: changed
		    schema: test/Trap
		    fields: {id: id, label: label, changed_at: changed}
		END
		[ "$stream" = "${stream%%:*}" ] || echo "    ${stream#*:}"
	done >>"$WS/sources/$name.yaml"
}

# A transaction of the sources that stays open: open_transaction NAME SQL, commit_transaction NAME.
open_transaction() {
	local began=$SCENARIO_TMP/$1.began
	local fd
	exec {fd}> >(psql_src "$SRC" >/dev/null)
	declare -g "TX_$1=$fd"
	printf 'begin;\n%s;\n\\! touch %s\n' "$2" "$began" >&"$fd"
	wait_for 20 "transaction $1 is open" test -e "$began"
}

commit_transaction() {
	local name=TX_$1 done=$SCENARIO_TMP/$1.done
	printf 'commit;\n\\! touch %s\n' "$done" >&"${!name}"
	wait_for 20 "transaction $1 is committed" test -e "$done"
	eval "exec ${!name}>&-"
	unset "$name"
}

# ---- a standby -----------------------------------------------------------------------------------

stop_standby() { "${AS_POSTGRES[@]}" "$PG_BIN/pg_ctl" -D "$STANDBY" -m immediate stop >/dev/null 2>&1; }

start_standby() {
	chmod 711 "$SCENARIO_TMP"
	mkdir -m 700 "$STANDBY"
	psql_src postgres -c checkpoint
	"$PG_BIN/pg_basebackup" -d "$SONGMA_PG_SOURCES" -D "$STANDBY" -c fast -X stream 2>"$SCENARIO_TMP/backup.log" || return 1
	cat >>"$STANDBY/postgresql.conf" <<-END
	port = $STANDBY_PORT
	unix_socket_directories = ''
	shared_buffers = 32MB
	hot_standby = on
	max_standby_streaming_delay = 300ms
	wal_receiver_status_interval = 1s
	primary_conninfo = 'host=127.0.0.1 port=$PORT user=postgres password=$PASSWORD application_name=traps'
	END
	touch "$STANDBY/standby.signal"
	[ ${#AS_POSTGRES[@]} = 0 ] || chown -R postgres "$STANDBY"
	(cd / && "${AS_POSTGRES[@]}" "$PG_BIN/pg_ctl" -D "$STANDBY" -l "$STANDBY/log" -w -t 60 start >/dev/null) || {
		tail -n 5 "$STANDBY/log"
		return 1
	}
	sed "s/port=$PORT/port=$STANDBY_PORT/" "$WS/secrets/src.dsn" >"$WS/secrets/standby.dsn"
	chmod 600 "$WS/secrets/standby.dsn"
}

has_replayed() {
	local at
	at=$(psql_src postgres -c "select pg_current_wal_lsn()")
	wait_for 20 "the standby has taken over what there is" eval \
		"[ \"\$(standby \"select pg_last_wal_replay_lsn() >= '$at'\")\" = t ]"
}

# ---- the traps -----------------------------------------------------------------------------------

all_in_one() {
	local table tables="long_tx clock_back ties no_time backdated old_late untouched gone renamed seen"
	# shellcheck disable=SC2086
	trap_table $tables
	src "create table behind (like seen); insert into behind table seen" \
		"create view seen_view as select * from behind" "grant select on seen_view to reader"
	trap_source traps secrets/src.dsn "rows_per_second: unlimited, page_rows: $PAGE" \
		long_tx clock_back ties no_time backdated "old_late:sweep_every: 1s" "untouched:sweep_every: 1s" gone renamed seen_view
	tables=${tables/seen/seen_view}
	check_says
	songma sync traps >/dev/null
	for table in $tables; do plain_read "$table"; done

	open_transaction long "insert into long_tx values (100, 'late', now()); update long_tx set label = 'late', changed = now() where id = 7"
	src "insert into long_tx values (101, 'meanwhile', clock_timestamp())"
	# An office whose clock is ahead writes, and is set right before the next row.
	src "insert into clock_back values (100, 'ahead', now() + interval '5 minutes')"
	src "insert into ties select i, 'tie', now() from generate_series(100, 119) i"
	src "insert into no_time values (100, 'no time', null)" "update no_time set label = 'no time', changed = null where id = 3"
	src "insert into backdated values (101, 'usual', now())" "insert into seen values (100, 'x', now())"
	src "insert into behind values (100, 'usual', now())"
	for table in $tables; do plain_read "$table"; done
	songma sync traps >/dev/null

	commit_transaction long
	src "insert into clock_back values (101, 'after', now()), (102, 'after', now())"
	src "insert into backdated values (100, 'entered from paper', now() - interval '5 minutes')"
	src "insert into old_late values (100, 'last week', now() - interval '7 days')"
	src "update untouched set label = 'no trigger' where id in (2, 4, 6)"
	src "delete from gone where id = 5" "update renamed set id = 205, changed = now() where id = 5"
	src "insert into behind values (101, 'late', now() - interval '5 minutes'), (102, 'too late', now() - interval '1 hour')"
	sleep 1.1 # a sweep is due
	for table in $tables; do plain_read "$table"; done
	songma sync traps >"$SCENARIO_TMP/sync"

	trap_is_caught long_tx "a long transaction commits behind the cursor" 2
	trap_is_caught clock_back "a clock steps back" 2
	trap_is_caught ties "equal times at a page's border" 13
	trap_is_caught no_time "rows without a time" 2
	trap_is_caught backdated "a row with an earlier time" 1
	trap_is_caught old_late "the same, a week earlier (sweep)" 1
	trap_is_caught untouched "a change that leaves the time as it was (sweep)" 3
}

# What is lost to reading is what check has said: the view's very late row, the deleted row, the old key.
what_check_said() {
	expect_eq "a view: a plain cursor misses both late rows" 2 "$(missed plain seen_view)"
	expect_eq "a view: ours misses the one behind the overlap" 102 \
		"$(comm -23 <(rows_of_source seen_view) <(rows_of_ours seen_view) | cut -d'|' -f1)"
	line "a view, a row later than the overlap (check said it)" "$(missed plain seen_view)" "$(missed ours seen_view)"
	expect_eq "a deleted row stays with both" "1 1" "$(kept plain gone) $(kept ours gone)"
	line "a deleted row (check said it)" "$(kept plain gone)" "$(kept ours gone)"
	expect_eq "the old key of a row stays with both" "1 1" "$(kept plain renamed) $(kept ours renamed)"
	expect_eq "its new key has come" 0 "$(missed ours renamed)"
	line "the old key of a row whose key changed (check said it)" "$(kept plain renamed)" "$(kept ours renamed)"
}

check_says() {
	expect_exit "check finds the source good" 0 songma check traps >/dev/null
	expect_contains "it says what of the view is lost" \
		"public.seen_view shows no xmin (it is a view or a foreign table" "$LAST_OUT"
	expect_contains "with the overlap and the cursor of the stream" "more than 10 min late (overlap), a change that leaves changed as it was" "$LAST_OUT"
	expect_contains "and that deletes and changed keys are not seen" \
		"rows that are deleted there, and the old key of a row whose key changes, can't be seen by reading; songma reconcile finds them" "$LAST_OUT"
	expect_eq "of nothing else" 1 "$(grep -c 'shows no xmin' <<<"$LAST_OUT")"
}

counted() {
	expect_eq "each late row is counted as caught, once" "2 2 1 1 3" \
		"$(for stream in long_tx no_time backdated old_late untouched; do caught "$stream"; done | paste -sd' ')"
	expect_eq "rows that were only read again are not" "0 0" "$(caught ties) $(caught gone)"
	expect_contains "people see how many" "rows were committed behind the position; the search for late commits caught them" \
		"$(cat "$SCENARIO_TMP/sync")"
	expect_eq "machines too" "$(wh "select sum(caught) from ops.run_load")" \
		"$(songma runs traps --output json --limit 100 | jq 'map(.caught) | add')"
	expect_eq "all runs balance" 0 "$(unbalanced)"
}

# Rows that move while they are scanned: out of the part that is still to come into the one that is behind.
moving() {
	local pull
	trap_table moving
	trap_source slow secrets/src.dsn "rows_per_second: 10, page_rows: 5" moving
	plain_page moving src
	"$SONGMA" pull slow 2>"$WS/slow.log" &
	pull=$!
	wait_for 20 "the first page" grep -q event=batch "$WS/slow.log"
	src "update moving set id = -1, changed = changed - interval '1 hour' where id = 12" \
		"update moving set id = 0 where id = 19" "update moving set id = 40 where id = 2"
	wait "$pull"
	expect_eq "the scan that rows moved under ends well" 0 $?
	plain_read moving
	songma sync slow >/dev/null
	expect_eq "rows that move while they are scanned: a plain cursor misses two" 2 "$(missed plain moving)"
	expect_eq "rows that move while they are scanned: ours none" 0 "$(missed ours moving)"
	line "rows that move while they are scanned" "$(missed plain moving)" "$(missed ours moving)"
}

# A replica that lags: its now() is the clock of today, its rows are those of a while ago.
lagging() {
	local stream
	trap_source replica secrets/standby.dsn "rows_per_second: unlimited, page_rows: $PAGE" lag lag_tx switched
	has_replayed
	expect_exit "check takes the replica" 0 songma check replica >/dev/null
	expect_contains "and says that it is one" "this is a replica" "$LAST_OUT"
	songma sync replica >/dev/null
	plain_read_by_clock lag standby
	plain_read lag_tx standby
	plain_read switched src

	standby "select pg_wal_replay_pause()" >/dev/null
	wait_for 20 "the replica is held" eval "[ \"\$(standby 'select pg_get_wal_replay_pause_state()')\" = paused ]"
	src "insert into lag select i, 'lags', now() from generate_series(100, 109) i" "update lag set label = 'lags', changed = now() where id = 9"
	open_transaction lag "insert into lag_tx values (100, 'late', now())"
	src "insert into lag_tx values (101, 'meanwhile', clock_timestamp())"
	for stream in 1 2; do songma sync replica >/dev/null; done
	expect_eq "while it is held, what it has is what there is" 20 "$(rows_of_ours lag | wc -l)"
	plain_read_by_clock lag standby
	# The account's host name leads to the primary for a while, then back to the replica that lags.
	src "insert into switched values (100, 'on the primary', now())"
	sed -i 's|secrets/standby.dsn|secrets/src.dsn|' "$WS/sources/replica.yaml"
	songma sync replica >/dev/null
	expect_eq "the primary is read in its place" 0 "$(missed ours switched)"
	open_transaction switched "insert into switched values (102, 'late', now())"
	src "insert into switched values (101, 'meanwhile', clock_timestamp())"
	songma sync replica >/dev/null
	plain_read switched src
	plain_read lag_tx src
	sed -i 's|secrets/src.dsn|secrets/standby.dsn|' "$WS/sources/replica.yaml"
	songma sync replica >/dev/null
	commit_transaction lag
	commit_transaction switched
	songma sync replica >/dev/null
	standby "select pg_wal_replay_resume()" >/dev/null
	has_replayed
	songma sync replica >/dev/null
	plain_read_by_clock lag standby
	plain_read lag_tx standby
	plain_read switched standby
	trap_is_caught lag "a replica lags, its now() is taken as seen" 11
	trap_is_caught lag_tx "a long transaction, through a replica" 1
	trap_is_caught switched "from a replica to its primary and back" 1
	songma sync replica >/dev/null
	expect_eq "and then nothing more is sent" 0 "$(wh "select read from ops.run_balance where source = 'replica' order by started_at desc limit 1")"
}

# A page that the replica breaks off, because its primary has cleaned up what the page still sees, is read again.
conflict() {
	local pull before
	src "create table cleaned as select i::bigint as id, 'old ' || i as label, now() as changed from generate_series(1, 300) i" \
		"create view slow_view as select id, label || left(pg_sleep(0.01)::text, 0) as label, changed from cleaned" \
		"grant select on slow_view to reader"
	trap_source broken secrets/standby.dsn "rows_per_second: unlimited, page_rows: 100" slow_view
	has_replayed
	before=$(standby "select confl_snapshot from pg_stat_database_conflicts where datname = current_database()")
	"$SONGMA" pull broken 2>"$WS/broken.log" &
	pull=$!
	wait_for 20 "the replica is asked for a page" eval \
		"[ \"\$(standby \"select count(*) from pg_stat_activity where query ~ 'COPY' and state = 'active' and application_name = 'songma'\")\" = 1 ]"
	src "delete from cleaned where id > 250" "vacuum cleaned"
	wait_for 20 "the replica breaks the page off" eval \
		"[ \"\$(standby \"select confl_snapshot > $before from pg_stat_database_conflicts where datname = current_database()\")\" = t ]"
	wait "$pull"
	expect_eq "a page that the replica broke off is read again" 0 $?
	songma sync broken >/dev/null
	expect_eq "with every row" 0 "$(missed ours slow_view)"
}

workspace traps
trap_schema
trap_table lag lag_tx switched
at_end stop_standby
start_standby &
standby_pid=$!
line "TRAP" "PLAIN" "OURS"
all_in_one
what_check_said
counted
moving
if wait $standby_pid; then
	lagging
	conflict
else
	fail "the standby" "$(tail -n 3 "$SCENARIO_TMP/backup.log")"
fi
expect_eq "every run of every source balances" 0 "$(unbalanced)"
cat "$SCENARIO_TMP/table"
workspace_end
scenario_end
