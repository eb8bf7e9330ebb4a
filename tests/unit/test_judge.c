/* What becomes of a record by what the warehouse has of its key. */
#include <criterion/criterion.h>

#include "load/judge.h"

enum { VERSION = 100, OLDER = 99, NEWER = 101, HASH = 7, OTHER = 8 };

static const struct {
	const char *what;
	struct gw_verdict known;
	bool gone;
	int64_t hash;
	enum gw_fate fate;
} cases[] = {
	{"nothing is known", {0}, false, HASH, GW_FATE_NEW},
	{"a delete was remembered",
	 {.remembered = true, .remembered_version = OLDER},
	 false,
	 HASH,
	 GW_FATE_RETURNED},
	{"a newer delete was remembered",
	 {.remembered = true, .remembered_version = NEWER},
	 false,
	 HASH,
	 GW_FATE_SUPERSEDED},
	{"a row of another hash",
	 {.row = true, .version = OLDER, .hash = OTHER},
	 false,
	 HASH,
	 GW_FATE_CHANGED},
	{"a row of another hash and the same version",
	 {.row = true, .version = VERSION, .hash = OTHER},
	 false,
	 HASH,
	 GW_FATE_CHANGED},
	{"a row of the same hash",
	 {.row = true, .version = OLDER, .hash = HASH},
	 false,
	 HASH,
	 GW_FATE_UNCHANGED},
	{"a deleted row of the same hash",
	 {.row = true, .version = OLDER, .hash = HASH, .row_deleted = true},
	 false,
	 HASH,
	 GW_FATE_CHANGED},
	{"a newer row",
	 {.row = true, .version = NEWER, .hash = OTHER},
	 false,
	 HASH,
	 GW_FATE_SUPERSEDED},
	{"a newer row that was deleted",
	 {.row = true, .version = NEWER, .row_deleted = true},
	 false,
	 HASH,
	 GW_FATE_SUPERSEDED},
	{"a delete of nothing", {0}, true, 0, GW_FATE_REMEMBERED},
	{"a delete of what is remembered",
	 {.remembered = true, .remembered_version = VERSION},
	 true,
	 0,
	 GW_FATE_KNOWN},
	{"a delete of a row",
	 {.row = true, .version = VERSION, .hash = HASH},
	 true,
	 0,
	 GW_FATE_DELETED},
	{"a delete of a deleted row",
	 {.row = true, .version = OLDER, .row_deleted = true},
	 true,
	 0,
	 GW_FATE_GONE},
	{"an old delete of a newer row",
	 {.row = true, .version = NEWER, .hash = HASH},
	 true,
	 0,
	 GW_FATE_SUPERSEDED},
};

Test(judge, tells_each_fate_apart)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_judge_fate(&cases[i].known, cases[i].gone, VERSION, &cases[i].hash),
			     cases[i].fate, "%s", cases[i].what);
}

static enum gw_fate
rule_of_delete(const struct gw_verdict *c)
{
	if (!c->row && !c->remembered)
		return GW_FATE_REMEMBERED;
	if (!c->row)
		return GW_FATE_KNOWN;
	return c->row_deleted ? GW_FATE_GONE : GW_FATE_DELETED;
}

/* The same rules in the words that a merge in SQL would have. */
static enum gw_fate
rule(const struct gw_verdict *c, bool gone, const int64_t *hash)
{
	bool newer_row = c->row && c->version > VERSION;
	bool newer_delete = c->remembered && c->remembered_version > VERSION;

	if (newer_row || newer_delete)
		return GW_FATE_SUPERSEDED;
	if (gone)
		return rule_of_delete(c);
	if (!c->row && !c->remembered)
		return GW_FATE_NEW;
	if (!c->row)
		return GW_FATE_RETURNED;
	return hash != NULL && *hash == c->hash && !c->row_deleted ? GW_FATE_UNCHANGED
								   : GW_FATE_CHANGED;
}

Test(judge, holds_to_the_rules_in_every_combination)
{
	static const int64_t versions[] = {OLDER, VERSION, NEWER};
	static const int64_t same = HASH, other = OTHER;
	const int64_t *const hashes[] = {NULL, &same, &other};
	unsigned seen = 0;

	/* bits: row, deleted, remembered, gone; then both versions and the hash */
	for (unsigned n = 0; n < 16 * 3 * 3 * 3; n++) {
		const struct gw_verdict known = {
			.row = n & 1,
			.row_deleted = (n & 1) && (n & 2),
			.remembered = n & 4,
			.version = n & 1 ? versions[n / 16 % 3] : 0,
			.hash = n & 1 ? HASH : 0,
			.remembered_version = n & 4 ? versions[n / 48 % 3] : 0,
		};
		const int64_t *hash = hashes[n / 144];
		bool gone = n & 8;
		enum gw_fate fate = gw_judge_fate(&known, gone, VERSION, hash);

		cr_assert_eq(fate, rule(&known, gone, hash), "combination %u", n);
		seen |= 1u << fate;
	}
	cr_assert_eq(seen, (1u << (GW_FATE_KNOWN + 1)) - 1, "every fate is met");
}

Test(judge, takes_an_unknown_hash_for_another)
{
	const struct gw_verdict known = {.row = true, .version = OLDER, .hash = 0};
	const int64_t zero = 0;

	cr_assert_eq(gw_judge_fate(&known, false, VERSION, NULL), GW_FATE_CHANGED);
	cr_assert_eq(gw_judge_fate(&known, false, VERSION, &zero), GW_FATE_UNCHANGED);
}
