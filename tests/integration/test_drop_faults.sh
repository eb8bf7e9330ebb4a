#!/bin/bash
# A drop folder whose pull is killed and stopped at its steps, followed by another while it stands still, meets a full disk,
# closed folders and files that are replaced: the rows that it sends and deletes are those of the files that stand.
#
#   DROP_FAULTS_S=20 seconds, DROP_FAULTS_SEED=… (two runs beside each other; the second has the next seed, and a
#   file system that can rename as of old only)
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
seconds=${DROP_FAULTS_S:-20} seed=${DROP_FAULTS_SEED:-$RANDOM}
shim=$SCENARIO_TMP/folder.so
runs=()
# shellcheck disable=SC2317 # it is called at the end
stop_runs() { kill "${runs[@]}" 2>/dev/null; }
at_end stop_runs

cc -O1 -shared -fPIC -D_GNU_SOURCE -o "$shim" tests/faults/folder.c -ldl || exit 3
for i in 0 1; do
	((i == 0)) || export FOLDER_OLD=1
	python3 -B tests/faults/drop_folder.py "${BUILD:-build}/drop-drive" "$shim" "$seconds" $((seed + i)) \
		>"$SCENARIO_TMP/run$i" 2>&1 &
	runs+=($!)
done
wait "${runs[@]}"
runs=()
for i in 0 1; do
	expect_eq "seed $((seed + i)): the rows of the files that stand" "lost 0, duplicate 0" "$(tail -n 1 "$SCENARIO_TMP/run$i")"
	cat "$SCENARIO_TMP/run$i"
done
scenario_end
