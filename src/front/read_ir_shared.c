// Names, literals and places in IR text (read_ir.h).
#include <stdlib.h>
#include <string.h>

#include "front/read_ir.h"

void ir_refuse(Reader *reader, const Node *node, const char *format, ...) {
    Text message = {.arena = &reader->context->scratch};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&message, format, arguments);
    va_end(arguments);
    report(reader->context, DIAG_IR_TEXT, node->location, "%s", message.data);
    report_help(reader->context, "docs/ir.md describes the text form");
    fail_now(reader->context);
}

static bool read_number(const char *text, const char *end, uint32_t *number) {
    uint64_t value = 0;
    if (text == end) return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9' || value > UINT32_MAX / 10) return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *number = (uint32_t)value;
    return true;
}

static const char *last_colon(const char *start, const char *end) {
    while (end > start && end[-1] != ':') end--;
    return end > start ? end - 1 : NULL;
}

bool ir_comment(Reader *reader, const Node *node, Location *result) {
    if (!node->comment) return false;
    const char *start = node->comment + 1, *end = node->comment + node->comment_length;
    while (start < end && *start == ' ') start++;
    while (end > start && (end[-1] == ' ' || end[-1] == '\r')) end--;
    const char *column = last_colon(start, end), *line = column ? last_colon(start, column) : NULL;
    Location location = {0};
    for (const char *c = start; c < end; c++)
        if ((unsigned char)*c < ' ') return false; // no path that can be printed
    if (!line || line == start || !read_number(column + 1, end, &location.column) ||
        !read_number(line + 1, column, &location.line) || !location.line)
        return false;
    location.source =
        context_find_source(reader->context, arena_copy_text(&reader->context->unit, start, (size_t)(line - start)));
    *result = location;
    return true;
}

Location ir_location(Reader *reader, const Node *node) {
    Location location = {0};
    if (ir_comment(reader, node, &location) || reader->has_locations) return location;
    return node->location;
}

// ---------------------------------------------------------------- symbols

static Symbol *slot_of(const Reader *reader, Name name) {
    uint32_t mask = reader->symbol_capacity - 1, i = (uint32_t)((uintptr_t)name >> 4) * 2654435761u & mask;
    while (reader->symbols[i].name && reader->symbols[i].name != name) i = (i + 1) & mask;
    return &reader->symbols[i];
}

static void grow_symbols(Reader *reader) {
    Symbol *old = reader->symbols;
    uint32_t count = reader->symbol_capacity;
    reader->symbol_capacity = count ? count * 2 : 64;
    reader->symbols = arena_new_array(&reader->context->unit, Symbol, reader->symbol_capacity);
    for (uint32_t i = 0; i < count; i++)
        if (old[i].name) *slot_of(reader, old[i].name) = old[i];
}

void ir_define(Reader *reader, const Node *node, Symbol symbol) {
    if (reader->symbol_count * 2 >= reader->symbol_capacity) grow_symbols(reader);
    Symbol *slot = slot_of(reader, symbol.name);
    bool local = slot->kind == SYMBOL_VARIABLE && symbol.kind == SYMBOL_VARIABLE;
    if (slot->name && !local) ir_refuse(reader, node, "`%s` is defined twice", symbol.name);
    reader->symbol_count += slot->name == NULL;
    *slot = symbol;
}

const Symbol *ir_find(Reader *reader, Name name) {
    const Symbol *symbol = reader->symbol_capacity ? slot_of(reader, name) : NULL;
    return symbol && symbol->name ? symbol : NULL;
}

const Symbol *ir_symbol(Reader *reader, const Node *node, SymbolKind kind, const char *what) {
    if (node->kind != NODE_NAME) ir_refuse(reader, node, "expected the name of %s", what);
    const Symbol *symbol = ir_find(reader, node->name);
    if (!symbol) ir_refuse(reader, node, "%s is not defined", node->name);
    if (symbol->kind != kind) ir_refuse(reader, node, "%s is not %s", node->name, what);
    return symbol;
}

// ---------------------------------------------------------------- calls

