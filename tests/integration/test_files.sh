#!/bin/bash
# Files that people drop into a folder: CSV and workbooks, corrected, copied, half written, broken, emptied; killed in the
# middle of a large one; and what can be asked of any source, asked of a folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh
. tests/lib/drop.sh

LARGE=${FILES_ROWS:-40000}
sync() { songma sync test >"$SCENARIO_TMP/out" 2>"$SCENARIO_TMP/err"; }
drop() { drop_file "$DROP" "$@"; }
alive() { wh "select count(*) from canon.thing where _deleted_at is null and id between ${1:-0} and ${2:-99999999}"; }
below() { (cd "$DROP/$1" && ls) | tr '\n' ' '; }
report() { cat "$DROP/$1.report.txt" 2>/dev/null; }
taken() { grep -c '"stream":"thing"' "$DROP/.songma/taken.jsonl"; }
# Part $1: rows $2 to $3 with label $4, as Excel in Viet Nam writes them.
rows() {
	printf '\xef\xbb\xbfMã;Tên gọi;Số tiền;Ngày\r\n'
	seq "$2" "$3" | awk -v p="$1" -v l="$4" '{ printf "%d;%s %d;%d.50;2020-01-02\r\n", p * 100000 + $1, l, $1, $1 }'
}

workspace files
DROP=$WS/drop
mkdir "$DROP"
thing_schema
# Nobody writes down when a row was changed.
jq 'del(.fields[] | select(.name == "changed_at"))' "$WS/schemas/test/Thing.avsc" >"$WS/Thing.avsc"
mv "$WS/Thing.avsc" "$WS/schemas/test/Thing.avsc"
{
	folder_head test "$DROP"
	echo "limits: {rows_per_second: unlimited, page_rows: 500}"
	echo "streams:"
	folder_things thing "thing-{part}-*.csv"
} >"$WS/sources/test.yaml"
out=$(songma check test 2>&1)
expect_contains "check says what the folder is" "0 files wait, 0 parts are taken" "$out"

# ---- taken once, in order --------------------------------------------------------------------------------------------

rows 1 10 12 a | drop thing-1-2026-09.csv
rows 2 20 24 a | drop thing-2-2026-09.csv
rows 9 1 1 young | drop thing-9-2026-09.csv now
sync
expect_eq "two files are taken" "8 0" "$(alive) $?"
expect_contains "what is still being written is left alone" thing-9-2026-09.csv "$(below .)"
expect_eq "what was read is put away" "thing-1-2026-09.csv thing-1-2026-09.csv.report.txt thing-2-2026-09.csv thing-2-2026-09.csv.report.txt " "$(below "done")"
expect_contains "with a report" "rows read: 3 · taken: 3 · rejected: 0" "$(report done/thing-1-2026-09.csv)"
expect_eq "a value is right" "100010|a 10|10.50" "$(wh "select id, label, amount from canon.thing order by id limit 1")"
rm "$DROP/thing-9-2026-09.csv"
sync
expect_eq "a second time there is nothing" "2 8" "$(taken) $(alive)"

# ---- the next month, and the same one corrected ----------------------------------------------------------------------

{ rows 1 10 10 a; rows 1 11 11 changed | tail -n +2; rows 1 13 13 new | tail -n +2; } | drop thing-1-2026-10.csv
sync
expect_eq "a newer file replaces its part's rows" "100010|a 10 100011|changed 11 100013|new 13" \
	"$(wh "select id, label from canon.thing where id < 200000 and _deleted_at is null order by id" | tr '\n' ' ' | sed 's/ $//')"
