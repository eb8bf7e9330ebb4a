#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "config/parts.h"
#include "setup/draft.h"
#include "setup/scalar.h"

struct drafting {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_kit kit;
	struct gw_link link;
	struct gw_source *source;
	struct gw_catalogue tables;
	struct gw_look look;
	struct gw_match match;
	struct gw_draft draft;
};

/* The schema that was asked for by name. */
static enum gw_status
match_named(struct drafting *d, const char *name, struct gw_error *err)
{
	size_t i = gw_shelf_find(&d->kit.shelf, name);
	struct gw_nearest nearest;

	gw_nearest_init(&nearest, name);
	for (size_t n = 0; i == GW_NO_COLUMN && n < d->kit.shelf.count; n++)
		gw_nearest_try(&nearest, d->kit.shelf.names[n]);
	if (i == GW_NO_COLUMN && nearest.best != NULL)
		return gw_fail(err, GW_CONFIG, _("there is no schema %s; did you mean %s?"), name,
			       nearest.best);
	if (i == GW_NO_COLUMN)
		return gw_fail(err, GW_CONFIG, _("there is no schema %s in %s"), name,
			       gw_path_shown(d->config->schemas_dir));
	if (!gw_match_schema(d->look.table, d->look.columns, d->kit.shelf.schemas[i],
			     d->kit.shelf.names[i], &d->match))
		return gw_fail(err, GW_CONFIG, _("no column of %s fits a field of %s"),
			       d->look.table->name, name);
	return GW_OK;
}

static enum gw_status
no_schema(const struct drafting *d, struct gw_error *err)
{
	const char *table = d->look.table->name;
	char word[GW_SHELL_WORD];
	struct gw_match near;

	(void)gw_shell_word(table, word);
	if (gw_match_nearest(d->look.table, d->look.columns, &d->kit.shelf, &near))
		return gw_fail(err, GW_CONFIG,
			       _("%s fits none of the schemas well: songma draft %s %s --schema "
				 "makes one for it, --as SECTOR/NAME takes one that you know to "
				 "fit; %s comes nearest (%zu of %zu fields)"),
			       table, d->source->name, word, near.name, near.found, near.wanted);
	return gw_fail(err, GW_CONFIG,
		       _("%s fits none of the schemas well: songma draft %s %s --schema makes one "
			 "for it, --as SECTOR/NAME takes one that you know to fit"),
		       table, d->source->name, word);
}

static enum gw_status
choose(struct drafting *d, struct gw_error *err)
{
	const char *named = gw_args_get(d->args, "as");
	bool own = named != NULL && strcmp(named, "new") == 0;

	if (named != NULL && !own)
		return match_named(d, named, err);
	if (d->look.matched && !own) {
		d->match = d->look.match;
		return GW_OK;
	}
	if (own || gw_args_get(d->args, "schema") != NULL)
		return gw_invent_schema(&d->kit, d->source, &d->look, &d->draft, &d->match, err);
	return no_schema(d, err);
}

static enum gw_status
look(struct drafting *d, struct gw_error *why, struct gw_error *err)
{
	const struct gw_reach reach = {.link = &d->link, .source = d->source};

	return gw_look_into(&d->kit, &reach, &d->tables.tables[0], &d->look, why, err);
}

static enum gw_status
can_read(const struct drafting *d, const char *name, struct gw_error *err)
{
	const struct gw_table *table = d->tables.tables;

	if (d->tables.count == 0)
		return gw_fail(err, GW_CONFIG,
			       _("there is no table %s; songma discover %s lists them"), name,
			       d->source->name);
	if (!table->readable)
		return gw_fail(err, GW_CONFIG, "%s: %s", table->name,
			       _("the account may not read it"));
	if (table->ncolumns == 0)
		return gw_fail(err, GW_CONFIG, "%s: %s", table->name,
			       _("it can't be read: a view of something that is gone?"));
	return GW_OK;
}

static enum gw_status
make(struct drafting *d, const char *name, struct gw_error *err)
{
	struct gw_error why = {.status = GW_OK};
	enum gw_status status = gw_source_read_bare(d->config, d->args->words[0], &d->source, err);

	if (status == GW_OK)
		status = gw_kit_read(d->config, &d->kit, err);
	if (status == GW_OK)
		status = gw_link_open(d->source, &d->link, err);
	if (status == GW_OK)
		status = gw_catalogue_read(&d->link, name, &d->tables, err);
	if (status == GW_OK)
		status = can_read(d, name, err);
	if (status == GW_OK)
		status = look(d, &why, err);
	/* Without a key there is nothing to write either, which is told then. */
	if (status == GW_OK && why.status != GW_OK && d->look.nkey > 0)
		(void)fprintf(stderr, _("No rows could be read, so names alone decide: %s\n"),
			      why.text);
	if (status == GW_OK)
		status = choose(d, err);
	if (status == GW_OK)
		status = gw_draft_stream(&d->kit, d->source, &d->look, &d->match, &d->draft, err);
	return status;
}

/* schemas/<source>/<Name>.avsc, which is not there yet. */
static enum gw_status
write_schema(const struct drafting *d, char **out, struct gw_error *err)
{
	char *folder = gw_path_join(d->config->schemas_dir, d->source->name), *path = NULL;
	enum gw_status status;

	if (folder == NULL ||
	    asprintf(&path, "%s/%s.avsc", d->config->schemas_dir, d->draft.schema) < 0)
		status = gw_fail_memory(err);
	else
		status = gw_init_folder(folder, 0755, err);
	if (status == GW_OK)
		status = gw_file_create(path, 0644, d->draft.avsc.data, d->draft.avsc.len, err);
	free(folder);
	if (status != GW_OK) {
		free(path);
		return status;
	}
	*out = path;
	return GW_OK;
}

