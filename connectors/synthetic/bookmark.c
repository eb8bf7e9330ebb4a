#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "synthetic/parts.h"

enum { PARTS = 6, TEXT_MAX = 200 };

static const char *const phase_names[] = {
	[GW_SYN_SNAPSHOT] = "snapshot", [GW_SYN_CHANGES] = "changes", [GW_SYN_ONCE] = "once"};

/* A line of words: "synthetic SHAPE PHASE MOMENT ROW AGAIN". */
enum gw_status
gw_syn_bookmark_write(const struct gw_syn_state *state, struct gw_bookmark *out,
		      struct gw_error *err)
{
	int len = snprintf((char *)out->bytes, sizeof out->bytes,
			   "synthetic %016" PRIx64 " %s %" PRId64 " %" PRId64 " %d", state->shape,
			   phase_names[state->phase], state->moment, state->row, state->again);

	(void)err;
	out->len = (uint32_t)len;
	return GW_OK;
}

static bool
read_phase(const char *word, enum gw_syn_phase *out)
{
	for (size_t i = 0; i < sizeof phase_names / sizeof phase_names[0]; i++) {
		if (strcmp(phase_names[i], word) != 0)
			continue;
		*out = (enum gw_syn_phase)i;
		return true;
	}
	return false;
}

static bool
read_number(const char *word, int64_t most, int64_t *out)
{
	return gw_parse_i64(word, strlen(word), out) && *out >= 0 && *out <= most;
}

static bool
read_words(char *const word[PARTS], struct gw_syn_state *out)
{
	unsigned char shape[sizeof out->shape];
	int64_t again;

	if (strcmp(word[0], "synthetic") != 0 ||
	    !gw_hex_decode(word[1], strlen(word[1]), shape, sizeof shape) ||
	    !read_phase(word[2], &out->phase) ||
	    !read_number(word[3], GW_SYN_MOMENTS, &out->moment) ||
	    !read_number(word[4], INT64_MAX, &out->row) || !read_number(word[5], 1, &again))
		return false;
	out->again = again != 0;
	out->shape = 0;
	for (size_t i = 0; i < sizeof shape; i++)
		out->shape = out->shape << 8 | shape[i];
	return true;
}

enum gw_status
gw_syn_bookmark_read(const struct gw_bookmark *bookmark, struct gw_syn_state *out,
		     struct gw_error *err)
{
	char text[TEXT_MAX], *rest = text, *word[PARTS];
	struct gw_syn_state state;
	size_t n = 0;

	if (bookmark->len < sizeof text) {
		memcpy(text, bookmark->bytes, bookmark->len);
		text[bookmark->len] = '\0';
		while (n < PARTS && (word[n] = strsep(&rest, " ")) != NULL)
			n++;
		if (n == PARTS && rest == NULL && read_words(word, &state)) {
			*out = state;
			return GW_OK;
		}
	}
	return gw_fail(err, GW_CONFIG, "%s",
		       _("the stored position is not one of this connector, or was written "
			 "by a later version of songma"));
}
