// Thread programs by role. For each buffer that is shared, a core sends, receives or keeps to itself; cores with the
// same roles in all buffers of a thread run the same program.
#include "pass/multicast.h"

#include "ir/walk.h"
#include "pass/arguments.h"
#include "pass/fill_halves.h"
#include "pass/rectangles.h"
#include "pass/window_parts.h"

typedef enum CastRole { CAST_ALONE, CAST_SENDS, CAST_RECEIVES } CastRole;

static bool range_has(CoreRange range, Core core) {
    return core.x >= range.x && core.x < range.x + range.columns && core.y >= range.y && core.y < range.y + range.rows;
}

static const Group *group_of(const Shared *shared, Core core) {
    for (uint32_t i = 0; i < shared->groups.count; i++)
        if (range_has(shared->groups.items[i].range, core)) return &shared->groups.items[i];
    return NULL;
}

static CastRole role_of(const Shared *shared, Core core) {
    const Group *group = group_of(shared, core);
    if (!group) return CAST_ALONE;
    return group->sender.x == core.x && group->sender.y == core.y ? CAST_SENDS : CAST_RECEIVES;
}

// ---------------------------------------------------------------- semaphores and arguments

static Name named_after(const Multicast *multicast, const Shared *shared, const char *what) {
    Context *context = multicast->function->module->context;
    Name stem = shared->circular->holds ? shared->circular->holds : shared->circular->name;
    return function_fresh_name(multicast->function, name_format(context, "%s_%s", stem, what));
}

static Semaphore *add_semaphore(Multicast *multicast, const Shared *shared, const char *what) {
    Function *function = multicast->function;
    Semaphore *semaphore = arena_new(&function->module->context->unit, Semaphore);
    *semaphore = (Semaphore){.name = named_after(multicast, shared, what), .index = (int)function->semaphores.count};
    vector_push(&function->module->context->unit, function->semaphores, semaphore);
    return semaphore;
}

static int64_t argument_on(const Group *group, CastArgument which) {
    if (!group) return 0;
    const int64_t values[CAST_ARGUMENTS] = {
        [CAST_SENDER_X] = group->sender.x,
        [CAST_SENDER_Y] = group->sender.y,
        [CAST_FIRST_X] = group->range.x,
        [CAST_FIRST_Y] = group->range.y,
        [CAST_LAST_X] = group->range.x + group->range.columns - 1,
        [CAST_LAST_Y] = group->range.y + group->range.rows - 1,
        [CAST_DESTINATIONS] = group->range.columns * group->range.rows - 1,
    };
    return values[which];
}

static const struct {
    const char *name;
    CoreAxis axis;
} cast_arguments[CAST_ARGUMENTS] = {
    [CAST_SENDER_X] = {"sender_x", AXIS_X},
    [CAST_SENDER_Y] = {"sender_y", AXIS_Y},
    [CAST_FIRST_X] = {"first_x", AXIS_X},
    [CAST_FIRST_Y] = {"first_y", AXIS_Y},
    [CAST_LAST_X] = {"last_x", AXIS_X},
    [CAST_LAST_Y] = {"last_y", AXIS_Y},
    [CAST_DESTINATIONS] = {"destinations", AXIS_NONE},
};

static void add_names(Multicast *multicast, Shared *shared) {
    Arena *scratch = &multicast->function->module->context->scratch;
    shared->ready = add_semaphore(multicast, shared, "ready");
    shared->valid = add_semaphore(multicast, shared, "valid");
    int64_t *values = arena_new_array(scratch, int64_t, (size_t)multicast->core_count);
    for (int a = 0; a < CAST_ARGUMENTS; a++) {
        for (int i = 0; i < multicast->core_count; i++)
            values[i] = argument_on(group_of(shared, multicast->cores[i]), (CastArgument)a);
        Name name = named_after(multicast, shared, cast_arguments[a].name);
        shared->arguments[a] = add_runtime_argument(multicast->function, name, cast_arguments[a].axis,
                                                    multicast->core_count, multicast->cores, values)
                                   ->variable;
    }
}

// ---------------------------------------------------------------- instructions

typedef struct Casting {
    Module *module;
    const Target *target;
    const Shared *shared;
    Location location;
    Statement *place; // what instructions come before; NULL: they go to the end of `block`
    Block *block;
} Casting;

static void emit(const Casting *casting, InstructionId id, int count, const Operand operands[]) {
    Statement *statement =
        build_operation(casting->module, &program_instructions.rows[id], casting->location, count, operands);
    if (casting->place)
        block_insert_before(casting->place, statement);
    else
        block_append(casting->block, statement);
}

