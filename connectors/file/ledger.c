#include "file/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"

enum { VERSION = 1, LINE_MAX_BYTES = 8192, ROOM_STEP = 256 };

static bool
take_text(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= size)
		return false;
	memcpy(to, text, len + 1);
	return true;
}

static bool
read_object(json_t *root, struct gw_taken *out)
{
	const char *stream, *part, *name, *sha, *at;
	json_int_t rows;
	int version;

	return json_unpack(root, "{si ss ss ss ss sI ss}", "v", &version, "stream", &stream, "part",
			   &part, "name", &name, "sha256", &sha, "rows", &rows, "at", &at) == 0 &&
	       version == VERSION && rows >= -1 &&
	       take_text(out->stream, sizeof out->stream, stream) &&
	       take_text(out->part, sizeof out->part, part) &&
	       take_text(out->name, sizeof out->name, name) && strchr(name, '/') == NULL &&
	       gw_hex_decode(sha, strlen(sha), out->sha, GW_SHA) &&
	       gw_timestamp_parse(at, strlen(at), &out->at_us) && (out->rows = rows) == rows;
}

bool
gw_ledger_read_line(const char *line, size_t len, struct gw_taken *out)
{
	json_t *root =
		len > LINE_MAX_BYTES ? NULL : json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	struct gw_taken taken = {.rows = -1};
	bool good = root != NULL && read_object(root, &taken);

	json_decref(root);
	if (good)
		*out = taken;
	return good;
}

/* From behind: where two have a part, the later one is meant. */
static struct gw_taken *
find(const struct gw_ledger *ledger, const char *stream, const char *part)
{
	for (size_t i = ledger->count; i-- > 0;)
		if (strcmp(ledger->taken[i].stream, stream) == 0 &&
		    strcmp(ledger->taken[i].part, part) == 0)
			return &ledger->taken[i];
	return NULL;
}

static enum gw_status
make_room(struct gw_ledger *ledger, struct gw_error *err)
{
	struct gw_taken *more;

	if (ledger->count < ledger->room)
		return GW_OK;
	if (ledger->count >= GW_LEDGER_MOST)
		return gw_fail(err, GW_CONFIG,
			       _("%s: more than %d parts; begin another folder and source"),
			       ledger->path, GW_LEDGER_MOST);
	more = realloc(ledger->taken, (ledger->room + ROOM_STEP) * sizeof *more);
	if (more == NULL)
		return gw_fail_memory(err);
	ledger->taken = more;
	ledger->room += ROOM_STEP;
	return GW_OK;
}

enum gw_status
gw_ledger_note(struct gw_ledger *ledger, const struct gw_taken *taken, struct gw_error *err)
{
	struct gw_taken *old = find(ledger, taken->stream, taken->part);

	if (old == NULL) {
		if (make_room(ledger, err) != GW_OK)
			return err->status;
	} else {
		ledger->count--;
		memmove(old, old + 1, (size_t)(ledger->taken + ledger->count - old) * sizeof *old);
	}
	ledger->taken[ledger->count] = *taken;
	ledger->taken[ledger->count++].place = ++ledger->places;
	return GW_OK;
}

static enum gw_status
read_all(struct gw_ledger *ledger, FILE *file, struct gw_error *err)
{
	char line[LINE_MAX_BYTES];
	enum gw_status status = GW_OK;

	while (status == GW_OK && fgets(line, sizeof line, file) != NULL) {
		size_t len = strcspn(line, "\n");
		struct gw_taken taken;

		if (gw_ledger_read_line(line, len, &taken))
			status = gw_ledger_note(ledger, &taken, err);
	}
	if (status == GW_OK && ferror(file))
		return gw_fail(err, GW_RETRY, _("can't read %s: %s"), ledger->path,
			       strerror(errno));
	return status;
}

enum gw_status
gw_ledger_open(struct gw_ledger *ledger, const char *path, bool *fresh, struct gw_error *err)
{
	enum gw_status status;
	FILE *file;

	*ledger = (struct gw_ledger){.path = strdup(path)};
	if (ledger->path == NULL)
		return gw_fail_memory(err);
	file = fopen(path, "re");
	*fresh = false;
	if (file == NULL) {
		*fresh = errno == ENOENT;
		return *fresh ? GW_OK
			      : gw_fail(err, GW_CONFIG, _("can't read %s: %s"), path,
					strerror(errno));
	}
	status = read_all(ledger, file, err);
	ledger->size = (int64_t)ftello(file);
	(void)fclose(file);
	return status;
}

