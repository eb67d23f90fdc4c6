// value.name and value[index].
#include <string.h>

#include "front/library.h"
#include "ir/build.h"

static const char *method_module(const Object *value) {
    static const char *const modules[OBJECT_KIND_COUNT] = {
        [OBJECT_INT] = "int",       [OBJECT_BOOL] = "int",        [OBJECT_TEXT] = "str",
        [OBJECT_DTYPE] = "str",     [OBJECT_LIST] = "list",       [OBJECT_TUPLE] = "list",
        [OBJECT_SET] = "list",      [OBJECT_DICT] = "dict",       [OBJECT_EXPR] = "value",
        [OBJECT_ELEMENT] = "value", [OBJECT_BUFFER] = "value",    [OBJECT_TENSOR] = "tensor",
        [OBJECT_PARSER] = "parser", [OBJECT_FUNCTION] = "kernel", [OBJECT_COMPILED] = "compiled",
    };
    return modules[value->kind];
}

static Object *shape_object(Evaluator *ev, int rank, const Expr *const shape[]) {
    Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
    for (int i = 0; i < rank; i++) {
        int64_t value;
        bool constant = expr_constant(shape[i], &value);
        object_append(ev->arena, tuple, constant ? object_int(ev->arena, value) : object_expr(ev->arena, shape[i]));
    }
    return tuple;
}

static Object *dtype_object(Evaluator *ev, DType type) {
    return object_dtype(ev->arena, type, name_of(ev->context, dtype_name(type)));
}

static Object *buffer_attribute(Evaluator *ev, Object *value, Name name) {
    const Buffer *buffer = value->access->buffer;
    if (strcmp(name, "dtype") == 0) return dtype_object(ev, buffer->type);
    if (value->kind != OBJECT_BUFFER) return NULL;
    if (strcmp(name, "shape") == 0) return shape_object(ev, value->access->shape_rank, value->access->shape);
    if (strcmp(name, "data") == 0) return value;
    if (strcmp(name, "name") == 0) return object_text(ev->arena, buffer->name);
    return NULL;
}

static Object *dtype_attribute(Evaluator *ev, const Object *value, Name name) {
    if (strcmp(name, "bits") == 0)
        return object_int(ev->arena, value->dtype.type == DTYPE_BOOL ? 1 : dtype_bits(value->dtype.type));
    if (strcmp(name, "bytes") == 0 || strcmp(name, "itemsize") == 0)
        return object_int(ev->arena, dtype_bits(value->dtype.type) / 8);
    return NULL;
}

static Object *tensor_attribute(Evaluator *ev, Object *value, Name name) {
    const TensorObject *tensor = value->tensor;
    if (strcmp(name, "dtype") == 0) return object_dtype(ev->arena, tensor->type, tensor->type_name);
    if (strcmp(name, "shape") == 0 && value->kind == OBJECT_TENSOR) {
        Object *tuple = object_list(ev->arena, OBJECT_TUPLE);
        for (int i = 0; i < tensor->rank; i++) object_append(ev->arena, tuple, tensor->shape[i]);
        return tuple;
    }
    if (strcmp(name, "T") != 0 || value->kind != OBJECT_TENSOR) return NULL;
    Object *turned = object_new(ev->arena, OBJECT_TENSOR);
    turned->tensor = arena_new(ev->arena, TensorObject);
    *turned->tensor = *tensor;
    for (int i = 0; i < tensor->rank; i++) turned->tensor->shape[i] = tensor->shape[tensor->rank - 1 - i];
    return turned;
}

_Noreturn static void refuse(Evaluator *ev, const LibraryRow *row, const Node *node) {
    if (row->kind == ROW_GPU_ONLY)
        stop_with_help(ev, DIAG_FRONT_GPU_ONLY, node->location,
                       "write the kernel with T.copy, T.gemm, T.Parallel and T.reduce_*", "`%s.%s` is GPU-only: %s",
                       row_prefix(row), row->name, row->doc);
    stop_with_help(ev, DIAG_FRONT_UNSUPPORTED, node->location, row->doc,
                   "expected an operation that ttile has, seen `%s.%s`", row_prefix(row), row->name);
}

