#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "config/source.h"
#include "serve/internal.h"

enum { FILE_MAX = 2 * 1024 * 1024, LOAD_PATIENCE_US = 5 * 60 * 1000000 };

/* The duties as the files want them. */
struct wanted {
	struct gw_post *posts;
	size_t count;
	unsigned char config_hash[GW_POST_HASH];
};

static enum gw_status
hash_files(const char *config_path, const char *source_path, unsigned char out[GW_POST_HASH],
	   struct gw_error *err)
{
	const char *const paths[] = {config_path, source_path};
	crypto_generichash_state state;
	struct gw_buf text;
	enum gw_status status = GW_OK;

	(void)crypto_generichash_init(&state, NULL, 0, GW_POST_HASH);
	gw_buf_init(&text, FILE_MAX);
	for (size_t i = 0; i < 2 && status == GW_OK && paths[i] != NULL; i++) {
		gw_buf_clear(&text);
		status = gw_file_read(paths[i], &text, err);
		if (status == GW_OK)
			(void)crypto_generichash_update(
				&state, (const unsigned char *)(text.data == NULL ? "" : text.data),
				text.len);
	}
	gw_buf_release(&text);
	if (status == GW_OK)
		(void)crypto_generichash_final(&state, out, GW_POST_HASH);
	return status;
}

static struct gw_post *
add_wanted(struct wanted *wanted, const char *kind, const char *name, struct gw_error *err)
{
	struct gw_post *post;

	if (wanted->count == GW_POSTS) {
		(void)gw_fail(err, GW_CONFIG,
			      _("more than %d duties on one machine; serve part of the sources "
				"here (songma serve SOURCE…) and the rest on another"),
			      (int)GW_POSTS);
		return NULL;
	}
	post = &wanted->posts[wanted->count++];
	gw_utf8_copy(post->duty.kind, sizeof post->duty.kind, kind);
	gw_utf8_copy(post->duty.name, sizeof post->duty.name, name);
	return post;
}

/* A source that was only just added; nothing is to be done for it, and nothing is wrong. */
static void
tell_bare(const struct gw_source *source)
{
	char text[600], fields[96];

	(void)snprintf(fields, sizeof fields, "source=%s", source->name);
	(void)snprintf(
		text, sizeof text,
		_("the source has no stream yet and is not pulled: songma discover %s lists "
		  "its tables, songma draft %s TABLE --write adds one; then systemctl reload "
		  "songma"),
		source->name, source->name);
	gw_log_text(GW_LOG_WARN, "no_stream", fields, text);
}

static enum gw_status
want_pull(const struct gw_config *config, const char *name, struct wanted *wanted,
	  struct gw_error *err)
{
	struct gw_source *source = NULL;
	struct gw_post *post = NULL;
	enum gw_status status = gw_source_read_bare(config, name, &source, err);

	if (status == GW_OK && source->nstreams == 0) {
		tell_bare(source);
		gw_source_free(source);
		return GW_OK;
	}
	if (status == GW_OK) {
		post = add_wanted(wanted, "pull", name, err);
		status = post == NULL ? err->status : GW_OK;
	}
	if (status == GW_OK)
		status = hash_files(config->path, source->path, post->hash, err);
	if (status == GW_OK) {
		gw_utf8_copy(post->duty.source, sizeof post->duty.source, name);
		gw_utf8_copy(post->duty.title, sizeof post->duty.title, source->title);
		gw_utf8_copy(post->duty.owner, sizeof post->duty.owner, source->owner);
		post->patience_us = config->watchdog_us > 0 ? config->watchdog_us
							    : 2 * source->statement_timeout_us +
								      60 * INT64_C(1000000);
	}
	gw_source_free(source);
	return status;
}

static enum gw_status
want_load(const struct gw_config *config, size_t number, struct wanted *wanted,
	  struct gw_error *err)
{
	struct gw_post *post;
	char name[32];

	(void)snprintf(name, sizeof name, number == 1 ? "load" : "load-%zu", number);
	post = add_wanted(wanted, "load", name, err);
	if (post == NULL)
		return err->status;
	post->patience_us = config->watchdog_us > 0 ? config->watchdog_us : LOAD_PATIENCE_US;
	return hash_files(config->path, NULL, post->hash, err);
}

static enum gw_status
want_all(const struct gw_serve_plan *plan, const struct gw_config *config, struct wanted *wanted,
	 struct gw_error *err)
{
	const char *const *names = plan->names;
	char **listed = NULL;
	size_t count = plan->nnames, nlisted = 0;
	enum gw_status status = GW_OK;

	for (size_t i = 1; status == GW_OK && i <= plan->loads; i++)
		status = want_load(config, i, wanted, err);
	if (status == GW_OK && names == NULL) {
		status = gw_source_list(config, &listed, &nlisted, err);
		names = (const char *const *)listed;
		count = nlisted;
	}
	if (status == GW_OK && count == 0)
		status = gw_fail(err, GW_CONFIG,
				 _("no source yet: write %s/NAME.yaml (songma init leaves an "
				   "example there)"),
				 config->sources_dir);
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = want_pull(config, names[i], wanted, err);
	gw_names_free(listed, nlisted);
	return status;
}

