/*
 * What serve writes down: read back as it was, refused where it is something else, and the lock.
 */
#include "serve/state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder_case.h"

static struct gw_config config;
static struct gw_serve_state *state;

static void
make(void)
{
	folder_make();
	config = (struct gw_config){.state_dir = strdup(in_folder("run"))};
	state = calloc(1, sizeof *state);
	*state = (struct gw_serve_state){.pid = 4711, .at_us = 1763798400123456, .count = 2};
	state->duties[0] = (struct gw_duty){
		.name = "health",
		.kind = "pull",
		.source = "health",
		.title = "Y tế",
		.owner = "Sở \"Y\" tế",
		.state = GW_DUTY_AWAY,
		.with = GW_AT_SOURCE,
		.cause = "máy chủ\nkhông trả lời",
		.since_us = 1763798400000001,
		.next_us = 1763798460000000,
		.pid = 4712,
		.restarts = 3,
		.told = true,
	};
	state->duties[1] = (struct gw_duty){.name = "load", .kind = "load", .state = GW_DUTY_OK};
}

static void
drop(void)
{
	free(config.state_dir);
	free(state);
	folder_drop();
}

TestSuite(serve_state, .init = make, .fini = drop);

static void
expect_same(const struct gw_serve_state *a, const struct gw_serve_state *b)
{
	cr_assert_eq(a->pid, b->pid);
	cr_assert_eq(a->at_us, b->at_us);
	cr_assert_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct gw_duty *x = &a->duties[i], *y = &b->duties[i];

		cr_assert_str_eq(x->name, y->name);
		cr_assert_str_eq(x->kind, y->kind);
		cr_assert_str_eq(x->source, y->source);
		cr_assert_str_eq(x->title, y->title);
		cr_assert_str_eq(x->owner, y->owner);
		cr_assert_str_eq(x->cause, y->cause);
		cr_assert_eq(x->state, y->state);
		cr_assert_eq(x->with, y->with);
		cr_assert_eq(x->since_us, y->since_us);
		cr_assert_eq(x->next_us, y->next_us);
		cr_assert_eq(x->pid, y->pid);
		cr_assert_eq(x->restarts, y->restarts);
		cr_assert_eq(x->told, y->told);
	}
}

Test(serve_state, is_read_back_as_it_was_written)
{
	struct gw_serve_state *back = NULL;
	struct gw_error err = {0};
	struct stat st;
	int lock = -1;

	(void)umask(077);
	cr_assert_eq(gw_serve_lock(&config, &lock, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_serve_write(&config, state, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_serve_write(&config, state, &err), GW_OK, "again: %s", err.text);
	cr_assert_eq(stat("run/serve.json", &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0644, "everybody may read it");
	cr_assert_eq(access("run/serve.json.new", F_OK), -1);
	cr_assert_eq(gw_serve_read(&config, &back, &err), GW_OK, "%s", err.text);
	expect_same(back, state);
	cr_assert(back->running);
	free(back);
	close(lock);
}

Test(serve_state, says_what_runs_only_while_the_lock_is_held)
{
	struct gw_serve_state *back = NULL;
	struct gw_error err = {0};
	int lock = -1;

	cr_assert_not(gw_serve_runs(&config, "health"), "nothing was ever started");
	cr_assert_eq(gw_serve_lock(&config, &lock, &err), GW_OK, "%s", err.text);
	cr_assert_not(gw_serve_runs(&config, "health"), "nothing is written yet");
	cr_assert_eq(gw_serve_write(&config, state, &err), GW_OK, "%s", err.text);
	cr_assert(gw_serve_runs(&config, "health"));
	cr_assert_not(gw_serve_runs(&config, "justice"));
	cr_assert_not(gw_serve_runs(&config, ""), "a load is no pull");
	close(lock);
	cr_assert_not(gw_serve_runs(&config, "health"));
	cr_assert_eq(gw_serve_read(&config, &back, &err), GW_OK);
	cr_assert_not(back->running);
	cr_assert_eq(back->count, 2, "what it was like at the end can still be read");
	free(back);
}

Test(serve_state, is_empty_where_nothing_ever_ran)
{
	struct gw_serve_state *back = NULL;
	struct gw_error err = {0};

	cr_assert_eq(gw_serve_read(&config, &back, &err), GW_OK, "%s", err.text);
	cr_assert_eq(back->count, 0);
	cr_assert_eq(back->pid, 0);
	cr_assert_not(back->running);
	free(back);
}

Test(serve_state, a_second_lock_is_refused)
{
	struct gw_error err = {0};
	int first = -1, second = -1;

	cr_assert_eq(gw_serve_lock(&config, &first, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_serve_lock(&config, &second, &err), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "runs here already"));
	cr_assert_eq(second, -1);
	close(first);
	cr_assert_eq(gw_serve_lock(&config, &second, &err), GW_OK, "%s", err.text);
	close(second);
}

Test(serve_state, a_folder_that_cannot_be_made_is_named)
{
	struct gw_error err = {0};
	int lock = -1;

	put_file("run", "no folder", 0644);
	cr_assert_eq(gw_serve_lock(&config, &lock, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "serve.state_dir"), "%s", err.text);
}

Test(serve_state, what_is_something_else_is_refused)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"format\": \"serve/2\", \"duties\": []}",
		"{\"format\": \"serve/1\", \"duties\": [{}]}",
		"{\"format\": \"serve/1\", \"duties\": [{\"state\": \"odd\", \"with\": \"here\"}]}",
		"{\"format\": \"serve/1\", \"duties\": [{\"state\": \"ok\", \"with\": \"odd\"}]}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_error err = {0};

		cr_assert_eq(gw_serve_decode(texts[i], strlen(texts[i]), state, &err), GW_REJECT,
			     "%s", texts[i]);
	}
}

Test(serve_state, holds_no_more_duties_than_it_has_room_for)
{
	struct gw_error err = {0};
	struct gw_buf text;

	gw_buf_init(&text, GW_SERVE_STATE_MAX);
	gw_buf_puts(&text, "{\"format\": \"serve/1\", \"duties\": [");
	for (int i = 0; i <= GW_SERVE_DUTIES; i++)
		gw_buf_printf(&text, "%s{\"state\": \"ok\", \"with\": \"here\"}",
			      i == 0 ? "" : ", ");
	gw_buf_puts(&text, "]}");
	cr_assert_eq(gw_serve_decode(text.data, text.len, state, &err), GW_REJECT);
	gw_buf_release(&text);
}

Test(serve_state, the_fullest_state_fits_its_file)
{
	struct gw_error err = {0};
	struct gw_buf text;

	state->count = GW_SERVE_DUTIES;
	for (size_t i = 0; i < state->count; i++) {
		struct gw_duty *duty = &state->duties[i];

		*duty = state->duties[0];
		memset(duty->cause, '\n', sizeof duty->cause - 1);
		memset(duty->title, '"', sizeof duty->title - 1);
		memset(duty->owner, '"', sizeof duty->owner - 1);
	}
	gw_buf_init(&text, GW_SERVE_STATE_MAX);
	cr_assert_eq(gw_serve_encode(state, &text, &err), GW_OK, "%s", err.text);
	gw_buf_release(&text);
}
