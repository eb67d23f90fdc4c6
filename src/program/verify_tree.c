// A thread program as the verifier sees it: instructions, counted loops and conditions, with every scalar as an amount.
// Lets are put in, loop variables become start + step * index, sizes their bound values.
#include <string.h>

#include "program/verify.h"

enum { MAX_NESTING = 200, FIRST_BINDINGS = 64 };

typedef struct Binding {
    const Variable *variable;
    Amount value;
} Binding;

typedef struct Builder {
    Check *check;
    Tree *tree;
    Binding *bindings; // open addressing
    uint32_t count, capacity;
    int depth, nesting;
    uint64_t dst_depths;       // gathered of the block being built
    uint64_t semaphore_depths; // of loops around semaphores
    Node *loops[MAX_LOOP_DEPTH];
    bool failed;
} Builder;

// ---------------------------------------------------------------- variables

static Binding *binding_slot(Binding *bindings, uint32_t capacity, const Variable *variable) {
    uint32_t slot = (uint32_t)(((uintptr_t)variable >> 4) * 2654435761u) & (capacity - 1);
    while (bindings[slot].variable && bindings[slot].variable != variable) slot = (slot + 1) & (capacity - 1);
    return &bindings[slot];
}

static void grow_bindings(Builder *builder) {
    uint32_t capacity = builder->capacity ? builder->capacity * 2 : FIRST_BINDINGS;
    Binding *bindings = arena_new_array(builder->check->arena, Binding, capacity);
    for (uint32_t i = 0; i < builder->capacity; i++)
        if (builder->bindings[i].variable)
            *binding_slot(bindings, capacity, builder->bindings[i].variable) = builder->bindings[i];
    builder->bindings = bindings;
    builder->capacity = capacity;
}

static void bind(Builder *builder, const Variable *variable, Amount value) {
    if (builder->count * 2 >= builder->capacity) grow_bindings(builder);
    Binding *slot = binding_slot(builder->bindings, builder->capacity, variable);
    if (!slot->variable) builder->count++;
    *slot = (Binding){variable, value};
}

static Amount value_of(Builder *builder, const Variable *variable) {
    if (variable->kind == VARIABLE_SIZE && variable->is_bound) return amount_constant(variable->bound);
    if (builder->capacity) {
        const Binding *slot = binding_slot(builder->bindings, builder->capacity, variable);
        if (slot->variable) return slot->value;
    }
    return amount_variable(&builder->check->amounts, variable);
}

// ---------------------------------------------------------------- expressions

static bool is_whole(DType type) { return dtype_is_integer(type) || dtype_class(type) == CLASS_BOOL; }

static Amount amount_of(Builder *builder, const Expr *expr, int nesting);

static Amount amount_of_op(Builder *builder, const Expr *expr, int nesting) {
    Amount args[3] = {{0}};
    if (expr->count > 3) return amount_unknown(&builder->check->amounts);
    for (uint32_t i = 0; i < expr->count; i++) args[i] = amount_of(builder, expr->args[i], nesting + 1);
    bool keeps_value = expr->op == OP_CAST && is_whole(expr->args[0]->type) && expr->type != DTYPE_BOOL;
    return keeps_value ? args[0] : amount_op(&builder->check->amounts, expr->op, args);
}

// Numbers that are not whole, and what is loaded from memory, are not followed.
static Amount amount_of(Builder *builder, const Expr *expr, int nesting) {
    if (nesting > MAX_NESTING || !is_whole(expr->type)) return amount_unknown(&builder->check->amounts);
    switch (expr->kind) {
    case EXPR_INT: return amount_constant(expr->integer);
    case EXPR_VARIABLE: return value_of(builder, expr->variable);
    case EXPR_OP: return amount_of_op(builder, expr, nesting);
    case EXPR_FLOAT:
    case EXPR_LOAD: break;
    }
    return amount_unknown(&builder->check->amounts);
}

// ---------------------------------------------------------------- where conditions change

static void add_cut(Builder *builder, Node *loop, Amount cut) {
    for (int i = 0; i < loop->cut_count; i++)
        if (amount_equal(loop->cuts[i], cut)) return;
    if (loop->cut_count < MAX_CUTS) loop->cuts[loop->cut_count++] = cut;
    (void)builder;
}

