#!/bin/bash
# Dossiers that do not move: those that hang because of us are told apart from those that hang in another sector's system
# and those that are late at the one-stop office; and each leaves the list when what it waits for has come.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/lib.sh
. tests/lib/flow.sh

src() { PGTZ=Asia/Ho_Chi_Minh psql_src "$SRC" "$@"; }
hanging() { songma hanging --output json "$@" | jq -r '.[] | [.kind, .dossier, .responsible, .due_on, .overdue_days, .sector] | map(. // "") | join("|")'; }

workspace hanging 2>/dev/null
expect_exit "without any dossier it ends well" 0 songma hanging >/dev/null
expect_contains "and says what is missing" "No dossier has ever been loaded: connect a one-stop system" "$LAST_OUT"
expect_eq "for machines it is an empty list" "[]" "$(songma hanging --output json)"
expect_eq "the view stands without canon.dossier" 0 "$(psql_wh "$WH" -c "select count(*) from ops.hanging_dossier")"

src -f deploy/demo/mot_cua.sql
src <<-'END'
	create function dossier(code text, policy text, commune text, received interval, due interval, status text) returns void language sql as
	$$ insert into ho_so values (code, 'DP-HOATANG', policy, 'A', null, null, commune, now() - received, now() - due, null, status, 'B', now() - received) $$;
	create function event(id int, code text, at interval, kind text, asked text) returns void language sql as
	$$ insert into su_kien (id, ma_ho_so, thoi_diem, loai, he_thong, ngay_ghi) values (id, code, now() - at, kind, asked, now() - at) $$;
	\o /dev/null
	select dossier('ours-1', 'HT99', '15538', '80 days', '70 days', 'Đang xử lý'),
	       dossier('ours-2', 'HT99', '15538', '10 days', '-10 days', 'Đang xử lý'),
	       dossier('asked-1', 'HT02', '15538', '50 days', '40 days', 'Đang xử lý'),
	       dossier('asked-2', 'HT02', '15538', '5 days', '-10 days', 'Đang xử lý'),
	       dossier('asked-3', 'HT02', '15538', '5 days', '-10 days', 'Đang xử lý'),
	       dossier('asked-now', 'HT02', '15538', '2 days', '-10 days', 'Đang xử lý'),
	       dossier('answered', 'HT02', '15538', '9 days', '-10 days', 'Đang xử lý'),
	       dossier('late-1', 'HT02', '15538', '30 days', '20 days', 'Đang xử lý'),
	       dossier('late-2', 'HT02', '15520', '30 days', '19 days', 'Đang xử lý'),
	       dossier('late-3', 'HT02', '15520', '30 days', '18 days', 'Đang xử lý'),
	       dossier('papers', 'HT02', '15520', '30 days', '20 days', 'Yêu cầu bổ sung giấy tờ'),
	       dossier('done', 'HT02', '15520', '30 days', '20 days', 'Đã trả kết quả'),
	       dossier('in-time', 'HT02', '15520', '3 days', '-3 days', 'Đang xử lý');
	select event(1, 'asked-1', '49 days', 'Gửi yêu cầu liên thông', 'Hộ tịch'),
	       event(2, 'asked-2', '4 days', 'Gửi yêu cầu liên thông', 'BHXH'),
	       event(3, 'asked-3', '4 days', 'Gửi yêu cầu liên thông', 'Hộ tịch'),
	       event(4, 'asked-3', '3 days', 'Nhận kết quả liên thông', 'Hộ tịch'),
	       event(5, 'asked-3', '85 hours', 'Gửi yêu cầu liên thông', 'Dân cư'),
	       event(6, 'asked-now', '1 day', 'Gửi yêu cầu liên thông', 'Hộ tịch'),
	       event(7, 'answered', '8 days', 'Gửi yêu cầu liên thông', 'Hộ tịch'),
	       event(8, 'answered', '7 days', 'Nhận kết quả liên thông', 'Hộ tịch');
	grant select on ho_so, su_kien to reader;
END
src -f deploy/demo/mot_cua_khoa.sql >/dev/null
sed 's|secrets/one-stop.dsn|secrets/src.dsn|' deploy/sources/one-stop.yaml >"$WS/sources/one-stop.yaml"
cp deploy/sources/justice.yaml "$WS/sources/"
songma sync one-stop >/dev/null

due() { TZ=Asia/Ho_Chi_Minh date -d "$((-$1)) days" +%F; }
expect_eq "each that hangs is there once, with whose turn it is" \
	"office|late-1|Xã Xuân Hòa|$(due 20)|20|
office|late-2|Xã Xuân Hòa|$(due 19)|19|
office|late-3|Xã Xuân Hòa|$(due 18)|18|
songma|ours-1|Songma|||
songma|ours-2|Songma|||
source|asked-1|CSDL hộ tịch điện tử (Sở Tư pháp)|$(due 40)|40|justice
source|asked-2|social insurance|$(due -10)|0|social_insurance
source|asked-3|population register|$(due -10)|0|population" "$(hanging | sort)"
expect_eq "an answer may take as long as is said" "source|asked-1|CSDL hộ tịch điện tử (Sở Tư pháp)|$(due 40)|40|justice" \
	"$(hanging --days 30 | grep ^source)"
songma hanging --limit 1 >"$WS/people"
expect_contains "people see how many of each kind" "At the one-stop office (past the promised day): 3" "$(cat "$WS/people")"
expect_contains "a list that is cut says so" "… and 2 more; --limit shows more" "$(cat "$WS/people")"
expect_contains "ours has its cause" "one-stop.dossier, column ma_chinh_sach" "$(cat "$WS/people")"
expect_contains "and what to type" "songma dlq fix A, then songma dlq replay A" "$(cat "$WS/people")"
expect_contains "an unknown source is refused" "unknown" "$(songma hanging unknown 2>&1)"
expect_contains "so is a limit that is none" "--limit is a number" "$(songma hanging --limit x 2>&1)"

songma dlq fix A --value HT02 --reason "test" --yes >/dev/null 2>&1
songma load >/dev/null 2>&1
expect_contains "corrected: it is to be replayed" "songma dlq replay A" "$(songma hanging --output json | jq -r '.[] | select(.kind == "songma").next')"
songma dlq replay A --yes >/dev/null 2>&1
src -c "select event(100, 'asked-1', '0 days', 'Nhận kết quả liên thông', 'Hộ tịch')" >/dev/null
src -c "update ho_so set trang_thai = 'Đã trả kết quả', ngay_hoan_thanh = now(), ngay_cap_nhat = now() where ma_ho_so like 'late-%'"
songma sync one-stop >/dev/null
expect_eq "what was mended, answered and finished is gone; what stays late is the office's now" \
	"office|asked-1
office|ours-1
source|asked-2
source|asked-3" "$(hanging | cut -d'|' -f1,2 | sort)"
workspace_end
scenario_end
