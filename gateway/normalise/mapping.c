#include "normalise/mapping.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/commune.h"
#include "normalise/encoding.h"

enum { ARENA_LIMIT = 16 * 1024 * 1024, MESSAGE_LIST = 700 };

/* Raised whenever a rule comes to another result than before. */
#define RULES_REVISION "2"

/* Personal parts of a key that are no identifiers are hashed under this name. */
#define KEY_PART_LABEL "key part"

static bool
needs_map(const struct gw_mapping *mapping)
{
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		const struct gw_field_plan *plan = &mapping->plans[i];

		if (plan->derived_of != GW_NO_INDEX)
			return true;
		for (size_t j = 0; j < plan->nsteps; j++)
			if (plan->steps[j].commune)
				return true;
	}
	return false;
}

static enum gw_status
find_map(const struct gw_mapping *mapping, const char *name, const struct gw_code_list **out,
	 struct gw_error *err)
{
	struct gw_buf names;

	*out = gw_codes_map(mapping->codes, name);
	if (*out != NULL)
		return GW_OK;
	gw_buf_init(&names, MESSAGE_LIST);
	gw_codes_names(mapping->codes, true, &names);
	(void)gw_place_fail(&mapping->source->codes.at, err,
			    _("there is no commune code map \"%s\" in schemas/codes/unit_code.csv; "
			      "the maps are: %s"),
			    name, names.data == NULL ? "" : names.data);
	gw_buf_release(&names);
	return err->status;
}

enum gw_status
gw_mapping_plan_communes(struct gw_mapping *mapping, struct gw_error *err)
{
	const struct gw_commune_codes *codes = &mapping->source->codes;

	if (!needs_map(mapping)) {
		mapping->by = GW_NO_INDEX;
		return GW_OK;
	}
	if (codes->by == NULL && codes->map == NULL)
		return gw_place_fail(&mapping->stream->schema_at, err,
				     _("schema %s holds commune codes, and the source does not say "
				       "which map they are of: add \"commune_codes:\" to it"),
				     mapping->stream->schema);
	if (codes->by == NULL)
		return find_map(mapping, codes->map, &mapping->map_before, err);
	if (find_map(mapping, GW_MAP_BEFORE, &mapping->map_before, err) != GW_OK)
		return err->status;
	return find_map(mapping, GW_MAP_AFTER, &mapping->map_after, err);
}

/* Constants go through their rules now; what they come to stands in the template. */
enum gw_status
gw_mapping_plan_constants(struct gw_mapping *mapping, struct gw_error *err)
{
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		struct gw_field_plan *plan = &mapping->plans[i];
		struct gw_row row = {.context = {.arena = &mapping->arena,
						 .zone = mapping->zone,
						 .codes = mapping->codes}};

		if (plan->map == NULL || plan->map->constant == NULL)
			continue;
		for (size_t j = 0; j < plan->nsteps; j++)
			plan->each_row |= plan->steps[j].name != GW_NO_INDEX ||
					  (plan->steps[j].commune && mapping->by != GW_NO_INDEX);
		if (plan->each_row)
			continue;
		gw_row_map(mapping, &row);
		if (gw_field_evaluate(mapping, i, &row, &mapping->template[i], err) == GW_OK)
			continue;
		if (err->status != GW_REJECT)
			return err->status;
		struct gw_error why = *err;
		return gw_place_fail(&plan->map->at, err, _("the constant of field \"%s\": %s"),
				     plan->map->field, why.text);
	}
	return GW_OK;
}

static void
put(crypto_hash_sha256_state *state, const char *text)
{
	const char *whole = text == NULL ? "" : text;

	crypto_hash_sha256_update(state, (const unsigned char *)whole, strlen(whole) + 1);
}

static void
put_number(crypto_hash_sha256_state *state, uint64_t n)
{
	unsigned char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(n >> 8 * i);
	crypto_hash_sha256_update(state, bytes, sizeof bytes);
}

static void
put_plan(crypto_hash_sha256_state *state, const struct gw_field_plan *plan,
	 const struct gw_communes *communes)
{
	put(state, plan->field->name);
	if (plan->map != NULL) {
		put(state, plan->map->column);
		put(state, plan->map->constant);
	}
	for (size_t i = 0; i < plan->nsteps; i++) {
		put(state, plan->steps[i].rule->name);
		if (plan->steps[i].list != NULL)
			put_number(state, gw_code_list_hash(plan->steps[i].list));
		if (plan->steps[i].encoding != NULL)
			put(state, plan->steps[i].encoding->name);
		put(state, plan->steps[i].word);
		if (plan->steps[i].name != GW_NO_INDEX) {
			put(state, plan->steps[i].name_column);
			put_number(state, communes->hash);
		}
	}
	put_number(state, plan->nsteps);
}

