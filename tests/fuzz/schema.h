/*
 * Schemas for fuzzers.  The texts are written with ' for ", which is easier to
 * read.
 */
#ifndef FUZZ_SCHEMA_H
#define FUZZ_SCHEMA_H

#include <stdio.h>

#include "avro/codec.h"
#include "fuzz.h"

enum { SCHEMA_TEXT = 4000, SCHEMA_FIELDS = 20 };

/* Every type and logical type that a field of ours may have. */
static const char schema_flat[] =
	"{'type':'record','name':'R','namespace':'f','fields':["
	"{'name':'a','type':'long'},{'name':'b','type':'boolean'},"
	"{'name':'c','type':['null','string'],'default':null},"
	"{'name':'d','type':['double','null']},"
	"{'name':'e','type':{'type':'enum','name':'E','symbols':['x','y','z']}},"
	"{'name':'f','type':{'type':'fixed','name':'F','size':4}},"
	"{'name':'g','type':{'type':'bytes','logicalType':'decimal','precision':40,'scale':3}},"
	"{'name':'h','type':'float'},{'name':'i','type':{'type':'int','logicalType':'date'}},"
	"{'name':'j','type':{'type':'long','logicalType':'timestamp-millis'}},"
	"{'name':'k','type':'bytes'},{'name':'l','type':'int'},"
	"{'name':'m','type':['null',{'type':'long','logicalType':'timestamp-micros'}]},"
	"{'name':'n','type':['null',{'type':'string','logicalType':'partial-date'}]}]}";

static inline struct gw_schema *
schema_parse(const char *quoted)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;
	char text[SCHEMA_TEXT];
	size_t len = 0;

	for (; quoted[len] != '\0' && len < sizeof text; len++)
		text[len] = (char)(quoted[len] == '\'' ? '"' : quoted[len]);
	if (gw_schema_parse("fuzz", text, len, false, &schema, &err) != GW_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return schema;
}

#endif
