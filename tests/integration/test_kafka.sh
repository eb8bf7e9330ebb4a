#!/usr/bin/env bash
# What a pull promises Kafka and a load expects of it, on a real broker: records and position together or not at all, one
# pull a source, a start that reads the right position, offsets that are checked, and bounded waiting and memory.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
BUILD=${BUILD:-build}
SEND=$BUILD/kafka-send TAKE=$BUILD/kafka-take
RECORDS=${KAFKA_RECORDS:-300000}
STACK=deploy/local/stack.sh
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1}
if [ ! -x "$SEND" ] || [ ! -x "$TAKE" ]; then
	make BUILD="$BUILD" "$BUILD/kafka-send" "$BUILD/kafka-take" >&2 || exit 1
fi

# prefix NAME: topics of the next steps are the steps' own.
prefix() { export KAFKA_PREFIX=k$$-$1; }

# field NAME TEXT: the value of NAME=value
field() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" <<<"$2" | tail -n 1; }

send() { # send RECORDS PER_TRANSACTION END
	"$SEND" "$SONGMA_KAFKA" health rec "$@"
}

take() { "$TAKE" "$SONGMA_KAFKA" "$@" </dev/null; }

# Offsets come from stdin.
# shellcheck disable=SC2120 # arguments are for the number of seconds
take_from() { "$TAKE" "$SONGMA_KAFKA" "$@"; }

is_holding() { grep -q holding "$SCENARIO_TMP/hold.out"; }

# A pull in an open transaction; its id is in HOLD, and a line to descriptor 9 lets it commit.
hold() { # hold RECORDS PER_TRANSACTION
	rm -f "$SCENARIO_TMP/hold.in"
	mkfifo "$SCENARIO_TMP/hold.in"
	: >"$SCENARIO_TMP/hold.out"
	"$SEND" "$SONGMA_KAFKA" health rec "$1" "$2" hold <"$SCENARIO_TMP/hold.in" >"$SCENARIO_TMP/hold.out" 2>&1 9>&- &
	HOLD=$!
	exec 9>"$SCENARIO_TMP/hold.in"
	wait_for 20 "a transaction is open" is_holding || cat "$SCENARIO_TMP/hold.out"
}

# Lets it commit; its exit code is in HOLD_CODE and what it said in HOLD_SAID.
release() {
	echo go >&9
	exec 9>&-
	wait "$HOLD"
	HOLD_CODE=$?
	HOLD_SAID=$(<"$SCENARIO_TMP/hold.out")
}

