/*
 * The conformance suite: what every connector must do, whatever it reads.
 *
 *   conform CONNECTOR HOOK [PART-OF-A-CASE'S-NAME]
 *
 * HOOK is a command that owns the source.  Prints one line a case, "ok",
 * "not ok … why" or "skip … why", then how many there were; exit 1 when one
 * failed or none was run.
 */
#include "conform.h"

#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"

enum { ANSWER_MAX = 4 << 20, WHY_MAX = 1400 };

/* Planted in the rows, the keys and what is asked for; no message may show it. */
static const char planted[] = "CANARY";

static struct {
	FILE *to, *from;
	pid_t pid;
	char *answer;
} hooked;

static jmp_buf out_of_case;
static char why[WHY_MAX];
static char told[WHY_MAX]; /* a message that shows what it must not */

enum { WENT_WELL, FAILED, SKIPPED };

static struct {
	int passed, failed, skipped;
} tally;

/* ---- cases ----------------------------------------------------------------------------------- */

void
failed(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	longjmp(out_of_case, FAILED);
}

void
skipped(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	longjmp(out_of_case, SKIPPED);
}

enum gw_status
noted(enum gw_status status, const struct gw_error *err)
{
	bool secret = s.secret[0] != '\0' && strstr(err->text, s.secret) != NULL;

	if (status == GW_OK)
		return status;
	if (told[0] == '\0' && (secret || strstr(err->text, planted) != NULL))
		(void)snprintf(told, sizeof told, "%s", err->text);
	if (told[0] == '\0' &&
	    (err->text[0] == '\0' || !gw_utf8_valid(err->text, strlen(err->text))))
		(void)snprintf(told, sizeof told, "a failure without words (%s)",
			       gw_status_name(status));
	return status;
}

static const char *
missing_ability(unsigned needs)
{
	static const struct {
		unsigned bit;
		const char *words;
	} abilities[] = {
		{GW_CAN_RESUME, "it does not resume"},
		{GW_CAN_DELETES, "it does not see deleted rows"},
		{GW_CAN_LATE_COMMITS, "it does not find late commits"},
		{GW_CAN_CANCEL, "it can't be cancelled"},
	};

	for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++)
		if ((needs & abilities[i].bit & ~s.connector->can) != 0)
			return abilities[i].words;
	return NULL;
}

static void
run_test(const struct test *test)
{
	const char *lack = missing_ability(test->needs);
	int how = SKIPPED;

	told[0] = '\0';
	if (lack != NULL) {
		(void)snprintf(why, sizeof why, "%s", lack);
	} else {
		how = setjmp(out_of_case);
		if (how == WENT_WELL)
			test->run();
		drop_session();
	}
	if (how != FAILED && told[0] != '\0') {
		(void)snprintf(why, sizeof why, "a message shows a value: %s", told);
		how = FAILED;
	}
	for (char *c = why; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	if (how == WENT_WELL)
		(void)printf("ok      %s\n", test->name);
	else
		(void)printf("%s  %s: %s\n", how == FAILED ? "not ok" : "skip  ", test->name, why);
	(void)fflush(stdout);
	tally.passed += how == WENT_WELL;
	tally.failed += how == FAILED;
	tally.skipped += how == SKIPPED;
}

static void
run_tests(const struct test *tests, const char *part)
{
	for (; tests->name != NULL; tests++)
		if (part == NULL || strstr(tests->name, part) != NULL)
			run_test(tests);
}

/* ---- the hook -------------------------------------------------------------------------------- */

static void
hook_start(const char *command)
{
	int to[2], from[2];

	if (pipe(to) != 0 || pipe(from) != 0) {
		perror("conform: pipe");
		exit(1);
	}
	hooked.pid = fork();
	if (hooked.pid == 0) {
		(void)dup2(to[0], STDIN_FILENO);
		(void)dup2(from[1], STDOUT_FILENO);
		(void)close(to[0]);
		(void)close(to[1]);
		(void)close(from[0]);
		(void)close(from[1]);
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	hooked.to = fdopen(to[1], "w");
	hooked.from = fdopen(from[0], "r");
	hooked.answer = malloc(ANSWER_MAX);
	if (hooked.to == NULL || hooked.from == NULL || hooked.answer == NULL)
		abort();
}

static void
hook_end(void)
{
	(void)fclose(hooked.to);
	(void)fclose(hooked.from);
	(void)waitpid(hooked.pid, NULL, 0);
	free(hooked.answer);
}

static const char *ask_hook(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

static const char *
ask_hook(const char *fmt, va_list args)
{
	char question[WORD_MAX], *at = hooked.answer;
	size_t room = ANSWER_MAX;

	(void)vsnprintf(question, sizeof question, fmt, args);
	(void)fprintf(hooked.to, "%s\n", question);
	(void)fflush(hooked.to);
	*at = '\0';
	for (;;) {
		if (room < 2 || fgets(at, (int)room, hooked.from) == NULL) {
			(void)fprintf(stderr, "conform: the hook ended at: %s\n", question);
			exit(1);
		}
		if (strcmp(at, ".\n") == 0)
			break;
		room -= strlen(at);
		at += strlen(at);
	}
	*at = '\0';
	if (at > hooked.answer && at[-1] == '\n')
		at[-1] = '\0';
	return hooked.answer;
}

const char *
hook(const char *fmt, ...)
{
	const char *answer;
	va_list args;

	va_start(args, fmt);
	answer = ask_hook(fmt, args);
	va_end(args);
	if (answer[0] == '-')
		skipped("%s", answer + 1);
	return answer;
}

const char *
hook_if_any(const char *fmt, ...)
{
	const char *answer;
	va_list args;

	va_start(args, fmt);
	answer = ask_hook(fmt, args);
	va_end(args);
	return answer[0] == '-' ? NULL : answer;
}

size_t
number_of(const char *text)
{
	int64_t number = -1;

	expect(text != NULL && gw_parse_i64(text, strlen(text), &number) && number >= 0,
	       "\"%s\" is no number from 0 on", text == NULL ? "" : text);
	return (size_t)number;
}

/* ---------------------------------------------------------------------------------------------- */

int
main(int argc, char **argv)
{
	const struct test *const tests[] = {reading_tests, change_tests,  key_tests,
					    value_tests,   trouble_tests, hostile_tests};
	const char *secret;
	struct gw_error err;

	(void)gw_i18n_init("en");
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 3 || sodium_init() < 0) {
		(void)fprintf(stderr, "usage: conform CONNECTOR HOOK [PART-OF-A-NAME]\n");
		return 2;
	}
	if (gw_connector_find(argv[1], &s.connector, &err) != GW_OK) {
		(void)fprintf(stderr, "conform: %s\n", err.text);
		return 2;
	}
	hook_start(argv[2]);
	secret = hook_if_any("secret");
	(void)snprintf(s.secret, sizeof s.secret, "%s", secret == NULL ? "" : secret);
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		run_tests(tests[i], argc > 3 ? argv[3] : NULL);
	hook_end();
	(void)printf("%d passed, %d failed, %d skipped\n", tally.passed, tally.failed,
		     tally.skipped);
	return tally.failed > 0 || tally.passed == 0;
}
