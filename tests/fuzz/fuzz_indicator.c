/*
 * Any bytes as the definition of an indicator: refused at a place of the file,
 * or one whose SQL is a single statement and whose parameters keep to their
 * range, whatever they are set to.
 */
#include "file.h"
#include "indicator/indicator.h"

static void
check_sql(const char *sql)
{
	struct gw_error err;
	char quote = '\0';

	require(gw_indicator_check_sql("f", sql, &err) == GW_OK);
	for (; *sql != '\0'; sql++) {
		if (quote == '\0' && strncmp(sql, "--", 2) == 0)
			sql += strcspn(sql, "\n") - 1;
		else if (quote == '\0' && (*sql == '\'' || *sql == '"'))
			quote = *sql;
		else if (*sql == quote)
			quote = '\0';
		else
			require(quote != '\0' || *sql != ';');
	}
}

static void
check_parameters(const struct gw_indicator *indicator, const char *text)
{
	int64_t values[GW_INDICATOR_PARAMETERS];
	struct gw_error err;

	gw_indicator_defaults(indicator, values);
	for (size_t i = 0; i < indicator->nparameters; i++) {
		const struct gw_indicator_parameter *parameter = &indicator->parameters[i];

		require(gw_indicator_find(indicator, parameter->name, strlen(parameter->name)) >=
			0);
		if (gw_indicator_set(indicator, parameter->name, text, values, &err) != GW_OK)
			require_error(&err, GW_CONFIG, "", 0);
		require(values[i] >= parameter->min && values[i] <= parameter->max);
	}
	(void)gw_indicator_variant_of(indicator, values);
	for (size_t v = 0; v < indicator->nvariants; v++)
		require(gw_indicator_variant_of(indicator, indicator->variants[v].values) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_indicator *indicator = NULL;
	struct gw_error err;
	struct fuzz_part number = fuzz_next(&data, &size, '\n');
	char *text = fuzz_text(number.text, number.len);
	struct gw_indicator_row row = {.denominator = 1000, .fresh = 1};

	file_bytes = data;
	file_len = size;
	if (gw_indicator_read("f", "F", &indicator, &err) == GW_OK) {
		check_sql(indicator->sql);
		for (size_t i = 0; i < indicator->naparts; i++)
			check_sql(indicator->apart[i].sql);
		check_parameters(indicator, text);
		require(gw_indicator_shortfall(&row, indicator->target) >= 0);
	} else {
		require(indicator == NULL);
		require_error(&err, GW_CONFIG, "", 0);
	}
	gw_indicator_free(indicator);
	free(text);
	return 0;
}
