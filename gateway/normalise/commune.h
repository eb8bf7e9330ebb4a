/*
 * Communes with their names and heirs: what a commune's name, written beside
 * its code, is held against.
 *
 * Read once with the codes, then only looked at.  A commune is a code of one
 * map; the same number in another map is another commune.
 */
#ifndef GW_COMMUNE_H
#define GW_COMMUNE_H

#include "normalise/code_table.h"
#include "normalise/fold.h"

enum { GW_COMMUNE_DIGITS = 5 };

struct gw_commune_name {
	const char *name, *full_name; /* "Thọ Diên", "Xã Thọ Diên" */
	const char *parent; /* code of its district, or of its province since there are none */
	struct gw_commune_name *next;
};

struct gw_commune {
	uint32_t number; /* of map and code, what communes are sorted by */
	uint32_t nheirs;
	const struct gw_code_list *map;
	const char *code;
	struct gw_commune_name *names;       /* all that it had while it had this code */
	const struct gw_commune_heir *heirs; /* what it became, on this map or on another */
};

struct gw_commune_heir {
	const struct gw_commune *commune;
	const struct gw_commune_heir *next;
};

struct gw_communes {
	struct gw_commune *all; /* malloc */
	size_t count, room;
	bool named; /* unit_code.csv has names */
	uint64_t hash;
};

/*
 * Adds a name of a commune; map and code must outlive the communes, the names
 * are copied into arena.  Codes that are not five digits are passed over.
 */
enum gw_status gw_commune_add(struct gw_communes *communes, struct gw_arena *arena,
			      const struct gw_code_list *map, const char *code,
			      const struct gw_commune_name *name, struct gw_error *err);
/* After the last was added: from here on they are found. */
void gw_communes_sort(struct gw_communes *communes);
/* Makes a commune another's heir; NULL for either is passed over. */
enum gw_status gw_commune_inherit(struct gw_communes *communes, struct gw_arena *arena,
				  const struct gw_commune *old, const struct gw_commune *heir,
				  struct gw_error *err);
void gw_communes_release(struct gw_communes *communes);

/* code: five digits, perhaps more behind them.  NULL: no such commune. */
const struct gw_commune *gw_commune_find(const struct gw_communes *communes,
					 const struct gw_code_list *map, const char *code);

/*
 * A name as a source writes it, made comparable: case, Unicode form, the place
 * of a tone mark ("Hoà", "Hòa"), marks between words and zeros before numbers
 * make no difference.  Accents do: Vĩnh Hưng and Vĩnh Hùng are two communes.
 */
struct gw_commune_text {
	const char *text; /* as it stands, trimmed */
	uint32_t len;
	bool folded;
	char whole[GW_FOLD_MAX + 1]; /* once folded; "" where that can't be */
	const char *bare;            /* in it: without the word for its kind, "xã", "TT." */
};

void gw_commune_text(struct gw_commune_text *out, const char *text, uint32_t len);
/* True when the commune has, or had, this name. */
bool gw_commune_named(const struct gw_commune *commune, struct gw_commune_text *text);

/*
 * The one commune of this name that a commune became, however many steps later.
 * NULL: none, or several.  *apart: a commune on the way was divided, so that
 * the name says more than the old code.
 */
const struct gw_commune *gw_commune_heir_named(const struct gw_commune *commune,
					       struct gw_commune_text *text, bool *apart);

/*
 * Writes text as words in small letters with one space between them, the tone
 * mark behind each word; false: too long, or not UTF-8.  Its length is *len.
 */
bool gw_commune_fold(const char *text, size_t len, char out[GW_FOLD_MAX + 1]);

/*
 * What a commune is on this map, however many steps later: at most max of them
 * into out, itself where it is of that map and was not joined to another there.
 */
size_t gw_commune_heirs(const struct gw_commune *commune, const struct gw_code_list *map,
			const struct gw_commune **out, size_t max);

#endif