// a < b + slack, in an index whose coefficient in a - b is 1 or -1: the first index behind the change.
static void cut_comparison(Builder *builder, const Atom *atom) {
    Amounts *amounts = &builder->check->amounts;
    Amount difference = amount_subtract(amounts, atom->args[0], atom->args[1]);
    for (int depth = 0; depth < builder->depth; depth++) {
        int64_t factor = amount_coefficient(difference, depth);
        if (factor != 1 && factor != -1) continue;
        Amount rest = amount_subtract(amounts, difference, amount_scale(amounts, amount_index(amounts, depth), factor));
        if (amount_depths(rest) >> depth) continue; // changes within the loop
        Amount zero = amount_scale(amounts, rest, -factor), next = amount_add(amounts, zero, amount_constant(1));
        bool is_equality = atom->op == OP_EQ || atom->op == OP_NE;
        bool at_zero = is_equality || (atom->op == OP_LT) == (factor == 1);
        if (at_zero) add_cut(builder, builder->loops[depth], zero);
        if (is_equality || !at_zero) add_cut(builder, builder->loops[depth], next);
    }
}

static void cut_loops(Builder *builder, Amount condition) {
    for (uint32_t i = 0; condition.sum && i < condition.sum->count; i++) {
        const Atom *atom = condition.sum->terms[i].atom;
        if (atom->kind != ATOM_OP) continue;
        if (atom->op == OP_LT || atom->op == OP_LE || atom->op == OP_EQ || atom->op == OP_NE)
            cut_comparison(builder, atom);
        else if (atom->op == OP_AND || atom->op == OP_OR || atom->op == OP_NOT)
            for (int arg = 0; arg < 2; arg++) cut_loops(builder, atom->args[arg]);
    }
}

// ---------------------------------------------------------------- statements

static Node *build_block(Builder *builder, const Block *block);

static Node *new_node(Builder *builder, NodeKind kind, const Statement *statement) {
    Node *node = arena_new(builder->check->arena, Node);
    node->kind = kind;
    node->statement = statement;
    node->depth = builder->depth;
    node->endpoint = -1;
    node->loop = builder->depth ? builder->loops[builder->depth - 1] : NULL;
    return node;
}

static void refuse(Builder *builder, const Statement *statement, const char *what) {
    builder->failed = true;
    report(builder->check->context, DIAG_PROOF_STRUCTURE, statement->location,
           "expected instructions, counted loops and conditions in a thread program; found %s", what);
    report_help(builder->check->context, "write a loop whose number of iterations is known when it starts");
}

static int buffer_place(const Check *check, const CircularBuffer *circular) {
    for (int i = 0; i < check->buffer_count; i++)
        if (check->function->circular_buffers.items[i] == circular) return i;
    return 0;
}

static int semaphore_place(const Check *check, const Semaphore *semaphore) {
    for (int i = 0; i < check->semaphore_count; i++)
        if (check->function->semaphores.items[i] == semaphore) return i;
    return 0;
}

// Calls for the same buffer or semaphore and the same cores are one endpoint. (Where there are no destinations to
// count, the place is that of the buffer or semaphore, which is no number.)
static bool is_same_endpoint(const Node *a, const Node *b) {
    const Reach *reach = reach_of(a->instruction);
    if (a->instruction != b->instruction || a->semaphore != b->semaphore || a->buffers[0] != b->buffers[0])
        return false;
    for (int i = reach->first; i < reach->first + reach->coordinates; i++)
        if (!amount_equal(a->operands[i], b->operands[i])) return false;
    return amount_equal(a->operands[reach->destinations], b->operands[reach->destinations]);
}

static void add_endpoint(Builder *builder, Node *node) {
    Tree *tree = builder->tree;
    int place = 0;
    while (place < tree->endpoint_count && !is_same_endpoint(tree->endpoints[place], node)) place++;
    if (place == MAX_ENDPOINTS) {
        refuse(builder, node->statement, "more than 64 different places on other cores");
        return;
    }
    if (place == tree->endpoint_count) tree->endpoints[tree->endpoint_count++] = node;
    node->endpoint = (int8_t)place;
    if (node->instruction->effect == EFFECT_NOC_MULTICAST) builder->check->multicast |= (uint64_t)1 << node->buffers[0];
}

static Node *build_instruction(Builder *builder, const Statement *statement, const Instruction *instruction) {
    Node *node = new_node(builder, NODE_INSTRUCTION, statement);
    node->instruction = instruction;
    for (int i = 0; i < MAX_OPERANDS; i++) {
        const Operand *operand = &statement->op.operands[i];
        if (operand->kind == OPERAND_EXPR) node->operands[i] = amount_of(builder, operand->expr, 0);
        if (operand->kind == OPERAND_CIRCULAR)
            node->buffers[i] = (int8_t)buffer_place(builder->check, operand->circular);
        if (operand->kind == OPERAND_SEMAPHORE)
            node->semaphore = (int8_t)semaphore_place(builder->check, operand->semaphore);
        if (operand->kind == OPERAND_SEMAPHORE) builder->semaphore_depths |= ((uint64_t)1 << builder->depth) - 1;
    }
    if (reach_of(instruction)->coordinates) add_endpoint(builder, node);
    if (written_buffer(node) >= 0) builder->tree->written |= (uint64_t)1 << written_buffer(node);
    node->dst_depths = dst_operand_depths(node);
    builder->dst_depths |= node->dst_depths;
    return node;
}

