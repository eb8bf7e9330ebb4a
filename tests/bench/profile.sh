# Sourced: where a first load spends its CPU, by perf; a profile of pull, one of load, and one of
# the whole machine by process and library, for most of the work is PostgreSQL's and Kafka's.
# shellcheck shell=bash

profile_duty() { # profile_duty DUTY PID
	perf record -q -F 499 -g -p "$2" -o "$TOOLS/bench-$1.perf" 2>/dev/null
	perf report -i "$TOOLS/bench-$1.perf" --no-children --stdio -g none --percent-limit 0.5 2>/dev/null |
		grep -v '^$' >"$TOOLS/bench-$1.txt"
}

# As long as the process runs; "exe" are the duties, "songma" is sync itself.
profile_machine() { # profile_machine PID
	perf record -q -a -F 199 -o "$TOOLS/bench-machine.perf" -- tail --pid="$1" -f /dev/null 2>/dev/null
	perf report -i "$TOOLS/bench-machine.perf" --sort comm,dso --stdio --percent-limit 0.5 2>/dev/null |
		grep -v '^$' >"$TOOLS/bench-machine.txt"
}

# The pid of sync's child with that first argument.
duty_pid() { # duty_pid SYNC DUTY
	local pid
	for pid in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		[ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -d ' ' -f 2)" != "$2" ] || echo "$pid"
	done
}

bench_profile() {
	local sync duty pid tries
	command -v perf >/dev/null || die "the profile needs perf"
	wide_workspace profile "$ROWS"
	"$SONGMA" sync test >/dev/null 2>&1 &
	sync=$!
	profile_machine "$sync" &
	for duty in pull load; do
		for ((tries = 0; tries < 100; tries++)); do
			pid=$(duty_pid "$sync" "$duty")
			[ -z "$pid" ] || break
			sleep 0.01
		done
		profile_duty "$duty" "$pid" &
	done
	wait
	say "profiles: bench-pull.txt, bench-load.txt, bench-machine.txt in $BUILD"
	workspace_end 2>/dev/null
}
