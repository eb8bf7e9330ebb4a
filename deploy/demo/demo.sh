#!/bin/bash
# make demo: real databases -> Avro -> Kafka -> warehouse -> the share of residents whose
# electronic health record is regularly updated, for every commune, held against the truth.
#
#   PEOPLE=50000   residents to make up (200 to 3700000)      SEED=38
#   KEEP=1         leave the servers up and say how to look
#   FALSIFY=1      falsify one row of the truth: the demo must then fail at one commune
#   SONGMA_STACK, SONGMA_STACK_PORT, BUILD: see deploy/local/stack.sh and the Makefile
set -euo pipefail
cd "$(dirname "$0")/../.."
ROOT=$PWD
PEOPLE=${PEOPLE:-50000} SEED=${SEED:-38} BUILD=${BUILD:-build}
export SONGMA_STACK=${SONGMA_STACK:-demo} SONGMA_STACK_PORT=${SONGMA_STACK_PORT:-22000}
SONGMA=$ROOT/$BUILD/songma
began=$(date +%s)

# Every step with the seconds since the demo began.
say() { printf '\n\033[1m== %s\033[0m (%d s)\n' "$*" $(($(date +%s) - began)); }

finish() {
	code=$?
	trap - EXIT
	if [ "${KEEP:-0}" = 1 ] && [ $code -eq 0 ]; then
		show_how_to_look
	else
		deploy/local/stack.sh destroy >/dev/null 2>&1 || true
	fi
	exit $code
}

show_how_to_look() {
	cat <<-END

	The servers are still up. To look around:
	  export SONGMA_CONFIG=$WORK/songma.yaml
	  $BUILD/songma status                    # or: runs, preview health, indicator show EHR
	  psql "\$(cat $WORK/secrets/warehouse.dsn)"
	  kcat -b $SONGMA_KAFKA -L
	  eval "\$(SONGMA_STACK=$SONGMA_STACK SONGMA_STACK_PORT=$SONGMA_STACK_PORT deploy/local/stack.sh env)"
	  psql "\$SONGMA_PG_SOURCES dbname=suc_khoe"   # the health database, as its owner
	  mariadb --defaults-file="\$SONGMA_MARIADB_CNF" lao_dong   # labour's, in MariaDB
	Change a health record there, then: $BUILD/songma sync health && $BUILD/songma indicator compute EHR
	To stop and delete everything: SONGMA_STACK=$SONGMA_STACK deploy/local/stack.sh destroy
	END
}

say "Packages and build"
deploy/deps.sh
make -s -j"$(nproc)" BUILD="$BUILD" build

say "Servers on loopback (PostgreSQL, MariaDB, Kafka, schema registry)"
trap finish EXIT
deploy/local/stack.sh destroy >/dev/null 2>&1 || true
deploy/local/stack.sh start sources warehouse mariadb kafka registry
eval "$(deploy/local/stack.sh env)"
# As a server in an office has it, so that what is read does not depend on it being UTC.
mariadb --defaults-file="$SONGMA_MARIADB_CNF" -e "set global time_zone = '+07:00'"
WORK=$SONGMA_STACK_DIR/work
mkdir -p "$WORK"

say "A fresh installation: songma init"
SONGMA_SHARE=$ROOT "$SONGMA" init "$WORK" >/dev/null
deploy/demo/configure.sh "$WORK"
export SONGMA_CONFIG=$WORK/songma.yaml

say "Four sector databases and the communes' files with $PEOPLE residents (seed $SEED)"
SONGMA_DEMO_PEOPLE=$ROOT/$BUILD/songma-demo-people \
	deploy/demo/load-sources.sh "$WORK/secrets" "$WORK/made" --people "$PEOPLE" --seed "$SEED"
as_of=$(cat "$WORK/made/as-of")

say "songma check"
"$SONGMA" check

say "songma sync: databases and files -> Kafka -> warehouse"
"$SONGMA" sync

say "songma indicator compute EHR"
"$SONGMA" indicator compute EHR --as-of "$as_of"
"$SONGMA" indicator show EHR --output json >"$WORK/coverage.json"

say "What connecting the sectors is worth: with and without BHYT links, with and without death records"
"$SONGMA" indicator compare EHR --as-of "$as_of" | tee "$WORK/variants.txt"

say "The truth: plain SQL on the sources; nothing of the gateway"
deploy/demo/truth.sh --folder "$WORK/dan-cu" --as-of "$as_of" ${FALSIFY:+--falsify} >"$WORK/truth.tsv"

say "What was planted, and what was found"
deploy/demo/found.sh "$WORK/made/planted.tsv" "$WORK/secrets/warehouse.dsn"

say "Three hanging dossiers: seen, mended, sent for, arrived"
deploy/demo/hanging.sh "$SONGMA" "$WORK/secrets/warehouse.dsn"

say "Coverage held against the truth, commune by commune"
deploy/demo/compare.sh "$WORK/coverage.json" "$WORK/truth.tsv" "$WORK/variants.txt"

echo
echo "The demo took $(($(date +%s) - began)) s."
