#!/bin/bash
# make faults: processes killed, servers killed and stopped, ways delayed, stalled, cut and reset, a disk filled, loaders and
# pulls taken over, old records sent again: N faults at random moments, while rows are inserted and changed at the source
# without a pause.  Then all is started, what is left is loaded, and a program that shares nothing with ours compares
# source, topic, warehouse and runs.
#
#   run.sh [short]        short: 13 faults of different kinds
#   N=60                  how many faults          SEED=…   the same faults, at moments alike
#   KINDS="kill-pull …"   only these               KEEP=1   leaves the logs in their folder
#   FAULTS_MOUNTS=no      no file system of the warehouse's own
set -u
cd "$(dirname "$0")/../.." || exit 1
export SONGMA_STACK=${SONGMA_STACK:-faults} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22150}
export SONGMA_KAFKA_PROXY=$((SONGMA_STACK_PORT + 13)) PYTHONDONTWRITEBYTECODE=1
# A file system of the warehouse's own, which can be filled: in a name space of this run, and gone with it.  Where that is
# not allowed, the server is told that its disk is full (nospace.c).
if [ -z "${FAULTS_MOUNTS:-}" ] && unshare -m true 2>/dev/null; then
	FAULTS_MOUNTS=1 exec unshare -m tests/faults/run.sh "$@"
fi
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/faults/kinds.sh
PROXY=${PROXY:-$ROOT/$BUILD/proxy}
FLOW_S=45 # the longest that the flow may rest after a fault
n=${N:-60}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed
children=() zombies=()
declare -A counts worst
[ "${1:-}" != short ] || n=13
PYTHON=$(tests/lib/venv.sh) || { fail "python's clients" "not installed"; scenario_end; }

now_ms() { date +%s%3N; }

# ---- setting up ------------------------------------------------------------------------------------------------------

finish() {
	touch "$WS/stop"
	for name in load1 load2 pull; do
		kill_duty KILL $name
	done
	kill -KILL "${zombies[@]}" "${children[@]}" 2>/dev/null
	wait 2>/dev/null
	stack stop
	[ -z "$DISK" ] || umount "$DISK"
	stack destroy
	[ -n "${KEEP:-}" ] && echo "logs: $WS" || rm -rf "$WS"
}

# The warehouse's folder is a file system of its own where that is allowed.
start_servers() {
	DISK=
	deploy/local/stack.sh start sources >&2 || exit 3
	if [ "${FAULTS_MOUNTS:-}" = 1 ]; then
		DISK=$SONGMA_STACK_DIR/warehouse
		mkdir -p "$DISK" && mount -t tmpfs -o size=700m,mode=755 tmpfs "$DISK" || DISK=
	fi
	if [ -z "$DISK" ]; then
		cc -O1 -shared -fPIC -D_GNU_SOURCE -o "$SONGMA_STACK_DIR/run/nospace.so" tests/faults/nospace.c || exit 3
	fi
	start_server warehouse
	deploy/local/stack.sh start >&2 || exit 3
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
	start_proxy kafka $SONGMA_KAFKA_PROXY $((base + 6))
	sed -i "s/port=$((base + 1))/port=$((base + 11))/" "$WS/secrets/src.dsn"
	# A password file goes by the port.
	sed -i "s/port=$((base + 2))/port=$((base + 12)) password=$(cat "$SONGMA_STACK_DIR/secrets/warehouse")/" \
		"$WS/secrets/warehouse.dsn"
	sed -i "s/brokers: .*/brokers: 127.0.0.1:$SONGMA_KAFKA_PROXY\n  properties: {session.timeout.ms: 2000, heartbeat.interval.ms: 300}/" "$SONGMA_CONFIG"
}

# Starts a command again whenever it ends, and notes how it did.
keep() { # keep NAME command...
	local name=$1
	shift
	while [ ! -e "$WS/stop-$name" ] && [ ! -e "$WS/stop" ]; do
		"$@" >/dev/null 2>>"$WS/$name.log" &
		echo $! >"$WS/$name.pid"
		wait $!
		echo "$name $?" >>"$WS/ends"
		sleep 0.2
	done 2>>"$WS/keepers.log" # bash itself tells there who was killed
}

writer() { psql -X -q -d "$SONGMA_PG_SOURCES dbname=$SRC" -c "call churn('$1', 0.$RANDOM)"; }

start_all() {
	local name
	psql_src "$SRC" <tests/faults/churn.sql || scenario_end
	for name in short late equal; do
		keep "churn-$name" writer $name &
		children+=($!)
	done
	keep pull "$SONGMA" pull test --follow &
	children+=($!)
	# They end when something is away, so that who comes next has not learnt to wait longer and longer.
	for name in load1 load2; do
		keep $name "$SONGMA" load --until-drained &
		children+=($!)
	done
}

source_file() { # of pages so small that a batch of equal timestamps is more than one
	thing_schema
	thing_source 200
	sed -i 's/page_rows: 200/page_rows: 200, statement_timeout: 2s/; s/^limits:/schedule: {every: 400ms}\nlimits:/' "$WS/sources/test.yaml"
}

