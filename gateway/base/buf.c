#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void
gw_buf_init(struct gw_buf *buf, size_t max)
{
	*buf = (struct gw_buf){.max = max};
}

void
gw_buf_release(struct gw_buf *buf)
{
	free(buf->data);
	*buf = (struct gw_buf){.max = buf->max};
}

void
gw_buf_clear(struct gw_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

char *
gw_buf_reserve(struct gw_buf *buf, size_t extra)
{
	size_t cap = buf->cap < 64 ? 64 : buf->cap;
	char *data;

	if (buf->failed || extra > buf->max - buf->len) {
		buf->failed = true;
		return NULL;
	}
	if (buf->data != NULL && extra < buf->cap - buf->len)
		return buf->data + buf->len;
	while (cap - buf->len <= extra)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (data == NULL) {
		gw_memory_lost();
		buf->failed = true;
		return NULL;
	}
	buf->data = data;
	buf->cap = cap;
	return buf->data + buf->len;
}

bool
gw_buf_append(struct gw_buf *buf, const void *bytes, size_t len)
{
	char *to = gw_buf_reserve(buf, len);

	if (to == NULL)
		return false;
	if (len > 0)
		memcpy(to, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool
gw_buf_puts(struct gw_buf *buf, const char *text)
{
	return gw_buf_append(buf, text, strlen(text));
}

bool
gw_buf_putc(struct gw_buf *buf, char c)
{
	return gw_buf_append(buf, &c, 1);
}

bool
gw_buf_printf(struct gw_buf *buf, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	/* There is always one byte more than reserved, for the NUL. */
	to = len < 0 ? NULL : gw_buf_reserve(buf, (size_t)len);
	if (to == NULL) {
		buf->failed = true;
		return false;
	}
	va_start(ap, fmt);
	(void)vsnprintf(to, (size_t)len + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)len;
	return true;
}

static bool
put_big_endian(struct gw_buf *buf, uint64_t n, size_t bytes)
{
	unsigned char out[8];

	for (size_t i = 0; i < bytes; i++)
		out[i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
	return gw_buf_append(buf, out, bytes);
}

bool
gw_buf_put_u16(struct gw_buf *buf, uint16_t n)
{
	return put_big_endian(buf, n, 2);
}

bool
gw_buf_put_u32(struct gw_buf *buf, uint32_t n)
{
	return put_big_endian(buf, n, 4);
}

bool
gw_buf_put_u64(struct gw_buf *buf, uint64_t n)
{
	return put_big_endian(buf, n, 8);
}

void
gw_buf_trim(struct gw_buf *buf)
{
	while (buf->len > 0) {
		char last = buf->data[buf->len - 1];

		if (last != ' ' && last != '\t' && last != '\r' && last != '\n')
			break;
		buf->data[--buf->len] = '\0';
	}
}
