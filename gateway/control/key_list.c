#include "control/key_list.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/csv.h"

enum { TEXT_MAX = 16 * 1024 * 1024, ARENA_MAX = 64 * 1024 * 1024, CHUNK = 65536 };

static enum gw_status
fail_many(const char *name, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("%s: more than %d keys, or more than %d MB: make several files of it, or "
			 "name a range"),
		       name, GW_KEY_LIST, TEXT_MAX >> 20);
}

static enum gw_status
read_file(const char *path, struct gw_buf *out, struct gw_error *err)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "re");
	enum gw_status status = GW_OK;
	char *to;
	size_t n;

	if (file == NULL)
		return gw_fail(err, GW_CONFIG, _("%s can't be read: %s"), path, strerror(errno));
	do {
		to = gw_buf_reserve(out, CHUNK);
		n = to == NULL ? 0 : fread(to, 1, CHUNK, file);
		out->len += n;
	} while (n > 0);
	if (to == NULL)
		status = fail_many(path, err);
	else if (ferror(file) != 0)
		status = gw_fail(err, GW_CONFIG, _("%s can't be read: %s"), path, strerror(errno));
	if (!standard)
		(void)fclose(file);
	return status;
}

static enum gw_status
begin(struct gw_key_list *list, size_t ncolumns, struct gw_error *err)
{
	gw_arena_init(&list->arena, ARENA_MAX);
	list->ncolumns = ncolumns;
	list->columns = gw_arena_alloc(&list->arena, ncolumns * sizeof *list->columns);
	list->values = gw_arena_alloc(&list->arena, GW_KEY_LIST * ncolumns * sizeof *list->values);
	return list->columns == NULL || list->values == NULL ? gw_fail_memory(err) : GW_OK;
}

static bool
names_column(const struct gw_key_list *list, const char *text, size_t len)
{
	return len == strlen(list->columns[0]) && memcmp(text, list->columns[0], len) == 0;
}

static enum gw_status
take_line(const char *name, unsigned line, const char *text, size_t len, struct gw_key_list *list,
	  struct gw_error *err)
{
	if (!gw_utf8_valid(text, len))
		return gw_fail(err, GW_CONFIG, _("%s:%u: this is no UTF-8 text"), name, line);
	if (list->count == GW_KEY_LIST)
		return fail_many(name, err);
	list->values[list->count] = gw_arena_copy(&list->arena, text, len);
	return list->values[list->count++] == NULL ? gw_fail_memory(err) : GW_OK;
}

/* Lines as they stand, less their ends; a first line that only names the column is none. */
static enum gw_status
take_lines(const char *name, const char *text, size_t len, struct gw_key_list *list,
	   struct gw_error *err)
{
	unsigned line = 0;