void
gw_ledger_close(struct gw_ledger *ledger)
{
	free(ledger->taken);
	free(ledger->path);
	*ledger = (struct gw_ledger){.path = NULL};
}

/* With a line end before it too: whatever half line the last one left ends there. */
static char *
make_line(const struct gw_taken *taken)
{
	char sha[GW_SHA_TEXT], at[GW_TIME_TEXT];
	char *text = NULL, *line = NULL;
	json_t *root;

	gw_hex_encode(taken->sha, GW_SHA, sha);
	gw_timestamp_format(taken->at_us, at);
	root = json_pack("{si ss ss ss ss sI ss}", "v", VERSION, "stream", taken->stream, "part",
			 taken->part, "name", taken->name, "sha256", sha, "rows",
			 (json_int_t)taken->rows, "at", at);
	if (root != NULL)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (text != NULL && asprintf(&line, "\n%s\n", text) < 0)
		line = NULL;
	free(text);
	return line;
}

/* Who was stopped for a while may have been followed by another pull, and knows of the past only.
 */
static bool
is_another(const struct gw_ledger *ledger, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size != ledger->size;
}

static enum gw_status
append(struct gw_ledger *ledger, const char *line, struct gw_error *err)
{
	size_t len = strlen(line);
	int fd = open(ledger->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	bool mine = fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
	bool another = mine && is_another(ledger, fd);
	bool good = mine && !another && write(fd, line, len) == (ssize_t)len && fsync(fd) == 0;
	int cause = errno;

	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (another)
		return gw_fail(err, GW_FENCED,
			       _("%s: another pull has written to it, so this one ends; see that "
				 "only one machine pulls its source"),
			       ledger->path);
	if (!good)
		return gw_fail(err, GW_RETRY, _("can't write %s: %s"), ledger->path,
			       strerror(cause));
	ledger->size += (int64_t)len;
	return GW_OK;
}

enum gw_status
gw_ledger_add(struct gw_ledger *ledger, const struct gw_taken *taken, struct gw_error *err)
{
	char *line = make_line(taken);
	enum gw_status status = line == NULL ? gw_fail_memory(err) : append(ledger, line, err);

	free(line);
	return status == GW_OK ? gw_ledger_note(ledger, taken, err) : status;
}

static void
drop_at(struct gw_ledger *ledger, size_t at)
{
	ledger->count--;
	memmove(&ledger->taken[at], &ledger->taken[at + 1],
		(ledger->count - at) * sizeof *ledger->taken);
}

void
gw_ledger_refit(struct gw_ledger *ledger, const char *stream, const char *pattern)
{
	bool changed = false;

	for (size_t i = ledger->count; i-- > 0;) {
		struct gw_taken *taken = &ledger->taken[i];
		char part[GW_FILE_NAME];

		if (strcmp(taken->stream, stream) != 0)
			continue;
		if (!gw_pattern_match(pattern, taken->name, part)) {
			drop_at(ledger, i);
			continue;
		}
		changed = changed || strcmp(taken->part, part) != 0;
		memcpy(taken->part, part, strlen(part) + 1);
	}
	for (size_t i = ledger->count; changed && i-- > 0;)
		if (strcmp(ledger->taken[i].stream, stream) == 0 &&
		    find(ledger, stream, ledger->taken[i].part) != &ledger->taken[i])
			drop_at(ledger, i);
}

const struct gw_taken *
gw_ledger_of_part(const struct gw_ledger *ledger, const char *stream, const char *part)
{
	return find(ledger, stream, part);
}

const struct gw_taken *
gw_ledger_of_content(const struct gw_ledger *ledger, const char *stream,
		     const unsigned char sha[GW_SHA])
{
	for (size_t i = 0; i < ledger->count; i++)
		if (strcmp(ledger->taken[i].stream, stream) == 0 &&
		    memcmp(ledger->taken[i].sha, sha, GW_SHA) == 0)
			return &ledger->taken[i];
	return NULL;
}

const struct gw_taken *
gw_ledger_next(const struct gw_ledger *ledger, const char *stream, uint64_t place)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->taken[i].place >= place && strcmp(ledger->taken[i].stream, stream) == 0)
			return &ledger->taken[i];
	return NULL;
}
