#!/usr/bin/env bash
# test_registry.sh - the registry client against the real registry: what it keeps, what it refuses, and what happens without it.
# Usage: test_registry.sh      The tools are those of `make tools` in $BUILD (build); the stack's registry runs.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/lib.sh

TOOL=${BUILD:-build}/avro-tool
PYTHON=$(tests/lib/venv.sh) || exit 1
STACK=deploy/local/stack.sh
URL=$SONGMA_REGISTRY
TOPIC=t$$x$RANDOM
SUBJECT=$TOPIC-value

registry() { "$TOOL" registry "$URL" "$@"; }

# curl without proxy, as the registry is on this machine
ask() { curl -sf -m 15 --noproxy '*' -H 'Content-Type: application/vnd.schemaregistry.v1+json' "$@"; }

level_of() { ask "$URL/config/$1" | jq -r .compatibilityLevel; }

# A schema of the record Visit: field "a", and what is given beside it.
schema() { # schema FILE [FIELD...]
	local file=$1 fields='{"name": "a", "type": "long", "doc": "số / number", "privacy": "public"}' field
	shift
	for field in "$@"; do
		fields="$fields, $field"
	done
	printf '{"type": "record", "name": "Visit", "namespace": "vn.songma.test", "doc": "lượt khám",\n "fields": [%s]}\n' "$fields" >"$file"
}

field() { # field NAME TYPE [MORE]
	printf '{"name": "%s", "type": %s, "doc": "d", "privacy": "public"%s}' "$1" "$2" "${3:+, $3}"
}

