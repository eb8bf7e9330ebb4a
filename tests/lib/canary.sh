# canary.sh - searches all that left the sources for values planted in them.  Sourced by flow.sh.
# shellcheck shell=bash
#
# Places, each a file $WS/everything.PLACE:
#   keys      record keys, headers and names of the workspace's topics
#   values    their values
#   canon     the warehouse's rows of people: canon and history
#   ops       all else that the warehouse keeps of ours: ops, ref, ind
#   registry  the workspace's schemas
#   said      what the scenario put there of what the program said
# and after canary_watch also
#   logs      what the warehouse, Kafka and the registry logged since
#   files     files in the folders for temporary files and in the workspace, written since
#   segments  Kafka's and the registry's files as they stand on the disk

# From here on, what servers log and what files are written are places, too.  $1: what all canaries have in common; of
# files, only those that have it are looked at closer.
canary_watch() {
	local part
	CANARY_TRACE=$1
	declare -gA CANARY_LOGGED
	for part in warehouse kafka registry; do
		CANARY_LOGGED[$part]=$(stat -c %s "$SONGMA_STACK_DIR/log/$part.log")
	done
	CANARY_MARK=$SCENARIO_TMP/mark
	touch "$CANARY_MARK"
}

canary_collect() {
	local out=$WS/everything topic table subject part
	rm -f "$out".{keys,values,canon,ops,registry,logs,files,segments}
	for topic in $(kcat -b "$SONGMA_KAFKA" -L -J | jq -r '.topics[].topic' | grep "^$PREFIX\\."); do
		echo "$topic"
		kcat -b "$SONGMA_KAFKA" -C -e -q -o beginning -t "$topic" -f '%k\n%h\n'
		kcat -b "$SONGMA_KAFKA" -C -e -q -o beginning -t "$topic" -f '%s\n' >>"$out.values"
	done >"$out.keys" 2>/dev/null
	for table in $(psql_wh "$WH" -c "select format('%I.%I', schemaname, tablename) from pg_tables
		where schemaname in ('canon', 'history', 'ops', 'ref', 'ind')"); do
		case $table in
		canon.* | history.*) psql_wh "$WH" -c "copy $table to stdout" >>"$out.canon" ;;
		*) psql_wh "$WH" -c "copy $table to stdout" >>"$out.ops" ;;
		esac
	done
	for subject in $(curl -s "$SONGMA_REGISTRY/subjects" | jq -r '.[]' | grep "^$PREFIX"); do
		curl -s "$SONGMA_REGISTRY/subjects/$subject/versions/latest"
	done >"$out.registry"
	[ -n "${CANARY_MARK:-}" ] || return 0
	for part in warehouse kafka registry; do
		tail -c "+$((CANARY_LOGGED[$part] + 1))" "$SONGMA_STACK_DIR/log/$part.log"
	done >"$out.logs"
	# Not the data of this stack and of others, which are places of their own.
	find /tmp /var/tmp /dev/shm "$WS" -xdev -path '/var/tmp/songma-*' -prune -o -path "$SCENARIO_TMP" -prune -o \
		-type f -newer "$CANARY_MARK" -size -65536 ! -path "$out.*" -exec grep -laF \
		-e "$CANARY_TRACE" -e "$(printf '%s' "$CANARY_TRACE" | od -An -v -tx1 | tr -d ' \n')" {} + \
		>"$SCENARIO_TMP/traced" 2>/dev/null
	xargs -r -d '\n' tail -v -n +1 <"$SCENARIO_TMP/traced" >"$out.files"
	# Kafka's indexes hold numbers alone, ten megabytes of nothing each.
	find "$SONGMA_STACK_DIR/kafka" "$SONGMA_STACK_DIR/registry" -type f ! -name '*index' -exec cat {} + \
		>"$out.segments" 2>/dev/null
}

# The places that hold the text, or its bytes as hexadecimal; $2: a pattern for what stands before it.
canary_places() {
	local hex
	hex=$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')
	{
		LC_ALL=C grep -alE -- "${2:-}$1" "$WS"/everything.*
		LC_ALL=C grep -al -- "$hex" "$WS"/everything.*
	} | sed 's/.*\.//' | sort -u | paste -sd' '
}

# The canary is in these places (names in alphabetical order) and nowhere else.
expect_only() { # expect_only NAME PLACES CANARY
	expect_eq "$1" "$2" "$(canary_places "$3")"
}

# Collects, sees that there was something to search, and looks for each canary.  $1: a pattern for what stands before the
# text; then the canaries.
expect_nowhere() {
	local before=$1 canary place
	shift
	canary_collect
	for place in keys values ops said; do
		expect_eq "the search sees the $place" yes "$([ -s "$WS/everything.$place" ] && echo yes)"
	done
	expect_eq "the search sees the tables" yes "$(grep -q '\\x[0-9a-f]\{64\}' "$WS/everything.canon" && echo yes)"
	expect_eq "the search sees the registry" yes "$(grep -q 'vn\.songma\.test' "$WS/everything.registry" && echo yes)"
	for canary in "$@"; do
		expect_eq "canary ${canary:0:3}… is nowhere" "" "$(canary_places "$canary" "$before")"
	done
}
