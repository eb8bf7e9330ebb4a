#!/bin/bash
# Reconciliation: differences of every kind, planted in the warehouse's tables by hand and in the source behind the cursor's
# back, are found exactly and mended through the normal way; deletes have a guard; an emptied source deletes nothing; what
# changes meanwhile is no difference; dead letters and corrections stay as they are; every repair is in the audit.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

# "missing|extra|different|dead letters" of stream $1 of the last table in JSON.
counts() { jq -r --arg s "$1" '.[] | select(.stream == $s) | "\(.missing)|\(.extra)|\(.different)|\(.excused)"' <<<"$LAST_OUT"; }
# shellcheck disable=SC2317 # expect_exit calls it
repair() { songma reconcile test "$@" --repair --yes --reason "the test planted them" --output json; }

workspace reconcile
thing_table 20000
thing_source 5000
src <<-'END'
	create table kind (ma text primary key, flag boolean, small integer, big bigint, share double precision, half real,
	  amount numeric(30,6), day date, at timestamptz, ms timestamptz, part text, raw bytea, note text);
	insert into kind select 'K' || i, i % 2 = 0, -i, i * 10000000000, i / 7.0, i / 3.0, (i - 5) * 1234567.000100, date '0001-01-01' + i * 100000,
	  '1969-12-31 23:59:59.999999+00'::timestamptz - i * interval '1000 days', '2026-01-01 00:00:00.123456+07', '19' || (10 + i), decode('00ff', 'hex') || i::text::bytea, 'ghi chú ' || i
	  from generate_series(1, 10) i;
	insert into kind (ma) values ('K-null');
	create table base (id bigint primary key, label text, changed timestamptz not null);
	insert into base select i, 'v' || i, timestamptz '2025-01-01' + i * interval '1 s' from generate_series(1, 500) i;
	create view seen as select * from base;
	grant select on kind, base, seen to reader;
