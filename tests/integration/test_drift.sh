#!/bin/bash
# A source's table changes under a running sequence of syncs: what each policy makes of a column that goes, comes, changes its
# type or outgrows its field; said once; the other streams go on; every run balances.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

paused() { wh "select string_agg(stream, ' ' order by stream) from ops.pause where ended_at is null"; }
letters() { wh "select coalesce(string_agg(code, ' ' order by id), '') from ops.dead_letter where stream = '$1'"; }
sync() { songma sync test >"$WS/said" 2>&1; }
said() { grep -c "has changed" "$WS/said"; }
values() { wh "select coalesce(string_agg(coalesce($2::text, '-'), ' ' order by id), '') from canon.thing where _stream = '$1' and $3"; }
row() { src "insert into $1 (id, ${2//:/, }) values ($3)"; } # row TABLE COLUMNS VALUES
discarded() { wh "select sum(discarded) from ops.run where stream = '$1'"; }

workspace drift
thing_schema
POLICIES="frozen evolving without_rows without_values"
for name in $POLICIES; do
	src <<-END
		create table $name (id bigint primary key, label text, amount numeric(12,2), seen_on date,
		  changed timestamptz not null default clock_timestamp());
		insert into $name (id, label, amount, seen_on) select i, 'thing ' || i, i, '2020-01-01' from generate_series(1, 3) i;
		grant select on $name to reader;
	END
done
thing_source 1000
# One stream a policy, of the same mapping.
stream_of() { sed -n '/^  thing:/,$p' "$WS/sources/test.yaml" | sed -e "s/^  thing:/  $1:\n    drift: $2/" -e "s/public.thing/public.$1/"; }
{
	sed '/^  thing:/,$d' "$WS/sources/test.yaml"
	stream_of frozen freeze
	stream_of evolving evolve
	stream_of without_rows discard_row
	stream_of without_values discard_value
} >"$WS/test.yaml"
mv "$WS/test.yaml" "$WS/sources/test.yaml"
expect_exit "the first sync" 0 sync
expect_eq "nothing is said of it" 0 "$(said)"

# ---- a column that is new ----
for name in $POLICIES; do
	src "alter table $name add column note text"
	row "$name" label "4, 'four'"
done
expect_exit "a column that is new stops nothing" 0 sync
expect_eq "each stream says it" 4 "$(said)"
expect_contains "and which it is" 'column note (text) is new' "$(cat "$WS/said")"
expect_contains "and what to do" "songma draft test public.evolving" "$(cat "$WS/said")"
expect_eq "all is loaded" 4 "$(wh "select count(*) from canon.thing where id = 4")"
for name in $POLICIES; do row "$name" label "5, 'five'"; done
sync
expect_eq "it is said once" 0 "$(said)"
expect_eq "the warehouse has it too" 4 "$(wh "select count(*) from ops.run where notice like '%column note (text) is new%'")"

# ---- a column that goes ----
for name in $POLICIES; do
	src "alter table $name drop column label"
	row "$name" amount "6, 6"
done
expect_exit "a column that goes is no failure" 0 sync
expect_eq "each stream says it" 4 "$(said)"
expect_eq "one stops" frozen "$(paused)"
expect_contains "with the reason" 'column label (text) is gone' "$(wh 'select why from ops.pause')"
expect_contains "and what to type" "songma resume test frozen" "$(cat "$WS/said")"
expect_contains "or to write" "drift: evolve" "$(cat "$WS/said")"
expect_eq "nothing of it is loaded" "" "$(values frozen label 'id = 6')"
expect_eq "evolve: the field is empty" "-" "$(values evolving label 'id = 6')"
expect_eq "discard_value: likewise" "-" "$(values without_values label 'id = 6')"
expect_eq "and counted" "0|1" "$(discarded evolving)|$(discarded without_values)"
expect_eq "discard_row: a dead letter" schema.unheld "$(letters without_rows)"
for name in $POLICIES; do row "$name" amount "7, 7"; done
sync
expect_eq "it is said once, but that a stream is paused" 0 "$(grep "has changed" "$WS/said" | grep -vc "frozen is paused")"
expect_eq "and goes on so" "6 7" "$(values evolving id 'id >= 6')"
expect_exit "a pause that is ended while the column is gone" 0 songma resume test frozen >/dev/null 2>&1
sync
expect_eq "comes again" frozen "$(paused)"
sed -i '0,/drift: freeze/s//drift: evolve/' "$WS/sources/test.yaml"
expect_exit "another policy ends it" 0 sync
expect_eq "and the rows come" "6 7" "$(values frozen id 'id >= 6')"
sed -i '0,/drift: evolve/s//drift: freeze/' "$WS/sources/test.yaml"
for name in $POLICIES; do src "alter table $name add column label text"; row "$name" label:amount "8, 'eight', 8"; done
sync
expect_contains "it comes back" 'column label (text) is there again' "$(cat "$WS/said")"
expect_eq "and is read" "eight eight eight eight" "$(wh "select string_agg(label, ' ') from canon.thing where id = 8")"

