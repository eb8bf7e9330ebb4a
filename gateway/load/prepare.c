#include "load/prepare.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "load/canon.h"

enum {
	MAX_SQL_FILE = 4 * 1024 * 1024,
	MAX_CSV_FILE = 64 * 1024 * 1024,
	MAX_HEADER = 16 * 1024,
	MAX_FILES = 256,
};

/* The table that remembers the files can't come from one of them. */
static enum gw_status
make_memory(struct gw_db *db, struct gw_error *err)
{
	struct gw_db_result *result = NULL;
	enum gw_status status = gw_db_query(db, "SELECT WHERE to_regclass('ops.migration') IS NULL",
					    NULL, 0, &result, err);

	if (status == GW_OK && gw_db_rows(result) == 1)
		status = gw_db_exec(
			db,
			"BEGIN; CREATE SCHEMA IF NOT EXISTS ops; CREATE TABLE ops.migration ("
			"name text PRIMARY KEY, hash text NOT NULL, "
			"applied_at timestamptz NOT NULL DEFAULT now()); COMMIT",
			err);
	if (status != GW_OK)
		gw_db_rollback(db);
	gw_db_free(result);
	return status;
}

/* A file as it was read; hash: what the warehouse remembers of it. */
struct file {
	const char *name;
	struct gw_buf content;
	char hash[2 * crypto_hash_sha256_BYTES + 1];
};

static enum gw_status
read_file(struct file *file, const char *path, const char *name, struct gw_error *err)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	file->name = name;
	gw_buf_init(&file->content, MAX_CSV_FILE);
	if (gw_file_read(path, &file->content, err) != GW_OK)
		return err->status;
	(void)crypto_hash_sha256(hash, (const unsigned char *)file->content.data,
				 file->content.len);
	(void)sodium_bin2hex(file->hash, sizeof file->hash, hash, sizeof hash);
	return GW_OK;
}

/* True when the file stands there in this very version. */
static enum gw_status
is_applied(struct gw_db *db, const struct file *file, bool *out, struct gw_error *err)
{
	const char *params[] = {file->name, file->hash};
	struct gw_db_result *result = NULL;
	enum gw_status status =
		gw_db_query(db, "SELECT FROM ops.migration WHERE name = $1 AND hash = $2", params,
			    2, &result, err);

	if (status == GW_OK)
		*out = gw_db_rows(result) == 1;
	gw_db_free(result);
	return status;
}

static enum gw_status
note_applied(struct gw_db *db, const struct file *file, struct gw_error *err)
{
	const char *params[] = {file->name, file->hash};

	return gw_db_query(db,
			   "INSERT INTO ops.migration (name, hash) VALUES ($1, $2) "
			   "ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, "
			   "applied_at = now()",
			   params, 2, NULL, err);
}

typedef enum gw_status apply_fn(struct gw_db *db, const struct file *file, void *arg,
				struct gw_error *err);

/* Reads the file, and calls fn unless it stands there already in this version. */
static enum gw_status
apply_file(struct gw_db *db, const char *path, const char *name, apply_fn *fn, void *arg,
	   struct gw_error *err)
{
	struct file file;
	bool applied = false;
	enum gw_status status = read_file(&file, path, name, err);

	if (status == GW_OK)
		status = is_applied(db, &file, &applied, err);
	if (status == GW_OK && !applied)
		status = fn(db, &file, arg, err);
	gw_buf_release(&file.content);
	if (status == GW_REJECT) /* a file of ours is at fault, not a record */
		err->status = status = GW_CONFIG;
	return status == GW_OK ? GW_OK : gw_wrap(err, "%s", path);
}

static enum gw_status
run_sql(struct gw_db *db, const struct file *file, void *arg, struct gw_error *err)
{
	enum gw_status status = gw_db_exec(db, "BEGIN", err);

	(void)arg;
	if (status == GW_OK)
		status = gw_db_exec(db, file->content.data, err);
	if (status == GW_OK)
		status = note_applied(db, file, err);
	if (status == GW_OK)
		status = gw_db_commit(db, err);
	if (status != GW_OK)
		gw_db_rollback(db);
	return status;
}

