# Sourced by scenarios of the whole way: a workspace of its own for each (configuration,
# keys, a source database, a warehouse database, a topic prefix) on the running stack.
# Needs lib.sh first.  BUILD is the folder of the program under test.
# shellcheck shell=bash

BUILD=${BUILD:-build}
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
SONGMA=$ROOT/$BUILD/songma
export SONGMA_LANG=en SONGMA_SHARE=$ROOT
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

# Makes workspace $1 afresh: sets WS (its folder), SRC and WH (its databases), PREFIX.
workspace() {
	local name=$1 port
	WS=$(mktemp -d) SRC=src_$name WH=wh_$name PREFIX=t-${name//_/-}-$$
	export SONGMA_CONFIG=$WS/songma.yaml
	"$SONGMA" init "$WS" >/dev/null || return 1
	psql_src postgres -c "drop database if exists $SRC with (force)" -c "create database $SRC"
	psql_src postgres -c "do \$\$ begin create role reader login; exception when duplicate_object then end \$\$" \
		-c "alter role reader password 'reader'"
	psql_wh postgres -c "drop database if exists $WH with (force)" -c "create database $WH"
	port=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_SOURCES")
	(
		umask 077
		echo "host=127.0.0.1 port=$port dbname=$SRC user=reader password=reader" >"$WS/secrets/src.dsn"
		echo "$SONGMA_PG_WAREHOUSE dbname=$WH" >"$WS/secrets/warehouse.dsn"
	)
	cat >"$SONGMA_CONFIG" <<-END
	language: en
	prefix: $PREFIX
	kafka:
	  brokers: $SONGMA_KAFKA
	  partitions: 2
	registry:
	  url: $SONGMA_REGISTRY
	warehouse:
	  connection_file: secrets/warehouse.dsn
	keys:
	  pseudonym_file: secrets/pseudonym.key
	  letter_public_file: secrets/letter.pub
	  letter_secret_file: secrets/letter.key
	  pull_public_file: secrets/pull.pub
	  pull_secret_file: secrets/pull.key
	schemas: schemas
	sources: sources
	END
}

workspace_end() {
	psql_src postgres -c "drop database if exists $SRC with (force)"
	psql_wh postgres -c "drop database if exists $WH with (force)"
	rm -rf "$WS"
}

# A table of made-up things that no schema of the project knows: $1 rows.
thing_table() {
	src <<-END
	create table thing (id bigint primary key, label text, amount numeric(12,2),
	  seen_on date, changed timestamptz not null default now());
	insert into thing select i, 'thing ' || i, i / 4.0, date '2020-01-01' + (i % 1000)::int,
	  timestamptz '2025-01-01 00:00+07' + i * interval '1 s' from generate_series(1, $1) i;
	create index on thing (changed, id);
	grant select on thing to reader;
	analyze thing;
	END
}

thing_schema() {
	mkdir -p "$WS/schemas/test"
	cat >"$WS/schemas/test/Thing.avsc" <<-'END'
	{"type": "record", "name": "Thing", "namespace": "vn.songma.test", "doc": "A thing of the tests",
	 "fields": [
	  {"name": "id", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what it is called"},
	  {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}],
	   "default": null, "privacy": "public", "doc": "how much"},
	  {"name": "seen_on", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null,
	   "privacy": "public", "doc": "when it was seen"},
	  {"name": "changed_at", "type": {"type": "long", "logicalType": "timestamp-micros"}, "privacy": "public",
	   "doc": "when it was changed"}
	 ]}
	END
}

# The head of a source file of the workspace's source database, up to its limits; $2: further limits, as ", page_rows: 3".
source_head() { # source_head NAME [LIMITS]
	cat <<-END
	source: $1
	title: Test
	owner: Test office
	agreement: "1/TEST"
	connector: postgres
	connection_file: secrets/src.dsn
	time_zone: Asia/Ho_Chi_Minh
	limits: {rows_per_second: unlimited${2:-}}
	END
}

# The source file of the thing table; $1: rows a page (1000), $2: rows a second (unlimited).
thing_source() {
	thing_schema
	# No person is in it, so it needs no agreement.
	source_head test ", page_rows: ${1:-1000}" | sed "/^agreement:/d; s/unlimited/${2:-unlimited}/" >"$WS/sources/test.yaml"
	cat >>"$WS/sources/test.yaml" <<-END
	streams:
	  thing:
	    table: public.thing
	    key: id
	    mode: timestamp
	    cursor: changed
	    schema: test/Thing
	    fields:
	      id: id
	      label: label
	      amount: amount
	      seen_on: seen_on
	      changed_at: changed
	END
}

songma() {
	"$SONGMA" "$@"
}

# SQL in the workspace's two databases: each word a statement, or what comes in.
src() { psql_src "$SRC" "${@/#/-c}"; }
wh() { psql_wh "$WH" "${@/#/-c}"; }

# Whether the warehouse answers $1 with $2.
wh_is() { [ "$(wh "$1")" = "$2" ]; }

# How many runs do not balance.
unbalanced() { wh "select count(*) from ops.run_balance where state <> 'balanced'"; }

# Sum of a column of the balance of source test over all runs.
runs_sum() {
	wh "select coalesce(sum($1), 0) from ops.run_balance"
}

# "source rows|warehouse rows|rows that differ" of the thing table, compared by value in plain
# SQL that shares nothing with the program.
thing_difference() {
	local a b
	a=$(src "select id, label, amount, seen_on, extract(epoch from changed) from thing order by id")
	b=$(wh "select id, label, amount, seen_on, extract(epoch from changed_at) from canon.thing where _deleted_at is null order by id")
	if [ "$a" = "$b" ]; then
		echo same
	else
		diff <(echo "$a") <(echo "$b") | head -5
	fi
}

# shellcheck source=tests/lib/canary.sh
. "$ROOT/tests/lib/canary.sh"