expect_eq "and leaves the others'" 5 "$(alive 200000)"
expect_contains "what is gone is counted" "no longer in the file: 1" "$(report done/thing-1-2026-10.csv)"
rows 1 10 13 corrected | drop thing-1-2026-10.csv
sync
expect_eq "a corrected file of the same name too" "4 corrected 12" "$(alive 100000 199999) $(wh "select label from canon.thing where id = 100012")"
expect_eq "and both lie in done" 2 "$(find "$DROP/done" -name 'thing-1-2026-10*.csv' | wc -l)"
rows 1 10 12 late | drop thing-1-2026-08.csv
sync
expect_contains "an older one that comes late is rejected" "a later file of the same part" "$(report rejected/thing-1-2026-08.csv)"
drop thing-3-2026-09.csv <"$DROP/done/thing-2-2026-09.csv"
sync
expect_contains "the same content under another name is not read" "same as that of thing-2-2026-09.csv" "$(report done/thing-3-2026-09.csv)"
expect_eq "and nothing came of it" 0 "$(alive 300000)"
# A person who moved: in the new file of part 1, no longer in that of part 2.
{ rows 1 10 13 corrected; rows 2 24 24 moved | tail -n +2; } | drop thing-1-2026-11.csv
rows 2 20 23 a | drop thing-2-2026-11.csv
sync
expect_eq "a row that moved to another part stays" "moved 24" "$(wh "select label from canon.thing where id = 200024 and _deleted_at is null")"

# ---- refused as a whole ----------------------------------------------------------------------------------------------

printf 'Mã;Ten goi;Số tiền\n1;x;2\n' | drop thing-4-2026-09.csv
rows 5 1 2 broken | head -c 20 | drop thing-5-2026-09.csv
rows 2 1 0 empty | drop thing-2-2026-12.csv
sync
expect_contains "missing columns are named" 'lacks the columns "Tên gọi"' "$(report rejected/thing-4-2026-09.csv)"
expect_contains "with what is there" '"Ten goi"' "$(report rejected/thing-4-2026-09.csv)"
expect_contains "a file that is cut off too" "REJECTED" "$(report rejected/thing-5-2026-09.csv)"
expect_contains "an emptied file deletes nothing" "xacnhan-thing-2-2026-12.csv" "$(report rejected/thing-2-2026-12.csv)"
expect_eq "and its part is as it was" 5 "$(alive 200000 299999)"
expect_contains "it is told" "was rejected" "$(cat "$SCENARIO_TMP/out" "$SCENARIO_TMP/err")"
rows 6 1 300 a | drop thing-6-2026-09.csv
sync
rows 6 1 100 b | drop thing-6-2026-10.csv
sync
expect_contains "nor does one that lost most of its rows" "would delete 200 of the 300 rows" "$(report rejected/thing-6-2026-10.csv)"
expect_eq "nothing is sent of it" "300 a 1" "$(alive 600000 699999) $(wh "select label from canon.thing where id = 600001")"
mv "$DROP/rejected/thing-6-2026-10.csv" "$DROP/xacnhan-thing-6-2026-10.csv"
sync
expect_eq "until a person says that it is right" "100 b 1" "$(alive 600000 699999) $(wh "select label from canon.thing where id = 600001")"

# ---- rows that are set aside -----------------------------------------------------------------------------------------

{ rows 7 1 200 a; printf '700500;no day;1.5;2026-02-30\n700501;no sum;so nhieu;2020-01-01\n;Cộng: 202;;\n'; } | drop thing-7-2026-09.csv
sync
out=$(report done/thing-7-2026-09.csv)
expect_contains "rejected rows are counted" "rows read: 202 · taken: 200 · rejected: 2" "$out"
expect_contains "with the place and the column" "D202 (Ngày): " "$out"
expect_contains "each of them" "C203 (Số tiền): " "$out"
expect_lacks "without a value" "so nhieu" "$out"
expect_contains "a total is no row" "passed over (totals, headers): 1" "$out"

# ---- killed in the middle --------------------------------------------------------------------------------------------

rows 8 1 "$LARGE" a | drop thing-8-2026-09.csv
songma pull test >/dev/null 2>&1 &
pull=$!
# shellcheck disable=SC2317 # wait_for calls it
begun() { songma position get test | grep -q "thing-8-2026-09.csv is being read, up to row"; }
wait_for 20 "the large file is being read" begun
kill -9 "$pull" 2>/dev/null
wait "$pull" 2>/dev/null
rows 8 1 $((LARGE - 1)) corrected | drop thing-8-2026-09.csv
sync
sync
expect_eq "after kill -9 the file is read to its end, and the correction after it" "$((LARGE - 1)) corrected" \
	"$(alive 800000 899999) $(wh "select distinct split_part(label, ' ', 1) from canon.thing where id between 800000 and 899999 and _deleted_at is null" | tr '\n' ' ' | sed 's/ $//')"