static int
is_sql(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".sql") == 0;
}

static enum gw_status
run_files(struct gw_db *db, const char *dir, struct gw_error *err)
{
	struct dirent **entries = NULL;
	int count = scandir(dir, &entries, is_sql, alphasort);
	enum gw_status status = GW_OK;

	if (count <= 0)
		status = gw_fail(
			err, GW_CONFIG,
			_("%s: there are no .sql files; is `schemas` in songma.yaml right?"), dir);
	for (int i = 0; entries != NULL && i < count; i++) {
		char *path = status == GW_OK ? gw_path_join(dir, entries[i]->d_name) : NULL;

		if (path != NULL)
			status = apply_file(db, path, entries[i]->d_name, run_sql, NULL, err);
		else if (status == GW_OK)
			status = gw_fail_memory(err);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return status;
}

/* The transaction of all lists that have changed; begun with the first of them. */
struct filling {
	bool begun;
};

struct list {
	const char *schema, *table;
	struct filling *filling;
};

bool
gw_prepare_columns(const char *csv, size_t len, struct gw_buf *out)
{
	const char *end = memchr(csv, '\n', len);
	const char *at = csv;

	if (end == NULL)
		return false;
	if (end > csv && end[-1] == '\r')
		end--;
	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t size = (size_t)((comma == NULL ? end : comma) - at);
		char name[GW_MAX_NAME] = "";

		if (size >= sizeof name)
			return false;
		memcpy(name, at, size);
		if (!gw_canon_name_ok(name))
			return false;
		(void)gw_buf_printf(out, "%s\"%s\"", at == csv ? "" : ", ", name);
		if (comma == NULL)
			return !out->failed;
		at = comma + 1;
	}
}

/* Replaces the table's rows. */
static enum gw_status
replace_rows(struct gw_db *db, const struct gw_buf *content, const struct list *list,
	     struct gw_error *err)
{
	struct gw_buf sql;
	enum gw_status status = GW_OK;

	gw_buf_init(&sql, MAX_HEADER);
	(void)gw_buf_printf(&sql, "DELETE FROM \"%s\".\"%s\"", list->schema, list->table);
	status = sql.failed ? gw_fail_memory(err) : gw_db_exec(db, sql.data, err);
	gw_buf_clear(&sql);
	(void)gw_buf_printf(&sql, "COPY \"%s\".\"%s\" (", list->schema, list->table);
	if (status == GW_OK && !gw_prepare_columns(content->data, content->len, &sql))
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("the first line does not name columns of a table"));
	(void)gw_buf_puts(&sql, ") FROM STDIN (FORMAT csv, HEADER true)");
	if (status == GW_OK)
		status = sql.failed ? gw_fail_memory(err) : gw_db_copy_begin(db, sql.data, err);
	if (status == GW_OK) {
		status = gw_db_copy_put(db, content->data, content->len, err);
		if (status == GW_OK)
			status = gw_db_copy_end(db, err);
	}
	gw_buf_release(&sql);
	return status;
}

static enum gw_status
replace_list(struct gw_db *db, const struct file *file, void *arg, struct gw_error *err)
{
	const struct list *list = arg;
	enum gw_status status = GW_OK;

	if (!list->filling->begun)
		status = gw_db_exec(db, "BEGIN; SET LOCAL songma.filling = 'on'", err);
	list->filling->begun = true;
	if (status == GW_OK)
		status = replace_rows(db, &file->content, list, err);
	return status == GW_OK ? note_applied(db, file, err) : status;
}