static struct gw_post *
find(struct gw_post *posts, size_t count, const struct gw_duty *duty)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(posts[i].duty.kind, duty->kind) == 0 &&
		    strcmp(posts[i].duty.name, duty->name) == 0)
			return &posts[i];
	return NULL;
}

/* What is written of it changes at once, the process when it has ended. */
static void
renew(struct gw_post *post, const struct gw_post *now)
{
	memcpy(post->duty.title, now->duty.title, sizeof post->duty.title);
	memcpy(post->duty.owner, now->duty.owner, sizeof post->duty.owner);
	memcpy(post->hash, now->hash, sizeof post->hash);
	post->patience_us = now->patience_us;
	post->renewing = post->alive;
}

static void
take_one(struct gw_post *post, const struct gw_post *now)
{
	if (now == NULL) {
		post->leaving = true;
		post->renewing = false;
	} else if (post->leaving || post->duty.state == GW_DUTY_FAILED ||
		   memcmp(post->hash, now->hash, sizeof post->hash) != 0) {
		post->leaving = false;
		renew(post, now);
	}
	/* Whoever asks for files to be read has mended something. */
	post->restart_us = 0;
	post->failures = 0;
}

static void
apply(struct gw_supervisor *supervisor, struct wanted *wanted)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		struct gw_post *post = &supervisor->posts[i];

		take_one(post, find(wanted->posts, wanted->count, &post->duty));
	}
	for (size_t i = 0; i < wanted->count; i++) {
		struct gw_post *post = &wanted->posts[i];

		if (find(supervisor->posts, supervisor->count, &post->duty) != NULL)
			continue;
		post->duty.since_us = gw_now_us();
		supervisor->children[supervisor->count] = (struct gw_child){.progress = -1};
		supervisor->posts[supervisor->count++] = *post;
	}
	supervisor->changed = true;
}

/* Those that leave still hold their place until they have ended. */
static enum gw_status
check_room(const struct gw_supervisor *supervisor, struct wanted *wanted, struct gw_error *err)
{
	size_t total = wanted->count;

	for (size_t i = 0; i < supervisor->count; i++)
		total += find(wanted->posts, wanted->count, &supervisor->posts[i].duty) == NULL;
	return total <= GW_POSTS
		       ? GW_OK
		       : gw_fail(err, GW_CONFIG,
				 _("more than %d duties until the old ones have ended; try again "
				   "in a minute"),
				 (int)GW_POSTS);
}

enum gw_status
gw_posts_take(struct gw_supervisor *supervisor, struct gw_config *config, struct gw_error *err)
{
	struct wanted wanted = {.posts = calloc(GW_POSTS, sizeof *wanted.posts)};
	enum gw_status status = wanted.posts == NULL
					? gw_fail_memory(err)
					: want_all(&supervisor->plan, config, &wanted, err);

	if (status == GW_OK)
		status = check_room(supervisor, &wanted, err);
	if (status == GW_OK) {
		apply(supervisor, &wanted);
		/* Every child's arguments name the configuration's path, which stays the same. */
		gw_config_free(supervisor->config);
		supervisor->config = config;
	} else {
		gw_config_free(config);
	}
	free(wanted.posts);
	return status;
}

void
gw_posts_drop(struct gw_supervisor *supervisor, size_t i)
{
	size_t behind = supervisor->count - i - 1;

	memmove(&supervisor->posts[i], &supervisor->posts[i + 1], behind * sizeof(struct gw_post));
	memmove(&supervisor->children[i], &supervisor->children[i + 1],
		behind * sizeof(struct gw_child));
	supervisor->count--;
	supervisor->changed = true;
}

/* A serve that was away longer than this knows nothing of what was before. */
#define MEMORY_US (INT64_C(3600) * 1000000)

void
gw_posts_inherit(struct gw_supervisor *supervisor, const struct gw_serve_state *old)
{
	int64_t now = gw_now_us(), mono = gw_monotonic_us();

	if (now - old->at_us > MEMORY_US || now < old->at_us)
		return;
	for (size_t i = 0; i < old->count; i++) {
		const struct gw_duty *was = &old->duties[i];
		struct gw_post *post = find(supervisor->posts, supervisor->count, was);

		if (post == NULL || !gw_duty_troubled(was->state))
			continue;
		post->duty.state = was->state;
		post->duty.with = was->with;
		post->duty.since_us = was->since_us;
		memcpy(post->duty.cause, was->cause, sizeof post->duty.cause);
		if (!was->told)
			continue;
		post->duty.told = true;
		post->notice = (struct gw_notice){
			.troubled = true, .told = true, .since_us = mono, .begun_us = mono};
	}
}
