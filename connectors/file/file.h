/*
 * Files that people drop into a folder: comma-separated text and workbooks.
 */
#ifndef GW_CONNECTOR_FILE_H
#define GW_CONNECTOR_FILE_H

#include "connector.h"

extern const struct gw_connector gw_connector_file;

#endif
