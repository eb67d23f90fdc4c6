// Obligation 7, the tensors' part: transfers name pages that the tensor has, in its format, and all cores together
// write as many pages of an output as it has. What depends on more than ranges show (each page once, by whom) is left
// to the simulator, which checks every transfer.
#include "program/verify.h"

// The state is an Amount for each parameter: pages of it that were written.
static size_t written_bytes(const Check *check) { return sizeof(Amount) * (check->function->parameters.count + 1u); }

static void begin_written(Walk *walk, void *state) {
    (void)walk;
    (void)state;
}

static const Buffer *tensor_of(const Node *node) { return node->statement->op.operands[0].tensor; }

static void check_bounds(Walk *walk, const Node *node, Amount page) {
    const Buffer *tensor = tensor_of(node);
    PageMap map = page_map(tensor);
    if (amount_at_least(&walk->place, page, 0) && amount_not_above(&walk->place, page, amount_constant(map.pages - 1)))
        return;
    find(walk, DIAG_PROOF_BOUNDS, node, "keep the transfer inside the tensor with a condition or a shorter loop",
         "%s names page %s of tensor '%s', which has %lld pages", node->instruction->name, show(walk, page),
         tensor->name, (long long)map.pages);
}

static void step_written(Walk *walk, void *state, const Node *node, const Amount values[]) {
    Effect effect = node->instruction->effect;
    if (effect != EFFECT_NOC_READ && effect != EFFECT_NOC_WRITE) return;
    check_bounds(walk, node, values[1]);
    int parameter = tensor_of(node)->parameter;
    if (effect == EFFECT_NOC_READ || parameter < 0) return;
    Amount *pages = (Amount *)state + parameter;
    *pages = amount_add(&walk->check->amounts, *pages, amount_constant(1));
}

static void join_written(Walk *walk, void *state, const void *other, Amount condition) {
    Amount *pages = state;
    const Amount *others = other;
    for (uint32_t i = 0; i < walk->check->function->parameters.count; i++)
        pages[i] = count_after_branches(walk, pages[i], others[i], condition);
}

static bool settle_written(Walk *walk, LoopStates *loop, int pass) {
    Amount *entry = loop->entry, *head = loop->head, *out = loop->out, *change = loop->change;
    bool settled = true;
    for (uint32_t i = 0; i < walk->check->function->parameters.count; i++) {
        if (pass == 0) change[i] = (Amount){0};
        settled &= count_settle(walk, loop, pass, entry[i], &head[i], out[i], &change[i]);
    }
    return settled;
}

static void leave_written(Walk *walk, const LoopStates *loop, void *state) {
    const Amount *entry = loop->entry, *change = loop->change;
    Amount *pages = state;
    for (uint32_t i = 0; i < walk->check->function->parameters.count; i++)
        pages[i] = count_after_loop(walk, loop, entry[i], change[i]);
}

static void finish_written(Walk *walk, void *state) {
    const Amount *pages = state;
    if (walk->place.concrete) return;
    for (uint32_t i = 0; i < walk->check->function->parameters.count; i++) walk->tree->writes[i] = pages[i];
}

const Analysis tensor_analysis = {.counts = true,
                                  .bytes = written_bytes,
                                  .begin = begin_written,
                                  .step = step_written,
                                  .join = join_written,
                                  .settle = settle_written,
                                  .leave = leave_written,
                                  .finish = finish_written,
                                  .is_optional = true};

// ---------------------------------------------------------------- formats

static void check_transfer(Check *check, const Statement *statement) {
    const Buffer *tensor = statement->op.operands[0].tensor;
    const CircularBuffer *circular = statement->op.operands[2].circular;
    PageMap map = page_map(tensor);
    bool same_format = tensor->has_layout && tensor->layout.format == circular->format;
    if (same_format && map.page_bytes != circular->page_bytes) {
        report(check->context, DIAG_PROOF_TENSOR, statement->location,
               "tensor '%s' has pages of %d bytes, but circular buffer '%s' of %d", tensor->name, map.page_bytes,
               circular->name, circular->page_bytes);
        report_help(check->context, "a transfer copies whole pages: give both tiles of one shape");
        return;
    }
    if (same_format) return;
    report(check->context, DIAG_PROOF_TENSOR, statement->location,
           "tensor '%s' has pages in %s, but circular buffer '%s' has them in %s", tensor->name,
           tensor->has_layout ? dtype_name(tensor->layout.format) : "no format", circular->name,
           dtype_name(circular->format));
    report_help(check->context, "a transfer copies bytes: let compute convert between formats");
}

