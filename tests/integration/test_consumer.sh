#!/bin/bash
# Anybody's consumer of Confluent's Avro format reads the topics through the registry.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

python=$(tests/lib/venv.sh) || { fail "python's clients" "not installed"; scenario_end; }
workspace consumer
thing_table 3
psql_src "$SRC" -c "update thing set label = null where id = 2" -c "update thing set label = 'Thọ Xuân' where id = 3"
thing_source
songma pull test 2>/dev/null
expect_eq "records read by Confluent's client through the registry" \
	'{"key": "1", "id": 1, "label": "thing 1", "amount": "0.25", "seen_on": "2020-01-02", "changed_at": "2024-12-31 17:00:01+00:00"}
{"key": "2", "id": 2, "label": null, "amount": "0.50", "seen_on": "2020-01-03", "changed_at": "2024-12-31 17:00:02+00:00"}
{"key": "3", "id": 3, "label": "Thọ Xuân", "amount": "0.75", "seen_on": "2020-01-04", "changed_at": "2024-12-31 17:00:03+00:00"}' \
	"$("$python" tests/lib/consume.py "$SONGMA_KAFKA" "$SONGMA_REGISTRY" "$PREFIX.test.thing")"
workspace_end
scenario_end
