#include <string.h>

#include "normalise/fold.h"
#include "normalise/place_index.h"
#include "normalise/rules.h"

enum { PARTS_MAX = 12, AREAS_MAX = 8, YEAR_DIGITS = 4, CHANGE_YEAR = 2025 };

/* What a word before a name says that it is, as bits. */
enum kind { KIND_NONE = 0, KIND_COMMUNE = 1, KIND_DISTRICT = 2, KIND_PROVINCE = 4 };

/* Folded, with the space behind them, and how the full name of such a unit begins. */
static const struct {
	const char *word;
	unsigned kind;
	const char *full;
} kinds[] = {
	{"xa\u0303 ", KIND_COMMUNE, "Xã "},
	{"xa ", KIND_COMMUNE, "Xã "},
	{"x ", KIND_COMMUNE, "Xã "},
	{"phu\u031bo\u031bng\u0300 ", KIND_COMMUNE, "Phường "},
	{"phuong ", KIND_COMMUNE, "Phường "},
	{"p ", KIND_COMMUNE, "Phường "},
	{"thi\u0323 tra\u0302n\u0301 ", KIND_COMMUNE, "Thị trấn "},
	{"thi tran ", KIND_COMMUNE, "Thị trấn "},
	{"tt ", KIND_COMMUNE, "Thị trấn "},
	{"t t ", KIND_COMMUNE, "Thị trấn "},
	{"\u0111a\u0306c\u0323 khu ", KIND_COMMUNE, "Đặc khu "},
	{"huye\u0302n\u0323 ", KIND_DISTRICT, "Huyện "},
	{"huyen ", KIND_DISTRICT, "Huyện "},
	{"h ", KIND_DISTRICT, "Huyện "},
	{"qua\u0302n\u0323 ", KIND_DISTRICT, "Quận "},
	{"quan ", KIND_DISTRICT, "Quận "},
	{"q ", KIND_DISTRICT, "Quận "},
	{"thi\u0323 xa\u0303 ", KIND_DISTRICT, "Thị xã "},
	{"thi xa ", KIND_DISTRICT, "Thị xã "},
	{"tx ", KIND_DISTRICT, "Thị xã "},
	{"thanh\u0300 pho\u0302\u0301 ", KIND_DISTRICT | KIND_PROVINCE, "Thành phố "},
	{"thanh pho ", KIND_DISTRICT | KIND_PROVINCE, "Thành phố "},
	{"tp ", KIND_DISTRICT | KIND_PROVINCE, "Thành phố "},
	{"tinh\u0309 ", KIND_PROVINCE, "Tỉnh "},
	{"tinh ", KIND_PROVINCE, "Tỉnh "},
	{"t ", KIND_PROVINCE, "Tỉnh "},
};

/* A part between commas. */
struct part {
	struct gw_wanted whole, bare; /* with the word before it, and without */
	unsigned kind;
	const char *full; /* how the full name begins; "": no word says it */
};

/* An address while it is read. */
struct reading {
	const struct gw_places *places;
	const char *parts[PARTS_MAX];
	size_t lens[PARTS_MAX];
	size_t count;                            /* parts that are left, from the first */
	const char *old_province, *new_province; /* NULL: none is named, or that map lacks it */
	const char *districts[AREAS_MAX];
	size_t ndistricts;
	struct gw_address *out;
};

static bool
take_part(const struct reading *r, size_t i, struct part *out)
{
	char folded[GW_FOLD_MAX + 1];

	*out = (struct part){.kind = KIND_NONE, .full = ""};
	if (!gw_commune_fold(r->parts[i], r->lens[i], folded))
		return false;
	gw_wanted_set(&out->whole, folded);
	gw_wanted_set(&out->bare, folded);
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		size_t len = strlen(kinds[k].word);

		if (strncmp(folded, kinds[k].word, len) != 0)
			continue;
		gw_wanted_set(&out->bare, folded + len);
		out->kind = kinds[k].kind;
		out->full = kinds[k].full;
		break;
	}
	return folded[0] != '\0';
}

/* Keeps a part unless there is nothing in it. */
static void
add_part(struct reading *r, const char *text, size_t len)
{
	uint32_t left = (uint32_t)len;

	gw_text_trim(&text, &left);
	if (left == 0)
		return;
	if (r->count == PARTS_MAX) { /* streets, which nobody asks for */
		memmove(r->parts, r->parts + 1, (PARTS_MAX - 1) * sizeof *r->parts);
		memmove(r->lens, r->lens + 1, (PARTS_MAX - 1) * sizeof *r->lens);
		r->count--;
	}
	r->parts[r->count] = text;
	r->lens[r->count++] = left;
}

static void
split(struct reading *r, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != ',' && text[i] != ';')
			continue;
		add_part(r, text + from, i - from);
		from = i + 1;
	}
}

static bool
part_is(const struct part *part, const struct gw_place_name *name)
{
	return gw_wanted_is(&part->whole, name) || gw_wanted_is(&part->bare, name);
}