# Deletes a topic by one DeleteTopics request (version 1): kcat can't.
topic_delete() {
	local request
	request=$(printf '0014000100000001%s00000001%s%08x' "$(kafka_string scenario)" "$(kafka_string "$1")" 10000)
	request=$(printf '%08x%s' $((${#request} / 2)) "$request")
	exec {broker}<>"/dev/tcp/${SONGMA_KAFKA%:*}/${SONGMA_KAFKA##*:}" || return 1
	# shellcheck disable=SC2001 # a pattern per pair of digits
	printf '%b' "$(sed 's/../\\x&/g' <<<"$request")" >&"$broker"
	head -c 4 <&"$broker" >/dev/null
	exec {broker}>&-
}

topic_is_gone() { ! kcat -b "$SONGMA_KAFKA" -L -J | jq -e --arg t "$1" '.topics[] | select(.topic == $t)' >/dev/null; }

# A commit is decided a moment before readers see it.
expect_count() { # expect_count NAME TOPIC WANT
	local end=$((SECONDS + 30)) got
	until got=$(topic_count "$KAFKA_PREFIX.health.$2") && [ "$got" = "$3" ]; do
		((SECONDS < end)) || break
		sleep 0.2
	done
	expect_eq "$1" "$3" "$got"
}

together() {
	local out
	prefix together
	expect_exit "a first batch" 0 send 1000 300 commit
	out=$(send 500 500 abort)
	expect_eq "the next pull goes on behind it" 4 "$(field version "$out")"
	out=$(send 0 1 commit)
	expect_eq "an aborted batch leaves no position" 4 "$(field version "$out")"
	expect_eq "and no counts" 1000 "$(field produced "$out")"
	expect_count "and no record" rec 1000
	expect_count "and no letter" _dlq 1
	expect_count "and no event" _events 1
	out=$(take)
	expect_eq "a load sees the same" 1002 "$(field records "$out")"
	expect_eq "with the letter" 1 "$(field letters "$out")"
	expect_eq "and the event, read back" 1 "$(field events "$out")"
	expect_eq "every record has its header" 0 "$(field odd "$out")"
	expect_contains "and nothing is left" "reached lag=0" "$out"
}

wire() {
	local bytes
	prefix wire
	KAFKA_TOMBSTONES=1 expect_exit "records and deletes" 0 send 10 10 commit
	expect_eq "a delete is a tombstone" "k9 -1" \
		"$(kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health.rec" -o beginning -e -q -f '%k %S\n' | grep -- -1)"
	bytes=$(kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health.rec" -o beginning -e -q -f '%k %h\n' | grep -a '^k9' | od -An -v -tx1 | tr -d ' \n')
	# kcat ends a header at its first NUL: format 1, operation d.
	expect_contains "the header is there and the only one" 6b3920736f6e676d613d01640a "$bytes"
	bytes=$(kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health._dlq" -o beginning -e -q -f '%h\n' | tr -d '\0')
	expect_contains "a letter says why in Kafka Connect's headers" \
		"__connect.errors.exception.message=date.no_such_day: stream rec, column ngay_sinh, rule date: no such day" "$bytes"
	expect_lacks "its original is sealed" abc \
		"$(kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health._dlq" -o beginning -e -q | tr -d '\0')"
	expect_contains "a position can be read by a person" '"version":1' \
		"$(kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health._position" -o beginning -e -q)"
	expect_eq "topics are made as designed" "_answers 1 _control 1 _corrections 1 _dlq 1 _events 1 _position 1 _replay 1 rec 4" \
		"$(kcat -b "$SONGMA_KAFKA" -L -J | jq -r --arg p "$KAFKA_PREFIX.health." \
			'.topics[] | select(.topic | startswith($p)) | "\(.topic | ltrimstr($p)) \(.partitions | length)"' | sort | paste -s -d ' ')"
	KAFKA_PARTITIONS=2 expect_exit "another number of partitions is refused" 2 send 1 1 commit
	expect_contains "and the way out is named" "write 4" "$LAST_OUT"
}

one_pull() {
	prefix one
	expect_exit "a first batch" 0 send 100 100 commit
	hold 100 100
	expect_exit "a second pull takes over" 0 send 50 50 commit
	release
	expect_eq "the first one ends" 1 "$HOLD_CODE"
	expect_contains "because it is fenced" "fenced: source health" "$HOLD_SAID"
	expect_count "its batch is not there" rec 150
}

killed() {
	local out
	prefix killed
	hold 5000 1000
	kill -KILL "$HOLD"
	wait "$HOLD" 2>/dev/null
	exec 9>&-
	# Four transactions were committed, the fifth is open still.
	out=$(send 0 1 commit)
	expect_eq "after kill -9 the last committed position is read" 4 "$(field version "$out")"
	expect_eq "with its counts" 4000 "$(field produced "$out")"
	out=$(send 1000 1000 commit)
	expect_count "and what follows is there once" rec 5000
	expect_eq "the new position too" 5 "$(field version "$(send 0 1 commit)")"
}

# Stopped for longer than Kafka keeps a transaction open is not the same as fenced.
asleep() {
	local out
	prefix asleep
	hold 100 100
	kill -STOP "$HOLD"
	sleep 25 # the broker looks for them every 10 seconds
	kill -CONT "$HOLD"
	release
	expect_contains "a pull that slept in a transaction starts anew" "retry: " "$HOLD_SAID"
	expect_lacks "and does not take itself for fenced" "fenced: " "$HOLD_SAID"
	out=$(send 100 100 commit)
	expect_eq "its batch was not kept" 0 "$(field version "$out")"
	expect_count "and comes once" rec 100
}

offsets() {
	local out topic
	prefix offsets
	topic=$KAFKA_PREFIX.health.rec
	expect_exit "four partitions of records" 0 send 4000 1000 commit
	out=$(take)
	expect_eq "a load begins at the beginning" 4002 "$(field records "$out")"
	out=$(awk -v t="$topic" '$1 == t {sub("next=", "", $6); print $1, $2, $6}' <<<"$out" | take_from)
	expect_eq "or where it was" 2 "$(field records "$out")"
	expect_exit "an offset past the end is refused" 2 take_from <<<"$topic 1 999999"
	expect_contains "with topic, partition and range" "$topic, partition 1: the warehouse was loaded up to offset 999999, but the topic holds 0 to" "$LAST_OUT"
	out=$(KAFKA_FAIL_ASSIGN=2 take)
	expect_eq "a warehouse that is away for a moment is asked again" 4002 "$(field records "$out")"
	topic_delete "$topic"
	wait_for 20 "the topic is gone" topic_is_gone "$topic"
	expect_exit "the topic made anew" 0 send 10 10 commit
	expect_exit "is refused" 2 take_from <<<"$topic 0 900"
	expect_contains "and named" "made anew" "$LAST_OUT"
	prefix empty
	expect_exit "no topic at all is the end at once" 0 take
}

# The topic is deleted and made anew under a load that is reading it.
recreated() {
	local taker topic
	prefix recreated
	topic=$KAFKA_PREFIX.health.rec
	expect_exit "records" 0 send 2000 1000 commit
	take 60 >"$SCENARIO_TMP/take" &
	taker=$!
	wait_for 20 "a load has taken them" grep -qs reached "$SCENARIO_TMP/take"
	topic_delete "$topic"
	wait_for 20 "the topic is gone" topic_is_gone "$topic"
	expect_exit "the topic made anew" 0 send 10 10 commit
	wait "$taker"
	expect_eq "a running load stops" 2 $?
	expect_contains "and says why" "the topic was made anew" "$(<"$SCENARIO_TMP/take")"
}

is_assigned() { [ "$(grep -cs assigned "$1")" -ge "$2" ]; }

# Where the two loads together stand in each partition of records, and where these end for readers.
standing() { sed -n 's/^at .*\.rec \([0-9]*\) \([0-9]*\)$/\1 \2/p' "$@" | sort -k 1,1n -k 2,2nr | sort -u -k 1,1n; }
ending() {
	kcat -b "$SONGMA_KAFKA" -C -t "$KAFKA_PREFIX.health.rec" -o beginning -e -q -f '%p %o\n' |
		awk '$2 >= end[$1] {end[$1] = $2 + 1} END {for (p in end) print p, end[p]}' | sort -n
}
all_taken() { [ "$(standing "$SCENARIO_TMP/first" "$SCENARIO_TMP/second")" = "$(ending)" ]; }

two_loads() {
	local first second
	prefix two
	expect_exit "records for two" 0 send 2000 1000 commit
	"$TAKE" "$SONGMA_KAFKA" 120 </dev/null >"$SCENARIO_TMP/first" &
	first=$!
	wait_for 20 "one load has all six partitions" is_assigned "$SCENARIO_TMP/first" 6
	"$TAKE" "$SONGMA_KAFKA" 120 </dev/null >"$SCENARIO_TMP/second" &
	second=$!
	wait_for 20 "the second one gets its share" is_assigned "$SCENARIO_TMP/second" 1
	expect_exit "more records" 0 send 2000 1000 commit
	wait_for 30 "all of them are taken, by one or the other" all_taken && pass "two loads take all"
	kill -TERM "$second"
	wait "$second"
	wait_for 20 "the first one gets the partitions back" is_assigned "$SCENARIO_TMP/first" 13
	expect_exit "still more records" 0 send 2000 1000 commit
	wait_for 30 "the one that is left takes them" all_taken && pass "one load takes over"
	kill -TERM "$first"
	wait "$first"
	expect_eq "nothing comes from a partition that is another's, or twice" "" \
		"$(grep -h 'wrong=' "$SCENARIO_TMP/first" "$SCENARIO_TMP/second" | grep -v 'wrong=0')"
}

away() {
	local began code
	prefix away
	expect_exit "records before the broker goes" 0 send 1000 1000 commit
	take 60 >"$SCENARIO_TMP/take" &
	local taker=$!
	wait_for 20 "a load has taken them" grep -qs reached "$SCENARIO_TMP/take"
	hold 100 100
	"$STACK" stop kafka >&2
	at_end "$STACK" start kafka
	began=$SECONDS
	expect_exit "a pull without a broker gives up" 3 send 1 1 commit
	expect_contains "names it" "$SONGMA_KAFKA" "$LAST_OUT"
	expect_contains "says why" "Connection refused" "$LAST_OUT"
	expect_eq "in bounded time" yes "$( ((SECONDS - began < 45)) && echo yes)"
	wait "$taker"
	code=$?
	expect_eq "a running load says that it is away" 3 "$code"
	expect_contains "and names it" "$SONGMA_KAFKA" "$(grep '^retry' "$SCENARIO_TMP/take")"
	began=$SECONDS
	expect_exit "a new load gives up" 3 take
	expect_eq "in bounded time too" yes "$( ((SECONDS - began < 30)) && echo yes)"
	began=$SECONDS
	release
	expect_eq "a commit without a broker gives up" 3 "$HOLD_CODE"
	expect_eq "in bounded time as well" yes "$( ((SECONDS - began < 60)) && echo yes)"
	"$STACK" start kafka >&2
	expect_exit "all goes on when it is back" 0 send 100 100 commit
	expect_eq "behind the last committed batch" 1 "$(field version "$LAST_OUT")"
	expect_count "each record once" rec 1100
}

# A broker that is killed and comes back within the transaction's time is not even noticed.
flicker() {
	prefix flicker
	hold 1000 1000
	"$STACK" kill kafka >&2
	"$STACK" start kafka >&2
	release
	expect_contains "a commit over a broker's restart comes through, or is aborted whole" "$HOLD_CODE" "0 3"
	if [ "$HOLD_CODE" = 0 ]; then
		expect_count "all of it is there" rec 1000
	else
		expect_exit "the same batch again" 0 send 1000 1000 commit
		expect_count "is there once" rec 1000
	fi
}

memory() {
	local out
	prefix memory
	out=$(send "$RECORDS" 10000 commit)
	echo "$out"
	expect_eq "$RECORDS records are sent" "$RECORDS" "$(field records "$out")"
	[ -n "${ASAN_OPTIONS_USED:-}" ] || expect_eq "in less than 64 MB" yes "$( (($(field rss_kb "$out") < 65536)) && echo yes)"
	out=$(take)
	grep took <<<"$out"
	expect_eq "and taken" $((RECORDS + 2)) "$(field records "$out")"
	[ -n "${ASAN_OPTIONS_USED:-}" ] || expect_eq "in less than 128 MB" yes "$( (($(field rss_kb "$out") < 131072)) && echo yes)"
}

# The sanitizers' own memory is no measure.
if nm "$SEND" 2>/dev/null | grep -q __asan_init; then
	ASAN_OPTIONS_USED=1
fi
for step in ${KAFKA_STEPS:-together wire one_pull killed asleep offsets recreated two_loads memory flicker away}; do
	echo "---- $step"
	"$step"
done
scenario_end
