// Modules, functions, and the names that a function has given away.
#include <string.h>

#include "ir/build.h"
#include "ir/expr.h"

#define FIRST_NAMES 64u

typedef struct NameEntry {
    Name name;
    uint32_t next; // number of the next name made from this one
    bool waiting;  // made by function_fresh_name, and not yet the name of anything
} NameEntry;

struct NameTable {
    Arena *arena;
    NameEntry *slots;
    uint32_t count, capacity;
};

// Words that mean something in IR text.
static const char *const reserved[] = {
    "T",     "tt",     "True",     "False",  "None",  "and",  "as",     "assert",   "async",   "await",
    "break", "class",  "continue", "def",    "del",   "elif", "else",   "except",   "finally", "for",
    "from",  "global", "if",       "import", "in",    "is",   "lambda", "nonlocal", "not",     "or",
    "pass",  "raise",  "return",   "try",    "while", "with", "yield"};

// Interned names are equal when their pointers are, so the pointer is hashed.
static NameEntry *slot_of(NameEntry *slots, uint32_t capacity, Name name) {
    uint32_t i = (uint32_t)(((uintptr_t)name >> 4) * 0x9e3779b9u) & (capacity - 1);
    while (slots[i].name && slots[i].name != name) i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static void grow_names(struct NameTable *table) {
    uint32_t capacity = table->capacity ? table->capacity * 2 : FIRST_NAMES * 2;
    NameEntry *slots = arena_new_array(table->arena, NameEntry, capacity);
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].name) *slot_of(slots, capacity, table->slots[i].name) = table->slots[i];
    }
    table->slots = slots;
    table->capacity = capacity;
}

static NameEntry *entry_of(struct NameTable *table, Name name) {
    if (table->count * 2 >= table->capacity) grow_names(table);
    return slot_of(table->slots, table->capacity, name);
}

static void take_name(struct NameTable *table, Name name, bool waiting) {
    NameEntry *entry = entry_of(table, name);
    if (!entry->name) *entry = (NameEntry){.name = name, .next = 1}, table->count++;
    entry->waiting = waiting;
}

// `stem` or stem_1, stem_2, ...
static Name free_name(Function *function, Name stem) {
    if (!entry_of(function->names, stem)->name) return stem;
    for (;;) {
        uint32_t number = entry_of(function->names, stem)->next++;
        Name name = name_format(function->module->context, "%s_%u", stem, number);
        if (!entry_of(function->names, name)->name) return name;
    }
}

Name function_fresh_name(Function *function, const char *stem) {
    Name name = free_name(function, name_of(function->module->context, stem));
    take_name(function->names, name, true);
    return name;
}

static Name claim_name(Function *function, Name name) {
    NameEntry *entry = entry_of(function->names, name);
    if (!entry->name || !entry->waiting) name = free_name(function, name);
    take_name(function->names, name, false);
    return name;
}

Module *module_new(Context *context, const OperationTable *tables, int table_count) {
    Module *module = arena_new(&context->unit, Module);
    module->context = context;
    OperationTable *copy = arena_new_array(&context->unit, OperationTable, (size_t)table_count);
    if (table_count) memcpy(copy, tables, (size_t)table_count * sizeof *tables);
    module->tables = copy;
    module->table_count = table_count;
    module->exprs = expr_table_new(context);
    return module;
}

Function *function_new(Module *module, Name name, Location location) {
    Context *context = module->context;
    Function *function = arena_new(&context->unit, Function);
    *function = (Function){.name = name, .location = location, .module = module};
    function->names = arena_new(&context->unit, struct NameTable);
    function->names->arena = &context->unit;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        take_name(function->names, name_of(context, reserved[i]), false);
    function->user_attributes = value_dict(&context->unit);
    function->body = block_new(module, NULL);
    vector_push(&context->unit, module->functions, function);
    return function;
}

Variable *variable_new(Function *function, VariableKind kind, Name name, DType type, Location location) {
    Variable *variable = arena_new(&function->module->context->unit, Variable);
    *variable = (Variable){.name = claim_name(function, name), .kind = kind, .type = type, .location = location};
    return variable;
}

Buffer *buffer_new(Function *function, Scope scope, Name name, DType type, int rank, const Expr *const shape[],
                   Location location) {
    Context *context = function->module->context;
    if (rank < 0 || rank > MAX_RANK)
        fail(context, DIAG_INTERNAL, location, "a buffer of rank %d; at most %d are held", rank, MAX_RANK);
    Buffer *buffer = arena_new(&context->unit, Buffer);
    *buffer = (Buffer){.name = claim_name(function, name), .scope = scope, .type = type, .rank = rank};
    buffer->location = location;
    buffer->parameter = -1;
    for (int i = 0; i < rank; i++) buffer->shape[i] = shape[i];
    return buffer;
}
