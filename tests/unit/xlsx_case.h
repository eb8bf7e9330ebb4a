/*
 * Workbooks made of their XML, for tests: what a case does not say is what
 * Excel would write.
 */
#ifndef XLSX_CASE_H
#define XLSX_CASE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "sheet_case.h"

#define XLSX_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define XLSX_LINKS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define XLSX_PACKAGE "http://schemas.openxmlformats.org/package/2006/relationships"
#define XLSX_SHEET(rows)                                                                           \
	"<worksheet xmlns=\"" XLSX_MAIN "\"><sheetData>" rows "</sheetData></worksheet>"
#define XLSX_LINK(id, kind, target)                                                                \
	"<Relationship Id=\"" id "\" Type=\"" XLSX_LINKS "/" kind "\" Target=\"" target "\"/>"

enum { XLSX_PARTS = 16 };

struct xlsx_part {
	const char *name;
	const void *bytes;
	size_t len; /* 0: bytes is text */
};

/* Parts of a workbook; NULL: as usual, "": it is left out. */
struct xlsx_case {
	const char *sheet, *texts, *styles, *book, *book_links, *links;
	size_t sheet_len;       /* 0: it is text */
	struct xlsx_part other; /* one more, where it has a name */
};

static inline void
xlsx_add(zip_t *zip, const char *name, const void *bytes, size_t len)
{
	zip_source_t *source = zip_source_buffer(zip, bytes, len, 0);

	if (source == NULL || zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) < 0)
		abort();
}

/* A descriptor of the archive that source holds. */
static inline int
xlsx_descriptor(zip_source_t *source)
{
	zip_stat_t stat;
	char *bytes;
	int fd;

	if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0)
		return -1;
	bytes = malloc((size_t)stat.size + 1);
	if (bytes == NULL || zip_source_read(source, bytes, stat.size) != (zip_int64_t)stat.size)
		abort();
	(void)zip_source_close(source);
	fd = sheet_file(bytes, (size_t)stat.size);
	free(bytes);
	return fd;
}

/* An archive of these parts, as a descriptor. */
static inline int
xlsx_archive(const struct xlsx_part *parts, size_t count, bool packed)
{
	zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_TRUNCATE, NULL);
	int fd;

	if (zip == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		xlsx_add(zip, parts[i].name, parts[i].bytes,
			 parts[i].len > 0 ? parts[i].len : strlen(parts[i].bytes));
		if (!packed)
			(void)zip_set_file_compression(zip, i, ZIP_CM_STORE, 0);
	}
	zip_source_keep(source);
	if (zip_close(zip) != 0)
		abort();
	fd = xlsx_descriptor(source);
	zip_source_free(source);
	return fd;
}

static inline void
xlsx_put(struct xlsx_part *parts, size_t *count, const char *name, const char *text,
	 const char *usual)
{
	if (text == NULL)
		text = usual;
	if (text != NULL && *text != '\0')
		parts[(*count)++] = (struct xlsx_part){.name = name, .bytes = text};
}

/* The workbook of a case, as a descriptor. */
static inline int
xlsx_file(const struct xlsx_case *c, bool packed)
{
	static const char book[] =
		"<workbook xmlns=\"" XLSX_MAIN "\" xmlns:r=\"" XLSX_LINKS
		"\"><sheets><sheet name=\"S1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
	static const char links[] =
		"<Relationships xmlns=\"" XLSX_PACKAGE
		"\">" XLSX_LINK("rId1", "officeDocument", "xl/workbook.xml") "</Relationships>";
	static const char book_links[] = "<Relationships xmlns=\"" XLSX_PACKAGE "\">" XLSX_LINK(
		"rId1", "worksheet", "worksheets/sheet1.xml")
		XLSX_LINK("rId2", "styles", "styles.xml")
			XLSX_LINK("rId3", "sharedStrings", "sharedStrings.xml") "</Relationships>";
	static const char styles[] =
		"<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy;@\"/>"
		"<numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellStyleXfs><xf "
		"numFmtId=\"14\"/>"
		"</cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf "
		"numFmtId=\"22\"/>"
		"<xf numFmtId=\"20\"/><xf numFmtId=\"164\"/><xf "
		"numFmtId=\"165\"/></cellXfs></styleSheet>";
	static const char texts[] = "<sst><si><t>one</t></si><si><t>two</t></si></sst>";
	struct xlsx_part parts[XLSX_PARTS];
	size_t n = 0;

	xlsx_put(parts, &n, "_rels/.rels", c->links, links);
	xlsx_put(parts, &n, "xl/workbook.xml", c->book, book);
	xlsx_put(parts, &n, "xl/_rels/workbook.xml.rels", c->book_links, book_links);
	xlsx_put(parts, &n, "xl/styles.xml", c->styles, styles);
	xlsx_put(parts, &n, "xl/sharedStrings.xml", c->texts, texts);
	xlsx_put(parts, &n, "xl/worksheets/sheet1.xml", c->sheet, XLSX_SHEET(""));
	if (c->sheet != NULL && *c->sheet != '\0')
		parts[n - 1].len = c->sheet_len;
	if (c->other.name != NULL)
		parts[n++] = c->other;
	return xlsx_archive(parts, n, packed);
}

#endif
