// Compiles a thread program: statements become jumps, assignments and instructions of a flat list. Loops keep their
// variable, the turns left and the step in three registers side by side; break and continue are jumps patched when the
// loop is complete.
#include "sim/compile.h"

#include "ir/build.h"

static Location place_of(const Compiler *compiler) {
    return compiler->statement ? compiler->statement->location : compiler->machine->program->location;
}

_Noreturn static void fail_size(Compiler *compiler, const char *what, int limit) {
    fail(compiler->machine->context, DIAG_SIM_PROGRAM, place_of(compiler),
         "this thread program needs more than %d %s; the simulator takes no larger one", limit, what);
}

void compile_enter(Compiler *compiler) {
    if (++compiler->depth > MAX_NESTING) fail_size(compiler, "levels of nesting", MAX_NESTING);
}

void compile_leave(Compiler *compiler) { compiler->depth--; }

// ---------------------------------------------------------------- code

uint32_t compile_here(const Compiler *compiler) { return compiler->code->codes.count; }

static uint32_t append(Compiler *compiler, Code code) {
    if (compile_here(compiler) >= MAX_CODES) fail_size(compiler, "operations", MAX_CODES);
    vector_push(compiler->arena, compiler->code->codes, code);
    vector_push(compiler->arena, compiler->code->places, compiler->statement);
    return compile_here(compiler) - 1;
}

uint32_t compile_emit(Compiler *compiler, CodeOp op, uint16_t a, uint16_t b, uint16_t c) {
    return append(compiler, (Code){.op = (uint16_t)op, .a = a, .b = b, .c = c});
}

uint32_t compile_jump(Compiler *compiler, CodeOp op, uint16_t a, uint32_t target) {
    return append(compiler, (Code){.op = (uint16_t)op, .a = a, .target = (int32_t)target});
}

void compile_patch(Compiler *compiler, uint32_t at, uint32_t target) {
    compiler->code->codes.items[at].target = (int32_t)target;
}

// ---------------------------------------------------------------- registers

uint16_t compile_register(Compiler *compiler, Scalar initial) {
    if (compiler->code->registers.count >= MAX_REGISTERS) fail_size(compiler, "scalars", MAX_REGISTERS);
    vector_push(compiler->arena, compiler->code->registers, initial);
    return (uint16_t)(compiler->code->registers.count - 1);
}

uint16_t compile_temporary(Compiler *compiler) {
    if (compiler->temporaries_used == compiler->temporaries.count) {
        uint16_t slot = compile_register(compiler, (Scalar){0});
        vector_push(compiler->arena, compiler->temporaries, slot);
    }
    return compiler->temporaries.items[compiler->temporaries_used++];
}

static uint32_t key_place(const RegisterMap *map, const void *key) {
    uint32_t mask = map->capacity - 1;
    uint32_t place = (uint32_t)(((uintptr_t)key >> 4) * 0x9E3779B1u) & mask;
    while (map->keys[place] && map->keys[place] != key) place = (place + 1) & mask;
    return place;
}

bool register_find(const RegisterMap *map, const void *key, uint16_t *slot) {
    if (map->capacity == 0) return false;
    uint32_t place = key_place(map, key);
    if (!map->keys[place]) return false;
    *slot = map->slots[place];
    return true;
}

static void register_grow(Compiler *compiler) {
    RegisterMap *map = &compiler->permanent, old = *map;
    map->capacity = old.capacity ? old.capacity * 2 : 64;
    map->keys = arena_new_array(compiler->arena, const void *, map->capacity);
    map->slots = arena_new_array(compiler->arena, uint16_t, map->capacity);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (!old.keys[i]) continue;
        uint32_t place = key_place(map, old.keys[i]);
        map->keys[place] = old.keys[i];
        map->slots[place] = old.slots[i];
    }
}

