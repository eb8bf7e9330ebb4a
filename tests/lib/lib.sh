# lib.sh - what every scenario needs: results, waiting with a deadline, and the servers of the local stack.
# shellcheck shell=bash
#
# A scenario sources this, calls the functions below and ends with scenario_end.  Results go to the standard output the
# scenario began with, so that a command may be redirected together with its expect_exit.  A scenario that dies before
# scenario_end has no "N passed, N failed" line, and is counted as a failure by whoever runs it.
#
#   pass NAME                        fail NAME WHY
#   expect_eq NAME WANT GOT          expect_contains NAME PART WHOLE       expect_lacks NAME PART WHOLE
#   expect_exit NAME CODE command... (its output passes through, and is kept in LAST_OUT and LAST_ERR)
#   wait_for SECONDS WHAT command... (a failure and false if it does not come true in time)
#   at_end command...                runs when the scenario ends, however it ends; the last one first
#   psql_src DB [option...]          psql_wh [DB [option...]]
#   mariadb_start                    (the stack's MariaDB, and SONGMA_MARIADB_DSN)     sql_maria [option...]
#   topic_create TOPIC [PARTITIONS]  topic_count TOPIC
#   scenario_end
#
# SCENARIO_TMP is a folder of the scenario's own that goes away at its end.

LIB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCENARIO_PASSED=0
SCENARIO_FAILED=0
SCENARIO_AT_END=()
LAST_OUT=
LAST_ERR=
exec {SCENARIO_OUT}>&1
SCENARIO_TMP=$(mktemp -d "${TMPDIR:-/tmp}/songma-scenario.XXXXXX") || exit 1

if [ -z "${SONGMA_PG_SOURCES:-}" ]; then
	eval "$("$LIB_ROOT/deploy/local/stack.sh" env)"
fi

scenario_cleanup() {
	local i
	trap - EXIT
	for ((i = ${#SCENARIO_AT_END[@]} - 1; i >= 0; i--)); do
		eval "${SCENARIO_AT_END[i]}"
	done
	rm -rf "$SCENARIO_TMP"
}
trap scenario_cleanup EXIT
# A signal must run the clean-up too.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

at_end() {
	SCENARIO_AT_END+=("$(printf '%q ' "$@")")
}

pass() {
	SCENARIO_PASSED=$((SCENARIO_PASSED + 1))
	printf 'ok      %s\n' "$1" >&"$SCENARIO_OUT"
}

fail() {
	SCENARIO_FAILED=$((SCENARIO_FAILED + 1))
	printf 'FAILED  %s: %s\n' "$1" "$2" >&"$SCENARIO_OUT"
}

expect_eq() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted '$2', got '$3'"
	fi
}

expect_contains() {
	case $3 in
	*"$2"*) pass "$1" ;;
	*) fail "$1" "'$2' is not in '$3'" ;;
	esac
}

expect_lacks() {
	case $3 in
	*"$2"*) fail "$1" "'$2' is in '$3'" ;;
	*) pass "$1" ;;
	esac
}

expect_exit() {
	local name=$1 want=$2 got
	shift 2
	"$@" >"$SCENARIO_TMP/last.out" 2>"$SCENARIO_TMP/last.err"
	got=$?
	cat "$SCENARIO_TMP/last.out"
	cat "$SCENARIO_TMP/last.err" >&2
	# shellcheck disable=SC2034 # for the scenario
	LAST_OUT=$(tr -d '\0' <"$SCENARIO_TMP/last.out")
	# shellcheck disable=SC2034
	LAST_ERR=$(tr -d '\0' <"$SCENARIO_TMP/last.err")
	if [ "$got" = "$want" ]; then
		pass "$name"
	else
		fail "$name" "wanted exit code $want, got $got; it said: $(tail -n 5 "$SCENARIO_TMP/last.err")"
	fi
}

wait_for() {
	local seconds=$1 what=$2 end=$((SECONDS + $1))
	shift 2
	until "$@"; do
		if ((SECONDS >= end)); then
			fail "$what" "it did not come true within $seconds seconds"
			return 1
		fi
		sleep 0.1
	done
}

# The connection string is complete, so no variable of the caller's environment can lead elsewhere.
psql_src() {
	local db=$1
	shift
	psql -X -q -At -v ON_ERROR_STOP=1 -d "$SONGMA_PG_SOURCES dbname=$db" "$@"
}

psql_wh() {
	local db=${1:-postgres}
	[ $# = 0 ] || shift
	psql -X -q -At -v ON_ERROR_STOP=1 -d "$SONGMA_PG_WAREHOUSE dbname=$db" "$@"
}

# Not among the parts that run from the beginning.
mariadb_start() {
	"$LIB_ROOT/deploy/local/stack.sh" start mariadb >/dev/null && eval "$("$LIB_ROOT/deploy/local/stack.sh" env)"
}

sql_maria() { mariadb --defaults-file="$SONGMA_MARIADB_CNF" -N -B "$@"; }

# Prints the number of committed messages, tombstones included; false if the topic can't be read.
topic_count() (
	set -o pipefail
	kcat -b "$SONGMA_KAFKA" -C -t "$1" -o beginning -e -q -X isolation.level=read_committed -f '\n' | wc -l
)

# The hexadecimal digits of a Kafka string: two bytes of length, then the text.
kafka_string() {
	printf '%04x' "${#1}"
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# Creates a topic by one CreateTopics request (version 2): kcat can't, and a JVM takes seconds.
topic_create() {
	local name=$1 partitions=${2:-1} request answer size
	# key 19, version 2, correlation 1, client; one topic, one copy, no assignment, no setting; 10 s, do it
	request=$(
		printf '0013000200000001%s00000001%s' "$(kafka_string scenario)" "$(kafka_string "$name")"
		printf '%08x00010000000000000000%08x00' "$partitions" 10000
	)
	request=$(printf '%08x%s' $((${#request} / 2)) "$request")
	exec {broker}<>"/dev/tcp/${SONGMA_KAFKA%:*}/${SONGMA_KAFKA##*:}" || return 1
	# shellcheck disable=SC2001 # a pattern per pair of digits
	printf '%b' "$(sed 's/../\\x&/g' <<<"$request")" >&"$broker"
	size=$((16#$(head -c 4 <&"$broker" | od -An -v -tx1 | tr -d ' \n')))
	answer=$(head -c "$size" <&"$broker" | od -An -v -tx1 | tr -d ' \n')
	exec {broker}>&-
	# correlation 4 bytes, throttle 4, count 4, name 2 + length, then the error code
	[ "${answer:$((2 * (14 + ${#name}))):4}" = 0000 ]
}

scenario_end() {
	if ((SCENARIO_PASSED + SCENARIO_FAILED == 0)); then
		fail "the scenario" "nothing was tested"
	fi
	# Before the last line, so that it stays the last one.
	scenario_cleanup
	printf '%s passed, %s failed\n' "$SCENARIO_PASSED" "$SCENARIO_FAILED" >&"$SCENARIO_OUT"
	((SCENARIO_FAILED == 0))
	exit
}