	for (const char *end, *from = text; from < text + len; from = end + 1) {
		size_t n;

		line++;
		end = memchr(from, '\n', (size_t)(text + len - from));
		end = end == NULL ? text + len : end;
		n = (size_t)(end - from);
		while (n > 0 && from[n - 1] == '\r')
			n--;
		if (n > 0 && !(line == 1 && names_column(list, from, n)) &&
		    take_line(name, line, from, n, list, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* The columns of the key, and that they are in the header; the source's own key is as the header
   has it, and the pull looks whether it is that. */
static enum gw_status
find_columns(const char *name, struct gw_csv *csv, const struct gw_stream *stream,
	     struct gw_key_list *list, struct gw_error *err)
{
	for (size_t i = 0; i < stream->nkey; i++) {
		list->columns[i] = stream->key[i];
		if (gw_csv_column(csv, stream->key[i]) < 0)
			return gw_fail(err, GW_CONFIG,
				       _("%s:1: the first line names the columns; the key column "
					 "%s is not among them"),
				       name, stream->key[i]);
	}
	return GW_OK;
}

static enum gw_status
take_rows(const char *name, struct gw_csv *csv, struct gw_key_list *list, struct gw_error *err)
{
	bool more = true;

	for (;;) {
		if (gw_csv_next(csv, &more, err) != GW_OK)
			return err->status;
		if (!more)
			return GW_OK;
		if (list->count == GW_KEY_LIST)
			return fail_many(name, err);
		for (size_t i = 0; i < list->ncolumns; i++) {
			const char *field = gw_csv_field(csv, gw_csv_column(csv, list->columns[i]));
			char *copy = gw_arena_copy(&list->arena, field, strlen(field));

			if (copy == NULL)
				return gw_fail_memory(err);
			list->values[list->count * list->ncolumns + i] = copy;
		}
		list->count++;
	}
}

static size_t
count_header(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len && text[i] != '\n'; i++)
		n += text[i] == ',';
	return n;
}

/* A header of the key's own columns, where only the source knows which they are. */
static enum gw_status
name_columns(const char *text, size_t len, struct gw_key_list *list, struct gw_error *err)
{
	const char *end = memchr(text, '\n', len), *from = text;

	end = end == NULL ? text + len : end;
	if (end > text && end[-1] == '\r')
		end--;
	for (size_t i = 0; i < list->ncolumns; i++) {
		const char *comma = memchr(from, ',', (size_t)(end - from));
		size_t n = (size_t)((comma == NULL ? end : comma) - from);

		list->columns[i] = gw_arena_copy(&list->arena, from, n);
		if (list->columns[i] == NULL)
			return gw_fail_memory(err);
		from += n + 1;
	}
	return GW_OK;
}

static enum gw_status
parse_csv(const char *name, const char *text, size_t len, const struct gw_stream *stream,
	  struct gw_key_list *list, struct gw_error *err)
{
	size_t ncolumns = stream->nkey > 0 ? stream->nkey : count_header(text, len);
	struct gw_csv *csv = NULL;
	enum gw_status status;

	if (ncolumns > GW_CSV_COLUMNS_MAX)
		return gw_fail(err, GW_CONFIG, _("%s:1: more than %d columns"), name,
			       (int)GW_CSV_COLUMNS_MAX);
	status = begin(list, ncolumns, err);
	if (status == GW_OK)
		status = gw_csv_parse(name, text, len, &csv, err);
	if (status == GW_OK)
		status = stream->nkey > 0 ? find_columns(name, csv, stream, list, err)
					  : name_columns(text, len, list, err);
	if (status == GW_OK)
		status = take_rows(name, csv, list, err);
	gw_csv_free(csv);
	return status;
}

enum gw_status
gw_key_list_parse(const char *name, const char *text, size_t len, const struct gw_stream *stream,
		  struct gw_key_list *out, struct gw_error *err)
{
	enum gw_status status;

	if (stream->nkey != 1) {
		status = parse_csv(name, text, len, stream, out, err);
	} else {
		status = begin(out, 1, err);
		if (status == GW_OK) {
			out->columns[0] = stream->key[0];
			status = take_lines(name, text, len, out, err);
		}
	}
	if (status == GW_OK && out->count == 0)
		return gw_fail(err, GW_CONFIG, _("%s: there is no key in it"), name);
	return status;
}

enum gw_status
gw_key_list_read(const char *path, const struct gw_stream *stream, struct gw_key_list *out,
		 struct gw_error *err)
{
	gw_buf_init(&out->text, TEXT_MAX);
	if (read_file(path, &out->text, err) != GW_OK)
		return err->status;
	return gw_key_list_parse(strcmp(path, "-") == 0 ? _("standard input") : path,
				 out->text.data == NULL ? "" : out->text.data, out->text.len,
				 stream, out, err);
}

void
gw_key_list_release(struct gw_key_list *list)
{
	for (size_t i = 0; list->values != NULL && i < list->count * list->ncolumns; i++)
		sodium_memzero(list->values[i], strlen(list->values[i]));
	if (list->text.data != NULL)
		sodium_memzero(list->text.data, list->text.cap);
	gw_buf_release(&list->text);
	gw_arena_release(&list->arena);
	*list = (struct gw_key_list){.count = 0};
}
