#include "ops/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "dlq/act.h"
#include "kafka/scroll.h"

#define HEAD_FORMAT "audit/1"

enum {
	QUERY_TIMEOUT_US = 60 * 1000000,
	PAGE = 50,
	MAX_PAGE = 64 * 1024 * 1024,
	LINK_TEXT = 2 * GW_ACT_LINK + 1,
	NUMBER_TEXT = 24,
	TAIL = 1024, /* bytes that a head fits in */
	MAX_LETTERS = 64 * 1024,
};

enum { SEQ, ID, AT, BY, ACT, SOURCE, STREAM, LETTERS, BODY, LINK, COLUMNS };

static const char page_sql[] =
	"select seq, id, (extract(epoch from at) * 1000000)::bigint, by, act, source, stream, "
	"letters, body, encode(hmac, 'hex') from ops.audit where seq > $1::bigint order by seq "
	"limit $2::bigint";

/* The rows of ops.audit in order, a page in memory. */
struct reader {
	struct gw_warehouse *warehouse;
	struct gw_arena arena;
	const char *rows[PAGE][COLUMNS];
	size_t count, at;
	int64_t after; /* seq of the last row that was read */
};

static int64_t
number_of(const char *text)
{
	int64_t n = 0;

	(void)gw_parse_i64(text, strlen(text), &n);
	return n;
}

static void
reader_init(struct reader *reader, struct gw_warehouse *warehouse)
{
	*reader = (struct reader){.warehouse = warehouse};
	gw_arena_init(&reader->arena, MAX_PAGE);
}

static enum gw_status
keep_row(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct reader *reader = arg;

	for (size_t i = 0; i < count && i < COLUMNS; i++) {
		const char *text = values[i] == NULL ? "" : values[i];

		reader->rows[reader->count][i] = gw_arena_copy(&reader->arena, text, strlen(text));
		if (reader->rows[reader->count][i] == NULL)
			return gw_fail_memory(err);
	}
	reader->after = number_of(reader->rows[reader->count++][SEQ]);
	return GW_OK;
}

/* The next row, which stays the next one until it is passed; NULL at the end. */
static enum gw_status
peek(struct reader *reader, const char *const **out, struct gw_error *err)
{
	char after[NUMBER_TEXT], limit[NUMBER_TEXT];
	const char *params[] = {after, limit};

	if (reader->at == reader->count) {
		(void)snprintf(after, sizeof after, "%" PRId64, reader->after);
		(void)snprintf(limit, sizeof limit, "%d", (int)PAGE);
		gw_arena_reset(&reader->arena);
		reader->at = reader->count = 0;
		if (gw_warehouse_query(reader->warehouse, page_sql, params, 2, QUERY_TIMEOUT_US,
				       keep_row, reader, err) != GW_OK)
			return err->status;
	}
	*out = reader->at < reader->count ? reader->rows[reader->at] : NULL;
	return GW_OK;
}

/* What was exported last of a chain. */
struct head {
	int64_t seq; /* 0: no act, or no head */
	char link[LINK_TEXT];
};

struct verify {
	struct reader reader;
	struct gw_arena arena; /* of the act in hand */
	unsigned char key[32];
	unsigned char link[GW_ACT_LINK]; /* of the last act that is right */
	struct head head;
	int64_t next_offset; /* of the topic, where the loader goes on */
	bool begun;          /* an act of the topic was found in the table */
	struct gw_audit out;
};

static void
find_fault(struct verify *verify, enum gw_audit_fault fault)
{
	if (verify->out.fault != GW_AUDIT_WHOLE)
		return;
	verify->out.fault = fault;
	verify->out.wrong = verify->out.acts + 1;
}

static bool
letters_are(const struct gw_act *act, const char *text)
{
	struct gw_buf letters;
	bool same;

	gw_buf_init(&letters, MAX_LETTERS);
	(void)gw_buf_putc(&letters, '{');
	for (size_t i = 0; i < act->nletters; i++)
		(void)gw_buf_printf(&letters, "%s%" PRId64, i == 0 ? "" : ",", act->letters[i]);
	same = gw_buf_putc(&letters, '}') && strcmp(letters.data, text) == 0;
	gw_buf_release(&letters);
	return same;
}