END
cat >"$WS/schemas/test/Kind.avsc" <<-'END'
	{"type": "record", "name": "Kind", "namespace": "vn.songma.test", "doc": "One field of each type",
	 "fields": [
	  {"name": "code", "type": "string", "privacy": "public", "doc": "key"},
	  {"name": "flag", "type": ["null", "boolean"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "small", "type": ["null", "int"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "big", "type": ["null", "long"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "share", "type": ["null", "double"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "half", "type": ["null", "float"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 6}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "ms", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "part", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "raw", "type": ["null", "bytes"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "note", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "level", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "that no column feeds"}
	 ]}
END
cat >"$WS/schemas/test/Seen.avsc" <<-'END'
	{"type": "record", "name": "Seen", "namespace": "vn.songma.test", "doc": "A view's row",
	 "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "x"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "x"}
	 ]}
END
cat >>"$WS/sources/test.yaml" <<-'END'
	  kind:
	    table: public.kind
	    mode: bulk
	    schema: test/Kind
	    fields: {code: ma, flag: flag, small: small, big: big, share: share, half: half, amount: amount, day: day, at: at, ms: ms, part: {column: part, rules: [date]}, raw: raw, note: note}
	  seen:
	    table: public.seen
	    key: id
	    mode: timestamp
	    cursor: changed
	    overlap: 0s
	    schema: test/Seen
	    fields: {id: id, label: label, changed_at: changed}
END
log=$WS/said
expect_exit "the first sync" 0 songma sync test >>"$log" 2>&1

# --- nothing differs ---
expect_exit "source and warehouse are alike, every type" 0 songma reconcile test --output json
expect_eq "in all streams" "0|0|0|0 0|0|0|0 0|0|0|0" "$(counts thing) $(counts kind) $(counts seen)"
expect_eq "and all rows were looked at" 20000 "$(jq '.[] | select(.stream == "thing").equal' <<<"$LAST_OUT")"

# --- differences of every kind ---
wh "update canon.thing set label = 'by hand' where id = 7; update canon.thing set amount = 0.01 where id = 19999;
	delete from canon.thing where id in (100, 5000); update canon.thing set seen_on = 'infinity' where id = 8;
	insert into canon.thing select 900000, label, amount, seen_on, changed_at, _source, _stream, '900000', _version, _run, _hash, _loaded_at from canon.thing where id = 1"
src "delete from thing where id = 12; update thing set label = 'behind' where id = 13;
	insert into thing values (30000, 'late', 1, null, '2024-01-01')"
wh "update canon.kind set amount = amount + 0.000001 where code = 'K3'; update canon.kind set note = '' where code = 'K-null'"
expect_exit "differences are found" 1 songma reconcile test --keys "$WS/keys"
expect_contains "and shown by the end of their keys" "…-null" "$LAST_OUT"
expect_eq "of the kinds: these" "different K-null,different K3" "$(grep ^kind "$WS/keys" | cut -f2,3 | tr '\t' ' ' | sort | paste -sd,)"
expect_eq "of the things: these" "different 13,different 19999,different 7,different 8,extra 12,extra 900000,missing 100,missing 30000,missing 5000" \
	"$(grep ^thing "$WS/keys" | cut -f2,3 | tr '\t' ' ' | sort | paste -sd,)"
expect_eq "in a file that nobody else reads" 600 "$(stat -c %a "$WS/keys")"
expect_eq "nothing was sent" 'by hand' "$(wh "select label from canon.thing where id = 7")"
expect_exit "a repair wants a reason" 2 songma reconcile test --repair --yes </dev/null 2>/dev/null
expect_exit "and to be meant" 2 songma reconcile test --repair --reason x </dev/null 2>/dev/null
expect_exit "the repair" 0 repair
expect_eq "sends what differs, and deletes" "7|2" "$(jq -r '.[] | select(.stream == "thing") | "\(.sent)|\(.deleted)"' <<<"$LAST_OUT")"
expect_eq "the tables are alike" same "$(thing_difference)"
expect_eq "what was changed by hand is in the history" 1 "$(wh "select count(*) from history.thing where label = 'by hand'")"
expect_exit "a second look finds nothing" 0 songma reconcile test --output json
expect_eq "really" "0|0|0|0 0|0|0|0" "$(counts thing) $(counts kind)"
expect_eq "all runs balance" 0 "$(unbalanced)"
expect_eq "the repairs are in the audit" 2 "$(wh "select count(*) from ops.audit where act = 'repair'")"
expect_exit "which is whole" 0 songma audit verify >/dev/null

# --- the view: a late commit behind the cursor ---
src "insert into base values (900, 'late', '2024-06-01')"
songma sync test >>"$log" 2>&1
expect_eq "a view's late row is missed by the cursor" 0 "$(wh "select count(*) from canon.seen where id = 900")"
expect_exit "and caught by the repair" 0 repair seen
expect_eq "it is there" late "$(wh "select label from canon.seen where id = 900")"

# --- dead letters and corrections ---
src "insert into kind (ma, part) values ('BAD', 'no date'), ('K66', null); update kind set part = 'nor this', note = 'newer' where ma = 'K5'"
wh "alter table canon.kind add constraint no_six check (code <> 'K66')"
sed -i 's/^  kind:$/&\n    key: ma/' "$WS/sources/test.yaml"
songma sync test >>"$log" 2>&1
expect_exit "dead letters of both ends are no difference" 0 songma reconcile test kind --output json
expect_eq "but counted" "0|0|0|3" "$(counts kind)"
letter=$(wh "select max(id) from ops.dead_letter where key = 'K5'")
{
	songma dlq fix "$letter" --value 1977 --reason "from the paper"
	songma dlq replay "$letter" --yes
	songma sync test
} >>"$log" 2>&1
expect_eq "a corrected row is loaded" 1977 "$(wh "select part from canon.kind where code = 'K5'")"
expect_exit "a repair does not undo it" 0 repair kind
expect_eq "it stays as corrected" 1977 "$(wh "select part from canon.kind where code = 'K5'")"

# --- the guard ---
src "delete from base where id <= 20"
expect_exit "more rows are gone than may be deleted unasked" 1 repair seen
expect_contains "and it says how to confirm" "--allow-deletes 20" "$LAST_ERR"
expect_eq "nothing was deleted" 501 "$(wh "select count(*) from canon.seen where _deleted_at is null")"
expect_exit "confirmed, they go" 0 repair seen --allow-deletes 20
expect_eq "all of them" 481 "$(wh "select count(*) from canon.seen where _deleted_at is null")"
src "delete from base"
expect_exit "an emptied source deletes nothing" 1 repair seen --allow-deletes 1000000
expect_contains "and it says why" "no rows at all" "$LAST_ERR"
expect_eq "all are there" 481 "$(wh "select count(*) from canon.seen where _deleted_at is null")"

# --- after a sync: deletes of a stream that is read as a whole ---
src "delete from kind where ma = 'K9'"
expect_exit "a bulk stream's deletes are found after a sync" 1 songma sync test --reconcile
expect_contains "of a small table none goes unasked" "--allow-deletes 1" "$LAST_ERR"
expect_exit "confirmed, it goes" 0 repair kind --allow-deletes 1
expect_eq "and only that one" "K9" "$(wh "select string_agg(code, ',') from canon.kind where _deleted_at is not null")"

# --- churn: what changes meanwhile is no difference ---
(
	while [ ! -e "$WS/stop" ]; do
		psql_src "$SRC" -c "update thing set label = 'c' || random(), changed = clock_timestamp() where id = 1 + (random() * 19000)::int and id not in (12);
			insert into thing values (40000 + (random() * 1e9)::bigint, 'new', 1, null, clock_timestamp()) on conflict do nothing" >/dev/null
		sleep 0.02
	done
) &
churn=$!
at_end sh -c "kill $churn 2>/dev/null"
wh "update canon.thing set label = 'by hand' where id = 19500"
expect_exit "mended under churn" 0 repair thing --keys "$WS/keys"
expect_eq "exactly the planted one was found" "different 19500" "$(cut -f2,3 "$WS/keys" | tr '\t' ' ')"
touch "$WS/stop"
wait "$churn" 2>/dev/null
songma sync test >>"$log" 2>&1
expect_eq "and all is alike in the end" same "$(thing_difference)"

# --- two streams with the same keys: what one sends meanwhile says nothing of the other's ---
src "insert into base select i, 'v' || i, now() from generate_series(501, 560) i"
songma sync test >>"$log" 2>&1
src "delete from base where id = 533"
# A scan that lasts long enough for the other stream to go on meanwhile.
sed -i 's/^limits:.*/limits: {rows_per_second: 10, page_rows: 10}/' "$WS/sources/test.yaml"
(
	while [ ! -e "$WS/stop-twin" ]; do
		psql_src "$SRC" -c "update thing set changed = clock_timestamp() where id = 533" >/dev/null
		sleep 0.2
	done
) &
churn=$!
at_end sh -c "kill $churn 2>/dev/null"
songma reconcile test seen --keys "$WS/keys" >>"$log" 2>&1
touch "$WS/stop-twin"
wait "$churn" 2>/dev/null
expect_eq "one that is gone is found while the other stream sends its key" "extra 533" "$(grep -w 533 "$WS/keys" | cut -f2,3 | tr '\t' ' ')"

workspace_end
scenario_end