static enum gw_status
write_files(const struct drafting *d, struct gw_error *err)
{
	char *schema = NULL;
	enum gw_status status = GW_OK;

	if (d->draft.missing.len > 0)
		return gw_fail(err, GW_CONFIG,
			       _("%s was not changed, for this is missing:\n%s(--as new makes a "
				 "schema for this table alone)"),
			       gw_path_shown(d->source->path), d->draft.missing.data);
	if (d->draft.avsc.len > 0)
		status = write_schema(d, &schema, err);
	if (status == GW_OK) {
		status = gw_draft_append(d->config, d->source, &d->draft, err);
		/* It was made just now, for this stream alone. */
		if (status != GW_OK && schema != NULL)
			(void)unlink(schema);
	}
	if (status == GW_OK && schema != NULL)
		(void)printf(_("written  %s\n"), gw_path_shown(schema));
	free(schema);
	return status;
}

static void
tell_next(const struct drafting *d)
{
	(void)printf(_("added    stream %s to %s: %zu columns feed fields, %zu stay in the "
		       "source\n"),
		     d->draft.stream, gw_path_shown(d->source->path), d->draft.listed,
		     d->draft.left);
	if (d->draft.unsure > 0)
		(void)printf(_("Look at the %zu lines with LOOK there.\n"), d->draft.unsure);
	if (d->args->nwords == 2)
		(void)printf(
			_("Next: songma preview %s %s shows what its rows become; songma check "
			  "%s\n"),
			d->source->name, d->draft.stream, d->source->name);
}

static enum gw_status
show(const struct drafting *d, struct gw_error *err)
{
	if (gw_args_get(d->args, "write") != NULL) {
		if (write_files(d, err) != GW_OK)
			return err->status;
		tell_next(d);
		return GW_OK;
	}
	if (d->draft.avsc.len > 0)
		(void)printf(_("# schemas/%s.avsc would be:\n"), d->draft.schema);
	for (const char *at = d->draft.avsc.data; at != NULL && *at != '\0';) {
		size_t len = strcspn(at, "\n");

		(void)printf("# %.*s\n", (int)len, at);
		at += len + (at[len] == '\n');
	}
	(void)printf("streams:%s", d->draft.yaml.data);
	(void)fflush(stdout);
	if (d->draft.missing.len > 0)
		(void)fprintf(stderr, _("Before this can be used:\n%s"), d->draft.missing.data);
	else
		(void)fprintf(stderr, _("--write adds it to %s.\n"),
			      gw_path_shown(d->source->path));
	return GW_OK;
}

static enum gw_status
draft_table(const struct gw_config *config, const struct gw_args *args, const char *name,
	    struct gw_error *err)
{
	struct drafting *d = calloc(1, sizeof *d);
	enum gw_status status;

	if (d == NULL)
		return gw_fail_memory(err);
	d->config = config;
	d->args = args;
	gw_draft_init(&d->draft);
	status = make(d, name, err);
	if (status == GW_OK)
		status = show(d, err);
	gw_draft_release(&d->draft);
	gw_look_release(&d->look);
	gw_catalogue_release(&d->tables);
	gw_link_close(&d->link);
	gw_kit_release(&d->kit);
	gw_source_free(d->source);
	free(d);
	return status;
}

/* What is wrong with one table keeps none of the others back. */
static enum gw_status
draft(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	size_t tables = args->nwords - 1, failed = 0;
	enum gw_status status = GW_OK, first = GW_OK;

	if (tables == 1)
		return draft_table(config, args, args->words[1], err);
	for (size_t i = 1; i < args->nwords; i++) {
		status = draft_table(config, args, args->words[i], err);
		(void)fflush(stdout);
		if (status == GW_CANCELLED || status == GW_FATAL || status == GW_RETRY)
			return status;
		if (status == GW_OK)
			continue;
		(void)fprintf(stderr, "songma: %s\n", err->text);
		first = first == GW_OK ? status : first;
		failed++;
	}
	if (failed < tables && gw_args_get(args, "write") != NULL)
		(void)printf(_("Next: songma preview %s shows what the rows become; songma check "
			       "%s\n"),
			     args->words[0], args->words[0]);
	(void)fflush(stdout);
	return failed == 0
		       ? GW_OK
		       : gw_fail(err, first, _("%zu of %zu tables have no draft"), failed, tables);
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, draft);
}

const struct gw_cmd gw_cmd_draft = {
	.name = "draft",
	.about = N_("propose a stream for a table: its key, cursor, schema, and a rule a column"),
	.arguments = N_("SOURCE TABLE…"),
	.min_words = 2,
	.max_words = 64,
	.details = N_("It is printed; --write adds it to the source's file, where the comments "
		      "and all else are kept.  Guesses come from names, types and some hundred "
		      "rows; no value of a row is written or shown."),
	.options = {{"write", NULL, N_("add it to the source's file")},
		    {"schema", NULL, N_("make a schema for it, where no canonical one fits")},
		    {"as", N_("SECTOR/NAME"),
		     N_("take this schema; new: one of its own even where another fits")}},
	.run = run,
};
