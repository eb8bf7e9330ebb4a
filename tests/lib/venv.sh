#!/usr/bin/env bash
# venv.sh - the Python that the tests compare with: fastavro and confluent-kafka, at fixed versions.
#
# Usage: venv.sh [FOLDER]      default: build/venv
# Prints the path of its python.  Nothing is downloaded when the folder is complete already.
set -euo pipefail

readonly PACKAGES="confluent-kafka==2.6.1 fastavro==1.13.1 requests==2.32.3 certifi==2026.10.18
	charset-normalizer==3.5.2 idna==3.20 urllib3==2.8.0"
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly ROOT
readonly DIR=${1:-$ROOT/build/venv}

is_complete() { [ -x "$DIR/bin/python" ] && [ "$(cat "$DIR/songma-packages" 2>/dev/null)" = "$PACKAGES" ]; }

make_venv() {
	rm -rf "$DIR"
	python3 -m venv "$DIR"
	# shellcheck disable=SC2086 # one word a package
	"$DIR/bin/pip" install --quiet --disable-pip-version-check $PACKAGES
	echo "$PACKAGES" >"$DIR/songma-packages"
}

if ! is_complete; then
	mkdir -p "$(dirname "$DIR")"
	(
		flock 9
		is_complete || make_venv >&2
	) 9>"$DIR.lock" || {
		echo "venv.sh: could not install fastavro and confluent-kafka with pip; check the network and the package python3-venv" >&2
		exit 1
	}
fi
echo "$DIR/bin/python"
