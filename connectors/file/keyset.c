#include "file/keyset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>
#define XXH_STATIC_LINKING_ONLY /* a state that is no allocation */
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/folder.h"

#define MAGIC "songmak1"

enum { ROOM_FIRST = 4096, NUMBER_TEXT = 64 };

struct head {
	char magic[8];
	uint64_t mark, count;
};

/* ---- hashes --------------------------------------------------------------------------------- */

static void
add_bytes(XXH3_state_t *state, const char *text, size_t len)
{
	(void)XXH3_128bits_update(state, text, len);
}

/* What a number begins with that Excel drops, or that keeps it from dropping it. */
static size_t
skipped(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && strchr("0 \t'", text[i]) != NULL)
		i++;
	return i < len && text[i] >= '0' && text[i] <= '9' ? i : 0;
}

/* Without white space, and a number without the zeros before it. */
static void
add_ascii(XXH3_state_t *state, const char *text, size_t len)
{
	char piece[256];
	size_t n = 0;

	for (size_t i = skipped(text, len); i < len; i++) {
		if (strchr(" \t\r\n", text[i]) != NULL)
			continue;
		piece[n++] = text[i];
		if (n == sizeof piece) {
			add_bytes(state, piece, n);
			n = 0;
		}
	}
	add_bytes(state, piece, n);
}

static void
add_text(XXH3_state_t *state, const char *text, size_t len)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t n = -1;

	if (gw_ascii_run(text, len) == len) {
		add_ascii(state, text, len);
		return;
	}
	if (gw_utf8_valid(text, len))
		n = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &composed,
				 UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPCC);
	if (n >= 0)
		add_ascii(state, (const char *)composed, (size_t)n);
	else
		add_bytes(state, text, len);
	free(composed);
}

/* As letters write it, so that a key can be found by its letter's text. */
static bool
add_value(XXH3_state_t *state, const struct gw_value *value)
{
	char text[NUMBER_TEXT];

	switch (value->kind) {
	case GW_NULL:
		return true;
	case GW_TEXT:
	case GW_DECIMAL:
		add_text(state, value->as.text, value->len);
		return true;
	case GW_INT:
		(void)snprintf(text, sizeof text, "%lld", (long long)value->as.integer);
		break;
	case GW_DATE:
		gw_date_format(value->as.integer, text);
		break;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, text);
		break;
	case GW_BOOL:
		(void)snprintf(text, sizeof text, "%s", value->as.truth ? "true" : "false");
		break;
	case GW_FLOAT:
	case GW_BYTES:
	case GW_UNHELD:
		return false;
	}
	add_ascii(state, text, strlen(text));
	return true;
}

bool
gw_keyhash_of(const struct gw_value *values, size_t count, struct gw_keyhash *out)
{
	XXH3_state_t state;
	XXH128_hash_t hash;
	bool any = false;

	XXH3_INITSTATE(&state);
	(void)XXH3_128bits_reset(&state);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			add_bytes(&state, "\x1f", 1);
		if (!add_value(&state, &values[i]))
			return false;
		any = any || values[i].kind != GW_NULL;
	}
	hash = XXH3_128bits_digest(&state);
	*out = (struct gw_keyhash){.high = hash.high64, .low = hash.low64};
	return any;
}

int
gw_keyhash_compare(const void *a, const void *b)
{
	const struct gw_keyhash *x = a, *y = b;

	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return 0;
}

/* ---- in memory ------------------------------------------------------------------------------ */

enum gw_status
gw_keylist_add(struct gw_keylist *list, const struct gw_keyhash *key, struct gw_error *err)
{
	if (list->count >= GW_KEYSET_MOST)
		return gw_fail(
			err, GW_REJECT,
			_("more than %d rows in one file: split it, for instance by commune"),
			GW_KEYSET_MOST);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? ROOM_FIRST : list->room * 2;
		struct gw_keyhash *more = realloc(list->keys, room * sizeof *more);

		if (more == NULL)
			return gw_fail_memory(err);
		list->keys = more;
		list->room = room;
	}
	list->keys[list->count++] = *key;
	return GW_OK;
}

static void
swap(struct gw_keyhash *a, struct gw_keyhash *b)
{
	struct gw_keyhash kept = *a;

	*a = *b;
	*b = kept;
}

static void
sink(struct gw_keyhash *keys, size_t i, size_t count)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= count)
			return;
		if (child + 1 < count && gw_keyhash_compare(&keys[child], &keys[child + 1]) < 0)
			child++;
		if (gw_keyhash_compare(&keys[i], &keys[child]) >= 0)
			return;
		swap(&keys[i], &keys[child]);
		i = child;
	}
}

