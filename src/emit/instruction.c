// An instruction as a call: the `emit` column of its row with the operands put in.
//
// $0, $1 ... stand for operands; ${word ...} for what the table of words below says, with operand numbers behind the
// word; "; " ends one statement of several. An empty column is name(operands).
#include <stdlib.h>
#include <string.h>

#include "emit/printer.h"

typedef struct Call {
    Emitter *emitter;
    const Statement *statement;
    const Instruction *instruction;
    const Operand *operands;
    const OperandSpec *specs;
    int count;
    const char *receivers; // the local that holds them, once it has a name
    Text *out;
} Call;

// ---------------------------------------------------------------- operands

static void add_name(Call *call, Name name) { text_add(call->out, cpp_name(call->emitter, name)); }

static void print_expression_operand(Call *call, int index) {
    const Expr *expr = call->operands[index].expr;
    if (call->specs[index].class == CLASS_FLOAT)
        print_float_bits(call->emitter, expr, call->out);
    else
        print_scalar(call->emitter, expr, call->out);
}

static void print_operand(Call *call, int index) {
    const Operand *operand = &call->operands[index];
    switch (operand->kind) {
    case OPERAND_EXPR: print_expression_operand(call, index); break;
    case OPERAND_TENSOR: add_name(call, operand->tensor->name); break;
    case OPERAND_CIRCULAR: add_name(call, operand->circular->name); break;
    case OPERAND_SEMAPHORE: add_name(call, operand->semaphore->name); break;
    case OPERAND_BOOL: text_add(call->out, operand->boolean ? "true" : "false"); break;
    case OPERAND_NAME: text_add(call->out, operand->name); break;
    case OPERAND_REGION:
    case OPERAND_NONE: abort(); // no instruction has such operands
    }
}

// ---------------------------------------------------------------- words

static const char *page_bytes_name(Emitter *emitter, const CircularBuffer *buffer) {
    bool known = false;
    for (uint32_t i = 0; i < emitter->page_bytes.count; i++) known |= emitter->page_bytes.items[i] == buffer;
    if (!known) vector_push(emitter->arena, emitter->page_bytes, buffer);
    return cpp_derived(emitter, buffer->name, "page_bytes");
}

// The address of a page: circular buffer, slot.
static void print_page(Call *call, const char *pointer, const int operands[]) {
    const CircularBuffer *buffer = call->operands[operands[0]].circular;
    const Expr *slot = call->operands[operands[1]].expr;
    text_format(call->out, "%s(%s)", pointer, cpp_name(call->emitter, buffer->name));
    if (slot->kind == EXPR_INT && slot->integer == 0) return;
    text_add(call->out, " + ");
    print_factor(call->emitter, slot, call->out);
    text_format(call->out, " * %s", page_bytes_name(call->emitter, buffer));
}

static void print_write_address(Call *call, const int operands[]) { print_page(call, "get_write_ptr", operands); }
static void print_read_address(Call *call, const int operands[]) { print_page(call, "get_read_ptr", operands); }

// The first and the last core of a rectangle, four operands. A multicast goes right and down in NoC 0; in NoC 1, which
// is the writer's, it goes left and up and begins at the other corner.
static void print_corners(Call *call, const int operands[]) {
    bool backwards = call->emitter->kernel->thread->thread == THREAD_WRITER;
    for (int i = 0; i < 4; i++) {
        if (i) text_add(call->out, ", ");
        print_operand(call, operands[0] + (backwards ? (i + 2) % 4 : i));
    }
}

static void print_count(Call *call, const int operands[]) {
    print_factor(call->emitter, call->operands[operands[0]].expr, call->out);
}

static bool same_rectangle(const Operand *a, const Operand *b) {
    for (int i = 0; i < 4; i++)
        if (a[i].expr != b[i].expr) return false;
    return true;
}

static const Instruction *operation_of(const Statement *statement) {
    return statement ? instruction_of(statement) : NULL;
}

