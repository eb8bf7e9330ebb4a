/*
 * Any bytes as the answers of `songma source add`: what is taken becomes a file that our reader
 * gives back to the byte, a connection that libpq reads back, and no answer is ever executed,
 * shown (a password) or let out of its line.
 */
#include <libpq-fe.h>
#include <stdlib.h>

#include "config/parts.h"
#include "fuzz.h"
#include "setup/answers.h"
#include "setup/scalar.h"
#include "setup/words.h"

static struct gw_config config = {.path = (char[]){"/nowhere/songma.yaml"},
				  .dir = (char[]){"/nowhere"},
				  .sources_dir = (char[]){"/nowhere"}};

static void
check_source(const struct gw_answers *answers)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err;
	struct gw_buf out;

	gw_buf_init(&out, 1 << 20);
	require(gw_answers_source(answers, &out, &err) == GW_OK);
	require(gw_yaml_parse("f", out.data, out.len, &doc, &err) == GW_OK);
	require_same_text(gw_yaml_get(gw_yaml_root(doc), "title")->text,
			  answers->text[GW_ASK_TITLE]);
	require_same_text(gw_yaml_get(gw_yaml_root(doc), "owner")->text,
			  answers->text[GW_ASK_OWNER]);
	require(gw_yaml_get(gw_yaml_root(doc), "password") == NULL);
	gw_yaml_free(doc);
	gw_buf_release(&out);
}

static void
check_connection(const struct gw_answers *answers)
{
	PQconninfoOption *options;
	struct gw_error err;
	struct gw_buf out;

	gw_buf_init(&out, 1 << 20);
	require(gw_answers_connection(answers, &out, &err) == GW_OK);
	options = PQconninfoParse(out.data == NULL ? "" : out.data, NULL);
	require(options != NULL);
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (o->val != NULL && strcmp(o->keyword, "password") == 0)
			require_same_text(o->val, answers->text[GW_ASK_PASSWORD]);
	PQconninfoFree(options);
	gw_buf_release(&out);
}

/* Names of columns come from catalogues: any text. */
static void
check_name(const char *text)
{
	struct gw_words words;
	char identifier[64];

	gw_words(text, &words);
	require(words.count <= GW_WORDS_MAX);
	if (gw_words_identifier(text, identifier, sizeof identifier))
		require(strspn(identifier, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
				strlen(identifier) &&
			identifier[0] >= 'a' && identifier[0] <= 'z');
}

/* The answers one after the other, a line each. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_answers *answers = calloc(1, sizeof *answers);
	char *text = malloc(size + 1), *at = text, *line;

	require(answers != NULL && text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (int q = 0; q < GW_QUESTIONS && (line = strsep(&at, "\n")) != NULL; q++) {
		struct gw_error err = {.text = ""};

		if (gw_ask_take(answers, &config, (enum gw_question)q, line, &err) != GW_OK)
			require(err.text[0] != '\0');
		check_name(line);
	}
	(void)stpcpy(answers->text[GW_ASK_CONNECTOR], "postgres");
	check_source(answers);
	check_connection(answers);
	gw_answers_wipe(answers);
	free(text);
	free(answers);
	return 0;
}