static Object *module_attribute(Evaluator *ev, const Object *module, Name name, const Node *node) {
    bool script = strcmp(module->text, "tvmscript") == 0, language = script || strcmp(module->text, "T") == 0;
    const LibraryRow *row = find_row(module->text, name);
    if (!row && script) row = find_row("T", name);
    bool refused = row && (row->kind == ROW_GPU_ONLY || row->kind == ROW_UNSUPPORTED);
    if (refused && !ev->search) refuse(ev, row, node);
    if (refused || (row && row->kind == ROW_OPAQUE))
        return opaque_object(ev, "%s.%s", language ? "T" : module->text, name);
    if (row) return object_library(ev->arena, row);
    DType type;
    bool is_torch = strcmp(module->text, "torch") == 0;
    if ((language || is_torch) && dtype_parse(name, &type) && type != DTYPE_VOID)
        return object_dtype(ev->arena, type, name);
    if (!language && strcmp(module->text, "math") != 0) {
        if (strcmp(module->text, "tilelang") != 0) return opaque_object(ev, "%s.%s", module->text, name);
        return import_module(ev, arena_format(ev->arena, "tilelang.%s", name));
    }
    const char *const *names;
    int count = row_names(ev, language ? "T" : module->text, &names);
    stop_with_help(ev, DIAG_FRONT_NAME, node->location, did_you_mean(ev, name, names, count),
                   "expected a name of `%s`, seen `%s`", language ? "T" : module->text, name);
}

static Object *find_method(Evaluator *ev, Object *value, Name name) {
    const char *module = method_module(value);
    const LibraryRow *row = module ? find_row(module, name) : NULL;
    if (!row) return NULL;
    Object *method = object_new(ev->arena, OBJECT_METHOD);
    method->method.self = value;
    method->method.row = row;
    return method;
}

static Object *special_attribute(Evaluator *ev, Object *value, Name name) {
    switch (value->kind) {
    case OBJECT_BUFFER:
    case OBJECT_ELEMENT: return buffer_attribute(ev, value, name);
    case OBJECT_EXPR: return strcmp(name, "dtype") == 0 ? dtype_object(ev, value->expr->type) : NULL;
    case OBJECT_DTYPE: return dtype_attribute(ev, value, name);
    case OBJECT_TENSOR_TYPE:
    case OBJECT_TENSOR: return tensor_attribute(ev, value, name);
    case OBJECT_NAMESPACE: return object_lookup(value, object_text(ev->arena, name));
    default: return NULL;
    }
}

Object *get_attribute(Evaluator *ev, Object *value, Name name, const Node *node) {
    if (value->kind == OBJECT_OPAQUE && strcmp(name, "multi_processor_count") == 0)
        return tilelang_worker_cores(ev, NULL);
    if (value->kind == OBJECT_OPAQUE) return opaque_object(ev, "%s.%s", value->text, name);
    if (value->kind == OBJECT_MODULE) return module_attribute(ev, value, name, node);
    Object *result = special_attribute(ev, value, name);
    if (!result) result = find_method(ev, value, name);
    if (result) return result;
    bool foreign = value->kind == OBJECT_TENSOR || value->kind == OBJECT_COMPILED || value->kind == OBJECT_FUNCTION ||
                   value->kind == OBJECT_LIBRARY || value->kind == OBJECT_PARSER;
    if (foreign) return opaque_object(ev, "%s.%s", object_kind_name(value), name);
    const char *module = method_module(value);
    const char *const *names = NULL;
    int count = module ? row_names(ev, module, &names) : 0;
    stop_with_help(ev, DIAG_FRONT_NAME, node->location, did_you_mean(ev, name, names, count),
                   "expected an attribute of %s, seen `%s`", show_object(ev, value), name);
}

// Where a slice of a sequence begins and ends, as Python clips them.
static int64_t slice_bound(Evaluator *ev, Object *bound, int64_t absent, int64_t length, const Node *node) {
    if (bound->kind == OBJECT_NONE) return absent;
    int64_t value = need_int(ev, bound, node, "a slice's bound");
    if (value < 0) value += length;
    return value < 0 ? 0 : value > length ? length : value;
}

