#include <criterion/criterion.h>
#include <string.h>

#include "table/border.h"
#include "table/refuse.h"

Test(table_border, a_page_ends_before_the_rows_that_it_has_not_all_of)
{
	static const struct {
		size_t rows;
		int64_t tied, upto;
		size_t end;
		const char *why;
	} cases[] = {
		{100, 1, 0, 100, "the last row has no equals"},
		{100, 0, 0, 100, "the last row is gone by now"},
		{100, 3, 100, 100, "its equals are all there"},
		{100, 3, 99, 100, "one of those is gone by now"},
		{100, 3, 101, 98, "one of three is missing"},
		{100, 3, 102, 99, "two of three are missing"},
		{100, 100, 101, 1, "nearly all are equal"},
		{3, 3, 3, 3, "nothing but them, and all of them"},
		{3, 4, 4, 0, "nothing but them, and not all"},
		{3, 1000000, 1000000, 0, "many more than a page"},
		{3, 2, 9, 2, "others have come before them meanwhile"},
		{1, 2, 2, 0, "a page of one row"},
		{1, 1, 0, 1, "a page of one row without equals"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_border_end(cases[i].rows, cases[i].tied, cases[i].upto),
			     cases[i].end, "%s", cases[i].why);
}

/* Texts of which only the database knows which are equal: groups of so many, one after another. */
struct groups {
	const size_t *sizes;
	size_t count;
};

/* Which group row number row is in, and how many rows there are up to its end. */
static size_t
group_of(const struct groups *groups, size_t row, size_t *upto)
{
	size_t g = 0;

	for (*upto = groups->sizes[0]; row >= *upto; *upto += groups->sizes[++g])
		cr_assert_lt(g + 1, groups->count);
	return g;
}

/* Reads pages of that size as the connectors do; how many rows came, 0 where a group is larger. */
static size_t
read_all(const struct groups *groups, size_t total, size_t page)
{
	size_t at = 0;

	while (at < total) {
		size_t most = page, rows, upto, g;

		do {
			rows = total - at < most ? total - at : most;
			g = group_of(groups, at + rows - 1, &upto);
			most = rows < most ? rows
					   : gw_border_end(rows, (int64_t)groups->sizes[g],
							   (int64_t)(upto - at));
		} while (most > 0 && most < rows);
		if (most == 0)
			return 0;
		/* What the next page begins behind is the whole group. */
		(void)group_of(groups, at + rows - 1, &upto);
		cr_assert_eq(upto, at + rows, "page %zu ends within a group", page);
		at = upto;
	}
	return at;
}

Test(table_border, no_row_is_stepped_over_whatever_a_page_holds)
{
	static const size_t sizes[] = {1, 3, 1, 1, 4, 2, 2, 1, 3, 4, 1};
	const struct groups groups = {sizes, sizeof sizes / sizeof sizes[0]};
	size_t total = 0;

	for (size_t i = 0; i < groups.count; i++)
		total += sizes[i];
	for (size_t page = 1; page <= total + 1; page++)
		cr_assert_eq(read_all(&groups, total, page), page < 4 ? 0 : total, "page %zu",
			     page);
}

Test(table_border, a_group_larger_than_a_page_is_told_without_a_value)
{
	const char *key[] = {"ma", "xa"};
	struct gw_error err;

	cr_assert_eq(gw_table_fail_tied("public.t", key, 2, 3, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "public.t"));
	cr_assert_not_null(strstr(err.text, "ma, …"));
	cr_assert_not_null(strstr(err.text, "page_rows"));
}
