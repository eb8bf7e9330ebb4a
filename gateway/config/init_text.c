#include "config/parts.h"

#include "base/i18n.h"

/* In pieces, since a C compiler may refuse a string over 4095 bytes. */
static const char *const songma_yaml[] = {
	"# Cấu hình của Sông Mã.  Sửa xong thì chạy: songma check\n"
	"# Configuration of Songma.  After a change run: songma check\n"
	"#\n"
	"# Đường dẫn tương đối được tính từ thư mục của tệp này.  Không ghi mật khẩu vào đây:\n"
	"# mật khẩu và khóa nằm trong secrets/ (chmod 700, từng tệp chmod 600).\n"
	"# Relative paths begin at this file's folder.  No password stands here: secrets/ has "
	"them.\n"
	"\n"
	"# Ngôn ngữ của thông báo: vi hoặc en.  Biến môi trường SONGMA_LANG được ưu tiên hơn.\n"
	"# Language of messages; the environment variable SONGMA_LANG overrides it.\n",
	"\n"
	"# Tên mọi topic bắt đầu bằng chữ này.  Dữ liệu đã chảy thì không đổi nữa.\n"
	"# Every topic's name begins so.  Not to be changed once data has flowed.\n"
	"prefix: songma\n"
	"\n"
	"# Mã tỉnh theo bảng mã hiện hành (38: Thanh Hóa): chỉ tiêu và danh sách xã là của tỉnh "
	"này.\n"
	"# Bỏ dòng này thì tính cho mọi tỉnh.\n"
	"# Code of the province by today's list (38: Thanh Hóa), which indicators and lists of\n"
	"# communes are about.  Without this line all provinces are meant.\n"
	"province: \"38\"\n",
	"\n"
	"kafka:\n"
	"  # Các máy Kafka, máy:cổng, cách nhau bằng dấu phẩy / host:port, separated by commas\n"
	"  brokers: 127.0.0.1:9092\n"
	"  # auto: mã hóa TLS, trừ khi mọi máy Kafka đều ở ngay máy này.  on | off\n"
	"  # auto: TLS unless every broker is on this machine\n"
	"  tls: auto\n"
	"  # Số phân vùng của một topic bản ghi, cố định từ lúc tạo / partitions, fixed at birth\n"
	"  partitions: 4\n"
	"  # Số bản sao trên các máy Kafka: 1 để thử, 3 khi chạy thật / 3 in production\n"
	"  replication: 1\n"
	"  # Tham số khác của librdkafka, trừ những cái mà cam kết dựa vào.  Tham số mật thì chỉ "
	"tới tệp.\n"
	"  # Other librdkafka properties, but those that the promises rest on.  Secret ones name a "
	"file.\n"
	"  properties:\n"
	"  #  compression.type: zstd\n"
	"  #  security.protocol: sasl_ssl\n"
	"  #  sasl.mechanism: SCRAM-SHA-512\n"
	"  #  sasl.username: songma\n"
	"  #  sasl.password: {file: secrets/kafka.password}\n"
	"  #  ssl.ca.location: secrets/ca.pem\n",
	"\n"
	"# Sổ đăng ký lược đồ (giao diện Confluent) / the schema registry (Confluent's interface)\n"
	"registry:\n"
	"  url: http://127.0.0.1:8081/apis/ccompat/v7\n"
	"\n"
	"# Kho dữ liệu dùng chung.  Máy chỉ đọc nguồn (songma pull) thì không cần mục này.\n"
	"# The warehouse.  A machine that only pulls does without.\n"
	"# Tệp kết nối có một dòng / the file holds one line:\n"
	"#   host=127.0.0.1 port=5432 dbname=kho user=songma_load password=… sslmode=verify-full\n"
	"warehouse:\n"
	"  connection_file: secrets/warehouse.dsn\n"
	"\n"
	"# Khóa do songma init tạo.  SAO LƯU NGAY, giữ kín: mất pseudonym.key thì mã thay thế cũ "
	"và mới không\n"
	"# khớp nhau nữa; mất letter.key thì không mở được bản ghi lỗi.  Mọi máy dùng chung một "
	"pseudonym.key.\n"
	"# Keys that songma init made.  BACK THEM UP: without pseudonym.key old and new pseudonyms "
	"no longer\n"
	"# match, without letter.key no dead letter can be opened.  All machines share one "
	"pseudonym.key.\n"
	"keys:\n"
	"  pseudonym_file: secrets/pseudonym.key       # pull\n"
	"  letter_public_file: secrets/letter.pub      # pull, load\n"
	"  letter_secret_file: secrets/letter.key      # chỉ bàn xử lý lỗi / the desk only\n"
	"  pull_public_file: secrets/pull.pub          # bàn xử lý lỗi / the desk\n"
	"  pull_secret_file: secrets/pull.key          # pull\n"
	"  # Nối các việc làm của bàn xử lý lỗi thành chuỗi; mọi máy nạp dùng chung một audit.key\n"
	"  # Chains what was done at the desk; all loaders share one audit.key\n"
	"  audit_file: secrets/audit.key               # load, songma audit\n"
	"\n"
	"# Lược đồ, danh mục mã, bảng kho, chỉ tiêu / schemas, code lists, warehouse tables, "
	"indicators\n"
	"schemas: schemas\n"
	"# Mỗi nguồn một tệp <tên>.yaml ở đây / one file <name>.yaml for each source\n"
	"sources: sources\n",
	"\n"
	"# songma serve: nơi ghi tình trạng cho songma status đọc; tiến trình im lặng lâu hơn "
	"watchdog "
	"thì\n"
	"# được khởi động lại (không mất dữ liệu)\n"
	"# songma serve: where it writes how it is, for songma status; a duty that is silent for "
	"longer\n"
	"# than watchdog is started anew, which loses nothing\n"
	"serve:\n"
	"  state_dir: run\n"
	"#  watchdog: 5min\n"
	"# Báo tin khi có sự cố lâu hơn after và khi hết: chạy một lệnh (JSON ở đầu vào), gửi tới "
	"một địa chỉ\n"
	"# Tells when trouble has lasted for after and when it is over: runs a command (JSON on "
	"its "
	"input),\n"
	"# posts to an address; webhook_file: secrets/webhook.url where the address is a secret\n"
	"#notify:\n"
	"#  command: [/usr/local/bin/bao-tin, --nhom, truc-ban]\n"
	"#  webhook: https://bao-tin.example.vn/songma\n"
	"#  after: 1min\n",
};

