#!/usr/bin/env bash
# test_load.sh - the loader on a real Kafka, registry and PostgreSQL: what is in the topics against what is in the warehouse.
# Usage: test_load.sh     The tools are those of `make tools` in $BUILD (build).
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=tests/lib/lib.sh
. tests/lib/lib.sh
# shellcheck source=tests/lib/loader.sh
. tests/lib/loader.sh

MANY=${LOAD_RECORDS:-60000}

# A schema of a few kinds of fields in folder $1, of sector $2; $3: further fields.
write_schema() {
	cat >"$WS/$1/$2/Thing.avsc" <<-AVSC
	{"type": "record", "name": "Thing", "namespace": "vn.songma.$2", "doc": "Một vật / A thing", "fields": [
	  {"name": "label", "type": "string", "doc": "Nhãn / Label", "privacy": "public"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}],
	   "default": null, "doc": "Số lượng / Amount", "privacy": "public"},
	  {"name": "seen", "type": ["null", {"type": "int", "logicalType": "date"}],
	   "default": null, "doc": "Ngày / Day", "privacy": "personal", "purpose": "thử / test"}${3:-}]}
	AVSC
}

send() { "$BUILD/load-send" "$SONGMA_CONFIG" "$1" "$2" "$WS" >"$WS/sent"; }

