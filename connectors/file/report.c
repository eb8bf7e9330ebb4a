#include "file/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"

enum { SECTION_MAX = 4 << 20, LINE_BYTES = 1500, REPORT_MAX = 16 << 20 };

static const char fates[] = {[GW_FATE_TAKEN] = 'T', [GW_FATE_KNOWN] = 'K', [GW_FATE_REFUSED] = 'R'};

/* ---- rows ----------------------------------------------------------------------------------- */

static void
rows_path(const unsigned char sha[GW_SHA], const char *stream, char out[GW_FOLDER_PATH])
{
	char copy[GW_FOLDER_PATH];

	gw_folder_copy_path(sha, copy);
	(void)snprintf(out, GW_FOLDER_PATH, "%.200s.%.128s.rows", copy, stream);
}

/* "15<tab>text": one write a row, so that a crash leaves whole lines. */
enum gw_status
gw_report_row_note(const struct gw_folder *folder, const unsigned char sha[GW_SHA],
		   const char *stream, int64_t row, const char *line, struct gw_error *err)
{
	char path[GW_FOLDER_PATH], text[LINE_BYTES];
	bool good;
	int fd, n;

	rows_path(sha, stream, path);
	n = snprintf(text, sizeof text - 1, "%" PRId64 "\t%s", row, line);
	if (n < 0 || (size_t)n >= sizeof text - 1)
		n = (int)strlen(text);
	text[n++] = '\n';
	fd = openat(folder->dir, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	good = fd >= 0 && write(fd, text, (size_t)n) == n;
	if (fd >= 0)
		(void)close(fd);
	return good ? GW_OK
		    : gw_fail(err, GW_RETRY, _("can't write %s in %s: %s"), path, folder->path,
			      strerror(errno));
}

/* The row that a line is about; 0: it is no line of ours. */
static int64_t
row_of(const char *line)
{
	size_t digits = strspn(line, "0123456789");
	int64_t row;

	return line[digits] == '\t' && gw_parse_i64(line, digits, &row) ? row : 0;
}

static FILE *
open_rows(const struct gw_folder *folder, const char *path)
{
	int fd = openat(folder->dir, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file == NULL && fd >= 0)
		(void)close(fd);
	return file;
}

static bool
copy_rows(FILE *from, FILE *to, int64_t last)
{
	char line[LINE_BYTES + 1];

	while (fgets(line, sizeof line, from) != NULL) {
		int64_t row = row_of(line);

		if (row > 0 && row <= last && fputs(line, to) < 0)
			return false;
	}
	return ferror(from) == 0;
}

enum gw_status
gw_report_rows_cut(const struct gw_folder *folder, const unsigned char sha[GW_SHA],
		   const char *stream, int64_t row, struct gw_error *err)
{
	char path[GW_FOLDER_PATH], draft[GW_FOLDER_PATH + 8];
	FILE *from, *to;
	bool good;
	int fd;

	rows_path(sha, stream, path);
	from = open_rows(folder, path);
	if (from == NULL)
		return GW_OK;
	(void)snprintf(draft, sizeof draft, "%s.new", path);
	fd = openat(folder->dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	to = fd < 0 ? NULL : fdopen(fd, "w");
	good = to != NULL && copy_rows(from, to, row);
	(void)fclose(from);
	if (to != NULL && fclose(to) != 0)
		good = false;
	if (good && renameat(folder->dir, draft, folder->dir, path) == 0)
		return GW_OK;
	return gw_fail(err, GW_RETRY, _("can't write %s in %s: %s"), path, folder->path,
		       strerror(errno));
}

/* The first thousand as they were told, then how many more there are. */
static int64_t
put_rows(const struct gw_folder *folder, const struct gw_section *section, struct gw_buf *out)
{
	char path[GW_FOLDER_PATH], line[LINE_BYTES + 1];
	int64_t count = 0;
	FILE *file;

	rows_path(section->sha, section->stream, path);
	file = open_rows(folder, path);
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		const char *text = strchr(line, '\t');

		if (row_of(line) == 0 || text == NULL)
			continue;
		if (count++ < GW_REPORT_LINES)
			(void)gw_buf_printf(out, "  %s", text + 1);
	}
	if (file != NULL)
		(void)fclose(file);
	if (count > GW_REPORT_LINES)
		(void)gw_buf_printf(out, _("  … and %lld more rows\n"),
				    (long long)(count - GW_REPORT_LINES));
	return count;
}

/* ---- sections ------------------------------------------------------------------------------- */

static void
section_path(const char *id, const char *stream, char out[GW_FOLDER_PATH])
{
	(void)snprintf(out, GW_FOLDER_PATH, GW_FOLDER_WORK "/%.16s.%.128s", id, stream);
}

static void
put_section(const struct gw_folder *folder, const struct gw_section *section, struct gw_buf *out)
{
	struct gw_buf rows;
	int64_t rejected = 0;

	gw_buf_init(&rows, SECTION_MAX / 2);
	if (section->fate == GW_FATE_TAKEN)
		rejected = put_rows(folder, section, &rows);
	(void)gw_buf_printf(out, "%c\n", fates[section->fate]);
	(void)gw_buf_printf(out, _("Stream %s: "), section->stream);
	(void)gw_buf_puts(out, section->fate == GW_FATE_TAKEN   ? _("taken")
			       : section->fate == GW_FATE_KNOWN ? _("nothing read")
								: _("REJECTED, nothing taken"));
	(void)gw_buf_puts(out, "\n");
	if (section->about != NULL)
		(void)gw_buf_printf(out, "%s\n", section->about);
	if (section->reason != NULL)
		(void)gw_buf_printf(out, "%s\n", section->reason);
	if (section->fate == GW_FATE_TAKEN)
		(void)gw_buf_printf(out,
				    _("rows read: %lld · taken: %lld · rejected: %lld · deleted "
				      "since they are no longer in the file: %lld · passed over "
				      "(totals, headers): %lld\n"),
				    (long long)section->read, (long long)(section->read - rejected),
				    (long long)rejected, (long long)section->gone,
				    (long long)section->skipped);
	if (rejected > 0)
		(void)gw_buf_printf(out, "%s\n",
				    _("Rejected rows. Correct them in the file and put the whole "
				      "file into the folder again, under the same name:"));
	if (rows.len > 0)
		(void)gw_buf_append(out, rows.data, rows.len);
	gw_buf_release(&rows);
}

enum gw_status
gw_report_section(const struct gw_folder *folder, const char *id, const struct gw_section *section,
		  struct gw_error *err)
{
	char path[GW_FOLDER_PATH];
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, SECTION_MAX);
	put_section(folder, section, &text);
	section_path(id, section->stream, path);
	status = gw_folder_write(folder, path, &text, err);
	gw_buf_release(&text);
	return status;
}

