#include "control/answer.h"

#include <string.h>

#include "base/i18n.h"
#include "control/sealed.h"
#include "kafka/json.h"

#define FORMAT "answer/1"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static const char *const states[] = {
	[GW_ANSWER_WORKING] = "working",
	[GW_ANSWER_DONE] = "done",
	[GW_ANSWER_REFUSED] = "refused",
};

enum { STATES = sizeof states / sizeof states[0] };

enum gw_status
gw_answer_encode(const struct gw_answer *answer, struct gw_buf *out, struct gw_error *err)
{
	if (answer->len > GW_ANSWER_DATA)
		return gw_fail(err, GW_FATAL, _("an answer of %zu bytes is too long to be sent"),
			       answer->len);
	return gw_json_write(json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:s?, s:o}", "format",
				       FORMAT, "order", answer->order, "state",
				       states[answer->state], "at", gw_json_time_new(answer->at_us),
				       "rows", (json_int_t)answer->rows, "version",
				       (json_int_t)answer->version, "run",
				       gw_json_run_new(&answer->run), "why", answer->why, "data",
				       answer->len == 0 ? json_null()
							: gw_base64_new(answer->data, answer->len)),
			     out, err);
}

static bool
read_root(const json_t *root, struct gw_arena *arena, struct gw_answer *out)
{
	char format[16];
	unsigned char id[16];
	size_t state;

	if (!gw_json_text(root, "format", format, sizeof format) || strcmp(format, FORMAT) != 0 ||
	    !gw_json_text(root, "order", out->order, sizeof out->order) ||
	    !gw_uuid_parse(out->order, id) ||
	    !gw_json_word(root, "state", states, STATES, &state) ||
	    !gw_json_time(root, "at", &out->at_us))
		return false;
	out->state = (enum gw_answer_state)state;
	return gw_json_i64(root, "rows", 0, &out->rows) &&
	       gw_json_i64(root, "version", 0, &out->version) &&
	       gw_json_run(root, "run", &out->run) &&
	       gw_json_optional(root, "why", arena, &out->why) &&
	       gw_base64_read(root, "data", GW_ANSWER_DATA, arena, &out->data, &out->len);
}

enum gw_status
gw_answer_decode(const char *text, size_t len, struct gw_arena *arena, struct gw_answer *out,
		 struct gw_error *err)
{
	struct gw_answer answer = {.at_us = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool ours = read_root(root, arena, &answer);

	json_decref(root);
	if (!ours)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not an answer that this program has written"));
	*out = answer;
	return GW_OK;
}
