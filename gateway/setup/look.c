#include "setup/look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { SMALL_TABLE = 50000, PAIR_COLUMNS = 10, PAIR_ROWS = 200 };

enum gw_status
gw_kit_read(const struct gw_config *config, struct gw_kit *out, struct gw_error *err)
{
	memset(out, 0, sizeof *out);
	if (gw_codes_read(config->schemas_dir, &out->codes, err) != GW_OK)
		return err->status;
	gw_list_names(out->codes, &out->lists);
	return gw_shelf_read(config->schemas_dir, &out->shelf, err);
}

void
gw_kit_release(struct gw_kit *kit)
{
	gw_shelf_release(&kit->shelf);
	gw_codes_free(kit->codes);
	kit->codes = NULL;
}

void
gw_look_release(struct gw_look *look)
{
	free(look->columns);
	look->columns = NULL;
}

static bool
may_be_key(const struct gw_column *column)
{
	return column->refusal == NULL && (column->kind == GW_INT || column->kind == GW_TEXT ||
					   column->kind == GW_DECIMAL || column->kind == GW_DATE);
}

/* How much its name makes a column the number of the table's rows. */
static int
key_worth(const struct gw_table *table, const struct gw_column *column)
{
	const char *dot = strrchr(table->name, '.');
	struct gw_words own, name;
	int worth = column->nullable ? 0 : 2;

	if (!may_be_key(column))
		return 0;
	gw_words(dot == NULL ? table->name : dot + 1, &own);
	gw_words(column->name, &name);
	switch ((unsigned)gw_meaning_of_name(&name, column->kind)) {
	case GW_MEANS_NUMBER:
		/* Of a list: another list has the same numbers. */
		if (gw_words_have(&name, "stt") || gw_words_match(&name, "so_thu_tu") > 0)
			return 1;
		worth += name.count == 1 ? 10 : 4;
		break;
	case GW_MEANS_CODE:
		worth += 4;
		break;
	case GW_MEANS_CITIZEN:
		worth += 3;
		break;
	case GW_MEANS_AMOUNT:
	case GW_MEANS_PERCENT:
		return 0;
	default:
		return column->kind == GW_INT ? 1 : 0;
	}
	for (size_t i = 0; i < name.count; i++)
		worth += strlen(name.at[i]) > 2 && gw_words_have(&own, name.at[i]) ? 2 : 0;
	return worth;
}

static void
declared_key(struct gw_look *look)
{
	const struct gw_table *table = look->table;

	look->nkey = 0;
	for (int place = 1; place <= GW_LOOK_KEY; place++)
		for (size_t c = 0; c < table->ncolumns; c++)
			if (table->columns[c].key == place && look->nkey < GW_LOOK_KEY)
				look->key[look->nkey++] = c;
	look->key_declared = look->nkey > 0;
}

static bool
tells_apart(const struct gw_look *look, const struct gw_sample *sample, size_t column)
{
	return sample == NULL || sample->nrows == 0 ||
	       (look->columns[column].filled == sample->nrows && !look->columns[column].repeats);
}

static void
guess_single_key(struct gw_look *look, const struct gw_sample *sample)
{
	int best = 0;

	for (size_t c = 0; c < look->table->ncolumns; c++) {
		int worth = key_worth(look->table, &look->table->columns[c]);

		if (worth > best && (look->columns == NULL || tells_apart(look, sample, c))) {
			best = worth;
			look->key[0] = c;
			look->nkey = 1;
		}
	}
}

static bool
pair_tells_apart(const struct gw_sample *sample, size_t a, size_t b)
{
	size_t rows = sample->nrows < PAIR_ROWS ? sample->nrows : PAIR_ROWS;

	for (size_t r = 0; r < rows; r++) {
		const struct gw_value *va = gw_sample_value(sample, r, a);
		const struct gw_value *vb = gw_sample_value(sample, r, b);

		if (va->kind == GW_NULL || vb->kind == GW_NULL)
			return false;
		for (size_t s = 0; s < r; s++)
			if (gw_value_equal(va, gw_sample_value(sample, s, a)) &&
			    gw_value_equal(vb, gw_sample_value(sample, s, b)))
				return false;
	}
	return true;
}

/* What is corrected in a row that stays the same row: a part of a key only where nothing else is.
 */
static bool
may_change(const struct gw_look *look, size_t column)
{
	enum gw_meaning meaning = look->columns[column].meaning;

	return meaning == GW_MEANS_AMOUNT || meaning == GW_MEANS_PERCENT ||
	       meaning == GW_MEANS_STATUS || meaning == GW_MEANS_UPDATED;
}

static void
guess_pair_key(struct gw_look *look, const struct gw_sample *sample, bool any)
{
	const struct gw_table *table = look->table;
	size_t most = table->ncolumns < PAIR_COLUMNS ? table->ncolumns : PAIR_COLUMNS;

	for (size_t a = 0; a < most; a++)
		for (size_t b = a + 1; b < most; b++)
			if (look->nkey == 0 && may_be_key(&table->columns[a]) &&
			    may_be_key(&table->columns[b]) &&
			    (any || (!may_change(look, a) && !may_change(look, b))) &&
			    pair_tells_apart(sample, a, b)) {
				look->key[0] = a;
				look->key[1] = b;
				look->nkey = 2;
			}
}

