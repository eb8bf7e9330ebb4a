#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "synthetic/parts.h"

enum { TEXT_MAX = 64 << 10, WIDE_MAX = 1990, NUMBER_MAX = 24 };

#define DEFAULT_COLUMNS                                                                            \
	"id:id,code:code,name:name,number:int,amount:decimal,born:date,active:bool,score:float,"   \
	"seen:timestamp,mark:bytes,changed:changed"

static const struct {
	const char *name;
	enum gw_kind kind;
} kinds[GW_SYN_KINDS] = {
	[GW_SYN_ID] = {"id", GW_INT},
	[GW_SYN_CODE] = {"code", GW_TEXT},
	[GW_SYN_NAME] = {"name", GW_TEXT},
	[GW_SYN_INT] = {"int", GW_INT},
	[GW_SYN_BOOL] = {"bool", GW_BOOL},
	[GW_SYN_FLOAT] = {"float", GW_FLOAT},
	[GW_SYN_DECIMAL] = {"decimal", GW_DECIMAL},
	[GW_SYN_DATE] = {"date", GW_DATE},
	[GW_SYN_TIMESTAMP] = {"timestamp", GW_TIMESTAMP},
	[GW_SYN_BYTES] = {"bytes", GW_BYTES},
	[GW_SYN_ODD] = {"odd", GW_TEXT},
	[GW_SYN_BIG] = {"big", GW_TEXT},
	[GW_SYN_CHANGED] = {"changed", GW_TIMESTAMP},
};

/* Numbers of the connection.  A table, so that a new one is one row here and nothing else. */
#define AT(member) offsetof(struct gw_syn_table, member)
static const struct {
	const char *name;
	size_t offset;
	int64_t most;
} numbers[] = {
	{"rows", AT(rows), INT64_C(100000000000)},
	{"seed", AT(seed), INT32_MAX},
	{"moment", AT(moment), GW_SYN_MOMENTS},
	{"insert", AT(insert), 1000000000},
	{"update", AT(update), 1000000000},
	{"delete", AT(erase), 1000000000},
	{"late", AT(late), 1000000000},
	{"nulls", AT(nulls), INT32_MAX},
	{"future", AT(future), INT32_MAX},
	{"big", AT(big), 1 << 30},
	{"fail_after", AT(fail_after), INT64_MAX},
	{"slow_ms", AT(slow_ms), 3600000},
	{"away", AT(away), 1},
};

/* Words that are not kept in the table itself. */
struct words {
	char *columns, *key;
	int64_t wide; /* so many columns w1, w2… more */
};

const char *
gw_syn_kind_name(enum gw_syn_kind kind)
{
	return kinds[kind].name;
}

enum gw_kind
gw_syn_kind_of(enum gw_syn_kind kind)
{
	return kinds[kind].kind;
}

static struct gw_syn_column *
find_column(const struct gw_syn_table *table, const char *name)
{
	for (size_t i = 0; i < table->ncolumns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

const struct gw_syn_column *
gw_syn_column_find(const struct gw_syn_table *table, const char *name)
{
	return find_column(table, name);
}

void
gw_syn_table_release(struct gw_syn_table *table)
{
	for (size_t i = 0; i < table->ncolumns; i++)
		free(table->columns[i].name);
	free(table->columns);
	free(table->text);
	*table = (struct gw_syn_table){.text = NULL};
}

/* "t%C3%AAn" to "tên", in place; false: two hex digits are missing. */
static bool
unescape(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (*text == '%') {
			if (strlen(text) < 3 || !gw_hex_decode(text + 1, 2, &byte, 1) || byte == 0)
				return false;
			text += 2;
		}
		*out++ = (char)byte;
	}
	*out = '\0';
	return true;
}

static enum gw_status
set_number(struct gw_syn_table *table, struct words *words, const char *name, const char *value,
	   struct gw_error *err)
{
	int64_t number, most = WIDE_MAX;
	int64_t *into = &words->wide;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (strcmp(numbers[i].name, name) != 0)
			continue;
		into = (int64_t *)(void *)((char *)table + numbers[i].offset);
		most = numbers[i].most;
	}
	if (into == &words->wide && strcmp(name, "wide") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("the synthetic source has no setting of that name: see \"Writing "
				 "another connector\" in CONNECTORS"));
	if (!gw_parse_i64(value, strlen(value), &number) || number < 0 || number > most)
		return gw_fail(
			err, GW_CONFIG,
			_("the synthetic source: \"%s\": expected a number from 0 on, such as "
			  "1000"),
			name);
	*into = number;
	return GW_OK;
}

