#include "file/xlsx_xml.h"

#include <expat.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/memory.h"
#include "file/xlsx_zip.h"

enum {
	CHUNK = 64 * 1024,
	HELD_MAX = 6 * 1024 * 1024, /* bytes of a parser; an element of Excel's has some hundred */
	PASSED_MAX = 1000,          /* elements within each other in what is passed over */
};

/* What a parser may still take. */
struct budget {
	size_t held;
	bool over;
};

/* Stands before each piece of memory that a parser has. */
struct owned {
	struct budget *budget;
	size_t size;
};

_Static_assert(sizeof(struct owned) % alignof(max_align_t) == 0, "what follows is aligned");

struct gw_xlsx_xml {
	XML_Parser parser;
	struct budget budget;
	const struct gw_xlsx_walk *walk;
	void *arg;
	struct gw_xlsx_input input;
	const struct gw_xlsx_step *steps[GW_XLSX_PLACES]; /* the first from each place */
	/* The places on the way, and whether the characters are wanted there. */
	struct {
		int at;
		bool text;
	} path[GW_XLSX_DEEP + 1];
	size_t depth;
	size_t passed; /* elements that we are in and that no step leads to */
	bool paused, ended;
	enum gw_status status; /* of what was called */
	struct gw_error *err;
};

/* The library gives its allocator no context: whose it is for is said before each call. */
static _Thread_local struct budget *payer;

static void *
take(size_t size)
{
	struct owned *owned;

	if (size > HELD_MAX - payer->held) {
		payer->over = true;
		return NULL;
	}
	owned = malloc(sizeof *owned + size);
	if (owned == NULL) {
		gw_memory_lost();
		return NULL;
	}
	*owned = (struct owned){.budget = payer, .size = size};
	payer->held += size;
	return owned + 1;
}

static void
give_back(void *p)
{
	struct owned *owned = p;

	if (owned == NULL)
		return;
	owned[-1].budget->held -= owned[-1].size;
	free(owned - 1);
}

static void *
take_more(void *p, size_t size)
{
	struct owned *old = p;
	void *more = take(size);

	if (more == NULL || old == NULL)
		return more;
	memcpy(more, old, old[-1].size < size ? old[-1].size : size);
	give_back(old);
	return more;
}

/* What stands behind a prefix; NULL: there is none. */
static const char *
behind_prefix(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? NULL : colon + 1;
}

