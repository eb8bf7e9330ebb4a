#!/bin/bash
# Canaries planted wherever a source may hold a person's value - identifiers, keys, personal columns, columns that nobody
# named, values that a rule or the warehouse refuses, corrections - are searched in every log, topic, table, message,
# temporary file and core file.  What may hold one is said; a place that the search can't see would be found out by what is
# planted there on purpose.
# shellcheck disable=SC2129 # what is expected stands alone
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

say() { "$SONGMA" "$@" >>"$said" 2>&1; }

# Nobody else's test has these: digits of this run, and words with them.
run=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
run=$(printf '%05d' $((run % 100000)))
good=0381990$run      # a citizen number: leaves as a pseudonym alone
key=0381770$run       # the same as the key of a stream
short=038166$run      # a digit is missing: a letter
mended=0381550$run    # typed at the desk instead
wrong=038144$run      # typed at the desk, and refused
name=CANARYNAME$run   # in a column that no field names
note=CANARYNOTE$run   # personal, and its schema says what for: it may travel
long=CANARYLONG$run   # the same, and the warehouse refuses it by a CHECK
twice=CANARYTWICE$run # the same, and the warehouse refuses it by a unique index
day=CANARYDAY$run     # where a date should be: a letter
open=CANARYOPEN$run   # public
pass=CANARYPASS$run   # a password

workspace canary
said=$WS/everything.said
: >"$said"
export SONGMA_LOG=debug
canary_watch "$run"
psql_src "$SRC" -c "create table person (id bigint primary key, cccd text, ho_ten text, note text, born text, label text,
	  changed timestamptz not null default now())" -c "insert into person values
	  (1, '$good', '$name', '$note', '1980', '$open'), (2, '$short', '$name', '$note 2', '1980', null),
	  (3, '$good', '$name', '$long', '1980', null), (4, '$good', '$name', '$twice', '1981', null),
	  (5, '$good', '$name', '$twice', '1982', null), (6, '$good', '$name', '$note 6', '$day', null)" \
	-c "create table holder (cccd text primary key, born text, changed timestamptz not null default now())" \
	-c "insert into holder values ('$key', '1980'), ('$short', '1981')" -c "grant select on person, holder to reader"
mkdir -p "$WS/schemas/test"
cat >"$WS/schemas/test/Human.avsc" <<-'END'
	{"type": "record", "name": "Human", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number", "doc": "who"},
	  {"name": "note", "type": ["null", "string"], "default": null, "privacy": "personal", "purpose": "a test", "doc": "a note"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "personal", "purpose": "age", "doc": "birth"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what all may see"}
	 ]}
END
cat >"$WS/schemas/test/Holder.avsc" <<-'END'
	{"type": "record", "name": "Holder", "namespace": "vn.songma.test", "doc": "A holder of a number",
	 "fields": [
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number", "doc": "who"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "personal", "purpose": "age", "doc": "birth"}
	 ]}
END
source_head test ", page_rows: 3" >"$WS/sources/test.yaml"
cat >>"$WS/sources/test.yaml" <<-'END'
	streams:
	  human:
	    table: person
	    key: id
	    mode: timestamp
	    cursor: changed
	    schema: test/Human
	    fields:
	      id: id
	      person: {column: cccd, rules: [trim, citizen_number]}
	      note: note
	      born: {column: born, rules: [date]}
	      label: label
	  holder:
	    table: holder
	    key: cccd
	    mode: timestamp
	    cursor: changed
	    schema: test/Holder
	    fields:
	      person: {column: cccd, rules: [trim, citizen_number]}
	      born: {column: born, rules: [date]}
END

# --- the flow, at every level of the log ---
say check
say preview test
expect_exit "the first sync" 0 "$SONGMA" sync test >>"$said" 2>&1
expect_eq "two rows are letters for their number, one for its date" 3 "$(wh "select count(*) from ops.dead_letter where stage = 'normalise'")"
expect_eq "the rest is loaded" "4|1" "$(wh 'select (select count(*) from canon.human), (select count(*) from canon.holder)')"
# Constraints that a user of the warehouse adds, for what is new.
wh "alter table canon.human add constraint short_note check (length(note) < 22) not valid"
wh "create unique index one_note on canon.human (note) where born = '1999'"
src "update person set note = note || ' and more than fits', changed = now() where id = 3"
src "update person set born = '1999', changed = now() where id in (4, 5)"
expect_exit "a sync with refusals" 0 "$SONGMA" sync test >>"$said" 2>&1
expect_eq "the warehouse has refused two" "23505 23514" "$(wh "select string_agg(code, ' ' order by code) from ops.dead_letter where stage = 'load'")"
src "update person set changed = now() where id = 1"
"$SONGMA" pull test --progress-fd 3 3>>"$said" >>"$said" 2>&1

