#include "table/keys.h"

#include <string.h>

#include "base/i18n.h"
#include "table/refuse.h"

size_t
gw_keys_find(const struct gw_keys *keys, const char *const *names, size_t count, size_t *at)
{
	for (size_t i = 0; i < count; i++) {
		at[i] = 0;
		while (at[i] < keys->ncolumns && strcmp(keys->columns[at[i]], names[i]) != 0)
			at[i]++;
		if (at[i] == keys->ncolumns)
			return i;
	}
	return count;
}

enum gw_status
gw_keys_match(const struct gw_keys *keys, const char *const *key, size_t nkey, const char *table,
	      size_t *at, struct gw_error *err)
{
	if (keys->ncolumns == nkey && gw_keys_find(keys, key, nkey, at) == nkey)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("the key of %s is now %s%s, but the rows to read again are named by "
			 "%s%s: the key was changed since.  Discard their letters; a full reading "
			 "brings the rows under the new key"),
		       table, key[0], nkey > 1 ? ", …" : "",
		       keys->ncolumns > 0 ? keys->columns[0] : "?",
		       keys->ncolumns > 1 ? ", …" : "");
}

enum gw_status
gw_keys_fail_many(const struct gw_keys *keys, const char *table, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("the %zu keys to read again from %s are too long for one request: ask for "
			 "fewer at once"),
		       keys->count, table);
}

enum gw_status
gw_keys_fail_large(size_t count, const char *table, const struct gw_batch *batch,
		   struct gw_error *err)
{
	if (count == 1)
		return gw_table_fail_large(table, batch, err);
	return gw_fail(err, GW_CONFIG,
		       _("the rows of %s to read again are larger than the %zu MB that a batch may "
			 "take: ask for fewer at once"),
		       table, batch->arena.limit >> 20);
}