static void
stop(struct gw_xlsx_xml *xml, enum gw_status status)
{
	xml->status = status;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

static const struct gw_xlsx_step *
steps_from(const struct gw_xlsx_walk *walk, int at)
{
	const struct gw_xlsx_step *step = walk->steps;

	while (step->name != NULL && step->at != at)
		step++;
	return step;
}

/* Most names are of one letter. */
static bool
is_name(const char *name, const char *wanted)
{
	return name[0] == wanted[0] && name[1] == wanted[1] &&
	       (name[1] == '\0' || strcmp(name + 2, wanted + 2) == 0);
}

static const struct gw_xlsx_step *
find_step(const struct gw_xlsx_xml *xml, const char *name)
{
	/* Most files have no prefixes: one is looked for where nothing else is found. */
	for (; name != NULL; name = behind_prefix(name)) {
		const int at = xml->path[xml->depth].at;
		const struct gw_xlsx_step *step = xml->steps[at];

		for (; step->at == at && step->name != NULL; step++)
			if (is_name(name, step->name))
				return step;
	}
	return NULL;
}

static void XMLCALL
on_start(void *arg, const XML_Char *name, const XML_Char **atts)
{
	struct gw_xlsx_xml *xml = arg;
	const struct gw_xlsx_step *step;
	enum gw_status status = GW_OK;

	/* The rest of an element that was the last to be read is still told. */
	if (xml->status != GW_OK)
		return;
	step = xml->passed > 0 ? NULL : find_step(xml, name);
	if (step == NULL || xml->depth == GW_XLSX_DEEP) {
		if (++xml->passed > PASSED_MAX)
			stop(xml, gw_fail(xml->err, GW_REJECT, "%s",
					  _("elements within elements without end")));
		return;
	}
	xml->depth++;
	xml->path[xml->depth].at = step->to;
	xml->path[xml->depth].text = step->text;
	if (xml->walk->enter != NULL)
		status = xml->walk->enter(xml->arg, step->to, (const char *const *)atts, xml->err);
	if (status != GW_OK)
		stop(xml, status);
}

static void XMLCALL
on_end(void *arg, const XML_Char *name)
{
	struct gw_xlsx_xml *xml = arg;
	enum gw_status status = GW_OK;

	(void)name;
	if (xml->status != GW_OK)
		return;
	if (xml->passed > 0) {
		xml->passed--;
		return;
	}
	if (xml->walk->leave != NULL)
		status = xml->walk->leave(xml->arg, xml->path[xml->depth].at, xml->err);
	xml->depth--;
	if (status != GW_OK)
		stop(xml, status);
}

static void XMLCALL
on_text(void *arg, const XML_Char *text, int len)
{
	struct gw_xlsx_xml *xml = arg;
	enum gw_status status;

	if (xml->passed > 0 || !xml->path[xml->depth].text || xml->status != GW_OK)
		return;
	status = xml->walk->text(xml->arg, xml->path[xml->depth].at, text, (size_t)len, xml->err);
	if (status != GW_OK)
		stop(xml, status);
}

/* Entities that unfold without end are declared there, and files read that are none of ours. */
static void XMLCALL
on_doctype(void *arg, const XML_Char *name, const XML_Char *system, const XML_Char *known,
	   int internal)
{
	struct gw_xlsx_xml *xml = arg;

	(void)name, (void)system, (void)known, (void)internal;
	stop(xml, gw_fail(xml->err, GW_REJECT, "%s",
			  _("a document type (DOCTYPE) stands in it, which no workbook has: the "
			    "file may be an attack")));
}

enum gw_status
gw_xlsx_xml_open(const struct gw_xlsx_walk *walk, void *arg, const struct gw_xlsx_input *input,
		 struct gw_xlsx_xml **out, struct gw_error *err)
{
	static const XML_Memory_Handling_Suite memory = {take, take_more, give_back};
	struct gw_xlsx_xml *xml = calloc(1, sizeof *xml);

	if (xml == NULL)
		return gw_fail_memory(err);
	xml->walk = walk;
	xml->arg = arg;
	xml->input = *input;
	for (int at = 0; at < GW_XLSX_PLACES; at++)
		xml->steps[at] = steps_from(walk, at);
	payer = &xml->budget;
	xml->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (xml->parser == NULL) {
		free(xml);
		return gw_fail_memory(err);
	}
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	if (walk->text != NULL)
		XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	*out = xml;
	return GW_OK;
}

void
gw_xlsx_xml_close(struct gw_xlsx_xml *xml)
{
	if (xml == NULL)
		return;
	XML_ParserFree(xml->parser);
	free(xml);
}

static enum gw_status
fail_xml(const struct gw_xlsx_xml *xml, struct gw_error *err)
{
	enum XML_Error code = XML_GetErrorCode(xml->parser);

	if (xml->status != GW_OK)
		return xml->status; /* *err says why */
	if (xml->budget.over)
		return gw_fail(err, GW_REJECT, "%s",
			       _("an element of its XML is larger than Excel writes any"));
	if (code == XML_ERROR_NO_MEMORY)
		return gw_fail_memory(err);
	return gw_fail(err, GW_REJECT,
		       _("its XML is damaged (%s): open it in Excel and save it anew"),
		       XML_ErrorString(code));
}

/* Reads a piece and hands it over. */
static enum gw_status
feed(struct gw_xlsx_xml *xml, enum XML_Status *parsed, struct gw_error *err)
{
	void *to = XML_GetBuffer(xml->parser, CHUNK);
	size_t got = 0;

	*parsed = XML_STATUS_ERROR;
	if (to == NULL)
		return GW_OK;
	if (xml->input.read(xml->input.self, to, CHUNK, &got, err) != GW_OK)
		return err->status;
	*parsed = XML_ParseBuffer(xml->parser, (int)got, got == 0);
	xml->ended = got == 0;
	return GW_OK;
}

enum gw_status
gw_xlsx_xml_run(struct gw_xlsx_xml *xml, bool *more, struct gw_error *err)
{
	enum XML_Status parsed = XML_STATUS_OK;

	payer = &xml->budget;
	xml->err = err;
	if (xml->paused)
		parsed = XML_ResumeParser(xml->parser);
	xml->paused = false;
	while (parsed == XML_STATUS_OK && !xml->ended)
		if (feed(xml, &parsed, err) != GW_OK)
			return err->status;
	if (parsed == XML_STATUS_ERROR)
		return fail_xml(xml, err);
	xml->paused = parsed == XML_STATUS_SUSPENDED;
	*more = xml->paused;
	return GW_OK;
}

void
gw_xlsx_xml_pause(struct gw_xlsx_xml *xml)
{
	(void)XML_StopParser(xml->parser, XML_TRUE);
}

const char *
gw_xlsx_attribute(const char *const *atts, const char *name)
{
	for (; *atts != NULL; atts += 2)
		if (strcmp(*atts, name) == 0)
			return atts[1];
	return NULL;
}

const char *
gw_xlsx_prefixed(const char *const *atts, const char *name)
{
	for (; *atts != NULL; atts += 2) {
		const char *behind = behind_prefix(*atts);

		if (behind != NULL && strcmp(behind, name) == 0)
			return atts[1];
	}
	return NULL;
}

bool
gw_xlsx_is_true(const char *const *atts, const char *name)
{
	const char *value = gw_xlsx_attribute(atts, name);

	return value != NULL &&
	       (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

static enum gw_status
read_part(void *self, void *to, size_t size, size_t *got, struct gw_error *err)
{
	return gw_xlsx_part_read(self, to, size, got, err);
}

enum gw_status
gw_xlsx_walk_part(struct gw_xlsx_zip *zip, const char *part, const struct gw_xlsx_walk *walk,
		  void *arg, struct gw_error *err)
{
	struct gw_xlsx_input input = {.read = read_part};
	struct gw_xlsx_part *open = NULL;
	struct gw_xlsx_xml *xml = NULL;
	enum gw_status status = gw_xlsx_part_open(zip, part, &open, err);
	bool more;

	input.self = open;
	if (status == GW_OK)
		status = gw_xlsx_xml_open(walk, arg, &input, &xml, err);
	if (xml != NULL)
		status = gw_xlsx_xml_run(xml, &more, err);
	gw_xlsx_xml_close(xml);
	gw_xlsx_part_close(open);
	return status;
}
