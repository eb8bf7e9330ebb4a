#!/bin/bash
# Rows that are gone from the source are replayed as they were set aside, once and with their old version: corrections and
# today's mapping apply to them, nothing newer is overwritten, be it an update or a delete, runs balance, letters end, a
# rebuilt table has them still.  kill -9 of the pull and of the loader changes none of it.  The source may even be away.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

letter_of() { wh "select max(id) from ops.dead_letter where key = '$1'"; }
state_of() { wh "select state || ':' || coalesce(state_why, '') from ops.dead_letter where id = $1"; }
replays() { wh "select coalesce(sum(loaded), 0) || ' ' || coalesce(sum(superseded), 0) || ' ' || coalesce(sum(refused), 0) from ops.run_load where topic = '$PREFIX.test._replay'"; }
records() { kcat -b "$SONGMA_KAFKA" -C -t "$PREFIX.test._replay" -o beginning -e -q -f '%k %h\n' -X isolation.level=read_committed 2>/dev/null | tr -d '\0'; }

workspace replay
src <<-'END'
	create table item (ma text primary key, ma_cs text, so integer, ngay date, gia numeric(8,2), tho bytea,
	  changed timestamptz not null default now());
	insert into item select 'G-' || i, 'HT02', i, '2025-01-01', 1.5, '\x00', timestamptz '2025-01-01 00:00+07' + i * interval '1 s'
	  from generate_series(1, 500) i;
	insert into item select 'B-' || i, 'HT01', 100 + i, '2025-02-28', 12.50, '\x0001ff', timestamptz '2025-02-01 00:00+07' + i * interval '1 s'
	  from generate_series(1, 9) i;
	insert into item values ('Q-1', 'QQ1', 1, 'infinity', 1, null, '2025-03-01 00:00+07');
	create table other (ma text primary key, ma_cs text, changed timestamptz not null default now());
	insert into other values ('O-1', 'HT01', '2025-02-01 00:00+07'), ('O-2', 'HT02', '2025-02-01 00:00+07');
	grant select on item, other to reader;
END
mkdir -p "$WS/schemas/test"
cat >"$WS/schemas/test/Item.avsc" <<-'END'
	{"type": "record", "name": "Item", "namespace": "vn.songma.test", "doc": "An item of the tests",
	 "fields": [
	  {"name": "item_id", "type": "string", "privacy": "public", "doc": "its code"},
	  {"name": "policy", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "from a list"},
	  {"name": "amount", "type": ["null", "long"], "default": null, "privacy": "public", "doc": "a number"},
	  {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "a day"},
	  {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}], "default": null, "privacy": "public", "doc": "a price"},
	  {"name": "raw", "type": ["null", "bytes"], "default": null, "privacy": "public", "doc": "bytes"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when it changed"}
	 ]}
END
cat >"$WS/schemas/test/Other.avsc" <<-'END'
	{"type": "record", "name": "Other", "namespace": "vn.songma.test", "doc": "Another thing of the tests",
	 "fields": [
	  {"name": "other_id", "type": "string", "privacy": "public", "doc": "its code"},
	  {"name": "policy", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "from a list"}
	 ]}
END
source_head test >"$WS/sources/test.yaml"
cat >>"$WS/sources/test.yaml" <<-'END'
	letters: {pause_at: never}
	streams:
	  item:
	    table: item
	    key: ma
	    mode: timestamp
	    cursor: changed
	    schema: test/Item
	    fields:
	      item_id: ma
	      policy: {column: ma_cs, rules: [trim, {code_list: policy}]}
	      amount: so
	      day: ngay
	      price: gia
	      raw: tho
	      changed_at: changed
	  other:
	    table: other
	    key: ma
	    mode: timestamp
	    cursor: changed
	    schema: test/Other
	    fields:
	      other_id: ma
	      policy: {column: ma_cs, rules: [trim, {code_list: policy}]}
END
said=$WS/everything.said

expect_exit "the first sync" 0 songma sync test >>"$said" 2>&1
expect_eq "the good rows are loaded" 500 "$(wh 'select count(*) from canon.item')"
expect_eq "the bad ones are letters" 11 "$(wh "select count(*) from ops.dead_letter where state = 'open'")"
expect_eq "the replay topic is never compacted" delete "$("$BUILD/topic-setting" "$SONGMA_KAFKA" "$PREFIX.test._replay" cleanup.policy)"
expect_eq "and kept for 30 days" 2592000000 "$("$BUILD/topic-setting" "$SONGMA_KAFKA" "$PREFIX.test._replay" retention.ms)"

