# sources.sh - the three sources that the faults meet: PostgreSQL, MariaDB through ODBC, a folder of files.  Their servers and
# ways, their source files, and what goes on in them all the while.  Sourced by run.sh, whose names it uses.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for who sources it
readonly SOURCES=(test maria files)
readonly WRITERS=(short late equal) # in each database

# ---- servers and ways ------------------------------------------------------------------------------------------------

mount_disk() { # mount_disk FOLDER SIZE; false where that is not allowed
	[ "${FAULTS_MOUNTS:-}" = 1 ] && mkdir -p "$1" && mount -t tmpfs -o "size=$2,mode=755" tmpfs "$1"
}

build_shim() { cc -O1 -shared -fPIC -D_GNU_SOURCE -o "$SONGMA_STACK_DIR/run/$1.so" "tests/faults/$1.c" -ldl || exit 3; }

# The warehouse's folder is a file system of its own where that is allowed.
start_servers() {
	deploy/local/stack.sh start sources mariadb >&2 || exit 3
	DISK=$SONGMA_STACK_DIR/warehouse
	mount_disk "$DISK" 700m || DISK=
	[ -n "$DISK" ] || build_shim nospace
	start_server warehouse
	deploy/local/stack.sh start >&2 || exit 3
	eval "$(deploy/local/stack.sh env)"
	# Else the disk would be full of its own accord.
	psql_wh postgres -c "alter system set max_wal_size = '128MB'" -c "select pg_reload_conf()" >/dev/null
}

start_proxy() { # start_proxy NAME PORT TARGET
	"$PROXY" "$WS/$1.ctl" "$2" "$3" 2>>"$WS/proxy.log" &
	children+=($!)
	wait_for 5 "the control of the $1's proxy" test -p "$WS/$1.ctl"
}

# Everything of ours goes by the proxies; what looks on goes straight.
start_proxies() {
	local base=$SONGMA_STACK_PORT
	start_proxy source $((base + 11)) $((base + 1))
	start_proxy warehouse $((base + 12)) $((base + 2))
	start_proxy kafka "$SONGMA_KAFKA_PROXY" $((base + 6))
	start_proxy maria $((base + 14)) $((base + 7))
	sed -i "s/port=$((base + 1))/port=$((base + 11))/" "$WS/secrets/src.dsn"
	# A password file goes by the port.
	sed -i "s/port=$((base + 2))/port=$((base + 12)) password=$(cat "$SONGMA_STACK_DIR/secrets/warehouse")/" \
		"$WS/secrets/warehouse.dsn"
	(umask 077 && echo "Driver={MariaDB Unicode};Server=127.0.0.1;Port=$((base + 14));Database=$SRC;UID=reader;PWD={reader}" \
		>"$WS/secrets/maria.odbc")
	sed -i "s/brokers: .*/brokers: 127.0.0.1:$SONGMA_KAFKA_PROXY\n  properties: {session.timeout.ms: 2000, heartbeat.interval.ms: 300}/" "$SONGMA_CONFIG"
}

# The drop folder likewise.
start_folder() {
	DROP=$WS/drop
	DROP_DISK=$DROP
	mount_disk "$DROP" 300m || DROP_DISK=
	mkdir -p "$DROP"
	build_shim folder
}

# ---- source files ----------------------------------------------------------------------------------------------------

# Pages are so small that a batch of equal timestamps is more than one.
source_files() {
	thing_schema
	thing_source 200
	sed -i 's/page_rows: 200/page_rows: 200, statement_timeout: 2s/; s/^limits:/schedule: {every: 400ms}\nlimits:/' "$WS/sources/test.yaml"
	maria_source
	files_source
}

# Without an xmin the whole overlap is read again in each cycle: it is kept short.
maria_source() {
	cat >"$WS/sources/maria.yaml" <<-END
	source: maria
	title: Test MariaDB
	owner: Test office
	connector: odbc
	connection_file: secrets/maria.odbc
	time_zone: Asia/Ho_Chi_Minh
	schedule: {every: 1s}
	limits: {rows_per_second: unlimited, page_rows: 100, statement_timeout: 2s}
	streams:
	  thing:
	    table: thing
	    key: id
	    mode: timestamp
	    cursor: changed
	    overlap: 20s
	    schema: test/Thing
	    fields: {id: id, label: label, amount: amount, seen_on: seen_on, changed_at: changed}
	  office:
	    table: office
	    key: id
	    mode: bulk
	    schema: test/Thing
	    fields: {id: id, label: label, amount: amount, seen_on: seen_on, changed_at: changed}
	END
}

