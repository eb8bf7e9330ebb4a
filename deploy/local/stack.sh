#!/usr/bin/env bash
# stack.sh - PostgreSQL, Kafka, a schema registry and, if wanted, MariaDB on this machine, for the demo, the tests and the
# benchmark.
#
# Everything listens on 127.0.0.1 only and lives in one data folder.  A process is ended only if its id is in a pid file
# of that folder and the process itself runs in that folder, so a stale file can never hit a stranger.  Whoever changes
# something takes the folder's lock first; two starts at once are one start.
set -euo pipefail

readonly PARTS="sources warehouse kafka registry"
readonly EXTRA_PARTS="mariadb"
readonly PG_BIN=/usr/lib/postgresql/15/bin
readonly AS_POSTGRES=(setpriv --reuid=postgres --regid=postgres --init-groups --)
readonly DEADLINE_S=${SONGMA_STACK_DEADLINE:-120}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
readonly HERE

# The stack whose data folder $1 is; nothing if it is none.
recorded_name() { sed -n 's/^data folder of the local stack \([^;]*\);.*/\1/p' "$1/songma-stack" 2>/dev/null || true; }

NAME=${SONGMA_STACK:-$(recorded_name "${SONGMA_STACK_DIR:-}")}
readonly NAME=${NAME:-demo}
readonly DIR=${SONGMA_STACK_DIR:-/var/tmp/songma-$(id -u)-$NAME}
JVM_DIR=$(realpath -m "${SONGMA_JVM_DIR:-$HERE/../../build/jvm}")
readonly JVM_DIR

usage() {
	cat <<-EOF
	usage: stack.sh COMMAND [PART...]

	  start [PART...]     start what does not run yet, and wait until it is ready
	  stop [PART...]      stop cleanly, and wait until it has ended
	  restart [PART...]   stop, then start
	  status              what runs, where, and where its log is; exit 3 if a part is down
	  env                 shell assignments with the addresses: eval "\$(stack.sh env)"
	  kill PART...        kill -9, as a crash would
	  destroy             stop everything and delete the data folder
	  fetch               download the Java parts only
	  help                this text

	parts: $PARTS (none named = all)
	       $EXTRA_PARTS, which starts only when it is named

	variables, and what they are now:
	  SONGMA_STACK        name of the stack: $NAME
	  SONGMA_STACK_DIR    data folder: $DIR
	  SONGMA_STACK_PORT   base port: $BASE_PORT
	                      +1 sources, +2 warehouse, +3 kafka, +4 its controller, +5 registry, +7 mariadb
	  SONGMA_JVM_DIR      folder of the Java parts: $JVM_DIR
	  SONGMA_KAFKA_PROXY  port of a proxy in front of Kafka's second listener, +6: ${SONGMA_KAFKA_PROXY:-none}
	EOF
}

say() { printf 'stack %s: %s\n' "$NAME" "$*"; }

die() {
	printf 'stack %s: %s\n' "$NAME" "$*" >&2
	exit 1
}

need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null || die "$1 is missing; install the package $2 (or run: make deps)"
}

# shellcheck source=parts.sh
. "$HERE/parts.sh"

# ---- where things are ------------------------------------------------------------------------------------------------

# The port asked for; else the one this data folder was last started with; else the demo's.
base_port() {
	local recorded=
	recorded=$(cat "$DIR/run/base-port" 2>/dev/null) || true
	printf '%s' "${SONGMA_STACK_PORT:-${recorded:-22000}}"
}

port_of() {
	case $1 in
	sources) echo $((BASE_PORT + 1)) ;;
	warehouse) echo $((BASE_PORT + 2)) ;;
	kafka) echo $((BASE_PORT + 3)) ;;
	controller) echo $((BASE_PORT + 4)) ;;
	registry) echo $((BASE_PORT + 5)) ;;
	proxied) echo $((BASE_PORT + 6)) ;;
	mariadb) echo $((BASE_PORT + 7)) ;;
	esac
}

# The working folder of a part's process: that is how we know it again.
cwd_of() {
	case $1 in
	sources | warehouse | mariadb) echo "$DIR/$1/data" ;;
	*) echo "$DIR/$1" ;;
	esac
}

log_of() { echo "$DIR/log/$1.log"; }

registry_url() { echo "http://127.0.0.1:$(port_of registry)/apis/ccompat/v7"; }

# The parts of this data folder: the usual ones, and those of the others that were ever started here.
parts_here() {
	local part
	echo "$PARTS"
	for part in $EXTRA_PARTS; do
		[ ! -d "$DIR/$part" ] || echo "$part"
	done
}

conninfo() { echo "host=127.0.0.1 port=$(port_of "$1") user=postgres passfile=$DIR/secrets/pgpass"; }