// Edges and indices are of tiles of 32x32.
static void check_store(Check *check, const Statement *statement) {
    const CircularBuffer *circular = statement->op.operands[0].circular;
    if (circular->page_bytes == TILE_SIZE * TILE_SIZE * (int)dtype_bytes(circular->format)) return;
    report(check->context, DIAG_PROOF_TENSOR, statement->location,
           "circular buffer '%s' has pages of %d bytes, and %s stores into a tile of 32x32", circular->name,
           circular->page_bytes, instruction_of(statement)->name);
    report_help(check->context, "use fill_page, or tiles of 32x32");
}

static void check_instruction(Check *check, const Node *node) {
    Effect effect = node->instruction->effect;
    if (effect == EFFECT_NOC_READ || effect == EFFECT_NOC_WRITE) check_transfer(check, node->statement);
    if (effect == EFFECT_PAGE_UPDATE || node->instruction->id == INSTR_FILL_PAGE_INDEX)
        check_store(check, node->statement);
}

static void check_transfers(Check *check, const Node *node) {
    for (; node; node = node->next) {
        if (node->kind == NODE_INSTRUCTION) check_instruction(check, node);
        if (node->body) check_transfers(check, node->body);
        if (node->otherwise) check_transfers(check, node->otherwise);
    }
}

// ---------------------------------------------------------------- as many pages as there are

// False if it depends on more than the core.
static bool written_on(Check *check, uint32_t parameter, int core, int64_t *sum) {
    for (int thread = 0; thread < THREAD_COUNT; thread++) {
        const Tree *tree = tree_on(check, core, (Thread)thread);
        if (!tree || tree->program->thread == THREAD_COMPUTE) continue;
        bool is_known = true;
        int64_t pages = amount_on(check, tree, core, tree->writes[parameter], &is_known);
        if (!is_known || __builtin_add_overflow(*sum, pages, sum)) return false;
    }
    return true;
}

static const Node *find_write(const Node *node, const Buffer *tensor) {
    for (; node; node = node->next) {
        bool is_write = node->kind == NODE_INSTRUCTION && node->instruction->effect == EFFECT_NOC_WRITE;
        if (is_write && tensor_of(node) == tensor) return node;
        const Node *found = node->body ? find_write(node->body, tensor) : NULL;
        if (!found && node->otherwise) found = find_write(node->otherwise, tensor);
        if (found) return found;
    }
    return NULL;
}

static Location write_location(const Check *check, const Buffer *tensor) {
    for (int i = 0; i < check->tree_count; i++) {
        const Node *write = find_write(check->trees[i].nodes, tensor);
        if (write) return write->statement->location;
    }
    return tensor->location;
}

// An input-output tensor may keep pages that it came with.
static void check_written(Check *check, uint32_t parameter) {
    const Buffer *tensor = check->function->parameters.items[parameter];
    if (tensor->role != ROLE_OUT && tensor->role != ROLE_INOUT) return;
    int64_t pages = page_map(tensor).pages, sum = 0;
    for (int i = 0; i < check->core_count; i++)
        if (!written_on(check, parameter, i, &sum) || !shard_tiles_written(check, tensor, i, &sum)) return;
    if (sum == pages || (tensor->role == ROLE_INOUT && sum < pages)) return;
    report(check->context, DIAG_PROOF_WRITE_ONCE, write_location(check, tensor),
           "output '%s' has %lld pages, but all cores together write %lld", tensor->name, (long long)pages,
           (long long)sum);
    report_help(check->context, sum < pages ? "write every page: some are never written"
                                            : "write every page once: some are written again");
}

void verify_tensors(Check *check) {
    for (int i = 0; i < check->tree_count; i++) check_transfers(check, check->trees[i].nodes);
    if (check->context->error_count != check->errors_before) return;
    for (int i = 0; i < check->tree_count; i++)
        if (check->trees[i].program->thread != THREAD_COMPUTE) walk_analysis(check, &check->trees[i], &tensor_analysis);
    if (check->context->error_count != check->errors_before) return;
    for (uint32_t i = 0; i < check->function->parameters.count; i++) check_written(check, i);
}