# ---- a type that changes ----
for name in $POLICIES; do
	src "alter table $name alter column seen_on type text using seen_on::text"
	row "$name" amount:seen_on "9, 9, '2024-02-03'"
	row "$name" amount:seen_on "10, 10, 'hôm qua'"
done
sync
expect_eq "each stream says it" 4 "$(said)"
expect_contains "from what to what" 'column seen_on, which was date, has the type text now' "$(cat "$WS/said")"
expect_eq "one stops" frozen "$(paused)"
expect_eq "discard_value: null, since a text is no date without a rule" "9 10" "$(values without_values id 'id >= 9 and seen_on is null')"
# The change has written every row anew, so that those are read again that have a day.
expect_eq "and counted" 7 "$(discarded without_values)"
expect_eq "evolve, discard_row: dead letters" "5|5" "$(wh "select count(*) filter (where stream = 'evolving'), count(*) filter (where stream = 'without_rows' and code <> 'schema.unheld') from ops.dead_letter")"
sed -i 's/seen_on: seen_on/seen_on: {column: seen_on, rules: [date]}/' "$WS/sources/test.yaml"
for name in $POLICIES; do src "update $name set changed = clock_timestamp() where id >= 9"; done
sync
expect_eq "a rule for it ends the pause" "" "$(paused)"
expect_eq "and reads what it can" "9 9 9 9" "$(wh "select string_agg(id::text, ' ') from canon.thing where seen_on = '2024-02-03'")"
expect_eq "what a rule rejects is a letter with every policy, once the mapping is written for the type" 4 \
	"$(wh "select count(distinct stream) from ops.dead_letter where state = 'open' and rule = 'date'")"

# ---- a value that outgrows its field ----
for name in $POLICIES; do
	src "alter table $name alter column amount type numeric(30,2)"
	row "$name" amount "11, 12345678901234567890.12"
done
sync
expect_contains "the type is said" 'column amount, which was numeric(12,2), has the type numeric(30,2) now' "$(cat "$WS/said")"
expect_eq "one stops" frozen "$(paused)"
expect_exit "a person says that it is right" 0 songma resume test frozen >/dev/null 2>&1
sync
expect_eq "and it goes on" "" "$(paused)"
expect_eq "discard_value: null" "-" "$(values without_values amount 'id = 11')"
expect_eq "else a dead letter" 3 "$(wh "select count(*) from ops.dead_letter where column_name = 'amount' and state = 'open'")"

# ---- a stream that can't be read at all ----
src "revoke select on frozen from reader"
for name in $POLICIES; do row "$name" amount "12, 12"; done
twelve() { wh "select string_agg(_stream, ' ' order by _stream) from canon.thing where id = 12"; }
expect_exit "a missing right fails a sync" 2 sync
expect_contains "the end says of which stream" "test.frozen: " "$(tail -n 3 "$WS/said")"
expect_contains "and what to do" 'GRANT SELECT ON "public"."frozen"' "$(tail -n 3 "$WS/said")"
expect_eq "the others flow" "evolving without_rows without_values" "$(twelve)"
expect_exit "asked for alone, another stream does not mind" 0 songma pull test evolving
src "grant select on frozen to reader"
expect_exit "with the right it goes on" 0 sync
expect_eq "where it was" "evolving frozen without_rows without_values" "$(twelve)"

# ---- a column of the key ----
for name in $POLICIES; do
	src "alter table $name drop constraint ${name}_pkey, add column nr bigint, alter column id drop not null"
	src "update $name set nr = id"
	src "alter table $name drop column id, add primary key (nr)"
done
expect_exit "a key that goes is no failure" 0 sync
expect_eq "but stops all, whatever the policy" "evolving frozen without_rows without_values" "$(paused)"
expect_eq "every run balances" 0 "$(unbalanced)"
workspace_end
scenario_end
