#!/bin/bash
# How long a reconciliation takes against a plain scan of both tables (COPY … TO STDOUT of the source's table, then of the
# canon table, one after the other), and how much memory: tests/bench/reconcile.sh [ROWS] [PLANTED] [ROUNDS] on a running
# stack.  Planted differences must be found exactly, and be none after a repair.  Measurements alternate, so that what else
# the machine does falls on both.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/bench/wide.sh
ROWS=${1:-3700000} PLANTED=${2:-50} ROUNDS=${3:-3}

now() { date +%s.%N; }
spent() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
plain() {
	local began
	began=$(now)
	psql_src "$SRC" -c "copy wide to stdout" >/dev/null && psql_wh "$WH" -c "copy canon.wide to stdout" >/dev/null
	spent "$began"
}
# The largest peak of resident memory (VmHWM, in KiB) of processes whose command line matches $1 while $2 runs.
watch_memory() {
	local pattern=$1 pid=$2 peak=0 p kb
	while kill -0 "$pid" 2>/dev/null; do
		for p in $(pgrep -f "$pattern"); do
			kb=$(awk '/^VmHWM/ { print $2 }' "/proc/$p/status" 2>/dev/null)
			((${kb:-0} > peak)) && peak=$kb
		done
		sleep 0.2
	done
	echo "$peak"
}
reconciled() {
	local began pid
	began=$(now)
	songma reconcile test wide --keys "$WS/keys" --output json >"$WS/report" 2>"$WS/said" &
	pid=$!
	watch_memory "songma reconcile test" $pid >"$WS/peak.command" &
	watch_memory " pull test --orders" $pid >"$WS/peak.pull" &
	wait "$pid"
	spent "$began"
	wait
}

workspace benchrec
[ "${KEEP:-}" = 1 ] || at_end workspace_end
wide_table "$ROWS"
wide_source 10000
began=$(now)
songma sync test >/dev/null || exit 1
echo "first sync: $(spent "$began") s for $ROWS rows"
psql_wh "$WH" -c "vacuum analyze canon.wide"
psql_wh "$WH" <<-END
	create temp table planted as select _key, row_number() over () % 3 as kind from canon.wide where id % ($ROWS / $PLANTED) = 7 limit $PLANTED;
	update canon.wide set note = 'by hand' where _key in (select _key from planted where kind = 0);
	delete from canon.wide where _key in (select _key from planted where kind = 1);
	create temp table more as select * from canon.wide where _key in (select _key from planted where kind = 2);
	update more set _key = _key || '-extra';
	insert into canon.wide select * from more;
END
for ((round = 1; round <= ROUNDS; round++)); do
	a=$(plain)
	b=$(reconciled)
	echo "round $round: plain scan of both $a s, reconcile $b s, ratio $(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f", b / a }'), peak memory: command $(($(<"$WS/peak.command") / 1024)) MiB, pull $(($(<"$WS/peak.pull") / 1024)) MiB"
	expect_eq "exactly the planted keys are found" "$PLANTED" "$(wc -l <"$WS/keys")"
done
songma reconcile test wide --repair --yes --reason bench >"$WS/report" 2>"$WS/said"
expect_exit "after a repair there are none" 0 songma reconcile test wide --output json >/dev/null
scenario_end