balance() { sql "select read, loaded, unchanged, superseded, deleted, refused, letters, state from ops.run_balance
	where stream = '$1' order by started_at desc limit 1"; }

thing() { sql "select label, coalesce(amount::text, '-'), _version, _deleted_at is not null from canon.thing where _key = '$1'"; }

straight() { sql "select count(*) from ops.offset where topic = '$PREFIX.health.$1' and straight"; }

first_load() {
	send health thing <<-END
	schema first test/Thing
	run
	put r 100 a label=one amount=12.50 seen=1999-12-31
	put r 100 b label=two amount=-0.07
	put r 100 c label=three
	end
	END
	load
	expect_eq "the first snapshot is loaded" "3 3 0 0 0 0 0 balanced" "$(balance thing)"
	expect_eq "an empty table is filled straight" 4 "$(straight thing)"
	expect_eq "a decimal keeps its digits" "one 12.50 100 f" "$(thing a)"
	expect_eq "a negative decimal too" "two -0.07 100 f" "$(thing b)"
	expect_eq "a date is the same day" "1999-12-31" "$(sql "select seen from canon.thing where _key = 'a'")"
	expect_eq "the live view leaves the personal column out" 0 "$(sql "select count(*) from information_schema.columns
		where table_name = 'thing_live' and column_name = 'seen'")"
	expect_eq "a comment tells what a column is" "Nhãn / Label" \
		"$(sql "select col_description('canon.thing'::regclass, 1)")"
	load
	expect_eq "a second load finds nothing" 3 "$(sql "select sum(loaded) from ops.run_load")"
}

changes() {
	send health thing <<-END
	schema first test/Thing
	run
	put c 200 a label=ONE amount=12.50 seen=1999-12-31
	put s 200 b label=two amount=-0.07
	put c 200 d label=four
	end
	END
	load
	expect_eq "new and changed rows are loaded, the same ones skipped" "3 2 1 0 0 0 0 balanced" "$(balance thing)"
	expect_eq "the flag falls where something else than the snapshot comes" 0 "$(sql "select count(*) from ops.offset o
		join ops.run_load l using (topic, partition) join ops.run r on r.id = l.run
		where o.straight and l.loaded + l.unchanged > 0 and r.started_at = (select max(started_at) from ops.run)")"
	expect_eq "a changed row has the new value" "ONE 12.50 200 f" "$(thing a)"
	expect_eq "a row that did not change keeps its version" "two -0.07 100 f" "$(thing b)"
	expect_eq "what it was is history" "one 100 t" \
		"$(sql "select label, _version, _valid_from < _valid_to from history.thing where _key = 'a'")"
}

old_versions() {
	send health thing <<-END
	schema first test/Thing
	run
	put c 150 a label=older
	put c 199 d label=older
	put c 300 e label=first
	put c 290 e label=second
	put c 310 e label=third
	end
	END
	load
	expect_eq "old never overwrites new" "5 1 0 4 0 0 0 balanced" "$(balance thing)"
	expect_eq "the row is the newest" "ONE 12.50 200 f" "$(thing a)"
	expect_eq "of one key in one batch the highest version stays" "third - 310 f" "$(thing e)"
}

deletes() {
	send health thing <<-END
	schema first test/Thing
	run
	delete 400 a
	delete 400 never
	delete 100 e
	commit
	put c 390 a label=late
	put c 390 never label=late
	end
	END
	load
	expect_eq "deletes are kept, older records stay out" "2 0 0 3 2 0 0 balanced" "$(balance thing)"
	expect_eq "a deleted row keeps its version" "ONE 12.50 400 t" "$(thing a)"
	expect_eq "the live view hides it" 0 "$(sql "select count(*) from canon.thing_live where _key = 'a'")"
	expect_eq "the delete of an unknown key is remembered" "never 400" "$(sql "select key, version from ops.deleted")"
	send health thing <<-END
	schema first test/Thing
	run
	delete 410 a
	delete 420 never
	end
	END
	load
	expect_eq "a delete that comes again changes nothing" "0 0 2 0 0 0 0 balanced" "$(balance thing)"
	expect_eq "but its version counts" "410 420" \
		"$(sql "select c._version, d.version from canon.thing c, ops.deleted d where c._key = 'a'")"
	send health thing <<-END
	schema first test/Thing
	run
	put c 500 a label=ONE amount=12.50 seen=1999-12-31
	put c 500 never label=born
	end
	END
	load
	expect_eq "a newer record brings the key back" "2 2 0 0 0 0 0 balanced" "$(balance thing)"
	expect_eq "as it is now" "ONE 12.50 500 f" "$(thing a)"
	expect_eq "what was remembered is forgotten" 0 "$(sql "select count(*) from ops.deleted")"
	expect_eq "history ends where it was deleted" "t" "$(sql "select bool_and(_valid_to = _deleted_at)
		from history.thing where _key = 'a' and _deleted_at is not null")"
}

only_deletes() {
	send health gone <<-END
	run
	delete 10 x
	delete 10 y
	end
	END
	load
	expect_eq "a stream of nothing but deletes is remembered" "2 balanced" \
		"$(sql "select deleted, state from ops.run_balance where stream = 'gone'")"
}

refusals() {
	sql "alter table canon.thing add constraint no_bad_label check (label not like 'bad%')"
	{
		printf 'schema first test/Thing\nrun\n'
		for i in $(seq 1 200); do
			case $i in
			17 | 90 | 91) echo "put c 600 r$i label=bad$i" ;;
			*) echo "put c 600 r$i label=good$i" ;;
			esac
		done
		echo "bad 600 r201 notavro"
		echo "letter r202"
		echo "raw g1 garbage"
		echo end
	} | send health thing
	load
	expect_eq "bad records are set aside, the rest goes on" "202 197 0 0 0 4 1 balanced" "$(balance thing)"
	expect_eq "the constraint is named" "3 23514 no_bad_label" \
		"$(sql "select count(*), code, rule from ops.dead_letter where rule is not null and stage = 'load' group by 2, 3")"
	expect_eq "garbage is a letter too, and in no run" "header 1" "$(sql "select code, count(*) from ops.dead_letter
		where run is null group by 1")"
	expect_eq "no value is in a reason" 0 "$(sql "select count(*) from ops.dead_letter where reason like '%bad1%'
		or reason like '%garbage%' or reason like '%notavro%'")"
	expect_eq "the originals are sealed" 0 "$(sql "select count(*) from ops.dead_letter where sealed is null
		or position('bad'::bytea in sealed) > 0 or length(sealed) < 48")"
	expect_eq "the source's letter is there" "date.no_such_day ngay_sinh" \
		"$(sql "select code, column_name from ops.dead_letter where stage = 'normalise'")"
	expect_eq "rows around them are there" 197 "$(sql "select count(*) from canon.thing where _key like 'r%'")"
	refused_changes
	sql "alter table canon.thing drop constraint no_bad_label"
}

# Of rows that are there: one that the server refuses, one that can't be read, one that is fine, one that is deleted.
refused_changes() {
	send health thing <<-END
	schema first test/Thing
	run
	put c 650 r1 label=bad1
	bad 650 r2 notavro
	put c 650 r3 label=fine
	delete 650 r4
	bad 650 r203 notavro
	end
	END
	load
	expect_eq "refused changes are set aside, the others go on" "4 1 0 0 1 3 0 balanced" "$(balance thing)"
	expect_eq "a refused change leaves the row as it was" "good1 - 600 f, good2 - 600 f" "$(thing r1), $(thing r2)"
	expect_eq "what stood beside it is merged" "fine - 650 f, good4 - 650 t" "$(thing r3), $(thing r4)"
	expect_eq "and only what changed has a past" "r3 good3" \
		"$(sql "select _key, label from history.thing where _key in ('r1', 'r2', 'r3', 'r4', 'r203')")"
}

