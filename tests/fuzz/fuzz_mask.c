/*
 * Any value of any field as it is shown to a person: text that a terminal
 * takes and, of what is somebody's, no more than six of its digits.
 */
#include "normalise/normalise.h"
#include "values.h"

enum { SHOWN_DIGITS = 6 };

static const struct gw_schema_field fields[] = {
	{.name = "public", .type = GW_AVRO_STRING, .privacy = GW_PUBLIC},
	{.name = "identifier",
	 .type = GW_AVRO_FIXED,
	 .privacy = GW_IDENTIFIER,
	 .identifier = GW_ID_CITIZEN_NUMBER},
	{.name = "personal", .type = GW_AVRO_STRING, .privacy = GW_PERSONAL},
	{.name = "born",
	 .type = GW_AVRO_STRING,
	 .logical = GW_LOGICAL_PARTIAL_DATE,
	 .privacy = GW_PERSONAL},
	{.name = "sensitive", .type = GW_AVRO_STRING, .privacy = GW_SENSITIVE},
};

static size_t
digits_in(const char *text)
{
	size_t digits = 0;

	for (; *text != '\0'; text++)
		digits += *text >= '0' && *text <= '9';
	return digits;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gw_schema_field *field;
	struct gw_value value;
	size_t room;
	char *out;

	if (size < 3)
		return 0;
	field = &fields[data[0] % (sizeof fields / sizeof fields[0])];
	room = data[1];
	data += 2;
	size -= 2;
	value = value_take_valid(&data, &size);
	if (value.kind == GW_UNHELD) /* shown as it is: a word of ours */
		return 0;
	out = malloc(room); /* exactly so long: a byte more is seen */
	require(out != NULL || room == 0);
	gw_mask(field, &value, out, room);
	if (room > 0) {
		require(gw_utf8_valid(out, strlen(out)));
		for (const char *p = out; *p != '\0'; p++)
			require((unsigned char)*p >= ' ' && *p != 0x7f);
		if (field->privacy != GW_PUBLIC && value.kind != GW_BYTES)
			require(digits_in(out) <= SHOWN_DIGITS);
	}
	free(out);
	return 0;
}