enum gw_status
gw_mapping_digest(struct gw_mapping *mapping, struct gw_error *err)
{
	const struct gw_commune_codes *codes = &mapping->source->codes;
	crypto_hash_sha256_state state;
	char key_id[17];

	(void)err;
	gw_pseudonym_key_id(mapping->key_secret, key_id);
	crypto_hash_sha256_init(&state);
	put(&state, RULES_REVISION);
	put(&state, key_id);
	put(&state, mapping->source->name);
	put(&state, mapping->source->time_zone);
	put(&state, codes->map);
	put(&state, codes->by);
	put_number(&state, (uint64_t)codes->switched_on_days);
	if (mapping->map_before != NULL)
		put_number(&state, gw_code_list_hash(mapping->map_before));
	if (mapping->map_after != NULL)
		put_number(&state, gw_code_list_hash(mapping->map_after));
	if (mapping->places != NULL)
		put_number(&state, gw_places_hash(mapping->places));
	put(&state, mapping->stream->name);
	put(&state, mapping->schema->text);
	for (size_t i = 0; i < mapping->schema->nfields; i++)
		put_plan(&state, &mapping->plans[i], gw_codes_communes(mapping->codes));
	crypto_hash_sha256_final(&state, mapping->digest);
	return GW_OK;
}

uint64_t
gw_mapping_basis(const struct gw_mapping *mapping)
{
	uint64_t basis = 0;

	for (int i = 0; i < 8; i++)
		basis = basis << 8 | mapping->digest[i];
	return basis;
}

uint64_t
gw_mapping_version(const struct gw_mapping *mapping)
{
	crypto_hash_sha256_state state;
	unsigned char hash[crypto_hash_sha256_BYTES];
	uint64_t version = 0;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, mapping->digest, sizeof mapping->digest);
	for (size_t i = 0; i < mapping->nkey; i++)
		put_number(&state, mapping->key[i]);
	crypto_hash_sha256_final(&state, hash);
	for (int i = 0; i < 8; i++)
		version = version << 8 | hash[i];
	return version;
}

