// Modules and functions as text (docs/ir.md).
#include "ir/print.h"

#include "ir/attrs.h"
#include "ir/layout.h"
#include "ir/names.h"
#include "ir/print_shared.h"

void print_indent(const Printer *printer) {
    for (int i = 0; i < printer->indent; i++) text_add(printer->out, "    ");
}

// A path with a line break or the like in it has no place in a comment.
static bool is_shown(Location location) {
    if (!location.source || location.line == 0) return false;
    for (const char *p = location.source->path; *p; p++) {
        if ((unsigned char)*p < ' ') return false;
    }
    return true;
}

void print_end(const Printer *printer, Location location) {
    if (printer->options.locations && is_shown(location))
        text_format(printer->out, "  # %s:%u:%u", location.source->path, location.line, location.column);
    text_add(printer->out, "\n");
}

// ---------------------------------------------------------------- buffers

static void print_shape(const Buffer *buffer, Text *out) {
    text_add(out, "(");
    for (int i = 0; i < buffer->rank; i++) {
        if (i) text_add(out, ", ");
        print_expression(buffer->shape[i], out);
    }
    text_add(out, buffer->rank == 1 ? ",), " : "), ");
}

static void print_quoted_keyword(const char *keyword, const char *word, Text *out) {
    text_format(out, ", %s=", keyword);
    text_add_quoted(out, word);
}

void print_buffer_type(const Buffer *buffer, Text *out) {
    if (buffer->scope != SCOPE_VAR) print_shape(buffer, out);
    text_add_quoted(out, dtype_name(buffer->type));
    if (buffer->scope == SCOPE_GLOBAL) print_quoted_keyword("role", role_name(buffer->role), out);
    if (buffer->annotation) {
        text_add(out, ", annotation=");
        value_print(buffer->annotation, out);
    }
    if (buffer->has_layout) {
        text_add(out, ", layout=");
        layout_print(&buffer->layout, out);
    }
}

// ---------------------------------------------------------------- the head of a function

static void print_parameters(Printer *printer, const Function *function) {
    for (uint32_t i = 0; i < function->parameters.count; i++) {
        const Buffer *buffer = function->parameters.items[i];
        text_format(printer->out, "    %s: T.Tensor(", buffer->name);
        print_buffer_type(buffer, printer->out);
        text_add(printer->out, "),");
        print_end(printer, buffer->location);
    }
    for (uint32_t i = 0; i < function->sizes.count; i++) {
        const Variable *size = function->sizes.items[i];
        text_format(printer->out, "    %s: T.size(\"%s\"", size->name, dtype_name(size->type));
        if (size->is_bound) text_format(printer->out, ", %lld", (long long)size->bound);
        text_add(printer->out, "),");
        print_end(printer, size->location);
    }
}

static void print_attribute(Text *out, bool first, const char *name, const Value *value) {
    text_add(out, first ? "" : ", ");
    text_add_quoted(out, name);
    text_add(out, ": ");
    value_print(value, out);
}

static void print_attributes(Printer *printer, const Function *function) {
    const Value *user = function->user_attributes;
    if (!attrs_held(function) && user->count == 0) return;
    bool first = true;
    print_indent(printer);
    text_add(printer->out, "T.func_attr({");
    for (int id = 0; id < ATTR_COUNT; id++) {
        if (!function->attributes[id]) continue;
        print_attribute(printer->out, first, attr_name((AttrId)id), function->attributes[id]);
        first = false;
    }
    for (uint32_t i = 0; i < user->count; i++) {
        print_attribute(printer->out, first, user->keys[i], user->items[i]);
        first = false;
    }
    text_add(printer->out, "})\n");
}

// ---------------------------------------------------------------- thread level

