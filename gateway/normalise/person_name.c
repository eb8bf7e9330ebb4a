#include "normalise/person_name.h"

#include <string.h>
#include <utf8proc.h>

#include "normalise/rules.h"
#include "normalise/syllable.h"

enum { WORDS_MAX = 24, EN_DASH = 0x2013 };

struct word {
	const char *text; /* folded */
	size_t len;
	char mark; /* '.' or ':' that stood right behind it; else 0 */
};

struct words {
	struct word of[WORDS_MAX];
	size_t first, count; /* those from first to count stand */
};

/* Folded family names, after which an honorific is one; those that are first of all a middle
   name are left out. */
static const char family_names[] =
	" nguyễn trần lê phạm võ huỳnh phan bùi hoàng vũ đỗ trương đặng hồ ngô dương đoàn đinh "
	"trịnh "
	"cao đào mai lương lưu lâm hà thái phùng tạ lý tô vương châu chu từ quách tôn tống đồng lò "
	"vi "
	"hàn đàm thiều nghiêm lường ngân cầm giàng thào sùng vàng hơ lâu lầu triệu bàn lữ lang lục "
	"hắc "
	"tào khương mạch nguyen tran le pham vo huynh hoang vu do truong dang ngo duong doan dinh "
	"trinh dao ";

/* Honorifics, the first three with or without a mark behind them. */
static const char plain_honorifics[] = " ông bà cụ ";
static const char marked_honorifics[] =
	" ông bà cụ anh chị em cô chú bác cháu bé mr mrs ms bs ts ths ong ba ";

/* Hỏi for ngã in a family name, as it is spoken in the province. */
static const struct {
	const char *wrong, *right;
} family_slips[] = {
	{"nguyển", "nguyễn"}, {"nguyẻn", "nguyễn"}, {"nguyẽn", "nguyễn"}, {"vủ", "vũ"},
	{"đổ", "đỗ"},         {"lử", "lữ"},         {"ng", "nguyễn"},
};

static bool
in_list(const char *list, const struct word *word)
{
	char wanted[32];

	if (word->len + 3 > sizeof wanted)
		return false;
	wanted[0] = ' ';
	memcpy(wanted + 1, word->text, word->len);
	memcpy(wanted + 1 + word->len, " ", 2);
	return strstr(list, wanted) != NULL;
}

/* What a character is to a name. */
enum part { PART_LETTER, PART_DIGIT, PART_GAP, PART_NOTHING, PART_OTHER };

/* What stands between words, beside white space. */
static bool
is_gap(utf8proc_int32_t cp)
{
	utf8proc_category_t category = utf8proc_category(cp);

	return (cp < 0x80 && strchr("-_,.:", (int)cp) != NULL) || cp == EN_DASH ||
	       category == UTF8PROC_CATEGORY_CC ||
	       (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

static bool
is_apostrophe(utf8proc_int32_t cp)
{
	return cp == '\'' || cp == 0x2019 || cp == 0x02bc;
}

static enum part
part_of(utf8proc_int32_t cp)
{
	utf8proc_category_t category = utf8proc_category(cp);

	if (cp >= '0' && cp <= '9')
		return PART_DIGIT;
	if (is_apostrophe(cp) ||
	    (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME))
		return PART_LETTER;
	if (category == UTF8PROC_CATEGORY_CF)
		return PART_NOTHING;
	return is_gap(cp) ? PART_GAP : PART_OTHER;
}

/* Takes what stands in brackets out of folded text, in place; true where there was any. */
static bool
drop_notes(char *text)
{
	char *open, *close;
	bool any = false;

	while ((open = strpbrk(text, "([")) != NULL) {
		close = strpbrk(open, ")]");
		*open = ' ';
		if (close == NULL)
			open[1] = '\0';
		else
			memmove(open + 1, close + 1, strlen(close + 1) + 1);
		any = true;
	}
	return any;
}

/* Takes characters out that show nothing, in place; true where there was any. */
static bool
drop_invisible(char *text)
{
	const char *from = text;
	bool any = false;
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	while (*from != '\0' &&
	       (n = utf8proc_iterate((const utf8proc_uint8_t *)from, -1, &cp)) > 0) {
		if (part_of(cp) != PART_NOTHING) {
			memmove(text, from, (size_t)n);
			text += n;
		} else {
			any = true;
		}
		from += n;
	}
	*text = '\0';
	return any;
}

/* The word that the character at text is of: the one being read, or a new one; NULL: too many. */
static struct word *
word_of(struct words *out, struct word *reading, const char *text)
{
	if (reading != NULL)
		return reading;
	if (out->count == WORDS_MAX)
		return NULL;
	out->of[out->count] = (struct word){.text = text};
	return &out->of[out->count++];
}

static enum gw_name_status
split(const char *text, struct words *out)
{
	struct word *word = NULL;
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	*out = (struct words){.count = 0};
	for (; *text != '\0'; text += n) {
		enum part part;

		n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &cp);
		part = n <= 0 ? PART_OTHER : part_of(cp);
		if (part == PART_OTHER)
			return GW_NAME_CHARACTERS;
		if (part == PART_GAP) {
			if (word != NULL && (cp == '.' || cp == ':'))
				word->mark = (char)cp;
			word = NULL;
			continue;
		}
		word = word_of(out, word, text);
		if (word == NULL)
			return GW_NAME_LONG;
		word->len += (size_t)n;
	}
	return GW_NAME_OK;
}

static bool
is_honorific(const struct words *words)
{
	const struct word *word = &words->of[words->first];

	if (words->count - words->first < 2)
		return false;
	if (word->mark != '\0' && in_list(marked_honorifics, word))
		return true;
	return words->count - words->first > 2 && in_list(plain_honorifics, word) &&
	       in_list(family_names, word + 1);
}

static bool
is_number(const struct word *word)
{
	for (size_t i = 0; i < word->len; i++)
		if (word->text[i] < '0' || word->text[i] > '9')
			return false;
	return true;
}

/* Takes away what is no part of the name. */
static unsigned
strip(struct words *words)
{
	unsigned changes = 0;

	while (words->count > words->first && is_number(&words->of[words->count - 1])) {
		words->count--;
		changes |= GW_NAME_NUMBER;
	}
	while (is_honorific(words)) {
		words->first++;
		changes |= GW_NAME_HONORIFIC;
	}
	return changes;
}

/* A family name that is misspelt, or short for the commonest one. */
static unsigned
mend_family_name(struct words *words)
{
	struct word *word = &words->of[words->first];

	if (words->count - words->first < 2)
		return 0;
	for (size_t i = 0; i < sizeof family_slips / sizeof family_slips[0]; i++) {
		const char *wrong = family_slips[i].wrong;

		if (word->len != strlen(wrong) || memcmp(word->text, wrong, word->len) != 0 ||
		    (word->len == 2 && wrong[0] == 'n' && word->mark != '.'))
			continue;
		word->text = family_slips[i].right;
		word->len = strlen(word->text);
		return GW_NAME_SURNAME;
	}
	return 0;
}

/* One letter, or several of which none is a vowel. */
static bool
is_short_for(const struct word *word)
{
	static const char vowels[] = "aeiouy";
	utf8proc_int32_t cp;

	if (utf8proc_iterate((const utf8proc_uint8_t *)word->text, (utf8proc_ssize_t)word->len,
			     &cp) == (utf8proc_ssize_t)word->len)
		return true;
	for (size_t i = 0; i < word->len; i++)
		if ((unsigned char)word->text[i] >= 0x80 || strchr(vowels, word->text[i]) != NULL)
			return false;
	return true;
}

/* Writes letters with a capital first, and after an apostrophe (H'Hen); 0: no room. */
static size_t
capitalise(const char *text, size_t len, char *out, size_t room)
{
	bool capital = true;
	size_t done = 0;

	for (size_t i = 0; i < len;) {
		utf8proc_uint8_t bytes[4];
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
						      (utf8proc_ssize_t)(len - i), &cp);
		utf8proc_ssize_t made;

		if (n <= 0)
			return 0;
		made = utf8proc_encode_char(capital ? utf8proc_totitle(cp) : cp, bytes);
		if (done + (size_t)made > room)
			return 0;
		memcpy(out + done, bytes, (size_t)made);
		done += (size_t)made;
		capital = is_apostrophe(cp);
		i += (size_t)n;
	}
	return done;
}

