#!/usr/bin/env bash
# The local stack keeps its promises: safe to start and stop twice, loopback only, a clean stop, nothing lost in a crash,
# and no process is touched that is not its own.
set -u
cd "$(dirname "$0")/../.." || exit 1
STACK=$PWD/deploy/local/stack.sh

# A stack of its own, ten ports above the one that the other scenarios share.
base=$(sed -n "s/^export SONGMA_KAFKA='.*:\([0-9]*\)'$/\1/p" <<<"$("$STACK" env)")
base=$((base - 3 + 10))
export SONGMA_STACK=${SONGMA_STACK:-demo}-own SONGMA_STACK_PORT=$base
unset SONGMA_STACK_DIR
eval "$("$STACK" env)"
dir=$SONGMA_STACK_DIR
unset SONGMA_STACK_DIR
. tests/lib/lib.sh
at_end "$STACK" destroy

stack() { "$STACK" "$@"; }

# Ids of all processes that work in the data folder or name it.
our_processes() {
	{
		find /proc -maxdepth 2 -name cwd -lname "$dir/*" 2>/dev/null
		grep -alsF "$dir/" /proc/[0-9]*/cmdline
	} | cut -d / -f 3 | sort -u
}

register() { # prints the schema's number
	curl -s -m 10 -H 'Content-Type: application/vnd.schemaregistry.v1+json' \
		-d "$(jq -n --arg s "$2" '{schema: $s}')" "$SONGMA_REGISTRY/subjects/$1/versions" | jq .id
}

number_of() { curl -s -m 10 "$SONGMA_REGISTRY/subjects/$1/versions/latest" | jq .id; }

messages() {
	kcat -b "$SONGMA_KAFKA" -C -t "$1" -o beginning -e -q -X isolation.level=read_committed
}

starts() {
	local before
	stack destroy >/dev/null
	expect_exit "status of a stack that was never started says that it is down" 3 stack status
	expect_exit "stop before the first start is fine" 0 stack stop
	expect_exit "start" 0 stack start
	expect_exit "status says that all runs" 0 stack status
	before=$(stack status)
	expect_exit "a second start is fine" 0 stack start
	expect_eq "and leaves every process alone" "$before" "$(stack status)"
	expect_eq "nothing is fetched twice" "" "$(stack fetch)"
}

postgres() {
	expect_eq "sources accepts connections" 15 "$(psql_src postgres -c 'show server_version' | cut -d . -f 1)"
	expect_eq "warehouse accepts connections" 15 "$(psql_wh postgres -c 'show server_version' | cut -d . -f 1)"
	expect_eq "they are two clusters" 2 "$({
		psql_src postgres -c 'select system_identifier from pg_control_system()'
		psql_wh postgres -c 'select system_identifier from pg_control_system()'
	} | sort -u | wc -l)"
	expect_eq "UTF-8, C.UTF-8, fsync" "UTF8|C.UTF-8|on" "$(psql_src template1 -c \
		"select pg_encoding_to_char(encoding), datcollate, current_setting('fsync') from pg_database where datname = 'template1'")"
	expect_exit "a wrong password is refused" 2 env PGPASSWORD=wrong \
		psql -X -w -d "${SONGMA_PG_SOURCES% passfile=*} dbname=postgres" -c 'select 1'
	expect_exit "no password is refused on the socket" 2 env PGPASSFILE=/dev/null \
		psql -X -w -d "host=$dir/sources port=$((base + 1)) user=postgres dbname=postgres" -c 'select 1'
	expect_eq "the passwords are nobody else's to read" "600 700" \
		"$(stat -c %a "$dir/secrets/pgpass" "$dir/secrets" | paste -s -d ' ')"
}