fill_template() { # fill_template TEMPLATE PART
	sed -e "s|@HOME@|$DIR/$2|g" -e "s|@PORT@|$(port_of "$2")|g" \
		-e "s|@CONTROLLER_PORT@|$(port_of controller)|g" "$HERE/$1"
}

check_names() {
	local part owner
	[[ $NAME =~ ^[A-Za-z0-9_-]+$ ]] || die "SONGMA_STACK is '$NAME'; use letters, digits, - and _ only"
	[[ $DIR =~ ^/[A-Za-z0-9/._-]+$ ]] ||
		die "SONGMA_STACK_DIR is '$DIR'; it must be absolute and hold letters, digits and / . _ - only"
	if ! [[ $BASE_PORT =~ ^[0-9]{4,5}$ ]] || ((BASE_PORT < 1024 || BASE_PORT > 65528)); then
		die "SONGMA_STACK_PORT is '$BASE_PORT'; use a number from 1024 to 65528"
	fi
	((${#DIR} <= 75)) || die "SONGMA_STACK_DIR is ${#DIR} characters long; a socket below it can't be named: use 75 at most"
	owner=$(recorded_name "$DIR")
	[ "${owner:-$NAME}" = "$NAME" ] ||
		die "$DIR is the data folder of the stack $owner; unset SONGMA_STACK_DIR, or set SONGMA_STACK to $owner"
	for part in "$@"; do
		[[ " $PARTS $EXTRA_PARTS " == *" $part "* ]] || die "there is no part '$part'; the parts are: $PARTS $EXTRA_PARTS"
	done
}

# ---- processes -------------------------------------------------------------------------------------------------------

# Prints the id of a part's process if it runs and is really ours.
pid_of() {
	local pid file="$DIR/run/$1.pid" home
	[ -r "$file" ] || return 1
	pid=$(cat "$file")
	home=$(cwd_of "$1")
	[[ $pid =~ ^[0-9]+$ ]] || return 1
	[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$home" ] || return 1
	grep -qsF -- "$home" "/proc/$pid/cmdline" || return 1
	echo "$pid"
}

# A process id is free, or its owner only waits to be collected by its parent.
has_ended() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	[[ ${stat##*) } == Z* ]]
}

# Backends outlive a killed postmaster for a moment, and the next one can't start before they are gone.
cluster_is_empty() {
	[ -z "$(find /proc -maxdepth 2 -name cwd -lname "$(cwd_of "$1")" 2>/dev/null)" ]
}

# until_true SECONDS command...: polls ten times a second; false when the time is over.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# Runs a command as a daemon of this stack and records its id.  It keeps nothing of ours open: no lock, no pipe.
launch() { # launch PART FOLDER command...
	local part=$1 folder=$2
	shift 2
	(
		cd "$folder"
		exec </dev/null >>"$(log_of "$part")" 2>&1
		for fd in /proc/"$BASHPID"/fd/*; do
			fd=${fd##*/}
			((fd <= 2)) || exec {fd}>&-
		done
		exec setsid "$@"
	) &
	echo $! >"$DIR/run/$part.pid"
}

as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		"${AS_POSTGRES[@]}" "$@"
	else
		"$@"
	fi
}

die_with_log() { # die_with_log PART MESSAGE
	printf -- '---- the end of %s:\n' "$(log_of "$1")" >&2
	tail -n 15 "$(log_of "$1")" >&2
	die "$2"
}

is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

can_bind() {
	perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0) && setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1) or die;
		exit !bind(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK))' "$1"
}

# A port above 32767 may be lent by the kernel to any program's outgoing connection, which keeps it for a minute after its
# end.  Nobody listens there, so we wait for it.
check_port() {
	local port end=$((SECONDS + DEADLINE_S))
	port=$(port_of "$1")
	until can_bind "$port"; do
		if is_listening "$port"; then
			die "port $port, wanted for $1, is in use by another program; set SONGMA_STACK_PORT to the base of eight free ports"
		fi
		if ((SECONDS >= end)); then
			die "port $port, wanted for $1, is held by a connection of another program; set SONGMA_STACK_PORT below 32000"
		fi
		sleep 0.5
	done
}

# ---- data folder -----------------------------------------------------------------------------------------------------

random_text() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

is_ours() { [ -d "$DIR" ] && [ ! -L "$DIR" ] && [ -O "$DIR" ] && [ -f "$DIR/songma-stack" ]; }

make_dir() {
	if ! is_ours; then
		if [ -e "$DIR" ] && [ -n "$(ls -A "$DIR" 2>/dev/null)" ]; then
			die "$DIR exists and is not a data folder of yours; set SONGMA_STACK_DIR to another folder"
		fi
		mkdir -p "$DIR"
		[ -O "$DIR" ] || die "$DIR belongs to another user; set SONGMA_STACK_DIR to another folder"
		chmod 0755 "$DIR"
		echo "data folder of the local stack $NAME; stack.sh destroy deletes it" >"$DIR/songma-stack"
	fi
	mkdir -p "$DIR/run" "$DIR/log" "$DIR/secrets"
	chmod 0700 "$DIR/secrets"
}

# Takes the folder's lock until this program ends.  A folder deleted while we waited is made again.
lock_dir() {
	[ -z "${LOCK:-}" ] || return 0
	make_dir
	exec {LOCK}>"$DIR/run/lock"
	flock -w 300 "$LOCK" || die "another stack.sh has been at work on $DIR for five minutes; wait for it, or end it"
	[ "$DIR/run/lock" -ef "/proc/$BASHPID/fd/$LOCK" ] || { LOCK= && lock_dir; }
}

# The passwords stay; the files that clients read follow the ports.
write_secrets() { # write_secrets PART...
	local part
	umask 077
	for part in sources warehouse; do
		[ -s "$DIR/secrets/$part" ] || random_text 24 >"$DIR/secrets/$part"
		printf '127.0.0.1:%s:*:postgres:%s\n' "$(port_of "$part")" "$(cat "$DIR/secrets/$part")"
	done >"$DIR/secrets/pgpass.new"
	mv "$DIR/secrets/pgpass.new" "$DIR/secrets/pgpass"
	[[ " $* " != *" mariadb "* ]] || write_mariadb_secrets
	umask 022
}

# A folder whose parts run on other ports would be half here, half there.
record_port() {
	local part old
	old=$(cat "$DIR/run/base-port" 2>/dev/null || echo "$BASE_PORT")
	if [ "$old" != "$BASE_PORT" ]; then
		for part in $PARTS $EXTRA_PARTS; do
			if pid_of "$part" >/dev/null; then
				die "$part runs on base port $old already; stop the stack before you change SONGMA_STACK_PORT to $BASE_PORT"
			fi
		done
	fi
	echo "$BASE_PORT" >"$DIR/run/base-port"
}

# A log that has grown past 16 MiB is set aside once; the one before it is forgotten.
turn_log() {
	local log size
	log=$(log_of "$1")
	size=$(stat -c %s "$log" 2>/dev/null || echo 0)
	((size < 16777216)) || mv "$log" "$log.old"
	touch "$log"
}

# ---- starting --------------------------------------------------------------------------------------------------------

launch_part() {
	case $1 in
	sources | warehouse) launch_postgres "$1" ;;
	kafka) launch_kafka ;;
	registry) launch_registry ;;
	mariadb) launch_mariadb ;;
	esac
}

