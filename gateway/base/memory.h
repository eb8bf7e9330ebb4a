/*
 * Memory that runs out where nobody can say so: in a buffer, an arena or a
 * library that only answers "no".
 *
 * What such a "no" would otherwise be taken for is worse: a good record set
 * aside as a bad one, a right file refused.  So it is noted here, and the next
 * failure of the thread is said to be that of memory, whatever else it would
 * have been.
 */
#ifndef GW_MEMORY_H
#define GW_MEMORY_H

#include <stdbool.h>

/* Notes that an allocation of this thread failed. */
void gw_memory_lost(void);

/* Whether one was noted since the last call. */
bool gw_memory_was_lost(void);

#endif