void register_set(Compiler *compiler, const void *key, uint16_t slot) {
    RegisterMap *map = &compiler->permanent;
    if (2 * map->count >= map->capacity) register_grow(compiler);
    uint32_t place = key_place(map, key);
    if (!map->keys[place]) map->count++;
    map->keys[place] = key;
    map->slots[place] = slot;
}

uint16_t compile_assigned(Compiler *compiler, const void *key) {
    uint16_t slot;
    if (register_find(&compiler->permanent, key, &slot)) return slot;
    slot = compile_register(compiler, (Scalar){0});
    register_set(compiler, key, slot);
    return slot;
}

// ---------------------------------------------------------------- statements

static void compile_block(Compiler *compiler, const Block *block);

static void compile_let(Compiler *compiler, const Statement *statement) {
    uint16_t value = compile_expression(compiler, statement->let.value);
    compile_emit(compiler, CODE_COPY, compile_assigned(compiler, statement->let.variable), value, 0);
}

static void compile_store(Compiler *compiler, const Statement *statement) {
    const Buffer *buffer = statement->store.buffer;
    if (buffer->scope != SCOPE_VAR || buffer->rank != 0)
        fail(compiler->machine->context, DIAG_SIM_PROGRAM, statement->location,
             "a thread program stores to scalars only; %s is a buffer of rank %d", buffer->name, buffer->rank);
    uint16_t value = compile_expression(compiler, statement->store.value);
    compile_emit(compiler, CODE_COPY, compile_assigned(compiler, buffer), value, 0);
}

static void patch_loop_jumps(Compiler *compiler, uint32_t outer_jumps, uint32_t next, uint32_t end) {
    for (uint32_t i = outer_jumps; i < compiler->jumps.count; i++) {
        Jump jump = compiler->jumps.items[i];
        compile_patch(compiler, jump.at, jump.is_break ? end : next);
    }
    compiler->jumps.count = outer_jumps;
}

static void compile_for(Compiler *compiler, const Statement *statement) {
    uint16_t start = compile_expression(compiler, statement->loop.start);
    uint16_t turns = compile_expression(compiler, statement->loop.extent);
    uint16_t step = compile_expression(compiler, statement->loop.step);
    uint16_t base = compile_register(compiler, (Scalar){0});
    compile_register(compiler, (Scalar){0});
    compile_register(compiler, (Scalar){0});
    register_set(compiler, statement->loop.variable, base);
    compile_emit(compiler, CODE_COPY, base, start, 0);
    compile_emit(compiler, CODE_COPY, (uint16_t)(base + 1), turns, 0);
    compile_emit(compiler, CODE_COPY, (uint16_t)(base + 2), step, 0);
    uint32_t enter = compile_jump(compiler, CODE_LOOP_ENTER, base, 0), outer = compiler->jumps.count;
    compile_block(compiler, statement->loop.body);
    compiler->statement = statement;
    uint32_t next = compile_jump(compiler, CODE_LOOP_NEXT, base, enter + 1);
    compile_patch(compiler, enter, next + 1);
    patch_loop_jumps(compiler, outer, next, next + 1);
}

static void compile_while(Compiler *compiler, const Statement *statement) {
    uint32_t top = compile_here(compiler), outer = compiler->jumps.count;
    uint16_t condition = compile_expression(compiler, statement->branch.condition);
    uint32_t leave = compile_jump(compiler, CODE_JUMP_ZERO, condition, 0);
    compile_block(compiler, statement->branch.then);
    compiler->statement = statement;
    uint32_t back = compile_jump(compiler, CODE_JUMP_BACK, 0, top);
    compile_patch(compiler, leave, back + 1);
    patch_loop_jumps(compiler, outer, top, back + 1);
}

