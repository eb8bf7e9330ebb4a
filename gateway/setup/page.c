#include "setup/page.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* The text stands here and not in the catalogue of translations: the page is Vietnamese,
   whatever language the operator reads. */
static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n<title>Dữ liệu "
	"chia "
	"sẻ</title>\n<style>\n"
	"@page { size: A4; margin: 18mm 16mm 18mm 20mm }\n"
	"body { font: 11pt/1.4 'Times New Roman', 'Liberation Serif', serif; max-width: 175mm; "
	"margin: "
	"auto; color: #000 }\n"
	"h1 { font-size: 15pt; text-align: center; margin: 8mm 0 2mm }\n"
	"h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid }\n"
	"p { margin: 1.5mm 0 }\n"
	"table { border-collapse: collapse; width: 100%; font-size: 10pt }\n"
	"th, td { border: 0.3mm solid #555; padding: 1mm 1.5mm; text-align: left; vertical-align: "
	"top "
	"}\n"
	"th { background: #eee } tr { break-inside: avoid } thead { display: table-header-group }\n"
	".facts td:first-child { width: 42mm; background: #f6f6f6 }\n"
	".id { font-weight: bold } .personal { font-weight: bold; font-style: italic }\n"
	".sign { margin-top: 10mm; break-inside: avoid } .sign td { border: 0; width: 50%; height: "
	"40mm; text-align: center }\n"
	"code { font-family: 'DejaVu Sans Mono', 'Liberation Mono', monospace; font-size: 9pt }\n"
	"</style>\n</head>\n<body>\n";

static void
put(struct gw_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			gw_buf_puts(out, "&lt;");
			break;
		case '>':
			gw_buf_puts(out, "&gt;");
			break;
		case '&':
			gw_buf_puts(out, "&amp;");
			break;
		case '"':
			gw_buf_puts(out, "&quot;");
			break;
		default:
			gw_buf_putc(out, *text);
		}
	}
}