bool
gw_prepare_line(char *line, const char **file, const char **schema, const char **table, bool *bad)
{
	char *save = NULL;
	char *comment = strchr(line, '#');
	char *dot;

	*bad = false;
	if (comment != NULL)
		*comment = '\0';
	*file = strtok_r(line, " \t\r", &save);
	if (*file == NULL)
		return false;
	*schema = strtok_r(NULL, " \t\r", &save);
	dot = *schema == NULL ? NULL : strchr(line + (*schema - line), '.');
	*bad = dot == NULL || strtok_r(NULL, " \t\r", &save) != NULL || strchr(*file, '/') != NULL;
	if (*bad)
		return false;
	*dot = '\0';
	*table = dot + 1;
	*bad = !gw_canon_name_ok(*schema) || !gw_canon_name_ok(*table);
	return !*bad;
}

static enum gw_status
load_list(struct gw_db *db, const char *schemas_dir, const char *file, struct list *list,
	  struct gw_error *err)
{
	char *codes = gw_path_join(schemas_dir, "codes");
	char *path = codes == NULL ? NULL : gw_path_join(codes, file);
	enum gw_status status = path == NULL ? gw_fail_memory(err)
					     : apply_file(db, path, file, replace_list, list, err);

	free(codes);
	free(path);
	return status;
}

static enum gw_status
load_named(struct gw_db *db, const char *schemas_dir, const char *path, struct filling *filling,
	   struct gw_error *err)
{
	struct gw_buf content;
	enum gw_status status;
	char *save = NULL;
	unsigned number = 0;

	gw_buf_init(&content, MAX_SQL_FILE);
	status = gw_file_read(path, &content, err);
	for (char *line = status == GW_OK ? content.data : NULL; line != NULL && status == GW_OK;
	     line = save) {
		struct list list = {.filling = filling};
		const char *file;
		bool bad;

		save = strchr(line, '\n');
		if (save != NULL)
			*save++ = '\0';
		number++;
		if (gw_prepare_line(line, &file, &list.schema, &list.table, &bad))
			status = load_list(db, schemas_dir, file, &list, err);
		else if (bad)
			status = gw_fail(err, GW_CONFIG,
					 _("%s:%u: expected a CSV file and a table, such as: "
					   "unit.csv ref.unit"),
					 path, number);
	}
	gw_buf_release(&content);
	return status;
}

/*
 * All lists that changed are one transaction: readers see the old ones until all
 * are done, and what is derived from them is derived once, not after each.
 */
static enum gw_status
load_lists(struct gw_db *db, const char *schemas_dir, const char *path, struct gw_error *err)
{
	struct filling filling = {.begun = false};
	enum gw_status status = load_named(db, schemas_dir, path, &filling, err);

	if (status == GW_OK && filling.begun)
		status = gw_db_exec(db, "SELECT ref.fill_commune_heir()", err);
	if (status == GW_OK && filling.begun)
		status = gw_db_commit(db, err);
	if (status != GW_OK && filling.begun)
		gw_db_rollback(db);
	return status;
}

static enum gw_status
prepare(struct gw_db *db, const char *schemas_dir, const char *dir, struct gw_error *err)
{
	char *lists = gw_path_join(dir, "ref.list");
	enum gw_status status = lists == NULL ? gw_fail_memory(err) : make_memory(db, err);

	if (status == GW_OK)
		status = run_files(db, dir, err);
	if (status == GW_OK)
		status = load_lists(db, schemas_dir, lists, err);
	free(lists);
	return status;
}

/* Two loaders that start at once are one after the other here. */
enum gw_status
gw_prepare_files(struct gw_db *db, const char *schemas_dir, struct gw_error *err)
{
	char *dir = gw_path_join(schemas_dir, "warehouse");
	struct gw_error unused;
	enum gw_status status;

	if (dir == NULL)
		return gw_fail_memory(err);
	status = gw_db_exec(db, "SELECT pg_advisory_lock(hashtext('songma.prepare'))", err);
	if (status == GW_OK) {
		status = prepare(db, schemas_dir, dir, err);
		(void)gw_db_exec(db, "SELECT pg_advisory_unlock(hashtext('songma.prepare'))",
				 &unused);
	}
	free(dir);
	return status;
}