/* A city that is a province is called one; a bare name may be. */
static bool
is_province(const struct part *part, const struct gw_place_area *area)
{
	if (area->area->parent[0] != '\0' || !part_is(part, &area->name))
		return false;
	return part->kind == KIND_NONE ||
	       ((part->kind & KIND_PROVINCE) != 0 &&
		strncmp(area->area->full_name, part->full, strlen(part->full)) == 0);
}

/* Takes the last part where it is a province. */
static void
take_province(struct reading *r)
{
	const struct gw_places *places = r->places;
	struct part part;

	if (r->count == 0 || !take_part(r, r->count - 1, &part))
		return;
	for (size_t i = 0; i < places->nareas; i++) {
		const struct gw_area *area = places->areas[i].area;

		if (!is_province(&part, &places->areas[i]))
			continue;
		if (area->map == places->before)
			r->old_province = area->code;
		else if (area->map == places->after)
			r->new_province = area->code;
		r->out->province = area->code;
	}
	if (r->out->province != NULL)
		r->count--;
}

/* True for a district of that name, in the province that is named. */
static bool
is_district(const struct reading *r, const struct part *part, const struct gw_place_area *area)
{
	const char *parent = area->area->parent;

	if (area->area->map != r->places->before || parent[0] == '\0' ||
	    !part_is(part, &area->name))
		return false;
	return r->out->province == NULL ||
	       (r->old_province != NULL && strcmp(parent, r->old_province) == 0);
}

/* Takes the last part where it is a district; true where a word says that it is one. */
static bool
take_district(struct reading *r)
{
	const struct gw_places *places = r->places;
	struct part part;

	if (r->count == 0 || !take_part(r, r->count - 1, &part) || part.kind == KIND_COMMUNE ||
	    (part.kind == KIND_NONE && r->count < 2))
		return false;
	for (size_t i = 0; i < places->nareas && r->ndistricts < AREAS_MAX; i++)
		if (is_district(r, &part, &places->areas[i]))
			r->districts[r->ndistricts++] = places->areas[i].area->code;
	if (r->ndistricts > 0)
		r->count--;
	return part.kind != KIND_NONE;
}

/* True where the place may be the one: of the districts, or else of the province. */
static bool
lies_there(const struct reading *r, const struct gw_named_place *place)
{
	bool old = place->commune->map == r->places->before;
	const char *province = old ? r->old_province : r->new_province;

	if (r->ndistricts == 0)
		return r->out->province == NULL ||
		       (province != NULL && strcmp(place->province, province) == 0);
	for (size_t i = 0; old && i < r->ndistricts; i++)
		if (strcmp(place->as->parent, r->districts[i]) == 0)
			return true;
	return false;
}

static void
add(const struct gw_commune **list, size_t *count, const struct gw_commune *commune)
{
	for (size_t i = 0; i < *count; i++)
		if (list[i] == commune)
			return;
	if (*count < GW_PLACES_MAX)
		list[(*count)++] = commune;
}

static void
add_place(const struct reading *r, const struct gw_named_place *place)
{
	struct gw_address *out = r->out;

	if (place->commune->map == r->places->before)
		add(out->old, &out->nold, place->commune);
	else if (place->commune->map == r->places->after)
		add(out->now, &out->nnow, place->commune);
}

/* The word for its kind may have changed since the name was written: it decides among several. */
static void
add_named(const struct reading *r, const struct gw_wanted *wanted, const char *full)
{
	size_t count, of_kind = 0;
	const struct gw_named_place *found = gw_places_named(r->places, wanted->plain, &count);

	for (int kind = full[0] != '\0' ? 1 : 0; kind >= 0 && of_kind == 0; kind--)
		for (size_t i = 0; i < count; i++) {
			if (!gw_wanted_is(wanted, &found[i].name) || !lies_there(r, &found[i]) ||
			    (kind == 1 && strncmp(found[i].as->full_name, full, strlen(full)) != 0))
				continue;
			of_kind++;
			add_place(r, &found[i]);
		}
}

/* "ng trao" for "ngoc trao": each word begins the other's, and none is missing. */
static bool
is_short_for(const char *written, const char *name)
{
	while (*written != '\0' && *name != '\0') {
		size_t len = strcspn(written, " ");

		if (strncmp(written, name, len) != 0)
			return false;
		written += len + (written[len] == ' ');
		name += strcspn(name, " ");
		name += *name == ' ';
	}
	return *written == '\0' && *name == '\0';
}

/* Only within a district: elsewhere too many names are begun alike. */
static void
add_abbreviated(const struct reading *r, const struct gw_wanted *wanted)
{
	if (r->ndistricts == 0 || strchr(wanted->plain, ' ') == NULL)
		return;
	for (size_t i = 0; i < r->places->count; i++)
		if (is_short_for(wanted->plain, r->places->all[i].name.plain) &&
		    lies_there(r, &r->places->all[i]))
			add_place(r, &r->places->all[i]);
}

