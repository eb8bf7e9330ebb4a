/*
 * Any texts as the headers of a letter: refused, or read so that the letter,
 * sent again, is received as the same.  One line a header, in the order of
 * struct names below, then the key, and the value behind it.
 */
#include "dlq/letter.h"
#include "fuzz.h"

enum { HEADERS = 20, FIELDS = 7 };

/* Stand in for Kafka: the linker takes these and not those of the archive. */
static struct {
	const char *name;
	char *value;
	size_t len;
} headers[HEADERS];
static size_t nheaders;
static unsigned char packed[GW_HEADER_SIZE];
static bool is_packed;

static void
put_header(const char *name, const char *value, size_t len)
{
	char *copy = malloc(len + 1);

	require(nheaders < HEADERS && copy != NULL);
	memcpy(copy, value, len);
	copy[len] = '\0';
	headers[nheaders].name = name;
	headers[nheaders].value = copy;
	headers[nheaders++].len = len;
}

static void
drop_headers(void)
{
	while (nheaders > 0)
		free(headers[--nheaders].value);
}

const void *
gw_incoming_header(const struct gw_incoming *message, const char *name, size_t *len)
{
	(void)message;
	if (strcmp(name, GW_HEADER_NAME) == 0) {
		*len = is_packed ? sizeof packed : 0;
		return is_packed ? packed : NULL;
	}
	for (size_t i = 0; i < nheaders; i++) {
		if (strcmp(headers[i].name, name) != 0)
			continue;
		*len = headers[i].len;
		return headers[i].value;
	}
	return NULL;
}

enum gw_status
gw_producer_send(struct gw_producer *producer, const struct gw_message *message,
		 struct gw_error *err)
{
	(void)producer, (void)err;
	drop_headers();
	is_packed = message->header != NULL;
	require(is_packed);
	memcpy(packed, message->header, sizeof packed);
	for (const struct gw_text_header *h = message->headers; h->name != NULL; h++)
		put_header(h->name, h->value, strlen(h->value));
	return GW_OK;
}

static void
require_same(const struct gw_letter *a, const struct gw_letter *b)
{
	require_same_text(a->source, b->source);
	require_same_text(a->stream, b->stream);
	require_same_text(a->stage, b->stage);
	require_same_text(a->column, b->column);
	require_same_text(a->rule, b->rule);
	require_same_text(a->code, b->code);
	require_same_text(a->reason, b->reason);
	require(a->version == b->version && memcmp(a->run, b->run, sizeof a->run) == 0);
	require(a->key_len == b->key_len && a->sealed_len == b->sealed_len);
	require(a->key_len == 0 || memcmp(a->key, b->key, a->key_len) == 0);
	require(memcmp(a->sealed, b->sealed, a->sealed_len) == 0);
}

static void
send_again(const struct gw_incoming *message, const struct gw_letter *letter,
	   struct gw_arena *arena)
{
	struct gw_letter again;
	struct gw_header header;
	struct gw_error err;

	require(gw_header_unpack(packed, sizeof packed, &header, &err) == GW_OK);
	require(gw_letter_send(NULL, "songma.s._dlq", letter, &header, &err) == GW_OK);
	require(gw_letter_receive(message, arena, &again, &err) == GW_OK);
	require_same(letter, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[FIELDS] = {
		"__connect.errors.connector.name",
		"__connect.errors.task.id",
		"__connect.errors.stage",
		"songma.column",
		"songma.rule",
		"songma.code",
		"songma.reason",
	};
	static const struct gw_header header = {.operation = GW_OP_CHANGE, .version = 5};
	struct gw_incoming message = {.topic = "songma.s._dlq", .partition = 1, .offset = 2};
	struct gw_letter letter;
	struct gw_arena arena;
	struct gw_error err;
	struct fuzz_part part;

	gw_header_pack(&header, packed);
	is_packed = true;
	for (size_t i = 0; i < FIELDS; i++) {
		part = fuzz_next(&data, &size, '\n');
		if (part.len != 1 || part.text[0] != '-')
			put_header(names[i], part.text, part.len);
	}
	part = fuzz_next(&data, &size, '\n');
	message.key = part.len == 0 ? NULL : part.text;
	message.key_len = part.len;
	message.value = size == 0 ? NULL : data;
	message.value_len = size;
	gw_arena_init(&arena, FUZZ_MEMORY);
	if (gw_letter_receive(&message, &arena, &letter, &err) == GW_OK)
		send_again(&message, &letter, &arena);
	else
		require_error(&err, GW_REJECT, data, size);
	drop_headers();
	gw_arena_release(&arena);
	return 0;
}
