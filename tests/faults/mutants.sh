#!/bin/bash
# mutants.sh - the fault tests must be able to fail: each patch of the folder mutants takes one promise out of the program,
# and the faults that its head names must find it.
#
#   mutants.sh [NAME...]      BUILD: folder of the program, whose objects are used again; TIMES=1: how often each
#
# A mutant that passes, or whose patch no longer applies, is a failure.  The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build} times=${TIMES:-1}
passed=0 failed=0
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(basename -s .patch tests/faults/mutants/*.patch)

ok() { passed=$((passed + 1)) && echo "ok      $1"; }
bad() { failed=$((failed + 1)) && echo "FAILED  $1: $2"; }

# The program with one change, in a copy of the tree; only what the change touches is compiled.
make_mutant() { # make_mutant NAME FOLDER
	rm -rf "$2"
	mkdir -p "$2/$build"
	cp -a Makefile gateway connectors deploy po schemas tests "$2/"
	cp -a "$build/gateway" "$build/connectors" "$2/$build/"
	patch -s -F0 -p1 -d "$2" <"tests/faults/mutants/$1.patch" &&
		make -s -C "$2" "BUILD=$build" "$build/songma"
}

head_of() { sed -n "s/^$1=//p" "tests/faults/mutants/$2.patch"; }

try_mutant() { # try_mutant NAME
	local name=$1 folder=$build/mutants/$1 log=$build/mutants/$1.log found
	if ! make_mutant "$name" "$folder" >"$log" 2>&1; then
		bad "mutant $name" "it can't be made; see $log"
		return
	fi
	N=$(head_of N "$name") KINDS=$(head_of KINDS "$name") BUILD=$folder/$build PROXY=$PWD/$build/proxy \
		tests/faults/run.sh >"$log" 2>&1
	found=$(grep -aE '^lost [0-9]+, duplicate [0-9]+, unbalanced [0-9]+$' "$log" | tail -n 1)
	case ${found:-none} in
	none) bad "mutant $name" "the faults did not come to their comparison; see $log" ;;
	"lost 0, duplicate 0, unbalanced 0") bad "mutant $name" "was not found; see $log" ;;
	*)
		ok "mutant $name was found: $found"
		grep -aE -m 3 '^(lost|duplicate|unbalanced): ' "$log" | sed 's/^/        /'
		;;
	esac
}

mkdir -p "$build/mutants"
for name in "${names[@]}"; do
	for ((i = 0; i < times; i++)); do
		try_mutant "$name"
	done
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
