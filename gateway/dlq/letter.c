#include "dlq/letter.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/header.h"

enum { TEXT_MAX = 4096, KEY_MAX = 64 * 1024, NUMBER_TEXT = 24, MESSAGE_MAX = 2048 };

enum gw_status
gw_letter_seal(const unsigned char letter_public[32], const void *bytes, size_t len,
	       struct gw_buf *out, struct gw_error *err)
{
	static const unsigned char nothing[1];
	unsigned char *to = (unsigned char *)gw_buf_reserve(out, len + crypto_box_SEALBYTES);

	if (to == NULL)
		return gw_fail(
			err, GW_FATAL,
			_("a letter of %zu bytes does not fit into the %zu set aside for it"), len,
			out->max);
	if (crypto_box_seal(to, len == 0 ? nothing : bytes, len, letter_public) != 0)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("keys.letter_public_file does not hold a key that letters can be "
				 "sealed with; make a new pair with songma init"));
	out->len += len + crypto_box_SEALBYTES;
	out->data[out->len] = '\0';
	return GW_OK;
}

enum gw_status
gw_letter_open(const unsigned char letter_public[32], const unsigned char letter_secret[32],
	       const void *sealed, size_t len, struct gw_buf *out, struct gw_error *err)
{
	size_t plain = len < crypto_box_SEALBYTES ? 0 : len - crypto_box_SEALBYTES;
	unsigned char *to = (unsigned char *)gw_buf_reserve(out, plain);

	if (to == NULL)
		return gw_fail_memory(err);
	if (len < crypto_box_SEALBYTES ||
	    crypto_box_seal_open(to, sealed, len, letter_public, letter_secret) != 0)
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("the letter is sealed to another key than keys.letter_secret_file, "
			  "or it was damaged; put back the key that was there when it was "
			  "written"));
	out->len += plain;
	out->data[out->len] = '\0';
	return GW_OK;
}

/* One header that a letter carries, and where its text stands in struct gw_letter. */
struct field {
	const char *name;
	size_t offset;
	bool required;
};

#define FIELD(member) offsetof(struct gw_letter, member)

static const struct field fields[] = {
	{"__connect.errors.connector.name", FIELD(source), true},
	{"__connect.errors.task.id", FIELD(stream), true},
	{"__connect.errors.stage", FIELD(stage), true},
	{"songma.column", FIELD(column), false},
	{"songma.rule", FIELD(rule), false},
	{"songma.code", FIELD(code), true},
	{"songma.reason", FIELD(reason), false},
};

enum { NFIELDS = sizeof fields / sizeof fields[0], HEADERS_MAX = NFIELDS + 8 };

static const char **
field_of(struct gw_letter *letter, const struct field *field)
{
	return (const char **)(void *)((char *)letter + field->offset);
}

/* The texts of the headers that are made for sending. */
struct envelope {
	struct gw_text_header headers[HEADERS_MAX + 1];
	size_t count;
	char partition[NUMBER_TEXT], offset[NUMBER_TEXT];
	char class_name[128], exception[128];
	char message[MESSAGE_MAX];
};