# --- gone from the source: the answer says so, and what to do ---
one=$(letter_of B-1) typed=$(letter_of Q-1)
v1=$(wh "select version from ops.dead_letter where id = $one")
expect_exit "the code is corrected for all" 0 songma dlq fix "$(songma dlq list test item --output json | jq -r 'map(select(.key == "B-1"))[0].cause')" --value HT03 --reason "the office says so" >>"$said"
src "delete from item where ma in ('B-1', 'B-2', 'B-3', 'Q-1'); delete from other where ma = 'O-1'"
expect_exit "a plain replay" 0 songma dlq replay "$one" --yes >>"$said"
expect_exit "is answered" 0 songma sync test >>"$said" 2>&1
expect_contains "with what to do" "songma dlq replay --original" "$(wh "select string_agg(notice, ' ') from ops.run")"
expect_exit "the letter is shown" 0 songma dlq show "$one" >>"$said"
expect_contains "and says the same" "--original" "$LAST_OUT"
expect_eq "nothing was loaded" 0 "$(wh "select count(*) from canon.item where item_id = 'B-1'")"

# --- as it was set aside ---
mv "$WS/secrets/letter.key" "$WS/letter.key"
expect_exit "without the letter key it is refused" 2 songma dlq replay "$one" --original --yes 2>/dev/null
mv "$WS/letter.key" "$WS/secrets/letter.key"
expect_exit "a dry run" 0 songma dlq replay "$one" --original --dry-run >>"$said"
expect_contains "warns of a repair" "reconcile --repair" "$LAST_OUT"
expect_exit "the row is sent for, with its original" 0 songma dlq replay "$one" --original --yes >>"$said"
expect_lacks "the order shows no row" HT01 "$(kcat -b "$SONGMA_KAFKA" -C -t "$PREFIX.test._control" -o beginning -e -q)"
expect_exit "the pull sends it" 0 songma sync test >>"$said" 2>&1
expect_eq "it is there once, corrected, with its old version and every kind of value" "B-1|HT03|101|2025-02-28|12.50|\\x0001ff|$v1" \
	"$(wh "select item_id, policy, amount, day, price, raw, _version from canon.item where item_id = 'B-1' and _deleted_at is null")"
expect_eq "its letter has ended" "resolved:loaded" "$(state_of "$one")"
expect_eq "it went through the replay topic" "B-1" "$(records | cut -d' ' -f1)"
expect_contains "with the name of its stream" "songma.stream=item" "$(records)"
expect_eq "as one record" "1 0 0" "$(replays)"
expect_eq "all runs balance" 0 "$(unbalanced)"
expect_exit "explain knows it" 0 songma explain test item <<<"B-1" >>"$said" 2>&1
expect_contains "and finds its record" "$PREFIX.test._replay, partition 0, offset 0" "$LAST_OUT"
expect_contains "and says how it came" "as it had been set aside" "$LAST_OUT"

# --- rows that are there go the normal way, those of several streams in one go ---
two=$(letter_of B-2) four=$(letter_of B-4) other=$(letter_of O-1)
expect_exit "another stream's code is corrected" 0 songma dlq fix "$other" --value HT03 --reason "as above" >>"$said"
expect_exit "one is gone, one is there, one is of another stream" 0 songma dlq replay "$two" "$four" "$other" --original --yes >>"$said"
expect_exit "they come" 0 songma sync test >>"$said" 2>&1
expect_eq "all of them" "B-2 B-4 O-1" "$(wh "select string_agg(id, ' ' order by id) from (select item_id as id from canon.item where item_id in ('B-2', 'B-4') union select other_id from canon.other where other_id = 'O-1') x")"
expect_eq "what was there has a new version" t "$(wh "select i._version > l.version from canon.item i join ops.dead_letter l on l.key = i.item_id where i.item_id = 'B-4' and l.id = $four")"
expect_eq "what was gone the old one" t "$(wh "select i._version = l.version from canon.item i join ops.dead_letter l on l.key = i.item_id where l.id = $two")"
expect_eq "two more records were replayed" "3 0 0" "$(replays)"
expect_eq "all runs balance still" 0 "$(unbalanced)"

