#!/bin/bash
# The one-stop system: a policy that the list lacks makes a dead letter and goes through once the
# list has it; a dossier that waits for another system is found in the warehouse.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

workspace one_stop 2>/dev/null
psql_src "$SRC" -f deploy/demo/mot_cua.sql
psql_src "$SRC" <<-'END'
	insert into ho_so values
	  ('000.17.22.H56-250604-0001', '1.001193', null, 'A', '038199012345', null, '15538', '2025-06-04 08:00', '2025-06-05', '2025-06-04 16:00', 'Đã trả kết quả', 'B', '2025-06-04 16:00'),
	  ('H56.35-250904-0007', 'DP-HOATANG', 'HT01', 'A', null, null, '15538', '2025-09-04 08:00', '2025-09-15', null, 'Đang xử lý', 'B', '2025-09-04 08:30'),
	  ('H56.35-251006-0008', 'DP-HOATANG', 'HT02', 'A', null, null, '15538', '2025-10-06 08:00', '2025-10-15', null, 'Đang xử lý', 'B', '2025-10-07 08:30'),
	  ('H56.35-251006-0009', 'DP-HOATANG', 'HT03', 'A', null, null, '15520', '2025-10-06 09:00', '2025-10-15', null, 'Đang xử lý', 'B', '2025-12-29 08:30');
	insert into su_kien (id, ma_ho_so, thoi_diem, loai, trang_thai_moi, he_thong, ngay_ghi) values
	  (1, '000.17.22.H56-250604-0001', '2025-06-04 08:00', 'Tiếp nhận', 'Được tiếp nhận', null, '2025-06-04 08:00'),
	  (2, 'H56.35-250904-0007', '2025-09-04 08:30', 'Chuyển xử lý', 'Đang xử lý', null, '2025-09-04 08:30'),
	  (3, 'H56.35-251006-0008', '2025-10-07 08:30', 'Gửi yêu cầu liên thông', null, 'Hộ tịch', '2025-10-07 08:30'),
	  (4, 'H56.35-251006-0009', '2025-10-07 08:30', 'Gửi yêu cầu liên thông', null, 'Hộ tịch', '2025-10-07 08:30'),
	  (5, 'H56.35-251006-0009', '2025-12-29 08:30', 'Nhận kết quả liên thông', null, 'Hộ tịch', '2025-12-29 08:30');
	grant select on ho_so, su_kien to reader;
END
psql_src "$SRC" -f deploy/demo/mot_cua_khoa.sql >/dev/null
sed 's|secrets/one-stop.dsn|secrets/src.dsn|' deploy/sources/one-stop.yaml >"$WS/sources/one-stop.yaml"

expect_exit "the source is fit to be read" 0 songma check one-stop >/dev/null
expect_exit "the first sync" 0 env SONGMA_LANG=vi "$SONGMA" sync one-stop >/dev/null
expect_eq "one dossier is a dead letter, by column and rule" "dossier|ma_chinh_sach|code_list|code_list.unknown" \
	"$(psql_wh "$WH" -c "select stream, column_name, rule, code from ops.dead_letter")"
reason=$(psql_wh "$WH" -c "select reason from ops.dead_letter")
expect_contains "its reason names the code" '"HT01"' "$reason"
expect_contains "and the list, in Vietnamese" "chưa có trong danh mục policy" "$reason"
unit=$(songma dlq list --output json | jq -r '.[0].unit')
expect_eq "it is found by its commune" 1 "$(songma dlq list --commune "$unit" --output json | jq length)"
expect_eq "and not by another" 0 "$(songma dlq list --commune 'Không Có' --output json | jq length)"
expect_eq "the others are there, as the lists say" \
	"000.17.22.H56-250604-0001|birth_registration||returned|t
H56.35-251006-0008|cremation_support|HT02|processing|f
H56.35-251006-0009|cremation_support|HT03|processing|f" \
	"$(psql_wh "$WH" -c "select dossier_id, procedure, policy, status, person is not null from canon.dossier order by 1")"
expect_eq "and all events" 5 "$(psql_wh "$WH" -c "select count(*) from canon.dossier_event")"

# The statement stands in the guide to connecting a source.
hanging=$(sed -n '/^select d.dossier_id/,/60 days/p' docs/vi/dau-noi-nguon.md | sed 's/;$//')
expect_contains "the guide has the statement" "interlink_request" "$hanging"
expect_eq "the dossier that waits is found, the answered one is not" "H56.35-251006-0008|justice" \
	"$(psql_wh "$WH" -c "select dossier_id, sector from ($hanging) h")"

echo 'HT01,Hỗ trợ chi phí hỏa táng' >>"$WS/schemas/codes/policy.csv"
psql_src "$SRC" -c "update ho_so set can_bo_thu_ly = 'C' where ma_chinh_sach = 'HT01'"
expect_exit "the sync after the list was mended" 0 songma sync one-stop >/dev/null
expect_eq "the dossier has come" "HT01" \
	"$(psql_wh "$WH" -c "select policy from canon.dossier where dossier_id = 'H56.35-250904-0007'")"

psql_src "$SRC" -c "update ho_so set trang_thai = 'Đã trả kết quả', ngay_hoan_thanh = localtimestamp where ma_chinh_sach = 'HT02'"
expect_exit "the sync after the waiting dossier was finished" 0 songma sync one-stop >/dev/null
expect_eq "nothing hangs any more" "" "$(psql_wh "$WH" -c "select dossier_id from ($hanging) h")"
expect_eq "its last event has come" "returned|returned" \
	"$(psql_wh "$WH" -c "select kind, to_status from canon.dossier_event order by event_id desc limit 1")"
workspace_end
scenario_end
