# kinds.sh - the faults, one function a kind: fault_X makes the fault and ends its cause; that the flow goes on is seen by
# whoever called it.  Sourced by run.sh, whose names it uses.
# shellcheck shell=bash

# How often each kind is in the deck that the faults are drawn from.  Kinds that take long are rare.
# shellcheck disable=SC2034 # for who draws
declare -rA WEIGHTS=(
	[kill-pull]=8 [kill-load]=8 [slow-kill-pull]=4 [slow-kill-load]=4 [kill-both-loads]=3 [kill-kafka]=4 [kill-warehouse]=6 [kill-source]=5 [kill-registry]=2
	[source-delay]=2 [source-stall]=2 [source-cut]=3 [source-reset]=3
	[warehouse-delay]=2 [warehouse-stall]=2 [warehouse-cut]=4 [warehouse-reset]=3
	[kafka-delay]=2 [kafka-stall]=2 [kafka-cut]=4 [kafka-reset]=3
	[stop-kafka]=2 [stop-warehouse]=2 [stop-source]=2
	[zombie-load]=3 [zombie-pull]=2 [disk-full]=2 [old-again]=3 [source-hangs]=1
	[kill-maria]=5 [stop-maria]=2 [maria-hangs]=1 [slow-kill-maria-pull]=3
	[maria-delay]=1 [maria-stall]=2 [maria-cut]=3 [maria-reset]=3
	[kill-files-pull]=8 [zombie-files-pull]=3 [folder-full]=3 [folder-closed]=3 [file-replaced]=4
)

# The sources that must flow again after a fault of that kind.
sources_of() {
	case $1 in
	*maria*) echo maria ;;
	*files* | folder-* | file-*) echo files ;;
	source-* | *-source) echo test ;;
	*) echo "${SOURCES[*]}" ;;
	esac
}

between() { echo $(($1 + RANDOM % ($2 - $1 + 1))); }

# A pause of up to $1 milliseconds, so that every step is met.
pause_up_to() {
	local ms=$((RANDOM % $1))
	sleep "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))"
}

proxy_do() { # proxy_do NAME command...
	local name=$1
	shift
	echo "$*" >"$WS/$name.ctl"
}

# ---- processes of ours -----------------------------------------------------------------------------------------------

pid_of_duty() { cat "$WS/$1.pid" 2>/dev/null; }

kill_duty() { # kill_duty SIGNAL NAME
	local pid
	pid=$(pid_of_duty "$2") && kill "-$1" "$pid" 2>/dev/null
}

some_load() { echo "load$(between 1 2)"; }

kill_pulls() {
	local source
	for source in "${SOURCES[@]}"; do
		kill_duty KILL "pull-$source"
		pause_up_to 30
	done
}

fault_kill-pull() { kill_pulls; }
fault_kill-load() { kill_duty KILL "$(some_load)"; }
fault_kill-both-loads() { kill_duty KILL load1; pause_up_to 20; kill_duty KILL load2; }

# The same while the way is slow, so that what stands between two answers of a server is met more often.
slow_kill() { # slow_kill WAY command...
	local way=$1
	shift
	proxy_do "$way" delay "$(between 20 120)"
	pause_up_to 1500
	"$@"
	proxy_do "$way" pass
}
fault_slow-kill-pull() { slow_kill kafka kill_pulls; }
fault_slow-kill-load() { slow_kill warehouse kill_duty KILL "$(some_load)"; }
fault_slow-kill-maria-pull() { slow_kill maria kill_duty KILL pull-maria; }

# Stopped for so long that the group gives its partitions to the other one; then it goes on with what it has in hand.
fault_zombie-load() {
	local load
	load=$(some_load)
	kill_duty STOP "$load"
	sleep 3
	kill_duty CONT "$load"
}

# Another pull takes over while the first one is stopped; the first must find itself fenced.  Its keeper then starts a
# third, which ends the second.
take_over() { # take_over SOURCE
	"$SONGMA" pull "$1" --follow 2>>"$WS/pull-$1.log" >/dev/null &
	zombies+=($!)
	sleep 2
	kill_duty CONT "pull-$1"
}
fault_zombie-pull() {
	local source=${SOURCES[RANDOM % 2]}
	kill_duty STOP "pull-$source"
	take_over "$source"
}

# ---- servers ---------------------------------------------------------------------------------------------------------

stack() { deploy/local/stack.sh "$@" >>"$WS/stack.log" 2>&1; }

# The warehouse, where its disk is not one of its own, can be told that it is full.
start_server() {
	if [ "$1" = warehouse ] && [ -z "$DISK" ]; then
		LD_PRELOAD=$SONGMA_STACK_DIR/run/nospace.so NOSPACE_FILE=$SONGMA_STACK_DIR/run/full stack start warehouse
	else
		stack start "$1"
	fi || fail "start of $1" "see $WS/stack.log"
}

