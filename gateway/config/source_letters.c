#include "config/parts.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { PER_PERCENT = 10000, WHOLE = 100 * PER_PERCENT, DIGITS_MAX = 4 };

int64_t
gw_letters_most(const struct gw_letters_limit *limit, int64_t rows)
{
	int64_t share;

	if (limit->pause_at == GW_PAUSE_NEVER)
		return INT64_MAX;
	share = rows / WHOLE * limit->pause_at + rows % WHOLE * limit->pause_at / WHOLE;
	return share > limit->at_least ? share : limit->at_least;
}

struct draft {
	const struct gw_yaml *pause_at, *at_least;
};

static const struct gw_option options[] = {
	{.name = "pause_at",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct draft, pause_at),
	 .help = N_("the share of a run's rows that may be rejected before its stream is paused, "
		    "or never (5%)")},
	{.name = "at_least",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct draft, at_least),
	 .help = N_("so many rows of a run may be rejected in any case (100)")},
	{.name = NULL},
};

const struct gw_option *
gw_letters_options(void)
{
	return options;
}

/* Digits behind the point, as ten-thousandths. */
static bool
parse_part(const char *text, size_t len, int64_t *out)
{
	*out = 0;
	if (len == 0 || len > DIGITS_MAX || !gw_parse_i64(text, len, out))
		return false;
	for (; len < DIGITS_MAX; len++)
		*out *= 10;
	return true;
}

/* "5%", "0.25%": in millionths. */
static bool
parse_share(const char *text, int64_t *out)
{
	size_t whole = strspn(text, GW_DIGIT);
	const char *end = text + whole;
	int64_t n, part = 0;

	if (whole == 0 || whole > 3 || !gw_parse_i64(text, whole, &n))
		return false;
	if (*end == '.') {
		size_t digits = strspn(end + 1, GW_DIGIT);

		if (!parse_part(end + 1, digits, &part))
			return false;
		end += 1 + digits;
	}
	*out = n * PER_PERCENT + part;
	return strcmp(end, "%") == 0 && *out <= WHOLE;
}

static enum gw_status
read_share(const struct gw_yaml *node, int64_t *out, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];

	if (node->kind == GW_YAML_SCALAR && strcmp(node->text, "never") == 0) {
		*out = GW_PAUSE_NEVER;
		return GW_OK;
	}
	if (node->kind == GW_YAML_SCALAR && parse_share(node->text, out))
		return GW_OK;
	return gw_yaml_fail(node, err,
			    _("\"pause_at\": found %s, expected a share such as 5%% or 0.5%%, or "
			      "never"),
			    gw_yaml_excerpt(node, excerpt));
}

static enum gw_status
read_count(const struct gw_yaml *node, int64_t *out, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];
	int64_t n;

	if (node->kind != GW_YAML_SCALAR || node->quoted ||
	    !gw_parse_i64(node->text, strlen(node->text), &n) || n < 0 || n > 1000000000)
		return gw_yaml_fail(node, err,
				    _("\"at_least\": found %s, expected a whole number from 0"),
				    gw_yaml_excerpt(node, excerpt));
	*out = n;
	return GW_OK;
}

enum gw_status
gw_letters_read(const struct gw_yaml *node, struct gw_letters_limit *out, struct gw_error *err)
{
	struct draft draft = {0};

	if (gw_yaml_options(node, options, &draft, err) != GW_OK)
		return err->status;
	if (draft.pause_at != NULL && read_share(draft.pause_at, &out->pause_at, err) != GW_OK)
		return err->status;
	if (draft.at_least != NULL && read_count(draft.at_least, &out->at_least, err) != GW_OK)
		return err->status;
	return GW_OK;
}
