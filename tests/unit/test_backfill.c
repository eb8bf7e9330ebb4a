#include <criterion/criterion.h>
#include <string.h>

#include "control/key_list.h"
#include "pull/internal.h"

static struct gw_error err;

/* ---- how far an order has been done ---------------------------------------------------------- */

static void
expect_mark(int64_t offset, const struct gw_bookmark *inner)
{
	struct gw_bookmark mark = {.len = 0}, back = {.len = 77};

	cr_assert_eq(gw_pull_mark_put(offset, inner, &mark, &err), GW_OK);
	cr_assert_eq(gw_pull_mark_get(&mark, &back), offset);
	if (inner == NULL) {
		cr_assert_eq(back.len, 0);
		return;
	}
	cr_assert_eq(back.len, inner->len);
	cr_assert_eq(memcmp(back.bytes, inner->bytes, inner->len), 0);
}

Test(backfill, notes_where_an_order_goes_on)
{
	struct gw_bookmark inner = {.len = 9, .bytes = "a\nb\0c\n12\n"};

	expect_mark(0, NULL);
	expect_mark(123456789012, NULL);
	expect_mark(7, &inner);
	inner.len = 1;
	inner.bytes[0] = '\n';
	expect_mark(INT64_MAX, &inner);
	memset(inner.bytes, 0xff, sizeof inner.bytes);
	inner.len = GW_BOOKMARK_MAX - 3;
	expect_mark(12, &inner);
}

Test(backfill, refuses_a_place_that_is_too_long)
{
	struct gw_bookmark mark = {.len = 5}, inner = {.len = GW_BOOKMARK_MAX - 2};

	cr_assert_eq(gw_pull_mark_put(12, &inner, &mark, &err), GW_REJECT);
	cr_assert_eq(mark.len, 5);
}

Test(backfill, takes_a_damaged_mark_for_none)
{
	static const char *const damaged[] = {"",         "\n", "x",
					      "12x\nabc", " 1", "99999999999999999999"};

	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		struct gw_bookmark mark = {.len = (uint32_t)strlen(damaged[i])}, inner = {.len = 3};

		memcpy(mark.bytes, damaged[i], mark.len);
		cr_assert_eq(gw_pull_mark_get(&mark, &inner), -1, "%s", damaged[i]);
		cr_assert_eq(inner.len, 0, "%s", damaged[i]);
	}
}

/* ---- lists of keys ----------------------------------------------------------------------------
 */

static char id[] = "id", commune[] = "commune", nr[] = "nr";
static char *one[] = {id}, *two[] = {commune, nr};
static const struct gw_stream by_one = {.key = one, .nkey = 1};
static const struct gw_stream by_two = {.key = two, .nkey = 2};
static const struct gw_stream by_source = {.nkey = 0};

static enum gw_status
parse(const char *text, const struct gw_stream *stream, struct gw_key_list *out)
{
	*out = (struct gw_key_list){.count = 0};
	return gw_key_list_parse("keys", text, strlen(text), stream, out, &err);
}

Test(keys, are_one_a_line)
{
	struct gw_key_list list;

	cr_assert_eq(parse("id\n12\r\n\na,b \"c\"\nid\n 7", &by_one, &list), GW_OK, "%s", err.text);
	cr_assert_eq(list.count, 4);
	cr_assert_str_eq(list.columns[0], "id");
	cr_assert_str_eq(list.values[0], "12");
	cr_assert_str_eq(list.values[1], "a,b \"c\"");
	cr_assert_str_eq(list.values[2], "id");
	cr_assert_str_eq(list.values[3], " 7");
	gw_key_list_release(&list);
}

Test(keys, of_several_columns_are_csv)
{
	struct gw_key_list list;

	cr_assert_eq(parse("nr,note,commune\r\n1,x,\"c,1\"\r\n2,,c2\r\n", &by_two, &list), GW_OK,
		     "%s", err.text);
	cr_assert_eq(list.count, 2);
	cr_assert_str_eq(list.columns[0], "commune");
	cr_assert_str_eq(list.values[0], "c,1");
	cr_assert_str_eq(list.values[1], "1");
	cr_assert_str_eq(list.values[2], "c2");
	gw_key_list_release(&list);
}

Test(keys, that_only_the_source_knows_are_named_by_the_first_line)
{
	struct gw_key_list list;

	cr_assert_eq(parse("ma\n12\n13\n", &by_source, &list), GW_OK, "%s", err.text);
	cr_assert_eq(list.ncolumns, 1);
	cr_assert_eq(list.count, 2);
	cr_assert_str_eq(list.columns[0], "ma");
	cr_assert_str_eq(list.values[1], "13");
	gw_key_list_release(&list);
}

Test(keys, are_refused_without_showing_them)
{
	static const struct {
		const char *text;
		const struct gw_stream *stream;
		const char *why;
	} cases[] = {
		{"", &by_one, "no key"},
		{"\n\r\n", &by_one, "no key"},
		{"CANARY\xff\n", &by_one, "keys:1: this is no UTF-8"},
		{"commune,number\nCANARY,1\n", &by_two, "key column nr"},
		{"commune,nr\n", &by_two, "no key"},
		{"commune,nr\nCANARY\n", &by_two, "keys:2"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_key_list list;

		cr_assert_eq(parse(cases[i].text, cases[i].stream, &list), GW_CONFIG, "%s",
			     cases[i].text);
		cr_assert_not_null(strstr(err.text, cases[i].why), "%s: %s", cases[i].why,
				   err.text);
		cr_assert_null(strstr(err.text, "CANARY"), "%s", err.text);
		gw_key_list_release(&list);
	}
}
