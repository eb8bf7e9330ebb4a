#include "normalise/person_name.h"

#include <string.h>
#include <utf8proc.h>

enum { PARTS_MAX = 4, WORDS_MAX = 24, KEY_MAX = GW_FOLD_MAX + 2, D_STROKE = 0x0111 };

/* A normal name in small letters, without its marks where plain. */
static void
fold(const char *name, bool plain, char out[GW_FOLD_MAX + 1])
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)name;
	utf8proc_ssize_t n, len = 0;
	utf8proc_int32_t cp;

	for (; *p != 0 && (n = utf8proc_iterate(p, -1, &cp)) > 0; p += n) {
		utf8proc_int32_t parts[PARTS_MAX], small = utf8proc_tolower(cp);
		utf8proc_uint8_t bytes[4];
		int boundary = 0;
		utf8proc_ssize_t made;

		if (plain && utf8proc_decompose_char(small, parts, PARTS_MAX, UTF8PROC_DECOMPOSE,
						     &boundary) > 0)
			small = parts[0] == D_STROKE ? 'd' : parts[0];
		if (plain && (small == '.' || utf8proc_category(small) == UTF8PROC_CATEGORY_MN))
			continue;
		made = utf8proc_encode_char(small, bytes);
		if (len + made > GW_FOLD_MAX)
			break;
		memcpy(out + len, bytes, (size_t)made);
		len += made;
	}
	out[len] = '\0';
}

bool
gw_name_key(const char *text, size_t len, char out[GW_FOLD_MAX + 1])
{
	char normal[GW_FOLD_MAX + 1];
	unsigned changes;

	if (gw_name_normal(text, len, normal, &changes) != GW_NAME_OK)
		return false;
	fold(normal, true, out);
	return true;
}

/* What is spoken or typed alike: the second stands for both. */
static const struct {
	const char *one, *other;
	bool first; /* at the beginning of a word alone */
} alike[] = {
	{"tr", "ch", true}, {"n", "l", true},  {"s", "x", true},  {"ả", "ã", false},
	{"ẳ", "ẵ", false},  {"ẩ", "ẫ", false}, {"ẻ", "ẽ", false}, {"ể", "ễ", false},
	{"ỉ", "ĩ", false},  {"ỏ", "õ", false}, {"ổ", "ỗ", false}, {"ở", "ỡ", false},
	{"ủ", "ũ", false},  {"ử", "ữ", false}, {"ỷ", "ĩ", false}, {"ỹ", "ĩ", false},
	{"ỳ", "ì", false},  {"ý", "í", false}, {"ỵ", "ị", false}, {"y", "i", false},
};

/* Bytes of the pair that text begins with, and what stands for it; 0: none. */
static size_t
alike_at(const char *text, bool first, const char **other)
{
	for (size_t i = 0; i < sizeof alike / sizeof alike[0]; i++) {
		size_t len = strlen(alike[i].one);

		if (strncmp(text, alike[i].one, len) != 0 || (alike[i].first && !first) ||
		    (text[0] == 'n' && (text[1] == 'g' || text[1] == 'h')))
			continue;
		*other = alike[i].other;
		return len;
	}
	return 0;
}

/* In place: nothing stands for more bytes than it had. */
static void
make_alike(char *text)
{
	char *to = text;
	bool first = true;

	while (*text != '\0') {
		const char *other;
		size_t len = alike_at(text, first, &other);

		first = *text == ' ';
		if (len == 0) {
			*to++ = *text++;
			continue;
		}
		text += len;
		while (*other != '\0')
			*to++ = *other++;
	}
	*to = '\0';
}

struct word {
	const char *text;
	size_t len;
};

/* A middle Thị or Văn, which is often left out; the first and the last word stay. */
static bool
is_left_out(const struct word *word, size_t at)
{
	static const char *const middles[] = {"thị", "thi", "văn", "van"};

	if (at == 0 || word->text[word->len] == '\0')
		return false;
	for (size_t i = 0; i < sizeof middles / sizeof middles[0]; i++)
		if (word->len == strlen(middles[i]) &&
		    memcmp(word->text, middles[i], word->len) == 0)
			return true;
	return false;
}

/* Puts a word where the alphabet has it; no word has a space, so that it ends a comparison. */
static void
insert(struct word *words, size_t count, struct word word)
{
	size_t at = count;

	for (; at > 0 && strncmp(words[at - 1].text, word.text, word.len + 1) > 0; at--)
		words[at] = words[at - 1];
	words[at] = word;
}

/* The words in the order of the alphabet, each with a space behind it; without middles where
   those are left out. */
static void
sort_words(const char *text, bool leave_out, char out[KEY_MAX])
{
	struct word words[WORDS_MAX];
	size_t count = 0;

	for (size_t at = 0; *text != '\0' && count < WORDS_MAX; at++) {
		struct word word = {.text = text, .len = strcspn(text, " ")};

		if (!leave_out || !is_left_out(&word, at))
			insert(words, count++, word);
		text += word.len;
		text += strspn(text, " ");
	}
	for (size_t i = 0; i < count; i++) {
		memcpy(out, words[i].text, words[i].len);
		out += words[i].len;
		*out++ = ' ';
	}
	*out = '\0';
}

/* In whatever order, and with a middle that only one of the two has. */
static bool
same_words(const char *a, const char *b)
{
	static const bool leave_out[][2] = {{false, false}, {true, false}, {false, true}};
	char key_a[KEY_MAX], key_b[KEY_MAX];

	for (size_t i = 0; i < sizeof leave_out / sizeof leave_out[0]; i++) {
		sort_words(a, leave_out[i][0], key_a);
		sort_words(b, leave_out[i][1], key_b);
		if (strcmp(key_a, key_b) == 0)
			return true;
	}
	return false;
}

enum gw_name_match
gw_name_compare(const char *a, const char *b)
{
	char normal_a[GW_FOLD_MAX + 1], normal_b[GW_FOLD_MAX + 1];
	char fold_a[GW_FOLD_MAX + 1], fold_b[GW_FOLD_MAX + 1];
	unsigned changes;
	bool plain;

	if (gw_name_normal(a, strlen(a), normal_a, &changes) != GW_NAME_OK ||
	    gw_name_normal(b, strlen(b), normal_b, &changes) != GW_NAME_OK)
		return GW_NAME_DIFFERENT;
	if (strcmp(normal_a, normal_b) == 0)
		return GW_NAME_SAME;
	/* Without marks a name says as little as its key. */
	plain = gw_text_ascii(normal_a, strlen(normal_a)) ||
		gw_text_ascii(normal_b, strlen(normal_b));
	fold(normal_a, plain, fold_a);
	fold(normal_b, plain, fold_b);
	make_alike(fold_a);
	make_alike(fold_b);
	return same_words(fold_a, fold_b) ? GW_NAME_POSSIBLE : GW_NAME_DIFFERENT;
}