static bool
columns_say_the_same(struct verify *verify, const char *const *row)
{
	struct gw_act act;
	struct gw_error unused;

	gw_arena_reset(&verify->arena);
	return gw_act_decode(row[BODY], strlen(row[BODY]), &verify->arena, &act, &unused) ==
		       GW_OK &&
	       strcmp(act.id, row[ID]) == 0 && act.at_us == number_of(row[AT]) &&
	       strcmp(act.by, row[BY]) == 0 && strcmp(gw_act_word(act.kind), row[ACT]) == 0 &&
	       strcmp(act.source, row[SOURCE]) == 0 && strcmp(act.stream, row[STREAM]) == 0 &&
	       letters_are(&act, row[LETTERS]);
}

/* Passes the next row, after its place, its link, its columns and the head were compared. */
static void
pass_row(struct verify *verify, const char *const *row)
{
	unsigned char link[GW_ACT_LINK];
	char hex[LINK_TEXT];
	int64_t seq = verify->out.acts + 1;

	gw_act_link(verify->key, verify->link, seq, row[BODY], strlen(row[BODY]), link);
	gw_hex_encode(link, sizeof link, hex);
	if (number_of(row[SEQ]) != seq)
		find_fault(verify, GW_AUDIT_MISSING);
	else if (strcmp(hex, row[LINK]) != 0)
		find_fault(verify, GW_AUDIT_CHANGED);
	else if (!columns_say_the_same(verify, row))
		find_fault(verify, GW_AUDIT_COLUMNS);
	else if (seq == verify->head.seq && strcmp(hex, verify->head.link) != 0)
		find_fault(verify, GW_AUDIT_HEAD);
	if (verify->out.fault != GW_AUDIT_WHOLE)
		return;
	memcpy(verify->link, link, sizeof link);
	verify->out.acts = seq;
	verify->reader.at++;
}

static enum gw_status
take_found(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	(void)values;
	(void)count;
	(void)err;
	*(bool *)arg = true;
	return GW_OK;
}

/* Whether an act of this id was passed already: the loader takes only the first one. */
static enum gw_status
is_known(struct verify *verify, const struct gw_act *act, bool *out, struct gw_error *err)
{
	char seq[NUMBER_TEXT];
	const char *params[] = {act->id, seq};

	(void)snprintf(seq, sizeof seq, "%" PRId64, verify->out.acts);
	return gw_warehouse_query(verify->reader.warehouse,
				  "select from ops.audit where id = $1::uuid and seq <= $2::bigint",
				  params, 2, QUERY_TIMEOUT_US, take_found, out, err);
}

static bool
is_body(const char *const *row, const struct gw_incoming *message)
{
	return strlen(row[BODY]) == message->value_len &&
	       memcmp(row[BODY], message->value, message->value_len) == 0;
}

/* The act's row must be the next one; before the topic's first act, rows may be passed. */
static enum gw_status
find_row(struct verify *verify, const struct gw_incoming *message, struct gw_error *err)
{
	while (verify->out.fault == GW_AUDIT_WHOLE) {
		const char *const *row = NULL;
		bool found;

		if (peek(&verify->reader, &row, err) != GW_OK)
			return err->status;
		if (row == NULL) {
			find_fault(verify, GW_AUDIT_MISSING);
			break;
		}
		found = is_body(row, message);
		pass_row(verify, row);
		if (found) {
			verify->begun = true;
			break;
		}
		if (verify->begun && verify->out.fault == GW_AUDIT_WHOLE) {
			verify->out.acts--;
			find_fault(verify, GW_AUDIT_TOPIC);
		}
		verify->out.older += verify->out.fault == GW_AUDIT_WHOLE;
	}
	return GW_OK;
}

