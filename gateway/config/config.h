/*
 * What songma.yaml says: where Kafka, the registry and the warehouse are, and
 * the files of the keys.  Secrets are named by file or environment variable,
 * never written here.
 */
#ifndef GW_CONFIG_H
#define GW_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct gw_property {
	char *name;
	char *value;
};

enum gw_tls { GW_TLS_AUTO, GW_TLS_ON, GW_TLS_OFF };

struct gw_config {
	char *path; /* of songma.yaml, absolute */
	char *dir;  /* its folder */
	char *language;
	char *prefix;
	char *province; /* NULL: all of them */

	char *brokers;
	int tls;       /* enum gw_tls */
	bool insecure; /* tls off is accepted off loopback */
	struct gw_property *properties;
	size_t nproperties;
	int64_t partitions;
	int64_t replication;

	char *registry_url;

	char *warehouse_file; /* paths are absolute */
	char *warehouse_env;

	char *pseudonym_file;
	char *letter_public_file;
	char *letter_secret_file;
	char *pull_public_file;
	char *pull_secret_file;
	char *audit_file;

	char *schemas_dir;
	char *sources_dir;

	char *state_dir;     /* where serve writes how it is */
	int64_t watchdog_us; /* a duty that is silent so long is ended; 0: by the kind of duty */

	char **notify_command; /* notify_words of them, the program first; none: no command */
	size_t notify_words;
	char *notify_webhook; /* an address, or the file that holds it */
	char *notify_webhook_file;
	int64_t notify_after_us; /* trouble that lasts so long is told of */
};

/*
 * Reads songma.yaml at path; NULL looks at $SONGMA_CONFIG, ./songma.yaml, then
 * /etc/songma/songma.yaml, and the error names all three when there is none.
 */
enum gw_status gw_config_read(const char *path, struct gw_config **out, struct gw_error *err);
void gw_config_free(struct gw_config *config); /* NULL is allowed */

/*
 * The secret in file, or in the environment variable env where file is NULL.
 * what names it in messages ("warehouse connection").  The content never
 * appears in *err.
 */
enum gw_status gw_config_secret(const char *file, const char *env, const char *what,
				struct gw_buf *out, struct gw_error *err);

/* Reads a key of exactly len bytes, written as hex in a file that others can't read. */
enum gw_status gw_config_key(const char *file, const char *what, unsigned char *out, size_t len,
			     struct gw_error *err);
/* The same for a public key, whose file may be readable. */
enum gw_status gw_config_public_key(const char *file, const char *what, unsigned char *out,
				    size_t len, struct gw_error *err);

/* True when every host of "host:port,host:port" is a loopback address or localhost. */
bool gw_config_loopback(const char *brokers);

/*
 * Writes a commented start into dir: songma.yaml, sources/, secrets/ (0700)
 * with fresh keys (0600), schemas/ where GW_SHARE_DIR or the checkout has them.
 * What is there already is kept and named in *report, one line a file.
 */
enum gw_status gw_config_init(const char *dir, struct gw_buf *report, struct gw_error *err);

#endif
