// Tables of operations: the rows of ops.def, finding a row by name, and what a signature says.
#include <string.h>

#include "ir/ir.h"

static const Operation rows[] = {
#define OPERATION(id, name, signature, doc) {name, "T.", signature, IR_##id, NULL},
#include "ir/ops.def"
#undef OPERATION
};

const OperationTable ir_operations = {rows, IR_OP_COUNT};

bool statement_is(const Statement *statement, OpId id) {
    return statement->kind == STATEMENT_OPERATION && statement->op.operation == &rows[id];
}

const Operation *module_find_operation(const Module *module, const char *name) {
    for (int t = 0; t < module->table_count; t++) {
        const OperationTable *table = &module->tables[t];
        for (int i = 0; i < table->count; i++) {
            size_t prefix = strlen(table->rows[i].prefix);
            if (strncmp(name, table->rows[i].prefix, prefix) == 0 && strcmp(name + prefix, table->rows[i].name) == 0)
                return &table->rows[i];
        }
    }
    return NULL;
}

// ---------------------------------------------------------------- signatures

static const struct {
    const char *word;
    OperandKind kind;
    DTypeClass class;
    bool reads, writes;
} kinds[] = {
    {"r", OPERAND_REGION, CLASS_NONE, true, false},       {"w", OPERAND_REGION, CLASS_NONE, false, true},
    {"rw", OPERAND_REGION, CLASS_NONE, true, true},       {"expr", OPERAND_EXPR, CLASS_NONE, false, false},
    {"int", OPERAND_EXPR, CLASS_INT, false, false},       {"float", OPERAND_EXPR, CLASS_FLOAT, false, false},
    {"tensor", OPERAND_TENSOR, CLASS_NONE, false, false}, {"cb", OPERAND_CIRCULAR, CLASS_NONE, false, false},
    {"sem", OPERAND_SEMAPHORE, CLASS_NONE, false, false}, {"bool", OPERAND_BOOL, CLASS_BOOL, false, false},
};

static void copy_part(char *to, size_t size, const char *from, size_t length) {
    if (length >= size) length = size - 1; // the tables' tests see to it that this cuts nothing
    memcpy(to, from, length);
    to[length] = '\0';
}

static void set_kind(OperandSpec *spec, const char *text, size_t length) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].word) != length || memcmp(kinds[i].word, text, length) != 0) continue;
        spec->kind = kinds[i].kind;
        spec->class = kinds[i].class;
        spec->reads = kinds[i].reads;
        spec->writes = kinds[i].writes;
        return;
    }
    spec->kind = OPERAND_NAME;
    copy_part(spec->words, sizeof spec->words, text, length);
}

// One `name:kind` or `name:kind=default`; returns what follows.
static const char *parse_operand(const char *text, OperandSpec *spec) {
    size_t length = strcspn(text, " "), name = strcspn(text, ":"), value = strcspn(text, " =");
    *spec = (OperandSpec){0};
    copy_part(spec->name, sizeof spec->name, text, name);
    set_kind(spec, text + name + 1, value - name - 1);
    if (value < length) spec->default_text = text[value + 1] == 'T' ? "True" : "False";
    return text + length + strspn(text + length, " ");
}

int operation_operands(const Operation *operation, OperandSpec specs[MAX_OPERANDS]) {
    int count = 0;
    for (const char *text = operation->signature; *text && count < MAX_OPERANDS;)
        text = parse_operand(text, &specs[count++]);
    return count;
}

bool operand_has_word(const OperandSpec *spec, const char *word) {
    size_t length = strlen(word);
    for (const char *text = spec->words; *text;) {
        size_t next = strcspn(text, "|");
        if (next == length && memcmp(text, word, length) == 0) return true;
        text += next + (text[next] == '|');
    }
    return false;
}

// ---------------------------------------------------------------- the cache of a module

typedef struct Parsed {
    int count;
    OperandSpec *specs; // NULL until it is asked for
} Parsed;

struct OperandCache {
    Parsed **tables; // by table and row
};

static struct OperandCache *new_cache(Module *module) {
    Arena *arena = &module->context->unit;
    struct OperandCache *cache = arena_new(arena, struct OperandCache);
    cache->tables = arena_new_array(arena, Parsed *, (size_t)module->table_count);
    for (int t = 0; t < module->table_count; t++)
        cache->tables[t] = arena_new_array(arena, Parsed, (size_t)module->tables[t].count);
    return cache;
}

static Parsed *cached(Module *module, const Operation *operation) {
    for (int t = 0; t < module->table_count; t++) {
        const OperationTable *table = &module->tables[t];
        if (operation >= table->rows && operation < table->rows + table->count)
            return &module->operands->tables[t][operation - table->rows];
    }
    return NULL;
}

const OperandSpec *module_operands(Module *module, const Operation *operation, int *count) {
    Arena *arena = &module->context->unit;
    if (!module->operands) module->operands = new_cache(module);
    Parsed *parsed = cached(module, operation);
    if (!parsed) parsed = arena_new(arena, Parsed); // of no table of this module
    if (!parsed->specs) {
        parsed->specs = arena_new_array(arena, OperandSpec, MAX_OPERANDS);
        parsed->count = operation_operands(operation, parsed->specs);
    }
    *count = parsed->count;
    return parsed->specs;
}
