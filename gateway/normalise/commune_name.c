#include "normalise/commune.h"

#include <string.h>
#include <utf8proc.h>

enum { TONES_MAX = 4, ETH = 0x00f0, D_STROKE = 0x0111 };

/* Folded, with the space behind them; tone marks stand at the end of their syllable. */
static const char *const kinds[] = {
	"xa\u0303 ",                   /* xã */
	"phu\u031bo\u031bng\u0300 ",   /* phường */
	"thi\u0323 tra\u0302n\u0301 ", /* thị trấn */
	"\u0111a\u0306c\u0323 khu ",   /* đặc khu */
	"x ",
	"p ",
	"tt ",
	"t t ", /* X. P. TT. T.T. */
};

/* A name while it is folded. */
struct folding {
	char *out;
	size_t len;
	utf8proc_int32_t tones[TONES_MAX]; /* of the syllable that is being read */
	size_t ntones;
	bool zero;  /* the last letter is one, and begins a number */
	bool space; /* to come before the next letter */
	bool full;
};

static void
put(struct folding *f, utf8proc_int32_t cp)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n = utf8proc_encode_char(cp, bytes);

	if (f->len + (size_t)n > GW_FOLD_MAX) {
		f->full = true;
		return;
	}
	memcpy(f->out + f->len, bytes, (size_t)n);
	f->len += (size_t)n;
}

static void
end_syllable(struct folding *f)
{
	for (size_t i = 0; i < f->ntones; i++)
		put(f, f->tones[i]);
	f->ntones = 0;
	f->zero = false;
	f->space = f->len > 0;
}

static bool
is_tone(utf8proc_int32_t cp)
{
	return cp == 0x0300 || cp == 0x0301 || cp == 0x0303 || cp == 0x0309 || cp == 0x0323;
}

/* Letters, digits, and the marks that make â, ă, ơ of a letter. */
static bool
is_of_word(utf8proc_int32_t cp)
{
	utf8proc_category_t category = utf8proc_category(cp);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
	       category == UTF8PROC_CATEGORY_ND;
}

static void
hold_tone(struct folding *f, utf8proc_int32_t cp)
{
	/* Where no syllable has begun it is of no letter. */
	if (f->len > 0 && !f->space && f->ntones < TONES_MAX)
		f->tones[f->ntones++] = cp;
}

static void
take(struct folding *f, utf8proc_int32_t cp)
{
	if (is_tone(cp)) {
		hold_tone(f, cp);
		return;
	}
	if (!is_of_word(cp)) {
		end_syllable(f);
		return;
	}
	if (f->space)
		put(f, ' ');
	f->space = false;
	if (f->zero && cp >= '0' && cp <= '9') /* Phường 01 */
		f->len--;
	f->zero = cp == '0' && (f->len == 0 || f->out[f->len - 1] == ' ');
	put(f, cp == ETH ? D_STROKE : cp);
}

bool
gw_commune_fold(const char *text, size_t len, char out[GW_FOLD_MAX + 1])
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
	utf8proc_int32_t points[GW_FOLD_MAX];
	struct folding folding = {.out = out};
	utf8proc_ssize_t n =
		utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, points,
				   GW_FOLD_MAX, options);

	if (n < 0 || n > GW_FOLD_MAX)
		return false;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		take(&folding, points[i]);
	end_syllable(&folding);
	out[folding.len] = '\0';
	return !folding.full;
}

static size_t
kind_length(const char *folded)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(folded, kinds[i], strlen(kinds[i])) == 0)
			return strlen(kinds[i]);
	return 0;
}

/* Moves text[from..to) to out without its spaces. */
static char *
compact(char *out, const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (text[i] != ' ')
			*out++ = text[i];
	return out;
}

static void
fold_once(struct gw_commune_text *text)
{
	size_t kind, len;
	char *bare;

	if (text->folded)
		return;
	text->folded = true;
	text->bare = text->whole;
	if (!gw_commune_fold(text->text, text->len, text->whole)) {
		text->whole[0] = '\0';
		return;
	}
	kind = kind_length(text->whole);
	len = strlen(text->whole);
	bare = compact(text->whole, text->whole, 0, kind);
	text->bare = bare;
	*compact(bare, text->whole, kind, len) = '\0';
}

void
gw_commune_text(struct gw_commune_text *out, const char *text, uint32_t len)
{
	gw_text_trim(&text, &len);
	*out = (struct gw_commune_text){.text = text, .len = len};
}

static bool
same(const char *name, const struct gw_commune_text *text)
{
	return strlen(name) == text->len && memcmp(name, text->text, text->len) == 0;
}

bool
gw_commune_named(const struct gw_commune *commune, struct gw_commune_text *text)
{
	struct gw_commune_text own;

	for (const struct gw_commune_name *name = commune->names; name != NULL; name = name->next)
		if (same(name->full_name, text) || same(name->name, text))
			return true;
	fold_once(text);
	if (text->whole[0] == '\0')
		return false;
	for (const struct gw_commune_name *name = commune->names; name != NULL; name = name->next) {
		gw_commune_text(&own, name->name, (uint32_t)strlen(name->name));
		fold_once(&own);
		/* Phường Đúc is a ward's bare name, too. */
		if (strcmp(own.whole, text->whole) == 0 || strcmp(own.whole, text->bare) == 0)
			return true;
	}
	return false;
}
