/*
 * What tests of messages as JSON text share: a buffer for the text and an arena
 * for what is read of it, made anew for each test.
 */
#ifndef MESSAGE_CASE_H
#define MESSAGE_CASE_H

#include <criterion/criterion.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"

static struct gw_buf text;
static struct gw_arena arena;

static inline void
message_case_make(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	gw_buf_init(&text, 65536);
	gw_arena_init(&arena, 1024 * 1024);
}

static inline void
message_case_drop(void)
{
	gw_buf_release(&text);
	gw_arena_release(&arena);
}

#endif
