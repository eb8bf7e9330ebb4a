#include "serve/state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"

#define FORMAT "serve/1"

/* ---- the text ---- */

static json_t *
time_or_null(int64_t us)
{
	char text[GW_TIME_TEXT];

	if (us == 0)
		return json_null();
	gw_timestamp_format(us, text);
	return json_string(text);
}

static json_t *
text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
duty_json(const struct gw_duty *duty)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:b, s:s, s:o, s:o, s:o, s:i, s:i, s:b}",
			 "name", duty->name, "kind", duty->kind, "source",
			 text_or_null(duty->source), "title", text_or_null(duty->title), "owner",
			 text_or_null(duty->owner), "state", gw_duty_state_name(duty->state),
			 "trouble", gw_duty_troubled(duty->state), "with", gw_at_name(duty->with),
			 "cause", text_or_null(duty->cause), "since", time_or_null(duty->since_us),
			 "next", time_or_null(duty->next_us), "pid", duty->pid, "restarts",
			 (int)duty->restarts, "told", duty->told);
}

enum gw_status
gw_serve_encode(const struct gw_serve_state *state, struct gw_buf *out, struct gw_error *err)
{
	json_t *duties = json_array();
	json_t *root;
	char *text;
	int failed = duties == NULL;

	for (size_t i = 0; i < state->count; i++)
		failed |= json_array_append_new(duties, duty_json(&state->duties[i]));
	root = json_pack("{s:s, s:i, s:o, s:o}", "format", FORMAT, "pid", state->pid, "at",
			 time_or_null(state->at_us), "duties", duties);
	text = failed != 0 || root == NULL ? NULL : json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (text == NULL || !gw_buf_puts(out, text) || !gw_buf_putc(out, '\n'))
		failed = 1;
	free(text);
	return failed != 0 ? gw_fail_memory(err) : GW_OK;
}

static void
take_text(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	gw_utf8_copy(out, size, text == NULL ? "" : text);
}

static int64_t
take_time(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	int64_t us = 0;

	return text != NULL && gw_timestamp_parse(text, strlen(text), &us) ? us : 0;
}

static bool
take_duty(const json_t *object, struct gw_duty *duty)
{
	take_text(object, "name", duty->name, sizeof duty->name);
	take_text(object, "kind", duty->kind, sizeof duty->kind);
	take_text(object, "source", duty->source, sizeof duty->source);
	take_text(object, "title", duty->title, sizeof duty->title);
	take_text(object, "owner", duty->owner, sizeof duty->owner);
	take_text(object, "cause", duty->cause, sizeof duty->cause);
	duty->since_us = take_time(object, "since");
	duty->next_us = take_time(object, "next");
	duty->pid = (int)json_integer_value(json_object_get(object, "pid"));
	duty->restarts = (unsigned)json_integer_value(json_object_get(object, "restarts"));
	duty->told = json_is_true(json_object_get(object, "told"));
	return gw_duty_state_parse(json_string_value(json_object_get(object, "state")),
				   &duty->state) &&
	       gw_at_parse(json_string_value(json_object_get(object, "with")), &duty->with);
}

enum gw_status
gw_serve_decode(const char *text, size_t len, struct gw_serve_state *out, struct gw_error *err)
{
	json_t *root = json_loadb(text, len, 0, NULL);
	const char *format = json_string_value(json_object_get(root, "format"));
	const json_t *duties = json_object_get(root, "duties"), *object;
	bool good = format != NULL && strcmp(format, FORMAT) == 0 &&
		    json_array_size(duties) <= GW_SERVE_DUTIES;
	size_t i;

	*out = (struct gw_serve_state){
		.pid = (int)json_integer_value(json_object_get(root, "pid")),
		.at_us = take_time(root, "at"),
	};
	json_array_foreach(duties, i, object) good =
		good && take_duty(object, &out->duties[out->count++]);
	json_decref(root);
	return good ? GW_OK
		    : gw_fail(err, GW_REJECT, "%s",
			      _("what serve wrote down can't be read; was it written by another "
				"version of songma?"));
}

/* ---- the files ---- */

/* dir/name, to be freed; NULL: no memory. */
static char *
place(const struct gw_config *config, const char *name)
{
	return gw_path_join(config->state_dir, name);
}

