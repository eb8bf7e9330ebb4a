/*
 * The codec for other programs to compare with, one record a line.
 *
 * avro-tool encode SCHEMA            values (JSON) in, bytes (hex) out
 * avro-tool decode WRITER READER     bytes (hex) in, values (JSON) out
 * avro-tool check WRITER READER      says whether the reader can read the writer
 * avro-tool registry URL CALL...     ping | check SUBJECT FILE | register SUBJECT FILE |
 *                                    text ID | twice ID (again after a line on stdin)
 *
 * A record is a list of values, a value a list of its kind and its text:
 * [["int","5"],["text","abc"],["bytes","ff00"],["float","0x1.8p+0"],["null",""]].
 * A record that is refused prints "! " and why.  Exit codes are those of the program.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/registry.h"
#include "base/file.h"
#include "base/text.h"

enum { FIELDS_MAX = 1000, LINE_BYTES_MAX = 16 * 1024 * 1024 };

static const char *const kinds[] = {"null", "bool",  "int",  "float",     "decimal",
				    "text", "bytes", "date", "timestamp", "unheld"};

static struct gw_value values[FIELDS_MAX];
static struct gw_arena arena;

static void
quit(const struct gw_error *err)
{
	(void)fprintf(stderr, "avro-tool: %s\n", err->text);
	exit(gw_status_exit(err->status));
}

static void
quit_usage(const char *why)
{
	(void)fprintf(stderr, "avro-tool: %s\n", why);
	exit(2);
}

static struct gw_schema *
read_schema(const char *path, bool strict)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;
	struct gw_buf text;

	gw_buf_init(&text, (size_t)2 << 20);
	if (gw_file_read(path, &text, &err) != GW_OK ||
	    gw_schema_parse(path, text.data, text.len, strict, &schema, &err) != GW_OK)
		quit(&err);
	gw_buf_release(&text);
	if (schema->nfields > FIELDS_MAX)
		quit_usage("too many fields");
	return schema;
}

/* ---- values as JSON ---- */

static json_t *
value_to_json(const struct gw_value *value)
{
	char text[64] = "", *hex;
	json_t *json;

	switch (value->kind) {
	case GW_BOOL:
		return json_pack("[ss]", kinds[value->kind], value->as.truth ? "true" : "false");
	case GW_INT:
	case GW_DATE:
	case GW_TIMESTAMP:
		(void)snprintf(text, sizeof text, "%lld", (long long)value->as.integer);
		return json_pack("[ss]", kinds[value->kind], text);
	case GW_FLOAT:
		(void)snprintf(text, sizeof text, "%a", value->as.real);
		return json_pack("[ss]", kinds[value->kind], text);
	case GW_BYTES:
		hex = malloc(2 * (size_t)value->len + 1);
		if (hex == NULL)
			return NULL;
		gw_hex_encode((const unsigned char *)value->as.text, value->len, hex);
		json = json_pack("[ss]", kinds[value->kind], hex);
		free(hex);
		return json;
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_UNHELD:
		return json_pack("[ss%]", kinds[value->kind], value->as.text, (size_t)value->len);
	case GW_NULL:
	default:
		return json_pack("[ss]", kinds[GW_NULL], "");
	}
}

static bool
bytes_from_hex(const char *hex, size_t len, struct gw_value *out)
{
	unsigned char *bytes = gw_arena_alloc(&arena, len / 2 + 1);

	out->as.text = (const char *)bytes;
	out->len = (uint32_t)(len / 2);
	return bytes != NULL && gw_hex_decode(hex, len, bytes, len / 2);
}

static bool
value_from_json(const json_t *json, struct gw_value *out)
{
	const char *kind = json_string_value(json_array_get(json, 0));
	const char *text = json_string_value(json_array_get(json, 1));
	size_t len = json_string_length(json_array_get(json, 1)), i = 0;

	if (kind == NULL || text == NULL)
		return false;
	while (i < GW_UNHELD && strcmp(kinds[i], kind) != 0)
		i++;
	*out = (struct gw_value){.kind = (enum gw_kind)i, .len = 0};
	if (i == GW_BOOL)
		out->as.truth = strcmp(text, "true") == 0;
	else if (i == GW_INT || i == GW_DATE || i == GW_TIMESTAMP)
		return gw_parse_i64(text, len, &out->as.integer);
	else if (i == GW_FLOAT)
		out->as.real = strtod(text, NULL);
	else if (i == GW_BYTES)
		return bytes_from_hex(text, len, out);
	else if (i != GW_NULL) {
		out->len = (uint32_t)len;
		out->as.text = gw_arena_copy(&arena, text, len);
	}
	return i < GW_UNHELD;
}

/* ---- commands ---- */

