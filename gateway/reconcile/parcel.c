#include "reconcile/parcel.h"

#include <string.h>

#define FORMAT UINT32_C(0x53475031) /* "SGP1" */

enum {
	AT_MORE = 4 + 8 + 8,
	HEAD = AT_MORE + 1 + GW_BUCKETS / 8,
	ENTRY = 1 + 2 + 8, /* kind, length of the key, hash; then the key */
};

void
gw_parcel_begin(const struct gw_parcel_head *head, struct gw_buf *out)
{
	(void)gw_buf_put_u32(out, FORMAT);
	(void)gw_buf_put_u64(out, (uint64_t)head->allow);
	(void)gw_buf_put_u64(out, (uint64_t)head->rows);
	(void)gw_buf_putc(out, head->more ? 1 : 0);
	(void)gw_buf_append(out, head->set.bits, sizeof head->set.bits);
}

void
gw_parcel_mark_more(struct gw_buf *out)
{
	if (out->len > AT_MORE)
		out->data[AT_MORE] = 1;
}

size_t
gw_parcel_room(const struct gw_parcel_entry *entry)
{
	return ENTRY + entry->len;
}

void
gw_parcel_add(const struct gw_parcel_entry *entry, struct gw_buf *out)
{
	(void)gw_buf_putc(out, (char)entry->kind);
	(void)gw_buf_put_u16(out, (uint16_t)entry->len);
	(void)gw_buf_put_u64(out, (uint64_t)entry->hash);
	(void)gw_buf_append(out, entry->key, entry->len);
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
gw_parcel_open(const unsigned char *bytes, size_t len, struct gw_parcel_head *head,
	       struct gw_parcel_reader *out)
{
	const unsigned char *at = bytes;

	if (len < HEAD || take(&at, 4) != FORMAT)
		return false;
	head->allow = (int64_t)take(&at, 8);
	head->rows = (int64_t)take(&at, 8);
	head->more = *at++ != 0;
	memcpy(head->set.bits, at, sizeof head->set.bits);
	*out = (struct gw_parcel_reader){.at = at + sizeof head->set.bits, .end = bytes + len};
	return true;
}

int
gw_parcel_next(struct gw_parcel_reader *reader, struct gw_parcel_entry *entry)
{
	const unsigned char *at = reader->at;
	uint64_t kind;

	if (at == reader->end)
		return 0;
	if (reader->end - at < ENTRY)
		return -1;
	kind = take(&at, 1);
	entry->len = (size_t)take(&at, 2);
	entry->hash = (int64_t)take(&at, 8);
	if (kind >= GW_DIFFERENCES || entry->len == 0 || (size_t)(reader->end - at) < entry->len)
		return -1;
	entry->kind = (enum gw_difference)kind;
	entry->key = (const char *)at;
	reader->at = at + entry->len;
	return 1;
}