static void
guess_key(struct gw_look *look, const struct gw_sample *sample)
{
	declared_key(look);
	if (look->nkey == 0)
		guess_single_key(look, sample);
	for (int any = 0; look->nkey == 0 && sample != NULL && sample->nrows > 1 && any < 2; any++)
		guess_pair_key(look, sample, any == 1);
}

/* The time of a row's last change; one that is never empty before others. */
static size_t
find_time(struct gw_look *look)
{
	size_t found = GW_NO_COLUMN;

	for (size_t c = 0; c < look->table->ncolumns; c++) {
		const struct gw_column *column = &look->table->columns[c];

		if (look->columns[c].meaning != GW_MEANS_UPDATED || column->refusal != NULL)
			continue;
		if (column->kind == GW_TEXT)
			look->text_time = true;
		if (column->kind != GW_TIMESTAMP)
			continue;
		if (found == GW_NO_COLUMN ||
		    (look->table->columns[found].nullable && !column->nullable))
			found = c;
	}
	return found;
}

/* A column in which the source itself numbers each change. */
static size_t
find_version(const struct gw_look *look)
{
	for (size_t c = 0; c < look->table->ncolumns; c++)
		if (look->table->columns[c].version && look->table->columns[c].refusal == NULL)
			return c;
	return GW_NO_COLUMN;
}

bool
gw_look_by_version(const struct gw_look *look)
{
	return look->mode == GW_MODE_INCREMENTING && look->ncursor == 1 &&
	       look->table->columns[look->cursor[0]].version;
}

static void
guess_mode(struct gw_look *look, const struct gw_source *source)
{
	size_t version = find_version(look);
	size_t time = find_time(look);
	bool number = look->nkey == 1 && look->table->columns[look->key[0]].kind == GW_INT;

	if (source != NULL && source->folder != NULL) {
		look->mode = GW_MODE_FILES;
		return;
	}
	look->mode = GW_MODE_BULK;
	if (version != GW_NO_COLUMN) {
		look->mode = GW_MODE_INCREMENTING;
		look->text_time = false;
		look->cursor[look->ncursor++] = version;
		return;
	}
	if (time != GW_NO_COLUMN) {
		look->mode = number ? GW_MODE_TIMESTAMP_INCREMENTING : GW_MODE_TIMESTAMP;
		look->cursor[look->ncursor++] = time;
	} else if (number && look->table->rows_estimate > SMALL_TABLE) {
		look->mode = GW_MODE_INCREMENTING;
	}
	if (look->mode == GW_MODE_INCREMENTING || look->mode == GW_MODE_TIMESTAMP_INCREMENTING)
		look->cursor[look->ncursor++] = look->key[0];
}

/* Where the key feeds no field of the schema, its first field's column may do as well. */
static void
key_of_match(struct gw_look *look, const struct gw_sample *sample)
{
	const struct gw_match *match = &look->match;
	size_t first = match->column[0];

	for (size_t i = 0; i < look->nkey; i++) {
		bool fed = false;

		for (size_t f = 0; f < match->schema->nfields; f++)
			fed = fed || match->column[f] == look->key[i];
		if (fed || first == GW_NO_COLUMN || !may_be_key(&look->table->columns[first]) ||
		    !tells_apart(look, sample, first))
			continue;
		look->key[0] = first;
		look->nkey = 1;
		look->key_declared = false;
		return;
	}
}

static void
guess_encoding(struct gw_look *look)
{
	for (size_t c = 0; c < look->table->ncolumns; c++)
		if (look->encoding == NULL)
			look->encoding = look->columns[c].encoding;
}

static int
rank_of(const struct gw_look *look)
{
	static const char *const leftovers[] = {"tmp",  "temp", "bak",     "backup",  "log",
						"test", "old",  "copy",    "nhat_ky", "luu",
						"sys",  "user", "session", "cu"};
	const struct gw_table *table = look->table;
	struct gw_words name;
	int rank = 0;

	gw_words(table->name, &name);
	rank += look->matched ? (int)(50 * look->match.score) : 0;
	rank += table->rows_estimate > 0 ? (int)(4 * log10((double)table->rows_estimate + 1)) : 0;
	rank += look->mode == GW_MODE_TIMESTAMP || look->mode == GW_MODE_TIMESTAMP_INCREMENTING ? 10
												: 0;
	rank += look->key_declared ? 8 : look->nkey > 0 ? 3 : 0;
	rank -= table->readable && table->ncolumns > 0 ? 0 : 100;
	for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++)
		rank -= gw_words_match(&name, leftovers[i]) >= 100 ? 20 : 0;
	return rank;
}

