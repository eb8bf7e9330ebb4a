/* Code lists, zones, rules, and rows that become records and rejects. */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "normalise/codes.h"
#include "normalise/csv.h"
#include "normalise/encoding.h"
#include "normalise/hmac.h"
#include "normalise/place.h"
#include "normalise/rules.h"
#include "normalise/zone.h"
#include "pull/plan.h"
#include "torture.h"

enum { ROWS = 3, COLUMNS_MAX = 16 };

static enum gw_status
csv(struct gw_error *err)
{
	static const char text[] = "a,b\n1,\"x\"\"y\"\n2,z\n";
	struct gw_csv *csv = NULL;
	enum gw_status status = gw_csv_parse("f.csv", text, sizeof text - 1, &csv, err);
	bool more = false;

	if (status == GW_OK)
		status = gw_csv_next(csv, &more, err);
	if (status == GW_OK)
		torture_require(strcmp(gw_csv_field(csv, 1), "x\"y") == 0, "the field");
	gw_csv_free(csv);
	return status;
}

static enum gw_status
codes(struct gw_error *err)
{
	struct gw_codes *codes = NULL;
	char dir[80];
	enum gw_status status;
	const char *code = NULL;

	(void)snprintf(dir, sizeof dir, "%s/schemas", torture_dir);
	status = gw_codes_read(dir, &codes, err);
	if (status == GW_OK)
		code = gw_code_find(gw_codes_list(codes, "gender"), "NỮ", strlen("NỮ"));
	torture_require(status != GW_OK || code != NULL, "a code");
	gw_codes_free(codes);
	return status;
}

static enum gw_status
zone(struct gw_error *err)
{
	struct gw_zone *zone = NULL;
	enum gw_status status = gw_zone_read("Asia/Ho_Chi_Minh", &zone, err);
	int64_t of_day;

	if (status == GW_OK)
		torture_require(gw_zone_day(zone, 0, &of_day) == 0, "the day");
	gw_zone_free(zone);
	return status;
}

static enum gw_status
hmac(struct gw_error *err)
{
	static const struct gw_pseudonym_key key = {.secret = {1}};
	struct gw_hmac *hmac = gw_hmac_new(&key, "citizen_number");
	unsigned char out[GW_HMAC_SIZE];
	bool made = hmac != NULL && gw_hmac_run(hmac, "038199012345", 12, out);

	gw_hmac_free(hmac);
	return made ? GW_OK : gw_fail_memory(err);
}

static struct gw_value
text(const char *t)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(t), .as.text = t};
}

/* The index of communes by name, and an address looked up in it. */
static enum gw_status
places(struct gw_error *err)
{
	static const char address[] = "Phường Một, tỉnh Hai";
	struct gw_codes *codes = NULL;
	struct gw_places *places = NULL;
	struct gw_address found;
	char dir[80];
	enum gw_status status;

	(void)snprintf(dir, sizeof dir, "%s/schemas", torture_dir);
	status = gw_codes_read(dir, &codes, err);
	if (status == GW_OK)
		status = gw_places_make(codes, &places, err);
	if (status == GW_OK)
		gw_address_read(places, address, strlen(address), &found);
	gw_places_free(places);
	gw_codes_free(codes);
	return status;
}

/* Texts through the rules that make new ones. */
static enum gw_status
texts(struct gw_error *err)
{
	struct gw_arena arena;
	struct gw_rule_context context = {.arena = &arena, .encoding = gw_encoding_find("guess")};
	struct gw_value old = text("NguyÔn V¨n An"), name = text("bà: LÊ THỊ TÁM");
	enum gw_status status;

	gw_arena_init(&arena, (size_t)1024 * 1024);
	status = gw_rule_encoding(&old, &context, err);
	if (status == GW_OK)
		status = gw_rule_person_name(&name, &context, err);
	torture_require(status != GW_OK || name.len == strlen("Lê Thị Tám"), "the name");
	gw_arena_release(&arena);
	return status;
}

/* Every column gets the same text but the first, which is the key. */
static void
fill(struct gw_batch *batch, struct gw_value *values)
{
	static const char *const texts[ROWS] = {"038199012345", "  01/02/1980 ", "?"};
	static const char *const keys[ROWS] = {"a", "b", "c"};

	batch->nrows = ROWS;
	batch->values = values;
	for (size_t r = 0; r < ROWS; r++)
		for (size_t i = 0; i < batch->ncolumns; i++)
			values[r * batch->ncolumns + i] = text(i == 0 ? keys[r] : texts[r]);
}

static enum gw_status
rows_of(const struct gw_stream_plan *plan, struct gw_error *err)
{
	struct gw_value values[ROWS * COLUMNS_MAX];
	struct gw_batch batch = {.nrows = 0};
	struct gw_normalised out;
	enum gw_status status;

	gw_arena_init(&batch.arena, (size_t)8 * 1024 * 1024);
	(void)gw_mapping_columns(plan->mapping, &batch.ncolumns);
	torture_require(batch.ncolumns <= COLUMNS_MAX, "columns");
	fill(&batch, values);
	status = gw_normalise(plan->mapping, &batch, &out, err);
	if (status == GW_OK)
		torture_require(out.nrecords + out.nrejects == ROWS, "all rows");
	gw_arena_release(&batch.arena);
	return status;
}

static enum gw_status
rows(struct gw_error *err)
{
	static struct gw_config *config;
	static struct gw_source *source;
	static struct gw_plan *plan;
	enum gw_status status = GW_OK;
	char path[128];

	/* Planning has a case of its own. */
	if (plan == NULL) {
		(void)snprintf(path, sizeof path, "%s/songma.yaml", torture_dir);
		status = gw_config_read(path, &config, err);
		if (status == GW_OK)
			status = gw_source_read(config, "fuzz", &source, err);
		if (status == GW_OK)
			status = gw_plan_make(config, source, &plan, err);
	}
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++)
		status = rows_of(&plan->streams[i], err);
	return status;
}

const struct torture_case torture_normalise[] = {
	{"csv", csv},   {"codes", codes}, {"places", places}, {"zone", zone},
	{"hmac", hmac}, {"texts", texts}, {"rows", rows},     {NULL, NULL},
};