static enum gw_status
make_folder(const struct gw_config *config, struct gw_error *err)
{
	if (mkdir(config->state_dir, 0755) == 0 || errno == EEXIST)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("%s: the folder in which serve writes how it is cannot be made: %s; see "
			 "serve.state_dir in songma.yaml"),
		       config->state_dir, strerror(errno));
}

/* Who only asks whether a serve runs holds it for a moment. */
static int
lock_file(int fd)
{
	const struct timespec moment = {.tv_nsec = 20000000};

	for (int try = 0; try < 10; try++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			break;
		(void)nanosleep(&moment, NULL);
	}
	return errno;
}

enum gw_status
gw_serve_lock(const struct gw_config *config, int *lock, struct gw_error *err)
{
	char *path;
	int fd, why;

	if (make_folder(config, err) != GW_OK)
		return err->status;
	path = place(config, "serve.lock");
	if (path == NULL)
		return gw_fail_memory(err);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	why = fd < 0 ? errno : lock_file(fd);
	if (why == 0) {
		*lock = fd;
	} else if (why == EWOULDBLOCK) {
		(void)gw_fail(err, GW_REJECT,
			      _("songma serve runs here already with this configuration (%s is "
				"held); see: songma status. To take over a changed configuration: "
				"systemctl reload songma"),
			      path);
	} else {
		(void)gw_fail(err, GW_CONFIG,
			      _("%s: cannot be locked: %s; see serve.state_dir in songma.yaml"),
			      path, strerror(why));
	}
	if (why != 0 && fd >= 0)
		close(fd);
	free(path);
	return why == 0 ? GW_OK : err->status;
}

/* Replaces path by way of draft.  The umask of a service is often 077. */
static enum gw_status
replace(const char *path, const char *draft, const struct gw_buf *text, struct gw_error *err)
{
	(void)unlink(draft);
	if (gw_file_create(draft, 0644, text->data, text->len, err) != GW_OK)
		return err->status;
	if (chmod(draft, 0644) != 0 || rename(draft, path) != 0)
		return gw_fail(err, GW_FATAL, _("%s: cannot be written: %s"), path,
			       strerror(errno));
	return GW_OK;
}

enum gw_status
gw_serve_write(const struct gw_config *config, const struct gw_serve_state *state,
	       struct gw_error *err)
{
	char *path = place(config, "serve.json"), *draft = place(config, "serve.json.new");
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, GW_SERVE_STATE_MAX);
	status = gw_serve_encode(state, &text, err);
	if (path == NULL || draft == NULL)
		status = gw_fail_memory(err);
	else if (status == GW_OK)
		status = replace(path, draft, &text, err);
	gw_buf_release(&text);
	free(draft);
	free(path);
	return status;
}

/* Held by a supervisor: a shared lock is refused.  No file, no supervisor. */
static bool
is_held(const struct gw_config *config)
{
	char *path = place(config, "serve.lock");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return held;
}

/* What is written in path, if it is there. */
static enum gw_status
read_state(const char *path, struct gw_serve_state *out, struct gw_error *err)
{
	struct gw_buf text;
	enum gw_status status;

	if (access(path, F_OK) != 0)
		return GW_OK;
	gw_buf_init(&text, GW_SERVE_STATE_MAX);
	status = gw_file_read(path, &text, err);
	if (status == GW_OK)
		status = gw_serve_decode(text.data == NULL ? "" : text.data, text.len, out, err);
	gw_buf_release(&text);
	return status;
}

enum gw_status
gw_serve_read(const struct gw_config *config, struct gw_serve_state **out, struct gw_error *err)
{
	struct gw_serve_state *state = calloc(1, sizeof *state);
	char *path = place(config, "serve.json");
	enum gw_status status;

	if (state == NULL || path == NULL) {
		free(state);
		free(path);
		return gw_fail_memory(err);
	}
	status = read_state(path, state, err);
	free(path);
	if (status != GW_OK) {
		free(state);
		return status;
	}
	state->running = is_held(config);
	*out = state;
	return GW_OK;
}

bool
gw_serve_runs(const struct gw_config *config, const char *source)
{
	struct gw_serve_state *state = NULL;
	struct gw_error ignored;
	bool runs = false;

	if (gw_serve_read(config, &state, &ignored) != GW_OK)
		return false;
	for (size_t i = 0; state != NULL && state->running && i < state->count; i++)
		runs = runs || (strcmp(state->duties[i].kind, "pull") == 0 &&
				strcmp(state->duties[i].source, source) == 0);
	free(state);
	return runs;
}