# --- the desk ---
bad=$(wh "select id from ops.dead_letter where stream = 'human' and column_name = 'cccd'")
say dlq list
say dlq list --output json
for letter in $(wh 'select id from ops.dead_letter'); do say dlq show "$letter"; done
expect_exit "a wrong number is refused" 1 "$SONGMA" dlq fix "$bad" --value - --reason "typed" <<<"$wrong" >>"$said" 2>&1
expect_exit "a right one is taken" 0 "$SONGMA" dlq fix "$bad" --value - --reason "typed from the paper" <<<"$mended" >>"$said" 2>&1
expect_exit "the letter is sent for" 0 "$SONGMA" dlq replay "$bad" --yes >>"$said" 2>&1
expect_exit "the sync" 0 "$SONGMA" sync test >>"$said" 2>&1
expect_eq "the person is there" 1 "$(wh 'select count(*) from canon.human where id = 2')"
expect_exit "who has the right sees it in clear" 0 "$SONGMA" dlq show "$bad" --reveal >/dev/null 2>&1
expect_contains "on the terminal alone" "$short" "$LAST_OUT"
for command in status runs "runs --output json" "audit verify" "audit export $WS/audit.jsonl"; do
	# shellcheck disable=SC2086 # words
	say $command
done

# --- a source that refuses us, processes that end badly ---
cp -p "$WS/secrets/src.dsn" "$WS/src.dsn"
sed -i "s/password=.*/password=$pass/" "$WS/secrets/src.dsn"
say check
say pull test
mv "$WS/src.dsn" "$WS/secrets/src.dsn"
cores=$SCENARIO_TMP/cores
mkdir -p "$cores/ours"
end_badly() ( # end_badly FOLDER command...
	cd "$1" || exit
	shift
	ulimit -c unlimited
	"$@" >>"$said" 2>&1 &
	sleep 1.5
	kill -ABRT $!
	wait $!
) 2>/dev/null
end_badly "$cores" sleep 60 # what a core looks like here, so that none means something
end_badly "$cores/ours" "$SONGMA" load --follow
end_badly "$cores/ours" "$SONGMA" pull test --follow
if [ "$(cat /proc/sys/kernel/core_pattern)" = core ]; then
	expect_eq "a core can be made here" 1 "$(find "$cores" -maxdepth 1 -type f | wc -l)"
fi
expect_eq "the program makes none" "" "$(find "$cores/ours" -type f)"

# --- the search ---
expect_nowhere '' "$good" "$key" "$short" "$mended" "$wrong" "$name" "$day" "$pass"
# Values may travel that a schema states a purpose for: sealed where they were refused, and never outside of these.
# (Segments are the topics' values as they stand on Kafka's disk.)
travels=$(canary_places "$open" | sed "s/ said//") # a preview shows it, too
expect_contains "what is public is found in rows" "canon" "$travels"
expect_contains "and in records" "values" "$travels"
expect_only "a personal value with a purpose is where records and rows are" "$travels" "$note"
expect_only "one that a CHECK refuses, too" "$travels" "$long"
expect_only "and one that a unique index refuses" "$travels" "$twice"

# --- what the search would find ---
plant=CANARYPLANT$run
PGOPTIONS='-c log_min_messages=error -c log_min_error_statement=error' psql_wh postgres -c "select '$plant'::integer" >/dev/null 2>&1
echo "$plant" >"$WS/planted"
echo "$plant" >>"$said"
topic_create "$PREFIX.planted"
printf 'k%s\tv%s\n' "$plant" "$plant" | kcat -b "$SONGMA_KAFKA" -P -t "$PREFIX.planted" -K '\t' -H "h=$plant"
wh "create table ops.planted as select '$plant' as x"
wh "create table canon.planted as select convert_to('$plant', 'UTF8') as x"
canary_collect
expect_only "the search finds what is planted in every place" "canon files keys logs ops said segments values" "$plant"

workspace_end
scenario_end
