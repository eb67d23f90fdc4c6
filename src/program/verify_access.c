// Which pages and DST tiles an instruction touches, as data: operand numbers by effect.
#include "program/verify.h"

typedef struct Shape {
    const char *page_reads, *page_writes; // pairs: circular buffer, first page; a lone one: the running index
    const char *dst_reads, *dst_writes;
} Shape;

static const Shape shapes[] = {
    [EFFECT_NOC_READ] = {.page_writes = "23"},
    [EFFECT_NOC_WRITE] = {.page_reads = "23"},
    [EFFECT_PAGE_STORE] = {.page_writes = "01"},
    [EFFECT_PAGE_UPDATE] = {.page_writes = "01"},
    [EFFECT_NOC_MULTICAST] = {.page_writes = "01"}, // here and on other cores, what is reserved
    [EFFECT_LOAD_A] = {.page_reads = "01", .dst_writes = "2"},
    [EFFECT_LOAD_B] = {.page_reads = "01", .dst_writes = "2"},
    [EFFECT_PRODUCT] = {.page_reads = "0213", .dst_writes = "4"},
    [EFFECT_BINARY] = {.page_reads = "0213", .dst_writes = "4"},
    [EFFECT_DST_SET] = {.dst_writes = "0"},
    [EFFECT_DST_UNARY] = {.dst_reads = "0", .dst_writes = "0"},
    [EFFECT_DST_BINARY] = {.dst_reads = "01", .dst_writes = "2"},
    [EFFECT_DST_UPDATE] = {.dst_reads = "01", .dst_writes = "0"},
    [EFFECT_DST_SELECT] = {.dst_reads = "012", .dst_writes = "3"},
    [EFFECT_DST_COPY] = {.dst_reads = "0", .dst_writes = "1"},
    [EFFECT_PACK] = {.page_writes = "1", .dst_reads = "0"},
    [EFFECT_PACK_AT] = {.page_writes = "12", .dst_reads = "0"},
    [EFFECT_PACK_ACCUMULATE] = {0},
};

static const Shape *shape_of(const Node *node) { return &shapes[node->instruction->effect]; }

// matmul_block's operands behind dst: transpose, columns, rows, inner.
enum { BLOCK_COLUMNS = 6, BLOCK_ROWS = 7, BLOCK_INNER = 8 };
enum { MULTICAST_PAGES = 2 };

static bool is_block(const Node *node) { return node->instruction->id == INSTR_MATMUL_BLOCK; }

// in0 is walked by rows that are `inner` pages apart, in1 by columns.
static Amount block_pages(Walk *walk, const Amount values[], int operand) {
    Amounts *amounts = &walk->check->amounts;
    if (operand == 1) return values[BLOCK_COLUMNS];
    Amount rows = amount_add(amounts, values[BLOCK_ROWS], amount_constant(-1));
    return amount_add(amounts, amount_multiply(amounts, rows, values[BLOCK_INNER]), amount_constant(1));
}

int page_reads(Walk *walk, const Node *node, const Amount values[], PageAccess accesses[2]) {
    int count = 0;
    for (const char *pair = shape_of(node)->page_reads; pair && *pair; pair += 2, count++)
        accesses[count] = (PageAccess){.buffer = node->buffers[pair[0] - '0'],
                                       .first = values[pair[1] - '0'],
                                       .count = is_block(node) ? block_pages(walk, values, count) : amount_constant(1)};
    return count;
}

int page_writes(Walk *walk, const Node *node, const Amount values[], PageAccess accesses[1]) {
    (void)walk;
    const char *pair = shape_of(node)->page_writes;
    if (!pair) return 0;
    bool is_multicast = node->instruction->effect == EFFECT_NOC_MULTICAST;
    accesses[0] = (PageAccess){.buffer = node->buffers[pair[0] - '0'],
                               .count = is_multicast ? values[MULTICAST_PAGES] : amount_constant(1)};
    if (pair[1]) accesses[0].first = values[pair[1] - '0'];
    return 1;
}

int written_buffer(const Node *node) {
    const char *pair = shape_of(node)->page_writes;
    return pair && node->instruction->effect != EFFECT_NOC_MULTICAST ? node->buffers[pair[0] - '0'] : -1;
}

int dst_reads(const Node *node, const Amount values[], TileAccess accesses[3]) {
    int count = 0;
    for (const char *operand = shape_of(node)->dst_reads; operand && *operand; operand++)
        accesses[count++] = (TileAccess){values[*operand - '0'], amount_constant(1)};
    return count;
}

int dst_writes(Walk *walk, const Node *node, const Amount values[], TileAccess accesses[1]) {
    const char *operand = shape_of(node)->dst_writes;
    if (!operand) return 0;
    Amount count = amount_constant(1);
    if (is_block(node)) count = amount_multiply(&walk->check->amounts, values[BLOCK_ROWS], values[BLOCK_COLUMNS]);
    accesses[0] = (TileAccess){values[*operand - '0'], count};
    return 1;
}

bool touches_dst(const Node *node) { return shape_of(node)->dst_reads || shape_of(node)->dst_writes; }

uint64_t dst_operand_depths(const Node *node) {
    const Shape *shape = shape_of(node);
    uint64_t depths = 0;
    for (const char *operand = shape->dst_reads; operand && *operand; operand++)
        depths |= amount_depths(node->operands[*operand - '0']);
    for (const char *operand = shape->dst_writes; operand && *operand; operand++)
        depths |= amount_depths(node->operands[*operand - '0']);
    return depths;
}
