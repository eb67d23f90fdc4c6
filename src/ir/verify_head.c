// What a function declares: parameters, sizes, attributes, circular buffers, runtime arguments.
#include <limits.h>
#include <string.h>

#include "ir/attrs.h"
#include "ir/verify_shared.h"

static void verify_attributes(Verifier *verifier) {
    const Function *function = verifier->function;
    DiagnosticCode code = verifier->code;
    for (int id = 0; id < ATTR_COUNT; id++) {
        const Value *value = function->attributes[id];
        if (value && !attr_check((AttrId)id, value))
            invalid(verifier, "attribute %s must be of type %s", attr_name((AttrId)id), attr_type((AttrId)id));
    }
    const Value *user = function->user_attributes;
    verifier->code = DIAG_IR_TEXT; // whoever made the rest of the IR, these are a user's
    for (uint32_t i = 0; i < user->count; i++) {
        AttrId known = attr_find(user->keys[i]);
        bool is_todays = known != ATTR_COUNT && attr_check(known, user->items[i]);
        if (is_todays || (known != ATTR_COUNT && function->attributes[ATTR_CANONICAL]))
            invalid(verifier, "the attribute %s is no %s; in an older form it goes to apply_compatibility_transforms",
                    user->keys[i], attr_type(known));
        else if (!attr_is_printable(user->items[i]))
            invalid(verifier, "'%s' is no attribute that a user can set", user->keys[i]);
    }
    verifier->code = code;
}

void verify_head(Verifier *verifier) {
    const Function *function = verifier->function;
    for (uint32_t i = 0; i < function->sizes.count; i++) {
        const Variable *size = function->sizes.items[i];
        if (size->kind != VARIABLE_SIZE || !scope_add(&verifier->scope, size))
            invalid(verifier, "parameter '%s' is no size, or is there twice", size->name);
    }
    for (uint32_t i = 0; i < function->parameters.count; i++) {
        const Buffer *buffer = function->parameters.items[i];
        verifier->place = &buffer->location;
        if (buffer->scope != SCOPE_GLOBAL || buffer->parameter != (int)i || !scope_add(&verifier->scope, buffer))
            invalid(verifier, "parameter '%s' is not global, not in its place, or there twice", buffer->name);
        verify_buffer(verifier, buffer);
    }
    verifier->place = NULL;
    verify_attributes(verifier);
}

// ---------------------------------------------------------------- thread level

// Whether `alias` stands among the buffers before the one of number `end`.
static bool is_declared_before(const Function *function, uint32_t end, const CircularBuffer *alias) {
    for (uint32_t i = 0; i < end; i++) {
        if (function->circular_buffers.items[i] == alias) return true;
    }
    return false;
}

static void verify_circular(Verifier *verifier, uint32_t place, const CircularBuffer *circular) {
    if (circular->index < 0 || circular->page_bytes <= 0 || circular->pages <= 0 || circular->window <= 0)
        invalid(verifier, "circular buffer '%s' has an index, a size or a window that is not positive", circular->name);
    else if (circular->pages % circular->window != 0)
        invalid(verifier, "the %d pages of circular buffer '%s' are no multiple of its window of %d", circular->pages,
                circular->name, circular->window);
    const CircularBuffer *alias = circular->alias;
    if (!alias) return;
    if (!is_declared_before(verifier->function, place, alias))
        invalid(verifier, "circular buffer '%s' shares the memory of one that is not declared before it",
                circular->name);
    else if (alias->pages != circular->pages || alias->page_bytes != circular->page_bytes)
        invalid(verifier, "circular buffers '%s' and '%s' share memory, and differ in size", circular->name,
                alias->name);
}

static void verify_cores(Verifier *verifier, CoreRange range, const char *what) {
    bool good = range.x >= 0 && range.y >= 0 && range.columns > 0 && range.rows > 0 &&
                range.x <= INT_MAX - range.columns && range.y <= INT_MAX - range.rows;
    if (!good)
        invalid(verifier, "the cores [%d, %d, %d, %d] of %s are no rectangle", range.x, range.y, range.columns,
                range.rows, what);
}

static void verify_argument(Verifier *verifier, const RuntimeArgument *argument) {
    if (argument->variable->kind != VARIABLE_RUNTIME || !scope_add(&verifier->scope, argument->variable))
        invalid(verifier, "'%s' is no runtime argument, or is there twice", argument->variable->name);
    for (uint32_t i = 0; i < argument->pieces.count; i++)
        verify_cores(verifier, argument->pieces.items[i].range, argument->variable->name);
}

// Names of circular buffers and semaphores are given by hand, so nothing else has made them differ.
static void verify_names(Verifier *verifier) {
    const Function *function = verifier->function;
    uint32_t circulars = function->circular_buffers.count, count = circulars + function->semaphores.count;
    for (uint32_t i = 0; i < count; i++) {
        Name name =
            i < circulars ? function->circular_buffers.items[i]->name : function->semaphores.items[i - circulars]->name;
        if (!scope_add(&verifier->scope, name)) invalid(verifier, "the name '%s' is given twice", name);
    }
}

void verify_program(Verifier *verifier) {
    const Function *function = verifier->function;
    verify_names(verifier);
    for (uint32_t i = 0; i < function->circular_buffers.count; i++)
        verify_circular(verifier, i, function->circular_buffers.items[i]);
    for (uint32_t i = 0; i < function->arguments.count; i++) verify_argument(verifier, function->arguments.items[i]);
    for (uint32_t i = 0; i < function->threads.count; i++) {
        const ThreadProgram *thread = function->threads.items[i];
        for (uint32_t k = 0; k < thread->cores.count; k++) verify_cores(verifier, thread->cores.items[k], "a thread");
        verify_block(verifier, thread->body, NULL);
    }
}