/* In place: qsort() may ask for as much memory again. */
static void
sort(struct gw_keyhash *keys, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sink(keys, i - 1, count);
	for (size_t n = count; n > 1; n--) {
		swap(&keys[0], &keys[n - 1]);
		sink(keys, 0, n - 1);
	}
}

size_t
gw_keylist_sort(struct gw_keylist *list)
{
	size_t n = 0, all = list->count;

	sort(list->keys, list->count);
	for (size_t i = 0; i < list->count; i++)
		if (n == 0 || gw_keyhash_compare(&list->keys[n - 1], &list->keys[i]) != 0)
			list->keys[n++] = list->keys[i];
	list->count = n;
	return all - n;
}

static bool
has(const struct gw_keyhash *keys, size_t count, const struct gw_keyhash *key)
{
	return count > 0 && bsearch(key, keys, count, sizeof *keys, gw_keyhash_compare) != NULL;
}

bool
gw_keylist_has(const struct gw_keylist *list, const struct gw_keyhash *key)
{
	return has(list->keys, list->count, key);
}

void
gw_keylist_free(struct gw_keylist *list)
{
	free(list->keys);
	*list = (struct gw_keylist){.keys = NULL};
}

/* ---- on disk -------------------------------------------------------------------------------- */

enum gw_status
gw_keyset_write(const struct gw_keylist *list, int dir, const char *draft, const char *path,
		uint64_t mark, struct gw_error *err)
{
	struct head head = {.mark = mark, .count = list->count};
	bool good;
	int fd, cause;

	memcpy(head.magic, MAGIC, sizeof head.magic);
	fd = openat(dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	good = fd >= 0 && gw_folder_write_all(fd, &head, sizeof head) &&
	       gw_folder_write_all(fd, list->keys, list->count * sizeof *list->keys) &&
	       fsync(fd) == 0;
	cause = errno;
	if (fd >= 0)
		(void)close(fd);
	if (good && renameat(dir, draft, dir, path) != 0) {
		cause = errno;
		good = false;
	}
	return good ? GW_OK
		    : gw_fail(err, GW_RETRY, _("can't write %s: %s"), path, strerror(cause));
}

static bool
is_whole(const struct gw_keyset *set, uint64_t mark)
{
	const struct head *head = set->map;

	return memcmp(head->magic, MAGIC, sizeof head->magic) == 0 && head->mark == mark &&
	       head->count <= GW_KEYSET_MOST &&
	       set->size == sizeof *head + (size_t)head->count * sizeof *set->keys;
}

bool
gw_keyset_open(struct gw_keyset *set, int dir, const char *path, uint64_t mark)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	struct gw_keyset opened = {.keys = NULL};
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && (size_t)st.st_size >= sizeof(struct head)) {
		opened.size = (size_t)st.st_size;
		opened.map = mmap(NULL, opened.size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	(void)close(fd);
	if (opened.map == NULL || opened.map == MAP_FAILED)
		return false;
	if (!is_whole(&opened, mark)) {
		gw_keyset_close(&opened);
		return false;
	}
	opened.count = (size_t)((const struct head *)opened.map)->count;
	opened.keys = (const struct gw_keyhash *)((const struct head *)opened.map + 1);
	*set = opened;
	return true;
}

bool
gw_keyset_has(const struct gw_keyset *set, const struct gw_keyhash *key)
{
	return has(set->keys, set->count, key);
}

void
gw_keyset_close(struct gw_keyset *set)
{
	if (set->map != NULL)
		(void)munmap(set->map, set->size);
	*set = (struct gw_keyset){.keys = NULL};
}

enum gw_status
gw_keyset_missing(const struct gw_keyset *before, const struct gw_keyset *now,
		  struct gw_keylist *out, struct gw_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < before->count; i++) {
		while (n < now->count && gw_keyhash_compare(&now->keys[n], &before->keys[i]) < 0)
			n++;
		if (n < now->count && gw_keyhash_compare(&now->keys[n], &before->keys[i]) == 0)
			continue;
		if (gw_keylist_add(out, &before->keys[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

void
gw_keylist_without(struct gw_keylist *list, const struct gw_keyset *set)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!gw_keyset_has(set, &list->keys[i]))
			list->keys[n++] = list->keys[i];
	list->count = n;
}
