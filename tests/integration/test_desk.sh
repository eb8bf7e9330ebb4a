#!/bin/bash
# The desk of dead letters: poisoned rows are listed by cause, corrected, sent for, loaded and resolved; a correction lasts
# until the source changes the value; what is discarded stays out; a fix that would be rejected again is refused; every act
# is in the audit, and a changed or missing one is found; personal values are nowhere.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

# State and why of letters, by the numbers given.
state_of() { wh "select state || ':' || coalesce(state_why, '') from ops.dead_letter where id in ($1) order by id" | sort -u; }
# The number of the letter of a key.
letter_of() { wh "select max(id) from ops.dead_letter where key = '$1'"; }
# The label of the cause with this column.
cause_of() { songma dlq list --output json | jq -r "map(select(.column == \"$1\" and .cause != null))[0].cause"; }

workspace desk
src <<-'END'
	create table dossier (ma text primary key, ma_cs text, cccd text, ghi_chu text, changed timestamptz not null default now());
	insert into dossier select 'H56-' || to_char(i, 'FM0000'), 'HT02', '038199012345', null, timestamptz '2025-01-01 00:00+07' + i * interval '1 s'
	  from generate_series(1, 20) i;
	insert into dossier values
	  ('H56-0101', 'HT01', '038199054321', null, '2025-02-01 00:00+07'), ('H56-0102', 'HT01', null, null, '2025-02-02 00:00+07'),
	  ('H56-0103', 'HT01', null, null, '2025-02-03 00:00+07'),
	  ('H56-0201', 'HT02', '03819907654', null, '2025-02-04 00:00+07'), ('H56-0202', 'HT02', '0381990', null, '2025-02-05 00:00+07'),
	  ('H56-0301', 'QQ1', null, null, '2025-02-06 00:00+07'), ('H56-0302', 'QQ2', null, null, '2025-02-07 00:00+07'),
	  ('H56-0303', 'QQ3', null, null, '2025-02-08 00:00+07');
	create table human (cccd text primary key, born text);
	insert into human values ('038199000001', '1990'), ('038199444555', 'CANARYDAY');
	grant select on dossier, human to reader;
END
mkdir -p "$WS/schemas/test"
cat >"$WS/schemas/test/Dossier.avsc" <<-'END'
	{"type": "record", "name": "Dossier", "namespace": "vn.songma.test", "doc": "A dossier of the tests",
	 "fields": [
	  {"name": "dossier_id", "type": "string", "privacy": "public", "doc": "its code"},
	  {"name": "policy", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what is asked for"},
	  {"name": "person", "type": ["null", {"type": "fixed", "name": "Pseudonym", "size": 32}], "default": null,
	   "privacy": "identifier", "kind": "citizen_number", "doc": "who asks"},
	  {"name": "note", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "a remark"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when it changed"}
	 ]}
END
cat >"$WS/schemas/test/Human.avsc" <<-'END'
	{"type": "record", "name": "Human", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number", "doc": "who"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "personal",
	   "purpose": "age of residents", "doc": "birth"}
	 ]}
END
source_head test >"$WS/sources/test.yaml"
cat >>"$WS/sources/test.yaml" <<-'END'
	letters: {pause_at: never}
	streams:
	  dossier:
	    table: dossier
	    key: ma
	    mode: timestamp
	    cursor: changed
	    schema: test/Dossier
	    fields:
	      dossier_id: ma
	      policy: {column: ma_cs, rules: [trim, {code_list: policy}]}
	      person: {column: cccd, rules: [trim, citizen_number]}
	      note: ghi_chu
	      changed_at: changed
	  human:
	    table: human
	    mode: bulk
	    schema: test/Human
	    fields:
	      person: {column: cccd, rules: [trim, citizen_number]}
	      born: {column: born, rules: [date]}
END
said=$WS/everything.said

expect_exit "before the first load it says what to do" 2 songma dlq list 2>/dev/null
expect_exit "the first sync" 0 songma sync test >>"$said" 2>&1
expect_eq "the good rows are loaded" 20 "$(wh 'select count(*) from canon.dossier')"
expect_eq "the bad ones are letters" 9 "$(wh "select count(*) from ops.dead_letter where state = 'open'")"

