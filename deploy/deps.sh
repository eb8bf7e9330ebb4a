#!/bin/sh
# Installs what building and running need, from Debian 12's own packages: as root, or
# through sudo.  Packages that are there already cost nothing.
#
#   deploy/deps.sh           what build, demo and running need
#   deploy/deps.sh check     and what the tests and lint need
set -eu

RUN='build-essential pkg-config gettext libpq-dev librdkafka-dev libavro-dev libjansson-dev
     libyaml-dev libcurl4-openssl-dev libsodium-dev libssl-dev libutf8proc-dev libxxhash-dev
     unixodbc-dev libzip-dev libexpat1-dev odbc-mariadb odbc-postgresql libsqliteodbc tdsodbc
     mariadb-server-core mariadb-client-core
     postgresql-15 openjdk-17-jre-headless maven kcat curl jq procps util-linux iproute2'
CHECK='libcriterion-dev clang clang-tidy clang-format cppcheck pmccabe shellcheck
     libclang-rt-14-dev valgrind python3 python3-venv sqlite3'

wanted=$RUN
[ "${1:-}" != check ] || wanted="$RUN $CHECK"

missing=
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: these packages are missing and this is not root, nor is sudo there:$missing" >&2
		echo "deps: run as root: apt-get install$missing" >&2
		exit 3
	fi
	as_root=sudo
fi

echo "deps: installing$missing"
# A cluster of Debian's own would start on port 5432 by itself: not wanted here.
$as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
	echo 'create_main_cluster = false' |
	$as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
$as_root apt-get update -q >/dev/null
# shellcheck disable=SC2086 # the lists are words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
	$missing >/dev/null
