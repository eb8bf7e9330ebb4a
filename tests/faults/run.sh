#!/bin/bash
# make faults: processes killed, servers killed and stopped, ways delayed, stalled, cut and reset, disks filled, a folder
# closed, files replaced while they are read, loaders and pulls taken over, old records sent again: N faults at random
# moments, while rows are inserted and changed in PostgreSQL and MariaDB and files are dropped into a folder without a pause.
# Then all is started, what is left is loaded, and a program that shares nothing with ours compares sources, topics, warehouse
# and runs.
#
#   run.sh [short]        short: 13 faults of different kinds, some of each source's
#   N=60                  how many faults          SEED=…   the same faults, at moments alike
#   KINDS="kill-pull …"   only these               KEEP=1   leaves the logs in their folder
#   FAULTS_MOUNTS=no      no file systems of the warehouse's and the folder's own
set -u
cd "$(dirname "$0")/../.." || exit 1
export SONGMA_STACK=${SONGMA_STACK:-faults} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22150}
export SONGMA_KAFKA_PROXY=$((SONGMA_STACK_PORT + 13)) PYTHONDONTWRITEBYTECODE=1
# File systems of their own, which can be filled: in a name space of this run, and gone with it.  Where that is not allowed,
# who writes there is told that its disk is full (nospace.c, folder.c).
if [ -z "${FAULTS_MOUNTS:-}" ] && unshare -m true 2>/dev/null; then
	FAULTS_MOUNTS=1 exec unshare -m tests/faults/run.sh "$@"
fi
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/lib/drop.sh
. tests/faults/sources.sh
. tests/faults/kinds.sh
PROXY=${PROXY:-$ROOT/$BUILD/proxy}
FLOW_S=120 # the longest that the flow may rest after a fault
n=${N:-60}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed
DUTIES=(pull-test pull-maria pull-files load1 load2)
children=() zombies=()
declare -A counts worst
short=${1:-}
[ "$short" != short ] || n=13
PYTHON=$(tests/lib/venv.sh) || { fail "python's clients" "not installed"; scenario_end; }

now_ms() { date +%s%3N; }

# ---- setting up ------------------------------------------------------------------------------------------------------

