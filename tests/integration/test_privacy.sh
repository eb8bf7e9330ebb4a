#!/bin/bash
# Canaries: numbers and names planted in a source are searched in every topic (keys and headers
# too), every warehouse table, the registry, and every log that the program wrote.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

workspace privacy
src <<-'END'
	create table person (so_cccd text primary key, ho_ten text, the_bhyt text, ngay_sinh text,
	  changed timestamptz not null default now());
	insert into person values
	  ('038199012345', 'CANARY Nguyen', 'GD4383820123456', '01/02/1999'),
	  ('038 199 054 321', 'CANARY Tran', '3820654321', '1950'),
	  ('03819901234', 'CANARY Le', 'GD4383820999999', '30/02/2000'),
	  ('CANARYBAD', 'CANARY Bad', 'XX', '01/02/1999');
	grant select on person to reader;
END
mkdir -p "$WS/schemas/test"
cat >"$WS/schemas/test/Human.avsc" <<-'END'
	{"type": "record", "name": "Human", "namespace": "vn.songma.test", "doc": "A person of the tests",
	 "fields": [
	  {"name": "person", "type": {"type": "fixed", "name": "Pseudonym", "size": 32}, "privacy": "identifier", "kind": "citizen_number", "doc": "who"},
	  {"name": "insurance", "type": ["null", "Pseudonym"], "default": null, "privacy": "identifier", "kind": "social_insurance", "doc": "card"},
	  {"name": "born", "type": ["null", {"type": "string", "logicalType": "partial-date"}], "default": null, "privacy": "personal", "purpose": "age of residents", "doc": "birth"}
	 ]}
END
source_head test >"$WS/sources/test.yaml"
cat >>"$WS/sources/test.yaml" <<-'END'
	streams:
	  human:
	    table: person
	    mode: timestamp
	    cursor: changed
	    schema: test/Human
	    fields:
	      person: {column: so_cccd, rules: [trim]}
	      insurance: {column: the_bhyt, rules: [bhyt_number]}
	      born: {column: ngay_sinh, rules: [date]}
END
said=$WS/everything.said
expect_exit "sync with broken identifiers" 0 "$SONGMA" sync >"$said" 2>&1
"$SONGMA" preview test >>"$said" 2>&1
"$SONGMA" check >>"$said" 2>&1
expect_eq "good people are loaded" 2 "$(psql_wh "$WH" -c "select count(*) from canon.human")"
expect_eq "broken ones are letters" 2 "$(psql_wh "$WH" -c "select count(*) from ops.dead_letter")"
expect_eq "pseudonyms are 32 bytes" 32 "$(psql_wh "$WH" -c "select distinct octet_length(person) from canon.human")"

expect_nowhere '' 038199012345 038299054321 '038 199 054 321' 03819901234 CANARY 3820123456 3820654321 GD4383820999999 3820999999
workspace_end
scenario_end
