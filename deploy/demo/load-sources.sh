#!/usr/bin/env bash
# load-sources.sh - makes the demo's sources: four databases in the cluster of the local stack, for each a login that can
# read its tables and nothing else, and the population register as the files that the communes send each month.  What is
# there under those names is dropped first, so it may be run again.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(cd "$HERE/../.." && pwd -P)
GENERATOR=${SONGMA_DEMO_PEOPLE:-$ROOT/${BUILD:-build}/songma-demo-people}
PEOPLE=50000
SEED=38
AS_OF=$(TZ=Asia/Ho_Chi_Minh date +%F)
SECRETS=
OUT=
# database, its source's name, its tables
readonly DATABASES=("suc_khoe health ho_so_suc_khoe lan_cap_nhat"
	"lao_dong labour doi_tuong chi_tra the_bhyt" "tu_phap justice khai_sinh khai_tu ket_hon"
	"mot_cua one-stop ho_so su_kien")

usage() {
	cat <<-EOF
	usage: load-sources.sh SECRETS_DIR [OUT_DIR] [--people N] [--seed S] [--as-of DATE]

	  SECRETS_DIR     gets justice.dsn, health.dsn, labour.dsn and one-stop.dsn (mode 0600); the communes' files
	                  are put into dan-cu beside it
	  OUT_DIR         gets planted.tsv (what is wrong on purpose: kind, number, how it is found) and as-of (the day)
	  --people N      200 to 5000000          now: $PEOPLE
	  --seed S        same seed, same data    now: $SEED
	  --as-of DATE    the data ends the day before; now: $AS_OF, which is today in Vietnam

	  SONGMA_PG_SOURCES   conninfo of the cluster, without dbname; default: what deploy/local/stack.sh env says
	  SONGMA_DEMO_PEOPLE  the generator                  now: $GENERATOR
	EOF
}

die() {
	printf 'load-sources: %s\n' "$*" >&2
	exit 1
}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 -d "$SONGMA_PG_SOURCES dbname=$1" "${@:2}"; }

generate() { "$GENERATOR" --people "$PEOPLE" --seed "$SEED" --as-of "$AS_OF" --data "$HERE/data" "$@"; }

make_database() { # make_database NAME
	sql postgres <<-EOF
	set client_min_messages = warning;
	drop database if exists $1 with (force);
	create database $1 encoding 'UTF8' template template0;
	alter database $1 set timezone = 'Asia/Ho_Chi_Minh';
	revoke all on database $1 from public;
	EOF
	sql "$1" -f "$HERE/$1.sql"
}

fill_table() { # fill_table DATABASE TABLE
	generate --table "$2" | sql "$1" -c "copy $2 from stdin"
}

# The password goes through standard input: arguments are seen by everybody on the machine.
make_reader() { # make_reader DATABASE SOURCE TABLE...
	local database=$1 source=$2 password place
	shift 2
	password=$(od -An -N 18 -tx1 /dev/urandom | tr -d ' \n')
	sql "$database" <<-EOF
	set client_min_messages = warning;
	do \$\$ begin
		if exists (select from pg_roles where rolname = 'doc_$database') then
			execute 'drop owned by doc_$database';
			execute 'drop role doc_$database';
		end if;
	end \$\$;
	create role doc_$database login password '$password' connection limit 8;
	alter role doc_$database set default_transaction_read_only = on;
	revoke all on schema public from public;
	grant connect on database $database to doc_$database;
	grant usage on schema public to doc_$database;
	grant select on $(IFS=,; echo "$*") to doc_$database;
	EOF
	place=$(sql "$database" -c "select 'host=' || coalesce(host(inet_server_addr()), '127.0.0.1') || ' port=' ||
		coalesce(inet_server_port()::text, current_setting('port'))")
	(
		umask 077
		rm -f "$SECRETS/$source.dsn"
		printf '%s dbname=%s user=doc_%s password=%s\n' "$place" "$database" "$database" "$password" \
			>"$SECRETS/$source.dsn"
	)
}

load_database() { # load_database DATABASE SOURCE TABLE...
	local table
	make_database "$1"
	for table in "${@:3}"; do
		fill_table "$1" "$table"
	done
	sql "$1" -c "set maintenance_work_mem = '256MB'" -f "$HERE/$1_khoa.sql" >/dev/null
	sql "$1" -c 'analyze'
	make_reader "$@"
}

# One file a commune, finished an hour ago.
load_folder() {
	local folder
	folder=$(dirname "$SECRETS")/dan-cu
	rm -rf "$folder"
	mkdir -p "$folder"
	generate --table cong_dan | LC_ALL=C sort -t $'\t' -k 7,7 |
		LC_ALL=C awk -v "folder=$folder" -v "month=${AS_OF:0:7}" -f "$HERE/communes.awk"
	find "$folder" -name '*.csv' -exec touch -d '1 hour ago' {} +
}

while (($# > 0)); do
	case $1 in
	--people | --seed | --as-of)
		(($# > 1)) || die "$1 needs a value"
		case $1 in
		--people) PEOPLE=$2 ;;
		--seed) SEED=$2 ;;
		--as-of) AS_OF=$2 ;;
		esac
		shift 2
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) die "there is no option $1; see load-sources.sh --help" ;;
	*)
		if [ -z "$SECRETS" ]; then
			SECRETS=$1
		elif [ -z "$OUT" ]; then
			OUT=$1
		else
			die "found $1 after the two folders $SECRETS and $OUT"
		fi
		shift
		;;
	esac
done
[ -n "$SECRETS" ] || {
	usage >&2
	exit 2
}
[ -x "$GENERATOR" ] || die "$GENERATOR is missing; run: make build"
if [ -z "${SONGMA_PG_SOURCES:-}" ]; then
	eval "$("$ROOT/deploy/local/stack.sh" env)"
fi
[ -d "$SECRETS" ] || (umask 077 && mkdir -p "$SECRETS")

# Two at a time, the biggest first.
load_folder &
failed=0 running=1
for line in "${DATABASES[@]}"; do
	if ((running >= 2)); then
		wait -n || failed=1
		running=$((running - 1))
	fi
	# shellcheck disable=SC2086 # one word a table
	load_database $line &
	running=$((running + 1))
done
while ((running > 0)); do
	wait -n || failed=1
	running=$((running - 1))
done
((failed == 0)) || die "not every source could be made; the messages above say which"
if [ -n "$OUT" ]; then
	mkdir -p "$OUT"
	generate --planted >"$OUT/planted.tsv"
	echo "$AS_OF" >"$OUT/as-of"
fi
