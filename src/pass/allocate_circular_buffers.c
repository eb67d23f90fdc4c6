// AllocateCircularBuffers: every on-chip buffer that leaves DST gets a circular buffer. A window of pages holds the
// whole buffer and is pushed and popped as one; streams are as many windows deep as their loop's stages ask and L1
// allows.
#include <string.h>

#include "ir/walk.h"
#include "pass/dst.h"
#include "pass/dst_format.h"
#include "pass/sums.h"
#include "program/program.h"

typedef struct BufferUse {
    Buffer *buffer;
    int nests;          // nests that touch it
    bool needs_outside; // some nest reads what another one wrote
    bool sum;           // that is added up where the writer takes it from
    bool updated;       // a computing nest reads the old value and stores a new one
    bool product_operand;
    unsigned producers, consumers; // bits of Thread
    int stages;                    // of the pipelined loop that fills it
} BufferUse;

typedef struct Allocation {
    Function *function;
    Module *module;
    const CompileOptions *options;
    VECTOR(BufferUse) uses;
    VECTOR(Buffer *) order; // as declared
    bool row_index, column_index;
    DstNeed dst;
    const Statement *store; // whose value is scanned
    int stages;             // of the loops around the statement under way
} Allocation;

static BufferUse *use_of(Allocation *work, Buffer *buffer) {
    for (uint32_t i = 0; i < work->uses.count; i++)
        if (work->uses.items[i].buffer == buffer) return &work->uses.items[i];
    BufferUse use = {.buffer = buffer};
    use.sum = is_sum_for_writer(work->module, function_launch(work->function)->launch.body, buffer);
    vector_push(&work->module->context->scratch, work->uses, use);
    return &vector_last(work->uses);
}

// ---------------------------------------------------------------- how buffers are used

static void scan_expression(const Expr *expr, void *user) {
    Allocation *work = user;
    dst_need_expression(&work->dst, work->store, expr);
    if (expr->kind != EXPR_OP) return;
    if (expr->op == OP_ROW_INDEX) work->row_index = true;
    if (expr->op == OP_COLUMN_INDEX) work->column_index = true;
    if (expr->op == OP_MATMUL || expr->op == OP_MATMUL_TRANSPOSED)
        for (int i = 1; i < 3; i++) use_of(work, expr->args[i]->buffer)->product_operand = true;
}

static void scan_expressions(Allocation *work, Statement *statement) {
    if (statement->kind == STATEMENT_FOR) {
        for (Statement *s = statement->loop.body->first; s; s = s->next) scan_expressions(work, s);
        return;
    }
    work->store = statement;
    dst_need_buffer(&work->dst, statement, statement->store.buffer);
    walk_expression(statement->store.value, scan_expression, work);
}

static void scan_nest(Allocation *work, Statement *nest) {
    static const Thread thread_of[] = {
        [NEST_READ] = THREAD_READER, [NEST_WRITE] = THREAD_WRITER, [NEST_COMPUTE] = THREAD_COMPUTE};
    NestKind kind = nest_kind(nest);
    if (kind == NEST_COMPUTE) scan_expressions(work, nest);
    NestAccesses accesses = nest_accesses(work->module, nest);
    for (uint32_t i = 0; i < accesses.count; i++) {
        NestAccess *access = &accesses.items[i];
        if (!is_on_chip(access->buffer)) continue;
        BufferUse *use = use_of(work, access->buffer);
        use->nests++;
        if (access->reads) use->needs_outside = true;
        if (access->reads && !(access->accumulates && use->sum)) use->consumers |= 1u << thread_of[kind];
        if (access->writes) use->producers |= 1u << thread_of[kind];
        if (access->reads && access->writes && !access->accumulates) use->updated = true;
        if (access->writes && kind == NEST_READ && work->stages > use->stages) use->stages = work->stages;
    }
}

static void scan_block(Allocation *work, Block *block) {
    for (Statement *s = block->first; s; s = s->next) {
        if (s->kind == STATEMENT_ALLOC && is_on_chip(s->alloc)) {
            vector_push(&work->module->context->scratch, work->order, s->alloc);
        } else if (is_nest(s)) {
            scan_nest(work, s);
        } else {
            int outer = work->stages;
            if (s->kind == STATEMENT_FOR && s->loop.kind == FOR_PIPELINED && s->loop.stages > 0)
                work->stages = s->loop.stages;
            Block *blocks[2];
            int count = statement_blocks(s, blocks);
            for (int i = 0; i < count; i++) scan_block(work, blocks[i]);
            work->stages = outer;
        }
    }
}

