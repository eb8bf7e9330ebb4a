/*
 * What a person may see of a row that was set aside: each column by what the
 * mapping makes of it, whichever of them the letter is about.
 */
#include <string.h>

#include "desk/parts.h"
#include "normalise/mapping.h"
#include "setup/shown.h"

#define DOTS "\u2022\u2022\u2022\u2022\u2022\u2022"

enum { MASK_MAX = 256 };

/* The most private field that the column feeds; NULL: none. */
static const struct gw_schema_field *
strictest(const struct gw_desk_plan *plan, size_t at)
{
	static const int strictness[] = {
		[GW_PUBLIC] = 0, [GW_IDENTIFIER] = 1, [GW_PERSONAL] = 2, [GW_SENSITIVE] = 3};
	const struct gw_schema_field *found = NULL;

	for (size_t i = 0; at != GW_NO_INDEX && i < plan->schema->nfields; i++) {
		const struct gw_schema_field *field = &plan->schema->fields[i];

		if (plan->mapping->plans[i].column == at &&
		    (found == NULL || strictness[field->privacy] > strictness[found->privacy]))
			found = field;
	}
	return found;
}

/* A rule of a field that is not public reads it beside that field's own column. */
static bool
is_read_beside(const struct gw_desk_plan *plan, size_t at)
{
	for (size_t i = 0; i < plan->schema->nfields; i++) {
		const struct gw_field_plan *fed = &plan->mapping->plans[i];

		for (size_t s = 0; s < fed->nsteps; s++)
			if (plan->schema->fields[i].privacy != GW_PUBLIC &&
			    (fed->steps[s].name == at || fed->steps[s].second == at))
				return true;
	}
	return false;
}

/* Public fields alone are made of it, and it says no more than they do. */
static bool
is_public(const struct gw_desk_plan *plan, const char *column, size_t at,
	  const struct gw_schema_field *field)
{
	return field != NULL && field->privacy == GW_PUBLIC && !is_read_beside(plan, at) &&
	       gw_shown_as(plan->stream, plan->schema, column) == GW_PUBLIC;
}

bool
gw_desk_public(const struct gw_desk_plan *plan, const char *column)
{
	size_t at = gw_mapping_column(plan->mapping, column);

	return is_public(plan, column, at, strictest(plan, at));
}

/* Of no field, but the order of changes goes by it, and it is a number or a time. */
static bool
is_technical(const struct gw_desk_plan *plan, const char *column, const char *value)
{
	if (value[strspn(value, "0123456789-+:. TZ")] != '\0' ||
	    gw_shown_as(plan->stream, plan->schema, column) != GW_PUBLIC)
		return false;
	for (size_t i = 0; i < plan->stream->ncursor; i++)
		if (strcmp(plan->stream->cursor[i], column) == 0)
			return true;
	return false;
}

bool
gw_desk_mask(const struct gw_desk_plan *plan, const char *column, const char *value,
	     struct gw_arena *arena, const char **out)
{
	size_t at = plan == NULL ? GW_NO_INDEX : gw_mapping_column(plan->mapping, column);
	const struct gw_schema_field *field = plan == NULL ? NULL : strictest(plan, at);
	struct gw_value text;
	char shown[MASK_MAX];
	bool clear;

	*out = NULL;
	if (value == NULL)
		return true;
	*out = DOTS;
	if (plan == NULL)
		return false;
	clear = is_public(plan, column, at, field);
	if (field == NULL && is_technical(plan, column, value)) {
		*out = value;
		return true;
	}
	/* A public field is made of it that says less than it does. */
	if (field == NULL || (!clear && field->privacy == GW_PUBLIC))
		return false;
	text = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(value), .as.text = value};
	gw_mask(field, &text, shown, sizeof shown);
	*out = gw_arena_copy(arena, shown, strlen(shown));
	if (*out == NULL)
		*out = DOTS;
	return clear;
}
