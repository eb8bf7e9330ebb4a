#include "file/refusal.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include "base/i18n.h"
#include "file/sheet_reader.h"

/* Of the folder of files that programs of Windows keep within one (OLE). */
enum {
	SECTOR_SHIFT = 30, /* where the header says how large its pieces are, and which is first */
	FIRST_SECTOR = 48,
	ENTRY = 128,
	ENTRY_NAME = 64,
	ENTRIES = 32, /* that are looked at; a workbook has some ten */
};

#define OLD_WORKBOOK N_("an old workbook (.xls): open it in Excel and save it as .xlsx")
#define OTHER_DOCUMENT N_("a text document: ask for the table itself, as .xlsx or .csv")
#define PICTURE N_("a picture: ask for the table itself, as .xlsx or .csv")
#define SHORTCUT N_("a shortcut to a file: put the file itself here")

static const char compound[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

static const struct {
	const char *bytes;
	size_t len;
	const char *refusal;
} beginnings[] = {
	{"\x09\x08\x10\x00", 4, OLD_WORKBOOK},
	{"\x09\x08\x08\x00", 4, OLD_WORKBOOK},
	{"\x09\x04\x06\x00", 4, OLD_WORKBOOK},
	{"\x09\x02\x06\x00", 4, OLD_WORKBOOK},
	{"\x09\x00\x04\x00", 4, OLD_WORKBOOK},
	{"%PDF", 4, N_("a PDF document: ask for the table itself, as .xlsx or .csv")},
	{"{\\rtf", 5, OTHER_DOCUMENT},
	{"\x1f\x8b", 2, N_("a packed file (gzip): unpack it first")},
	{"Rar!", 4, N_("a packed file (RAR): unpack it first")},
	{"7z\xbc\xaf", 4, N_("a packed file (7-Zip): unpack it first")},
	{"\x89PNG", 4, PICTURE},
	{"\xff\xd8\xff", 3, PICTURE},
	{"L\0\0\0\1\x14\2\0", 8, SHORTCUT},
	{"[InternetShortcut]", 18, SHORTCUT},
	{"\0\1\0\0Standard ", 13, N_("a database of Access: export the table from it as .xlsx")},
};

/* What is kept within a compound file, by the name of a part. */
static const struct {
	const char *part, *refusal;
} parts[] = {
	{"EncryptedPackage", N_("protected with a password: open it in Excel, take the password "
				"away and save it as .xlsx")},
	{"Workbook", OLD_WORKBOOK},
	{"Book", OLD_WORKBOOK},
	{"WordDocument", N_("a Word document: ask for the table itself, as .xlsx or .csv")},
};

/* Excel opens such files with a warning, whatever they are called. */
static const struct {
	const char *word, *refusal;
} pages[] = {
	{"Excel.Sheet", N_("an XML table of Excel 2003: open it in Excel and save it as .xlsx")},
	{"office:spreadsheet",
	 N_("an XML table of Excel 2003: open it in Excel and save it as .xlsx")},
	{"office:document", N_("an OpenDocument table (.ods): save it as .xlsx or as CSV UTF-8")},
	{"", N_("a web page (HTML or XML) under the name of a table: open it in Excel and save it "
		"as .xlsx")},
};

/* Names stand there in UTF-16. */
static bool
is_called(const unsigned char *entry, const char *name)
{
	size_t len = strlen(name) + 1;

	for (size_t i = 0; i < len; i++)
		if (entry[2 * i] != (unsigned char)name[i] || entry[2 * i + 1] != 0)
			return false;
	return 2 * len <= ENTRY_NAME;
}

/* The beginning of its list of parts is enough: programs write it in one piece. */
static const char *
look_inside(int fd, const unsigned char *head, size_t len)
{
	unsigned char list[ENTRIES * ENTRY];
	uint64_t sector;
	ssize_t got;

	if (len >= GW_REFUSAL_HEAD && (head[SECTOR_SHIFT] == 9 || head[SECTOR_SHIFT] == 12)) {
		sector = head[FIRST_SECTOR] | (uint64_t)head[FIRST_SECTOR + 1] << 8 |
			 (uint64_t)head[FIRST_SECTOR + 2] << 16 |
			 (uint64_t)head[FIRST_SECTOR + 3] << 24;
		got = gw_sheet_read_at(fd, list, sizeof list,
				       (off_t)((sector + 1) << head[SECTOR_SHIFT]));
		for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
			for (ssize_t at = 0; at + ENTRY <= got; at += ENTRY)
				if (is_called(list + at, parts[i].part))
					return parts[i].refusal;
	}
	return N_("protected with a password, or an old workbook (.xls): open it in Excel, take "
		  "the password "
		  "away and save it as .xlsx");
}

/* The head as text: without the mark of an encoding, zeros of UTF-16 and blanks before it. */
static const char *
visible_text(const char *head, size_t len, char text[GW_REFUSAL_HEAD + 1])
{
	size_t n = 0;

	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		n = 3;
	else if (len >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0))
		n = 2;
	head += n;
	len -= n;
	n = 0;
	for (size_t i = 0; i < len; i++)
		if (head[i] != '\0' && (n > 0 || !isspace((unsigned char)head[i])))
			text[n++] = head[i];
	text[n] = '\0';
	return text;
}

/* No table begins with an element, a comment or a declaration. */
static bool
is_page(const char *text)
{
	return (text[0] == '<' && (isalpha((unsigned char)text[1]) || text[1] == '!' ||
				   text[1] == '?' || text[1] == '/')) ||
	       strncasecmp(text, "MIME-Version:", 13) == 0;
}

enum gw_status
gw_refusal_check(int fd, const char *head, size_t len, struct gw_error *err)
{
	char text[GW_REFUSAL_HEAD + 1];
	size_t i = 0;

	if (len >= sizeof compound - 1 && memcmp(head, compound, sizeof compound - 1) == 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _(look_inside(fd, (const unsigned char *)head, len)));
	for (; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (len >= beginnings[i].len &&
		    memcmp(head, beginnings[i].bytes, beginnings[i].len) == 0)
			return gw_fail(err, GW_REJECT, "%s", _(beginnings[i].refusal));
	if (!is_page(visible_text(head, len, text)))
		return GW_OK;
	for (i = 0; strstr(text, pages[i].word) == NULL;)
		i++;
	return gw_fail(err, GW_REJECT, "%s", _(pages[i].refusal));
}
