#!/bin/bash
# The hook of the conformance suite (see its header): makes the tables in one kind of source, changes them, and says what
# must be found.   Usage: hook.sh SOURCE CONNECTOR      SOURCE: postgres, mariadb, sqlite, synthetic…
# Answers a line of stdin each with lines that end with a dot.  What goes wrong goes to stderr.
set -u
cd "$(dirname "$0")/../.." || exit 1
SOURCE=$1
# shellcheck disable=SC2034 # for the sources
CONNECTOR=$2
HERE=tests/conformance
BUILD=${BUILD:-build}

# What this source has nothing of.
lacks() { echo "-$1"; }

# shellcheck source=../lib/drop.sh
. tests/lib/drop.sh
# shellcheck source=common.sh
. $HERE/common.sh
# shellcheck source=/dev/null
. "$HERE/$SOURCE.sh"

begin_source >&2 || exit 1
while read -r action name; do
	if declare -F "do_$action" >/dev/null; then
		"do_$action" "$name"
	else
		lacks "there is no such thing in this source"
	fi
	echo .
done
end_source >&2
