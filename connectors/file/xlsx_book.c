#include "file/xlsx_book.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "file/xlsx_xml.h"
#include "file/xlsx_zip.h"

enum { BOOK_MEMORY = 2 * 1024 * 1024, SHEETS_MAX = 1000, PATH_MAX_LEN = 1024, NAMED_MAX = 600 };

enum place { IN_DOCUMENT, IN_BOOK, IN_SETTINGS, IN_SHEETS, IN_SHEET, IN_LINKS, IN_LINK };

static const struct gw_xlsx_step book_steps[] = {
	{IN_DOCUMENT, "workbook", IN_BOOK, false},
	{IN_BOOK, "workbookPr", IN_SETTINGS, false},
	{IN_BOOK, "sheets", IN_SHEETS, false},
	{IN_SHEETS, "sheet", IN_SHEET, false},
	{IN_DOCUMENT, NULL, 0, false},
};

static const struct gw_xlsx_step link_steps[] = {
	{IN_DOCUMENT, "Relationships", IN_LINKS, false},
	{IN_LINKS, "Relationship", IN_LINK, false},
	{IN_DOCUMENT, NULL, 0, false},
};

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* Takes the last name off a path and the slash before it. */
static void
drop_name(struct gw_buf *path)
{
	while (path->len > 0 && path->data[path->len - 1] != '/')
		path->len--;
	path->len -= path->len > 0;
}

/* The part that a part's list calls target: from the root, or beside it. */
static const char *
resolve(struct gw_xlsx_book *book, const char *from, const char *target)
{
	const char *slash = strrchr(from, '/');
	struct gw_buf path;
	char *copy = NULL;

	gw_buf_init(&path, PATH_MAX_LEN);
	if (*target != '/' && slash != NULL)
		(void)gw_buf_append(&path, from, (size_t)(slash - from));
	while (*target != '\0' && !path.failed) {
		size_t len = strcspn(target, "/\\");

		if (len == 2 && strncmp(target, "..", 2) == 0)
			drop_name(&path);
		else if (len > 0 && (len != 1 || *target != '.'))
			(void)gw_buf_printf(&path, "%s%.*s", path.len > 0 ? "/" : "", (int)len,
					    target);
		target += len;
		target += *target != '\0';
	}
	if (!path.failed)
		copy = gw_arena_copy(&book->arena, path.data, path.len);
	gw_buf_release(&path);
	return copy;
}

static enum gw_status
fail_size(struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, "%s",
		       _("more sheets and parts than a workbook has that people made"));
}

static enum gw_status
add_sheet(struct gw_xlsx_book *book, const char *const *atts, struct gw_error *err)
{
	const char *name = gw_xlsx_attribute(atts, "name"), *id = gw_xlsx_prefixed(atts, "id");
	const char *state = gw_xlsx_attribute(atts, "state");
	struct gw_xlsx_sheet *sheet, **link = &book->sheets;
	size_t count = 0;

	if (name == NULL || id == NULL)
		return GW_OK;
	sheet = gw_arena_zalloc(&book->arena, sizeof *sheet);
	if (sheet == NULL)
		return fail_size(err);
	sheet->name = gw_arena_copy(&book->arena, name, strlen(name));
	sheet->id = gw_arena_copy(&book->arena, id, strlen(id));
	sheet->hidden = state != NULL && strcmp(state, "visible") != 0;
	for (; *link != NULL; link = &(*link)->next)
		count++;
	if (sheet->name == NULL || sheet->id == NULL || count == SHEETS_MAX)
		return fail_size(err);
	*link = sheet;
	return GW_OK;
}

static enum gw_status
enter_book(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct gw_xlsx_book *book = arg;

	if (at == IN_SETTINGS)
		book->from_1904 = gw_xlsx_is_true(atts, "date1904");
	return at == IN_SHEET ? add_sheet(book, atts, err) : GW_OK;
}

static bool
is_outside(const char *const *atts)
{
	const char *mode = gw_xlsx_attribute(atts, "TargetMode");

	return mode != NULL && strcmp(mode, "External") == 0;
}

static void
take_link(struct gw_xlsx_book *book, const char *type, const char *id, const char *part)
{
	if (ends_with(type, "/sharedStrings"))
		book->texts = part;
	if (ends_with(type, "/styles"))
		book->styles = part;
	/* The list of the whole file, read before any part is known. */
	if (book->part == NULL && ends_with(type, "/officeDocument"))
		book->part = part;
	for (struct gw_xlsx_sheet *sheet = book->sheets; sheet != NULL; sheet = sheet->next)
		if (ends_with(type, "/worksheet") && strcmp(sheet->id, id) == 0)
			sheet->part = part;
}

static enum gw_status
enter_link(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct gw_xlsx_book *book = arg;
	const char *type = gw_xlsx_attribute(atts, "Type"), *id = gw_xlsx_attribute(atts, "Id");
	const char *target = gw_xlsx_attribute(atts, "Target"), *part;

	if (at != IN_LINK || type == NULL || id == NULL || target == NULL || is_outside(atts))
		return GW_OK;
	part = resolve(book, book->part == NULL ? "" : book->part, target);
	if (part == NULL)
		return fail_size(err);
	take_link(book, type, id, part);
	return GW_OK;
}

