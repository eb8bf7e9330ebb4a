/*
 * The provinces that a personal number may begin with.
 */
#ifndef GW_PROVINCE_H
#define GW_PROVINCE_H

#include <stdbool.h>

/* True when 0 and these two digits are a province of birth registration. */
bool gw_province_known(unsigned two_digits);

#endif