start_part() {
	local part=$1 began=$SECONDS from try
	if pid_of "$part" >/dev/null; then
		say "$part runs already"
		return 0
	fi
	turn_log "$part"
	for try in 1 2 3; do
		check_port "$part"
		[ "$part" != kafka ] || check_port controller
		from=$(stat -c %s "$(log_of "$part")")
		launch_part "$part"
		if wait_ready "$part" "$from"; then
			say "$part is ready on 127.0.0.1:$(port_of "$part") ($((SECONDS - began)) s)"
			return 0
		fi
	done
	die_with_log "$part" "the port of $part was taken $try times while it started; set SONGMA_STACK_PORT below 32000"
}

# Runs one function for several parts at once; false if any of them failed.
each_part() { # each_part FUNCTION PART...
	local function=$1 part pid pids=() failed=0
	shift
	for part in "$@"; do
		"$function" "$part" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	return "$failed"
}

start_jvm_parts() {
	need java openjdk-17-jre-headless
	need curl curl
	fetch
	each_part start_part "$@"
}

start() {
	local part databases=() jvm=() pid pids=() failed=0
	lock_dir
	record_port
	write_secrets "$@"
	for part in "$@"; do
		case $part in
		sources | warehouse | mariadb) databases+=("$part") ;;
		*) jvm+=("$part") ;;
		esac
	done
	# In the background, so that the databases come up while Kafka is still being fetched.
	if ((${#databases[@]} > 0)); then
		each_part start_part "${databases[@]}" &
		pids+=($!)
	fi
	if ((${#jvm[@]} > 0)); then
		start_jvm_parts "${jvm[@]}" &
		pids+=($!)
	fi
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	return "$failed"
}

# ---- stopping --------------------------------------------------------------------------------------------------------

stop_part() {
	local part=$1 pid signal=TERM
	if ! pid=$(pid_of "$part"); then
		rm -f "$DIR/run/$part.pid"
		say "$part does not run"
		return 0
	fi
	case $part in
	sources | warehouse) signal=INT ;; # a fast stop: sessions are ended, nothing is lost
	esac
	kill "-$signal" "$pid" 2>/dev/null || true
	if until_true 60 has_ended "$pid"; then
		say "$part has stopped"
	else
		kill_part "$part" >/dev/null
		say "$part did not stop within 60 seconds and was killed"
	fi
	rm -f "$DIR/run/$part.pid"
}

kill_part() {
	local part=$1 pid backends=()
	pid=$(pid_of "$part") || die "$part does not run, so it can't be killed"
	mapfile -t backends < <(ps -o pid= --ppid "$pid")
	# The parent first, so that it can't tidy up after its children.
	kill -KILL "$pid" "${backends[@]// /}" 2>/dev/null || true
	until_true 30 has_ended "$pid" || die "$part (process $pid) is still there 30 seconds after kill -9"
	rm -f "$DIR/run/$part.pid"
	say "$part was killed"
}

stop() {
	if ! is_ours; then
		say "nothing to stop: there is no data folder $DIR"
		return 0
	fi
	lock_dir
	each_part stop_part "$@"
}

kill_parts() {
	is_ours || die "nothing to kill: there is no data folder $DIR"
	lock_dir
	each_part kill_part "$@"
}

destroy() {
	if ! is_ours; then
		[ ! -e "$DIR" ] || die "$DIR is not a data folder of yours; nothing is deleted"
		say "nothing to delete: there is no data folder $DIR"
		return 0
	fi
	# shellcheck disable=SC2046 # one word a part
	stop $(parts_here)
	# Away first, then deleted: a start that waits for the lock must not find half a folder.
	mv "$DIR" "$DIR.deleted-$$"
	rm -rf "$DIR.deleted-$$"
	say "$DIR is deleted"
}

# ---- showing ---------------------------------------------------------------------------------------------------------

status() {
	local part pid missing=0
	printf '%-10s %-8s %8s  %-16s %s\n' part state process address log
	for part in $(parts_here); do
		if pid=$(pid_of "$part"); then
			printf '%-10s %-8s %8s  %-16s %s\n' "$part" running "$pid" "127.0.0.1:$(port_of "$part")" "$(log_of "$part")"
		else
			printf '%-10s %-8s %8s  %-16s %s\n' "$part" down - "127.0.0.1:$(port_of "$part")" "$(log_of "$part")"
			# One that starts only when it is named may well be down, unless it was not stopped.
			[[ " $EXTRA_PARTS " == *" $part "* && ! -e "$DIR/run/$part.pid" ]] || missing=3
		fi
	done
	return "$missing"
}

show_env() {
	cat <<-EOF
	export SONGMA_STACK_DIR='$DIR'
	export SONGMA_PG_SOURCES='$(conninfo sources)'
	export SONGMA_PG_WAREHOUSE='$(conninfo warehouse)'
	export SONGMA_KAFKA='127.0.0.1:$(port_of kafka)'
	export SONGMA_REGISTRY='$(registry_url)'
	export SONGMA_JVM_DIR='$JVM_DIR'
	EOF
	# The password is in a file that only the owner reads, not in what is printed here.
	[ ! -e "$DIR/secrets/mariadb" ] || cat <<-EOF
		export SONGMA_MARIADB_DSN="\$(cat '$DIR/secrets/mariadb.odbc')"
		export SONGMA_MARIADB_CNF='$DIR/secrets/mariadb.cnf'
	EOF
}

# The parts meant when none is named.
usual_parts() { # usual_parts COMMAND
	if [ "$1" = start ]; then
		echo "$PARTS"
	else
		parts_here
	fi
}

main() {
	local command=${1:-help}
	[ $# = 0 ] || shift
	case $command in
	start | stop | restart)
		check_names "$@"
		# shellcheck disable=SC2046 # one word a part
		[ $# -gt 0 ] || set -- $(usual_parts "$command")
		[ "$command" = start ] || stop "$@"
		[ "$command" = stop ] || start "$@"
		;;
	kill)
		check_names "$@"
		[ $# -gt 0 ] || die "kill which part? name at least one of: $PARTS $EXTRA_PARTS"
		kill_parts "$@"
		;;
	status) check_names && status ;;
	env) check_names && show_env ;;
	destroy) check_names && destroy ;;
	fetch) check_names && fetch ;;
	help | -h | --help) usage ;;
	*)
		usage >&2
		die "there is no command '$command'"
		;;
	esac
}

BASE_PORT=$(base_port)
readonly BASE_PORT
main "$@"