static Operand semaphore_operand(Semaphore *semaphore) {
    return (Operand){.kind = OPERAND_SEMAPHORE, .semaphore = semaphore};
}

static Operand number_operand(const Casting *casting, int64_t value) {
    return operand_expr(expr_int(casting->module, value));
}

static Operand argument_operand(const Casting *casting, CastArgument which) {
    return operand_expr(expr_variable(casting->module, casting->shared->arguments[which]));
}

static void emit_semaphore(const Casting *casting, InstructionId id, Semaphore *semaphore, Operand value) {
    Operand operands[] = {semaphore_operand(semaphore), value};
    emit(casting, id, 2, operands);
}

// Everything behind the first `count` operands of a multicast is the rectangle and how many cores of it receive.
static void emit_to_group(const Casting *casting, InstructionId id, int count, const Operand first[]) {
    Operand operands[MAX_OPERANDS];
    for (int i = 0; i < count; i++) operands[i] = first[i];
    for (int a = CAST_FIRST_X; a <= CAST_DESTINATIONS; a++)
        operands[count++] = argument_operand(casting, (CastArgument)a);
    emit(casting, id, count, operands);
}

// ---------------------------------------------------------------- a fill's other sides

static void send_pages(const Casting *casting, const Expr *first, const Expr *count) {
    Operand pages[] = {operand_circular(casting->shared->circular), operand_expr(first), operand_expr(count)};
    emit_to_group(casting, INSTR_NOC_ASYNC_WRITE_MULTICAST, 3, pages);
}

// The pages of a window; in two halves where the second one can be on its way here while the first is on its way there.
static void send_all(const Casting *casting, const Fill *fill, int64_t half) {
    const Expr *none = expr_int(casting->module, 0), *first = expr_int(casting->module, half);
    if (half == 0) {
        send_pages(casting, none, fill->pages);
        return;
    }
    send_pages(casting, none, first);
    emit(casting, INSTR_NOC_ASYNC_READ_BARRIER, 0, NULL);
    send_pages(casting, first, expr_sub(casting->module, fill->pages, first));
}

// Before the push: the pages are here, and go to everyone who has made room. What was sent before has left, so its
// pages may be written again; a buffer of one window must see this one leave, and so must a flag that could overtake
// it.
static void send_window(Casting *casting, const Fill *fill) {
    const Shared *shared = casting->shared;
    bool has_one_window = shared->circular->pages == shared->circular->window;
    bool flag_waits = casting->target->flag_overtakes_data;
    int64_t half = halve_fill(casting->module, casting->target, shared->circular, fill);
    casting->place = fill->push;
    casting->location = fill->push->location;
    if (!flag_waits && !has_one_window) emit(casting, INSTR_NOC_ASYNC_WRITES_FLUSHED, 0, NULL);
    emit_semaphore(casting, INSTR_NOC_SEMAPHORE_WAIT, shared->ready, argument_operand(casting, CAST_DESTINATIONS));
    emit_semaphore(casting, INSTR_NOC_SEMAPHORE_SET, shared->ready, number_operand(casting, 0));
    send_all(casting, fill, half);
    if (flag_waits) emit(casting, INSTR_NOC_ASYNC_WRITES_FLUSHED, 0, NULL);
    Operand flag[] = {semaphore_operand(shared->valid)};
    emit_to_group(casting, INSTR_NOC_SEMAPHORE_SET_MULTICAST, 1, flag);
    if (!flag_waits && has_one_window) emit(casting, INSTR_NOC_ASYNC_WRITES_FLUSHED, 0, NULL);
}

// Instead of the reads: room is made, the sender knows, the pages are there.
static void receive_window(Casting *casting, const Fill *fill) {
    const Shared *shared = casting->shared;
    while (fill->reserve->next != fill->push) statement_remove(fill->reserve->next);
    casting->place = fill->push;
    casting->location = fill->push->location;
    emit_semaphore(casting, INSTR_NOC_SEMAPHORE_SET, shared->valid, number_operand(casting, 0));
    Operand increment[] = {semaphore_operand(shared->ready), argument_operand(casting, CAST_SENDER_X),
                           argument_operand(casting, CAST_SENDER_Y), number_operand(casting, 1)};
    emit(casting, INSTR_NOC_SEMAPHORE_INC, 4, increment);
    emit_semaphore(casting, INSTR_NOC_SEMAPHORE_WAIT, shared->valid, number_operand(casting, 1));
}

