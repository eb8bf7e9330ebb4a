#include "file/xlsx_styles.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "file/xlsx_xml.h"

enum {
	STYLES_MAX = 65536, /* Excel has 65,490 */
	FORMATS_MAX = 8192,
};

enum place { IN_DOCUMENT, IN_SHEET, IN_FORMATS, IN_FORMAT, IN_STYLES, IN_STYLE };

static const struct gw_xlsx_step steps[] = {
	{IN_DOCUMENT, "styleSheet", IN_SHEET, false}, {IN_SHEET, "numFmts", IN_FORMATS, false},
	{IN_SHEET, "cellXfs", IN_STYLES, false},      {IN_FORMATS, "numFmt", IN_FORMAT, false},
	{IN_STYLES, "xf", IN_STYLE, false},           {IN_DOCUMENT, NULL, 0, false},
};

struct format {
	int64_t id;
	unsigned shows;
};

struct reading {
	struct format *formats;
	size_t nformats;
	int32_t *ids; /* the format of each style */
	size_t nids;
};

/* Formats that no file describes: those of all languages, and those of East Asian Excels. */
static unsigned
built_in(int64_t id)
{
	static const struct {
		int from, to;
		unsigned shows;
	} known[] = {
		{14, 17, GW_XLSX_DAY},
		{18, 21, GW_XLSX_TIME},
		{22, 22, GW_XLSX_DAY | GW_XLSX_TIME},
		{27, 31, GW_XLSX_DAY},
		{32, 35, GW_XLSX_TIME},
		{36, 36, GW_XLSX_DAY},
		{45, 45, GW_XLSX_TIME},
		{46, 46, GW_XLSX_ELAPSED},
		{47, 47, GW_XLSX_TIME},
		{50, 54, GW_XLSX_DAY},
		{55, 56, GW_XLSX_TIME},
		{57, 58, GW_XLSX_DAY},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (id >= known[i].from && id <= known[i].to)
			return known[i].shows;
	return 0;
}

/* Behind what stands in brackets at p; hours, minutes and seconds there are those gone by. */
static const char *
skip_brackets(const char *p, unsigned *shows)
{
	const char *end = strchr(p, ']');
	size_t len = end == NULL ? strlen(p) : (size_t)(end - p);

	if (len > 1 && strspn(p + 1, "hHmMsS") == len - 1)
		*shows |= GW_XLSX_ELAPSED;
	return p + len;
}

/* The last character of what stands for itself at p. */
static const char *
skip_literal(const char *p)
{
	const char *end;

	if (*p != '"')
		return p[1] == '\0' ? p : p + 1;
	end = strchr(p + 1, '"');
	return end == NULL ? p + strlen(p) - 1 : end;
}

static unsigned
shows_of_letter(char c)
{
	if (strchr("yYdD", c) != NULL)
		return GW_XLSX_DAY;
	return strchr("hHsS", c) != NULL ? GW_XLSX_TIME : 0;
}

unsigned
gw_xlsx_format_shows(const char *format)
{
	unsigned shows = 0;
	bool month = false;

	if (strncasecmp(format, "General", 7) == 0)
		return 0;
	/* What comes behind the first section is for negative numbers, which are no dates. */
	for (const char *p = format; *p != '\0' && *p != ';'; p++) {
		if (*p == '[')
			p = skip_brackets(p, &shows);
		else if (strchr("\"\\_*", *p) != NULL)
			p = skip_literal(p);
		else if (*p == 'm' || *p == 'M')
			month = strncasecmp(p, "m/p", 3) != 0 || month;
		else
			shows |= shows_of_letter(*p);
		if (*p == '\0')
			break;
	}
	/* It is minutes beside hours or seconds. */
	if (month && (shows & (GW_XLSX_TIME | GW_XLSX_ELAPSED)) == 0)
		shows |= GW_XLSX_DAY;
	return shows;
}

static enum gw_status
add_format(struct reading *reading, const char *const *atts)
{
	const char *id = gw_xlsx_attribute(atts, "numFmtId");
	const char *code = gw_xlsx_attribute(atts, "formatCode");
	int64_t n;

	if (id == NULL || code == NULL || !gw_parse_i64(id, strlen(id), &n) ||
	    reading->nformats == FORMATS_MAX)
		return GW_OK;
	reading->formats[reading->nformats++] =
		(struct format){.id = n, .shows = gw_xlsx_format_shows(code)};
	return GW_OK;
}

static enum gw_status
enter(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct reading *reading = arg;
	const char *id = gw_xlsx_attribute(atts, "numFmtId");
	int64_t n;

	(void)err;
	if (at == IN_FORMAT)
		return add_format(reading, atts);
	if (at != IN_STYLE || reading->nids == STYLES_MAX)
		return GW_OK;
	if (id == NULL || !gw_parse_i64(id, strlen(id), &n) || n < 0 || n > INT32_MAX)
		n = 0;
	reading->ids[reading->nids++] = (int32_t)n;
	return GW_OK;
}

/* A format of the file's own goes before the one that is built in. */
static unsigned
shows_of(const struct reading *reading, int64_t id)
{
	for (size_t i = 0; i < reading->nformats; i++)
		if (reading->formats[i].id == id)
			return reading->formats[i].shows;
	return built_in(id);
}

static enum gw_status
settle(const struct reading *reading, struct gw_xlsx_styles *styles, struct gw_error *err)
{
	int64_t last = -1;
	unsigned shows = 0;

	if (reading->nids == 0)
		return GW_OK;
	styles->shows = malloc(reading->nids);
	if (styles->shows == NULL)
		return gw_fail_memory(err);
	/* Styles come by the thousand, formats do not: mostly it is that of the one before. */
	for (size_t i = 0; i < reading->nids; i++) {
		if (reading->ids[i] != last)
			shows = shows_of(reading, reading->ids[i]);
		last = reading->ids[i];
		styles->shows[i] = (unsigned char)shows;
	}
	styles->count = reading->nids;
	return GW_OK;
}

enum gw_status
gw_xlsx_styles_read(struct gw_xlsx_styles *styles, struct gw_xlsx_zip *zip, const char *part,
		    struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {steps, enter, NULL, NULL};
	struct reading reading = {
		.formats = malloc(FORMATS_MAX * sizeof *reading.formats),
		.ids = malloc(STYLES_MAX * sizeof *reading.ids),
	};
	enum gw_status status;

	if (reading.formats == NULL || reading.ids == NULL)
		status = gw_fail_memory(err);
	else
		status = gw_xlsx_walk_part(zip, part, &walk, &reading, err);
	if (status == GW_OK)
		status = settle(&reading, styles, err);
	free(reading.formats);
	free(reading.ids);
	return status;
}

void
gw_xlsx_styles_release(struct gw_xlsx_styles *styles)
{
	free(styles->shows);
	*styles = (struct gw_xlsx_styles){.count = 0};
}
