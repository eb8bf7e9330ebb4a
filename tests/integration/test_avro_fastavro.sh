#!/usr/bin/env bash
# test_avro_fastavro.sh - what the gateway writes another Avro library reads, and the reverse, and both resolve schemas alike.
# Needs no server.  The tools are those of `make tools` in $BUILD (build).
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/lib.sh

TOOL=${BUILD:-build}/avro-tool
PYTHON=$(tests/lib/venv.sh) || exit 1

compare() { # compare NAME COMMAND COUNT
	expect_exit "$1" 0 "$PYTHON" tests/lib/avro_compare.py "$2" "$TOOL" "$SCENARIO_TMP" "$3"
}

if [ ! -x "$TOOL" ]; then
	echo "$TOOL is missing; build it with: make tools" >&2
	exit 1
fi
compare "fastavro accepts every schema of the project" ships 0
compare "fastavro reads what the gateway wrote, byte for byte the same" encode 2000
compare "the gateway reads what fastavro wrote" decode 2000
compare "300 random pairs of schemas give the same values in both" pairs 300
scenario_end
