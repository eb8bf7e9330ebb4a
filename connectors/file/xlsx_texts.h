/*
 * The texts that the cells of a workbook share, by number.
 *
 * Few are held in memory; what is more lies in a file (see sheet_spool.h).
 */
#ifndef GW_XLSX_TEXTS_H
#define GW_XLSX_TEXTS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "file/sheet_spool.h"

struct gw_xlsx_zip;

struct gw_xlsx_texts {
	struct gw_spool texts;
	struct gw_spool places; /* a word of 64 bits each: where it begins and how long it is */
	uint64_t count;
};

void gw_xlsx_texts_init(struct gw_xlsx_texts *texts, const char *scratch);
void gw_xlsx_texts_release(struct gw_xlsx_texts *texts);

enum gw_status gw_xlsx_texts_read(struct gw_xlsx_texts *texts, struct gw_xlsx_zip *zip,
				  const char *part, struct gw_error *err);

/* The text of a number below count: GW_TEXT in the arena, GW_NULL where it is empty, GW_UNHELD
   "too_long". */
enum gw_status gw_xlsx_texts_find(struct gw_xlsx_texts *texts, uint64_t number,
				  struct gw_arena *arena, struct gw_value *out,
				  struct gw_error *err);

#endif
