#include "cmd.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "config/parts.h"
#include "odbc/drivers.h"
#include "setup/answers.h"
#include "setup/probe.h"

enum { ASK_TIMES = 5, SECRET_MAX = 8192, CLOCK_OFF_US = 60 * 1000000 };

struct adding {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_answers answers;
	struct gw_buf drivers; /* that are installed */
	bool ended;            /* standard input has no more answers */
};

static bool
terminal(void)
{
	return isatty(STDIN_FILENO) == 1;
}

static void
echo(bool on)
{
	struct termios mode;

	if (on)
		(void)fprintf(stderr, "\n");
	if (!terminal() || tcgetattr(STDIN_FILENO, &mode) != 0)
		return;
	mode.c_lflag = on ? mode.c_lflag | ECHO : mode.c_lflag & ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
}

/* A line as it was typed; false: there is none. */
static bool
read_answer(const char *prompt, bool secret, char *out, size_t size)
{
	bool got;

	(void)fprintf(stderr, "%s", prompt);
	(void)fflush(stderr);
	if (secret)
		echo(false);
	got = fgets(out, (int)size, stdin) != NULL;
	if (secret)
		echo(true);
	else if (!terminal())
		(void)fprintf(stderr, "\n");
	return got;
}

static void
list_connectors(void)
{
	for (size_t i = 0; gw_connectors[i] != NULL; i++)
		if (!gw_connectors[i]->for_tests)
			(void)fprintf(stderr, "  %-10s %s\n", gw_connectors[i]->name,
				      _(gw_connectors[i]->about));
}

static const char *
installed(const struct adding *adding)
{
	return adding->drivers.data == NULL ? "" : adding->drivers.data;
}

static void
list_drivers(const struct adding *adding)
{
	if (installed(adding)[0] != '\0')
		(void)fprintf(stderr, _("  installed: %s\n"), installed(adding));
	else
		(void)fprintf(
			stderr, "%s",
			_("  No ODBC driver is installed: apt install odbc-mariadb, "
			  "libsqliteodbc, tdsodbc or odbc-postgresql, or the maker's own.\n"));
}

static enum gw_status
take(struct adding *adding, enum gw_question question, const char *typed, struct gw_error *err)
{
	if (question == GW_ASK_DRIVER)
		return gw_ask_take_driver(&adding->answers, installed(adding), typed, err);
	return gw_ask_take(&adding->answers, adding->config, question, typed, err);
}

static void
make_prompt(const struct adding *adding, enum gw_question question, char *out, size_t size)
{
	const struct gw_ask_facts *facts = gw_ask_facts(question);
	const char *before = adding->answers.text[question];
	const char *fallback =
		question == GW_ASK_PORT ? gw_ask_port(&adding->answers) : facts->fallback;
	char driver[GW_ANSWER_MAX];

	if (before[0] != '\0' && facts->secret) {
		(void)snprintf(out, size, "%s: ", _("Password (not shown; empty: as before)"));
		return;
	}
	if (before[0] != '\0')
		fallback = before;
	if (question == GW_ASK_DRIVER) {
		gw_ask_driver(&adding->answers, installed(adding), driver);
		fallback = driver;
	}
	if (fallback != NULL && fallback[0] != '\0')
		(void)snprintf(out, size, "%s [%s]: ", _(facts->question), fallback);
	else
		(void)snprintf(out, size, "%s: ", _(facts->question));
}

static enum gw_status
no_answer(enum gw_question question, struct gw_error *err)
{
	if (question == GW_ASK_NAME)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the source needs a name: songma source add NAME"));
	return gw_fail(err, GW_CONFIG, _("\"%s\" has no answer; give it with --%s"),
		       _(gw_ask_facts(question)->question), gw_ask_facts(question)->option);
}

/* Asks until the answer can be taken. */
static enum gw_status
ask(struct adding *adding, enum gw_question question, struct gw_error *err)
{
	bool secret = gw_ask_facts(question)->secret;
	char prompt[800], typed[2 * GW_ANSWER_MAX];
	enum gw_status status = GW_CONFIG;

	if (question == GW_ASK_CONNECTOR)
		list_connectors();
	if (question == GW_ASK_DRIVER)
		list_drivers(adding);
	make_prompt(adding, question, prompt, sizeof prompt);
	for (int i = 0; i < ASK_TIMES && status != GW_OK; i++) {
		if (!read_answer(prompt, secret, typed, sizeof typed)) {
			adding->ended = true;
			return no_answer(question, err);
		}
		status = take(adding, question, typed, err);
		if (status != GW_OK)
			(void)fprintf(stderr, "  → %s\n", err->text);
	}
	sodium_memzero(typed, sizeof typed);
	return status;
}

/* What a file holds that only we may read. */
static enum gw_status
take_file(const char *path, char *out, size_t size, struct gw_error *err)
{
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, size - 1);
	status = gw_file_read_secret(path, &text, err);
	if (status == GW_OK)
		memcpy(out, text.data == NULL ? "" : text.data, text.len + 1);
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	gw_buf_release(&text);
	return status;
}