static void compile_if(Compiler *compiler, const Statement *statement) {
    uint16_t condition = compile_expression(compiler, statement->branch.condition);
    uint32_t skip = compile_jump(compiler, CODE_JUMP_ZERO, condition, 0);
    compile_block(compiler, statement->branch.then);
    if (statement->branch.otherwise) {
        uint32_t leave = compile_jump(compiler, CODE_JUMP, 0, 0);
        compile_patch(compiler, skip, compile_here(compiler));
        compile_block(compiler, statement->branch.otherwise);
        skip = leave;
    }
    compile_patch(compiler, skip, compile_here(compiler));
}

static void compile_assert(Compiler *compiler, const Statement *statement) {
    compile_emit(compiler, CODE_ASSERT, compile_expression(compiler, statement->branch.condition), 0, 0);
}

static void compile_loop_jump(Compiler *compiler, const Statement *statement) {
    Jump jump = {compile_jump(compiler, CODE_JUMP_BACK, 0, 0), statement->kind == STATEMENT_BREAK};
    vector_push(compiler->arena, compiler->jumps, jump);
}

static void compile_operation(Compiler *compiler, const Statement *statement) {
    CodeInstruction in;
    if (!compile_instruction(compiler, statement, &in)) return;
    vector_push(compiler->arena, compiler->code->instructions, in);
    compile_jump(compiler, CODE_INSTRUCTION, 0, compiler->code->instructions.count - 1);
}

// An alloc of a scalar needs nothing: its register is made at the first store.
static void compile_nothing(Compiler *compiler, const Statement *statement) {
    (void)compiler;
    (void)statement;
}

static void refuse_statement(Compiler *compiler, const Statement *statement) {
    fail(compiler->machine->context, DIAG_SIM_PROGRAM, statement->location,
         "a thread program holds no launch: the kernel is not lowered");
}

static void (*const compile_kind[])(Compiler *compiler, const Statement *statement) = {
    [STATEMENT_LAUNCH] = refuse_statement,
    [STATEMENT_ALLOC] = compile_nothing,
    [STATEMENT_LET] = compile_let,
    [STATEMENT_STORE] = compile_store,
    [STATEMENT_FOR] = compile_for,
    [STATEMENT_IF] = compile_if,
    [STATEMENT_WHILE] = compile_while,
    [STATEMENT_BREAK] = compile_loop_jump,
    [STATEMENT_CONTINUE] = compile_loop_jump,
    [STATEMENT_ASSERT] = compile_assert,
    [STATEMENT_OPERATION] = compile_operation,
};

static void compile_block(Compiler *compiler, const Block *block) {
    compile_enter(compiler);
    for (const Statement *statement = block->first; statement; statement = statement->next) {
        compiler->statement = statement;
        compiler->temporaries_used = 0;
        compiler->memo.count = 0;
        compile_kind[statement->kind](compiler, statement);
    }
    compile_leave(compiler);
}

// ---------------------------------------------------------------- a thread

// Sizes are constants, runtime arguments are set when a core starts.
static void define_inputs(Compiler *compiler) {
    const Function *program = compiler->machine->program;
    for (uint32_t i = 0; i < program->sizes.count; i++) {
        const Variable *size = program->sizes.items[i];
        register_set(compiler, size, compile_register(compiler, (Scalar){.i = size->bound}));
    }
    for (uint32_t i = 0; i < program->arguments.count; i++) {
        const RuntimeArgument *argument = program->arguments.items[i];
        ArgumentSlot slot = {compile_register(compiler, (Scalar){0}), argument};
        register_set(compiler, argument->variable, slot.slot);
        vector_push(compiler->arena, compiler->code->arguments, slot);
    }
}

void sim_compile_thread(Machine *machine, const ThreadProgram *program, ThreadCode *code) {
    Compiler compiler = {.machine = machine, .arena = &machine->arena, .code = code};
    code->program = program;
    define_inputs(&compiler);
    compile_block(&compiler, program->body);
    compiler.statement = NULL;
    patch_loop_jumps(&compiler, 0, compile_here(&compiler), compile_here(&compiler));
    compile_emit(&compiler, CODE_END, 0, 0, 0);
}