static enum gw_status
read_links(struct gw_xlsx_book *book, struct gw_xlsx_zip *zip, struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {link_steps, enter_link, NULL, NULL};
	const char *part = book->part == NULL ? "" : book->part;
	const char *name = strrchr(part, '/') == NULL ? part : strrchr(part, '/') + 1;
	enum gw_status status = GW_OK;
	struct gw_buf list;

	gw_buf_init(&list, PATH_MAX_LEN);
	if (gw_buf_printf(&list, "%.*s_rels/%s.rels", (int)(name - part), part, name) &&
	    gw_xlsx_zip_has(zip, list.data))
		status = gw_xlsx_walk_part(zip, list.data, &walk, book, err);
	gw_buf_release(&list);
	return status;
}

/* An archive that is no workbook of this kind: what it is, and what to do. */
static enum gw_status
refuse(const struct gw_xlsx_zip *zip, struct gw_error *err)
{
	static const struct {
		const char *part, *refusal;
	} known[] = {
		{"xl/workbook.bin",
		 N_("a binary workbook (.xlsb): open it in Excel and save it as .xlsx")},
		{"content.xml",
		 N_("an OpenDocument table (.ods): save it as .xlsx or as CSV UTF-8")},
		{"word/document.xml",
		 N_("a Word document: ask for the table itself, as .xlsx or .csv")},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (gw_xlsx_zip_has(zip, known[i].part))
			return gw_fail(err, GW_REJECT, "%s", _(known[i].refusal));
	return gw_fail(err, GW_REJECT, "%s",
		       _("a packed archive and no workbook: unpack it first"));
}

enum gw_status
gw_xlsx_book_read(struct gw_xlsx_book *book, struct gw_xlsx_zip *zip, struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {book_steps, enter_book, NULL, NULL};

	*book = (struct gw_xlsx_book){.sheets = NULL};
	gw_arena_init(&book->arena, BOOK_MEMORY);
	if (read_links(book, zip, err) != GW_OK)
		return gw_wrap(err, _("the workbook's list of parts"));
	if (book->part == NULL)
		book->part = "xl/workbook.xml";
	if (!gw_xlsx_zip_has(zip, book->part) || ends_with(book->part, ".bin") ||
	    gw_xlsx_zip_has(zip, "word/document.xml"))
		return refuse(zip, err);
	if (gw_xlsx_walk_part(zip, book->part, &walk, book, err) != GW_OK)
		return gw_wrap(err, _("the workbook's list of sheets"));
	if (read_links(book, zip, err) != GW_OK)
		return gw_wrap(err, _("the workbook's list of parts"));
	return GW_OK;
}

void
gw_xlsx_book_release(struct gw_xlsx_book *book)
{
	gw_arena_release(&book->arena);
}

/* Names as Excel takes them for the same; memory that is missing makes them differ. */
static bool
same_name(const char *a, const char *b)
{
	const utf8proc_option_t fold =
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
	utf8proc_uint8_t *one = NULL, *other = NULL;
	bool same = strcmp(a, b) == 0;

	if (!same && utf8proc_map((const utf8proc_uint8_t *)a, 0, &one, fold) >= 0 &&
	    utf8proc_map((const utf8proc_uint8_t *)b, 0, &other, fold) >= 0)
		same = strcmp((const char *)one, (const char *)other) == 0;
	free(one);
	free(other);
	return same;
}

static enum gw_status
refuse_name(const struct gw_xlsx_book *book, const char *name, struct gw_error *err)
{
	struct gw_buf names;

	gw_buf_init(&names, NAMED_MAX);
	for (const struct gw_xlsx_sheet *sheet = book->sheets; sheet != NULL; sheet = sheet->next)
		if (sheet->part != NULL &&
		    !gw_buf_printf(&names, "%s\"%s\"%s", names.len == 0 ? "" : ", ", sheet->name,
				   sheet->hidden ? _(" (hidden)") : ""))
			break;
	if (name == NULL)
		(void)gw_fail(err, GW_REJECT, "%s",
			      _("the workbook has no sheet with cells that is not hidden"));
	else
		(void)gw_fail(err, GW_REJECT,
			      _("the workbook has no sheet \"%s\" with cells; it has: %s"), name,
			      names.len == 0 ? "-" : names.data);
	gw_buf_release(&names);
	return err->status;
}

enum gw_status
gw_xlsx_book_find(const struct gw_xlsx_book *book, const char *name,
		  const struct gw_xlsx_sheet **out, struct gw_error *err)
{
	for (const struct gw_xlsx_sheet *sheet = book->sheets; sheet != NULL; sheet = sheet->next) {
		if (sheet->part == NULL)
			continue;
		if (name == NULL ? !sheet->hidden : same_name(sheet->name, name)) {
			*out = sheet;
			return GW_OK;
		}
	}
	return refuse_name(book, name, err);
}