/* Of "tiếng Việt / English", the first; all of a text that has one language. */
static void
put_vietnamese(struct gw_buf *out, const char *text)
{
	const char *slash = text == NULL ? NULL : strstr(text, " / ");
	char part[1000];
	size_t len = text == NULL ? 0 : slash == NULL ? strlen(text) : (size_t)(slash - text);

	len = len < sizeof part ? len : sizeof part - 1;
	while (len > 0 && text[len] != '\0' && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(part, text == NULL ? "" : text, len);
	part[len] = '\0';
	put(out, part);
}

static void
put_fact(struct gw_buf *out, const char *what, const char *value)
{
	gw_buf_printf(out, "<tr><td>%s</td><td>", what);
	put(out, value);
	gw_buf_puts(out, "</td></tr>\n");
}

static void
put_date(struct gw_buf *out, int64_t now_us)
{
	time_t now = (time_t)(now_us / 1000000);
	struct tm day;

	if (localtime_r(&now, &day) != NULL)
		gw_buf_printf(out, "Ngày %d tháng %d năm %d", day.tm_mday, day.tm_mon + 1,
			      day.tm_year + 1900);
}

static void
put_source(const struct gw_page *page, struct gw_buf *out)
{
	const struct gw_source *source = page->plan->source;

	gw_buf_puts(out, "<h1>DỮ LIỆU CHIA SẺ TỪ ");
	put(out, source->title);
	gw_buf_puts(out, "</h1>\n<p style=\"text-align: center\">");
	put_date(out, page->now_us);
	gw_buf_puts(out, "</p>\n<h2>1. Nguồn và căn cứ</h2>\n<table class=\"facts\">\n");
	put_fact(out, "Cơ sở dữ liệu", source->title);
	put_fact(out, "Đơn vị chủ quản", source->owner);
	put_fact(out, "Thỏa thuận chia sẻ",
		 source->agreement != NULL ? source->agreement
					   : "chưa có: không trường cá nhân nào được đi");
	put_fact(out, "Hệ quản trị",
		 page->facts != NULL ? page->facts->product : source->connector);
	if (page->facts != NULL)
		put_fact(out, "Quyền của tài khoản đọc",
			 page->facts->can_write
				 ? "CÓ THỂ GHI: đề nghị đơn vị chủ quản thu hồi quyền ghi"
				 : "chỉ đọc");
	gw_buf_puts(out, "<tr><td>Cách đọc</td><td>Kho chỉ đọc, không ghi gì vào nguồn");
	if (source->rows_per_second > 0)
		gw_buf_printf(out, "; tối đa %lld dòng/giây", (long long)source->rows_per_second);
	if (source->schedule.every_us >= 60000000)
		gw_buf_printf(out, "; mỗi %lld phút một lần",
			      (long long)(source->schedule.every_us / 60000000));
	if (source->schedule.not_from_min >= 0)
		gw_buf_printf(out, ", trừ từ %02d:%02d đến %02d:%02d",
			      source->schedule.not_from_min / 60,
			      source->schedule.not_from_min % 60, source->schedule.not_to_min / 60,
			      source->schedule.not_to_min % 60);
	gw_buf_puts(out, "</td></tr>\n</table>\n");
}

static const char *
leaves_as(const struct gw_schema_field *field)
{
	switch (field->privacy) {
	case GW_IDENTIFIER:
		return "<span class=\"id\">mã thay thế</span> (không phải số thật)";
	case GW_PERSONAL:
		return "<span class=\"personal\">nguyên giá trị, dữ liệu cá nhân</span>";
	case GW_SENSITIVE:
		return "<span class=\"personal\">nguyên giá trị, dữ liệu cá nhân nhạy cảm</span>";
	case GW_PUBLIC:
		break;
	}
	return "nguyên giá trị";
}

/* A column that a rule reads beside the value does not leave, but it is read. */
static void
put_helpers(struct gw_buf *out, const struct gw_field_map *map)
{
	for (size_t i = 0; i < map->nrules; i++) {
		if (strcmp(map->rules[i].name, "commune_code") != 0 ||
		    map->rules[i].argument == NULL)
			continue;
		gw_buf_puts(out, " (đối chiếu với <code>");
		put(out, map->rules[i].argument);
		gw_buf_puts(out, "</code>, cột này không đi)");
	}
}

static void
put_fields(const struct gw_stream_plan *part, struct gw_buf *out)
{
	gw_buf_puts(out, "<table><thead><tr><th>Cột của nguồn</th><th>Là gì</th><th>Đi dưới dạng"
			 "</th><th>Để làm gì</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < part->stream->nfields; i++) {
		const struct gw_field_map *map = &part->stream->fields[i];
		int f = gw_schema_find(part->schema, map->field);

		if (f < 0)
			continue;
		gw_buf_puts(out, "<tr><td><code>");
		put(out, map->column != NULL ? map->column : "(hằng số)");
		gw_buf_puts(out, "</code>");
		put_helpers(out, map);
		gw_buf_puts(out, "</td><td>");
		put_vietnamese(out, part->schema->fields[f].doc);
		gw_buf_printf(out, "</td><td>%s</td><td>", leaves_as(&part->schema->fields[f]));
		if (part->schema->fields[f].purpose != NULL)
			put_vietnamese(out, part->schema->fields[f].purpose);
		else if (part->schema->fields[f].privacy == GW_IDENTIFIER)
			gw_buf_puts(out, "Nối dữ liệu của cùng một người giữa các ngành mà không "
					 "lộ số");
		gw_buf_puts(out, "</td></tr>\n");
	}
	gw_buf_puts(out, "</tbody></table>\n");
}

static bool
reads(const struct gw_stream_plan *part, const char *column)
{
	size_t count;
	const char *const *columns = gw_mapping_columns(part->mapping, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(columns[i], column) == 0)
			return true;
	for (size_t i = 0; i < part->stream->ncursor; i++)
		if (strcmp(part->stream->cursor[i], column) == 0)
			return true;
	return false;
}

static bool
is_of(const struct gw_table *table, const struct gw_stream *stream)
{
	size_t len = gw_table_length(table);

	return strlen(stream->table) == len && strncmp(table->name, stream->table, len) == 0 &&
	       (table->sheet == NULL ||
		(stream->sheet != NULL && strcmp(table->sheet, stream->sheet) == 0));
}

static void
put_stays(const struct gw_page *page, const struct gw_stream_plan *part, struct gw_buf *out)
{
	size_t count = 0;

	for (size_t t = 0; page->tables != NULL && t < page->tables->count; t++) {
		const struct gw_table *table = &page->tables->tables[t];

		if (!is_of(table, part->stream))
			continue;
		for (size_t c = 0; c < table->ncolumns; c++) {
			if (reads(part, table->columns[c].name))
				continue;
			gw_buf_puts(out, count++ == 0 ? "<p><b>Không bao giờ được đọc:</b> <code>"
						      : ", <code>");
			put(out, table->columns[c].name);
			gw_buf_puts(out, "</code>");
		}
	}
	if (count > 0)
		gw_buf_puts(out, ".</p>\n");
	else
		gw_buf_puts(out,
			    "<p>Cột nào không có tên ở trên thì không bao giờ được đọc.</p>\n");
}

/* What the schema says of its records, which is kept in its text alone. */
static void
put_schema_doc(const struct gw_schema *schema, struct gw_buf *out)
{
	json_t *root = json_loadb(schema->text, schema->text_len, 0, NULL);

	put_vietnamese(out, json_string_value(json_object_get(root, "doc")));
	json_decref(root);
}

static void
put_streams(const struct gw_page *page, struct gw_buf *out)
{
	gw_buf_puts(out, "<h2>2. Những gì rời khỏi nguồn</h2>\n");
	for (size_t i = 0; i < page->plan->source->nstreams; i++) {
		const struct gw_stream_plan *part = &page->plan->streams[i];

		gw_buf_printf(out, "<h2>2.%zu. Bảng <code>", i + 1);
		put(out, part->stream->table);
		gw_buf_puts(out, "</code></h2>\n<p>");
		put_schema_doc(part->schema, out);
		gw_buf_puts(out, "</p>\n");
		put_fields(part, out);
		put_stays(page, part, out);
	}
}

static void
put_rest(const struct gw_page *page, struct gw_buf *out)
{
	gw_buf_puts(
		out,
		"<h2>3. Những gì không rời khỏi nguồn</h2>\n<p>Mọi bảng và cột không có tên ở "
		"mục 2. Số định danh, số CMND, số thẻ BHYT thật không đi: chúng được đổi thành mã "
		"thay thế bằng khóa bí mật ngay trên máy đọc, trước khi gửi. ");
	if (page->tables != NULL && page->tables->count > page->plan->source->nstreams)
		gw_buf_printf(out, "Tài khoản đọc nhìn thấy %zu bảng; %zu bảng được đọc. ",
			      page->tables->count, page->plan->source->nstreams);
	gw_buf_puts(
		out,
		"Dòng nào không qua được kiểm tra thì nằm lại trong hộp lỗi, được mã hóa.</p>\n"
		"<h2>4. Giữ bao lâu</h2>\n"
		"<table class=\"facts\">\n"
		"<tr><td>Trên đường truyền (Kafka)</td><td>bản mới nhất của mỗi bản ghi; các bản "
		"cũ ít nhất 30 ngày rồi bị xóa dần</td></tr>\n"
		"<tr><td>Hộp lỗi</td><td>mã hóa, không tự xóa: còn đến khi kho được dọn</td>"
		"</tr>\n"
		"<tr><td>Kho dùng chung</td><td>bản mới nhất và lịch sử thay đổi, đến hết thời "
		"hạn của thỏa thuận: ……………………………</td></tr>\n</table>\n");
}

static const char sign[] =
	"<h2>5. Xác nhận</h2>\n<table class=\"sign\"><tr><td><b>ĐẠI DIỆN ĐƠN VỊ CHỦ QUẢN "
	"NGUỒN</b><br>"
	"<i>(ký, ghi rõ họ tên, đóng dấu)</i></td><td><b>ĐẠI DIỆN ĐƠN VỊ VẬN HÀNH KHO</b><br>"
	"<i>(ký, ghi rõ họ tên, đóng dấu)</i></td></tr></table>\n</body>\n</html>\n";

enum gw_status
gw_page_make(const struct gw_page *page, struct gw_buf *out, struct gw_error *err)
{
	gw_buf_clear(out);
	gw_buf_puts(out, head);
	put_source(page, out);
	put_streams(page, out);
	put_rest(page, out);
	gw_buf_puts(out, sign);
	return out->failed ? gw_fail_memory(err) : GW_OK;
}