static enum gw_status
take_message(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct verify *verify = arg;
	struct gw_act act;
	bool known = false;

	if (verify->out.fault != GW_AUDIT_WHOLE)
		return GW_OK;
	gw_arena_reset(&verify->arena);
	/* What is no act was set aside by the loader, as a letter. */
	if (gw_act_decode(message->value, message->value_len, &verify->arena, &act, err) != GW_OK)
		return err->status == GW_REJECT ? GW_OK : err->status;
	if (message->offset >= verify->next_offset) {
		verify->out.waiting++;
		return GW_OK;
	}
	if (verify->begun && is_known(verify, &act, &known, err) != GW_OK)
		return err->status;
	return known ? GW_OK : find_row(verify, message, err);
}

/* What stands behind the topic's last act: nothing, unless the topic has none at all. */
static enum gw_status
pass_rest(struct verify *verify, struct gw_error *err)
{
	while (verify->out.fault == GW_AUDIT_WHOLE) {
		const char *const *row = NULL;

		if (peek(&verify->reader, &row, err) != GW_OK)
			return err->status;
		if (row == NULL)
			break;
		pass_row(verify, row);
		if (verify->begun && verify->out.fault == GW_AUDIT_WHOLE) {
			verify->out.acts--;
			find_fault(verify, GW_AUDIT_TOPIC);
		}
		verify->out.older += verify->out.fault == GW_AUDIT_WHOLE;
	}
	if (verify->head.seq > verify->out.acts)
		find_fault(verify, GW_AUDIT_HEAD);
	return GW_OK;
}

static enum gw_status
take_number(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	(void)count;
	(void)err;
	*(int64_t *)arg = number_of(values[0]);
	return GW_OK;
}

static enum gw_status
walk(const struct gw_config *config, struct verify *verify, struct gw_error *err)
{
	char topic[256];
	const char *params[] = {topic};
	int64_t next;

	if (!gw_topic_name(config, NULL, GW_TOPIC_AUDIT, NULL, topic))
		return gw_fail(err, GW_CONFIG, "%s", _("the prefix in songma.yaml is too long"));
	/* First, so that what is loaded meanwhile only waits. */
	if (gw_warehouse_query(verify->reader.warehouse,
			       "select coalesce(max(next_offset), 0) from ops.offset "
			       "where topic = $1 and partition = 0",
			       params, 1, QUERY_TIMEOUT_US, take_number, &verify->next_offset,
			       err) != GW_OK ||
	    gw_scroll_all(config, topic, take_message, verify, &next, err) != GW_OK)
		return err->status;
	return pass_rest(verify, err);
}

/* The last line of an export. */
static bool
parse_head(const char *text, struct head *out)
{
	const char *end = text + strlen(text);
	const char *line;
	json_t *root;
	const char *format = NULL, *link = NULL;
	json_int_t seq = -1;
	bool good;

	while (end > text && end[-1] == '\n')
		end--;
	line = memrchr(text, '\n', (size_t)(end - text));
	line = line == NULL ? text : line + 1;
	root = json_loadb(line, (size_t)(end - line), 0, NULL);
	good = json_unpack(root, "{s:s, s:I, s:s}", "format", &format, "head", &seq, "hmac",
			   &link) == 0 &&
	       strcmp(format, HEAD_FORMAT) == 0 && seq >= 0 && strlen(link) == LINK_TEXT - 1;
	if (good) {
		out->seq = seq;
		memcpy(out->link, link, LINK_TEXT);
	}
	json_decref(root);
	return good;
}

static enum gw_status
read_head(const char *path, struct head *out, struct gw_error *err)
{
	char tail[TAIL + 1];
	FILE *file = fopen(path, "re");
	size_t len = 0;

	if (file == NULL)
		return gw_fail(err, GW_CONFIG, _("%s: cannot be opened: %s"), path,
			       strerror(errno));
	/* A file that is shorter is read from its beginning. */
	if (fseek(file, -TAIL, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0)
		len = fread(tail, 1, TAIL, file);
	(void)fclose(file);
	tail[len] = '\0';
	if (parse_head(tail, out))
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("%s: its last line is not the head that songma audit export writes"),
		       path);
}

enum gw_status
gw_audit_verify(const struct gw_config *config, struct gw_warehouse *warehouse, const char *head,
		struct gw_audit *out, struct gw_error *err)
{
	struct verify verify = {.begun = false};
	enum gw_status status;

