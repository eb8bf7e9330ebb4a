#include <criterion/criterion.h>
#include <string.h>

#include "avro/codec.h"

Test(frame, puts_a_zero_and_the_number_most_significant_first)
{
	unsigned char frame[GW_FRAME_SIZE];

	gw_frame_put(frame, 0x01020304);
	cr_assert_arr_eq(frame, "\0\1\2\3\4", GW_FRAME_SIZE);
}

Test(frame, gives_the_number_back)
{
	static const int32_t ids[] = {0, 1, 255, 256, 65536, INT32_MAX};

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		unsigned char frame[GW_FRAME_SIZE + 3] = {0};
		struct gw_error err;
		int32_t id = -1;

		gw_frame_put(frame, ids[i]);
		cr_assert_eq(gw_frame_get(frame, sizeof frame, &id, &err), GW_OK);
		cr_assert_eq(id, ids[i]);
	}
}

Test(frame, rejects_what_is_not_one_and_leaves_the_number_alone)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"", 0}, {"\0\0\0\1", 4}, {"\1\0\0\0\1", 5}, {"{\"a\":1}", 7}, {"\0\xff\0\0\1", 5},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_error err = {0};
		int32_t id = 7;

		cr_assert_eq(gw_frame_get((const unsigned char *)cases[i].bytes, cases[i].len, &id,
					  &err),
			     GW_REJECT, "case %zu", i);
		cr_assert_eq(id, 7);
		cr_assert_neq(err.text[0], '\0');
	}
}
