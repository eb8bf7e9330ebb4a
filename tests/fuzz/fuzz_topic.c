/*
 * Any text as the name of a topic: passed over, or taken apart so that its
 * parts make the name again.
 */
#include <stdio.h>

#include "fuzz.h"
#include "load/stage.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = fuzz_text(data, size);
	char made[1000];
	struct gw_topic topic;

	if (gw_topic_parse("songma", name, &topic)) {
		require_same_text(topic.name, name);
		require((topic.source[0] == '\0') == (topic.content == GW_CONTENT_ACTS));
		require((topic.stream[0] == '_') == (topic.content != GW_CONTENT_RECORDS));
		require(strchr(topic.source, '.') == NULL);
		(void)snprintf(made, sizeof made, "songma.%s%s%s", topic.source,
			       topic.source[0] == '\0' ? "" : ".", topic.stream);
		require_same_text(made, name);
	}
	free(name);
	return 0;
}