# --- typed values ---
expect_exit "a value that is no day is refused" 1 songma dlq fix "$typed" --column ngay --value soon --reason "typed" 2>/dev/null
expect_contains "with what is expected" "takes a day" "$LAST_ERR"
expect_exit "a day is taken" 0 songma dlq fix "$typed" --column ngay --value 2025-03-31 --reason "typed" >>"$said"
expect_exit "the row is still bad in another column" 0 songma dlq replay "$typed" --original --yes >>"$said"
expect_exit "so that it is set aside again" 0 songma sync test >>"$said" 2>&1
again=$(letter_of Q-1)
expect_eq "as a letter of the same version" t "$(wh "select count(*) = 2 and count(distinct version) = 1 from ops.dead_letter where key = 'Q-1'")"
expect_exit "the other column is corrected" 0 songma dlq fix "$again" --column ma_cs --value HT03 --reason "typed" >>"$said"
expect_exit "and both go" 0 songma dlq replay "$again" --original --yes >>"$said"
expect_exit "again" 0 songma sync test >>"$said" 2>&1
expect_eq "the day has come as one" "2025-03-31|HT03" "$(wh "select day, policy from canon.item where item_id = 'Q-1'")"
expect_eq "no letter of it waits" 0 "$(wh "select count(*) from ops.dead_letter where key = 'Q-1' and state not in ('resolved', 'discarded')")"

# --- newer data stays: a person's screen may be older than what was loaded meanwhile ---
reopen() { wh "update ops.dead_letter set state = 'open', state_why = null where id = $1"; }
five=$(letter_of B-5) six=$(letter_of B-6)
src "update item set ma_cs = 'HT02', so = 555, changed = now() where ma in ('B-5', 'B-6')"
expect_exit "two rows are mended at the source and loaded" 0 songma sync test >>"$said" 2>&1
src "delete from item where ma in ('B-5', 'B-6')"
before=$(wh "select item_id, policy, amount, _version, _hash, _deleted_at from canon.item where item_id = 'B-5'")
reopen "$five"
expect_exit "a letter of before is replayed" 0 songma dlq replay "$five" --original --yes >>"$said"
expect_exit "its record comes" 0 songma sync test >>"$said" 2>&1
expect_eq "and changes nothing" "$before" "$(wh "select item_id, policy, amount, _version, _hash, _deleted_at from canon.item where item_id = 'B-5'")"
expect_eq "the state says why" "resolved:superseded" "$(state_of "$five")"
expect_exit "and so does the desk" 0 songma dlq show "$five" >>"$said"
expect_contains "in words" "newer data of this key was there already" "$LAST_OUT"
expect_eq "all runs balance after that" 0 "$(unbalanced)"

# --- kill -9 in the middle ---
seven=$(letter_of B-7) eight=$(letter_of B-8)
src "delete from item where ma in ('B-7', 'B-8')"
expect_exit "two more are sent for" 0 songma dlq replay "$seven" "$eight" --original --yes >>"$said"
for _ in 1 2 3; do
	"$SONGMA" pull test --orders >>"$said" 2>&1 &
	pid=$!
	sleep "0.$((RANDOM % 6 + 1))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
expect_exit "a pull that was killed again and again goes on" 0 songma pull test --orders >>"$said" 2>&1
for _ in 1 2; do
	"$SONGMA" load >>"$said" 2>&1 &
	pid=$!
	sleep "0.$((RANDOM % 6 + 1))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
expect_exit "so does a loader" 0 songma load >>"$said" 2>&1
expect_eq "each is there once" "B-7 B-8" "$(wh "select string_agg(item_id, ' ' order by item_id) from canon.item where item_id in ('B-7', 'B-8') and _deleted_at is null")"
expect_eq "and was sent once" "1 1" "$(records | cut -d' ' -f1 | sort | uniq -c | awk '/B-[78]/ {print $1}' | paste -s -d ' ')"
expect_eq "both letters have ended" "resolved:loaded resolved:loaded" "$(state_of "$seven") $(state_of "$eight")"
expect_eq "all runs balance after the kills" 0 "$(unbalanced)"

