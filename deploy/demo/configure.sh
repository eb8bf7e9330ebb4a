#!/bin/bash
# Fits a fresh installation (the folder given) to the local stack, as an administrator would:
# addresses into songma.yaml, a warehouse database with an account of its own, the demo's sources.
set -euo pipefail
work=$1
cd "$(dirname "$0")/../.."
eval "$(deploy/local/stack.sh env)"

sed -i -e "s|^\( *brokers:\).*|\1 $SONGMA_KAFKA|" -e "s|^\( *url:\).*|\1 $SONGMA_REGISTRY|" \
	"$work/songma.yaml"
cp deploy/sources/*.yaml "$work/sources/"

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
port=$(sed -n 's/.*port=\([0-9]*\).*/\1/p' <<<"$SONGMA_PG_WAREHOUSE")
# The password goes in by standard input, so that no list of processes shows it.
psql -X -q -v ON_ERROR_STOP=1 "$SONGMA_PG_WAREHOUSE dbname=postgres" <<END
create role songma login password '$password';
create database songma owner songma;
END
# The server's own log must not repeat a refused row; only a superuser may say so.
psql -X -q -v ON_ERROR_STOP=1 "$SONGMA_PG_WAREHOUSE dbname=postgres" \
	-c "alter role songma set log_min_messages = fatal" \
	-c "alter role songma set log_min_error_statement = panic"
(
	umask 077
	echo "host=127.0.0.1 port=$port dbname=songma user=songma password=$password" \
		>"$work/secrets/warehouse.dsn"
)
