#include "normalise/syllable.h"

#include <string.h>
#include <utf8proc.h>

enum { GRAVE = 0x0300, ACUTE = 0x0301, TILDE = 0x0303, HOOK = 0x0309, DOT_BELOW = 0x0323 };
enum { CIRCUMFLEX = 0x0302, BREVE = 0x0306, HORN = 0x031b, D_STROKE = 0x0111, PARTS_MAX = 4 };

/* Letters with a mark of their own, by their byte. */
static const struct mark {
	char base, letter;
	utf8proc_int32_t mark, whole;
} marks[] = {
	{'a', 'A', BREVE, 0x0103},      {'a', 'B', CIRCUMFLEX, 0x00e2},
	{'e', 'E', CIRCUMFLEX, 0x00ea}, {'o', 'O', CIRCUMFLEX, 0x00f4},
	{'o', 'P', HORN, 0x01a1},       {'u', 'U', HORN, 0x01b0},
	{'d', 'D', 0, D_STROKE},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const char onsets[] = " b c ch d D g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x ";

static const char rhymes[] =
	" a ac ach ai am an ang anh ao ap at au ay Ac Am An Ang Ap At Bc Bm Bn Bng Bp Bt Bu By "
	"e ec em en eng eo ep et E Ech Em En Enh Ep Et Eu "
	"i ia ich iEc iEm iEn iEng iEp iEt iEu im in inh ip it iu "
	"o oa oac oach oai oam oan oang oanh oao oap oat oay oAc oAm oAn oAng oAt oc oe oen oeo "
	"oet "
	"oi om on ong ooc oong op ot O Oc Oi Om On Ong Op Ot P Pi Pm Pn Pp Pt "
	"u ua uc ui um un ung up ut uBn uBng uBt uBy uE uEch uEn uEnh uP uOc uOi uOm uOn uOng uOt "
	"uy uya uych uyEn uyEt uynh uyt uyu U Ua Uc Ui Ung Ut Uu UPc UPi UPm UPn UPng UPp UPt UPu "
	"y yEm yEn yEng yEt yEu ych ynh yt ";

static bool
listed(const char *list, const char *word, size_t len)
{
	char wanted[GW_SYLLABLE_LETTERS + 3];

	wanted[0] = ' ';
	memcpy(wanted + 1, word, len);
	wanted[len + 1] = ' ';
	wanted[len + 2] = '\0';
	return strstr(list, wanted) != NULL;
}

static bool
is_vowel(char letter)
{
	return letter != '\0' && strchr("aABeEioOPuUy", letter) != NULL;
}

static bool
is_tone(utf8proc_int32_t cp)
{
	return cp == GRAVE || cp == ACUTE || cp == TILDE || cp == HOOK || cp == DOT_BELOW;
}

/* Gives the last letter its mark: a and circumflex are â. */
static bool
put_mark(struct gw_syllable *out, utf8proc_int32_t cp)
{
	char *last = out->count == 0 ? NULL : &out->letters[out->count - 1];

	for (size_t i = 0; last != NULL && i < COUNT(marks); i++)
		if (marks[i].mark == cp && marks[i].base == *last) {
			*last = marks[i].letter;
			return true;
		}
	return false;
}

static bool
put(struct gw_syllable *out, utf8proc_int32_t cp)
{
	if (is_tone(cp)) {
		if (out->tone != 0 || out->count == 0)
			return false;
		out->tone = cp;
		return true;
	}
	if (cp == CIRCUMFLEX || cp == BREVE || cp == HORN)
		return put_mark(out, cp);
	if ((cp < 'a' || cp > 'z') && cp != D_STROKE)
		return false;
	if (out->count == GW_SYLLABLE_LETTERS)
		return false;
	out->letters[out->count] = 'D';
	if (cp != D_STROKE)
		out->letters[out->count] = (char)cp;
	out->count++;
	return true;
}

bool
gw_syllable_take(struct gw_syllable *out, const char *text, size_t len)
{
	*out = (struct gw_syllable){.count = 0};
	for (size_t i = 0; i < len;) {
		utf8proc_int32_t cp, parts[PARTS_MAX];
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
						      (utf8proc_ssize_t)(len - i), &cp);
		utf8proc_ssize_t nparts;
		int boundary = 0;

		if (n <= 0)
			return false;
		nparts = utf8proc_decompose_char(cp, parts, PARTS_MAX, UTF8PROC_DECOMPOSE,
						 &boundary);
		if (nparts < 1 || nparts > PARTS_MAX)
			return false;
		for (utf8proc_ssize_t k = 0; k < nparts; k++)
			if (!put(out, parts[k]))
				return false;
		i += (size_t)n;
	}
	return out->count > 0;
}