const char *ir_call_name(const Node *node, const char *prefix) {
    if (node->kind != NODE_CALL || node->first->kind != NODE_ATTRIBUTE) return NULL;
    const Node *module = node->first->first;
    return module->kind == NODE_NAME && !strcmp(module->name, prefix) ? node->first->name : NULL;
}

const Node *ir_argument(const Node *call, uint32_t i, const char *keyword) {
    uint32_t position = 0;
    for (uint32_t k = 0; k < call->items.count; k++) {
        const Node *item = call->items.items[k];
        if (item->kind == NODE_KEYWORD) {
            if (keyword && !strcmp(item->name, keyword)) return item->first;
        } else if (position++ == i) {
            return item;
        }
    }
    return NULL;
}

const Node *ir_required(Reader *reader, const Node *call, uint32_t i, const char *keyword) {
    const Node *argument = ir_argument(call, i, keyword);
    if (argument) return argument;
    if (keyword) ir_refuse(reader, call, "the argument %s is missing", keyword);
    ir_refuse(reader, call, "argument %u is missing", i + 1);
}

// ---------------------------------------------------------------- literals

int64_t ir_integer(Reader *reader, const Node *node) {
    if (node->kind == NODE_INT) return node->integer;
    ir_refuse(reader, node, "expected an integer");
}

int ir_small_integer(Reader *reader, const Node *node) {
    int64_t value = ir_integer(reader, node);
    if (value < 0 || value > INT32_MAX) ir_refuse(reader, node, "expected an integer from 0 to %d", INT32_MAX);
    return (int)value;
}

Name ir_text(Reader *reader, const Node *node) {
    if (node->kind != NODE_STRING) ir_refuse(reader, node, "expected a string");
    return name_of(reader->context, node->text);
}

bool ir_boolean(Reader *reader, const Node *node) {
    if (node->kind != NODE_BOOL) ir_refuse(reader, node, "expected True or False");
    return node->integer != 0;
}

DType ir_dtype(Reader *reader, const Node *node) {
    DType type;
    if (!dtype_parse(ir_text(reader, node), &type)) ir_refuse(reader, node, "%s is no dtype", node->text);
    return type;
}

static Value *negative_value(Reader *reader, const Node *node) {
    Arena *arena = &reader->context->unit;
    if (node->op == OPERATOR_NEG && node->first->kind == NODE_FLOAT) return value_float(arena, -node->first->real);
    return value_int(arena, ir_integer(reader, node));
}

static Value *list_value(Reader *reader, const Node *node) {
    Value *list = value_list(&reader->context->unit);
    for (uint32_t i = 0; i < node->items.count; i++)
        value_append(&reader->context->unit, list, ir_value(reader, node->items.items[i]));
    return list;
}

static Value *dict_value(Reader *reader, const Node *node) {
    Value *dict = value_dict(&reader->context->unit);
    for (uint32_t i = 0; i < node->items.count; i++) {
        const Node *pair = node->items.items[i];
        if (pair->kind != NODE_PAIR) ir_refuse(reader, pair, "expected key: value");
        Location place = reader->has_locations ? (Location){0} : pair->first->location;
        value_set_at(&reader->context->unit, dict, ir_text(reader, pair->first), place, ir_value(reader, pair->second));
    }
    return dict;
}

static Value *literal_value(Reader *reader, const Node *node) {
    Arena *arena = &reader->context->unit;
    switch (node->kind) {
    case NODE_NONE: return value_null(arena);
    case NODE_BOOL: return value_bool(arena, node->integer != 0);
    case NODE_INT: return value_int(arena, node->integer);
    case NODE_FLOAT: return value_float(arena, node->real);
    case NODE_STRING: return value_text(arena, name_of(reader->context, node->text));
    case NODE_UNARY: return negative_value(reader, node);
    case NODE_LIST:
    case NODE_TUPLE: return list_value(reader, node);
    case NODE_DICT: return dict_value(reader, node);
    default: ir_refuse(reader, node, "expected a literal");
    }
}

const Value *ir_value(Reader *reader, const Node *node) {
    Value *value = literal_value(reader, node);
    if (!reader->has_locations) value->location = node->location; // else it was another file's
    return value;
}