// Whether the flag for the same cores is the next that is sent: only then may the data's packets keep the way open for
// it. Operands: the first of the rectangle's four.
static void print_linked(Call *call, const int operands[]) {
    const Statement *next = call->statement->next;
    const Instruction *instruction = operation_of(next);
    if (instruction && instruction->effect == EFFECT_WRITE_FLUSH) instruction = operation_of(next = next->next);
    bool linked = instruction && instruction->id == INSTR_NOC_SEMAPHORE_SET_MULTICAST &&
                  same_rectangle(call->operands + operands[0], next->op.operands + 1);
    text_add(call->out, linked ? "true" : "false");
}

// A local of its own: what is sent to, and where it goes there, is long.
static void print_receivers(Call *call, const int operands[]) {
    const Operand *what = &call->operands[operands[0]];
    Name name = what->kind == OPERAND_CIRCULAR ? what->circular->name : what->semaphore->name;
    if (!call->receivers) call->receivers = cpp_another(call->emitter, name, "receivers");
    text_add(call->out, call->receivers);
}

static void need_semaphore(Emitter *emitter, const Semaphore *semaphore, bool as_pointer) {
    SemaphoreUse *use = NULL;
    for (uint32_t i = 0; i < emitter->semaphores.count; i++)
        if (emitter->semaphores.items[i].semaphore == semaphore) use = &emitter->semaphores.items[i];
    if (!use) {
        vector_push(emitter->arena, emitter->semaphores, ((SemaphoreUse){.semaphore = semaphore}));
        use = &vector_last(emitter->semaphores);
    }
    *(as_pointer ? &use->as_pointer : &use->as_address) = true;
}

static void print_semaphore_pointer(Call *call, const int operands[]) {
    const Semaphore *semaphore = call->operands[operands[0]].semaphore;
    need_semaphore(call->emitter, semaphore, true);
    text_add(call->out, cpp_derived(call->emitter, semaphore->name, "ptr"));
}

// Semaphores lie at the same address on every core.
static void print_semaphore_address(Call *call, const int operands[]) {
    const Semaphore *semaphore = call->operands[operands[0]].semaphore;
    need_semaphore(call->emitter, semaphore, false);
    text_add(call->out, cpp_derived(call->emitter, semaphore->name, "address"));
}

static void print_bytes(Call *call, const int operands[]) {
    text_add(call->out, page_bytes_name(call->emitter, call->operands[operands[0]].circular));
}

// A word of 32 bits full of a value in the format of a circular buffer: value, circular buffer.
static void print_word(Call *call, const int operands[]) {
    const Expr *value = call->operands[operands[0]].expr;
    const CircularBuffer *buffer = call->operands[operands[1]].circular;
    bool constant = value->kind == EXPR_FLOAT || value->kind == EXPR_INT;
    unsigned char element[8] = {0};
    uint32_t word = 0;
    if (!constant || (dtype_bytes(buffer->format) != 4 && dtype_bytes(buffer->format) != 2))
        fail_emit(call->emitter, DIAG_EMIT_INSTRUCTION, "fill with a constant, in a format of 16 or 32 bits",
                  "%s with a value or in a format that has no 32-bit word", call->instruction->name);
    double real = value->kind == EXPR_FLOAT ? value->real : (double)value->integer;
    dtype_store(buffer->format, element, 0, real);
    memcpy(&word, element, sizeof word);
    if (dtype_bytes(buffer->format) == 2) word |= word << 16;
    if (word)
        text_format(call->out, "0x%08x", word);
    else
        text_add(call->out, "0");
}

static void print_capitalised(Call *call, const int operands[]) {
    Name name = call->operands[operands[0]].name;
    char first = (char)(name[0] >= 'a' && name[0] <= 'z' ? name[0] - 'a' + 'A' : name[0]);
    text_add_bytes(call->out, &first, 1);
    text_add(call->out, name + 1);
}

static void print_real(Call *call, const int operands[]) {
    print_float(call->emitter, call->operands[operands[0]].expr, call->out);
}

static void print_dst_format(Call *call, const int operands[]) {
    (void)operands;
    text_add(call->out, call->emitter->fp32 ? "DataFormat::Float32" : "DataFormat::Float16_b");
}