/* How many letters begin the syllable; the u of qu and, before a vowel, the i of gi belong there.
 */
static size_t
onset_length(const struct gw_syllable *s)
{
	size_t n = 0;

	while (n < s->count && !is_vowel(s->letters[n]))
		n++;
	if (n == 1 && s->letters[0] == 'q' && s->letters[1] == 'u')
		return 2;
	/* giếng is gi and iêng, with one i. */
	if (n == 1 && s->letters[0] == 'g' && s->letters[1] == 'i' && s->letters[2] != 'E' &&
	    is_vowel(s->letters[2]))
		return 2;
	return n;
}

/* k, gh and ngh before e, ê, i, y alone; c, g and ng before the others. */
static bool
go_together(const char *onset, size_t len, char vowel)
{
	static const struct {
		const char *onset, *before;
	} pairs[] = {
		{"qu", "aABeEioOPy"}, {"k", "eEiy"},      {"gh", "eEi"},       {"ngh", "eEi"},
		{"c", "aABoOPuU"},    {"g", "aABioOPuU"}, {"ng", "aABoOPuUy"},
	};

	for (size_t i = 0; i < COUNT(pairs); i++)
		if (strlen(pairs[i].onset) == len && memcmp(pairs[i].onset, onset, len) == 0)
			return strchr(pairs[i].before, vowel) != NULL;
	return true;
}

bool
gw_syllable_valid(const struct gw_syllable *syllable)
{
	size_t onset = onset_length(syllable);
	const char *rhyme = syllable->letters + onset, *last;

	if (syllable->count == 0 || onset == syllable->count ||
	    (onset > 0 && !listed(onsets, syllable->letters, onset)) ||
	    !go_together(syllable->letters, onset, rhyme[0]) ||
	    !listed(rhymes, rhyme, syllable->count - onset))
		return false;
	last = &syllable->letters[syllable->count - 1];
	if (strchr("cpt", *last) == NULL && (*last != 'h' || last[-1] != 'c'))
		return true;
	return syllable->tone == ACUTE || syllable->tone == DOT_BELOW;
}

/* The letter that carries the tone. */
static size_t
carrier(const struct gw_syllable *s)
{
	size_t first = onset_length(s), end = first, marked = GW_SYLLABLE_LETTERS;

	for (; end < s->count && is_vowel(s->letters[end]); end++)
		if (strchr("ABEOPU", s->letters[end]) != NULL)
			marked = end;
	if (marked < GW_SYLLABLE_LETTERS)
		return marked;
	if (end < s->count) /* a consonant follows */
		return end - 1;
	return end - first == 3 ? first + 1 : first;
}

static utf8proc_int32_t
letter_of(char letter)
{
	for (size_t i = 0; i < COUNT(marks); i++)
		if (marks[i].letter == letter)
			return marks[i].whole;
	return letter;
}

size_t
gw_syllable_write(const struct gw_syllable *syllable, char out[GW_SYLLABLE_TEXT])
{
	size_t len = 0, at = syllable->tone == 0 ? GW_SYLLABLE_LETTERS : carrier(syllable);

	for (size_t i = 0; i < syllable->count; i++) {
		utf8proc_int32_t points[2] = {letter_of(syllable->letters[i]), syllable->tone};
		utf8proc_ssize_t n = 1;

		if (i == at)
			n = utf8proc_normalize_utf32(points, 2, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		for (utf8proc_ssize_t k = 0; k < n; k++)
			len += (size_t)utf8proc_encode_char(points[k],
							    (utf8proc_uint8_t *)out + len);
	}
	out[len] = '\0';
	return len;
}

bool
gw_syllables_write(const char *folded, char out[GW_FOLD_MAX + 1])
{
	size_t done = 0;
	bool other = false;

	for (const char *p = folded; *p != '\0';) {
		char placed[GW_SYLLABLE_TEXT];
		size_t len = strcspn(p, " "), made = len;
		struct gw_syllable syllable;
		const char *word = p;

		if (gw_syllable_take(&syllable, p, len) && gw_syllable_valid(&syllable)) {
			made = gw_syllable_write(&syllable, placed);
			word = placed;
		}
		if (done + made + 1 > GW_FOLD_MAX)
			return false;
		memcpy(out + done, word, made);
		other |= made != len || memcmp(word, p, len) != 0;
		done += made;
		p += len;
		if (*p == ' ')
			out[done++] = *p++;
	}
	out[done] = '\0';
	return other;
}
