#!/bin/bash
# Something outside is away: one message, exit code 3, nothing lost.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

stack() { deploy/local/stack.sh "$@" >/dev/null 2>&1; }

# One line, the text $2 in it, exit code 3; $3...: the command.
expect_away() {
	local name=$1 text=$2 out code
	shift 2
	out=$(timeout 120 "$SONGMA" "$@" 2>&1 >/dev/null)
	code=$?
	expect_eq "$name: exit code" 3 "$code"
	expect_contains "$name: message" "$text" "$out"
	expect_eq "$name: one message" 1 "$(grep -c '^songma: ' <<<"$out")"
}

workspace away
thing_table 1000
thing_source
stack stop registry
expect_away "registry away" "registry" pull test
stack start registry
stack stop kafka
expect_away "broker away" "$SONGMA_KAFKA" pull test
stack start kafka
stack stop sources
expect_away "source away" "127.0.0.1" pull test
stack start sources
songma pull test 2>/dev/null
stack stop warehouse
expect_away "warehouse away" "warehouse" load
stack start warehouse
expect_exit "when all is back, sync ends well" 0 songma sync
expect_eq "and nothing is missing" same "$(thing_difference)"

# A view whose query never ends in time stands before it.
src "create view slow as select thing.* from thing, pg_sleep(60)" "grant select on slow to public"
src "update thing set label = 'anew', changed = now() where id <= 10"
sed -i 's/page_rows: 1000/page_rows: 1000, statement_timeout: 1s/' "$WS/sources/test.yaml"
sed -n '/^  thing:/,$p' "$WS/sources/test.yaml" | sed 's/^  thing:/  slow:/; s/public.thing/public.slow/' >"$WS/slow"
sed -i "/^streams:/r $WS/slow" "$WS/sources/test.yaml"
expect_away "a stream that is too slow" "test.slow: public.slow: not done within the statement timeout of 1 s" pull test
expect_exit "what the others have sent is loaded" 0 songma load
expect_eq "and it is all" same "$(thing_difference)"
workspace_end
scenario_end
