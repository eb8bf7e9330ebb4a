#include <criterion/criterion.h>
#include <string.h>

#include "kafka/header.h"

static const struct gw_header sample = {
	.operation = GW_OP_CHANGE,
	.version = 0x0102030405060708,
	.mapping = UINT64_C(0xf1f2f3f4f5f6f7f8),
	.run = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad,
		0xae, 0xaf},
};

static const unsigned char sample_bytes[GW_HEADER_SIZE] = {
	1,    'c',  1,    2,    3,    4,    5,    6,    7,    8,    0xf1, 0xf2,
	0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
	0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
};

Test(header, stands_on_the_wire_as_documented)
{
	unsigned char bytes[GW_HEADER_SIZE];

	gw_header_pack(&sample, bytes);
	cr_assert_arr_eq(bytes, sample_bytes, GW_HEADER_SIZE, "another layout");
}

Test(header, comes_back_as_it_went)
{
	static const enum gw_operation operations[] = {GW_OP_SNAPSHOT, GW_OP_CHANGE, GW_OP_RESENT,
						       GW_OP_LATE,     GW_OP_REPAIR, GW_OP_DELETE};
	static const int64_t versions[] = {0, 1, INT64_MAX};
	unsigned char bytes[GW_HEADER_SIZE];
	struct gw_error err;

	for (size_t o = 0; o < sizeof operations / sizeof operations[0]; o++)
		for (size_t v = 0; v < 3; v++) {
			struct gw_header in = sample, out;

			in.operation = operations[o];
			in.version = versions[v];
			gw_header_pack(&in, bytes);
			cr_assert_eq(gw_header_unpack(bytes, sizeof bytes, &out, &err), GW_OK, "%s",
				     err.text);
			cr_assert_eq(out.operation, in.operation, "operation %zu", o);
			cr_assert_eq(out.version, in.version, "version %zu", v);
			cr_assert_eq(out.mapping, in.mapping, "mapping");
			cr_assert_arr_eq(out.run, in.run, sizeof in.run, "run");
		}
}

struct bad {
	const char *what;
	size_t len;
	size_t at;
	unsigned char byte;
};

static const struct bad bads[] = {
	{"nothing", 0, 0, 1},
	{"one byte short", GW_HEADER_SIZE - 1, 0, 1},
	{"one byte long", GW_HEADER_SIZE + 1, 0, 1},
	{"format 0", GW_HEADER_SIZE, 0, 0},
	{"format 2", GW_HEADER_SIZE, 0, 2},
	{"operation NUL", GW_HEADER_SIZE, 1, 0},
	{"operation x", GW_HEADER_SIZE, 1, 'x'},
	{"a negative version", GW_HEADER_SIZE, 2, 0x80},
};

Test(header, refuses_what_is_not_one)
{
	struct gw_error err;

	for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
		unsigned char bytes[GW_HEADER_SIZE + 1] = {0};
		struct gw_header out = {.version = 77};

		memcpy(bytes, sample_bytes, GW_HEADER_SIZE);
		bytes[bads[i].at] = bads[i].byte;
		cr_assert_eq(gw_header_unpack(bytes, bads[i].len, &out, &err), GW_REJECT, "%s",
			     bads[i].what);
		cr_assert_eq(out.version, 77, "%s: the output was touched", bads[i].what);
	}
	cr_assert_eq(gw_header_unpack(NULL, 0, &(struct gw_header){0}, &err), GW_REJECT, "NULL");
}