static void
encode_line(const struct gw_schema *schema, const char *line, size_t len)
{
	json_t *json = json_loadb(line, len, 0, NULL);
	struct gw_error err;
	struct gw_buf out;
	char *hex;

	if (json_array_size(json) != schema->nfields)
		quit_usage("a line has another number of values than the schema");
	for (size_t i = 0; i < schema->nfields; i++) {
		if (!value_from_json(json_array_get(json, i), &values[i]))
			quit_usage("a value is not [kind, text]");
	}
	json_decref(json);
	gw_buf_init(&out, LINE_BYTES_MAX);
	if (gw_avro_encode(schema, values, &out, &err) != GW_OK) {
		printf("! %s\n", err.text);
	} else {
		hex = malloc(2 * out.len + 1);
		if (hex == NULL)
			quit_usage("out of memory");
		gw_hex_encode((const unsigned char *)out.data, out.len, hex);
		puts(hex);
		free(hex);
	}
	gw_buf_release(&out);
}

static void
decode_line(const struct gw_decoder *decoder, size_t nfields, const char *line, size_t len)
{
	struct gw_value message;
	struct gw_error err;
	json_t *json;
	char *text;

	if (!bytes_from_hex(line, len, &message))
		quit_usage("a line is not in hex");
	if (gw_avro_decode(decoder, (const unsigned char *)message.as.text, message.len, values,
			   &arena, &err) != GW_OK) {
		printf("! %s\n", err.text);
		return;
	}
	json = json_array();
	for (size_t i = 0; i < nfields; i++) {
		if (json_array_append_new(json, value_to_json(&values[i])) != 0)
			quit_usage("out of memory");
	}
	text = json_dumps(json, JSON_COMPACT);
	puts(text != NULL ? text : "! out of memory");
	free(text);
	json_decref(json);
}

static int
run_encode(const char *path)
{
	struct gw_schema *schema = read_schema(path, true);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		gw_arena_reset(&arena);
		encode_line(schema, line, (size_t)len);
	}
	free(line);
	gw_schema_free(schema);
	return 0;
}

static int
run_decode(const char *writer_path, const char *reader_path, bool only_check)
{
	struct gw_schema *writer = read_schema(writer_path, false);
	struct gw_schema *reader = read_schema(reader_path, false);
	struct gw_decoder *decoder = NULL;
	struct gw_error err;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (gw_decoder_make(writer, reader, &decoder, &err) != GW_OK)
		quit(&err);
	while (!only_check && (len = getline(&line, &room, stdin)) > 0) {
		gw_arena_reset(&arena);
		len -= line[len - 1] == '\n';
		decode_line(decoder, reader->nfields, line, (size_t)len);
	}
	free(line);
	gw_decoder_free(decoder);
	gw_schema_free(writer);
	gw_schema_free(reader);
	return 0;
}

static enum gw_status
print_text(struct gw_registry *registry, const char *number, bool twice, struct gw_error *err)
{
	const struct gw_schema *schema = NULL;
	int32_t id = (int32_t)strtol(number, NULL, 10);
	enum gw_status status = gw_registry_schema(registry, id, &schema, err);

	if (status == GW_OK && twice) {
		/* The registry may be stopped in between: what is known stays known. */
		puts("ready");
		(void)fflush(stdout);
		(void)getchar();
		status = gw_registry_schema(registry, id, &schema, err);
	}
	if (status == GW_OK)
		(void)fwrite(schema->text, 1, schema->text_len, stdout);
	return status;
}

static enum gw_status
call_subject(struct gw_registry *registry, char **args, struct gw_error *err)
{
	struct gw_schema *schema = read_schema(args[2], true);
	enum gw_status status;
	int32_t id = 0;

	if (strcmp(args[0], "check") == 0) {
		status = gw_registry_check(registry, args[1], schema, err);
	} else {
		status = gw_registry_register(registry, args[1], schema, &id, err);
		if (status == GW_OK)
			printf("%d\n", id);
	}
	gw_schema_free(schema);
	return status;
}

static int
run_registry(const char *url, int n, char **args)
{
	struct gw_registry *registry = NULL;
	struct gw_error err = {0};
	enum gw_status status = gw_registry_open(url, &registry, &err);

	if (status != GW_OK)
		quit(&err);
	if (strcmp(args[0], "ping") == 0)
		status = gw_registry_ping(registry, &err);
	else if (n == 2)
		status = print_text(registry, args[1], strcmp(args[0], "twice") == 0, &err);
	else if (n == 3)
		status = call_subject(registry, args, &err);
	else
		quit_usage("no such call");
	gw_registry_close(registry);
	if (status != GW_OK)
		(void)fprintf(stderr, "avro-tool: %s\n", err.text);
	return gw_status_exit(status);
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int code = 2;

	gw_arena_init(&arena, (size_t)256 << 20);
	if (strcmp(command, "encode") == 0 && argc == 3)
		code = run_encode(argv[2]);
	else if (strcmp(command, "decode") == 0 && argc == 4)
		code = run_decode(argv[2], argv[3], false);
	else if (strcmp(command, "check") == 0 && argc == 4)
		code = run_decode(argv[2], argv[3], true);
	else if (strcmp(command, "registry") == 0 && argc >= 4)
		code = run_registry(argv[2], argc - 3, argv + 3);
	else
		(void)fprintf(stderr, "usage: avro-tool encode|decode|check|registry ...\n");
	gw_arena_release(&arena);
	return code;
}