kafka() {
	expect_exit "a topic is created" 0 topic_create stack.trip 2
	printf 'k1:one\nk2:two\nk3:ba\n' | kcat -b "$SONGMA_KAFKA" -P -t stack.trip -K : -X enable.idempotence=true
	expect_eq "what was sent is read back" "ba one two" "$(messages stack.trip | sort | paste -s -d ' ')"
	expect_eq "and counted" 3 "$(topic_count stack.trip)"
	expect_exit "a topic that nobody created is an error" 1 kcat -b "$SONGMA_KAFKA" -P -t stack.nobody -X message.timeout.ms=3000 /dev/null /etc/hostname
	expect_eq "and does not come into being" "" \
		"$(kcat -b "$SONGMA_KAFKA" -L -J | jq -r '.topics[].topic | select(. == "stack.nobody")')"
}

registry() {
	expect_eq "readers of old records are protected" BACKWARD_TRANSITIVE \
		"$(curl -s "$SONGMA_REGISTRY/config" | jq -r .compatibilityLevel)"
	local a b
	a=$(register stack-a '{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]}')
	expect_eq "a schema gets a number" yes "$([[ $a =~ ^[0-9]+$ ]] && echo yes)"
	expect_eq "white space makes no other schema" "$a" \
		"$(register stack-a '{ "type": "record", "name": "A", "fields": [ {"name": "x", "type": "int"} ] }')"
	expect_eq "a change that breaks readers is refused" null \
		"$(register stack-a '{"type":"record","name":"A","fields":[{"name":"y","type":"int"}]}')"
	expect_exit "registry restarts" 0 stack restart registry
	expect_eq "a schema survives a restart" "$a" "$(number_of stack-a)"
	# Killed the moment the number is out: what was promised must be on the disk.
	b=$(register stack-b '{"type":"record","name":"B","fields":[]}')
	stack kill registry >/dev/null
	expect_exit "registry starts after kill -9" 0 stack start registry
	expect_eq "a schema survives kill -9" "$a" "$(number_of stack-a)"
	expect_eq "even one that was registered a moment before" "$b" "$(number_of stack-b)"
	expect_eq "and so does its compatibility" BACKWARD_TRANSITIVE \
		"$(curl -s "$SONGMA_REGISTRY/config" | jq -r .compatibilityLevel)"
}

crashes() {
	local began
	psql_src postgres -c 'create table kept (n int)' -c 'insert into kept select generate_series(1, 1000)'
	expect_exit "sources, kafka and warehouse are killed" 0 stack kill sources kafka warehouse
	expect_exit "killing what does not run says so" 1 stack kill kafka
	expect_contains "by name" "kafka does not run" "$LAST_ERR"
	began=$SECONDS
	expect_exit "all start after kill -9" 0 stack start
	expect_eq "within 60 seconds" yes "$( ((SECONDS - began < 60)) && echo yes)"
	expect_eq "committed rows are there" 1000 "$(psql_src postgres -c 'select count(*) from kept')"
	expect_eq "warehouse accepts connections again" 1 "$(psql_wh postgres -c 'select 1')"
	expect_eq "messages are there" 3 "$(topic_count stack.trip)"
}

mariadb_part() {
	local SONGMA_MARIADB_CNF=$dir/secrets/mariadb.cnf
	expect_lacks "mariadb is no part of a stack where nobody named it" maria "$(stack status; stack env)"
	expect_exit "mariadb starts when it is named" 0 stack start mariadb
	expect_contains "status has it" "mariadb    running" "$(stack status)"
	expect_eq "it takes all letters" utf8mb4 "$(sql_maria -e 'select @@character_set_server')"
	expect_eq "it is on loopback" "127.0.0.1:$((base + 7))" \
		"$(ss -ltnpH | grep "pid=$(cat "$dir/run/mariadb.pid")," | awk '{ print $4 }')"
	expect_lacks "no password is printed" "$(cat "$dir/secrets/mariadb")" "$(stack env)"
	expect_contains "the ODBC connection has it" "PWD=$(cat "$dir/secrets/mariadb")" \
		"$(eval "$(stack env)"; echo "$SONGMA_MARIADB_DSN")"
	expect_exit "a wrong password is refused" 1 mariadb --defaults-file="$SONGMA_MARIADB_CNF" --password=wrong -e 'select 1'
	sql_maria -e 'create database kept; create table kept.rows (n int); insert into kept.rows values (1), (2)'
	expect_exit "mariadb is killed" 0 stack kill mariadb
	expect_exit "one that was killed does not count: it is not among the usual parts" 0 stack status
	expect_exit "it starts after kill -9" 0 stack start mariadb
	expect_eq "committed rows are there" 2 "$(sql_maria -e 'select count(*) from kept.rows')"
	expect_exit "it stops" 0 stack stop mariadb
	expect_lacks "cleanly" killed "$LAST_OUT"
	expect_exit "the others go on without it" 0 stack status
	expect_exit "a start of all leaves it alone" 0 stack start
	expect_contains "as it was" "mariadb    down" "$(stack status)"
}