keeps_the_text() {
	local file id name
	for file in schemas/*/*.avsc; do
		name=$(basename "$file" .avsc)
		expect_exit "$name is compatible with nothing before it" 0 registry check "$TOPIC.$name-value" "$file"
		expect_exit "$name registers" 0 registry register "$TOPIC.$name-value" "$file"
		id=$LAST_OUT
		registry text "$id" >"$SCENARIO_TMP/text"
		expect_exit "$name comes back to the byte, privacy and doc included" 0 cmp "$file" "$SCENARIO_TMP/text"
		expect_eq "$name registers again under its number" "$id" "$(registry register "$TOPIC.$name-value" "$file")"
		expect_eq "$name must be read by its future versions" BACKWARD_TRANSITIVE "$(level_of "$TOPIC.$name-value")"
	done
}

evolves() {
	schema "$SCENARIO_TMP/v1.avsc" "$(field money '{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}')"
	schema "$SCENARIO_TMP/v2.avsc" "$(field money '{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}')" \
		"$(field note '["null", "string"]' '"default": null')"
	expect_exit "version 1 registers" 0 registry register "$SUBJECT" "$SCENARIO_TMP/v1.avsc"
	V1=$LAST_OUT
	expect_exit "a new field with a default is compatible" 0 registry check "$SUBJECT" "$SCENARIO_TMP/v2.avsc"
	expect_exit "version 2 registers" 0 registry register "$SUBJECT" "$SCENARIO_TMP/v2.avsc"
	V2=$LAST_OUT
	expect_eq "version 2 has a number of its own" yes "$([ "$V1" != "$V2" ] && echo yes)"
	expect_eq "there are two versions" '[1,2]' "$(ask "$URL/subjects/$SUBJECT/versions")"
	expect_eq "version 1 is still what it was" "$(cat "$SCENARIO_TMP/v1.avsc")" "$(registry text "$V1")"
	expect_exit "version 1 may be used again" 0 registry check "$SUBJECT" "$SCENARIO_TMP/v1.avsc"
	jq . "$SCENARIO_TMP/v1.avsc" >"$SCENARIO_TMP/reformatted.avsc"
	expect_eq "another layout is the same schema" "$V1" "$(registry register "$SUBJECT" "$SCENARIO_TMP/reformatted.avsc")"
}

refuse() { # refuse NAME WORDS FIELD...
	local name=$1 words=$2
	shift 2
	schema "$SCENARIO_TMP/bad.avsc" "$@"
	expect_exit "$name is refused" 2 registry check "$SUBJECT" "$SCENARIO_TMP/bad.avsc"
	expect_contains "$name: the message says why" "$words" "$LAST_ERR"
	expect_contains "$name: the message says where" "$SUBJECT" "$LAST_ERR"
}

refuses() {
	local money='{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}'
	refuse "a new field without a default" "field new: it is not in what was written" \
		"$(field money "$money")" "$(field new '"string"')"
	refuse "another type" "field money: it was written as bytes and can't be read as long" "$(field money '"long"')"
	refuse "another scale of a decimal" "keep the scale" "$(field money '{"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 3}')"
	# Only version 2 has the note; a reader of it must still read version 1.
	refuse "what only version 1 stands against" "version 1: field note" "$(field money "$money")" "$(field note '["null", "string"]')"
	expect_exit "the registry itself refuses it too" 2 registry register "$SUBJECT" "$SCENARIO_TMP/bad.avsc"
	expect_contains "with its own words" "HTTP 409" "$LAST_ERR"
	expect_exit "a number that no schema has is no fault of the registry" 1 registry text 2000000000
	expect_contains "and is named" "no schema number 2000000000" "$LAST_ERR"
}

mends_the_level() {
	ask -X PUT -d '{"compatibility":"NONE"}' "$URL/config/$SUBJECT" >/dev/null
	expect_eq "somebody lowered the level" NONE "$(level_of "$SUBJECT")"
	expect_exit "a check of the same schema" 0 registry check "$SUBJECT" "$SCENARIO_TMP/v2.avsc"
	expect_eq "puts it right" BACKWARD_TRANSITIVE "$(level_of "$SUBJECT")"
}

# Version 1 and 2 in one topic: a consumer that knows nothing of us reads both.
is_read_by_others() {
	local one two
	one=$(echo '[["int","5"],["decimal","-12.50"]]' | "$TOOL" encode "$SCENARIO_TMP/v1.avsc")
	two=$(echo '[["int","6"],["decimal","0.01"],["text","Thọ Xuân"]]' | "$TOOL" encode "$SCENARIO_TMP/v2.avsc")
	printf '00%08x%s\n00%08x%s\n' "$V1" "$one" "$V2" "$two" |
		"$PYTHON" tests/lib/confluent_read.py "$URL" "$TOPIC" >"$SCENARIO_TMP/read" 2>"$SCENARIO_TMP/read.err"
	expect_eq "Confluent's own client reads both versions" \
		'{"a": 5, "money": "-12.50"}|{"a": 6, "money": "0.01", "note": "Thọ Xuân"}|' "$(tr '\n' '|' <"$SCENARIO_TMP/read")"
}

survives_without() {
	local held
	expect_exit "the registry answers" 0 registry ping
	coproc "$TOOL" registry "$URL" twice "$V1"
	held=$COPROC_PID
	exec {from}<&"${COPROC[0]}" {to}>&"${COPROC[1]}"
	read -r <&"$from"
	"$STACK" kill registry
	at_end "$STACK" start registry
	expect_exit "a killed registry is away" 3 registry ping
	expect_contains "and the message says which" "$URL is away" "$LAST_ERR"
	expect_contains "and what to do" "see that it runs" "$LAST_ERR"
	expect_exit "so is it for a check" 3 registry check "$SUBJECT" "$SCENARIO_TMP/v1.avsc"
	expect_exit "for registering" 3 registry register "$SUBJECT" "$SCENARIO_TMP/v1.avsc"
	expect_exit "and for a schema not asked for before" 3 registry text "$V1"
	echo >&"$to"
	exec {to}>&-
	expect_eq "but not for one that is known" "$(cat "$SCENARIO_TMP/v1.avsc")" "$(cat <&"$from")"
	wait "$held"
	expect_eq "whose process ended well" 0 $?
	"$STACK" start registry
	expect_eq "after kill -9 version 1 has its number" "$V1" "$(registry register "$SUBJECT" "$SCENARIO_TMP/v1.avsc")"
	expect_eq "and version 2 its own" "$V2" "$(registry register "$SUBJECT" "$SCENARIO_TMP/v2.avsc")"
	expect_eq "and its text" "$(cat "$SCENARIO_TMP/v2.avsc")" "$(registry text "$V2")"
	expect_eq "and the subject its level" BACKWARD_TRANSITIVE "$(level_of "$SUBJECT")"
}

if [ ! -x "$TOOL" ]; then
	echo "$TOOL is missing; build it with: make tools" >&2
	exit 1
fi
keeps_the_text
evolves
refuses
mends_the_level
is_read_by_others
expect_exit "a wrong path is no registry" 2 "$TOOL" registry "${URL%/apis*}/nothing" ping
expect_contains "and the message says what an address looks like" "/apis/ccompat/v7" "$LAST_ERR"
survives_without
scenario_end