static bool is_end_barrier(const Statement *statement) {
    return statement && (has_effect(statement, EFFECT_WRITE_BARRIER) || has_effect(statement, EFFECT_ATOMIC_BARRIER));
}

// Nothing may be under way when the kernel ends.
static void finish(Casting *casting, InstructionId barrier) {
    for (const Statement *s = casting->block->last; is_end_barrier(s); s = s->previous)
        if (has_effect(s, instruction_at(barrier)->effect)) return;
    casting->place = NULL;
    casting->location = casting->shared->circular->location;
    emit(casting, barrier, 0, NULL);
}

static void cast_buffer(const Multicast *multicast, const Shared *shared, Block *program, CastRole role) {
    if (role == CAST_ALONE) return;
    Module *module = multicast->function->module;
    Casting casting = {.module = module, .target = multicast->target, .shared = shared, .block = program};
    Fills fills = find_fills(module, program, shared->circular);
    for (uint32_t i = 0; i < fills.count; i++) {
        if (role == CAST_SENDS)
            send_window(&casting, &fills.items[i]);
        else
            receive_window(&casting, &fills.items[i]);
    }
    finish(&casting, role == CAST_SENDS ? INSTR_NOC_ASYNC_WRITE_BARRIER : INSTR_NOC_ASYNC_ATOMIC_BARRIER);
    if (role == CAST_RECEIVES) return;
    casting.place = program->first;
    casting.location = shared->circular->location;
    emit_semaphore(&casting, INSTR_NOC_SEMAPHORE_SET, shared->valid, number_operand(&casting, 1));
}

// ---------------------------------------------------------------- programs

static bool same_roles(const Multicast *multicast, Thread thread, Core a, Core b) {
    for (int i = 0; i < multicast->shared_count; i++) {
        const Shared *shared = &multicast->shared[i];
        if (shared->circular->producer == thread && role_of(shared, a) != role_of(shared, b)) return false;
    }
    return true;
}

// The program for all cores with the roles of core `first`.
static ThreadProgram *program_for(const Multicast *multicast, const ThreadProgram *all, int first,
                                  const bool member[]) {
    Module *module = multicast->function->module;
    ThreadProgram *program = arena_new(&module->context->unit, ThreadProgram);
    program->thread = all->thread;
    CoreRanges ranges = core_rectangles(module, multicast->core_count, multicast->cores, member, 1);
    for (uint32_t i = 0; i < ranges.count; i++) vector_push(&module->context->unit, program->cores, ranges.items[i]);
    program->body = block_clone(module, all->body, NULL);
    for (int i = multicast->shared_count - 1; i >= 0; i--) { // flags are set in the buffers' order
        const Shared *shared = &multicast->shared[i];
        if (shared->circular->producer == all->thread)
            cast_buffer(multicast, shared, program->body, role_of(shared, multicast->cores[first]));
    }
    keep_first_flush(multicast, program->body);
    drop_unused(program->body);
    return program;
}

typedef VECTOR(ThreadProgram *) ThreadPrograms;

static void split_thread(const Multicast *multicast, ThreadProgram *all, ThreadPrograms *programs) {
    Context *context = multicast->function->module->context;
    int count = multicast->core_count;
    bool *done = arena_new_array(&context->scratch, bool, (size_t)count);
    bool *member = arena_new_array(&context->scratch, bool, (size_t)count);
    for (int first = 0; first < count; first++) {
        if (done[first]) continue;
        for (int i = 0; i < count; i++) {
            member[i] = same_roles(multicast, all->thread, multicast->cores[first], multicast->cores[i]);
            done[i] = done[i] || member[i];
        }
        vector_push(&context->unit, *programs, program_for(multicast, all, first, member));
    }
}

static bool shares(const Multicast *multicast, Thread thread) {
    for (int i = 0; i < multicast->shared_count; i++)
        if (multicast->shared[i].circular->producer == thread) return true;
    return false;
}

void multicast_build(Multicast *multicast) {
    Function *function = multicast->function;
    Arena *unit = &function->module->context->unit;
    for (int i = 0; i < multicast->shared_count; i++) add_names(multicast, &multicast->shared[i]);
    ThreadPrograms programs = {0};
    for (uint32_t i = 0; i < function->threads.count; i++) {
        ThreadProgram *all = function->threads.items[i];
        if (shares(multicast, all->thread))
            split_thread(multicast, all, &programs);
        else
            vector_push(unit, programs, all);
    }
    function->threads.items = programs.items;
    function->threads.count = programs.count;
    function->threads.capacity = programs.capacity;
}
