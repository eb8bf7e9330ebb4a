#!/bin/bash
# The messages of usual mistakes, as people see them, in Vietnamese and English, with their exit
# codes: held against tests/golden.  UPDATE=1 writes the transcripts afresh; read the difference.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

# What differs from run to run, and is no part of the message.
plain() {
	sed -e "s|$WS|WS|g" -e "s|127\.0\.0\.1:[0-9]*|HOST:PORT|g" -e "s|$SRC|DB|g" -e "s|$WH|WAREHOUSE|g" \
		-e "s|$PREFIX|PREFIX|g" -e '/^level=/d' -e 's|failed: [^)]*)|failed: WHY)|' -e 's|port [0-9]*|port N|g'
}

# Transcript $1: the command line, what it says, its exit code.
golden() {
	local name=$1 code
	shift
	for lang in vi en; do
		{
			echo "\$ songma $*"
			SONGMA_LANG=$lang timeout 120 "$SONGMA" "$@" 2>&1
			code=$?
			echo "[$code]"
		} | plain >"$SCENARIO_TMP/$name.$lang"
		if [ -n "${UPDATE:-}" ]; then
			cp "$SCENARIO_TMP/$name.$lang" "tests/golden/$name.$lang"
		fi
		if diff -u "tests/golden/$name.$lang" "$SCENARIO_TMP/$name.$lang"; then
			pass "$name, $lang"
		else
			fail "$name, $lang" "the transcript differs"
		fi
	done
}

stack() { deploy/local/stack.sh "$@" >/dev/null 2>&1; }

workspace messages
thing_table 10
thing_source

golden no-command frobnicate
golden no-option sync --fast
cp "$WS/sources/test.yaml" "$WS/good.yaml"
again() { cp "$WS/good.yaml" "$WS/sources/test.yaml"; }

sed -i 's/    cursor: changed/    cursr: changed/' "$WS/sources/test.yaml"
golden wrong-key pull test
again
sed -i 's/label: label/label: lable/' "$WS/sources/test.yaml"
golden unknown-column pull test
again
sed -i 's/public.thing/public.thingy/' "$WS/sources/test.yaml"
golden unknown-table pull test
again
sed -i 's/label: label/lable: label/' "$WS/sources/test.yaml"
golden unknown-field pull test
again
sed -i 's/label: label/label: {column: label, rules: [trimm]}/' "$WS/sources/test.yaml"
golden unknown-rule pull test
again
sed -i 's/mode: timestamp/mode: log/' "$WS/sources/test.yaml"
golden mode-log pull test
again
sed -i 's/cursor: changed/cursor: label/' "$WS/sources/test.yaml"
golden text-cursor pull test
again
golden unknown-source pull clinic
rm "$WS/sources/test.yaml"
golden no-source status
again
golden dlq-unknown dlq mend
golden dlq-no-target dlq fix
golden dlq-two-kinds dlq replay 17 B
golden dlq-nothing-loaded dlq list
chmod 644 "$WS/secrets/src.dsn"
golden open-secret pull test
chmod 600 "$WS/secrets/src.dsn"
sed -i 's/password=reader/password=wrong/' "$WS/secrets/src.dsn"
golden wrong-password pull test
sed -i 's/password=wrong/password=reader/' "$WS/secrets/src.dsn"
psql_src "$SRC" -c "alter table thing drop constraint thing_pkey"
sed -i '/key: id/d' "$WS/sources/test.yaml"
golden no-key pull test
again
psql_src "$SRC" -c "alter table thing add primary key (id)"
stack stop registry
golden registry-stopped pull test
stack start registry
stack stop kafka
golden kafka-stopped pull test
stack start kafka
workspace_end
scenario_end