static const char *const example[] = {
	"# Mẫu một tệp nguồn.  Tệp này không được đọc vì tên không kết thúc bằng .yaml: chép "
	"thành\n"
	"# <tên nguồn>.yaml (a-z, 0-9, -), sửa, rồi chạy: songma check <tên>  và  songma preview "
	"<tên>\n"
	"# Example of a source file.  It is not read, since its name does not end in .yaml: copy "
	"it to\n"
	"# <source>.yaml, edit it, then run: songma check <source>  and  songma preview <source>\n"
	"\n"
	"# Đúng bằng tên tệp, không có .yaml / the file's own name without .yaml\n"
	"source: example\n"
	"title: CSDL hồ sơ sức khỏe điện tử\n"
	"owner: Sở Y tế\n"
	"# Số thỏa thuận chia sẻ dữ liệu; thiếu nó thì trường cá nhân không được đi.\n"
	"# Number of the agreement to share; without it no personal field travels.\n"
	"agreement: \"01/TTCS-MẪU\"\n"
	"\n"
	"connector: postgres\n"
	"# Tệp có một dòng, chmod 600 / a file with one line, mode 0600:\n"
	"#   host=… port=5432 dbname=… user=… password=… sslmode=verify-full\n"
	"# Tài khoản chỉ cần quyền SELECT / an account that may only SELECT is enough\n"
	"connection_file: secrets/example.dsn\n"
	"# Giờ của các cột không kèm múi giờ / zone of times that carry none\n"
	"time_zone: Asia/Ho_Chi_Minh\n"
	"\n"
	"# Mã xã trong CSDL này là mã nào?  Trước hay sau 01/7/2025, hoặc đổi theo một cột ngày:\n"
	"# Which commune codes does it write?  Before or after 2025-07-01, or by a date column:\n"
	"#   {map: after-2025-07}      {by: ngay_lap, switched_on: 2025-09-15}\n"
	"commune_codes: {map: before-2025-07}\n",
	"\n"
	"# 15 phút đọc một lần, trừ giờ cao điểm / every 15 minutes, but not in the busy hours\n"
	"schedule: {every: 15min, not_between: [\"09:00\", \"11:00\"]}\n"
	"# Mức mặc định; nới ra (unlimited) chỉ khi đọc từ bản sao / defaults; unlimited only for "
	"a replica\n"
	"limits: {rows_per_second: 5000, statement_timeout: 60s, page_rows: 10000}\n"
	"\n"
	"streams:\n"
	"  # Tên tự đặt (a-z, 0-9, _); topic sẽ là songma.example.health_record\n"
	"  # A name of your own; the topic will be songma.example.health_record\n"
	"  health_record:\n"
	"    # Một bảng hoặc khung nhìn, không viết SQL / a table or a view, never SQL\n"
	"    table: public.ho_so_suc_khoe\n"
	"    # Cột phân biệt các dòng; bỏ đi thì lấy khóa chính / default: the primary key\n"
	"    key: ma_ho_so\n"
	"    # bulk: đọc hết mỗi lần · incrementing: số tăng dần · timestamp: giờ sửa cuối\n"
	"    # timestamp+incrementing: cả hai, cursor: [giờ, số]\n"
	"    mode: timestamp\n"
	"    cursor: thoi_diem_cap_nhat\n"
	"    # Mỗi lần đọc lùi lại để bắt dòng ghi muộn; quét cả bảng theo sweep_every\n"
	"    # Looks so far back for rows that came late; sweep_every looks through the whole "
	"table\n"
	"    overlap: 10min\n"
	"    sweep_every: 6h\n"
	"    # schemas/health/HealthRecord.avsc; mức riêng tư trong đó quyết định trường nào thành "
	"mã thay thế\n"
	"    # Its privacy classes decide which fields become pseudonyms\n"
	"    schema: health/HealthRecord\n"
	"    # <trường của lược đồ>: <cột>, hoặc {column: cột, rules: [quy tắc]}, hoặc {constant: "
	"chữ}\n"
	"    # Cột nào không có tên ở đây thì không bao giờ được đọc.\n"
	"    # <field of the schema>: column, with rules, or a constant.  Other columns are never "
	"read.\n"
	"    fields:\n"
	"      record_id:        ma_ho_so\n"
	"      person:           {column: so_cccd, rules: [trim, citizen_number]}\n"
	"      social_insurance: {column: the_bhyt, rules: [trim, bhyt_number]}\n"
	"      commune:          {column: ma_xa, rules: [trim, commune_code]}\n"
	"      opened_on:        {column: ngay_lap, rules: [trim, date]}\n"
	"      completeness:     ty_le_hoan_thanh\n"
	"      updated_at:       thoi_diem_cap_nhat\n",
};

static bool
put_all(struct gw_buf *out, const char *const *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!gw_buf_puts(out, pieces[i]))
			return false;
	}
	return true;
}

enum gw_status
gw_init_songma_yaml(struct gw_buf *out, struct gw_error *err)
{
	size_t rest = sizeof songma_yaml / sizeof songma_yaml[0] - 1;

	/* The language of the person who runs init. */
	if (!gw_buf_puts(out, songma_yaml[0]) ||
	    !gw_buf_printf(out, "language: %s\n", gw_i18n_language()) ||
	    !put_all(out, songma_yaml + 1, rest))
		return gw_fail_memory(err);
	return GW_OK;
}

enum gw_status
gw_init_example(struct gw_buf *out, struct gw_error *err)
{
	if (!put_all(out, example, sizeof example / sizeof example[0]))
		return gw_fail_memory(err);
	return GW_OK;
}
