// Failing: with a diagnostic, or quietly while the file's own call is searched for.

#include "front/evaluate.h"

_Noreturn static void leave_quietly(Evaluator *ev, const char *message, Location location) {
    if (ev->probe) longjmp(*ev->probe, 1);
    ev->search->why = message;
    ev->search->where = location;
    longjmp(ev->search->escape, 1);
}

bool was_told(const Evaluator *ev, DiagnosticCode code, Location location) {
    for (uint32_t i = 0; i < ev->context->diagnostics.count; i++) {
        const Diagnostic *diagnostic = &ev->context->diagnostics.items[i];
        if (diagnostic->code == code && diagnostic->location.source == location.source &&
            diagnostic->location.line == location.line && diagnostic->location.column == location.column)
            return true;
    }
    return false;
}

_Noreturn static void stop_with(Evaluator *ev, DiagnosticCode code, Location location, const char *help,
                                const char *format, va_list arguments) {
    Text message = {.arena = ev->arena};
    text_format_list(&message, format, arguments);
    if (ev->probe || ev->search) leave_quietly(ev, message.data, location);
    if (was_told(ev, code, location)) fail_now(ev->context);
    report(ev->context, code, location, "%s", message.data);
    if (help) report_help(ev->context, "%s", help);
    fail_now(ev->context);
}

void stop_at(Evaluator *ev, DiagnosticCode code, Location location, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    stop_with(ev, code, location, NULL, format, arguments);
}

void stop_with_help(Evaluator *ev, DiagnosticCode code, Location location, const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    stop_with(ev, code, location, help, format, arguments);
}

void spend_steps(Evaluator *ev, uint64_t steps, Location location) {
    if (steps <= ev->step_limit - ev->steps) {
        ev->steps += (uint32_t)steps;
        return;
    }
    stop_with_help(ev, DIAG_FRONT_STEPS, location,
                   "give the loop an end, or make it a loop of the kernel with T.serial",
                   "expected compile-time code of at most %u steps, seen more", ev->step_limit);
}

void use_hint(Evaluator *ev, const char *name) {
    Name hint = name_of(ev->context, name);
    for (uint32_t i = 0; i < ev->hints.count; i++)
        if (ev->hints.items[i] == hint) return;
    if (!ev->search) vector_push(ev->arena, ev->hints, hint);
}

const char *show_object(Evaluator *ev, const Object *object) {
    Text text = {.arena = ev->arena};
    if (object->kind == OBJECT_OPAQUE) {
        text_format(&text, "`%s`, which ttile does not evaluate", object->text);
    } else if (object->kind >= OBJECT_FUNCTION) {
        text_add(&text, object_kind_name(object));
        if (object->kind == OBJECT_BUFFER || object->kind == OBJECT_ELEMENT)
            text_format(&text, " (`%s`)", object->access->buffer->name);
    } else {
        text_add(&text, "`");
        object_print(object, true, &text);
        if (text.length > 80) {
            text.length = 77;
            text_add(&text, "...");
        }
        text_add(&text, "`");
    }
    return text.data;
}

const char *did_you_mean(Evaluator *ev, const char *name, const char *const *legal, int count) {
    int nearest = text_nearest(name, legal, count);
    return nearest < 0 ? NULL : arena_format(ev->arena, "did you mean `%s`?", legal[nearest]);
}
