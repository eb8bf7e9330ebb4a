#include "normalise/province.h"

#include <stddef.h>

/*
 * The 63 codes of circular 07/2016/TT-BCA, appendix 1.  A
 * number keeps the province of its first registration, so the merger of
 * provinces of 2025 changes nothing here.  Births registered abroad have
 * country codes instead; there is no list of them to hold a number against.
 */
static const bool provinces[100] = {
	[1] = true,  [2] = true,  [4] = true,  [6] = true,  [8] = true,  [10] = true, [11] = true,
	[12] = true, [14] = true, [15] = true, [17] = true, [19] = true, [20] = true, [22] = true,
	[24] = true, [25] = true, [26] = true, [27] = true, [30] = true, [31] = true, [33] = true,
	[34] = true, [35] = true, [36] = true, [37] = true, [38] = true, [40] = true, [42] = true,
	[44] = true, [45] = true, [46] = true, [48] = true, [49] = true, [51] = true, [52] = true,
	[54] = true, [56] = true, [58] = true, [60] = true, [62] = true, [64] = true, [66] = true,
	[67] = true, [68] = true, [70] = true, [72] = true, [74] = true, [75] = true, [77] = true,
	[79] = true, [80] = true, [82] = true, [83] = true, [84] = true, [86] = true, [87] = true,
	[89] = true, [91] = true, [92] = true, [93] = true, [94] = true, [95] = true, [96] = true,
};

bool
gw_province_known(unsigned two_digits)
{
	return two_digits < sizeof provinces / sizeof provinces[0] && provinces[two_digits];
}