static enum gw_status
set_word(struct gw_syn_table *table, struct words *words, char *word, struct gw_error *err)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("the connection of a synthetic source is made of name=value, "
				 "parted by blanks: rows=1000 seed=7"));
	*value++ = '\0';
	/* Lists are taken apart first: a name may hold a comma. */
	if (strcmp(word, "columns") == 0) {
		words->columns = value;
		return GW_OK;
	}
	if (strcmp(word, "key") == 0) {
		words->key = value;
		return GW_OK;
	}
	if (!unescape(value))
		return gw_fail(
			err, GW_CONFIG,
			_("the synthetic source: two hex digits must follow each percent sign"));
	if (strcmp(word, "table") == 0)
		table->name = value;
	else if (strcmp(word, "hidden") == 0)
		table->hidden = value;
	else
		return set_number(table, words, word, value, err);
	return GW_OK;
}

static enum gw_status
add_column(struct gw_syn_table *table, const char *name, enum gw_syn_kind kind,
	   struct gw_error *err)
{
	char *copy;

	if (table->ncolumns == GW_SYN_COLUMNS || find_column(table, name) != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("the synthetic source: there are more than %d columns, or two "
				 "of the same name"),
			       GW_SYN_COLUMNS);
	copy = strdup(name);
	if (copy == NULL)
		return gw_fail_memory(err);
	table->columns[table->ncolumns++] = (struct gw_syn_column){.name = copy, .kind = kind};
	return GW_OK;
}

static enum gw_status
add_listed(struct gw_syn_table *table, char *item, struct gw_error *err)
{
	char *kind = strrchr(item, ':');

	for (size_t i = 0; kind != NULL && i < GW_SYN_KINDS; i++) {
		if (strcmp(kinds[i].name, kind + 1) != 0)
			continue;
		*kind = '\0';
		if (!unescape(item) || !gw_utf8_valid(item, strlen(item)) || *item == '\0')
			break;
		return add_column(table, item, (enum gw_syn_kind)i, err);
	}
	return gw_fail(err, GW_CONFIG,
		       _("the synthetic source: a column is written name:kind, such as id:id, "
			 "name:name, amount:decimal or changed:changed"));
}

static enum gw_status
set_columns(struct gw_syn_table *table, char *list, int64_t wide, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	char name[NUMBER_MAX];

	table->ncolumns = 0;
	table->columns = calloc(GW_SYN_COLUMNS, sizeof *table->columns);
	if (table->columns == NULL)
		return gw_fail_memory(err);
	for (char *item; status == GW_OK && (item = strsep(&list, ",")) != NULL;)
		status = add_listed(table, item, err);
	for (int64_t i = 1; status == GW_OK && i <= wide; i++) {
		(void)snprintf(name, sizeof name, "w%lld", (long long)i);
		/* All kinds in turn, but for those that say something of the row. */
		status = add_column(
			table, name,
			(enum gw_syn_kind)(GW_SYN_NAME + i % (GW_SYN_ODD - GW_SYN_NAME)), err);
	}
	return status;
}

/* Without a column of kind id or code two rows could have the same key. */
static enum gw_status
set_key(struct gw_syn_table *table, char *list, struct gw_error *err)
{
	bool unique = false;

	for (char *item; (item = strsep(&list, ",")) != NULL;) {
		struct gw_syn_column *column = unescape(item) ? find_column(table, item) : NULL;

		if (column == NULL || column->key != 0 || table->nkey == GW_SYN_KEY)
			return gw_fail(err, GW_CONFIG,
				       _("the synthetic source: \"key\" names up to %d columns"),
				       GW_SYN_KEY);
		column->key = (int)++table->nkey;
		unique = unique || column->kind == GW_SYN_ID || column->kind == GW_SYN_CODE;
	}
	if (unique)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("the synthetic source: its key needs a column of the kind id or code"));
}

enum gw_status
gw_syn_table_read(const char *connection, struct gw_syn_table *out, struct gw_error *err)
{
	char columns[] = DEFAULT_COLUMNS, key[] = "id";
	struct words words = {.columns = columns, .key = key};
	enum gw_status status = GW_OK;
	char *rest;

	*out = (struct gw_syn_table){
		.name = "synthetic.rows", .rows = 1000, .seed = 1, .fail_after = -1};
	if (strlen(connection) > TEXT_MAX)
		return gw_fail(err, GW_CONFIG,
			       _("the connection of a synthetic source is longer than %d bytes"),
			       TEXT_MAX);
	out->text = strdup(connection);
	if (out->text == NULL)
		return gw_fail_memory(err);
	rest = out->text;
	for (char *word; status == GW_OK && (word = strsep(&rest, " \n")) != NULL;)
		if (*word != '\0')
			status = set_word(out, &words, word, err);
	if (status == GW_OK)
		status = set_columns(out, words.columns, words.wide, err);
	return status == GW_OK ? set_key(out, words.key, err) : status;
}