static enum gw_status
take_option(struct adding *adding, enum gw_question question, const char *given,
	    struct gw_error *err)
{
	char secret[GW_ANSWER_MAX];
	enum gw_status status;

	if (question != GW_ASK_PASSWORD) {
		status = gw_ask_take(&adding->answers, adding->config, question, given, err);
	} else {
		status = take_file(given, secret, sizeof secret, err);
		if (status == GW_OK)
			status = gw_ask_take(&adding->answers, adding->config, question, secret,
					     err);
		sodium_memzero(secret, sizeof secret);
	}
	return status == GW_OK ? GW_OK : gw_wrap(err, "--%s", gw_ask_facts(question)->option);
}

static const char *
given_for(const struct adding *adding, enum gw_question question)
{
	if (question == GW_ASK_NAME)
		return adding->args->nwords > 1 ? adding->args->words[1] : NULL;
	return gw_args_get(adding->args, gw_ask_facts(question)->option);
}

static enum gw_status
settle(struct adding *adding, enum gw_question question, struct gw_error *err)
{
	const char *given = given_for(adding, question);

	if (given != NULL)
		return take_option(adding, question, given, err);
	if (gw_args_get(adding->args, "yes") == NULL)
		return ask(adding, question, err);
	if (question == GW_ASK_DRIVER && adding->answers.product != NULL)
		return take(adding, question, "", err);
	if (gw_ask_facts(question)->fallback == NULL)
		return no_answer(question, err);
	return gw_ask_take(&adding->answers, adding->config, question, "", err);
}

static enum gw_status
settle_all(struct adding *adding, struct gw_error *err)
{
	const char *whole = gw_args_get(adding->args, "connection-from");
	enum gw_status status = GW_OK;

	if (whole != NULL)
		status = take_file(whole, adding->answers.connection,
				   sizeof adding->answers.connection, err);
	for (int q = 0; status == GW_OK && q < GW_QUESTIONS; q++)
		if (gw_ask_applies(&adding->answers, (enum gw_question)q))
			status = settle(adding, (enum gw_question)q, err);
	return status;
}

/* A folder is to be written to, and has no account. */
static void
tell_folder(const struct gw_probe *probe)
{
	(void)fprintf(stderr, _("The folder is good: %s.\n"), probe->facts.product);
	(void)fprintf(stderr, "%s\n",
		      probe->tables > 0
			      ? _("Files that are read are put away below it, in done/ and "
				  "rejected/, each with a report beside it.")
			      : _("No table can be read in it yet: put a file into it (CSV, or a "
				  "workbook .xlsx), for its columns are what is drafted from."));
}

static void
tell(const struct gw_probe *probe)
{
	(void)fprintf(stderr, _("Connected: %s; %zu%s tables can be read.\n"), probe->facts.product,
		      probe->tables, probe->tables == GW_PROBE_TABLES ? "+" : "");
	if (probe->broken > 0)
		(void)fprintf(stderr,
			      _("%zu of them can't be read after all (a view of a table that is "
				"gone?); that is no harm unless you need them.\n"),
			      probe->broken);
	if (probe->ahead_us > CLOCK_OFF_US || probe->ahead_us < -CLOCK_OFF_US)
		(void)fprintf(stderr,
			      _("Warning: its clock is %lld s off ours; ask for it to be set, for "
				"changes are found by time.\n"),
			      (long long)(probe->ahead_us / 1000000));
	if (probe->facts.can_write)
		(void)fprintf(stderr, "%s\n",
			      _("Warning: this account could write to the source; ask for one with "
				"SELECT alone, or, where it is a file, for one that it may only "
				"read (songma check prints how)."));
	else if (probe->tables > 0)
		(void)fprintf(stderr, "%s\n", _("The account can read and not write: good."));
	else
		(void)fprintf(stderr, "%s\n",
			      _("The account sees no table: ask the administrator for SELECT on "
				"what is to be read."));
	if (probe->facts.standby)
		(void)fprintf(stderr, "%s\n", _("It is a replica: good, nobody works on it."));
}

static enum gw_status
try_connection(const struct adding *adding, struct gw_error *err)
{
	const struct gw_answers *answers = &adding->answers;
	const char *connector = answers->text[GW_ASK_CONNECTOR];
	struct gw_probe probe;
	struct gw_buf text;
	enum gw_status status = GW_OK;

	gw_buf_init(&text, SECRET_MAX);
	if (strcmp(connector, GW_FILE_CONNECTOR) == 0)
		gw_buf_puts(&text, answers->text[GW_ASK_FOLDER]);
	else
		status = gw_answers_connection(answers, &text, err);
	if (status == GW_OK)
		status = gw_probe(connector, text.data == NULL ? "" : text.data,
				  answers->text[GW_ASK_TIME_ZONE], &probe, err);
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	gw_buf_release(&text);
	if (status == GW_OK && strcmp(connector, GW_FILE_CONNECTOR) == 0)
		tell_folder(&probe);
	else if (status == GW_OK)
		tell(&probe);
	return status;
}

