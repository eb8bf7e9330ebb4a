/* Buffers, arenas, files, tables for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "ops/report.h"
#include "torture.h"

static enum gw_status
buf(struct gw_error *err)
{
	struct gw_buf buf;
	enum gw_status status = GW_OK;

	gw_buf_init(&buf, 1 << 20);
	for (int i = 0; i < 10000; i++)
		(void)gw_buf_printf(&buf, "%d ", i);
	if (buf.failed)
		status = gw_fail_memory(err);
	else
		torture_require(buf.len == 48890 && strlen(buf.data) == buf.len, "the text");
	gw_buf_clear(&buf);
	torture_require(!buf.failed, "a cleared buffer is forgiven");
	gw_buf_release(&buf);
	return status;
}

static enum gw_status
arena(struct gw_error *err)
{
	struct gw_arena arena;
	enum gw_status status = GW_OK;

	gw_arena_init(&arena, (size_t)8 * 1024 * 1024);
	for (size_t i = 1; i <= 20 && status == GW_OK; i++)
		if (gw_arena_zalloc(&arena, i * 20000) == NULL ||
		    gw_arena_copy(&arena, "a text", 6) == NULL)
			status = gw_fail_memory(err);
	gw_arena_reset(&arena);
	gw_arena_release(&arena);
	return status;
}

static enum gw_status
files(struct gw_error *err)
{
	char *dir = gw_path_dir("/a/b/c"), *path = gw_path_join(torture_dir, "file");
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, 4096);
	status = dir != NULL && path != NULL ? GW_OK : gw_fail_memory(err);
	if (dir != NULL && path != NULL) {
		torture_require(strcmp(dir, "/a/b") == 0, "the folder");
		(void)unlink(path);
		status = gw_file_create(path, 0600, "secret\n", 7, err);
	}
	if (status == GW_OK)
		status = gw_file_read_secret(path, &text, err);
	if (status == GW_OK)
		torture_require(strcmp(text.data, "secret") == 0, "the secret");
	gw_buf_release(&text);
	free(dir);
	free(path);
	return status;
}

static enum gw_status
report(struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	FILE *out = fopen("/dev/null", "w");
	enum gw_status status = report == NULL ? gw_fail_memory(err) : GW_OK;

	if (report != NULL) {
		gw_report_column(report, "name", "Name", false);
		gw_report_column(report, "count", "Count", true);
		for (int i = 0; i < 40; i++) {
			gw_report_row(report);
			gw_report_text(report, i % 2 == 0 ? "Thọ Diên" : NULL);
			gw_report_number(report, i);
		}
		status = gw_report_print(report, out, false, err);
		if (status == GW_OK)
			status = gw_report_print(report, out, true, err);
	}
	gw_report_free(report);
	(void)fclose(out);
	return status;
}

const struct torture_case torture_base[] = {
	{"buf", buf}, {"arena", arena}, {"files", files}, {"report", report}, {NULL, NULL},
};
