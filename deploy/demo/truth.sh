#!/usr/bin/env bash
# truth.sh - what the indicator has to say, computed without the gateway: the sources' tables and the communes' files are
# copied into a scratch database (doi_chung) in PostgreSQL's cluster of sources, and counted there by plain SQL.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(cd "$HERE/../.." && pwd -P)
AS_OF=$(TZ=Asia/Ho_Chi_Minh date +%F)
MONTHS=12
FALSIFY=0
FOLDER=
readonly SCRATCH=doi_chung

usage() {
	cat <<-EOF
	usage: truth.sh --folder DIR [--as-of DATE] [--months N] [--falsify]

	  Prints, with tabs between: unit_code denominator fresh stale without, one line a commune; then what is counted
	  beside: name number; then the sums of the four variants (insurance cards and old card numbers used as links or
	  not, death records used or not): variant name denominator fresh stale without.

	  --folder DIR    where the communes' files are, or have been before they were taken
	  --as-of DATE    the day asked about, to its end; now: $AS_OF, which is today in Vietnam
	  --months N      what "regularly" means          now: $MONTHS
	  --falsify       makes one resident another in the scratch database, so that exactly one commune differs

	  SONGMA_PG_SOURCES   conninfo of the cluster, without dbname; default: what deploy/local/stack.sh env says
	  SONGMA_MARIADB_CNF  option file of MariaDB's client; default: the same
	EOF
}

die() {
	printf 'truth: %s\n' "$*" >&2
	exit 1
}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 -d "$SONGMA_PG_SOURCES dbname=$1" "${@:2}"; }

copy_table() { # copy_table DATABASE TABLE COLUMNS
	sql "$1" -c "copy (select $3 from $2) to stdout (format csv)" |
		sql "$SCRATCH" -c "copy $2 ($3) from stdin (format csv)"
}

# The client writes rows as COPY reads them, but for its word for null, and as they come.
copy_mariadb() { # copy_mariadb DATABASE TABLE COLUMNS [THEIR-NAMES-HERE]
	mariadb --defaults-file="$SONGMA_MARIADB_CNF" -N -B --quick --init-command="set time_zone = '+07:00'" "$1" \
		-e "select $3 from $2" | sql "$SCRATCH" -c "copy $2 (${4:-$3}) from stdin (null 'NULL')"
}

# Files that were taken lie in done, those that were not where they were put.
copy_files() {
	find "$FOLDER" -maxdepth 2 -name 'dan-so-*.csv' ! -path '*/rejected/*' -exec tail -q -n +2 {} + |
		sql "$SCRATCH" -c 'copy cong_dan_tep from stdin (format csv)'
	sql "$SCRATCH" -c 'insert into cong_dan select so_dinh_danh, so_cmnd, ngay_sinh, gioi_tinh, dan_toc, ma_xa,
		trang_thai, ngay_dang_ky, ngay_cap_nhat from cong_dan_tep'
}

copy_people() {
	copy_files
	copy_table tu_phap khai_sinh 'id, so_dinh_danh, gioi_tinh, ngay_sinh, ma_xa, ten_xa, ngay_dang_ky'
	copy_table tu_phap khai_tu 'id, so_dinh_danh, so_cmnd, ngay_chet, ma_xa, ngay_dang_ky'
	copy_table tu_phap ket_hon 'id, so_dinh_danh_chong, so_dinh_danh_vo, ma_xa, ngay_dang_ky'
	copy_mariadb lao_dong doi_tuong \
		'ma_doi_tuong, so_cccd, so_cmnd, ma_bhxh, dan_toc, ma_xa, ten_xa, loai, tu_ngay, den_ngay, trang_thai' \
		'ma_doi_tuong, so_cccd, so_cmnd, ma_bhxh, dan_toc, ma_xa, ten_xa_luu, loai, tu_ngay, den_ngay, trang_thai'
	copy_mariadb lao_dong chi_tra 'id, ma_doi_tuong, thang, da_chi + 0, ngay_sua' 'id, ma_doi_tuong, thang, da_chi, ngay_sua'
	copy_mariadb lao_dong the_bhyt 'ma_the, so_the, so_cccd, so_cmnd, tu_ngay, den_ngay, thu_hoi, ngay_sua'
}

copy_records() {
	copy_table suc_khoe ho_so_suc_khoe \
		'ma_ho_so, so_cccd, the_bhyt, ma_xa, ngay_lap, ty_le_hoan_thanh, thoi_diem_cap_nhat'
	copy_table suc_khoe lan_cap_nhat 'id, ma_ho_so, thoi_diem, loai'
	copy_table mot_cua ho_so 'ma_ho_so, ma_chinh_sach, trang_thai'
	copy_table mot_cua su_kien 'id, ma_ho_so, thoi_diem, loai'
}

while (($# > 0)); do
	case $1 in
	--as-of | --months | --folder)
		(($# > 1)) || die "$1 needs a value"
		case $1 in
		--folder) FOLDER=$2 ;;
		--as-of) AS_OF=$2 ;;
		--months) MONTHS=$2 ;;
		esac
		shift 2
		;;
	--falsify)
		FALSIFY=1
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) die "there is no option $1; see truth.sh --help" ;;
	esac
done
[ -d "$FOLDER" ] || die "--folder is '$FOLDER'; expected the folder of the communes' files"
[[ $AS_OF =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || die "--as-of is '$AS_OF'; expected a date such as 2026-10-31"
[[ $MONTHS =~ ^[0-9]{1,3}$ ]] || die "--months is '$MONTHS'; expected a number"
if [ -z "${SONGMA_PG_SOURCES:-}" ] || [ -z "${SONGMA_MARIADB_CNF:-}" ]; then
	eval "$("$ROOT/deploy/local/stack.sh" env)"
fi

sql postgres <<-EOF
set client_min_messages = warning;
drop database if exists $SCRATCH with (force);
create database $SCRATCH encoding 'UTF8' template template0;
EOF
sql "$SCRATCH" -f "$HERE/truth-tables.sql"
sql "$SCRATCH" -c 'copy xa_cu_moi from stdin (format csv, header)' <"$HERE/data/lineage.csv"
sql "$SCRATCH" -c 'copy xa_bo from stdin (format csv, header)' <"$HERE/data/abolished.csv"
sql "$SCRATCH" -c 'copy loai_doi_tuong from stdin (format csv, header)' <"$HERE/data/classes.csv"
sql "$SCRATCH" -c 'copy xa from stdin (format csv, header)' <"$HERE/data/communes.csv"
sql "$SCRATCH" -c 'copy dan_toc from stdin (format csv, header)' <"$HERE/data/ethnic_groups.csv"
# Two at a time.
copy_people &
people=$!
copy_records &
records=$!
wait "$people" || die "the sources could not be copied into $SCRATCH"
wait "$records" || die "the sources could not be copied into $SCRATCH"
sql "$SCRATCH" -v "as_of=$AS_OF" -v "months=$MONTHS" -v "falsify=$FALSIFY" -f "$HERE/truth.sql"
sql "$SCRATCH" -c 'copy (select * from ket_qua order by unit_code) to stdout'
sql "$SCRATCH" -c 'copy (select * from ke_rieng order by ten) to stdout'
sql "$SCRATCH" -c "copy (select 'variant', * from bien_the_ket_qua order by ten) to stdout"