# Loads; true once there is a row of a source.
load_one() {
	load
	sql_is "select count(*) from canon.thing where _source = '$1'" 1
}

dirty_snapshot() {
	sql "alter table canon.thing add constraint no_bad_label check (label not like 'bad%')"
	send dirty thing <<-END
	schema first test/Thing
	run
	put r 10 a label=fine
	put r 10 b label=bad
	put r 10 c label=fine
	end
	END
	load
	expect_eq "a bad record in the first snapshot is set aside alone" "3 2 0 0 0 1 0 balanced" \
		"$(sql "select read, loaded, unchanged, superseded, deleted, refused, letters, state
			from ops.run_balance where source = 'dirty'")"
	expect_eq "the table is filled straight all the same" 4 \
		"$(sql "select count(*) from ops.offset where topic = '$PREFIX.dirty.thing' and straight")"
	sql "alter table canon.thing drop constraint no_bad_label"
	{
		printf 'schema first test/Thing\nrun\nput r 10 a label=one\ncommit\n'
		sleep 3
		printf 'put r 20 a label=two\nput r 20 z label=new\nend\n'
	} | send again thing &
	wait_for 30 "the first page is loaded" load_one again
	expect_eq "the first page went straight in" "one" "$(sql "select label from canon.thing where _source = 'again'")"
	wait $!
	load
	expect_eq "a key that comes again in the same snapshot is merged" "a two 20 z new 20" \
		"$(sql "select string_agg(_key || ' ' || label || ' ' || _version, ' ' order by _key)
			from canon.thing where _source = 'again'")"
	expect_eq "and balances" balanced "$(sql "select state from ops.run_balance where source = 'again'")"
}

schema_grows() {
	send health thing <<-END
	schema wider test/Thing
	run
	put c 700 a label=ONE amount=12.50 seen=1999-12-31
	put c 700 n label=new colour=red
	end
	END
	load
	expect_eq "a field with its default changes no row" "2 1 1 0 0 0 0 balanced" "$(balance thing)"
	expect_eq "the new column has its default, and the new value" "none red" \
		"$(sql "select string_agg(colour, ' ' order by _key) from canon.thing where _key in ('a', 'n')
			and _source = 'health'")"
	expect_eq "the view has it" 1 "$(sql "select count(*) from information_schema.columns
		where table_name = 'thing_live' and column_name = 'colour'")"
	send health thing <<-END
	schema first test/Thing
	run
	put c 710 n label=newer
	end
	END
	load
	expect_eq "a record of the older schema gets the default" "newer none" \
		"$(sql "select label, colour from canon.thing where _key = 'n'")"
	expect_eq "the wider schema stays the table's" 4 "$(sql "select cardinality(fields) from ops.entity")"
	send health other <<-END
	schema first elsewhere/Thing
	run
	put c 1 x label=clash
	end
	END
	load
	expect_eq "another schema of the same name has no way in" "schema 1" \
		"$(sql "select code, count(*) from ops.dead_letter where stream = 'other' group by 1")"
}

# How many records of a topic are done with.
done_of() { echo "select coalesce(sum(loaded + superseded), 0) from ops.run_load where topic = '$PREFIX.$1.thing'"; }

# Sends a little to every partition; true once both loaders have had something of it.
both_load() {
	printf 'schema first test/Thing\nrun\nmany c 1 0 20 label\nend\n' | send warm thing
	grep -q 'warm.thing' "$WS/loader.1" && grep -q 'warm.thing' "$WS/loader.2"
}

