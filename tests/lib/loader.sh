# loader.sh - sourced after lib.sh by scenarios of the loader alone: what sends to it, runs it, and asks what it did.  WS is
# a folder, WH a database of the warehouse, SONGMA_CONFIG a songma.yaml: those of loader_workspace, or of flow.sh.
# shellcheck shell=bash
#
#   loader_workspace NAME PARTITIONS [LINE...]   makes them, and sets PREFIX; the lines are further ones of songma.yaml
#   loader_config PARTITIONS [LINE...]           writes songma.yaml anew
#   sql SQL                          what the warehouse answers: columns parted by blanks; without a word what comes in is SQL
#   sql_is SQL WANT
#   run_loader                       once; its output in $WS/loaded        load    the same, and it must end well
#   start_loader NAME                its process is $LOADER, its output in $WS/loader.NAME      stop_loader PROCESS

BUILD=${BUILD:-build}
[ -x "$BUILD/load-run" ] && [ -x "$BUILD/load-send" ] ||
	make -s BUILD="$BUILD" "$BUILD/load-run" "$BUILD/load-send" || exit 1

loader_workspace() {
	local key
	WS=$SCENARIO_TMP PREFIX=t$$x$RANDOM SONGMA_CONFIG=$SCENARIO_TMP/songma.yaml
	WH=$1_$PREFIX
	shift
	mkdir -p "$WS"/{secrets,sources}
	for key in pseudonym.key letter.pub letter.key pull.pub pull.key; do
		od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$WS/secrets/$key"
	done
	echo "$SONGMA_PG_WAREHOUSE dbname=$WH" >"$WS/secrets/warehouse.dsn"
	chmod 600 "$WS"/secrets/*
	loader_config "$@"
	psql_wh postgres -c "create database $WH"
	at_end psql_wh postgres -c "drop database if exists $WH with (force)"
}

loader_config() {
	cat >"$SONGMA_CONFIG" <<-YAML
	language: en
	prefix: $PREFIX
	kafka: {brokers: "$SONGMA_KAFKA", partitions: $1, replication: 1}
	registry: {url: "$SONGMA_REGISTRY"}
	warehouse: {connection_file: secrets/warehouse.dsn}
	schemas: $PWD/schemas
	sources: sources
	YAML
	shift
	[ $# = 0 ] || printf '%s\n' "$@" >>"$SONGMA_CONFIG"
}

sql() { PGOPTIONS="-c client_min_messages=warning" psql_wh "$WH" -F ' ' "${@/#/-c}"; }

sql_is() { [ "$(sql "$1")" = "$2" ]; }

run_loader() { "$BUILD/load-run" "$SONGMA_CONFIG" >"$WS/loaded"; }

load() { run_loader || fail "a load ends well" "$(tail -n 2 "$WS/loaded")"; }

start_loader() {
	"$BUILD/load-run" "$SONGMA_CONFIG" follow >"$WS/loader.$1" 2>&1 &
	LOADER=$!
	at_end stop_loader "$LOADER"
}

stop_loader() {
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}
