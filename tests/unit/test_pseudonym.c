#include <criterion/criterion.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "normalise/hmac.h"

static void
init(void)
{
	cr_assert_geq(sodium_init(), 0);
}

TestSuite(pseudonym, .init = init);

static struct gw_pseudonym_key
key_of(unsigned char byte)
{
	struct gw_pseudonym_key key;

	memset(key.secret, byte, sizeof key.secret);
	return key;
}

Test(pseudonym, is_the_hmac_of_kind_and_value)
{
	/* printf 'citizen_number\037038156001234' | openssl dgst -sha256 -mac HMAC -macopt
	 * hexkey:0101… */
	static const char expected[] =
		"05cb4f9bdf65563eb4a2d2fb65e4ab621c2c05c9eff3d49c47e6a634f8ef907d";
	struct gw_pseudonym_key key = key_of(1);
	unsigned char hash[32];
	char hex[65];

	gw_pseudonym(&key, GW_ID_CITIZEN_NUMBER, "038156001234", 12, hash);
	gw_hex_encode(hash, sizeof hash, hex);
	cr_assert_str_eq(hex, expected);
}

Test(pseudonym, keeps_kinds_and_keys_apart)
{
	struct gw_pseudonym_key one = key_of(1), two = key_of(2);
	unsigned char citizen[32], tax[32], other[32];

	gw_pseudonym(&one, GW_ID_CITIZEN_NUMBER, "038156001234", 12, citizen);
	gw_pseudonym(&one, GW_ID_TAX, "038156001234", 12, tax);
	gw_pseudonym(&two, GW_ID_CITIZEN_NUMBER, "038156001234", 12, other);
	cr_assert_neq(memcmp(citizen, tax, 32), 0);
	cr_assert_neq(memcmp(citizen, other, 32), 0);
}

Test(pseudonym, comes_out_the_same_from_a_begun_hash)
{
	struct gw_pseudonym_key key = key_of(3);
	struct gw_hmac *hmac = gw_hmac_new(&key, gw_identifier_name(GW_ID_PHONE));
	unsigned char one[32], two[32];

	cr_assert_not_null(hmac);
	for (int i = 0; i < 2; i++) {
		cr_assert(gw_hmac_run(hmac, "0378123456", 10, one));
		gw_pseudonym(&key, GW_ID_PHONE, "0378123456", 10, two);
		cr_assert_arr_eq(one, two, 32);
	}
	gw_hmac_free(hmac);
	gw_hmac_free(NULL);
}

/* RFC 4231, the cases whose key fits; its keys end with zeros as well as with their length. */
Test(pseudonym, is_the_hmac_of_the_standard)
{
	static const struct {
		const char *key, *data, *hash;
	} cases[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
		 "dddddddddddddddddddddddddddddddd",
		 "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{"0102030405060708090a0b0c0d0e0f10111213141516171819",
		 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		 "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_pseudonym_key key = key_of(0);
		unsigned char data[64], hash[GW_HMAC_SIZE];
		char hex[GW_HMAC_HEX + 1];
		size_t len = strlen(cases[i].data) / 2;
		struct gw_hmac *hmac;

		cr_assert(gw_hex_decode(cases[i].key, strlen(cases[i].key), key.secret,
					strlen(cases[i].key) / 2));
		cr_assert(gw_hex_decode(cases[i].data, len * 2, data, len));
		hmac = gw_hmac_new(&key, NULL);
		cr_assert_not_null(hmac);
		cr_assert(gw_hmac_run(hmac, (const char *)data, len, hash));
		gw_hex_encode(hash, sizeof hash, hex);
		cr_assert_str_eq(hex, cases[i].hash, "case %zu", i);
		gw_hmac_free(hmac);
	}
}

Test(pseudonym, comes_out_the_same_for_values_of_any_length)
{
	struct gw_pseudonym_key key = key_of(9);
	struct gw_hmac *hmac = gw_hmac_new(&key, gw_identifier_name(GW_ID_TAX));
	unsigned char one[GW_HMAC_SIZE], two[GW_HMAC_SIZE];
	char value[200];

	memset(value, 'v', sizeof value);
	for (size_t len = 0; len <= sizeof value; len++) {
		cr_assert(gw_hmac_run(hmac, value, len, one));
		gw_pseudonym(&key, GW_ID_TAX, value, len, two);
		cr_assert_arr_eq(one, two, GW_HMAC_SIZE, "%zu bytes", len);
	}
	gw_hmac_free(hmac);
}

Test(pseudonym, has_a_key_id_that_is_public_and_steady)
{
	struct gw_pseudonym_key one = key_of(1), two = key_of(2);
	char a[17], b[17], again[17];

	gw_pseudonym_key_id(&one, a);
	gw_pseudonym_key_id(&one, again);
	gw_pseudonym_key_id(&two, b);
	cr_assert_eq(strlen(a), 16);
	cr_assert_str_eq(a, again);
	cr_assert_str_neq(a, b);
	cr_assert_null(strstr("01010101010101010101", a));
}
