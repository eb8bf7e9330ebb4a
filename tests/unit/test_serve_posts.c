/*
 * Which duties the files ask for, and what changes when they are read again.
 */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/internal.h"
#include "source_case.h"

static struct gw_supervisor supervisor;
static struct gw_error failure;

#define SONGMA                                                                                     \
	"kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                   \
	"registry: {url: http://127.0.0.1:8081}\n"

static void
put_source(const char *name, const char *title)
{
	char text[2048], path[128];

	(void)snprintf(path, sizeof path, "sources/%s.yaml", name);
	(void)snprintf(text, sizeof text,
		       "source: %s\ntitle: %s\nowner: Sở Y tế\nconnector: postgres\n"
		       "connection_file: secrets/health.dsn\ntime_zone: Asia/Ho_Chi_Minh\n" STREAM,
		       name, title);
	put_file(path, text, 0644);
}

static void
make(void)
{
	sources_make();
	cr_assert_geq(sodium_init(), 0);
	put_file("songma.yaml", SONGMA, 0644);
	put_source("health", "Y tế");
	put_source("justice", "Tư pháp");
	supervisor = (struct gw_supervisor){.plan = {.loads = 2}};
	supervisor.posts = calloc(GW_POSTS, sizeof *supervisor.posts);
	supervisor.children = calloc(GW_POSTS, sizeof *supervisor.children);
	failure = (struct gw_error){0};
}

static void
drop(void)
{
	gw_config_free(supervisor.config);
	free(supervisor.posts);
	free(supervisor.children);
	folder_drop();
}

TestSuite(posts, .init = make, .fini = drop);

static enum gw_status
take(void)
{
	struct gw_config *read = NULL;

	if (gw_config_read("songma.yaml", &read, &failure) != GW_OK)
		return failure.status;
	return gw_posts_take(&supervisor, read, &failure);
}

static struct gw_post *
post(const char *name)
{
	static struct gw_post nobody;
	size_t i = 0;

	while (i < supervisor.count && strcmp(supervisor.posts[i].duty.name, name) != 0)
		i++;
	cr_assert_lt(i, supervisor.count, "there is no %s", name);
	return i < supervisor.count ? &supervisor.posts[i] : &nobody;
}

static bool
has(const char *name)
{
	for (size_t i = 0; i < supervisor.count; i++)
		if (strcmp(supervisor.posts[i].duty.name, name) == 0)
			return true;
	return false;
}

static void
start_all(void)
{
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	for (size_t i = 0; i < supervisor.count; i++)
		supervisor.posts[i].alive = true;
}

Test(posts, every_source_and_every_load_is_a_duty)
{
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_eq(supervisor.count, 4);
	cr_assert(has("load"));
	cr_assert(has("load-2"));
	cr_assert_str_eq(post("health")->duty.title, "Y tế");
	cr_assert_str_eq(post("health")->duty.owner, "Sở Y tế");
	cr_assert_str_eq(post("load")->duty.source, "");
	cr_assert_eq(post("health")->patience_us, INT64_C(180) * 1000000,
		     "twice a statement's 60 s and a minute");
	cr_assert_eq(post("load")->patience_us, INT64_C(300) * 1000000);
}

Test(posts, the_configuration_may_set_the_patience)
{
	put_file("songma.yaml", SONGMA "serve: {watchdog: 7s}\n", 0644);
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_eq(post("health")->patience_us, 7000000);
	cr_assert_eq(post("load")->patience_us, 7000000);
}

Test(posts, only_the_named_sources_are_served)
{
	static const char *const names[] = {"justice"};

	supervisor.plan = (struct gw_serve_plan){.names = names, .nnames = 1, .loads = 1};
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_eq(supervisor.count, 2);
	cr_assert(has("justice"));
}

Test(posts, files_that_are_as_before_change_nothing)
{
	start_all();
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	for (size_t i = 0; i < supervisor.count; i++) {
		cr_assert_not(supervisor.posts[i].renewing);
		cr_assert_not(supervisor.posts[i].leaving);
	}
	cr_assert_eq(supervisor.count, 4);
}

Test(posts, a_changed_source_is_renewed_alone)
{
	start_all();
	put_source("health", "Y tế mới");
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert(post("health")->renewing);
	cr_assert_str_eq(post("health")->duty.title, "Y tế mới");
	cr_assert_not(post("justice")->renewing);
	cr_assert_not(post("load")->renewing);
}

/* What was mended need not be in a file: a right, a table. */
Test(posts, a_duty_with_a_stream_that_needs_mending_is_renewed_with_the_same_files)
{
	start_all();
	post("health")->duty.state = GW_DUTY_FAILED;
	post("justice")->duty.state = GW_DUTY_AWAY;
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert(post("health")->renewing);
	cr_assert_not(post("justice")->renewing);
}

Test(posts, a_changed_configuration_renews_all)
{
	start_all();
	put_file("songma.yaml", SONGMA "prefix: other\n", 0644);
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	for (size_t i = 0; i < supervisor.count; i++)
		cr_assert(supervisor.posts[i].renewing, "%s", supervisor.posts[i].duty.name);
	cr_assert_str_eq(supervisor.config->prefix, "other");
}

Test(posts, a_source_comes_and_goes)
{
	start_all();
	put_source("land", "Đất đai");
	unlink("sources/justice.yaml");
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert(has("land"));
	cr_assert_not(post("land")->alive);
	cr_assert(post("justice")->leaving);
	cr_assert_not(post("health")->leaving || post("health")->renewing);
	gw_posts_drop(&supervisor, (size_t)(post("justice") - supervisor.posts));
	cr_assert_not(has("justice"));
	cr_assert_eq(supervisor.count, 4);
}

Test(posts, a_source_that_comes_back_while_it_leaves_is_renewed)
{
	start_all();
	unlink("sources/justice.yaml");
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	put_source("justice", "Tư pháp");
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_not(post("justice")->leaving);
	cr_assert(post("justice")->renewing);
}

Test(posts, a_source_without_streams_is_no_duty_until_it_has_one)
{
	put_file("sources/land.yaml",
		 "source: land\ntitle: Đất đai\nowner: Sở Đất\nconnector: postgres\n"
		 "connection_file: secrets/land.dsn\ntime_zone: Asia/Ho_Chi_Minh\nstreams:\n",
		 0644);
	start_all();
	cr_assert_eq(supervisor.count, 4, "the others are served");
	cr_assert_not(has("land"));
	put_source("land", "Đất đai");
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_str_eq(post("land")->duty.title, "Đất đai");
	cr_assert_not(post("health")->leaving || post("health")->renewing);
	put_file("sources/land.yaml",
		 "source: land\ntitle: Đất đai\nowner: Sở Đất\nconnector: postgres\n"
		 "connection_file: secrets/land.dsn\ntime_zone: Asia/Ho_Chi_Minh\nstreams: {}\n",
		 0644);
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert(post("land")->leaving, "and it is none where they are taken away");
}

Test(posts, of_sources_without_streams_alone_the_loads_are_left)
{
	unlink("sources/justice.yaml");
	put_file("sources/health.yaml", HEAD, 0644);
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	cr_assert_eq(supervisor.count, 2);
	cr_assert(has("load"));
}

Test(posts, files_with_a_mistake_change_nothing)
{
	start_all();
	put_source("land", "Đất đai");
	put_file("sources/justice.yaml", "source: justice\n", 0644);
	cr_assert_eq(take(), GW_CONFIG);
	cr_assert_not_null(strstr(failure.text, "justice.yaml:1:1"), "%s", failure.text);
	cr_assert_not(has("land"));
	cr_assert_not(post("justice")->leaving || post("justice")->renewing);
	cr_assert_not_null(supervisor.config);
}

Test(posts, the_trouble_of_the_last_serve_goes_on)
{
	struct gw_serve_state *old = calloc(1, sizeof *old);

	old->at_us = gw_now_us();
	old->count = 3;
	old->duties[0] = (struct gw_duty){.name = "health",
					  .kind = "pull",
					  .state = GW_DUTY_AWAY,
					  .with = GW_AT_SOURCE,
					  .cause = "no answer",
					  .since_us = 77,
					  .told = true};
	old->duties[1] = (struct gw_duty){.name = "gone", .kind = "pull", .state = GW_DUTY_AWAY};
	old->duties[2] = (struct gw_duty){.name = "load", .kind = "load", .state = GW_DUTY_OK};
	cr_assert_eq(take(), GW_OK, "%s", failure.text);
	gw_posts_inherit(&supervisor, old);
	cr_assert_eq(post("health")->duty.state, GW_DUTY_AWAY);
	cr_assert_eq(post("health")->duty.since_us, 77);
	cr_assert(post("health")->notice.told, "so that its end is told too");
	cr_assert_eq(post("load")->duty.state, GW_DUTY_STARTING);
	free(old);
}
