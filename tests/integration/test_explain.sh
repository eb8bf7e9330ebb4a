#!/bin/bash
# What has become of one row, in all the ways in which that can be: songma explain.
# shellcheck disable=SC2317 # functions that at_end calls
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh
# shellcheck source=tests/lib/flow.sh
. tests/lib/flow.sh

at_end workspace_end
workspace explain
thing_table 50
thing_source 1000
# A stream whose key is a person's number: a pseudonym everywhere but at the source.
canary=038199000777
cat >"$WS/schemas/test/Member.avsc" <<-'END'
	{"type": "record", "name": "Member", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number",
	   "whose": "person", "doc": "who"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when"}
	 ]}
END
cat >"$WS/schemas/test/Dossier.avsc" <<-'END'
	{"type": "record", "name": "Dossier", "namespace": "vn.songma.test", "doc": "A dossier of the tests",
	 "fields": [
	  {"name": "dossier_id", "type": "string", "privacy": "public", "doc": "its code"},
	  {"name": "policy", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what is asked for"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when"}
	 ]}
END
cat >>"$WS/sources/test.yaml" <<-'END'
  dossier:
    table: public.dossier
    key: ma
    mode: timestamp
    cursor: changed
    schema: test/Dossier
    fields:
      dossier_id: ma
      policy: {column: ma_cs, rules: [trim, {code_list: policy}]}
      changed_at: changed
  member:
    table: public.member
    key: so
    mode: timestamp
    cursor: changed
    schema: test/Member
    fields:
      person: {column: so, rules: [citizen_number]}
      changed_at: changed
END
src "create table member (so text primary key, changed timestamptz not null default now()); grant select on member to reader;
	insert into member values ('$canary')"
src "create table dossier (ma text primary key, ma_cs text, changed timestamptz not null default now());
	grant select on dossier to reader; insert into dossier values ('H56-0101', 'HT01')"
expect_exit "the rows flow" 0 songma sync test >/dev/null 2>&1

# explain STREAM KEY [option...]: into J.
explain() {
	local stream=$1 key=$2
	shift 2
	J=$(printf '%s\n' "$key" | "$SONGMA" explain test "$stream" --output json "$@" 2>>"$WS/everything.said")
	printf '%s\n' "$J" >>"$WS/everything.said"
}
said() { jq -r "$1" <<<"$J"; }

explain thing 1
expect_eq "in step" "in_step true no true balanced" "$(said '"\(.standing) \(.in_source.there) \(.in_source.ahead) \(.in_warehouse.row) \(.in_warehouse.balance)"')"
where=$(kcat -b "$SONGMA_KAFKA" -C -e -q -o beginning -t "$PREFIX.test.thing" -f '%k %p %o\n' 2>/dev/null | awk '$1 == 1 { print $2, $3 }' | tail -n 1)
expect_eq "where it stands in Kafka" "$where" "$(said '"\(.in_kafka.partition) \(.in_kafka.offset)"')"
expect_eq "no letters" 0 "$(said '.letters | length')"

src "update thing set label = 'other', changed = now() where id = 1"
explain thing 1
expect_eq "changed, and not read yet" "waits yes" "$(said '"\(.standing) \(.in_source.ahead)"')"
songma sync test >/dev/null 2>&1
explain thing 1
expect_eq "then in step, with a past" "in_step 1" "$(said '"\(.standing) \(.in_warehouse.earlier_versions)"')"

src "update thing set label = 'silent' where id = 2"
explain thing 2
expect_eq "changed without its cursor" "differs no" "$(said '"\(.standing) \(.in_source.ahead)"')"

explain dossier H56-0101
expect_eq "a dead letter" "rejected true false open" "$(said '"\(.standing) \(.in_source.there) \(.in_warehouse.row) \(.letters[0].state)"')"
expect_eq "with its cause, now and then" "ma_cs ma_cs" "$(said '"\(.in_source.column) \(.letters[0].column)"')"
expect_eq "and its place" "$PREFIX.test._dlq 0 0" "$(said '.letters[0] | "\(.topic) \(.partition) \(.offset)"')"
expect_exit "the desk corrects it" 0 songma dlq fix "$(said '.letters[0].id')" --value BT02 --reason "typed wrong" >/dev/null
songma sync test >/dev/null 2>&1
explain dossier H56-0101
expect_eq "corrected, and not sent for yet" "typed wrong|ma_cs|ma_cs|fixed" \
	"$(said '"\(.fixes[0].reason)|\(.fixes[0].column)|\(.in_source.corrected[0])|\(.letters[0].state)"')"
songma dlq replay --all-of test --yes >/dev/null 2>&1
songma sync test >/dev/null 2>&1
explain dossier H56-0101
expect_eq "replayed" "in_step resolved loaded" "$(said '"\(.standing) \(.letters[0].state) \(.letters[0].state_why)"')"
# A letter of an older version of the row than the warehouse has.
wh "insert into ops.dead_letter (source, stream, stage, code, reason, key, version, topic, partition, kafka_offset, at, state,
	state_why, resolved_version) select 'test', 'dossier', 'load', 'x', 'old', _key, 1, 't', 0, 0, now(), 'resolved', 'superseded',
	_version from canon.dossier"
explain dossier H56-0101
expect_eq "superseded by a version" yes "$(said 'if .letters[0].state_why == "superseded" and .letters[0].resolved_version == .in_warehouse.version then "yes" else . end')"

src "delete from thing where id = 3"
explain thing 3
expect_eq "gone from the source alone" "left false true" "$(said '"\(.standing) \(.in_source.there) \(.in_warehouse.row)"')"
wh "update canon.thing set _deleted_at = now() where id = 3"
explain thing 3
expect_eq "deleted" "deleted yes" "$(said '"\(.standing) \(if .in_warehouse.deleted then "yes" else "no" end)"')"
explain thing 4711
expect_eq "never seen" "never false false" "$(said '"\(.standing) \(.in_source.there) \(.in_warehouse.row)"')"
explain thing abc
expect_eq "a key that can be none" "never" "$(said '.standing')"

explain member "$canary"
expect_eq "a person's row" "in_step true" "$(said '"\(.standing) \(.in_kafka.found)"')"
expect_lacks "without the person" 0381 "$(said '.key')"

# ---- for people --------------------------------------------------------------------------------------------------------

printf 'H56-0101\n' | songma explain test dossier >"$WS/told" 2>>"$WS/everything.said"
expect_contains "a story" "In step" "$(cat "$WS/told")"
expect_contains "of its letter" "resolved" "$(cat "$WS/told")"
expect_contains "and its correction" "typed wrong" "$(cat "$WS/told")"
expect_exit "no key, no answer" 2 songma explain test thing </dev/null >/dev/null 2>&1
expect_exit "the key is no argument" 2 songma explain test thing 5 </dev/null >/dev/null 2>&1

# ---- the source is away ------------------------------------------------------------------------------------------------

sed -i 's/port=[0-9]*/port=1/' "$WS/secrets/src.dsn"
explain thing 1
expect_eq "what is known without it" "unknown false true" "$(said '"\(.standing) \(.in_source.asked) \(.in_kafka.found)"')"
explain member "$canary" --no-source
expect_contains "a pseudonym can't be told" "personal" "$(said '.keyless')"

expect_nowhere "" "$canary"
scenario_end