kill_server() {
	stack kill "$1"
	pause_up_to 400
	start_server "$1"
}

fault_kill-kafka() { kill_server kafka; }
fault_kill-warehouse() { kill_server warehouse; }
fault_kill-source() { kill_server sources; }
fault_kill-registry() { kill_server registry; }
fault_kill-maria() { kill_server mariadb; }

# The server and its children; a child that a stopped server would have made comes later.
pids_of_server() {
	local pid
	pid=$(cat "$SONGMA_STACK_DIR/run/$1.pid")
	echo "$pid"
	ps -o pid= --ppid "$pid"
}

stop_server() { # stop_server NAME SECONDS
	local pids
	mapfile -t pids < <(pids_of_server "$1")
	kill -STOP "${pids[@]// /}" 2>/dev/null
	sleep "$2"
	kill -CONT "${pids[@]// /}" 2>/dev/null
}

fault_stop-kafka() { stop_server kafka "$(between 1 3)"; }
fault_stop-warehouse() { stop_server warehouse "$(between 1 3)"; }
fault_stop-source() { stop_server sources "$(between 1 3)"; }
fault_stop-maria() { stop_server mariadb "$(between 1 3)"; }
fault_maria-hangs() { stop_server mariadb 18; }

# No byte is left for a while: on a file system of its own, or because who writes is told so.
fill_disk() { # fill_disk DISK FLAG
	if [ -n "$1" ]; then
		fallocate -l "$(df -B1 --output=avail "$1" | tail -n 1)" "$1/.ballast" 2>/dev/null
		dd if=/dev/zero of="$1/.ballast2" bs=4k 2>/dev/null
	else
		touch "$2"
	fi
	sleep "$(between 1 3)"
	rm -f "$1/.ballast" "$1/.ballast2" "$2"
}

# The warehouse may end by it, as it does in life.
fault_disk-full() {
	fill_disk "$DISK" "$SONGMA_STACK_DIR/run/full"
	start_server warehouse
}

# ---- ways ------------------------------------------------------------------------------------------------------------

way_delay() { proxy_do "$1" delay "$(between 20 300)"; sleep 1; proxy_do "$1" pass; }
way_stall() { proxy_do "$1" stall; sleep "$(between 1 3)"; proxy_do "$1" pass; }
way_reset() { proxy_do "$1" reset; }
# Somewhere within a message; few bytes hit the hand-shake of who comes back.
way_cut() { proxy_do "$1" cut "$((RANDOM % 60000 + 1))"; pause_up_to 500; proxy_do "$1" cut "$((RANDOM % 300 + 1))"; pause_up_to 300; }

for way in source warehouse kafka maria; do
	for what in delay stall reset cut; do
		eval "fault_$way-$what() { way_$what $way; }"
	done
done

# Accepts, and never answers, for longer than the statement timeout and what is granted beyond it.
fault_source-hangs() {
	proxy_do source stall
	sleep 18
	proxy_do source pass
}

# ---- files -----------------------------------------------------------------------------------------------------------

# The pull ends, or stands still, at one of the steps with which a file is taken, sent and put away; at any other moment if
# it comes to none.
at_a_step() { # at_a_step kill|stop SIGNAL
	local pid
	pid=$(pid_of_duty pull-files)
	echo "$1 $(between 1 24)" >"$WS/folder.new"
	mv "$WS/folder.new" "$WS/folder.step"
	for _ in $(seq 20); do
		sleep 0.1
		! is_still "$pid" || return
	done
	rm -f "$WS/folder.step"
	kill_duty "$2" pull-files
}

is_still() { # ended, or stopped
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	[[ ${stat##*) } == [TZ]* ]]
}

fault_kill-files-pull() { at_a_step kill KILL; }
fault_zombie-files-pull() {
	at_a_step stop STOP
	take_over files
}

fault_folder-full() { fill_disk "$DROP_DISK" "$WS/folder.full"; }

# Rights are taken away from the folder, or from one of those below it.
fault_folder-closed() {
	local folders=("$DROP" "$DROP/done" "$DROP/.songma" "$DROP/.songma/work" "$DROP/.songma/keys") modes=(0 500) folder
	folder=${folders[RANDOM % 5]}
	chmod "${modes[RANDOM % 2]}" "$folder"
	sleep "$(between 1 3)"
	chmod 755 "$folder"
}

fault_file-replaced() {
	kill -USR1 "$DROPPER"
	sleep 1
}

# ---- records ---------------------------------------------------------------------------------------------------------

send_old_again() { # send_old_again HOW-MANY SOURCE.STREAM
	"$PYTHON" tests/faults/again.py "$SONGMA_KAFKA" "$PREFIX.$2" "$1" "$RANDOM" >>"$WS/again.log" 2>&1 ||
		fail "old records sent again" "see $WS/again.log"
}

fault_old-again() { send_old_again 50 "${SOURCES[RANDOM % 3]}.thing"; }
