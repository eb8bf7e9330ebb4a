/*
 * How this folder reads the parts of a definition.
 */
#ifndef GW_INDICATOR_PARTS_H
#define GW_INDICATOR_PARTS_H

#include "config/yaml.h"
#include "indicator/indicator.h"

/* Takes {vi: text, en: text}; both are the caller's, also after a failure (NULL then). */
enum gw_status gw_indicator_read_words(const struct gw_yaml *node, char **vi, char **en,
				       struct gw_error *err);

/* A map of names to a number or to {value, min, max}.  What was read is the indicator's. */
enum gw_status gw_indicator_read_parameters(const struct gw_yaml *node,
					    struct gw_indicator *indicator, struct gw_error *err);

/* A list of {code, name, parameters, worth}, once the parameters are read; NULL: none. */
enum gw_status gw_indicator_read_variants(const struct gw_yaml *list,
					  struct gw_indicator *indicator, struct gw_error *err);

/* Frees what the two have read. */
void gw_indicator_release_parameters(struct gw_indicator *indicator);

#endif