enum { PEELED_DEPTH = 3 };

// What a semaphore holds may be different before the first turn of a loop and after it: the last of the cuts.
static void peel_first_turn(Builder *builder, Node *loop) {
    uint64_t bit = (uint64_t)1 << loop->depth;
    int cuts = loop->cut_count;
    if (builder->semaphore_depths & bit && loop->depth < PEELED_DEPTH) add_cut(builder, loop, amount_constant(1));
    loop->is_peelable = loop->cut_count > cuts;
    builder->semaphore_depths &= ~bit;
}

static Node *build_loop(Builder *builder, const Statement *statement) {
    Amounts *amounts = &builder->check->amounts;
    Node *node = new_node(builder, NODE_LOOP, statement);
    if (builder->depth == MAX_LOOP_DEPTH) {
        refuse(builder, statement, "more than 64 loops inside each other");
        return node;
    }
    Amount start = amount_of(builder, statement->loop.start, 0), step = amount_of(builder, statement->loop.step, 0);
    node->operands[0] = amount_of(builder, statement->loop.extent, 0);
    Amount turns = amount_multiply(amounts, step, amount_index(amounts, builder->depth));
    bind(builder, statement->loop.variable, amount_add(amounts, start, turns));
    builder->loops[builder->depth++] = node;
    uint64_t outer = builder->dst_depths;
    builder->dst_depths = 0;
    node->body = build_block(builder, statement->loop.body);
    node->dst_depths = builder->dst_depths;
    builder->dst_depths |= outer;
    builder->depth--;
    peel_first_turn(builder, node);
    return node;
}

static Node *build_if(Builder *builder, const Statement *statement) {
    Node *node = new_node(builder, NODE_IF, statement);
    node->operands[0] = amount_of(builder, statement->branch.condition, 0);
    cut_loops(builder, node->operands[0]);
    node->body = build_block(builder, statement->branch.then);
    if (statement->branch.otherwise) node->otherwise = build_block(builder, statement->branch.otherwise);
    return node;
}

static const char *const refused[] = {
    [STATEMENT_LAUNCH] = "a launch",
    [STATEMENT_WHILE] = "a while loop",
    [STATEMENT_BREAK] = "a break",
    [STATEMENT_CONTINUE] = "a continue",
    [STATEMENT_OPERATION] = "an operation that is no instruction",
};

// NULL for what needs no proof: scalars, and asserts, which the simulator evaluates.
static Node *build_statement(Builder *builder, const Statement *statement) {
    const Instruction *instruction = instruction_of(statement);
    if (instruction) return build_instruction(builder, statement, instruction);
    switch (statement->kind) {
    case STATEMENT_FOR: return build_loop(builder, statement);
    case STATEMENT_IF: return build_if(builder, statement);
    case STATEMENT_LET: bind(builder, statement->let.variable, amount_of(builder, statement->let.value, 0)); break;
    case STATEMENT_ALLOC:
    case STATEMENT_STORE:
    case STATEMENT_ASSERT: break;
    default: refuse(builder, statement, refused[statement->kind]);
    }
    return NULL;
}

static Node *build_block(Builder *builder, const Block *block) {
    Node *first = NULL, **end = &first;
    if (++builder->nesting > MAX_NESTING) {
        if (block->owner) refuse(builder, block->owner, "more than 200 blocks inside each other");
        builder->nesting--;
        return NULL;
    }
    for (const Statement *statement = block->first; statement && !builder->failed; statement = statement->next) {
        Node *node = build_statement(builder, statement);
        if (!node) continue;
        *end = node;
        end = &node->next;
    }
    builder->nesting--;
    return first;
}

const Node *find_call(const Node *node, Effect effect, int buffer, int semaphore) {
    for (; node; node = node->next) {
        bool is_call = node->kind == NODE_INSTRUCTION && node->instruction->effect == effect;
        if (is_call && node->buffers[0] == buffer && node->semaphore == semaphore) return node;
        const Node *found = node->body ? find_call(node->body, effect, buffer, semaphore) : NULL;
        if (!found && node->otherwise) found = find_call(node->otherwise, effect, buffer, semaphore);
        if (found) return found;
    }
    return NULL;
}

bool build_tree(Check *check, Tree *tree) {
    Builder builder = {.check = check, .tree = tree};
    tree->nodes = build_block(&builder, tree->program->body);
    tree->totals = arena_new_array(check->arena, Ring, (size_t)check->buffer_count);
    tree->writes = arena_new_array(check->arena, Amount, check->function->parameters.count);
    if (tree->endpoint_count > check->endpoint_count) check->endpoint_count = tree->endpoint_count;
    return !builder.failed;
}