static enum gw_status
allocate(struct gw_mapping *mapping, struct gw_error *err)
{
	size_t nfields = mapping->schema->nfields;
	size_t ncolumns = mapping->stream->nfields + mapping->stream->nkey + 1;
	struct gw_arena *arena = &mapping->arena;

	for (size_t i = 0; i < mapping->stream->nfields; i++) /* a rule may read two columns */
		ncolumns += 2 * mapping->stream->fields[i].nrules;
	mapping->columns = gw_arena_zalloc(arena, ncolumns * sizeof(const char *));
	mapping->plans = gw_arena_zalloc(arena, nfields * sizeof *mapping->plans);
	mapping->template = gw_arena_zalloc(arena, nfields * sizeof *mapping->template);
	mapping->used = gw_arena_zalloc(arena, nfields * sizeof *mapping->used);
	mapping->order = gw_arena_zalloc(arena, nfields * sizeof *mapping->order);
	if (mapping->columns == NULL || mapping->plans == NULL || mapping->template == NULL ||
	    mapping->used == NULL || mapping->order == NULL)
		return gw_fail_memory(err);
	mapping->key_hmac = gw_hmac_new(mapping->key_secret, KEY_PART_LABEL);
	return mapping->key_hmac == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
compile(struct gw_mapping *mapping, struct gw_error *err)
{
	const struct gw_source *source = mapping->source;
	char *const *key = mapping->stream->key;

	if (allocate(mapping, err) != GW_OK || gw_mapping_plan_fields(mapping, err) != GW_OK ||
	    gw_mapping_plan_communes(mapping, err) != GW_OK)
		return err->status;
	if (source->time_zone != NULL &&
	    gw_zone_read(source->time_zone, &mapping->zone, err) != GW_OK) {
		struct gw_error why = *err;

		return why.status != GW_CONFIG ? why.status
					       : gw_place_fail(&source->at, err, "%s", why.text);
	}
	if (gw_mapping_plan_constants(mapping, err) != GW_OK ||
	    gw_mapping_digest(mapping, err) != GW_OK)
		return err->status;
	return mapping->stream->nkey == 0 ? GW_OK
					  : gw_mapping_set_key(mapping, (const char *const *)key,
							       mapping->stream->nkey, err);
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of what is compiled */
gw_mapping_compile(const struct gw_source *source, const struct gw_stream *stream,
		   const struct gw_schema *schema, const struct gw_codes *codes,
		   const struct gw_pseudonym_key *key, struct gw_mapping **out,
		   struct gw_error *err)
{
	struct gw_mapping *mapping = calloc(1, sizeof *mapping);

	if (mapping == NULL)
		return gw_fail_memory(err);
	mapping->source = source;
	mapping->stream = stream;
	mapping->schema = schema;
	mapping->codes = codes;
	mapping->key_secret = key;
	mapping->by = GW_NO_INDEX;
	gw_arena_init(&mapping->arena, ARENA_LIMIT);
	if (compile(mapping, err) != GW_OK) {
		gw_mapping_free(mapping);
		return err->status;
	}
	*out = mapping;
	return GW_OK;
}

void
gw_mapping_free(struct gw_mapping *mapping)
{
	if (mapping == NULL)
		return;
	for (size_t i = 0; mapping->plans != NULL && i < mapping->schema->nfields; i++)
		gw_hmac_free(mapping->plans[i].hmac);
	gw_hmac_free(mapping->key_hmac);
	gw_zone_free(mapping->zone);
	gw_places_free(mapping->places);
	gw_arena_release(&mapping->arena);
	free(mapping);
}

const char *const *
gw_mapping_columns(const struct gw_mapping *mapping, size_t *count)
{
	*count = mapping->ncolumns;
	return mapping->columns;
}

/* The field that a key column feeds, or GW_NO_INDEX. */
static size_t
field_of_column(const struct gw_mapping *mapping, const char *column)
{
	size_t at = gw_mapping_column(mapping, column);

	for (size_t i = 0; at != GW_NO_INDEX && i < mapping->schema->nfields; i++)
		if (mapping->plans[i].column == at)
			return i;
	return GW_NO_INDEX;
}

static bool
reads_another(const struct gw_field_plan *plan)
{
	for (size_t i = 0; i < plan->nsteps; i++)
		if (plan->steps[i].name != GW_NO_INDEX)
			return true;
	return false;
}

static enum gw_status
check_key(const struct gw_mapping *mapping, const char *column, size_t field, struct gw_error *err)
{
	const struct gw_stream *stream = mapping->stream;
	const struct gw_place *at = stream->nkey > 0 ? &stream->key_at : &stream->at;

	if (field == GW_NO_INDEX)
		return gw_place_fail(
			at, err,
			_("stream %s: key column \"%s\" feeds no field: map it to one, "
			  "since the record's key is made of fields"),
			stream->name, column);
	if (reads_another(&mapping->plans[field]))
		return gw_place_fail(
			at, err,
			_("stream %s: key column \"%s\" feeds \"%s\", whose rules read another "
			  "column, which a deleted row does not have"),
			stream->name, column, mapping->plans[field].field->name);
	if (!gw_key_allows(mapping->plans[field].field))
		return gw_place_fail(
			at, err,
			_("stream %s: key column \"%s\" feeds \"%s\", a floating-point "
			  "number, which can't be part of a key"),
			stream->name, column, mapping->plans[field].field->name);
	return GW_OK;
}

static bool
is_first(const struct gw_mapping *mapping, size_t field)
{
	for (size_t i = 0; i < mapping->nfirst; i++)
		if (mapping->order[i] == field)
			return true;
	return false;
}

/* Fields of the key, then those with a value of their own, then the derived. */
static void
set_order(struct gw_mapping *mapping)
{
	size_t n = 0;

	mapping->nfirst = 0;
	for (size_t i = 0; i < mapping->nkey; i++) {
		if (is_first(mapping, mapping->key[i]))
			continue;
		mapping->order[n++] = mapping->key[i];
		mapping->nfirst = n;
	}
	for (int derived = 0; derived <= 1; derived++)
		for (size_t i = 0; i < mapping->schema->nfields; i++) {
			const struct gw_field_plan *plan = &mapping->plans[i];

			if (plan->each_row && (plan->derived_of != GW_NO_INDEX) == derived &&
			    !is_first(mapping, i))
				mapping->order[n++] = i;
		}
	mapping->norder = n;
	for (size_t i = 0; i < mapping->schema->nfields; i++)
		if (!mapping->plans[i].each_row && !is_first(mapping, i))
			mapping->order[n++] = i;
}

/* It is told anew at each cycle. */
static bool
has_key(const struct gw_mapping *mapping, const char *const *columns, size_t count)
{
	bool same = mapping->nkey == count;

	for (size_t i = 0; same && i < count; i++)
		same = mapping->key[i] == field_of_column(mapping, columns[i]);
	return same;
}

enum gw_status
gw_mapping_set_key(struct gw_mapping *mapping, const char *const *columns, size_t count,
		   struct gw_error *err)
{
	size_t *key;

	if (count > 0 && has_key(mapping, columns, count))
		return GW_OK;
	if (count == 0)
		return gw_place_fail(
			&mapping->stream->table_at, err,
			_("stream %s: table %s has no primary key: name the columns that "
			  "tell its rows apart, such as \"key: id\""),
			mapping->stream->name, mapping->stream->table);
	key = gw_arena_alloc(&mapping->arena, count * sizeof *key);
	if (key == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++) {
		key[i] = field_of_column(mapping, columns[i]);
		if (check_key(mapping, columns[i], key[i], err) != GW_OK)
			return err->status;
	}
	mapping->key = key;
	mapping->nkey = count;
	set_order(mapping);
	return GW_OK;
}