/* The parts of the connection once more. */
static enum gw_status
ask_again(struct adding *adding, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	adding->answers.connection[0] = '\0';
	for (int q = GW_ASK_DRIVER; status == GW_OK && q <= GW_ASK_FOLDER; q++)
		if (gw_ask_applies(&adding->answers, (enum gw_question)q))
			status = ask(adding, (enum gw_question)q, err);
	return status;
}

/* A connection that fails today may be right: a person decides. */
static enum gw_status
prove(struct adding *adding, struct gw_error *err)
{
	bool keep = gw_args_get(adding->args, "keep") != NULL;
	bool asks = gw_args_get(adding->args, "yes") == NULL && !adding->ended;
	enum gw_status status = try_connection(adding, err);

	while (status != GW_OK && !keep) {
		char typed[16];

		(void)fprintf(stderr, "%s\n%s\n", err->text, gw_probe_advice(err));
		if (!asks ||
		    !read_answer(_("[a] try again, [c] change the connection, [k] keep it "
				   "as it is, [q] give up: "),
				 false, typed, sizeof typed) ||
		    strchr("qQ", typed[0]) != NULL)
			return gw_fail(err, GW_REJECT, "%s",
				       _("nothing was written; --keep writes the files with a "
					 "connection that does not work yet"));
		if (strchr("kK", typed[0]) != NULL)
			break;
		if (strchr("cC", typed[0]) != NULL && ask_again(adding, err) != GW_OK)
			return err->status;
		status = try_connection(adding, err);
	}
	if (status != GW_OK && keep)
		(void)fprintf(stderr, _("%s\nIt is kept all the same.\n"), err->text);
	return GW_OK;
}

static enum gw_status
add(struct adding *adding, struct gw_error *err)
{
	const char *name = adding->answers.text[GW_ASK_NAME];
	char *file = NULL;

	if (settle_all(adding, err) != GW_OK || prove(adding, err) != GW_OK ||
	    gw_answers_write(&adding->answers, adding->config, &file, err) != GW_OK)
		return err->status;
	(void)printf(_("written  %s\n"), gw_path_shown(file));
	if (strcmp(adding->answers.text[GW_ASK_CONNECTOR], GW_FILE_CONNECTOR) != 0)
		(void)printf(_("written  secrets/%s.dsn (mode 0600)\n"), name);
	(void)printf(_("Next: songma discover %s lists its tables; songma draft %s TABLE proposes "
		       "what to read of one.\n"),
		     name, name);
	free(file);
	return GW_OK;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct adding *adding;
	enum gw_status status;

	if (strcmp(args->words[0], "add") != 0)
		return gw_fail(err, GW_CONFIG, _("songma source add [NAME], not \"%.40s\""),
			       args->words[0]);
	adding = calloc(1, sizeof *adding);
	if (adding == NULL)
		return gw_fail_memory(err);
	adding->config = config;
	adding->args = args;
	gw_buf_init(&adding->drivers, SECRET_MAX);
	gw_odbc_drivers(&adding->drivers);
	status = add(adding, err);
	gw_answers_wipe(&adding->answers);
	gw_buf_release(&adding->drivers);
	free(adding);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_source = {
	.name = "source",
	.about = N_("source add: asks for a database or folder, tries it, and writes its files"),
	.arguments = N_("add [NAME]"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("What no option tells is asked for.  A password is never an option: it is "
		      "typed, or read from a file.  What is there already is not overwritten."),
	.options = {{"connector", N_("KIND"),
		     N_("kind of database: postgres, mariadb, mysql, sqlserver, oracle, sqlite, "
			"odbc, file…")},
		    {"title", N_("TEXT"), N_("what people call it")},
		    {"owner", N_("TEXT"), N_("who runs it")},
		    {"agreement", N_("TEXT"), N_("number of the agreement to share")},
		    {"driver", N_("DRIVER"), N_("odbc: the driver")},
		    {"host", N_("HOST"), N_("machine of the database")},
		    {"port", N_("PORT"), N_("its port")},
		    {"database", N_("DATABASE"), N_("name of the database")},
		    {"user", N_("ACCOUNT"), N_("account")},
		    {"password-file", N_("FILE"), N_("the password, in a file of mode 0600")},
		    {"connection-from", N_("FILE"),
		     N_("the whole connection string, in a file of mode 0600")},
		    {"folder", N_("FOLDER"), N_("file: where files are put")},
		    {"time-zone", N_("ZONE"), N_("of its times (Asia/Ho_Chi_Minh)")},
		    {"commune-codes", N_("MAP"),
		     N_("before-2025-07, after-2025-07, none, or COLUMN:DAY")},
		    {"keep", NULL, N_("write the files even if the connection does not work")},
		    {"yes", NULL, N_("ask nothing: what is not given has its usual value")}},
	.run = run,
};