static void print_argument(Printer *printer, const RuntimeArgument *argument) {
    Text *out = printer->out;
    print_indent(printer);
    text_format(out, "%s = T.runtime_arg(\"%s\", [", argument->variable->name, dtype_name(argument->variable->type));
    for (uint32_t i = 0; i < argument->pieces.count; i++) {
        const ArgumentPiece *piece = &argument->pieces.items[i];
        text_format(out, "%s[%d, %d, %d, %d, %lld, %lld, %lld]", i ? ", " : "", piece->range.x, piece->range.y,
                    piece->range.columns, piece->range.rows, (long long)piece->base, (long long)piece->dx,
                    (long long)piece->dy);
    }
    text_add(out, "]");
    if (argument->axis) print_quoted_keyword("core", argument->axis == AXIS_X ? "x" : "y", out);
    text_add(out, ")");
    print_end(printer, argument->variable->location);
}

static void print_circular_buffer(Printer *printer, const CircularBuffer *circular) {
    Text *out = printer->out;
    print_indent(printer);
    text_format(out, "%s = T.circular_buffer(%d, \"%s\", page_bytes=%d, pages=%d, window=%d", circular->name,
                circular->index, dtype_name(circular->format), circular->page_bytes, circular->pages, circular->window);
    text_format(out, ", producer=\"%s\", consumer=\"%s\", unpack=\"%s\"", thread_name(circular->producer),
                thread_name(circular->consumer), unpack_name(circular->unpack));
    if (circular->resident) text_add(out, ", resident=True");
    if (circular->constant) print_quoted_keyword("constant", circular->constant, out);
    if (circular->shard) text_format(out, ", shard=%s", circular->shard->name);
    if (circular->alias) text_format(out, ", alias=%s", circular->alias->name);
    if (circular->holds) print_quoted_keyword("holds", circular->holds, out);
    text_add(out, ")");
    print_end(printer, circular->location);
}

static void print_semaphore(Printer *printer, const Semaphore *semaphore) {
    print_indent(printer);
    text_format(printer->out, "%s = T.semaphore(%d, %d)\n", semaphore->name, semaphore->index, semaphore->initial);
}

static void print_thread(Printer *printer, const ThreadProgram *thread) {
    print_indent(printer);
    text_format(printer->out, "with T.%s(", thread_name(thread->thread));
    for (uint32_t i = 0; i < thread->cores.count; i++) {
        CoreRange range = thread->cores.items[i];
        text_format(printer->out, "%s[%d, %d, %d, %d]", i ? ", " : "cores=[", range.x, range.y, range.columns,
                    range.rows);
    }
    text_add(printer->out, thread->cores.count ? "]):\n" : "):\n");
    printer->indent++;
    print_block(printer, thread->body);
    printer->indent--;
}

static void print_program(Printer *printer, const Function *function) {
    for (uint32_t i = 0; i < function->arguments.count; i++) print_argument(printer, function->arguments.items[i]);
    for (uint32_t i = 0; i < function->circular_buffers.count; i++)
        print_circular_buffer(printer, function->circular_buffers.items[i]);
    for (uint32_t i = 0; i < function->semaphores.count; i++) print_semaphore(printer, function->semaphores.items[i]);
    for (uint32_t i = 0; i < function->threads.count; i++) print_thread(printer, function->threads.items[i]);
}

// ---------------------------------------------------------------- the whole

// A body that only holds nothing is printed when no thread stands for it.
static void print_body(Printer *printer, const Function *function) {
    static const Block empty;
    print_program(printer, function);
    if (function->body)
        print_block(printer, function->body);
    else if (function->threads.count == 0)
        print_block(printer, &empty);
}

void print_function(const Function *function, PrintOptions options, Text *out) {
    Printer printer = {.out = out, .options = options, .indent = 1};
    text_format(out, "@T.prim_func\ndef %s(\n", function->name);
    print_parameters(&printer, function);
    text_add(out, "):");
    print_end(&printer, function->location);
    print_attributes(&printer, function);
    print_body(&printer, function);
}

void print_module(const Module *module, PrintOptions options, Text *out) {
    text_add(out, "# ttile ir 1\n");
    for (uint32_t i = 0; i < module->functions.count; i++) {
        text_add(out, "\n");
        print_function(module->functions.items[i], options, out);
    }
}
