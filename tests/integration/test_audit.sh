#!/usr/bin/env bash
# test_audit.sh - acts of the desk: chained by the loader, found when somebody changes them, and what they do to letters.
# Usage: test_audit.sh     The program and the tools of `make tools` are in $BUILD (build).
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh
# shellcheck source=tests/lib/flow.sh
. tests/lib/flow.sh
# shellcheck source=tests/lib/loader.sh
. tests/lib/loader.sh

MANY=${AUDIT_ACTS:-1000}

send_letters() { "$BUILD/load-send" "$SONGMA_CONFIG" health thing "$WS" >/dev/null; }

random_uuid() { cat /proc/sys/kernel/random/uuid; }

# One act as it stands in the topic: act KIND LETTERS [REASON [ID]]
act() {
	printf '{"format":"act/1","id":"%s","kind":"%s","by":"hoa","at":"%s","source":"health","stream":"thing","column":"","reason":"%s","letters":[%s]}\n' \
		"${4:-$(random_uuid)}" "$1" "$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)" "${3-lý do}" "$2"
}

# Appends the lines of the standard input to the audit topic.
note() { kcat -P -b "$SONGMA_KAFKA" -t "$PREFIX._audit" -p 0; }

verify() { "$SONGMA" audit verify --output json "$@" 2>"$WS/verify.err"; }

# verify and its exit code: "ACTS STATE WRONG OLDER WAITING CODE"
verdict() {
	local out code
	out=$(verify "$@")
	code=$?
	jq -r --arg code $code '"\(.acts) \(.state) \(.wrong) \(.older) \(.waiting) \($code)"' <<<"$out" 2>/dev/null ||
		echo "$code $(cat "$WS/verify.err")"
}

letter_id() { sql "select id from ops.dead_letter where key = '$1'"; }

state() { sql "select state, coalesce(state_by, '-'), coalesce(state_why, '-') from ops.dead_letter where key = '$1'"; }

needs_a_key() {
	local key=$WS/secrets/audit.key
	topic_create "$PREFIX._audit" 1 || fail "the audit topic" "it can't be made"
	for k in a b c d e f g; do echo "letter $k 100"; done | { echo run; cat; echo end; } | send_letters
	mv "$key" "$key.away"
	load
	pass "without an act a load needs no audit key"
	expect_eq "without it nothing can be verified" "2" "$(verify; echo $?)"
	act fix "$(letter_id a)" | note
	run_loader
	expect_eq "an act without a key is a matter for a person" 2 $?
	expect_eq "who is told which file is missing" 1 "$(grep -c "secrets/audit.key" "$WS/loaded")"
	expect_eq "and nothing was put down" 0 "$(sql "select count(*) from ops.audit")"
	mv "$key.away" "$key"
	load
	expect_eq "with the key it is chained" "1 whole 0 0 0 0" "$(verdict)"
	expect_eq "the act is there for people too" "1 fix hoa health thing {$(letter_id a)}" \
		"$(sql "select seq, act, by, source, stream, letters from ops.audit")"
}

states_go_forward() {
	expect_eq "a fix" "fixed hoa lý do" "$(state a)"
	{
		act replay "$(letter_id a),$(letter_id b)" "đọc lại"
		act fix "$(letter_id a),$(letter_id c)" "sửa"
		act discard "$(letter_id d)" "bản ghi thử"
		act replay "$(letter_id d)" "không được"
		act reveal "$(letter_id e)" "xem"
		act discard "$(letter_id f),$(letter_id b)" ""
	} | note
	load
	expect_eq "what is replayed stays so, whatever is fixed later" "replayed hoa đọc lại" "$(state a)"
	expect_eq "open letters are fixed" "fixed hoa sửa" "$(state c)"
	expect_eq "what is discarded stays so" "discarded hoa bản ghi thử" "$(state d)"
	expect_eq "to look changes nothing" "open - -" "$(state e)"
	expect_eq "no reason is no reason" "discarded hoa -, discarded hoa -" "$(state f), $(state b)"
	sql "update ops.dead_letter set state = 'resolved', state_by = 'load', state_why = 'loaded' where key = 'a'"
	act discard "$(letter_id a)" "muộn" | note
	load
	expect_eq "what is resolved stays so" "resolved load loaded" "$(state a)"
	act discard "$(letter_id e)" | sed 's/"thing"/"other"/' | note
	act discard "$(letter_id e)" | sed 's/"at":"20../"at":"1999/' | note
	load
	expect_eq "an act is about letters of its stream, that were there then" "open - -" "$(state e)"
	expect_eq "all of it is chained" "10 whole 0 0 0 0" "$(verdict)"
}

