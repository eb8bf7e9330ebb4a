#include "setup/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "config/parts.h"

enum { FILE_MAX = 1024 * 1024 };

/* Where in the file the new stream goes. */
struct spot {
	size_t at;       /* byte offset to insert at */
	size_t drop;     /* bytes there that give way: "streams: {}" */
	bool heading;    /* "streams:" itself is to be written */
	unsigned indent; /* of the names of streams */
};

/* The byte offset of a line, from 1; the end of the text for lines behind it. */
static size_t
line_at(const char *text, size_t len, unsigned line)
{
	size_t at = 0;

	for (unsigned n = 1; n < line && at < len; n++) {
		const char *end = memchr(text + at, '\n', len - at);

		at = end == NULL ? len : (size_t)(end - text) + 1;
	}
	return at;
}

/* Comments and empty lines right before the next setting are that setting's. */
static size_t
before_comments(const char *text, size_t from, size_t at)
{
	while (at > from) {
		size_t begin = at - 1;

		while (begin > from && text[begin - 1] != '\n')
			begin--;
		if (text[begin] != '#' && text[begin] != '\n')
			break;
		at = begin;
	}
	return at;
}

static enum gw_status
find_spot(const struct gw_yaml *root, const char *text, size_t len, struct spot *out,
	  struct gw_error *err)
{
	unsigned own = 0, next = 0;
	const struct gw_yaml *streams = NULL;
	size_t from;

	*out = (struct spot){.at = len, .heading = true, .indent = 2};
	for (size_t i = 0; i < root->count; i++)
		if (strcmp(root->keys[i].text, "streams") == 0) {
			own = root->keys[i].line;
			streams = &root->items[i];
		}
	if (own == 0)
		return GW_OK;
	for (size_t i = 0; i < root->count; i++)
		if (root->keys[i].line > own && (next == 0 || root->keys[i].line < next))
			next = root->keys[i].line;
	from = line_at(text, len, own);
	if (streams->count == 0) {
		/* "streams:", with nothing or {} behind it: that line gives way. */
		out->at = from;
		out->drop = line_at(text, len, own + 1) - from;
		return GW_OK;
	}
	if (streams->kind != GW_YAML_MAP || streams->line == own)
		return gw_yaml_fail(streams, err,
				    _("the streams stand on one line; write each on lines of its "
				      "own, so that one can be added"));
	out->heading = false;
	out->indent = streams->keys[0].column - 1;
	if (next > 0)
		out->at = before_comments(text, from, line_at(text, len, next));
	return GW_OK;
}

/* The draft is indented by two. */
static void
put_draft(struct gw_buf *out, const char *yaml, unsigned indent)
{
	while (*yaml != '\0') {
		size_t len = strcspn(yaml, "\n");
		size_t skip = len >= 2 && yaml[0] == ' ' && yaml[1] == ' ' ? 2 : 0;

		if (len > skip)
			gw_buf_printf(out, "%*s%.*s", skip > 0 ? (int)indent : 0, "",
				      (int)(len - skip), yaml + skip);
		gw_buf_putc(out, '\n');
		yaml += len + (yaml[len] == '\n');
	}
}

static enum gw_status
compose(const struct gw_buf *old, const char *name, const struct gw_draft *draft,
	struct gw_buf *out, struct gw_error *err)
{
	struct gw_yaml_doc *doc = NULL;
	enum gw_status status = gw_yaml_parse(name, old->data, old->len, &doc, err);
	struct spot spot;

	if (status == GW_OK)
		status = find_spot(gw_yaml_root(doc), old->data, old->len, &spot, err);
	gw_yaml_free(doc);
	if (status != GW_OK)
		return status;
	gw_buf_append(out, old->data, spot.at);
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		gw_buf_putc(out, '\n');
	if (spot.heading)
		gw_buf_puts(out, "streams:\n");
	put_draft(out, draft->yaml.data, spot.indent);
	gw_buf_append(out, old->data + spot.at + spot.drop, old->len - spot.at - spot.drop);
	return out->failed ? gw_fail(err, GW_CONFIG, _("%s: would be larger than 1 MiB"), name)
			   : GW_OK;
}

/* The whole file as pull would read it. */
static enum gw_status
prove(const struct gw_config *config, const struct gw_source *source, const struct gw_buf *text,
      struct gw_error *err)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_source *read = NULL;
	struct gw_plan *plan = NULL;
	enum gw_status status = gw_yaml_parse(source->path, text->data, text->len, &doc, err);

	if (status == GW_OK)
		status = gw_source_build(config, source->name, gw_yaml_root(doc), &read, err);
	if (status == GW_OK)
		status = gw_plan_make(config, read, &plan, err);
	gw_plan_free(plan);
	gw_source_free(read);
	gw_yaml_free(doc);
	return status;
}

static bool
write_whole(int fd, const struct gw_buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return fsync(fd) == 0;
}

/* With the mode and the owner of the file that it takes the place of: root may do the work. */
static bool
fill(int fd, const struct gw_buf *text, const struct stat *st)
{
	return write_whole(fd, text) && fchmod(fd, st->st_mode & 07777) == 0 &&
	       (geteuid() != 0 || fchown(fd, st->st_uid, st->st_gid) == 0);
}

/* All of the new file or all of the old one, whatever happens. */
static enum gw_status
replace(const char *path, const struct gw_buf *text, struct gw_error *err)
{
	char *real = realpath(path, NULL), *draft = NULL;
	struct stat st;
	bool done = false;
	int fd = -1, why;

	if (real != NULL && stat(real, &st) == 0 && asprintf(&draft, "%s.XXXXXX", real) >= 0)
		fd = mkostemp(draft, O_CLOEXEC);
	if (fd >= 0) {
		done = fill(fd, text, &st);
		done = close(fd) == 0 && done && rename(draft, real) == 0;
	}
	why = errno;
	if (fd >= 0 && !done)
		(void)unlink(draft);
	free(draft);
	free(real);
	return done ? GW_OK
		    : gw_fail(err, GW_CONFIG, _("%s: can't be written: %s"), path, strerror(why));
}

enum gw_status
gw_draft_append(const struct gw_config *config, const struct gw_source *source,
		const struct gw_draft *draft, struct gw_error *err)
{
	struct gw_buf old, text;
	enum gw_status status;

	gw_buf_init(&old, FILE_MAX);
	gw_buf_init(&text, FILE_MAX);
	status = gw_file_read(source->path, &old, err);
	if (status == GW_OK)
		status = compose(&old, source->path, draft, &text, err);
	if (status == GW_OK)
		status = prove(config, source, &text, err);
	if (status == GW_OK)
		status = replace(source->path, &text, err);
	gw_buf_release(&old);
	gw_buf_release(&text);
	return status;
}
