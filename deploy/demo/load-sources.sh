#!/usr/bin/env bash
# load-sources.sh - makes the demo's sources: three databases in the cluster of the local stack and one in its MariaDB, for
# each a login that can read its tables and nothing else, and the population register as the files that the communes send
# each month.  What is there under those names is dropped first, so it may be run again.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(cd "$HERE/../.." && pwd -P)
GENERATOR=${SONGMA_DEMO_PEOPLE:-$ROOT/${BUILD:-build}/songma-demo-people}
PEOPLE=50000
SEED=38
AS_OF=$(TZ=Asia/Ho_Chi_Minh date +%F)
SECRETS=
OUT=
# how it is loaded, database, its source's name, its tables
readonly DATABASES=("load_database suc_khoe health ho_so_suc_khoe lan_cap_nhat"
	"load_mariadb lao_dong labour doi_tuong chi_tra the_bhyt" "load_database tu_phap justice khai_sinh khai_tu ket_hon"
	"load_database mot_cua one-stop ho_so su_kien")

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
	  SONGMA_MARIADB_CNF  option file of MariaDB's client; default: the same (stack.sh start mariadb)
	  SONGMA_DEMO_PEOPLE  the generator                  now: $GENERATOR
	EOF
}

die() {
	printf 'load-sources: %s\n' "$*" >&2
	exit 1
}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 -d "$SONGMA_PG_SOURCES dbname=$1" "${@:2}"; }

# In Vietnam's time, whatever the server's own is.
maria() {
	mariadb --defaults-file="$SONGMA_MARIADB_CNF" -N -B --init-command="set time_zone = '+07:00'" "$@"
}

new_password() { od -An -N 18 -tx1 /dev/urandom | tr -d ' \n'; }

# What comes by standard input becomes SOURCE's connection, for its owner alone.
keep_secret() { # keep_secret SOURCE
	(
		umask 077
		rm -f "$SECRETS/$1.dsn"
		cat >"$SECRETS/$1.dsn"
	)
}

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
	password=$(new_password)
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
	printf '%s dbname=%s user=doc_%s password=%s\n' "$place" "$database" "$database" "$password" |
		keep_secret "$source"
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

# A bit is given as a digit, whose own bits it would take otherwise.  A value that does not fit is a warning there; here it
# is a failure.
fill_mariadb() { # fill_mariadb DATABASE TABLE
	local columns setting warnings
	IFS=$'\t' read -r columns setting < <(maria "$1" -e "select group_concat(if(data_type = 'bit', '@bit', column_name) order by ordinal_position),
		coalesce(max(if(data_type = 'bit', concat('set ', column_name, ' = @bit + 0'), null)), '')
		from information_schema.columns where table_schema = '$1' and table_name = '$2'")
	warnings=$(generate --table "$2" | maria "$1" --local-infile=1 \
		-e "load data local infile '/dev/stdin' into table $2 character set utf8mb4 ($columns) $setting;
			select @@warning_count")
	[ "$warnings" = 0 ] || die "$warnings values of $1.$2 did not fit their column"
}

make_mariadb_reader() { # make_mariadb_reader DATABASE SOURCE TABLE...
	local database=$1 source=$2 password port table
	shift 2
	password=$(new_password)
	{
		echo "create or replace user doc_$database@'127.0.0.1' identified by '$password' with max_user_connections 8;"
		for table in "$@"; do
			echo "grant select on $database.$table to doc_$database@'127.0.0.1';"
		done
	} | maria
	port=$(maria -e 'select @@port')
	printf 'Driver={MariaDB Unicode};Server=127.0.0.1;Port=%s;Database=%s;UID=doc_%s;PWD={%s}\n' \
		"$port" "$database" "$database" "$password" | keep_secret "$source"
}

load_mariadb() { # load_mariadb DATABASE SOURCE TABLE...
	local table
	maria -e "drop database if exists $1; create database $1 character set latin1"
	maria "$1" <"$HERE/$1.sql"
	for table in "${@:3}"; do
		fill_mariadb "$1" "$table"
	done
	maria "$1" <"$HERE/$1_khoa.sql" >/dev/null
	make_mariadb_reader "$@"
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
if [ -z "${SONGMA_PG_SOURCES:-}" ] || [ -z "${SONGMA_MARIADB_CNF:-}" ]; then
	eval "$("$ROOT/deploy/local/stack.sh" env)"
fi
[ -n "${SONGMA_MARIADB_CNF:-}" ] || die "there is no MariaDB; run: deploy/local/stack.sh start mariadb"
[ -d "$SECRETS" ] || (umask 077 && mkdir -p "$SECRETS")

# Two at a time, the biggest first.
load_folder &
failed=0 running=1
for line in "${DATABASES[@]}"; do
	if ((running >= 2)); then
		wait -n || failed=1
		running=$((running - 1))
	fi
	# shellcheck disable=SC2086 # the function, then one word a table
	$line &
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
