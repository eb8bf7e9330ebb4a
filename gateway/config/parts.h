/*
 * What the files of this folder share; nothing outside of it includes this.
 *
 * Paths in messages are shown as short as they can be: from the working folder
 * where they lie in it, so that an editor opens "sources/health.yaml:14:5".
 */
#ifndef GW_CONFIG_PARTS_H
#define GW_CONFIG_PARTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "config/config.h"
#include "config/source.h"
#include "config/yaml.h"

struct gw_yaml_doc {
	struct gw_arena arena; /* owns every node and text */
	const char *name;
	struct gw_yaml root;
};

/* Reads the events of text into doc->root; doc->name and doc->arena are set. */
enum gw_status gw_yaml_build(struct gw_yaml_doc *doc, const char *text, size_t len,
			     struct gw_error *err);

/* What the parser complained about and where, lines and columns from 1. */
struct gw_yaml_trouble {
	const char *name;
	const char *problem; /* the parser's own words */
	unsigned line, column;
	unsigned begun_line, begun_column; /* of what it was reading; 0: nothing */
	const char *text;                  /* all of the file */
	size_t len;
};

/* Says it in words that name the mistake a person made. */
enum gw_status gw_yaml_explain(const struct gw_yaml_trouble *trouble, struct gw_error *err);

/* Line and column, from 1 and in characters, of the byte at offset. */
void gw_text_locate(const char *text, size_t offset, unsigned *line, unsigned *column);

/* The message behind "file:line:column: ". */
enum gw_status gw_fail_at(const struct gw_place *at, struct gw_error *err, const char *fmt,
			  va_list ap) __attribute__((format(printf, 3, 0)));

/* True for what stands for no value: nothing, ~ or null, not in quotes. */
bool gw_yaml_is_nothing(const struct gw_yaml *node);

/* "a text", "a list", "a map", "nothing": for "found …", in the operator's language. */
const char *gw_yaml_found(const struct gw_yaml *node);

enum { GW_EXCERPT = 64 };

/* A scalar's text in quotes, cut to what fits a message; else gw_yaml_found. */
const char *gw_yaml_excerpt(const struct gw_yaml *node, char out[GW_EXCERPT]);

/* A copy of node if it is a map; else an empty map at node's place, or at parent's with NULL. */
struct gw_yaml gw_yaml_section(const struct gw_yaml *parent, const struct gw_yaml *node);

/*
 * Refuses text that holds a password ("password=…", "scheme://user:password@host")
 * anywhere below node, without repeating it.
 */
enum gw_status gw_yaml_no_secrets(const struct gw_yaml *node, struct gw_error *err);

/* Refuses keys such as password or host, which belong into a connection file. */
enum gw_status gw_yaml_no_connection(const struct gw_yaml *map, struct gw_error *err);

/* Finds among candidates the one that word most likely meant. */
struct gw_nearest {
	const char *word;
	const char *best; /* NULL: none is near; borrowed from the candidates */
	size_t distance;
};
void gw_nearest_init(struct gw_nearest *nearest, const char *word);
void gw_nearest_try(struct gw_nearest *nearest, const char *candidate);

/* path without the working folder before it. */
const char *gw_path_shown(const char *path);
/* path from the root; relative ones begin at the folder of file.  The caller frees; NULL: memory.
 */
char *gw_path_absolute(const char *file, const char *path);

/* 1 to max bytes, all of them in allowed. */
bool gw_text_of(const char *text, const char *allowed, size_t max);
/* At least one printable character, no control characters (line ends, tabs). */
bool gw_text_plain(const char *text);

/* The one connector that reads a folder and has no connection. */
#define GW_FILE_CONNECTOR "file"

#define GW_LOWER "abcdefghijklmnopqrstuvwxyz"
#define GW_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define GW_DIGIT "0123456789"

enum { GW_NAME_MAX = 64, GW_IDENTIFIER_MAX = 128 };

/* A source's name: [a-z0-9-]+. */
bool gw_source_name_ok(const char *name);

/* connection_file | connection_env of map: exactly one where required; never both. */
enum gw_status gw_connection_check(const struct gw_yaml *map, const char *file, const char *env,
				   bool required, struct gw_error *err);

/* Reads kafka.properties into config; node may be NULL. */
enum gw_status gw_properties_read(const struct gw_yaml *node, struct gw_config *config,
				  struct gw_error *err);

/* Reads notify into config; what it owns is freed by gw_notify_release. */
enum gw_status gw_notify_read(const struct gw_yaml *node, struct gw_config *config,
			      struct gw_error *err);
void gw_notify_release(struct gw_config *config);

/* Reads a parsed source file; name is the file's name without .yaml. */
enum gw_status gw_source_build(const struct gw_config *config, const char *name,
			       const struct gw_yaml *root, struct gw_source **out,
			       struct gw_error *err);
/* The sections of a source file; node may be an empty map: all defaults. */
enum gw_status gw_codes_option_read(struct gw_source *source, const struct gw_yaml *node,
				    struct gw_error *err);
enum gw_status gw_schedule_read(struct gw_source *source, const struct gw_yaml *node,
				struct gw_error *err);
enum gw_status gw_limits_read(struct gw_source *source, const struct gw_yaml *node,
			      struct gw_error *err);
/* What node says of it; the rest stays as it is. */
enum gw_status gw_letters_read(const struct gw_yaml *node, struct gw_letters_limit *out,
			       struct gw_error *err);
enum gw_status gw_streams_read(struct gw_source *source, const struct gw_yaml *node,
			       struct gw_error *err);
enum gw_status gw_fields_read(struct gw_source *source, struct gw_stream *stream,
			      const struct gw_yaml *node, struct gw_error *err);
/* The tables of keys, section by section, for the manual. */
const struct gw_option *gw_source_root_options(void);
const struct gw_option *gw_codes_options(void);
const struct gw_option *gw_schedule_options(void);
const struct gw_option *gw_limits_options(void);
const struct gw_option *gw_letters_options(void);
const struct gw_option *gw_stream_options(void);
const struct gw_option *gw_field_options(void);
void gw_stream_release(struct gw_stream *stream);
void gw_fields_release(struct gw_stream *stream);
struct gw_place gw_place_of(const struct gw_source *source, const struct gw_yaml *node);

/* Reads songma.yaml that is parsed already; path is absolute. */
enum gw_status gw_config_build(const char *path, const struct gw_yaml *root, struct gw_config **out,
			       struct gw_error *err);

/* The files that init writes. */
enum gw_status gw_init_songma_yaml(struct gw_buf *out, struct gw_error *err);
enum gw_status gw_init_example(struct gw_buf *out, struct gw_error *err);
/* Copies the delivered schemas into dir/schemas; what is there is kept. */
enum gw_status gw_init_schemas(const char *dir, struct gw_buf *report, size_t *written,
			       struct gw_error *err);
/* Makes the keys that are missing in dir/secrets. */
enum gw_status gw_init_keys(const char *dir, struct gw_buf *report, size_t *written,
			    struct gw_error *err);
/* Writes dir/name unless it is there; says which in report and counts what it wrote. */
struct gw_init_file {
	const char *dir, *name;
	unsigned mode;
	const void *bytes;
	size_t len;
	bool compare; /* say when the one that is kept differs */
};
enum gw_status gw_init_write(const struct gw_init_file *file, struct gw_buf *report,
			     size_t *written, struct gw_error *err);
enum gw_status gw_init_folder(const char *dir, unsigned mode, struct gw_error *err);
bool gw_init_exists(const char *dir, const char *name);

#endif
