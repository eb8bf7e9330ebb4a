#include "reconcile/buckets.h"

#include <string.h>
#include <xxhash.h>

/* "SGB1": another way to hash or to pack gets another number. */
#define FORMAT UINT32_C(0x53474231)

uint64_t
gw_bucket_hash(const char *key, size_t len)
{
	return XXH3_64bits(key, len);
}

void
gw_buckets_add(struct gw_buckets *buckets, const char *key, size_t len, int64_t hash)
{
	uint64_t key_hash = gw_bucket_hash(key, len);
	size_t bucket = gw_bucket_of(key_hash);

	/* Together with the key, so that two rows that change their places don't add up the same.
	 */
	buckets->sums[bucket] += XXH3_64bits_withSeed(&hash, sizeof hash, key_hash);
	buckets->counts[bucket]++;
	buckets->rows++;
	buckets->key_bytes += (int64_t)len;
}

void
gw_buckets_pack(const struct gw_buckets *buckets, struct gw_buf *out)
{
	(void)gw_buf_reserve(out, GW_BUCKETS_PACKED);
	(void)gw_buf_put_u32(out, FORMAT);
	(void)gw_buf_put_u64(out, (uint64_t)buckets->rows);
	(void)gw_buf_put_u64(out, (uint64_t)buckets->rejected);
	(void)gw_buf_put_u64(out, (uint64_t)buckets->key_bytes);
	(void)gw_buf_put_u64(out, (uint64_t)buckets->version);
	for (size_t i = 0; i < GW_BUCKETS; i++) {
		(void)gw_buf_put_u64(out, buckets->sums[i]);
		(void)gw_buf_put_u32(out, buckets->counts[i]);
	}
}

static uint64_t
take(const unsigned char **at, size_t size)
{
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | (*at)[i];
	*at += size;
	return n;
}

bool
gw_buckets_unpack(const unsigned char *bytes, size_t len, struct gw_buckets *out)
{
	const unsigned char *at = bytes;

	if (len != GW_BUCKETS_PACKED || take(&at, 4) != FORMAT)
		return false;
	out->rows = (int64_t)take(&at, 8);
	out->rejected = (int64_t)take(&at, 8);
	out->key_bytes = (int64_t)take(&at, 8);
	out->version = (int64_t)take(&at, 8);
	for (size_t i = 0; i < GW_BUCKETS; i++) {
		out->sums[i] = take(&at, 8);
		out->counts[i] = (uint32_t)take(&at, 4);
	}
	return out->rows >= 0 && out->rejected >= 0 && out->key_bytes >= 0;
}