loopback() {
	local pids addresses
	pids=$(our_processes | sed 's/.*/pid=&,/' | paste -s -d '|')
	addresses=$(ss -ltnpH | grep -E "$pids" | awk '{ print $4 }' | sort -u)
	expect_eq "five ports are open, all of them on loopback" \
		"$(seq -f 127.0.0.1:%.0f $((base + 1)) $((base + 5)) | sort -u)" "${addresses//\[::ffff:127.0.0.1\]/127.0.0.1}"
}

strangers() {
	local pid
	expect_exit "a port in use is refused" 1 env SONGMA_STACK="$SONGMA_STACK-other" "$STACK" start registry
	expect_contains "by its number" "port $((base + 5))" "$LAST_ERR"
	expect_contains "with the way out" SONGMA_STACK_PORT "$LAST_ERR"
	expect_exit "the refused stack is destroyed" 0 env SONGMA_STACK="$SONGMA_STACK-other" "$STACK" destroy
	expect_exit "the folder of another stack is not destroyed" 1 \
		env SONGMA_STACK="$SONGMA_STACK-other" SONGMA_STACK_DIR="$dir" "$STACK" destroy
	expect_exit "all still runs" 0 stack status
	expect_eq "the folder alone is enough to find the stack" "$(stack status)" \
		"$(env -u SONGMA_STACK -u SONGMA_STACK_PORT SONGMA_STACK_DIR="$dir" "$STACK" status)"
	expect_exit "an unknown part is refused" 1 stack start kafak
	mkdir -p "$SCENARIO_TMP/mine"
	: >"$SCENARIO_TMP/mine/file"
	expect_exit "a folder of somebody's is not destroyed" 1 env SONGMA_STACK_DIR="$SCENARIO_TMP/mine" "$STACK" destroy
	expect_exit "nor filled" 1 env SONGMA_STACK_DIR="$SCENARIO_TMP/mine" "$STACK" start sources
	expect_eq "its file stays" file "$(ls "$SCENARIO_TMP/mine")"
	sleep 300 &
	pid=$!
	stack stop kafka >/dev/null
	echo "$pid" >"$dir/run/kafka.pid"
	expect_exit "a stale pid file hits nobody: stop" 0 stack stop kafka
	echo "$pid" >"$dir/run/kafka.pid"
	expect_exit "a stale pid file hits nobody: kill" 1 stack kill kafka
	expect_exit "the stranger lives" 0 kill "$pid"
	wait "$pid" 2>/dev/null
	# A daemon that kept the pipe open would hold this for ever.
	expect_exit "start gives its pipe back" 0 timeout 120 bash -c "'$STACK' start | cat"
}

stops() {
	stack start mariadb >/dev/null
	expect_exit "stop" 0 stack stop
	expect_lacks "cleanly" killed "$LAST_OUT"
	expect_eq "no process is left" "" "$(our_processes)"
	expect_exit "a second stop is fine" 0 stack stop
	expect_exit "status says that all is down" 3 stack status
	expect_exit "a part starts by itself" 0 stack start warehouse
	expect_eq "its data is there" 1 "$(psql_wh postgres -c 'select 1')"
	expect_exit "destroy" 0 stack destroy
	expect_eq "no folder is left" "" "$(ls -d "$dir" "$dir".deleted-* 2>/dev/null)"
	expect_eq "and no process" "" "$(our_processes)"
}

starts
postgres
kafka
registry
crashes
mariadb_part
loopback
strangers
stops
scenario_end