expect_eq "both contents were taken" 2 "$(grep -c 'thing-8-2026-09' "$DROP/.songma/taken.jsonl")"
expect_eq "nothing is left behind" "" "$(find "$DROP/.songma/work" -type f; find "$DROP" -maxdepth 1 -name "*.csv")"
expect_eq "every run balances" 0 "$(unbalanced)"

# ---- a workbook with two sheets' streams, beside the others -----------------------------------------------------------

cat >>"$WS/sources/test.yaml" <<-'END'
	  book:
	    table: "sach-{part}.xlsx"
	    key: Số
	    mode: files
	    sheet: Cây
	    schema: test/Tree
	    fields:
	      nr: Số
	      label: Tên cây
	      planted: Ngày trồng
	  leaf:
	    table: "sach-{part}.xlsx"
	    key: Số
	    mode: files
	    sheet: Lá
	    schema: test/Tree
	    fields:
	      nr: Số
	      label: Tên lá
END
cat >"$WS/schemas/test/Tree.avsc" <<-'END'
	{"type": "record", "name": "Tree", "namespace": "vn.songma.test", "doc": "A tree of the tests",
	 "fields": [
	  {"name": "nr", "type": "long", "privacy": "public", "doc": "its number"},
	  {"name": "label", "type": ["null", "string"], "default": null, "privacy": "public", "doc": "what it is called"},
	  {"name": "planted", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null, "privacy": "public", "doc": "when"}
	 ]}
END
printf 'Số,Tên cây,Ngày trồng\n1,Lim,2020-01-31\n2,Bàng,\n' |
	python3 tests/lib/xlsx.py "$DROP/.sach-1.xlsx" Cây number:Số "date:Ngày trồng" && file_finished "$DROP" sach-1.xlsx
sync
expect_eq "a workbook is read" "1|Lim|2020-01-31 2|Bàng|" "$(wh "select nr, label, planted from canon.tree order by nr" | tr '\n' ' ' | sed 's/ $//')"
out=$(report done/sach-1.xlsx)
expect_contains "its report has what each stream made of it: taken" "Stream book: taken" "$out"
expect_contains "and rejected" "Stream leaf: REJECTED" "$out"

# ---- what can be asked of any source ---------------------------------------------------------------------------------

before=$(wh "select count(*) from canon.thing where _deleted_at is null")
out=$(songma backfill test thing --all --yes --reason "test of it" 2>&1)
expect_contains "all files that stand are read again" "It balances." "$out"
expect_eq "and nothing is another" "$before" "$(alive)"
wh "update canon.thing set label = 'spoilt' where id = 100010; delete from canon.thing where id = 100011" >/dev/null
out=$(songma reconcile test thing --repair --yes --reason "test of it" 2>&1)
expect_eq "a reconcile mends from the files" "corrected 10|corrected 11" "$(wh "select string_agg(label, '|' order by id) from canon.thing where id in (100010, 100011)")"
expect_eq "every run balances" 0 "$(unbalanced)"
out=$(songma position get test 2>&1)
expect_contains "the position says which file was last" "files were taken up to" "$out"
out=$(songma discover test "thing-{part}-*.csv" 2>&1)
expect_contains "discover knows the columns" "Số tiền" "$out"
rm -rf "$DROP/.songma"
sync
expect_eq "a ledger that is lost is made again" "$before" "$(alive)"
expect_eq "from what was taken, without the copy" "11 0" "$(taken) $(grep -c 'thing-3-2026-09' "$DROP/.songma/taken.jsonl")"
sync
expect_eq "at the end every run balances" 0 "$(unbalanced)"
workspace_end
scenario_end
