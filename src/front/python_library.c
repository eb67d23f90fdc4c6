// math, itertools, functools and argparse, as far as kernels' compile-time code uses them.
#include <math.h>
#include <string.h>

#include "front/library.h"

static double need_real(Evaluator *ev, const Call *call, int i) {
    if (object_is_number(call->args[i])) return object_real(call->args[i]);
    stop_at(ev, call->args[i]->kind == OBJECT_OPAQUE ? DIAG_FRONT_OPAQUE : DIAG_FRONT_TYPE, call->nodes[i]->location,
            "expected a number, seen %s", show_object(ev, call->args[i]));
}

Object *math_constant(Evaluator *ev, Call *call) {
    static const struct {
        const char *name;
        double value;
    } constants[] = {{"pi", 3.14159265358979323846}, {"e", 2.71828182845904523536}, {"inf", INFINITY}, {"nan", NAN}};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (strcmp(constants[i].name, call->row->name) == 0) return object_float(ev->arena, constants[i].value);
    return object_none(ev->arena);
}

Object *math_unary(Evaluator *ev, Call *call) {
    static const struct {
        const char *name;
        double (*function)(double);
        double least; // of the arguments that have a result
    } functions[] = {{"sqrt", sqrt, 0},        {"exp", exp, -INFINITY},   {"log2", log2, 5e-324},
                     {"log10", log10, 5e-324}, {"fabs", fabs, -INFINITY}, {"sin", sin, -INFINITY},
                     {"cos", cos, -INFINITY},  {"tanh", tanh, -INFINITY}};
    double x = need_real(ev, call, 0);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, call->row->name) != 0) continue;
        if (!(x >= functions[i].least)) break;
        return object_float(ev->arena, functions[i].function(x));
    }
    stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected a number that math.%s takes, seen %g",
            call->row->name, x);
}

Object *math_log(Evaluator *ev, Call *call) {
    double x = need_real(ev, call, 0), base = call->args[1] ? need_real(ev, call, 1) : 0;
    if (!(x > 0) || (call->args[1] && !(base > 0 && base != 1)))
        stop_at(ev, DIAG_FRONT_VALUE, call->node->location, "expected positive numbers in math.log, seen others");
    return object_float(ev->arena, call->args[1] ? log(x) / log(base) : log(x));
}

Object *math_pow(Evaluator *ev, Call *call) {
    return object_float(ev->arena, pow(need_real(ev, call, 0), need_real(ev, call, 1)));
}

Object *math_round(Evaluator *ev, Call *call) {
    if (call->args[0]->kind == OBJECT_INT) return call->args[0];
    double x = need_real(ev, call, 0);
    double result = call->row->name[0] == 'c' ? ceil(x) : call->row->name[0] == 'f' ? floor(x) : trunc(x);
    if (!(fabs(result) < 0x1p63))
        stop_at(ev, DIAG_FRONT_OVERFLOW, call->nodes[0]->location, "expected an integer of 64 bits, seen %g", result);
    return object_int(ev->arena, (int64_t)result);
}

Object *math_prod(Evaluator *ev, Call *call) {
    ObjectList items = need_items(ev, call->args[0], call->nodes[0]);
    Object *result = call->args[1] ? call->args[1] : object_int(ev->arena, 1);
    for (uint32_t i = 0; i < items.count; i++)
        result = binary_value(ev, OPERATOR_MUL, result, items.items[i], call->node);
    return result;
}