# --- the source is away ---
nine=$(letter_of B-9)
sed -i.kept 's/port=[0-9]*/port=1/' "$WS/secrets/src.dsn"
expect_exit "a row is sent for while the source is away" 0 songma dlq replay "$nine" --original --yes >>"$said"
expect_exit "the pull says that it is away" 3 songma pull test --orders 2>>"$said" >&2
expect_exit "and has sent the row all the same" 0 songma load >>"$said" 2>&1
expect_eq "as it was set aside" "B-9|HT03" "$(wh "select item_id, policy from canon.item where item_id = 'B-9'")"
mv "$WS/secrets/src.dsn.kept" "$WS/secrets/src.dsn"
expect_exit "with the source back" 0 songma sync test >>"$said" 2>&1
expect_eq "all runs balance with it back" 0 "$(unbalanced)"

# --- a pull that runs answers at once ---
serve_runs() { jq -e '.duties[] | select(.name == "test" and .state == "ok")' "$WS/run/serve.json" >/dev/null 2>&1; }
stop_serve() {
	kill "$serve" 2>/dev/null
	wait "$serve" 2>/dev/null
}
three=$(letter_of B-3)
"$SONGMA" serve >>"$said" 2>&1 &
serve=$!
at_end stop_serve
wait_for 30 "serve runs" serve_runs
expect_exit "a plain replay" 0 songma dlq replay "$three" --yes >>"$said"
expect_contains "is answered here" "The pull has sent 0 of 1 rows." "$LAST_OUT"
expect_contains "with what to do" "songma dlq replay --original" "$LAST_OUT"
expect_exit "so is one with the original" 0 songma dlq replay "$three" --original --yes >>"$said"
expect_contains "which has sent it" "The pull has sent 1 of 1 rows." "$LAST_OUT"
is_loaded() { [ "$(state_of "$three")" = resolved:loaded ]; }
wait_for 20 "it is loaded" is_loaded
stop_serve

# --- a rebuilt table has them still ---
kept="select count(*), string_agg(item_id || ' ' || _version || ' ' || coalesce(policy, ''), ', ' order by item_id) filter (where ops.is_replay(_run)) from canon.item where _deleted_at is null"
before=$(wh "$kept")
expect_contains "there are some" "B-1 $v1 HT03" "$before"
expect_exit "the table is rebuilt" 0 songma rebuild item --yes --reason test >>"$said" 2>&1
expect_eq "and has what was replayed" "$before" "$(wh "$kept")"

# --- a delete is newer data, too ---
expect_exit "the delete of the other is found" 0 songma reconcile test item --repair --allow-deletes 20 --yes --reason test >>"$said" 2>&1
before=$(wh "select item_id, _version, _deleted_at is null from canon.item where item_id = 'B-6'")
expect_contains "it is deleted" "|f" "$before"
reopen "$six"
expect_exit "its letter of before is replayed" 0 songma dlq replay "$six" --original --yes >>"$said"
expect_exit "its record comes, too" 0 songma sync test >>"$said" 2>&1
expect_eq "it stays deleted" "$before" "$(wh "select item_id, _version, _deleted_at is null from canon.item where item_id = 'B-6'")"
expect_eq "and the state says why" "resolved:deleted" "$(state_of "$six")"
expect_eq "all runs balance in the end" 0 "$(unbalanced)"

# --- refused by the warehouse: the record's fields are shown ---
wh "alter table canon.item add constraint small check (amount < 1000)"
src "update item set so = 5000, changed = now() where ma = 'G-1'"
expect_exit "a record that the warehouse refuses" 0 songma sync test >>"$said" 2>&1
refused=$(wh "select id from ops.dead_letter where stage = 'load'")
expect_exit "is shown" 0 songma dlq show "$refused" >>"$said"
expect_contains "with its fields" 5000 "$LAST_OUT"
expect_exit "its original is no row" 1 songma dlq replay "$refused" --original --yes 2>/dev/null
expect_contains "which is said" "without --original" "$LAST_ERR"

# --- without a key ---
src "alter table item alter changed drop not null" && src "insert into item (ma, ma_cs) values ('', 'HT02')"
expect_exit "a row without a key" 0 songma sync test >>"$said" 2>&1
expect_exit "the list" 0 songma dlq list >>"$said"
expect_contains "says that nothing ends it" "A letter without a key never ends by itself" "$LAST_OUT"

workspace_end
scenario_end
