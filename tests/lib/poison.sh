# Sourced after flow.sh: a table of which every hundredth row is poisoned, in twelve ways.
# shellcheck shell=bash

# The table with one good row, its schema and source file.  $1: rows a page (10000).
poison_workspace() {
	src <<-'END'
	create table poison (ma text primary key, cccd text, ma_cs text, born text, amount numeric, seen_on date, label text,
	  points bigint, serial text, note text, changed timestamptz not null);
	create index on poison (changed, ma);
	grant select on poison to reader;
	insert into poison values ('K0000000', '038199012345', 'HT02', '1990-01-02', 1.25, '2020-01-01', 'thing', 1, 'S0', 'x',
	  '2024-12-31 00:00+07');
	END
	mkdir -p "$WS/schemas/test"
	cat >"$WS/schemas/test/Poison.avsc" <<-'END'
	{"type": "record", "name": "Poison", "namespace": "vn.songma.test", "doc": "A row of the tests",
	 "fields": [
	  {"name": "id", "type": "string", "privacy": "public", "doc": "its code"},
	  {"name": "person", "type": ["null", {"type": "fixed", "name": "Pseudonym", "size": 32}], "default": null,
	   "privacy": "identifier", "kind": "citizen_number", "doc": "whose"},
	  {"name": "policy", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "a code"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "public", "doc": "a day"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}],
	   "default": null, "privacy": "public", "doc": "how much"},
	  {"name": "seen_on", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "a day"},
	  {"name": "label", "type": "string", "privacy": "public", "doc": "a name"},
	  {"name": "points", "type": ["null", "long"], "default": null, "privacy": "public", "doc": "a number"},
	  {"name": "serial", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "another number"},
	  {"name": "note", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "a remark"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public", "doc": "when it changed"}
	 ]}
	END
	source_head test ", page_rows: ${1:-10000}" >"$WS/sources/test.yaml"
	cat >>"$WS/sources/test.yaml" <<-'END'
	streams:
	  poison:
	    table: poison
	    key: ma
	    mode: timestamp
	    cursor: changed
	    schema: test/Poison
	    fields:
	      id: {column: ma, rules: [trim]}
	      person: {column: cccd, rules: [trim, citizen_number]}
	      policy: {column: ma_cs, rules: [trim, {code_list: policy}]}
	      born: {column: born, rules: [date]}
	      amount: amount
	      seen_on: seen_on
	      label: label
	      points: points
	      serial: serial
	      note: note
	      changed_at: changed
	END
}

# What people add to the table in the warehouse, once it is there.
poison_constraints() {
	wh <<-'END'
	alter table canon.poison add constraint no_sevens check (points <> 77777);
	create unique index serial_once on canon.poison (serial);
	alter table canon.poison alter column note set not null;
	END
}

# $1 good rows, of which every hundredth is poisoned unless $2 is "clean": nine ways at the source, three at the warehouse.
poison_rows() {
	psql_src "$SRC" -v clean="${2:-no}" -v rows="$1" <<-'END'
	insert into poison
	select case k when 8 then 'K' || to_char(i - 1, 'FM0000000') || ' ' else 'K' || to_char(i, 'FM0000000') end,
	  case k when 0 then '03819901' else '038199012345' end,
	  case k when 1 then 'QQ9' else 'HT02' end,
	  case k when 2 then '31/02/1990' when 3 then '99999999' else '1990-01-02' end,
	  case k when 4 then 123456789012.34 when 5 then 'NaN'::numeric else 1.25 end,
	  case k when 6 then 'infinity'::date else date '2020-01-01' end,
	  case k when 7 then null else 'thing ' || i end,
	  case k when 9 then 77777 else 1 end,
	  case k when 10 then 'S' || (i - 1) else 'S' || i end,
	  case k when 11 then null else 'x' end,
	  timestamptz '2025-01-01 00:00+07' + i * interval '1 ms'
	from (select i, case when i % 100 = 7 and :'clean' <> 'clean' then i / 100 % 12 else -1 end as k
	      from generate_series(1, :rows) i) r;
	analyze poison;
	END
}
