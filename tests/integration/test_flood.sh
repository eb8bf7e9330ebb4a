#!/bin/bash
# A stream with too many letters pauses and says why, at the source's end and at the warehouse's, while the others go on;
# what was loaded balances; it goes on when a person says so, or when its mapping was changed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

paused() { wh "select string_agg(stream || ':' || side, ' ' order by stream, side) from ops.pause where ended_at is null"; }
papers() { wh "select count(*) from canon.paper where _deleted_at is null"; }
letters() { wh "select count(*) from ops.dead_letter where stream = 'paper'"; }
sync() { songma sync test >>"$WS/said" 2>&1; }

workspace flood
thing_table 500
# With a cap on rows each page is a transaction of its own, so that it is known how many stand before the flood.
thing_source 500 1000000
src <<-'END'
	create table paper (id bigint primary key, born text, changed timestamptz not null default now());
	insert into paper select i, case when i > 3000 and i <= 3600 then 'không rõ ' || i else '1990-01-02' end,
	  timestamptz '2025-01-01 00:00+07' + i * interval '1 s' from generate_series(1, 5000) i;
	create index on paper (changed, id);
	grant select on paper to reader;
END
cat >"$WS/schemas/test/Paper.avsc" <<-'END'
	{"type": "record", "name": "Paper", "namespace": "vn.songma.test", "doc": "A paper of the tests",
	 "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "public", "doc": "a day"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when it changed"}
	 ]}
END
cat >>"$WS/sources/test.yaml" <<-'END'
	  paper:
	    table: public.paper
	    key: id
	    mode: timestamp
	    cursor: changed
	    schema: test/Paper
	    fields:
	      id: id
	      born: {column: born, rules: [date]}
	      changed_at: changed
END

# --- at the source's end ---
sync
expect_eq "the flood pauses its stream" "paper:pull" "$(paused)"
expect_eq "what stood before it is loaded" 3000 "$(papers)"
expect_eq "no letter of the flood was written" 0 "$(letters)"
expect_eq "the other stream goes on" 500 "$(wh 'select count(*) from canon.thing')"
expect_eq "every run balances" 0 "$(unbalanced)"
expect_contains "it says why" "500 × born (date)" "$(wh 'select why from ops.pause')"
expect_contains "and what to type" "songma resume test paper" "$(cat "$WS/said")"
expect_lacks "without a value" "không rõ" "$(wh 'select why from ops.pause')$(cat "$WS/said")"
src "insert into thing select i, 'more', 1, null, now() from generate_series(501, 600) i"
sync
expect_eq "a paused stream is not read" 3000 "$(papers)"
expect_eq "while the other is" 600 "$(wh 'select count(*) from canon.thing')"
expect_exit "it is resumed" 0 songma resume test paper --reason "thử lại" >>"$WS/said" 2>&1
sync
expect_eq "not mended it pauses again" "paper:pull" "$(paused)"
expect_eq "with nothing more" 3000 "$(papers)"
expect_exit "a number that is none" 2 songma resume test paper --allow x 2>/dev/null
expect_exit "a stream that is not there" 2 songma resume test papers 2>/dev/null
expect_exit "it is resumed with an allowance" 0 songma resume test paper --allow 1000 >>"$WS/said" 2>&1
expect_eq "which ends the pause at once" "" "$(songma load >/dev/null 2>&1; paused)"
sync
expect_eq "the rest is loaded" 4400 "$(papers)"
expect_eq "with letters" 600 "$(letters)"
expect_eq "and every run balances" 0 "$(unbalanced)"
expect_eq "both are in the audit" "resume resume" "$(wh "select string_agg(act, ' ') from ops.audit where stream = 'paper'")"
src "update paper set born = 'CANARY', changed = now() where id <= 300"
sync
expect_eq "the allowance was for one run" "paper:pull" "$(paused)"
sed -i 's/      born: .*/      born: {constant: "2000"}/' "$WS/sources/test.yaml"
sync
expect_eq "another mapping ends the pause" "" "$(paused)"
expect_eq "and all is loaded" "300" "$(wh "select count(*) from canon.paper where born = '2000'")"

# --- at the warehouse's end ---
wh "alter table canon.paper add constraint even check (id % 2 = 0) not valid"
src "update paper set changed = now() where id > 1000 and id <= 2000"
src "update thing set label = 'changed', changed = now()"
sync
expect_eq "a refused stream pauses" "paper:load" "$(paused)"
expect_eq "nothing of it is loaded" 0 "$(wh "select count(*) from canon.paper where id > 1000 and id <= 2000 and born = '2000'")"
expect_eq "no letter was written" 600 "$(letters)"
expect_contains "it says which constraint" "× even (23514)" "$(wh "select why from ops.pause where side = 'load'")"
expect_eq "the other stream is loaded" 600 "$(wh "select count(*) from canon.thing where label = 'changed'")"
sync
expect_eq "it stays so" "paper:load" "$(paused)"
"$SONGMA" load --follow >>"$WS/said" 2>&1 &
loader=$!
at_end bash -c "kill $loader 2>/dev/null || :"
expect_exit "it is resumed with too few" 0 songma resume test paper --allow 10 >>"$WS/said" 2>&1
wait_for 10 "a running loader tries it again" wh_is "select at > (select max(at) from ops.audit) and ended_at is null from ops.pause where side = 'load'" t
wh "alter table canon.paper drop constraint even"
expect_exit "the constraint is gone: it is resumed" 0 songma resume test paper >>"$WS/said" 2>&1
wait_for 10 "the loader goes on" wh_is "select count(*) from canon.paper where id > 1000 and id <= 2000 and born = '2000'" 1000
kill "$loader"
wait "$loader" 2>/dev/null
expect_eq "nothing is paused" "" "$(paused)"
wh "alter table canon.paper add constraint even check (id % 2 = 0) not valid"
src "update paper set changed = now() where id > 2000 and id <= 3000"
sync
expect_eq "the next one pauses again" "paper:load" "$(paused)"
expect_exit "it is resumed with an allowance" 0 songma resume test paper --allow 500 >>"$WS/said" 2>&1
sync
expect_eq "letters are written" 1100 "$(letters)"
expect_eq "the others are loaded" 500 "$(wh "select count(*) from canon.paper where id > 2000 and id <= 3000 and born = '2000'")"
expect_eq "the allowance is used up" t "$(wh "select allow < 500 from ops.pause where side = 'load'")"
expect_eq "every run balances in the end" 0 "$(unbalanced)"

# --- never ---
sed -i 's/    mode: timestamp/    letters: {pause_at: never}\n    mode: timestamp/' "$WS/sources/test.yaml"
src "update paper set changed = now() where id > 4000 and id <= 4400"
sync
expect_eq "never is never, at the warehouse too" "" "$(paused)"
expect_eq "all of it is letters" 1300 "$(letters)"
expect_eq "and balances" 0 "$(unbalanced)"
workspace_end
scenario_end