enum gw_status
gw_look_at(const struct gw_kit *kit, const struct gw_source *source, const struct gw_table *table,
	   const struct gw_sample *sample, struct gw_look *out, struct gw_error *err)
{
	memset(out, 0, sizeof *out);
	out->table = table;
	out->columns = calloc(table->ncolumns + 1, sizeof *out->columns);
	if (out->columns == NULL)
		return gw_fail_memory(err);
	out->rows = sample == NULL ? 0 : sample->nrows;
	for (size_t c = 0; c < table->ncolumns; c++)
		gw_column_guess(kit->codes, &kit->lists, table, c, sample, &out->columns[c]);
	guess_key(out, sample);
	out->matched = gw_match_best(table, out->columns, &kit->shelf, &out->match);
	if (out->matched)
		key_of_match(out, sample);
	guess_mode(out, source);
	guess_encoding(out);
	out->rank = rank_of(out);
	return GW_OK;
}

/* Any order will do for a few rows where the table has no key. */
static void
some_key(const struct gw_table *table, struct gw_look *out)
{
	memset(out, 0, sizeof *out);
	out->table = table;
	declared_key(out);
	if (out->nkey == 0)
		guess_single_key(out, NULL);
	for (size_t c = 0; c < table->ncolumns && out->nkey == 0; c++)
		if (may_be_key(&table->columns[c]))
			out->key[out->nkey++] = c;
}

/* Adds columns to such a key; false: there are none. */
static bool
more_columns(const struct gw_table *table, struct gw_look *key)
{
	size_t before = key->nkey, first = key->key[0];

	for (size_t c = 0; c < table->ncolumns && key->nkey < GW_LOOK_KEY; c++)
		if (c != first && may_be_key(&table->columns[c]))
			key->key[key->nkey++] = c;
	return key->nkey > before;
}

/* Rows in the order of a key that may be none; *none: two rows have the same value there, or one
   has none, as a reading by more columns shows. */
static enum gw_status
read_sample(const struct gw_reach *reach, const struct gw_table *table, struct gw_look *key,
	    struct gw_sample *sample, size_t *none, struct gw_error *err)
{
	size_t first = key->key[0];
	enum gw_status status = gw_sample_read(reach, table, key->key, key->nkey, sample, err);

	*none = GW_NO_COLUMN;
	if (status != GW_CONFIG || key->key_declared || !more_columns(table, key))
		return status;
	gw_sample_release(sample);
	status = gw_sample_read(reach, table, key->key, key->nkey, sample, err);
	if (status == GW_OK)
		*none = first;
	return status;
}

enum gw_status
gw_look_into(const struct gw_kit *kit, const struct gw_reach *reach, const struct gw_table *table,
	     struct gw_look *out, struct gw_error *why, struct gw_error *err)
{
	const struct gw_source *source = reach->source;
	struct gw_sample sample = {.nrows = 0};
	struct gw_error failed = {.status = GW_OK};
	enum gw_status status;
	struct gw_look key;
	size_t none;

	some_key(table, &key);
	if (key.nkey == 0 || !table->readable)
		return gw_look_at(kit, source, table, NULL, out, err);
	status = read_sample(reach, table, &key, &sample, &none, &failed);
	if (status == GW_CANCELLED || status == GW_FATAL) {
		*err = failed;
	} else {
		if (status != GW_OK && why != NULL)
			*why = failed;
		status = gw_look_at(kit, source, table, status == GW_OK ? &sample : NULL, out, err);
		if (out->nkey == 1 && out->key[0] == none)
			out->nkey = 0;
	}
	gw_sample_release(&sample);
	return status;
}

const char *
gw_look_encoding(const char *name)
{
	return strcmp(name, "double") == 0 ? _("double (UTF-8 written twice)") : name;
}

static void
add(char out[GW_LOOK_WHY], const char *text)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, GW_LOOK_WHY - len, "%s%s", len > 0 ? ", " : "", text);
}

/* How its rows are told apart, and what is new in it. */
static void
add_way(const struct gw_look *look, char out[GW_LOOK_WHY])
{
	if (look->nkey == 0)
		add(out, _("no key: ask for a view with one"));
	else if (!look->key_declared)
		add(out, _("its key is a guess"));
	if (look->text_time)
		add(out, _("its time of change is text, so it is read whole each time"));
	else if (look->mode == GW_MODE_BULK)
		add(out, _("no time of change: read whole each time"));
	else if (gw_look_by_version(look))
		add(out, _("the source numbers each change"));
	else if (look->mode == GW_MODE_INCREMENTING)
		add(out, _("no time of change: new rows only"));
}

void
gw_look_why(const struct gw_look *look, char out[GW_LOOK_WHY])
{
	int64_t rows = look->table->rows_estimate;
	char text[200];

	out[0] = '\0';
	if (!look->table->readable || look->table->ncolumns == 0) {
		add(out, look->table->readable
				 ? _("it can't be read: a view of something that is gone?")
				 : _("the account may not read it"));
		return;
	}
	if (look->matched) {
		(void)snprintf(text, sizeof text, _("fits %s (%zu of %zu fields)"),
			       look->match.name, look->match.found, look->match.wanted);
		add(out, text);
	}
	if (rows == 0 || (look->rows == 0 && rows < 0))
		add(out, _("seems empty"));
	add_way(look, out);
	if (look->encoding != NULL) {
		(void)snprintf(text, sizeof text, _("texts in %s"),
			       gw_look_encoding(look->encoding));
		add(out, text);
	}
}