two_loaders() {
	local one two
	start_loader 1
	one=$LOADER
	start_loader 2
	two=$LOADER
	wait_for 60 "both loaders have partitions" both_load
	send twin thing <<-END &
	schema first test/Thing
	run
	many r 1000 0 $MANY label
	many c 2000 0 $MANY label
	end
	END
	wait_for 90 "the first half is loaded" sql_is "select ($(done_of twin)) >= $MANY" t
	start_loader 3
	wait_for 90 "two loaders at once, a third joins: the run balances" \
		sql_is "select state from ops.run_balance where source = 'twin'" balanced
	expect_eq "every record is counted once, every key is there in its last version" "$((2 * MANY)) $MANY 2000" \
		"$(sql "select ($(done_of twin)), count(*), min(_version) from canon.thing where _source = 'twin'")"
	expect_eq "more than one loaded something" t "$([ "$(grep -l 'twin.thing' "$WS"/loader.[123] | wc -l)" -gt 1 ] && echo t)"
	stop_loader "$one"
	stop_loader "$two"
	stop_loader "$LOADER"
}

killed() {
	local round total=$((2 * MANY))
	send dead thing <<-END
	schema first test/Thing
	run
	many r 1000 0 $MANY label
	many c 2000 0 $MANY label
	end
	END
	for round in 1 2 3 4 5; do
		start_loader "k$round"
		wait_for 60 "a part is loaded" sql_is "select ($(done_of dead)) > $((total * (round - 1) / 6))" t
		kill -9 "$LOADER"
		wait "$LOADER" 2>/dev/null
	done
	expect_eq "what was killed was not done" t "$(sql "select ($(done_of dead)) < $total")"
	load
	expect_eq "killed five times in the middle: the run balances" balanced \
		"$(sql "select state from ops.run_balance where source = 'dead'")"
	expect_eq "nothing lost, nothing twice" "$total $MANY 2000" \
		"$(sql "select ($(done_of dead)), count(*), min(_version) from canon.thing where _source = 'dead'")"
}

# What became of a letter of stream $1 with key $2, oldest first.
ended() { sql "select string_agg(state || coalesce(' ' || state_why, '') || coalesce(' ' || resolved_version, ''), ', '
	order by version, id) from ops.dead_letter where source = 'heal' and stream = '$1' and key = '$2'"; }

letters_end() {
	send heal thing <<-END
	run
	letter h1 100
	letter h2 100
	letter h3 100
	letter h4 300
	letter h4 100 so_dien_thoai
	end
	END
	load
	expect_eq "letters wait for data" "open, open, open, open, open" \
		"$(sql "select string_agg(state, ', ') from ops.dead_letter where source = 'heal'")"
	send heal thing <<-END
	schema first test/Thing
	run
	put r 200 h1 label=one
	put r 200 h4 label=four
	put r 200 h5 label=five
	end
	END
	load
	expect_eq "that was a first snapshot" 4 "$(sql "select count(*) from ops.offset where topic = '$PREFIX.heal.thing' and straight")"
	expect_eq "a first snapshot ends the letters of its keys" "resolved loaded 200" "$(ended thing h1)"
	expect_eq "but none that is newer" "resolved loaded 200, open" "$(ended thing h4)"
	send heal thing <<-END
	schema first test/Thing
	run
	letter h1 250
	letter h5 190
	put c 310 h2 label=two
	put c 310 h4 label=four
	put c 300 h1 label=one
	delete 320 h3
	end
	END
	load
	expect_eq "so does a new row" "resolved loaded 310" "$(ended thing h2)"
	expect_eq "and one that changes nothing" "resolved loaded 200, resolved unchanged 310" "$(ended thing h4)"
	expect_eq "and a delete" "resolved deleted 320" "$(ended thing h3)"
	expect_eq "a letter that comes after newer data has ended" "resolved superseded 200" "$(ended thing h5)"
	expect_eq "the runs balance all the same" "balanced 3" \
		"$(sql "select state, count(*) from ops.run_balance where source = 'heal' group by 1")"
}

letters_that_come_late() {
	send heal thing <<-END
	run
	delete 400 h2
	end
	END
	load
	send heal thing <<-END
	run
	letter h2 350
	letter h2 450
	letter h3 310
	letter h3 330
	letter n1 100
	letter n1 200
	letter n1 200 so_dien_thoai
	letter n2 100
	end
	END
	load
	expect_eq "a letter from before a delete has ended, a later one has not" \
		"resolved loaded 310, resolved deleted 400, open" "$(ended thing h2)"
	expect_eq "the same where canon never had the key" "resolved deleted 320, resolved deleted 320, open" "$(ended thing h3)"
	expect_eq "a newer letter of the same column ends the older one" "discarded newer_letter, open, open" "$(ended thing n1)"
	send heal thing <<-END
	run
	letter n2 150
	letter n1 300 so_dien_thoai
	end
	END
	load
	expect_eq "also one that came before" "discarded newer_letter, open" "$(ended thing n2)"
	expect_eq "and leaves other columns alone" "discarded newer_letter, open, discarded newer_letter, open" "$(ended thing n1)"
	send heal ghost <<-END
	run
	letter g1 100
	delete 150 g1
	end
	END
	load
	expect_eq "a delete ends letters where no table is" "resolved deleted 150" "$(ended ghost g1)"
}

