/*
 * Avro-C's own headers.  Include this and never <avro.h>: Avro-C asks for its
 * <avro/schema.h>, and would find ours of that name first.  The one behind ours
 * in the search path is taken before it can ask.
 */
#ifndef GW_AVROC_H
#define GW_AVROC_H

/* Compiled on its own it has no place in the search path to go on from. */
#if __INCLUDE_LEVEL__ > 0

/* #include_next is no part of C; nothing else stands here that a warning could be about. */
#pragma GCC system_header

#include_next <avro/schema.h>

#include <avro.h>

#endif
#endif