static enum gw_name_status
write_word(const struct word *word, char out[GW_FOLD_MAX + 1], size_t *len)
{
	char placed[GW_SYLLABLE_TEXT];
	struct gw_syllable syllable;
	struct word shown = *word;
	size_t made;

	for (size_t i = 0; i < word->len; i++)
		if (word->text[i] >= '0' && word->text[i] <= '9')
			return GW_NAME_CHARACTERS;
	if (gw_syllable_take(&syllable, word->text, word->len) && gw_syllable_valid(&syllable)) {
		shown.text = placed;
		shown.len = gw_syllable_write(&syllable, placed);
	}
	/* With what stands around it: a space, a point. */
	if (*len + 2 > GW_FOLD_MAX)
		return GW_NAME_LONG;
	if (*len > 0)
		out[(*len)++] = ' ';
	made = capitalise(shown.text, shown.len, out + *len, GW_FOLD_MAX - *len - 1);
	if (made == 0)
		return GW_NAME_LONG;
	*len += made;
	if (word->mark == '.' && is_short_for(word))
		out[(*len)++] = '.';
	return GW_NAME_OK;
}

/* A word for "not known", with nothing around it; folded is for the work. */
static bool
is_nothing(const char *text, size_t len, char folded[GW_FOLD_MAX + 1])
{
	return gw_text_fold(text, len, folded) != GW_FOLD_FAILED &&
	       gw_rule_null_word(folded, strlen(folded));
}

/* Folded text without what is not seen: the letters on both sides of it may be one. */
static void
show(char folded[GW_FOLD_MAX + 1], char spare[GW_FOLD_MAX + 1])
{
	if (drop_invisible(folded) && gw_text_fold(folded, strlen(folded), spare) != GW_FOLD_FAILED)
		memcpy(folded, spare, strlen(spare) + 1);
}

enum gw_name_status
gw_name_normal(const char *text, size_t len, char out[GW_FOLD_MAX + 1], unsigned *changes)
{
	char folded[GW_FOLD_MAX + 1];
	int folded_len = gw_text_fold(text, len, folded);
	enum gw_name_status status;
	struct words words;
	size_t done = 0;

	*changes = 0;
	if (folded_len == GW_FOLD_FAILED)
		return GW_NAME_LONG;
	if (folded_len == 0 || is_nothing(text, len, folded))
		return GW_NAME_NOTHING;
	show(folded, out);
	if (drop_notes(folded))
		*changes |= GW_NAME_NOTE;
	status = split(folded, &words);
	if (status != GW_NAME_OK)
		return status;
	*changes |= strip(&words);
	if (words.first == words.count)
		return GW_NAME_CHARACTERS;
	*changes |= mend_family_name(&words);
	for (size_t i = words.first; status == GW_NAME_OK && i < words.count; i++)
		status = write_word(&words.of[i], out, &done);
	out[done] = '\0';
	return status == GW_NAME_OK && is_nothing(out, done, folded) ? GW_NAME_NOTHING : status;
}