typedef struct Word {
    const char *word;
    int operands;
    void (*print)(Call *call, const int operands[]);
} Word;

static const Word words[] = {
    {"write", 2, print_write_address},
    {"read", 2, print_read_address},
    {"bytes", 1, print_bytes},
    {"word", 2, print_word},
    {"Name", 1, print_capitalised},
    {"float", 1, print_real},
    {"dst", 0, print_dst_format},
    {"corners", 1, print_corners},
    {"factor", 1, print_count},
    {"pointer", 1, print_semaphore_pointer},
    {"address", 1, print_semaphore_address},
    {"receivers", 1, print_receivers},
    {"linked", 1, print_linked},
};

// `at` stands behind "${"; returns the place behind "}". Rows of the table are right: a wrong one is our own fault.
static const char *print_placeholder(Call *call, const char *at) {
    size_t length = strcspn(at, " }");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) != length || strncmp(words[i].word, at, length) != 0) continue;
        int operands[2] = {0};
        at += length;
        for (int j = 0; j < words[i].operands; j++, at += 2) operands[j] = at[1] - '0';
        words[i].print(call, operands);
        return at + 1;
    }
    abort();
}

// ---------------------------------------------------------------- calls

static void print_plain(Call *call) {
    text_format(call->out, "%s(", call->instruction->name);
    for (int i = 0; i < call->count; i++) {
        if (i) text_add(call->out, ", ");
        print_operand(call, i);
    }
    text_add(call->out, ")");
}

static void print_template(Call *call, const char *at) {
    while (*at) {
        size_t plain = strcspn(at, "$");
        text_add_bytes(call->out, at, plain);
        at += plain;
        if (*at && at[1] == '{') {
            at = print_placeholder(call, at + 2);
        } else if (*at) {
            print_operand(call, at[1] - '0');
            at += 2;
        }
    }
}

void need_header(Emitter *emitter, const char *header) {
    Name name = name_of(emitter->context, header);
    for (uint32_t i = 0; i < emitter->headers.count; i++)
        if (emitter->headers.items[i] == name) return;
    vector_push(emitter->arena, emitter->headers, name);
}

// Helpers are called by the instruction's own name.
static void need_helper(Emitter *emitter, InstructionId id) {
    if (id == INSTR_FILL_PAGE) use_helper(emitter, HELPER_FILL_PAGE);
    if (id == INSTR_FILL_PAGE_EDGE) use_helper(emitter, HELPER_FILL_PAGE_EDGE);
    if (id != INSTR_FILL_PAGE_INDEX) return;
    use_helper(emitter, HELPER_FLOAT_BITS);
    use_helper(emitter, HELPER_FILL_PAGE_INDEX);
}

static void refuse_broken(Call *call) {
    if (call->instruction->id != INSTR_BCAST_ROW || !call->emitter->fp32) return;
    if (dtype_bytes(call->operands[0].circular->format) != 2) return;
    fail_emit(call->emitter, DIAG_EMIT_INSTRUCTION, "load the row in float32",
              "the chip does not broadcast a row of a 16-bit circular buffer into fp32 DST");
}

// One line for each of the statements that the column gives.
static void print_statements(Emitter *emitter, const char *text) {
    for (const char *end; (end = strstr(text, "; ")); text = end + 2)
        print_line(emitter, arena_copy_text(emitter->arena, text, (size_t)(end - text) + 1));
    print_line(emitter, text);
}

void print_instruction(Emitter *emitter, const Statement *statement, const Instruction *instruction) {
    Text text = {.arena = emitter->arena};
    Call call = {.emitter = emitter,
                 .statement = statement,
                 .instruction = instruction,
                 .operands = statement->op.operands,
                 .out = &text};
    call.specs = module_operands(emitter->kernel->program->module, statement->op.operation, &call.count);
    refuse_broken(&call);
    need_header(emitter, instruction->header);
    need_helper(emitter, instruction->id);
    if (*instruction->emit)
        print_template(&call, instruction->emit);
    else
        print_plain(&call);
    text_add(&text, ";");
    print_statements(emitter, text.data);
}