refusals() {
	local id
	id=$(sql "select id from ops.audit where seq = 3")
	{
		echo '{"format":"act/1"}'
		echo garbage
		sql "select body from ops.audit where seq = 2"
		act discard "$(letter_id e)" "một id hai lần" "$id"
		act fix "$(letter_id e)" "sau cùng"
	} | note
	load
	expect_eq "what is no act is a letter, also one with another's id" "act _audit 3" \
		"$(sql "select code, stream, count(*) from ops.dead_letter where stage = 'load' group by 1, 2")"
	expect_eq "the chain goes on behind them" "11 whole 0 0 0 0" "$(verdict)"
	expect_eq "and so do the states" "fixed hoa sau cùng" "$(state e)"
	sql "delete from ops.offset where topic = '$PREFIX._audit'"
	expect_eq "what is not loaded is waited for" "11 whole 0 11 13 0" "$(verdict)"
	load
	expect_eq "loaded again, nothing is there twice" "11 whole 0 0 0 0" "$(verdict)"
}

other_key() {
	local key=$WS/secrets/audit.key
	mv "$key" "$key.away"
	(umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$key")
	expect_eq "another key fits nothing" "0 changed 1 0 0 1" "$(verdict)"
	act reveal "$(letter_id e)" | note
	run_loader
	expect_eq "and is not chained with" 2 $?
	expect_eq "which is said" 1 "$(grep -c "put the key back" "$WS/loaded")"
	mv -f "$key.away" "$key"
	load
	expect_eq "with the right one it goes on" "12 whole 0 0 0 0" "$(verdict)"
}

# tampered NAME SQL VERDICT [option...]: found, and right again when it is undone.
tampered() {
	local name=$1 change=$2 want=$3
	shift 3
	sql "$change"
	expect_eq "$name" "$want" "$(verdict "$@")"
	sql "delete from ops.audit; insert into ops.audit select * from kept.audit"
}

tampering() {
	sql "create schema kept; create table kept.audit as table ops.audit"
	"$SONGMA" audit export "$WS/head" >"$WS/exported" || fail "an export" "it fails"
	expect_eq "an export has a line an act and the head" 13 "$(wc -l <"$WS/head")"
	expect_eq "which nobody else may read" 600 "$(stat -c %a "$WS/head")"
	expect_exit "and no file is replaced by it" 2 "$SONGMA" audit export "$WS/head" 2>/dev/null
	expect_eq "the export's acts are the topic's" "$(sql "select body from ops.audit order by seq")" \
		"$(jq -r 'select(.body).body' "$WS/head")"
	tampered "a byte of the text" "update ops.audit set body = replace(body, 'sửa', 'sứa') where seq = 3" "2 changed 3 0 0 1"
	tampered "a byte of a link" "update ops.audit set hmac = set_byte(hmac, 31, get_byte(hmac, 31) # 1) where seq = 7" \
		"6 changed 7 0 0 1"
	tampered "who it was" "update ops.audit set by = 'lan' where seq = 4" "3 columns 4 0 0 1"
	tampered "what it was about" "update ops.audit set letters = '{1}' where seq = 2" "1 columns 2 0 0 1"
	tampered "when it was" "update ops.audit set at = at + interval '1us' where seq = 9" "8 columns 9 0 0 1"
	tampered "a row taken out of the middle" "delete from ops.audit where seq = 5" "4 missing 5 0 0 1"
	tampered "and the gap closed" "delete from ops.audit where seq = 5;
		update ops.audit set seq = seq - 1 where seq = 6" "4 changed 5 0 0 1"
	tampered "the first row" "delete from ops.audit where seq = 1" "0 missing 1 0 0 1"
	tampered "the last row" "delete from ops.audit where seq = 12" "11 missing 12 0 0 1"
	tampered "all rows" "delete from ops.audit" "0 missing 1 0 0 1"
	tampered "two rows changed places" "update ops.audit set seq = 100 + seq where seq in (6, 7);
		update ops.audit set seq = 113 - seq where seq > 100" "5 changed 6 0 0 1"
	tampered "an act that nobody did" "insert into ops.audit select 13, gen_random_uuid(), at, by, act, source, stream,
		letters, body, hmac from ops.audit where seq = 12" "12 changed 13 0 0 1"
	forged
	expect_eq "the export's head is still there" "12 whole 0 0 0 0" "$(verdict --head "$WS/head")"
	expect_exit "what is no export is said" 2 "$SONGMA" audit verify --head "$SONGMA_CONFIG" 2>/dev/null
	rolled_back
	expect_eq "and all is as it was" "12 whole 0 0 0 0" "$(verdict)"
}

# A link as its definition says: hmac $1 (hex), seq $2, body $3.
link() {
	{
		printf '%b' "$(sed 's/../\\x&/g' <<<"$1$(printf %016x "$2")")"
		printf %s "$3"
	} | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(cat "$WS/secrets/audit.key")" | sed 's/.* //'
}

# Who has the key can add to the chain, but not to the topic.
forged() {
	local body hmac last
	body=$(act discard 1 "không ai làm")
	last=$(sql "select encode(hmac, 'hex') from ops.audit where seq = 11")
	expect_eq "a link is what its definition says" "$(sql "select encode(hmac, 'hex') from ops.audit where seq = 12")" \
		"$(link "$last" 12 "$(sql "select body from ops.audit where seq = 12")")"
	hmac=$(link "$(sql "select encode(hmac, 'hex') from ops.audit where seq = 12")" 13 "$body")
	tampered "an act that was added with the key" "insert into ops.audit select 13, (b ->> 'id')::uuid, (b ->> 'at')::timestamptz,
		b ->> 'by', b ->> 'kind', b ->> 'source', b ->> 'stream', '{1}', '$body', decode('$hmac', 'hex')
		from (select '$body'::jsonb) t(b)" "12 topic 13 0 0 1"
	sql "update ops.audit set by = 'lan' where seq = 4"
	expect_exit "what is wrong is said" 1 "$SONGMA" audit verify >"$WS/said" 2>&1
	expect_contains "with its place and in words" "act 4 is the first that is wrong: a column of its row was changed" \
		"$(cat "$WS/said")"
	sql "update ops.audit set by = 'hoa' where seq = 4"
}

# The end of the chain taken away with the loader's memory of it: the topic would bring it back, the head shows it.
rolled_back() {
	local next
	next=$(sql "select next_offset from ops.offset where topic = '$PREFIX._audit'")
	sql "update ops.offset set next_offset = next_offset - 1 where topic = '$PREFIX._audit'"
	tampered "the last row and its offset: it waits to be loaded again" "delete from ops.audit where seq = 12" "11 whole 0 0 1 0"
	tampered "but it was exported" "delete from ops.audit where seq = 12" "11 head 12 0 1 1" --head "$WS/head"
	sql "update ops.offset set next_offset = $next where topic = '$PREFIX._audit'"
}

killed() {
	local round
	for round in $(seq 1 "$MANY"); do act reveal 1 "$round" "00000000-0000-4000-8000-$(printf %012d "$round")"; done >"$WS/acts"
	for round in 1 2 3 4; do
		start_loader "a$round"
		start_loader "b$round"
		head -n $((MANY * round / 4)) "$WS/acts" | tail -n $((MANY / 4)) | note
		wait_for 60 "some are chained" sql_is "select count(*) > 12 + $MANY * ($round - 1) / 4 from ops.audit" t
		for LOADER in $(jobs -p); do
			kill -9 "$LOADER"
			wait "$LOADER" 2>/dev/null
		done
	done
	load
	expect_eq "two loaders, killed four times: every act is chained once" "$((MANY + 12)) whole 0 0 0 0" "$(verdict)"
	expect_eq "in the order in which they were done" t "$(sql "select bool_and(right(id::text, 12)::bigint = seq - 12)
		from ops.audit where seq > 12")"
}

workspace audit || exit 1
at_end workspace_end
needs_a_key
states_go_forward
refusals
other_key
tampering
killed
scenario_end