# Two streams read each file: it is put away when both are through with it.
files_source() {
	local stream
	{
		folder_head files "$DROP"
		echo "schedule: {every: 300ms}"
		echo "limits: {rows_per_second: unlimited, page_rows: 200}"
		echo "streams:"
		for stream in thing copy; do
			folder_things "$stream" "thing-{part}-*"
			echo "      changed_at: {column: Cập nhật, rules: [timestamp]}"
		done
	} >"$WS/sources/files.yaml"
}

# ---- what goes on ----------------------------------------------------------------------------------------------------

write_postgres() { psql -X -q -d "$SONGMA_PG_SOURCES dbname=$SRC" -c "call churn('$1', 0.$RANDOM)"; }
write_mariadb() { sql_maria "$SRC" -e "set time_zone = '+07:00', sql_mode = '', tx_isolation = 'READ-COMMITTED'; call churn('$1', $RANDOM)"; }

make_mariadb() {
	sql_maria -e "create database $SRC character set utf8mb4; create or replace user reader identified by 'reader';
		grant select on $SRC.* to reader" &&
		sql_maria --init-command="set time_zone = '+07:00', sql_mode = ''" "$SRC" <tests/faults/churn_maria.sql
}

start_writers() {
	local name
	psql_src "$SRC" <tests/faults/churn.sql && make_mariadb || scenario_end
	for name in "${WRITERS[@]}"; do
		keep "churn-$name" write_postgres "$name" &
		children+=($!)
		keep "churn-maria-$name" write_mariadb "$name" &
		children+=($!)
	done
	mkdir "$WS/book"
	python3 tests/faults/drops.py "$DROP" "$WS/book" "$WS/stop-drops" "$RANDOM" 2>>"$WS/drops.log" &
	DROPPER=$!
	children+=("$DROPPER")
}

stop_writers() {
	local name
	psql_src "$SRC" -c "insert into enough default values" >/dev/null
	sql_maria "$SRC" -e "insert into enough values (1)"
	touch "$WS/stop-drops"
	for name in "${WRITERS[@]/#/churn-}" "${WRITERS[@]/#/churn-maria-}"; do
		touch "$WS/stop-$name"
		wait_for 30 "the end of $name" has_ended "$(pid_of_duty "$name")"
	done
	wait_for 60 "the end of who drops files" has_ended "$DROPPER"
	expect_eq "who dropped files did so to the end" "" "$(cat "$WS/drops.log")"
	wait_for 180 "the folder is empty" folder_is_empty
}

folder_is_empty() { [ -z "$(find "$DROP" -maxdepth 1 -type f)" ]; }

# A pull of files whose disk can be full, which can be told at which of its steps to end, and which has no more rights than
# its files give it, even if it is root's.
start_files_pull() {
	local command=(env "LD_PRELOAD=$SONGMA_STACK_DIR/run/folder.so" "FOLDER=$DROP" "FOLDER_FULL=$WS/folder.full" "FOLDER_STEP=$WS/folder.step")
	[ "$(id -u)" != 0 ] || command+=(setpriv "--bounding-set=-dac_override,-dac_read_search" --)
	keep pull-files "${command[@]}" "$SONGMA" pull files --follow &
	children+=($!)
}

start_pulls() {
	local source
	for source in test maria; do
		keep "pull-$source" "$SONGMA" pull "$source" --follow &
		children+=($!)
	done
	start_files_pull
}

# ---- deletes that only a reconciliation finds ------------------------------------------------------------------------

# Keys that MariaDB has no more, and the warehouse has.
keys_gone() {
	psql_wh "$WH" -c "select _key from canon.thing where _source = 'maria' and _stream = 'thing' and _deleted_at is null
		and _key = any('{$(sql_maria "$SRC" -e "select group_concat(id) from gone")}')"
}

# It finds them, and nothing else.
reconcile_mariadb() {
	local gone
	gone=$(keys_gone | wc -l)
	expect_exit "a reconciliation of MariaDB" 0 songma reconcile maria thing --repair --yes --allow-deletes "$gone" \
		--reason "rows that are gone" --output json >"$WS/reconciled"
	expect_eq "deletes $gone rows that are gone, and finds nothing else" "0|0|0|$gone" \
		"$(jq -r '.[] | "\(.missing)|\(.different)|\(.sent)|\(.deleted)"' "$WS/reconciled")"
	expect_eq "none of them is left" "" "$(keys_gone | tr '\n' ' ')"
	expect_eq "its run balances" "" \
		"$(psql_wh "$WH" -c "select id, state, reason from ops.run_balance join ops.run on id = run where state <> 'balanced'")"
}