# --- list and show ---
expect_exit "the list" 0 songma dlq list >>"$said"
expect_contains "names the cause" 'column ma_cs: code "HT01" is not in the list policy' "$LAST_OUT"
expect_contains "shows the end of a public key" "…-0101" "$LAST_OUT"
expect_lacks "and no more of it" "H56-0101" "$LAST_OUT"
expect_contains "says what to do" "songma dlq fix" "$LAST_OUT"
a=$(songma dlq list --output json | jq -r 'map(select(.key == "…-0101"))[0].cause')
expect_eq "three letters have that cause" 3 "$(songma dlq list --output json | jq "map(select(.cause == \"$a\")) | length")"
expect_eq "other codes are other causes" 3 "$(songma dlq list --code code_list.unknown --output json | jq -r '.[] | select(.cause != "'"$a"'") | .cause' | sort -u | wc -l)"
expect_eq "a filter by stream" 1 "$(songma dlq list test human --output json | jq length)"
expect_eq "a filter by state" 0 "$(songma dlq list --state resolved --output json | jq length)"
expect_eq "a filter by day" 0 "$(songma dlq list --since 2199-01-01 --output json | jq length)"
expect_exit "an impossible day" 2 songma dlq list --since 2026-02-30 2>/dev/null
bad=$(letter_of H56-0201)
expect_exit "a letter, masked" 0 songma dlq show "$bad" >>"$said"
expect_lacks "its number is not shown" 03819907654 "$LAST_OUT"
expect_contains "its public values are" "HT02" "$LAST_OUT"
expect_exit "a letter in clear" 0 songma dlq show "$bad" --reveal >/dev/null
expect_contains "shows the number" 03819907654 "$LAST_OUT"

# --- without the right ---
mv "$WS/secrets/letter.key" "$WS/letter.key"
expect_exit "without the key the list goes on" 0 songma dlq list >/dev/null
expect_exit "a letter is shown without its row" 0 songma dlq show "$bad" >/dev/null
expect_contains "and it says why" "letter_secret_file" "$LAST_OUT"
expect_exit "in clear it is refused" 2 songma dlq show "$bad" --reveal 2>/dev/null
expect_exit "so is a fix" 2 songma dlq fix "$a" --value HT03 --reason x 2>/dev/null
expect_exit "rows with a public key can be sent for all the same" 0 songma dlq replay "$a" --dry-run >/dev/null
expect_contains "all three" "3 rows, of 3 letters" "$LAST_OUT"
mv "$WS/letter.key" "$WS/secrets/letter.key"

# --- fix ---
expect_exit "a value that the list lacks is refused" 1 songma dlq fix "$a" --value HT09 --reason "a slip" 2>/dev/null
expect_contains "with the reason" '"HT09" is not in the list' "$LAST_ERR"
expect_exit "a number that is wrong again is refused" 1 songma dlq fix "$bad" --value - --reason "typed again" <<<"0381990765" 2>/dev/null
numbers=$(cause_of cccd)
expect_exit "one number for two people is refused" 1 songma dlq fix "$numbers" --value - --reason "both" <<<"038199076543" 2>/dev/null
expect_contains "and it says so" "different values" "$LAST_ERR"
expect_exit "without a terminal a value is needed" 2 songma dlq fix "$a" --reason x 2>/dev/null
expect_eq "nothing was done so far" "open:" "$(state_of "select id from ops.dead_letter")"
expect_exit "a cause is fixed" 0 songma dlq fix "$a" --value HT03 --reason "the office says HT03" >>"$said"
expect_contains "it says that no loader runs" "No loader runs" "$LAST_OUT"
expect_exit "a personal value from standard input" 0 songma dlq fix "$bad" --value - --reason "typed again from the paper" <<<"038199076543" >>"$said" 2>&1
expect_exit "a load takes the acts" 0 songma load >>"$said" 2>&1
three=$(wh "select string_agg(id::text, ',') from ops.dead_letter where key in ('H56-0101', 'H56-0102', 'H56-0103')")
expect_eq "the letters are fixed" "fixed:the office says HT03" "$(state_of "$three")"

# --- replay ---
expect_exit "a dry run" 0 songma dlq replay "$a" --dry-run >>"$said"
expect_contains "counts the rows" "3 rows, of 3 letters" "$LAST_OUT"
expect_exit "without --yes nothing is sent where nobody can be asked" 2 songma dlq replay "$a" </dev/null 2>/dev/null
expect_exit "the cause is sent for" 0 songma dlq replay "$a" --yes >>"$said"
expect_exit "so is the letter" 0 songma dlq replay "$bad" --yes >>"$said"
expect_exit "the pull takes the requests" 0 songma sync test >>"$said" 2>&1
expect_eq "the three are there, once, as corrected" "H56-0101|HT03
H56-0102|HT03
H56-0103|HT03" "$(wh "select dossier_id, policy from canon.dossier where dossier_id ~ '-010.$' order by 1")"
expect_eq "and resolved by themselves" "resolved:loaded" "$(state_of "$three,$bad")"
expect_eq "the number came as a pseudonym" 1 "$(wh "select count(*) from canon.dossier where dossier_id = 'H56-0201' and octet_length(person) = 32")"
expect_eq "all runs balance" 0 "$(unbalanced)"
expect_exit "an ended cause is no longer there" 1 songma dlq replay "$bad" --yes 2>/dev/null

# --- a correction lasts until the source changes the value ---
src "update dossier set ghi_chu = 'touched', changed = now() where ma = 'H56-0101'"
src "update dossier set ma_cs = 'MT01', changed = now() where ma = 'H56-0102'"
expect_exit "the sync after two changes" 0 songma sync test >>"$said" 2>&1
expect_eq "the bad value is still corrected, the new one is kept" "H56-0101|HT03|touched
H56-0102|MT01|" "$(wh "select dossier_id, policy, note from canon.dossier where dossier_id in ('H56-0101', 'H56-0102') order by 1")"
expect_eq "no letter came of it" "" "$(wh "select id from ops.dead_letter where key ~ '-010.$' and state <> 'resolved'")"

# --- replay after a newer update, and after a delete ---
one=$(letter_of H56-0301) two=$(letter_of H56-0302)
expect_exit "two rows are sent for" 0 songma dlq replay "$one" "$two" --yes >>"$said"
src "update dossier set ma_cs = 'BT01', changed = now() where ma = 'H56-0301'"
src "delete from dossier where ma = 'H56-0302'"
expect_exit "before they are read, one is mended at the source and one is deleted" 0 songma sync test >>"$said" 2>&1
expect_eq "the mended one is there as the source has it" "BT01" "$(wh "select policy from canon.dossier where dossier_id = 'H56-0301'")"
expect_eq "the deleted one is not" 0 "$(wh "select count(*) from canon.dossier where dossier_id = 'H56-0302'")"
expect_contains "the first ended by itself" "resolved:" "$(state_of "$one")"
expect_exit "the second is discarded with a reason" 0 songma dlq discard "$two" --reason "deleted at the office" >>"$said"
expect_exit "a load takes that" 0 songma load >>"$said" 2>&1
expect_eq "and it is" "discarded:deleted at the office" "$(state_of "$two")"

# --- a letter that comes when newer data is on its way, or there ---
src "insert into dossier (ma, ma_cs) values ('H56-0401', 'ZZ9')"
expect_exit "a bad row is pulled, and not loaded yet" 0 songma pull test >>"$said" 2>&1
src "update dossier set ma_cs = 'MT01', changed = now() where ma = 'H56-0401'"
expect_exit "it is pulled again, mended" 0 songma pull test >>"$said" 2>&1
expect_exit "then both are loaded" 0 songma load >>"$said" 2>&1
expect_contains "the letter has ended by itself" "resolved:" "$(state_of "$(letter_of H56-0401)")"
expect_eq "the mended row is there" "MT01" "$(wh "select policy from canon.dossier where dossier_id = 'H56-0401'")"

# --- many at once ---
src "insert into dossier (ma, ma_cs) select 'H57-' || i, 'WW1' from generate_series(1, 1500) i"
expect_exit "1500 bad rows" 0 songma sync test >>"$said" 2>&1
many=$(songma dlq list --limit 1 --output json | jq -r 'map(select(.reason | contains("WW1")))[0].cause')
expect_exit "the list shows some of each cause" 0 songma dlq list >>"$said"
expect_contains "and how many there are" "1,490 more" "$LAST_OUT"
expect_exit "are fixed at once" 0 songma dlq fix "$many" --value MT01 --reason "all of them" >>"$said"
expect_exit "and sent for at once" 0 songma dlq replay "$many" --yes >>"$said"
expect_exit "and come" 0 songma sync test >>"$said" 2>&1
expect_eq "all of them" 1500 "$(wh "select count(*) from canon.dossier where policy = 'MT01' and dossier_id ~ '^H57-'")"
expect_eq "and have ended" "resolved" "$(wh "select distinct state from ops.dead_letter where key ~ '^H57-'")"
expect_eq "all runs still balance" 0 "$(unbalanced)"

# --- discard ---
three=$(letter_of H56-0303)
expect_exit "a reason is needed" 2 songma dlq discard "$three" </dev/null 2>/dev/null
expect_exit "a letter is discarded" 0 songma dlq discard "$three" --reason "a test of the office" >>"$said"

# --- a key that the table alone knows, and a loader that runs ---
"$SONGMA" load --follow >>"$said" 2>&1 &
loader=$!
stop_loader() { kill "$loader" 2>/dev/null; }
at_end stop_loader
wait_for 30 "the running loader has taken the discard" wh_is "select state from ops.dead_letter where id = $three" discarded
human=$(wh "select max(id) from ops.dead_letter where stream = 'human' and state = 'open'")
expect_exit "a fix where the source file names no key is refused" 2 songma dlq fix "$human" --null --reason x 2>/dev/null
expect_contains "and it says what to add" '"key:"' "$LAST_ERR"
src "update human set born = '1991' where cccd = '038199444555'"
expect_exit "a replay finds its key in the row" 0 songma dlq replay "$human" --yes >>"$said"
expect_lacks "the running loader shows it at once" "No loader" "$LAST_OUT"
expect_eq "it is sent for" "replayed" "$(state_of "$human" | cut -d: -f1)"
stop_loader
wait "$loader" 2>/dev/null
expect_exit "the sync" 0 songma sync test >>"$said" 2>&1
expect_eq "the person is there" 2 "$(wh 'select count(*) from canon.human')"
expect_contains "the letter has ended" "resolved:" "$(state_of "$human")"

# --- refused by the warehouse ---
wh "alter table canon.dossier add constraint short_note check (length(note) < 20)"
src "update dossier set ghi_chu = 'a remark that is too long', changed = now() where ma = 'H56-0001'"
expect_exit "a record that the warehouse refuses" 0 songma sync test >>"$said" 2>&1
refused=$(wh "select id from ops.dead_letter where stage = 'load'")
expect_exit "can't be fixed at the desk" 1 songma dlq fix "$refused" --value x --reason x 2>/dev/null
expect_contains "which says why" "short_note" "$LAST_ERR"
expect_exit "its original is not a row" 0 songma dlq show "$refused" >>"$said"
wh "alter table canon.dossier drop constraint short_note"
expect_exit "with the constraint gone it is sent for, by its public key" 0 songma dlq replay "$refused" --yes >>"$said"
expect_exit "and comes" 0 songma sync test >>"$said" 2>&1
expect_eq "it has come" "a remark that is too long" "$(wh "select note from canon.dossier where dossier_id = 'H56-0001'")"
expect_contains "and its letter has ended" "resolved:" "$(state_of "$refused")"

# --- all that is left of a source ---
expect_exit "all of a source" 0 songma dlq discard --all-of test --reason "the test is over" >>"$said"
expect_exit "a load" 0 songma load >>"$said" 2>&1
expect_eq "nothing is left" "" "$(wh "select id, state from ops.dead_letter where state not in ('resolved', 'discarded')")"
expect_exit "the list says so" 0 songma dlq list >>"$said"
expect_contains "in words" "No dead letters" "$LAST_OUT"

# --- the audit ---
expect_exit "the audit is right" 0 songma audit verify >>"$said"
expect_eq "what was done is in it, in order" "reveal fix fix replay replay replay replay discard fix fix replay replay discard replay replay discard" \
	"$(wh "select string_agg(act, ' ' order by seq) from ops.audit")"
expect_eq "with who did it" 1 "$(wh 'select count(distinct by) from ops.audit where by <> $$$$')"
wh "create table ops.kept as select * from ops.audit"
wh "update ops.audit set body = overlay(body placing 'X' from 20 for 1) where seq = 3"
expect_exit "one changed byte is found" 1 songma audit verify 2>>"$said"
expect_contains "at its place" 3 "$LAST_ERR"
wh "update ops.audit a set body = k.body from ops.kept k where k.seq = a.seq and a.seq = 3"
expect_exit "put back, it is right" 0 songma audit verify >>"$said"
wh "delete from ops.audit where seq = (select max(seq) from ops.audit)"
expect_exit "a last act that is gone is found" 1 songma audit verify 2>>"$said"
wh "insert into ops.audit select * from ops.kept k where not exists (select from ops.audit a where a.seq = k.seq)"
expect_exit "put back, it is right again" 0 songma audit verify >>"$said"
wh "drop table ops.kept"

expect_nowhere '' 038199012345 038199054321 03819907654 038199076543 0381990765 038199444555 038199000001 CANARYDAY
workspace_end
scenario_end