finish() {
	touch "$WS/stop"
	for name in "${DUTIES[@]}"; do
		kill_duty KILL "$name"
	done
	kill -KILL "${zombies[@]}" "${children[@]}" 2>/dev/null
	wait 2>/dev/null
	stack stop
	[ -z "$DISK" ] || umount "$DISK"
	[ -z "${KEEP:-}" ] || cp -a "${DROP:-/dev/null}" "$WS/folder"
	[ -z "$DROP_DISK" ] || umount "$DROP_DISK"
	stack destroy
	[ -n "${KEEP:-}" ] && echo "logs: $WS" || rm -rf "$WS"
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

start_all() {
	local name
	start_writers
	start_pulls
	# They end when something is away, so that who comes next has not learnt to wait longer and longer.
	for name in load1 load2; do
		keep $name "$SONGMA" load --until-drained &
		children+=($!)
	done
}

# ---- the faults ------------------------------------------------------------------------------------------------------

# Every kind once, then by their weights; shuffled.
deal() {
	local kind i source=$RANDOM$RANDOM
	deck=()
	for kind in ${KINDS:-"${!WEIGHTS[@]}"}; do
		[[ $kind != *-hangs && $kind != maria-cut ]] || [ "$n" -ge 60 ] || [ -n "${KINDS:-}" ] || continue
		for ((i = 0; i < ($1 == 1 ? 1 : WEIGHTS[$kind]); i++)); do
			deck+=("$kind")
		done
	done
	mapfile -t deck < <(printf '%s\n' "${deck[@]}" | sort | shuf --random-source=<(yes "$source"))
	[ "$short" != short ] || mapfile -t deck < <(of_each_source "${deck[@]}")
}

# Of a few faults some are to be MariaDB's and the folder's.
of_each_source() {
	local kind
	local -A room=([maria]=3 [files]=4 [test]=1 ["${SOURCES[*]}"]=5)
	for kind in "$@"; do
		((room[$(sources_of "$kind")]-- <= 0)) || echo "$kind"
	done
}

# Rows that were written after $1 (seconds) at each of these sources are in the warehouse.
has_flowed() { # has_flowed AFTER SOURCE...
	local after=$1 names
	shift
	names=$(printf ",'%s'" "$@")
	[ "$(PGCONNECT_TIMEOUT=2 psql_wh "$WH" -c "set statement_timeout = '2s'; select count(distinct _source) from canon.thing
		where changed_at > to_timestamp($after) and _source in (${names#,})" 2>/dev/null)" = $# ]
}

# Waits until the flow has gone on, and keeps the longest time since the fault began.
await_flow() { # await_flow KIND BEGAN-MS
	local end took after sources
	read -ra sources <<<"$(sources_of "$1")"
	after=$(date +%s.%N)
	end=$((SECONDS + FLOW_S))
	until has_flowed "$after" "${sources[@]}"; do
		if ((SECONDS >= end)); then
			fail "the flow of ${sources[*]} after $1" "it did not go on within $FLOW_S s"
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
	printf '%-22s %6s %30s\n' kind count "longest till the flow went on"
	for kind in $(printf '%s\n' "${!counts[@]}" | sort); do
		ms=${worst[$kind]:-}
		printf '%-22s %6d %28s s\n' "$kind" "${counts[$kind]}" "${ms:+$((ms / 1000)).$(((ms % 1000) / 100))}"
	done
}

# ---- afterwards ------------------------------------------------------------------------------------------------------

# The writers first; ours are told to stop, as an operator would, and what is left is loaded.
drain() {
	local name
	stop_writers
	touch "$WS/stop"
	for name in "${DUTIES[@]}"; do
		kill_duty TERM "$name"
		wait_for 60 "the end of $name" has_ended "$(pid_of_duty "$name")"
	done
	[ ${#zombies[@]} = 0 ] || kill -TERM "${zombies[@]}" 2>/dev/null
	expect_exit "what is left is loaded" 0 songma sync
	for name in "${SOURCES[@]}"; do
		send_old_again 5000 "$name.thing"
	done
	expect_exit "and loaded again after old records were sent once more" 0 songma sync
}

has_ended() { ! kill -0 "$1" 2>/dev/null; }

echo "N=$n SEED=$seed"
WS=$SCENARIO_TMP # until there is a workspace
DISK='' DROP='' DROP_DISK=''
at_end finish
eval "$(deploy/local/stack.sh env)"
start_servers
workspace faults
start_proxies
start_folder
source_files
start_all
wait_for 60 "the first rows of ${SOURCES[*]} in the warehouse" has_flowed 0 "${SOURCES[@]}" || scenario_end
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
# 3: something is away; 1: another one has taken over; 2: a folder that it may not use; the rest are signals of ours.
gave_up=$(grep -v churn "$WS/ends" | grep -vE ' (0|1|3|137|143)$|^pull-files 2$' | sort -u)
expect_eq "no duty gave up or crashed" "" "$gave_up"
[ -z "$gave_up" ] || (cd "$WS" && grep -a '^songma: ' pull-*.log load*.log) | grep -av 'stopped on request'
expect_eq "a pull of files gave up for want of rights alone" "" \
	"$(grep -a '^songma: ' "$WS/pull-files.log" | grep -avE 'Permission denied|another|stopped on request' | sort -u)"
"$PYTHON" tests/faults/compare.py "$SONGMA_PG_SOURCES dbname=$SRC" "$SONGMA_MARIADB_CNF" "$SRC" "$DROP" "$WS/book" \
	"$SONGMA_PG_WAREHOUSE dbname=$WH" "$SONGMA_KAFKA" "$SONGMA_REGISTRY" "$PREFIX" | tee "$WS/compared"
expect_eq "sources, topics, warehouse and runs" "lost 0, duplicate 0, unbalanced 0" "$(tail -n 1 "$WS/compared")"
[ "$short" = short ] || reconcile_mariadb
scenario_end