static void
put(struct envelope *envelope, const char *name, const char *value)
{
	if (value != NULL)
		envelope->headers[envelope->count++] =
			(struct gw_text_header){.name = name, .value = value};
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* Where the original stood, as far as it stood anywhere. */
static void
put_place(struct envelope *envelope, const struct gw_letter *letter)
{
	put(envelope, "__connect.errors.topic", letter->topic);
	if (letter->partition >= 0) {
		(void)snprintf(envelope->partition, sizeof envelope->partition, "%d",
			       (int)letter->partition);
		put(envelope, "__connect.errors.partition", envelope->partition);
	}
	if (letter->offset >= 0) {
		(void)snprintf(envelope->offset, sizeof envelope->offset, "%lld",
			       (long long)letter->offset);
		put(envelope, "__connect.errors.offset", envelope->offset);
	}
}

/* For tools that know Kafka Connect: the names of its classes are ours, and the message is made
   of names and shapes alone. */
static void
put_connect(struct envelope *envelope, const struct gw_letter *letter)
{
	(void)snprintf(envelope->class_name, sizeof envelope->class_name, "songma.%s",
		       or_empty(letter->stage));
	(void)snprintf(envelope->exception, sizeof envelope->exception, "songma.%s",
		       or_empty(letter->code));
	(void)snprintf(envelope->message, sizeof envelope->message,
		       "%s: stream %s, column %s, rule %s: %s", or_empty(letter->code),
		       or_empty(letter->stream), or_empty(letter->column), or_empty(letter->rule),
		       or_empty(letter->reason));
	put(envelope, "__connect.errors.class.name", envelope->class_name);
	put(envelope, "__connect.errors.exception.class.name", envelope->exception);
	put(envelope, "__connect.errors.exception.message", envelope->message);
}

enum gw_status
gw_letter_send(struct gw_producer *producer, const char *letters_topic,
	       const struct gw_letter *letter, const struct gw_header *header, struct gw_error *err)
{
	struct gw_letter copy = *letter;
	struct envelope envelope = {.count = 0};
	unsigned char packed[GW_HEADER_SIZE];
	const struct gw_message message = {
		.topic = letters_topic,
		.key = letter->key,
		.key_len = letter->key == NULL ? 0 : letter->key_len,
		.value = letter->sealed,
		.value_len = letter->sealed_len,
		.header = packed,
		.headers = envelope.headers,
	};

	gw_header_pack(header, packed);
	for (size_t i = 0; i < NFIELDS; i++)
		put(&envelope, fields[i].name, *field_of(&copy, &fields[i]));
	put_place(&envelope, letter);
	put_connect(&envelope, letter);
	return gw_producer_send(producer, &message, err);
}

static enum gw_status
receive_text(const struct gw_incoming *message, const struct field *field, struct gw_arena *arena,
	     struct gw_letter *letter, struct gw_error *err)
{
	size_t len = 0;
	const char *text = gw_incoming_header(message, field->name, &len);
	char *copy;

	if (text == NULL && !field->required) {
		text = "";
		len = 0;
	}
	if (text == NULL || len > TEXT_MAX || !gw_utf8_valid(text, len))
		return gw_fail(err, GW_REJECT,
			       _("this is not a letter that this program has written: its header "
				 "%s is missing, too long or not text"),
			       field->name);
	copy = gw_arena_copy(arena, text, len);
	if (copy == NULL)
		return gw_fail_memory(err);
	*field_of(letter, field) = copy;
	return GW_OK;
}

static enum gw_status
receive_bytes(const struct gw_incoming *message, struct gw_arena *arena, struct gw_letter *letter,
	      struct gw_error *err)
{
	if (message->value == NULL || message->value_len < crypto_box_SEALBYTES ||
	    message->key_len > KEY_MAX)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a letter that this program has written: its original "
				 "is missing or its key is too long"));
	letter->sealed = gw_arena_copy(arena, message->value, message->value_len);
	letter->sealed_len = message->value_len;
	letter->topic = gw_arena_copy(arena, message->topic, strlen(message->topic));
	if (message->key != NULL) {
		letter->key = gw_arena_copy(arena, message->key, message->key_len);
		letter->key_len = message->key_len;
	}
	if (letter->sealed == NULL || letter->topic == NULL ||
	    (message->key != NULL && letter->key == NULL))
		return gw_fail_memory(err);
	letter->partition = message->partition;
	letter->offset = message->offset;
	return GW_OK;
}

enum gw_status
gw_letter_receive(const struct gw_incoming *message, struct gw_arena *arena, struct gw_letter *out,
		  struct gw_error *err)
{
	struct gw_letter letter = {.source = NULL};
	struct gw_header header;
	size_t len = 0;
	const unsigned char *packed = gw_incoming_header(message, GW_HEADER_NAME, &len);

	if (gw_header_unpack(packed, len, &header, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < NFIELDS; i++)
		if (receive_text(message, &fields[i], arena, &letter, err) != GW_OK)
			return err->status;
	if (receive_bytes(message, arena, &letter, err) != GW_OK)
		return err->status;
	memcpy(letter.run, header.run, sizeof letter.run);
	letter.version = header.version;
	*out = letter;
	return GW_OK;
}
