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
		gw_hmac_run(hmac, "0378123456", 10, one);
		gw_pseudonym(&key, GW_ID_PHONE, "0378123456", 10, two);
		cr_assert_arr_eq(one, two, 32);
	}
	gw_hmac_free(hmac);
	gw_hmac_free(NULL);
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