bool
gw_report_fate(const struct gw_folder *folder, const char *id, const char *stream,
	       enum gw_fate *fate)
{
	char path[GW_FOLDER_PATH], first;
	const char *found;
	bool there;
	int fd;

	section_path(id, stream, path);
	fd = openat(folder->dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	there = read(fd, &first, 1) == 1;
	(void)close(fd);
	found = there ? memchr(fates, first, sizeof fates) : NULL;
	if (found != NULL)
		*fate = (enum gw_fate)(found - fates);
	return found != NULL;
}

static bool
all_known(const struct gw_folder *folder, const char *id, const char *const *streams,
	  size_t nstreams)
{
	enum gw_fate fate;

	for (size_t i = 0; i < nstreams; i++)
		if (!gw_report_fate(folder, id, streams[i], &fate) || fate != GW_FATE_KNOWN)
			return false;
	return true;
}

enum gw_status
gw_report_write(const struct gw_folder *folder, const struct gw_dropped *file, const char *to,
		const char *const *streams, size_t nstreams, struct gw_error *err)
{
	char path[GW_FOLDER_PATH + 16], at[GW_TIME_TEXT], section[GW_FOLDER_PATH];
	struct gw_buf report, part;
	enum gw_status status;

	gw_buf_init(&report, REPORT_MAX);
	gw_buf_init(&part, SECTION_MAX);
	gw_folder_time(folder, gw_now_us(), at);
	(void)snprintf(path, sizeof path, "%s.report.txt", to);
	/* What was said when it was taken stays. */
	if (all_known(folder, file->id, streams, nstreams) && gw_folder_read(folder, path, &report))
		(void)gw_buf_puts(&report, "\n");
	(void)gw_buf_printf(&report, _("File %s, looked at %s\n"), file->plain, at);
	for (size_t i = 0; i < nstreams; i++) {
		section_path(file->id, streams[i], section);
		if (gw_folder_read(folder, section, &part) && part.len > 2)
			(void)gw_buf_printf(&report, "\n%s", part.data + 2);
	}
	status = gw_folder_write(folder, path, &report, err);
	gw_buf_release(&report);
	gw_buf_release(&part);
	return status;
}

void
gw_report_forget(const struct gw_folder *folder, const char *id, const unsigned char sha[GW_SHA],
		 const char *stream)
{
	char path[GW_FOLDER_PATH];

	section_path(id, stream, path);
	gw_folder_forget(folder, path);
	if (sha == NULL)
		return;
	rows_path(sha, stream, path);
	gw_folder_forget(folder, path);
}
