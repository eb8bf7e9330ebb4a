#include "setup/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/codes.h"
#include "setup/scalar.h"

enum { REMARK_AT = 64, RULES_ROOM = 400 };

struct writing {
	const struct gw_kit *kit;
	const struct gw_source *source;
	const struct gw_look *look;
	const struct gw_match *match;
	struct gw_draft *out;
};

void
gw_draft_init(struct gw_draft *draft)
{
	memset(draft, 0, sizeof *draft);
	gw_buf_init(&draft->yaml, GW_DRAFT_MAX);
	gw_buf_init(&draft->avsc, GW_DRAFT_MAX);
	gw_buf_init(&draft->missing, GW_DRAFT_MAX);
}

void
gw_draft_release(struct gw_draft *draft)
{
	gw_buf_release(&draft->yaml);
	gw_buf_release(&draft->avsc);
	gw_buf_release(&draft->missing);
	gw_schema_free(draft->invented);
	draft->invented = NULL;
}

static const struct gw_column *
column_at(const struct writing *w, size_t c)
{
	return &w->look->table->columns[c];
}

/* Ends the line that began at from with a comment. */
static void remark(struct writing *w, size_t from, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void
remark(struct writing *w, size_t from, const char *fmt, ...)
{
	struct gw_buf *out = &w->out->yaml;
	size_t width = out->len - from;
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	gw_buf_printf(out, "%*s # ", width < REMARK_AT ? (int)(REMARK_AT - width) : 0, "");
	gw_yaml_remark(out, text);
	gw_buf_putc(out, '\n');
}

static bool
stream_taken(const struct gw_source *source, const char *name)
{
	return gw_source_stream(source, name) != NULL;
}

/* The schema's entity, as all sources call it, or one more of it. */
static void
name_stream(struct writing *w)
{
	const char *base = w->match->schema->entity;

	(void)snprintf(w->out->stream, sizeof w->out->stream, "%.60s", base);
	for (int n = 2; stream_taken(w->source, w->out->stream) && n < 1000; n++)
		(void)snprintf(w->out->stream, sizeof w->out->stream, "%.56s_%d", base, n);
}

static void
put_names(struct writing *w, const char *key, const size_t *columns, size_t count)
{
	struct gw_buf *out = &w->out->yaml;

	gw_buf_printf(out, "    %s: %s", key, count > 1 ? "[" : "");
	for (size_t i = 0; i < count; i++) {
		gw_buf_puts(out, i > 0 ? ", " : "");
		gw_yaml_scalar(out, column_at(w, columns[i])->name);
	}
	gw_buf_puts(out, count > 1 ? "]" : "");
}

static void
put_key(struct writing *w)
{
	const struct gw_look *look = w->look;
	size_t from = w->out->yaml.len;

	if (look->nkey == 0) {
		gw_buf_printf(&w->out->missing, "%s\n",
			      _("no column tells the rows apart: ask the owner for a view with a "
				"number of its own a row"));
		return;
	}
	put_names(w, "key", look->key, look->nkey);
	if (look->key_declared)
		remark(w, from, "%s", _("the table's primary key"));
	else if (look->rows > 0)
		remark(w, from, _("LOOK: not declared; no two of %zu rows have the same"),
		       look->rows);
	else
		remark(w, from, "%s",
		       _("LOOK: by its name alone; two rows must never have the same"));
	w->out->unsure += !look->key_declared;
}

/* N_() */
static const char *
mode_means(const struct gw_look *look)
{
	if (gw_look_by_version(look))
		return N_("rows that are new or changed since last time: the source numbers each "
			  "change");
	switch (look->mode) {
	case GW_MODE_INCREMENTING:
		return N_("new rows only: changes of old rows are not seen (songma reconcile finds "
			  "them)");
	case GW_MODE_TIMESTAMP:
		return N_("rows changed since last time");
	case GW_MODE_TIMESTAMP_INCREMENTING:
		return N_("rows changed since last time; equal times are told apart by the number");
	case GW_MODE_FILES:
		return N_("each file that comes, once");
	default:
		return N_("the whole table each time: there is no time of change");
	}
}

static void
put_mode(struct writing *w)
{
	const struct gw_look *look = w->look;
	size_t from = w->out->yaml.len;

	gw_buf_printf(&w->out->yaml, "    mode: %s", gw_mode_name((enum gw_mode)look->mode));
	remark(w, from, "%s", _(mode_means(look)));
	if (look->ncursor == 0)
		return;
	from = w->out->yaml.len;
	put_names(w, "cursor", look->cursor, look->ncursor);
	if (look->mode == GW_MODE_INCREMENTING)
		gw_buf_putc(&w->out->yaml, '\n');
	else
		remark(w, from, "%s",
		       _("LOOK: each change of a row must set it, from the program and by hand"));
	w->out->unsure += look->mode != GW_MODE_INCREMENTING;
}

struct rules {
	char text[RULES_ROOM];
	size_t count;
};

static void
add_rule(struct rules *rules, const char *rule)
{
	size_t len = strlen(rules->text);

	(void)snprintf(rules->text + len, sizeof rules->text - len, "%s%s",
		       rules->count++ > 0 ? ", " : "", rule);
}

/* The column with the commune's name beside its code, where the code is sent and no part of the
   key; GW_NO_COLUMN: there is none. */
static size_t
commune_name(const struct writing *w)
{
	const struct gw_schema *schema = w->match->schema;
	size_t code = GW_NO_COLUMN;

	for (size_t f = 0; f < schema->nfields; f++)
		if (gw_field_is_commune(schema, f))
			code = w->match->column[f];
	for (size_t i = 0; i < w->look->nkey; i++)
		if (w->look->key[i] == code)
			return GW_NO_COLUMN;
	for (size_t c = 0; code != GW_NO_COLUMN && c < w->look->table->ncolumns; c++)
		if (w->look->columns[c].meaning == GW_MEANS_COMMUNE_NAME &&
		    column_at(w, c)->refusal == NULL && column_at(w, c)->kind == GW_TEXT)
			return c;
	return GW_NO_COLUMN;
}

static void
commune_rule(const struct writing *w, struct rules *rules)
{
	size_t name = commune_name(w);
	char text[300];
	struct gw_buf scalar;

	if (name == GW_NO_COLUMN) {
		add_rule(rules, "commune_code");
		return;
	}
	gw_buf_init(&scalar, sizeof text - 32);
	gw_yaml_scalar(&scalar, column_at(w, name)->name);
	(void)snprintf(text, sizeof text, "{commune_code: %s}",
		       scalar.data == NULL ? "" : scalar.data);
	add_rule(rules, scalar.failed ? "commune_code" : text);
	gw_buf_release(&scalar);
}

/* The encoding of the name beside a commune's code, which the stream alone can say; NULL: none. */
static const char *
stream_encoding(const struct writing *w)
{
	size_t name = commune_name(w);

	return name == GW_NO_COLUMN || w->source->encoding != NULL
		       ? NULL
		       : w->look->columns[name].encoding;
}

/* listed: its texts are words of a code list. */
static void
encoding_rule(const struct writing *w, size_t c, bool listed, struct rules *out)
{
	const char *encoding = w->look->columns[c].encoding, *all = stream_encoding(w);
	char text[64];

	if (encoding == NULL && all != NULL && listed && column_at(w, c)->kind == GW_TEXT)
		encoding = "unicode";
	if (encoding == NULL || w->source->encoding != NULL ||
	    (all != NULL && strcmp(encoding, all) == 0))
		return;
	(void)snprintf(text, sizeof text, "{encoding: %s}", encoding);
	add_rule(out, text);
}

/* The code list is told apart: its confidence is of its own. */
static void
rules_of(const struct writing *w, size_t f, size_t c, struct rules *out, const char **list,
	 bool *list_sure)
{
	const struct gw_schema_field *field = &w->match->schema->fields[f];
	const struct gw_column_guess *guess = &w->look->columns[c];
	enum gw_kind kind = column_at(w, c)->kind;
	const char *rule = gw_match_rule(field, kind, guess);
	char text[128];

	*list = gw_match_list(w->match->schema, f, w->kit->codes, &w->kit->lists, guess, list_sure);
	encoding_rule(w, c, *list != NULL, out);
	if (gw_field_is_commune(w->match->schema, f)) {
		if (kind == GW_TEXT)
			add_rule(out, "trim");
		commune_rule(w, out);
		return;
	}
	if (kind == GW_TEXT && (rule != NULL || *list != NULL))
		add_rule(out, "trim");
	if (kind == GW_TEXT && *list != NULL)
		add_rule(out, "nfc");
	if (*list != NULL) {
		(void)snprintf(text, sizeof text, "{code_list: %s}", *list);
		rule = text;
	}
	if (rule != NULL)
		add_rule(out, rule);
}

/* How much of it a person should believe. */
static void
put_trust(struct writing *w, size_t from, size_t f, size_t c, const char *list, bool list_sure)
{
	/* A field that was made of the column needs no likeness to it. */
	bool made = w->out->invented != NULL;
	const struct gw_column_guess *guess = &w->look->columns[c];
	double sure = w->match->sure[f];
	bool doubtful = sure < 0.75 || (guess->tried > 0 && guess->taken * 10 < guess->tried * 8);
	char counts[200] = "";

	if (guess->tried > 0)
		(void)snprintf(counts, sizeof counts, _(", %zu of %zu values"), guess->taken,
			       guess->tried);
	if (list != NULL && !list_sure) {
		remark(w, from, _("LOOK: is the list %s the right one?"), list);
		w->out->unsure++;
	} else if (doubtful) {
		remark(w, from, _("LOOK: a guess by the name%s"), counts);
		w->out->unsure++;
	} else if (made) {
		remark(w, from, _("made of this column%s"), counts);
	} else {
		remark(w, from, sure >= 0.9 ? _("sure: the name%s") : _("likely: the name%s"),
		       counts);
	}
}

static void
put_field(struct writing *w, size_t f, size_t c, size_t width)
{
	const char *name = w->match->schema->fields[f].name;
	struct gw_buf *out = &w->out->yaml;
	size_t from = out->len;
	struct rules rules = {.count = 0};
	const char *list = NULL;
	bool list_sure = false;

	rules_of(w, f, c, &rules, &list, &list_sure);
	gw_buf_printf(out, "      %s:%*s ", name, (int)(width - strlen(name)), "");
	if (rules.count > 0)
		gw_buf_puts(out, "{column: ");
	gw_yaml_scalar(out, column_at(w, c)->name);
	if (rules.count > 0)
		gw_buf_printf(out, ", rules: [%s]}", rules.text);
	put_trust(w, from, f, c, list, list_sure);
	w->out->listed++;
}

/* A field that nothing feeds. */
static void
put_absent(struct writing *w, const struct gw_schema_field *field)
{
	if (field->has_default) {
		gw_buf_printf(&w->out->yaml, _("      # %s: no column found; it stays empty\n"),
			      field->name);
		return;
	}
	gw_buf_printf(&w->out->yaml,
		      _("      # MISSING %s: no column found, and it may not be "
			"empty\n"),
		      field->name);
	gw_buf_printf(&w->out->missing,
		      _("the field %s of %s has no column, and it may not be "
			"empty\n"),
		      field->name, w->match->name);
}

/* What the source may not send, or the gateway could not read. */
static bool
may_travel(struct writing *w, size_t f)
{
	const struct gw_schema_field *field = &w->match->schema->fields[f];

	if (field->privacy != GW_PERSONAL && field->privacy != GW_SENSITIVE)
		return true;
	if (w->source->agreement != NULL)
		return true;
	gw_buf_printf(&w->out->yaml, _("      # %s: %s, and this source names no agreement\n"),
		      field->name, gw_privacy_name(field->privacy));
	if (!field->has_default)
		gw_buf_printf(&w->out->missing,
			      _("the field %s is %s: the source's file must name an agreement\n"),
			      field->name, gw_privacy_name(field->privacy));
	return false;
}

static void
need_map(struct writing *w, size_t f)
{
	if (!gw_field_is_commune(w->match->schema, f) || w->source->codes.map != NULL ||
	    w->source->codes.by != NULL)
		return;
	gw_buf_printf(&w->out->missing, "%s\n",
		      _("the source's file does not say which commune codes it writes: add "
			"commune_codes: {map: before-2025-07} or {map: after-2025-07}"));
}

static void
put_fields(struct writing *w)
{
	const struct gw_schema *schema = w->match->schema;
	size_t width = 0;

	for (size_t f = 0; f < schema->nfields; f++)
		if (strlen(schema->fields[f].name) > width)
			width = strlen(schema->fields[f].name);
	gw_buf_puts(&w->out->yaml, "    fields:\n");
	for (size_t f = 0; f < schema->nfields; f++) {
		if (schema->fields[f].commune_map_of != NULL)
			continue;
		if (w->match->column[f] == GW_NO_COLUMN) {
			put_absent(w, &schema->fields[f]);
		} else if (may_travel(w, f)) {
			need_map(w, f);
			put_field(w, f, w->match->column[f], width);
		}
	}
}

static bool
feeds(const struct gw_match *match, size_t column)
{
	for (size_t f = 0; f < match->schema->nfields; f++)
		if (match->column[f] == column)
			return true;
	return false;
}

static void
check_key(struct writing *w)
{
	for (size_t i = 0; i < w->look->nkey; i++)
		if (!feeds(w->match, w->look->key[i]))
			gw_buf_printf(&w->out->missing,
				      _("the key's column %s feeds no field of %s\n"),
				      column_at(w, w->look->key[i])->name, w->match->name);
}

static void
put_left_column(struct writing *w, size_t c)
{
	enum gw_meaning meaning = w->look->columns[c].meaning;
	const char *what = gw_meaning_text(meaning);
	const char *refusal = column_at(w, c)->refusal;
	struct gw_buf *out = &w->out->yaml;

	if (refusal == NULL && gw_meaning_personal(meaning))
		refusal = _("stays in the source: personal, or not known");
	else if (refusal == NULL)
		refusal = w->out->invented != NULL ? _("stays in the source until somebody decides")
						   : _("stays in the source: no field takes it");
	gw_buf_puts(out, "    #   ");
	gw_yaml_remark(out, column_at(w, c)->name);
	gw_buf_printf(out, "%s%s%s: ", what[0] != '\0' ? " (" : "", what,
		      what[0] != '\0' ? ")" : "");
	gw_yaml_remark(out, refusal);
	gw_buf_putc(out, '\n');
}

/* Of a schema of its own it is for people to say what more may travel. */
static void
put_left_head(struct writing *w)
{
	gw_buf_printf(&w->out->yaml, "    # %s\n", _("Not listed above, so never read:"));
	if (w->out->invented != NULL)
		gw_buf_printf(&w->out->yaml,
			      _("    # (to send one: add a field with its privacy to "
				"schemas/%s.avsc, and a line under fields)\n"),
			      w->out->schema);
}

/* Columns that stay where they are, and why. */
static void
put_left(struct writing *w)
{
	for (size_t c = 0; c < w->look->table->ncolumns; c++) {
		if (feeds(w->match, c) || c == commune_name(w))
			continue;
		if (w->out->left++ == 0)
			put_left_head(w);
		put_left_column(w, c);
	}
}

static void
put_head(struct writing *w)
{
	struct gw_buf *out = &w->out->yaml;

	gw_buf_puts(out, "\n  # ");
	gw_yaml_remark(out, w->look->table->name);
	gw_buf_printf(out,
		      _(": drafted from names, types and %zu rows; lines with LOOK need a "
			"person\n"),
		      w->look->rows);
	gw_buf_printf(out, "  %s:\n", w->out->stream);
	gw_table_put(w->look->table, out);
	if (stream_encoding(w) != NULL)
		gw_buf_printf(out, "    encoding: %s\n", stream_encoding(w));
}

enum gw_status
gw_draft_stream(const struct gw_kit *kit, const struct gw_source *source,
		const struct gw_look *look, const struct gw_match *match, struct gw_draft *out,
		struct gw_error *err)
{
	struct writing w = {.kit = kit, .source = source, .look = look, .match = match, .out = out};
	size_t from;

	if (match->name != out->schema)
		(void)snprintf(out->schema, sizeof out->schema, "%s", match->name);
	name_stream(&w);
	put_head(&w);
	put_key(&w);
	put_mode(&w);
	from = out->yaml.len;
	gw_buf_printf(&out->yaml, "    schema: %s", match->name);
	if (out->invented != NULL)
		remark(&w, from, "%s", _("made for this table"));
	else
		remark(&w, from, _("%zu of %zu fields found"), match->found, match->wanted);
	put_fields(&w);
	put_left(&w);
	check_key(&w);
	return out->yaml.failed || out->missing.failed ? gw_fail_memory(err) : GW_OK;
}