static Object *slice_sequence(Evaluator *ev, const Object *value, const Object *slice, const Node *node) {
    bool text = value->kind == OBJECT_TEXT;
    int64_t length = text ? (int64_t)strlen(value->text) : value->list.count;
    Object *step_object = slice->list.items[2];
    int64_t step = step_object->kind == OBJECT_NONE ? 1 : need_int(ev, step_object, node, "a slice's step");
    if (step != 1 && step != -1)
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location, "expected a slice of step 1 or -1, seen %lld",
                (long long)step);
    bool back = step == -1;
    if (back && (slice->list.items[0]->kind != OBJECT_NONE || slice->list.items[1]->kind != OBJECT_NONE))
        stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location, "expected [::-1] of a whole sequence, seen bounds too");
    int64_t start = back ? 0 : slice_bound(ev, slice->list.items[0], 0, length, node);
    int64_t end = back ? length : slice_bound(ev, slice->list.items[1], length, length, node);
    if (end < start) end = start;
    spend_steps(ev, (uint64_t)(end - start) / 16, node->location);
    if (text) {
        char *copy = arena_copy_text(ev->arena, value->text + start, (size_t)(end - start));
        for (int64_t i = 0; back && i < length; i++) copy[i] = value->text[length - 1 - i];
        return object_text(ev->arena, intern(&ev->context->names, copy, (size_t)(end - start)));
    }
    Object *result = object_list(ev->arena, value->kind);
    for (int64_t i = start; i < end; i++)
        object_append(ev->arena, result, value->list.items[back ? length - 1 - i : i]);
    return result;
}

static Object *sequence_item(Evaluator *ev, Object *value, Object *index, const Node *node) {
    if (index->kind == OBJECT_SLICE) return slice_sequence(ev, value, index, node);
    bool text = value->kind == OBJECT_TEXT;
    int64_t length = text ? (int64_t)strlen(value->text) : value->list.count;
    int64_t i = need_int(ev, index, node->second, "an index"), place = i < 0 ? i + length : i;
    if (place < 0 || place >= length)
        stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected an index below %lld, seen %lld", (long long)length,
                (long long)i);
    return text ? object_text(ev->arena, intern(&ev->context->names, value->text + place, 1))
                : value->list.items[place];
}

static Object *dict_item(Evaluator *ev, Object *value, Object *index, const Node *node) {
    spend_steps(ev, value->list.count / 16, node->location);
    Object *item = object_lookup(value, index);
    if (item) return item;
    stop_at(ev, DIAG_FRONT_VALUE, node->location, "expected a key of the dict, seen %s", show_object(ev, index));
}

// buffer[i][j] is buffer[i, j].
static Object *extend_element(Evaluator *ev, Object *value, Object *index, const Node *node) {
    Object *whole = object_new(ev->arena, OBJECT_BUFFER), *indices = object_list(ev->arena, OBJECT_TUPLE);
    whole->access = value->access;
    for (int i = 0; i < value->access->rank; i++) {
        if (value->access->extent[i])
            stop_at(ev, DIAG_FRONT_UNSUPPORTED, node->location, "expected an index of a buffer, seen one of its slice");
        object_append(ev->arena, indices, object_expr(ev->arena, value->access->start[i]));
    }
    bool tuple = index->kind == OBJECT_TUPLE;
    for (uint32_t i = 0; i < (tuple ? index->list.count : 1); i++)
        object_append(ev->arena, indices, tuple ? index->list.items[i] : index);
    return index_buffer(ev, whole, indices, node);
}

Object *get_item(Evaluator *ev, Object *value, Object *index, const Node *node) {
    switch (value->kind) {
    case OBJECT_BUFFER: return index_buffer(ev, value, index, node);
    case OBJECT_ELEMENT: return extend_element(ev, value, index, node);
    case OBJECT_TEXT:
    case OBJECT_LIST:
    case OBJECT_TUPLE: return sequence_item(ev, value, index, node);
    case OBJECT_DICT: return dict_item(ev, value, index, node);
    case OBJECT_OPAQUE: return opaque_object(ev, "%s[...]", value->text);
    case OBJECT_TENSOR: return opaque_object(ev, "a part of a tensor");
    case OBJECT_RANGE: {
        Object *list = object_list(ev->arena, OBJECT_LIST);
        list->list = need_items(ev, value, node);
        return sequence_item(ev, list, index, node);
    }
    default:
        stop_at(ev, DIAG_FRONT_TYPE, node->location, "expected something with items, seen %s", show_object(ev, value));
    }
}
