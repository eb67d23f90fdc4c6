// Operations that are expanded where they stand: T.im2col, and accumulators with their sequential loops.
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

// An accumulator is a fragment; stage_for makes the loops sequential whose variable does not index it.
Object *language_alloc_reducer(Evaluator *ev, Call *call) {
    if (call->args[2] && call->args[2]->kind == OBJECT_TEXT && strcmp(call->args[2]->text, "sum") != 0)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, call->nodes[2]->location, "expected an accumulator of sums, seen %s",
                show_object(ev, call->args[2]));
    Object *object = language_alloc_fragment(ev, call);
    vector_push(ev->arena, ev->reducers, object->access->buffer);
    return object;
}

typedef struct Convolution { // of an image (n, height, width, channels)
    const Expr *height, *width, *channels, *out_height, *out_width;
    int64_t kernel, stride, dilation, pad;
} Convolution;

static const Expr *output_size(Module *module, const Expr *size, const Convolution *c) {
    const Expr *span = expr_sub(module, size, expr_int(module, c->dilation * (c->kernel - 1) + 1 - 2 * c->pad));
    return expr_add(module, expr_floordiv(module, span, expr_int(module, c->stride)), expr_int(module, 1));
}

static int64_t small_int(Evaluator *ev, const Call *call, int i, int64_t least, const char *what) {
    int64_t value = need_int(ev, call->args[i], call->nodes[i], what);
    if (value < least || value > 4096)
        stop_at(ev, DIAG_FRONT_VALUE, call->nodes[i]->location, "expected %s of %lld to 4096, seen %lld", what,
                (long long)least, (long long)value);
    return value;
}

static Convolution convolution_of(Evaluator *ev, const Call *call, const Buffer *image) {
    Convolution c = {.kernel = small_int(ev, call, 4, 1, "a kernel's size"),
                     .stride = small_int(ev, call, 5, 1, "a stride"),
                     .dilation = small_int(ev, call, 6, 1, "a dilation"),
                     .pad = small_int(ev, call, 7, 0, "a padding")};
    c.height = image->shape[1];
    c.width = image->shape[2];
    c.channels = image->shape[3];
    c.out_height = output_size(ev->module, c.height, &c);
    c.out_width = output_size(ev->module, c.width, &c);
    return c;
}

// A place in the image: output place * stride + kernel place * dilation - pad.
static const Expr *image_place(Module *module, const Convolution *c, const Expr *output, const Expr *kernel) {
    const Expr *sum = expr_add(module, expr_mul(module, output, expr_int(module, c->stride)),
                               expr_mul(module, kernel, expr_int(module, c->dilation)));
    return expr_sub(module, sum, expr_int(module, c->pad));
}

static const Expr *within(Module *module, const Expr *value, const Expr *size) {
    const Expr *low = expr_binary(module, OP_GE, value, expr_int(module, 0));
    return expr_binary(module, OP_AND, low, expr_binary(module, OP_LT, value, size));
}

// The image's element for row m and column k of the unfolded matrix, 0 outside.
static const Expr *unfolded(Evaluator *ev, const Convolution *c, Buffer *image, const Expr *m, const Expr *k) {
    Module *module = ev->module;
    const Expr *plane = expr_mul(module, c->out_height, c->out_width), *kernel = expr_int(module, c->kernel);
    const Expr *tap = expr_floordiv(module, k, c->channels), *place = expr_floormod(module, m, plane);
    const Expr *h =
        image_place(module, c, expr_floordiv(module, place, c->out_width), expr_floordiv(module, tap, kernel));
    const Expr *w = image_place(module, c, expr_floormod(module, m, c->out_width), expr_floormod(module, tap, kernel));
    const Expr *n = expr_floordiv(module, m, plane);
    const Expr *inside = expr_binary(module, OP_AND, within(module, h, c->height), within(module, w, c->width));
    inside = expr_binary(module, OP_AND, inside, expr_binary(module, OP_LT, n, image->shape[0]));
    inside =
        expr_binary(module, OP_AND, inside, expr_binary(module, OP_LT, tap, expr_int(module, c->kernel * c->kernel)));
    const Expr *indices[] = {n, h, w, expr_floormod(module, k, c->channels)};
    return expr_select(module, inside, expr_load(module, image, indices), expr_float(module, image->type, 0));
}

Object *language_im2col(Evaluator *ev, Call *call) {
    Module *module = ev->module;
    Buffer *image = need_buffer(ev, call->args[0], call->nodes[0], "an image")->buffer;
    Buffer *columns = need_buffer(ev, call->args[1], call->nodes[1], "the unfolded part")->buffer;
    if (image->rank != 4 || columns->rank != 2)
        stop_at(ev, DIAG_FRONT_SHAPE, call->node->location,
                "expected an image of rank 4 and a matrix, seen ranks %d and %d", image->rank, columns->rank);
    if (!dtype_is_float(image->type))
        stop_at(ev, DIAG_FRONT_DTYPE, call->nodes[0]->location, "expected an image of floats, seen %s",
                dtype_name(image->type));
    Convolution c = convolution_of(ev, call, image);
    const Expr *steps[] = {need_index(ev, call->args[2], call->nodes[2], "a block's index"),
                           need_index(ev, call->args[3], call->nodes[3], "a step")};
    const Expr *indices[2], *places[2];
    Block *block = need_block(ev, call->node, "T.im2col");
    for (int i = 0; i < 2; i++) {
        Variable *variable = variable_new(ev->function, VARIABLE_LOOP, name_of(ev->context, i ? "j" : "i"), DTYPE_INT32,
                                          call->node->location);
        Statement *loop = build_for(module, FOR_PARALLEL, variable, columns->shape[i], call->node->location);
        loop->loop.stages = -1;
        block_append(block, loop);
        block = loop->loop.body;
        indices[i] = expr_variable(module, variable);
        places[i] = expr_add(module, expr_mul(module, steps[i], columns->shape[i]), indices[i]);
    }
    const Expr *value = convert_expr(ev, unfolded(ev, &c, image, places[0], places[1]), columns->type);
    block_append(block, build_store(module, columns, indices, value, call->node->location));
    return object_none(ev->arena);
}