# What the loader itself has set aside, and what a person has done with letters already.
letters_of_the_loader() {
	sql "alter table canon.thing add constraint no_wrong_label check (label not like 'wrong%')"
	send heal thing <<-END
	schema first test/Thing
	run
	put c 500 q1 label=wrong1
	put c 500 q2 label=wrong2
	put c 500 q3 label=wrong3
	put c 500 q4 label=wrong4
	end
	END
	load
	expect_eq "what the loader refuses waits too" 4 "$(sql "select count(*) from ops.dead_letter
		where source = 'heal' and stage = 'load' and state = 'open'")"
	sql "update ops.dead_letter set state = k.state from (values ('q2', 'fixed'), ('q3', 'replayed'), ('q4', 'discarded'))
		k(key, state) where source = 'heal' and dead_letter.key = k.key"
	send heal thing <<-END
	schema first test/Thing
	run
	put c 600 q1 label=wrong1
	put s 700 q2 label=good
	put c 700 q3 label=good
	put c 700 q4 label=good
	end
	END
	load
	expect_eq "refused again, it is a newer letter" "discarded newer_letter, open" "$(ended thing q1)"
	expect_eq "what was fixed or replayed ends" "resolved loaded 700, resolved loaded 700" "$(ended thing q2), $(ended thing q3)"
	expect_eq "what a person has discarded stays so" "discarded" "$(ended thing q4)"
	sql "alter table canon.thing drop constraint no_wrong_label"
}

# As many letters as records, in the same transactions: whichever loader is first, none stays open.
many_letters() {
	local one two
	start_loader 1
	one=$LOADER
	start_loader 2
	two=$LOADER
	wait_for 60 "both loaders have partitions" both_load
	{
		printf 'schema first test/Thing\nrun\nmany r 500 0 10 label\n'
		for i in $(seq 0 200 4000); do
			seq -f 'letter k%.0f 1000' "$i" $((i + 199))
			printf 'many c 2000 %s 200 label\ncommit\n' "$i"
		done
		echo end
	} | send crowd thing
	wait_for 60 "letters and records at once: the run balances" \
		sql_is "select state from ops.run_balance where source = 'crowd'" balanced
	expect_eq "none stays open" "resolved 4200" "$(sql "select state, count(*) from ops.dead_letter where source = 'crowd' group by 1")"
	stop_loader "$one"
	stop_loader "$two"
}

causes() {
	expect_eq "the view has a row a cause, of what is not ended" "heal thing normalise ngay_sinh date date.no_such_day t t" \
		"$(sql "select source, stream, stage, column_name, rule, code, letters = (select count(*) from ops.dead_letter
			where source = 'heal' and stream = 'thing' and state = 'open' and column_name = 'ngay_sinh'),
			first_at <= last_at from ops.letter_cause where source = 'heal' and column_name = 'ngay_sinh'")"
}

other_cluster() {
	sql "update ops.offset set cluster_id = 'another' where topic like '%health.thing' and partition = 0"
	run_loader
	expect_eq "another Kafka cluster is a matter for a person" 2 $?
	expect_eq "and both are named" 1 "$(grep -c "Kafka cluster another" "$WS/loaded")"
	sql "update ops.offset set cluster_id = (select max(cluster_id) from ops.offset where cluster_id <> 'another')"
}

quiet_log() {
	expect_eq "no refused value is in the server's log" 0 \
		"$(grep -c 'bad17\|bad90' "$SONGMA_STACK_DIR/log/warehouse.log")"
}

loader_workspace load 4
mkdir -p "$WS"/{first/{test,elsewhere},wider/test}
write_schema first test
write_schema wider test ', {"name": "colour", "type": "string", "default": "none", "doc": "Màu / Colour", "privacy": "public"}'
write_schema first elsewhere

first_load
changes
old_versions
deletes
only_deletes
refusals
dirty_snapshot
schema_grows
two_loaders
killed
letters_end
letters_that_come_late
letters_of_the_loader
many_letters
causes
other_cluster
quiet_log
scenario_end