/* True for a commune that was not joined to another of its map. */
static bool
stands(const struct gw_commune *commune)
{
	const struct gw_commune *first = NULL;

	return gw_commune_heirs(commune, commune->map, &first, 1) > 0 && first == commune;
}

/* Where a commune that stands has the name, one that ended before is not meant. */
static void
drop_ended(struct gw_address *out)
{
	const struct gw_commune *standing[GW_PLACES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < out->nold; i++)
		if (stands(out->old[i]))
			standing[count++] = out->old[i];
	if (count == 0)
		return;
	for (out->nold = 0; out->nold < count; out->nold++)
		out->old[out->nold] = standing[out->nold];
}

static void
take_commune(struct reading *r)
{
	struct gw_address *out = r->out;
	struct part part;

	if (r->count == 0 || !take_part(r, r->count - 1, &part))
		return;
	add_named(r, &part.whole, "");
	if (out->nold + out->nnow == 0 && part.kind == KIND_COMMUNE)
		add_named(r, &part.bare, part.full);
	if (out->nold + out->nnow == 0)
		add_abbreviated(r, part.kind == KIND_COMMUNE ? &part.bare : &part.whole);
	drop_ended(out);
}

/* The year behind a code, 0 where there is none; false for anything else. */
static bool
year_behind(const char *text, size_t len, int *year)
{
	static const char of_year[] = "na\u0306m ";
	char folded[GW_FOLD_MAX + 1], *rest = folded;

	*year = 0;
	if (!gw_commune_fold(text, len, folded))
		return false;
	if (strncmp(rest, of_year, strlen(of_year)) == 0)
		rest += strlen(of_year);
	if (*rest == '\0')
		return rest == folded;
	if (strlen(rest) != YEAR_DIGITS || strspn(rest, "0123456789") != YEAR_DIGITS)
		return false;
	for (; *rest != '\0'; rest++)
		*year = *year * 10 + (*rest - '0');
	return true;
}

static bool
begins_with_code(const char *text, uint32_t len)
{
	for (size_t i = 0; i < GW_COMMUNE_DIGITS; i++)
		if (len < GW_COMMUNE_DIGITS || text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* "15961", "15961 (năm 2024)": a code; its year tells the map. */
static bool
is_code(const struct gw_places *places, const char *text, size_t len, struct gw_address *out)
{
	const struct gw_commune *old = NULL, *now = NULL;
	uint32_t left = (uint32_t)len;
	int year;

	gw_text_trim(&text, &left);
	if (!begins_with_code(text, left) ||
	    !year_behind(text + GW_COMMUNE_DIGITS, left - GW_COMMUNE_DIGITS, &year))
		return false;
	if (places->before != NULL && year <= CHANGE_YEAR)
		old = gw_commune_find(places->communes, places->before, text);
	if (places->after != NULL && (year == 0 || year >= CHANGE_YEAR))
		now = gw_commune_find(places->communes, places->after, text);
	if (old != NULL)
		add(out->old, &out->nold, old);
	if (now != NULL)
		add(out->now, &out->nnow, now);
	out->district = year != 0 && year < CHANGE_YEAR;
	return true;
}

static bool
is_same_as_above(const char *folded)
{
	static const char *const words[] = {"nt", "n/t", "như trên", "nhu tren", "như trên."};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], folded) == 0)
			return true;
	return false;
}

static void
read_parts(const struct gw_places *places, const char *text, size_t len, struct gw_address *out)
{
	struct reading r = {.places = places, .out = out};
	bool named;

	split(&r, text, len);
	take_province(&r);
	if (r.count == 0) {
		out->kind = out->province != NULL ? GW_ADDRESS_PROVINCE : GW_ADDRESS_UNKNOWN;
		return;
	}
	named = take_district(&r);
	if (named && r.ndistricts == 0)
		return;
	out->district = r.ndistricts > 0;
	take_commune(&r);
	if (out->nold + out->nnow > 0 || r.ndistricts == 0 || named)
		return;
	/* What looked like a district was the commune. */
	r.ndistricts = 0;
	r.count++;
	out->district = false;
	take_commune(&r);
}

void
gw_address_read(const struct gw_places *places, const char *text, size_t len,
		struct gw_address *out)
{
	char folded[GW_FOLD_MAX + 1];

	*out = (struct gw_address){.kind = GW_ADDRESS_UNKNOWN};
	if (gw_text_fold(text, len, folded) != GW_FOLD_FAILED) {
		if (gw_rule_null_word(folded, strlen(folded))) {
			out->kind = GW_ADDRESS_NOTHING;
			return;
		}
		if (is_same_as_above(folded)) {
			out->kind = GW_ADDRESS_SAME_AS_ABOVE;
			return;
		}
	}
	if (!is_code(places, text, len, out))
		read_parts(places, text, len, out);
	if (out->nold + out->nnow > 0)
		out->kind = GW_ADDRESS_COMMUNE;
}
