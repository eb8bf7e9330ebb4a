/*
 * Tables as a catalogue would tell of them, and what guesses about them are made with.
 */
#ifndef TEST_SETUP_CASE_H
#define TEST_SETUP_CASE_H

#include <criterion/criterion.h>
#include <sodium.h>

#include "folder_case.h"
#include "setup/draft.h"

enum { COLUMNS = 24 };

/* A table as the catalogue tells of it: "name kind", the key with a star, what may be null with a
   question mark. */
struct made {
	struct gw_table table;
	struct gw_column columns[COLUMNS];
	char names[COLUMNS][64];
};

static inline enum gw_kind
kind_named(const char *name)
{
	static const enum gw_kind kinds[] = {GW_BOOL, GW_INT,  GW_FLOAT,     GW_DECIMAL,
					     GW_TEXT, GW_DATE, GW_TIMESTAMP, GW_BYTES};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(gw_kind_name(kinds[i]), name, strlen(name)) == 0)
			return kinds[i];
	cr_assert_fail("%s is no kind", name);
	return GW_NULL;
}

static inline void
make_table(struct made *made, const char *name, const char *columns)
{
	char kind[32], mark;
	int used, key = 0;

	memset(made, 0, sizeof *made);
	made->table = (struct gw_table){.name = name,
					.kind = "table",
					.rows_estimate = 1000,
					.readable = true,
					.late_commits = true,
					.columns = made->columns};
	for (; sscanf(columns, " %63[^ ,] %31[a-z]%n", made->names[made->table.ncolumns], kind,
		      &used) == 2;
	     columns += strspn(columns, ", ")) {
		struct gw_column *column = &made->columns[made->table.ncolumns];

		columns += used;
		mark = *columns;
		columns += mark == '*' || mark == '?';
		*column = (struct gw_column){.name = made->names[made->table.ncolumns++],
					     .type = "t(12,2)",
					     .kind = kind_named(kind),
					     .nullable = mark == '?',
					     .key = mark == '*' ? ++key : 0};
	}
}

static struct gw_config config = {.path = (char[]){"./songma.yaml"}, .dir = (char[]){"."}};
static struct gw_kit kit;

static inline void
begin(void)
{
	struct gw_error err;
	char key[65];

	cr_assert_geq(sodium_init(), 0);
	folder_make();
	cr_assert_eq(mkdir("sources", 0755), 0);
	cr_assert_geq(asprintf(&config.schemas_dir, "%s/schemas", project), 0);
	config.sources_dir = strdup("sources");
	config.pseudonym_file = strdup("key");
	memset(key, 'a', 64);
	key[64] = '\n';
	cr_assert_eq(gw_file_create("key", 0600, key, 65, &err), GW_OK);
	cr_assert_eq(gw_kit_read(&config, &kit, &err), GW_OK, "%s", err.text);
}

static inline void
end(void)
{
	gw_kit_release(&kit);
	free(config.schemas_dir);
	free(config.sources_dir);
	free(config.pseudonym_file);
	folder_drop();
}

#define HEAD                                                                                       \
	"# Của chúng tôi\nsource: test\ntitle: T\nowner: O\nagreement: \"1\"\nconnector: "     \
	"postgres\n"                                                                               \
	"connection_file: x.dsn\ntime_zone: Asia/Ho_Chi_Minh\ncommune_codes: {map: "               \
	"before-2025-07}\n"

static inline struct gw_source *
source_of(const char *text)
{
	struct gw_source *source = NULL;
	struct gw_error err;
	FILE *file = fopen("sources/test.yaml", "w");

	cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
	cr_assert_eq(gw_source_read_bare(&config, "test", &source, &err), GW_OK, "%s", err.text);
	return source;
}

static inline enum gw_status
invent(const struct made *made, const struct gw_schema **schema, struct gw_draft *draft,
       struct gw_error *err)
{
	struct gw_source *source = source_of(HEAD);
	struct gw_match match;
	struct gw_look look;
	enum gw_status status;

	gw_draft_init(draft);
	cr_assert_eq(gw_look_at(&kit, source, &made->table, NULL, &look, err), GW_OK);
	status = gw_invent_schema(&kit, source, &look, draft, &match, err);
	*schema = draft->invented;
	if (status == GW_OK)
		cr_expect_eq(gw_draft_stream(&kit, source, &look, &match, draft, err), GW_OK);
	gw_look_release(&look);
	gw_source_free(source);
	return status;
}

#endif