static uint64_t magnitude(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

Object *math_gcd(Evaluator *ev, Call *call) {
    uint64_t a = magnitude(need_int(ev, call->args[0], call->nodes[0], "an operand")), first = a;
    uint64_t b = magnitude(need_int(ev, call->args[1], call->nodes[1], "an operand")), second = b;
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    uint64_t result = a;
    if (call->row->name[0] == 'l' && (a == 0 || __builtin_mul_overflow(first / a, second, &result)))
        result = a == 0 ? 0 : UINT64_MAX;
    if (result > INT64_MAX)
        stop_at(ev, DIAG_FRONT_OVERFLOW, call->node->location, "expected a result of 64 bits, seen a larger one");
    return object_int(ev->arena, (int64_t)result);
}

Object *math_isqrt(Evaluator *ev, Call *call) {
    int64_t n = need_int(ev, call->args[0], call->nodes[0], "a number");
    if (n < 0) stop_at(ev, DIAG_FRONT_VALUE, call->nodes[0]->location, "expected 0 or more, seen %lld", (long long)n);
    int64_t root = (int64_t)sqrt((double)n);
    while (root > 0 && root > n / root) root--;
    while (root + 1 <= n / (root + 1)) root++;
    return object_int(ev->arena, root);
}

Object *tilelang_next_power_of_2(Evaluator *ev, Call *call) {
    int64_t n = need_int(ev, call->args[0], call->nodes[0], "a number"), power = 1;
    while (power < n) {
        if (power > INT64_MAX / 2)
            stop_at(ev, DIAG_FRONT_OVERFLOW, call->nodes[0]->location, "expected a power of 2 of 64 bits");
        power *= 2;
    }
    return object_int(ev->arena, power);
}

Object *tilelang_worker_cores(Evaluator *ev, Call *call) {
    (void)call;
    return object_int(ev->arena, ev->options->worker_cores > 0 ? ev->options->worker_cores : 1);
}

Object *itertools_product(Evaluator *ev, Call *call) {
    Object *result = object_list(ev->arena, OBJECT_LIST);
    object_append(ev->arena, result, object_list(ev->arena, OBJECT_TUPLE));
    int64_t repeat = call->args[0] ? need_int(ev, call->args[0], call->nodes[0], "repeat") : 1;
    for (int64_t turn = 0; turn < repeat; turn++)
        for (uint32_t i = 0; i < call->given.count; i++) {
            if (call->given.items[i].name) continue;
            ObjectList items = need_items(ev, call->given.items[i].value, call->node);
            Object *longer = object_list(ev->arena, OBJECT_LIST);
            for (uint32_t j = 0; j < result->list.count; j++)
                for (uint32_t k = 0; k < items.count; k++) {
                    Object *tuple = object_list(ev->arena, OBJECT_TUPLE), *prefix = result->list.items[j];
                    spend_steps(ev, prefix->list.count + 1, call->node->location);
                    for (uint32_t p = 0; p < prefix->list.count; p++)
                        object_append(ev->arena, tuple, prefix->list.items[p]);
                    object_append(ev->arena, tuple, items.items[k]);
                    object_append(ev->arena, longer, tuple);
                }
            result = longer;
        }
    return result;
}

Object *functools_partial(Evaluator *ev, Call *call) {
    if (call->args[0]->kind != OBJECT_FUNCTION) return opaque_object(ev, "functools.partial()");
    FunctionObject *old = call->args[0]->function;
    Object *result = object_new(ev->arena, OBJECT_FUNCTION);
    result->function = arena_new(ev->arena, FunctionObject);
    *result->function = *old;
    Call inner = {.node = call->node};
    for (uint32_t i = 1; i < call->given.count; i++) vector_push(ev->arena, inner.given, call->given.items[i]);
    result->function->bound = arena_new_array(ev->arena, Object *, old->node->items.count);
    bind_parameters(ev, old, &inner, result->function->bound, true);
    return result;
}

// ---------------------------------------------------------------- argparse: its defaults count

Object *argparse_parser(Evaluator *ev, Call *call) {
    (void)call;
    return object_list(ev->arena, OBJECT_PARSER);
}

// --some-name is some_name.
static Name option_name(Evaluator *ev, const char *option) {
    char *name = arena_copy_text(ev->arena, option + strspn(option, "-"), strlen(option + strspn(option, "-")));
    for (char *c = name; *c; c++)
        if (*c == '-') *c = '_';
    return name_of(ev->context, name);
}

Object *parser_add_argument(Evaluator *ev, Call *call) {
    Name name = NULL; // of the first long option, else of the first
    for (uint32_t i = 0; i < call->given.count; i++) {
        const Argument *argument = &call->given.items[i];
        if (argument->name || argument->value->kind != OBJECT_TEXT) continue;
        if (!name || strncmp(argument->value->text, "--", 2) == 0) name = option_name(ev, argument->value->text);
    }
    if (call->args[3] && call->args[3]->kind == OBJECT_TEXT) name = call->args[3]->text;
    if (!name) return opaque_object(ev, "add_argument()");
    Object *value = call->args[1];
    bool flag = call->args[2] && call->args[2]->kind == OBJECT_TEXT && strncmp(call->args[2]->text, "store_", 6) == 0;
    if (!value)
        value = flag ? object_bool(ev->arena, strcmp(call->args[2]->text, "store_false") == 0) : object_none(ev->arena);
    object_store(ev->arena, call->self, object_text(ev->arena, name), value);
    return opaque_object(ev, "add_argument()");
}

Object *parser_parse_args(Evaluator *ev, Call *call) {
    Object *arguments = object_list(ev->arena, OBJECT_NAMESPACE);
    arguments->list = call->self->list;
    return arguments;
}

Object *parser_parse_known_args(Evaluator *ev, Call *call) {
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    object_append(ev->arena, tuple, parser_parse_args(ev, call));
    object_append(ev->arena, tuple, object_list(ev->arena, OBJECT_LIST));
    return tuple;
}
