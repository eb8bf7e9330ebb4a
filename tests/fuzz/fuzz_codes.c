/*
 * Any bytes as each file of the code lists, those of units and lineage too:
 * refused, or lists in which every spelling stands for the code of its row.
 */
#include "file.h"
#include "normalise/codes.h"
#include "normalise/csv.h"

enum { SURELY_FOUND = 60 }; /* letters: short enough to be folded */

static void
check_row(const struct gw_code_list *list, const char *code, const char *spelling)
{
	const char *found = gw_code_find(list, spelling, strlen(spelling));
	size_t letters = strspn(spelling, "abcdefghijklmnopqrstuvwxyz");

	if (found != NULL)
		require_same_text(found, code);
	else
		require(letters == 0 || letters > SURELY_FOUND || spelling[letters] != '\0');
}

static void
check_list(const struct gw_code_list *list)
{
	struct gw_csv *csv = NULL;
	struct gw_error err;
	bool more = true;

	require(gw_csv_open("gender.csv", &csv, &err) == GW_OK);
	while (gw_csv_next(csv, &more, &err) == GW_OK && more)
		check_row(list, gw_csv_field(csv, 0), gw_csv_field(csv, 1));
	gw_csv_free(csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_codes *codes = NULL;
	struct gw_error err;

	file_bytes = data;
	file_len = size;
	/* The folder has the names; what they hold is the input. */
	if (gw_codes_read("schemas", &codes, &err) != GW_OK) {
		require(codes == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		return 0;
	}
	if (gw_codes_list(codes, "gender") != NULL)
		check_list(gw_codes_list(codes, "gender"));
	gw_codes_free(codes);
	return 0;
}