	if ((head != NULL && read_head(head, &verify.head, err) != GW_OK) ||
	    gw_config_key(config->audit_file, _("audit key"), verify.key, sizeof verify.key, err) !=
		    GW_OK)
		return err->status;
	reader_init(&verify.reader, warehouse);
	gw_arena_init(&verify.arena, MAX_PAGE);
	status = gw_warehouse_begin(warehouse, err);
	if (status == GW_OK) {
		status = walk(config, &verify, err);
		gw_warehouse_end(warehouse);
	}
	if (status == GW_OK)
		*out = verify.out;
	sodium_memzero(verify.key, sizeof verify.key);
	gw_arena_release(&verify.arena);
	gw_arena_release(&verify.reader.arena);
	return status;
}

/* A line; the object is dropped. */
static bool
write_line(FILE *file, json_t *object)
{
	bool done = object != NULL && json_dumpf(object, file, JSON_COMPACT) == 0 &&
		    fputc('\n', file) != EOF;

	json_decref(object);
	return done;
}

static enum gw_status
fail_write(const char *path, struct gw_error *err)
{
	return gw_fail(err, GW_FATAL, _("%s: cannot be written: %s"), path, strerror(errno));
}

static enum gw_status
write_acts(struct reader *reader, FILE *file, const char *path, struct head *head,
	   struct gw_error *err)
{
	for (;;) {
		const char *const *row = NULL;

		if (peek(reader, &row, err) != GW_OK)
			return err->status;
		if (row == NULL)
			return GW_OK;
		reader->at++;
		head->seq = number_of(row[SEQ]);
		(void)snprintf(head->link, sizeof head->link, "%s", row[LINK]);
		if (!write_line(file, json_pack("{s:I, s:s, s:s}", "seq", (json_int_t)head->seq,
						"hmac", row[LINK], "body", row[BODY])))
			return fail_write(path, err);
	}
}

static enum gw_status
write_export(struct reader *reader, FILE *file, const char *path, struct head *head,
	     struct gw_error *err)
{
	static const unsigned char none[GW_ACT_LINK];

	gw_hex_encode(none, sizeof none, head->link);
	if (write_acts(reader, file, path, head, err) != GW_OK)
		return err->status;
	if (!write_line(file, json_pack("{s:s, s:I, s:s}", "format", HEAD_FORMAT, "head",
					(json_int_t)head->seq, "hmac", head->link)))
		return fail_write(path, err);
	return GW_OK;
}

enum gw_status
gw_audit_export(struct gw_warehouse *warehouse, const char *path, int64_t *acts,
		struct gw_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	struct head head = {.seq = 0};
	struct reader reader;
	enum gw_status status;

	if (file == NULL) {
		(void)gw_fail(err, GW_CONFIG, _("%s: cannot be created: %s"), path,
			      strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return err->status;
	}
	reader_init(&reader, warehouse);
	status = gw_warehouse_begin(warehouse, err);
	if (status == GW_OK) {
		status = write_export(&reader, file, path, &head, err);
		gw_warehouse_end(warehouse);
	}
	gw_arena_release(&reader.arena);
	if (fclose(file) != 0 && status == GW_OK)
		status = fail_write(path, err);
	if (status == GW_OK)
		*acts = head.seq;
	else
		(void)unlink(path);
	return status;
}

const char *
gw_audit_fault_text(enum gw_audit_fault fault)
{
	switch (fault) {
	case GW_AUDIT_WHOLE:
		break;
	case GW_AUDIT_MISSING:
		return _("its row is missing in ops.audit");
	case GW_AUDIT_CHANGED:
		return _("its text or its link was changed, or the audit key is not the one that "
			 "it was chained with");
	case GW_AUDIT_COLUMNS:
		return _("a column of its row was changed");
	case GW_AUDIT_TOPIC:
		return _("the audit topic has another act in its place, or none");
	case GW_AUDIT_HEAD:
		return _("it is not the one that was exported, or no longer there");
	}
	return _("it is right");
}
