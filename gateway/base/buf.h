/*
 * Text and bytes that grow, up to a maximum that each buffer states.
 *
 * A buffer that failed once (memory, maximum) stays failed until it is cleared,
 * so that a caller may append many times and ask once.  data is always
 * NUL-terminated after a successful append.
 */
#ifndef GW_BUF_H
#define GW_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

void gw_buf_init(struct gw_buf *buf, size_t max);
void gw_buf_release(struct gw_buf *buf);
/* Forgets the content, keeps the memory, forgives a failure. */
void gw_buf_clear(struct gw_buf *buf);

/* Makes room for extra bytes more; returns where they go, or NULL.  Does not change len. */
char *gw_buf_reserve(struct gw_buf *buf, size_t extra);

bool gw_buf_append(struct gw_buf *buf, const void *bytes, size_t len);
bool gw_buf_puts(struct gw_buf *buf, const char *text);
bool gw_buf_putc(struct gw_buf *buf, char c);
bool gw_buf_printf(struct gw_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Big-endian integers, for the wire formats of PostgreSQL and Kafka. */
bool gw_buf_put_u16(struct gw_buf *buf, uint16_t n);
bool gw_buf_put_u32(struct gw_buf *buf, uint32_t n);
bool gw_buf_put_u64(struct gw_buf *buf, uint64_t n);

/* Drops white space at the end. */
void gw_buf_trim(struct gw_buf *buf);

#endif