// ---------------------------------------------------------------- making them

static Thread only_thread(unsigned bits) {
    return bits & 1u << THREAD_READER ? THREAD_READER : bits & 1u << THREAD_COMPUTE ? THREAD_COMPUTE : THREAD_WRITER;
}

static CircularBuffer *add_circular(Allocation *work, const char *name, DType format, int window, int depth,
                                    Location location) {
    CircularBuffer *circular = arena_new(&work->module->context->unit, CircularBuffer);
    *circular = (CircularBuffer){
        .name = function_fresh_name(work->function, name), // a tensor of the user's may have it
        .index = (int)work->function->circular_buffers.count,
        .format = format,
        .page_bytes = (int)dtype_bytes(format) * TILE_SIZE * TILE_SIZE,
        .window = window,
        .pages = window * depth,
        .producer = THREAD_READER,
        .consumer = THREAD_COMPUTE,
        .location = location,
    };
    vector_push(&work->module->context->unit, work->function->circular_buffers, circular);
    return circular;
}

// Steps of a coarsened loop lie in one window together.
static int window_steps(const Buffer *buffer) {
    int64_t steps = 1;
    if (buffer->rank > 2 && buffer->layout.rows_dimension > 0) expr_constant(buffer->shape[0], &steps);
    return steps > 0 ? (int)steps : 1;
}

static int stream_depth(const Allocation *work, const BufferUse *use) {
    if (!work->options->double_buffer) return 1;
    int steps = window_steps(use->buffer), windows = (use->stages + steps - 1) / steps;
    return windows > 2 ? windows : 2;
}

static void check_format(Allocation *work, const Buffer *buffer) {
    DType type = buffer->type;
    if (type == DTYPE_FLOAT32 || type == DTYPE_BFLOAT16) return;
    report(work->module->context, DIAG_UNSUPPORTED_FORMAT, buffer->location,
           "%s holds %s, which ttile does not compute with on this chip yet", buffer->name, dtype_name(type));
    report_help(work->module->context, "use bfloat16 or float32");
    fail_now(work->module->context);
}

// The tensor whose shard the buffer lies over; NULL if it has memory of its own.
static Buffer *aliased_tensor(Allocation *work, const Buffer *buffer, int64_t pages) {
    const Value *aliases = work->function->attributes[ATTR_SHARD_ALIASES];
    const Value *name = aliases ? value_get(aliases, buffer->name) : NULL;
    if (!name) return NULL;
    for (uint32_t i = 0; name->kind == VALUE_TEXT && i < work->function->parameters.count; i++) {
        Buffer *tensor = work->function->parameters.items[i];
        PageMap map = page_map(tensor);
        if (!strcmp(tensor->name, name->text) && tensor->layout.space == SPACE_L1 && map.pages &&
            shard_pages(&map) == pages)
            return tensor;
    }
    fail(work->module->context, DIAG_PASS_REQUIRES, work->function->location,
         "tt.shard_aliases: %s is no tensor with shards of %lld pages in L1, which %s could lie over",
         name->kind == VALUE_TEXT ? name->text : "that", (long long)pages, buffer->name);
}

static void allocate(Allocation *work, Buffer *buffer) {
    BufferUse *use = use_of(work, buffer);
    if (!use->nests || (!use->needs_outside && use->producers == 1u << THREAD_COMPUTE))
        return; // unused, or lives in DST alone
    check_format(work, buffer);
    TileShape shape = tile_shape(buffer);
    if (shape.total > INT16_MAX)
        fail(work->module->context, DIAG_L1_OVERFLOW, buffer->location, "%s takes %lld tiles, far more than L1 holds",
             buffer->name, (long long)shape.total);
    Thread producer = only_thread(use->producers), consumer = only_thread(use->consumers);
    if (!use->consumers) consumer = THREAD_COMPUTE;
    if (!use->producers)
        fail(work->module->context, DIAG_NEVER_WRITTEN, buffer->location, "%s is read but never written", buffer->name);
    bool local = producer == THREAD_COMPUTE && consumer == THREAD_COMPUTE;
    Buffer *shard = aliased_tensor(work, buffer, shape.total);
    int depth = local ? (use->updated ? 2 : 1) : shard ? 1 : stream_depth(work, use);
    Name name = name_format(work->module->context, "cb_%s", buffer->name);
    CircularBuffer *circular = add_circular(work, name, buffer->type, (int)shape.total, depth, buffer->location);
    circular->producer = producer;
    circular->consumer = consumer;
    circular->unpack = buffer->type == DTYPE_FLOAT32 && !use->product_operand && consumer == THREAD_COMPUTE
                           ? UNPACK_DST
                           : UNPACK_SOURCE;
    circular->holds = buffer->name;
    circular->shard = shard;
    circular->page_bytes = (int)dtype_bytes(buffer->type) * buffer->layout.tile_rows * buffer->layout.tile_columns;
}

