#!/bin/bash
# Replays each fuzzer's corpus; with SECONDS_EACH it searches on for so long and keeps nothing.
# Usage: replay.sh BUILD [SECONDS_EACH]      The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1 seconds=${2:-0}
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1
passed=0 failed=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	corpus=tests/fuzz/corpus/${name#fuzz_}
	found=$(mktemp -d)
	# A fuzzer without a corpus proves nothing.
	if [ -n "$(ls -A "$corpus" 2>/dev/null)" ] &&
		"$build/$name" -artifact_prefix="$found/" -runs=0 "$corpus" >"$found/log" 2>&1 &&
		{ [ "$seconds" -eq 0 ] || "$build/$name" -artifact_prefix="$found/" \
			-max_total_time="$seconds" "$found" "$corpus" >>"$found/log" 2>&1; }; then
		echo "ok      $name ($(find "$corpus" -type f | wc -l) files)"
		passed=$((passed + 1))
	else
		echo "FAILED  $name ($corpus)"
		tail -n 20 "$found/log" 2>/dev/null
		failed=$((failed + 1))
	fi
	rm -rf "$found"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
