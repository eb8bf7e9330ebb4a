#!/bin/bash
# make check: everything that must pass before a change lands, in a fresh clone and again
# and again.  Stages print what they do; the last line adds up: "N passed, N failed".
#
#   STAGES="unit lint"    only these: build integration san unit torture fuzz lint demo faults
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8 CI=1
stages=${STAGES:-build integration san unit torture fuzz lint demo faults}
jobs=$(nproc)
logs=build/check
passed=0 failed=0
began=$(date +%s)

# Adds the "N passed, N failed" of a log's last line, or Criterion's synthesis.
count() {
	local log=$1 code=$2 p=0 f=0 line
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	if [ -n "$line" ]; then
		p=${line%% passed*}
		f=${line#*, }
		f=${f%% failed*}
	elif line=$(grep -a 'Synthesis: Tested:' "$log" | tail -n 1) && [ -n "$line" ]; then
		# shellcheck disable=SC2001
		line=$(sed 's/\x1b\[[0-9;]*m//g' <<<"$line")
		p=$(sed -n 's/.*Passing: \([0-9]*\).*/\1/p' <<<"$line")
		f=$(sed -n 's/.*Tested: \([0-9]*\).*/\1/p' <<<"$line")
		f=$((f - p))
	elif [ "$code" -eq 0 ]; then
		p=1
	fi
	# A stage that ends badly without saying what failed is itself the failure.
	[ "$code" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	[ "$f" -eq 0 ]
}

stage() {
	local name=$1 code start
	shift
	local log=$logs/$name.log
	start=$(date +%s)
	"$@" >"$log" 2>&1
	code=$?
	if count "$log" "$code"; then
		printf 'ok      %-22s %4d s\n' "$name" $(($(date +%s) - start))
	else
		printf 'FAILED  %-22s %4d s   (%s)\n' "$name" $(($(date +%s) - start)) "$log"
		grep -aE 'FAILED|failed|error:|ERROR' "$log" | head -n 30
		tail -n 30 "$log"
	fi
}

# Begins what goes beside the stages that follow; joined waits for it and takes over what it said.
declare -A beside
aside() {
	local name=$1
	shift
	("$@" >"$logs/$name.out" 2>&1
	echo $? >"$logs/$name.code") &
	beside[$name]=$!
}
joined() {
	wait "${beside[$1]}"
	cat "$logs/$1.out"
	return "$(cat "$logs/$1.code")"
}

wants() {
	case " $stages " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

mkdir -p "$logs"
# What the sanitized lanes leave to the plain ones: servers, the demo's tools, texts, and ways that other
# scenarios go too.  All that parses, loads, asks and mends is in both.
plain_only='/test_(stack|readme|demo_data|six_ways|messages|avro_fastavro|canary|privacy|traps|away|first_reading|poison'
plain_only+='|hanging|drop_faults|one_stop|people|ref|kafka|audit|explain)\.sh$'
stage deps deploy/deps.sh check
wants build && stage build make -j"$jobs" build tools
# The scenarios wait more than they work.  So two lanes of them, plain and sanitized, go beside all that computes, each
# from when there is a program for them.  Compilers and lint are nice, and get what they leave; tests are not.
wants integration && aside integration env LANES=2 tests/integration/run.sh build
wants san && stage san-build nice make -j"$jobs" SAN=1 build tools
if wants integration; then
	mapfile -t sanitized < <(printf '%s\n' tests/integration/test_*.sh | grep -vE "$plain_only")
	aside san-integration env LANES=2 SONGMA_STACK=check-san SONGMA_STACK_PORT=22300 \
		tests/integration/run.sh build/san "${sanitized[@]}"
fi
wants build && stage build-clang nice make CC=clang syntax
wants unit && stage unit-build nice make -j"$jobs" build/unit-tests
wants unit && stage unit make unit
wants san && stage san-unit-build nice make -j"$jobs" SAN=1 build/san/unit-tests
wants san && stage san-unit make SAN=1 unit
wants torture && stage torture nice make -j"$jobs" SAN=1 torture
wants fuzz && stage fuzz nice make -j"$jobs" fuzz
wants lint && stage lint nice make lint
wants demo && stage demo env PEOPLE=5000 SONGMA_STACK=check-demo SONGMA_STACK_PORT=22200 \
	deploy/demo/demo.sh
wants integration && stage integration joined integration
wants integration && stage san-integration joined san-integration
# Alone, since it measures how long the flow rests.
wants faults && stage faults tests/faults/run.sh short
echo "took $(($(date +%s) - began)) s; logs in $logs"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
