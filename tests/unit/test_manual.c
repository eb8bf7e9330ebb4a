/* The manual's lists are those of the program. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/file.h"
#include "normalise/manual.h"

static struct gw_buf page, made;
static struct gw_error err;

static void
set_up(void)
{
	gw_buf_init(&page, 1024 * 1024);
	gw_buf_init(&made, 1024 * 1024);
	cr_assert_eq(gw_file_read("docs/MAPPING.md", &page, &err), GW_OK, "%s", err.text);
}

static void
tear_down(void)
{
	gw_buf_release(&page);
	gw_buf_release(&made);
}

TestSuite(manual, .init = set_up, .fini = tear_down);

Test(manual, has_the_rules_warnings_and_keys_of_the_program)
{
	size_t at = 0;

	cr_assert_eq(gw_manual_write(page.data, &made, &err), GW_OK, "%s", err.text);
	while (at < page.len && at < made.len && page.data[at] == made.data[at])
		at++;
	cr_assert(at == page.len && at == made.len,
		  "docs/MAPPING.md differs from the program, which says \"%.60s\": make docs",
		  made.data + at);
}

Test(manual, is_refused_where_a_part_is_not_known_or_has_no_end)
{
	static const char *const pages[] = {
		"<!-- made of the program: rules -->\n",
		"<!-- made of the program: nothing -->\n<!-- end -->\n",
		"no part at all\n",
		"<!-- made of the program: rules -->\n<!-- end -->\n",
	};

	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		gw_buf_clear(&made);
		cr_assert_eq(gw_manual_write(pages[i], &made, &err), GW_CONFIG, "%zu", i);
	}
}
