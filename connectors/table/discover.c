#include "table/discover.h"

enum { CATALOG_MAX = 16 << 20 };

enum gw_status
gw_table_discover(struct gw_session *session, const char *name, gw_table_find_fn *find,
		  gw_table_fn *each, void *arg, struct gw_error *err)
{
	struct gw_table_facts facts;
	struct gw_arena arena;
	enum gw_status status;

	gw_arena_init(&arena, CATALOG_MAX);
	status = find(session, name, &arena, &facts, err);
	if (status == GW_OK)
		status = each(arg, &facts.told, err);
	gw_arena_release(&arena);
	return status;
}

enum gw_status
gw_table_check(struct gw_session *session, const char *const *tables, size_t ntables,
	       gw_table_prove_fn *prove, bool *can_write, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	for (size_t i = 0; status == GW_OK && i < ntables; i++) {
		struct gw_arena arena;
		bool writable = false;

		gw_arena_init(&arena, CATALOG_MAX);
		status = prove(session, tables[i], &arena, &writable, err);
		gw_arena_release(&arena);
		*can_write = *can_write || writable;
	}
	return status;
}
