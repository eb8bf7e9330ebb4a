/*
 * What tests of messages as JSON text share: a buffer for the text and an arena
 * for what is read of it, made anew for each test; and the text as somebody else
 * might have written it.
 */
#ifndef MESSAGE_CASE_H
#define MESSAGE_CASE_H

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

static struct gw_buf text;
static struct gw_arena arena;

static inline void
message_case_make(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	gw_buf_init(&text, (size_t)16 * 1024 * 1024);
	gw_arena_init(&arena, (size_t)16 * 1024 * 1024);
}

static inline void
message_case_drop(void)
{
	gw_buf_release(&text);
	gw_arena_release(&arena);
}

/* The text with one part of it exchanged, which must be there; until the next call. */
static inline const char *
text_with(const char *old, const char *new)
{
	static char changed[16384];
	const char *at = strstr(text.data, old);

	cr_assert_not_null(at, "%s is not in %s", old, text.data);
	(void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text.data), text.data, new,
		       at + strlen(old));
	return changed;
}

static inline void
assert_text_or_null(const char *got, const char *want)
{
	if (want == NULL)
		cr_assert_null(got, "%s instead of null", got);
	else
		cr_assert_str_eq(got, want);
}

#endif
