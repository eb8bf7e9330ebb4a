/*
 * What a pull tells its caller while it works.
 */
#include "pull/internal.h"

#include <string.h>

void
gw_pull_tell(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_run *run, bool ended)
{
	struct gw_pull_progress progress = {
		.source = pull->source->name,
		.stream = lane->plan->stream->name,
		.counts = run->counts,
		.ended = ended,
		.empty = ended && run->counts.read == 0 && run->counts.deleted == 0,
		.notice = pull->batch.notice,
		.version = lane->position.last_version,
	};

	memcpy(progress.run, run->id, sizeof progress.run);
	if (pull->progress != NULL)
		pull->progress(pull->arg, &progress);
}

void
gw_pull_notice(struct gw_pull *pull, const char *stream, const char *text)
{
	const struct gw_pull_progress progress = {
		.source = pull->source->name,
		.stream = stream,
		.empty = true,
		.notice = text,
		.version = pull->last_version,
	};

	if (pull->progress != NULL)
		pull->progress(pull->arg, &progress);
}