static void allocate_index_tile(Allocation *work, const char *name) {
    CircularBuffer *circular = add_circular(work, name, DTYPE_FLOAT32, 1, 1, work->function->location);
    circular->unpack = UNPACK_DST;
    circular->resident = true;
    circular->constant = name_of(work->module->context, name);
}

// ---------------------------------------------------------------- L1

static int64_t free_bytes(const Allocation *work) {
    const Target *target = work->options->target;
    return target->l1_bytes - target->l1_base - program_l1_bytes(work->function, target);
}

// Streams give windows back, the largest first, until everything fits or each has two (then one).
static bool shrink_once(Allocation *work, int least) {
    CircularBuffer *largest = NULL;
    for (uint32_t i = 0; i < work->function->circular_buffers.count; i++) {
        CircularBuffer *circular = work->function->circular_buffers.items[i];
        bool stream = circular->producer != THREAD_COMPUTE || circular->consumer != THREAD_COMPUTE;
        if (!stream || circular->pages / circular->window <= least) continue;
        if (!largest || circular->pages * circular->page_bytes > largest->pages * largest->page_bytes)
            largest = circular;
    }
    if (!largest) return false;
    largest->pages -= largest->window;
    return true;
}

static _Noreturn void fail_overflow(const Allocation *work) {
    Context *context = work->module->context;
    const Target *target = work->options->target;
    bool tensors = program_tensor_bytes(work->function, target) > 0;
    Text table = {.arena = &context->scratch};
    program_l1_table(work->function, target, &table);
    report(context, DIAG_L1_OVERFLOW, work->function->location,
           "the circular buffers %sof %s do not fit the L1 of %s by %lld bytes", tensors ? "and shards " : "",
           work->function->name, target->name, (long long)-free_bytes(work));
    report_note(context, (Location){0}, "%s", table.data);
    report_help(context,
                tensors ? "use smaller blocks, or spread tensors over more cores or DRAM" : "use smaller blocks");
    fail_now(context);
}

static void fit_l1(Allocation *work) {
    Context *context = work->module->context;
    bool shrunk = false;
    for (int least = 2; least >= 1; least--)
        while (free_bytes(work) < 0 && shrink_once(work, least)) shrunk = true;
    if (free_bytes(work) < 0) fail_overflow(work);
    if (shrunk)
        report(context, DIAG_DEPTH_REDUCED, work->function->location,
               "circular buffers are less deep than the loops' stages ask, to fit L1");
}

static void run(Function *function, const CompileOptions *options) {
    Allocation work = {.function = function, .module = function->module, .options = options};
    Context *context = function->module->context;
    if (function->circular_buffers.count)
        fail(context, DIAG_ALREADY_LOWERED, function->location, "%s holds circular buffers already", function->name);
    scan_block(&work, function_launch(function)->launch.body);
    for (uint32_t i = 0; i < work.order.count; i++) allocate(&work, work.order.items[i]);
    if (work.row_index) allocate_index_tile(&work, "row_index");
    if (work.column_index) allocate_index_tile(&work, "column_index");
    if ((int64_t)function->circular_buffers.count > options->target->circular_buffers) {
        report(context, DIAG_TOO_MANY_BUFFERS, function->location, "%s needs %u circular buffers, %s has %lld",
               function->name, function->circular_buffers.count, options->target->name,
               (long long)options->target->circular_buffers);
        report_help(context, "use fewer shared and fragment buffers in one kernel");
        fail_now(context);
    }
    fit_l1(&work);
    dst_set_schedule(function, options, &work.dst);
    hold(function, ATTR_CIRCULAR_BUFFERS);
}

const Pass pass_allocate_circular_buffers = {
    .name = "AllocateCircularBuffers",
    .file = "allocate-circular-buffers",
    .summary = "circular buffers, their windows and depths; everything fits L1",
    .requires = ATTR_BIT(STAGED),
    .provides = ATTR_BIT(CIRCULAR_BUFFERS) | ATTR_BIT(DST_SCHEDULE),
    .run = run,
};
