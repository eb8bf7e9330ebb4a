#include "avro/step.h"
#include "avro/varint.h"

enum { DEPTH_MAX = 32 };

static const unsigned char *skip(const struct gw_node *node, const unsigned char *p,
				 const unsigned char *end, int depth);

static const unsigned char *
skip_bytes(const unsigned char *p, const unsigned char *end, uint64_t n)
{
	return n <= (uint64_t)(end - p) ? p + n : NULL;
}

static const unsigned char *
skip_counted(const unsigned char *p, const unsigned char *end)
{
	int64_t n;

	p = gw_varint_get(p, end, &n);
	return p != NULL && n >= 0 ? skip_bytes(p, end, (uint64_t)n) : NULL;
}

static const unsigned char *
skip_integer(const unsigned char *p, const unsigned char *end)
{
	int64_t n;

	return gw_varint_get(p, end, &n);
}

static const unsigned char *
skip_items(const struct gw_node *node, const unsigned char *p, const unsigned char *end,
	   int64_t count, int depth)
{
	/* Items without bytes would let a few bytes ask for an endless loop. */
	if (node->kind == GW_NODE_ARRAY && node->children[0]->empty)
		return p;
	if (count > end - p)
		return NULL;
	for (; count > 0 && p != NULL; count--) {
		if (node->kind == GW_NODE_MAP)
			p = skip_counted(p, end);
		if (p != NULL)
			p = skip(node->children[0], p, end, depth);
	}
	return p;
}

static const unsigned char *
skip_blocks(const struct gw_node *node, const unsigned char *p, const unsigned char *end, int depth)
{
	for (;;) {
		int64_t count;

		p = gw_varint_get(p, end, &count);
		if (p == NULL || count == 0)
			return p;
		/* A negative count is followed by the block's size in bytes. */
		p = count < 0 ? skip_counted(p, end) : skip_items(node, p, end, count, depth);
		if (p == NULL)
			return NULL;
	}
}

static const unsigned char *
skip_fields(const struct gw_node *node, const unsigned char *p, const unsigned char *end, int depth)
{
	if (node->empty)
		return p;
	for (size_t i = 0; i < node->nchildren && p != NULL; i++)
		p = skip(node->children[i], p, end, depth);
	return p;
}

static const unsigned char *
skip_branch(const struct gw_node *node, const unsigned char *p, const unsigned char *end, int depth)
{
	int64_t i;

	p = gw_varint_get(p, end, &i);
	if (p == NULL || i < 0 || (uint64_t)i >= node->nchildren)
		return NULL;
	return skip(node->children[i], p, end, depth);
}

static const unsigned char *
skip(const struct gw_node *node, const unsigned char *p, const unsigned char *end, int depth)
{
	if (depth == DEPTH_MAX)
		return NULL;
	switch (node->kind) {
	case GW_NODE_NULL:
		return p;
	case GW_NODE_BOOLEAN:
		return skip_bytes(p, end, 1);
	case GW_NODE_INT:
	case GW_NODE_LONG:
	case GW_NODE_ENUM:
		return skip_integer(p, end);
	case GW_NODE_FLOAT:
		return skip_bytes(p, end, 4);
	case GW_NODE_DOUBLE:
		return skip_bytes(p, end, 8);
	case GW_NODE_STRING:
	case GW_NODE_BYTES:
		return skip_counted(p, end);
	case GW_NODE_FIXED:
		return skip_bytes(p, end, node->size);
	case GW_NODE_ARRAY:
	case GW_NODE_MAP:
		return skip_blocks(node, p, end, depth + 1);
	case GW_NODE_RECORD:
		return skip_fields(node, p, end, depth + 1);
	case GW_NODE_UNION:
		return skip_branch(node, p, end, depth + 1);
	default:
		return NULL;
	}
}

const unsigned char *
gw_node_skip(const struct gw_node *node, const unsigned char *p, const unsigned char *end)
{
	return skip(node, p, end, 0);
}
