#include "file/xlsx_texts.h"

#include "base/i18n.h"
#include "file/sheet_reader.h"
#include "file/xlsx_string.h"
#include "file/xlsx_xml.h"

enum {
	TEXT_MEMORY = 16 * 1024 * 1024,
	PLACE_MEMORY = 8 * 1024 * 1024,
	LENGTH_BITS = 21, /* of a place: one more than a cell's length needs */
	TOO_LONG = (1 << LENGTH_BITS) - 1,
};

enum place { IN_DOCUMENT, IN_TABLE, IN_ITEM, IN_TEXT, IN_RUN, IN_RUN_TEXT };

/* Phonetic guides (rPh) are not of the text and so no step leads to them. */
static const struct gw_xlsx_step steps[] = {
	{IN_DOCUMENT, "sst", IN_TABLE, false}, {IN_TABLE, "si", IN_ITEM, false},
	{IN_ITEM, "t", IN_TEXT, true},         {IN_ITEM, "r", IN_RUN, false},
	{IN_RUN, "t", IN_RUN_TEXT, true},      {IN_DOCUMENT, NULL, 0, false},
};

struct reading {
	struct gw_xlsx_texts *texts;
	struct gw_xlsx_string string;
};

void
gw_xlsx_texts_init(struct gw_xlsx_texts *texts, const char *scratch)
{
	*texts = (struct gw_xlsx_texts){.count = 0};
	gw_spool_init(&texts->texts, scratch, TEXT_MEMORY);
	gw_spool_init(&texts->places, scratch, PLACE_MEMORY);
}

void
gw_xlsx_texts_release(struct gw_xlsx_texts *texts)
{
	gw_spool_release(&texts->texts);
	gw_spool_release(&texts->places);
}

static enum gw_status
enter(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct reading *reading = arg;

	(void)err;
	if (at == IN_ITEM)
		gw_xlsx_string_begin(&reading->string);
	if (at == IN_TEXT || at == IN_RUN_TEXT)
		gw_xlsx_string_begin_run(&reading->string, atts);
	return GW_OK;
}

static enum gw_status
add_text(void *arg, int at, const char *text, size_t len, struct gw_error *err)
{
	struct reading *reading = arg;

	(void)at;
	return gw_xlsx_string_add(&reading->string, text, len) ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
add_item(struct reading *reading, struct gw_error *err)
{
	struct gw_xlsx_texts *texts = reading->texts;
	const struct gw_buf *text = &reading->string.text;
	uint64_t place = gw_spool_size(&texts->texts) << LENGTH_BITS;

	gw_xlsx_string_end(&reading->string);
	place |= reading->string.too_long ? TOO_LONG : text->len;
	if (gw_spool_add(&texts->places, &place, sizeof place, err) != GW_OK)
		return err->status;
	texts->count++;
	if (reading->string.too_long || text->len == 0)
		return GW_OK;
	return gw_spool_add(&texts->texts, text->data, text->len, err);
}

static enum gw_status
leave(void *arg, int at, struct gw_error *err)
{
	struct reading *reading = arg;

	if (at == IN_TEXT || at == IN_RUN_TEXT)
		gw_xlsx_string_end_run(&reading->string);
	return at == IN_ITEM ? add_item(reading, err) : GW_OK;
}

enum gw_status
gw_xlsx_texts_read(struct gw_xlsx_texts *texts, struct gw_xlsx_zip *zip, const char *part,
		   struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {steps, enter, add_text, leave};
	struct reading reading = {.texts = texts};
	enum gw_status status;

	gw_xlsx_string_init(&reading.string);
	status = gw_xlsx_walk_part(zip, part, &walk, &reading, err);
	gw_xlsx_string_release(&reading.string);
	if (status != GW_OK)
		return gw_wrap(err, _("the workbook's texts"));
	if (gw_spool_finish(&texts->texts, err) != GW_OK)
		return err->status;
	return gw_spool_finish(&texts->places, err);
}

enum gw_status
gw_xlsx_texts_find(struct gw_xlsx_texts *texts, uint64_t number, struct gw_arena *arena,
		   struct gw_value *out, struct gw_error *err)
{
	uint64_t place;
	size_t len;
	char *text;

	if (gw_spool_read(&texts->places, number * sizeof place, &place, sizeof place, err) !=
	    GW_OK)
		return err->status;
	len = (size_t)(place & TOO_LONG);
	*out = len == TOO_LONG ? gw_sheet_unheld("too_long") : (struct gw_value){.kind = GW_NULL};
	if (len == TOO_LONG || len == 0)
		return GW_OK;
	text = gw_arena_alloc(arena, len);
	if (text == NULL)
		return gw_fail_memory(err);
	*out = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = text};
	return gw_spool_read(&texts->texts, place >> LENGTH_BITS, text, len, err);
}
