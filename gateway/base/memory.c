#include "base/memory.h"

#include <jansson.h>
#include <stdlib.h>

static _Thread_local bool lost;

void
gw_memory_lost(void)
{
	lost = true;
}

bool
gw_memory_was_lost(void)
{
	bool was = lost;

	lost = false;
	return was;
}

static void *
take(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		gw_memory_lost();
	return p;
}

/* The library tells text that is no JSON from memory that ran out in no reliable way. */
__attribute__((constructor)) static void
watch_json(void)
{
	json_set_alloc_funcs(take, free);
}
