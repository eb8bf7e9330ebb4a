/*
 * Where a page may end.
 *
 * The next page begins behind the last row's key, as the database compares it.
 * A collation may take texts for equal that are not ('a', 'A', 'a '), and only
 * a unique index says that there are no two such keys: a page that ends between
 * them loses the second.  The database tells how many there are, in its own
 * comparison and with the index that the page itself used; nothing is
 * remembered beyond the page, so a bookmark is as exact as ever.
 */
#ifndef GW_TABLE_BORDER_H
#define GW_TABLE_BORDER_H

#include <stddef.h>
#include <stdint.h>

/*
 * How many of a page's rows, one at least, it may end with.  tied: rows that are equal to its last
 * one, itself included; upto: rows from the page's beginning on up to these, all of them included;
 * both as the database counts them.  rows where the page has them all, fewer where it must end
 * before them, 0 where it consists of them alone.
 */
size_t gw_border_end(size_t rows, int64_t tied, int64_t upto);

#endif
