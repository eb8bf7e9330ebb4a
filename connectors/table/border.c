#include "table/border.h"

size_t
gw_border_end(size_t rows, int64_t tied, int64_t upto)
{
	int64_t most = (int64_t)rows, before = upto - tied;

	if (upto <= most)
		return rows;
	/* Without a snapshot more rows may have come before them meanwhile: still one fewer. */
	if (before >= most)
		before = most - 1;
	return before > 0 ? (size_t)before : 0;
}