# ---- the faults ------------------------------------------------------------------------------------------------------

# Every kind once, then by their weights; shuffled.
deal() {
	local kind i
	deck=()
	for kind in ${KINDS:-"${!WEIGHTS[@]}"}; do
		[ "$kind" != source-hangs ] || [ "$n" -ge 60 ] || [ -n "${KINDS:-}" ] || continue
		for ((i = 0; i < ($1 == 1 ? 1 : WEIGHTS[$kind]); i++)); do
			deck+=("$kind")
		done
	done
	mapfile -t deck < <(printf '%s\n' "${deck[@]}" | sort | shuf --random-source=<(yes "$RANDOM$RANDOM"))
}

# Rows that were written at the source after $1 (seconds) are in the warehouse.
has_flowed() {
	[ "$(PGCONNECT_TIMEOUT=2 psql_wh "$WH" -c "set statement_timeout = '2s'; select exists (select from canon.thing where changed_at > to_timestamp($1))" 2>/dev/null)" = t ]
}

# Waits until the flow has gone on, and keeps the longest time since the fault began.
await_flow() { # await_flow KIND BEGAN-MS
	local end took after
	after=$(date +%s.%N)
	end=$((SECONDS + FLOW_S))
	until has_flowed "$after"; do
		if ((SECONDS >= end)); then
			fail "the flow after $1" "it did not go on within $FLOW_S s"
			return
		fi
		sleep 0.1
	done
	took=$(($(now_ms) - $2))
	((took <= ${worst[$1]:-0})) || worst[$1]=$took
}

# One in four of the quick ones is followed by the next fault at once.
run_fault() {
	local kind=$1 began
	pause_up_to 700
	began=$(now_ms)
	echo "$(date +%T.%3N) fault $i $kind" >>"$WS/faults.log"
	"fault_$kind"
	counts[$kind]=$((${counts[$kind]:-0} + 1))
	((RANDOM % 4 == 0)) || await_flow "$kind" "$began"
}

table() {
	local kind ms
	printf '%-18s %6s %30s\n' kind count "longest till the flow went on"
	for kind in $(printf '%s\n' "${!counts[@]}" | sort); do
		ms=${worst[$kind]:-}
		printf '%-18s %6d %28s s\n' "$kind" "${counts[$kind]}" "${ms:+$((ms / 1000)).$(((ms % 1000) / 100))}"
	done
}

# ---- afterwards ------------------------------------------------------------------------------------------------------

# The writers first; ours are told to stop, as an operator would, and what is left is loaded.
drain() {
	local name
	psql_src "$SRC" -c "insert into enough default values" >/dev/null
	touch "$WS/stop"
	for name in churn-short churn-late churn-equal; do
		wait_for 30 "the end of $name" has_ended "$(pid_of_duty $name)"
	done
	for name in pull load1 load2; do
		kill_duty TERM $name
		wait_for 60 "the end of $name" has_ended "$(pid_of_duty $name)"
	done
	[ ${#zombies[@]} = 0 ] || kill -TERM "${zombies[@]}" 2>/dev/null
	expect_exit "what is left is loaded" 0 songma sync
	send_old_again 5000
	expect_exit "and loaded again after old records were sent once more" 0 songma sync
}

has_ended() { ! kill -0 "$1" 2>/dev/null; }

echo "N=$n SEED=$seed"
WS=$SCENARIO_TMP # until there is a workspace
DISK=
at_end finish
eval "$(deploy/local/stack.sh env)"
start_servers
workspace faults
start_proxies
source_file
start_all
wait_for 60 "the first rows in the warehouse" has_flowed 0 || scenario_end
began=$SECONDS
deal 1
for ((i = 1; i <= n; i++)); do
	[ ${#deck[@]} -gt 0 ] || deal 2
	run_fault "${deck[0]}"
	deck=("${deck[@]:1}")
	((i != 5)) || psql_wh "$WH" -c "create index on canon.thing (changed_at)" 2>/dev/null
done
echo "$n faults in $((SECONDS - began)) s"
drain
table
echo "how the duties ended (exit code, times):"
grep -v churn "$WS/ends" | sort | uniq -c
# 3: something is away; 1: another one has taken over; the rest are signals of ours.
expect_eq "no duty gave up or crashed" "" "$(grep -v churn "$WS/ends" | grep -vE ' (0|1|3|137|143)$' | sort -u)"
"$PYTHON" tests/faults/compare.py "$SONGMA_PG_SOURCES dbname=$SRC" "$SONGMA_PG_WAREHOUSE dbname=$WH" \
	"$SONGMA_KAFKA" "$SONGMA_REGISTRY" "$PREFIX" | tee "$WS/compared"
expect_eq "source, topic, warehouse and runs" "lost 0, duplicate 0, unbalanced 0" "$(tail -n 1 "$WS/compared")"
scenario_end
