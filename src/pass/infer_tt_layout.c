// InferTTLayout: the layout of every global tensor. Without the user's words: DRAM, interleaved, 32x32 tiles over the
// plane that its uses ask for. A user's layout is checked against that and completed.
#include "pass/planes.h"
#include "pass/user_layout.h"
#include "program/program.h"

static Layout layout_of(Function *function, const CompileOptions *options, const BufferPlanes *planes, int index) {
    const BufferPlane *plane = &planes->items[index];
    Layout proven = plane_layout(function, planes, index);
    if (!plane->buffer->annotation) return proven;
    UserLayout user = user_layout_read(function->module->context, plane->buffer);
    return complete_layout(function, options, &user, &proven, plane->used ? plane->location : (Location){0});
}

static const char *layout_fault(const Buffer *buffer) {
    const Layout *layout = &buffer->layout;
    bool plain = layout->memory == MEMORY_INTERLEAVED && !layout->shard.rows && layout->tile_order == ORDER_ROW_MAJOR;
    if (layout->rows_dimension >= buffer->rank || layout->columns_dimension >= buffer->rank)
        return "its tile plane has a dimension that the tensor lacks";
    if (layout->rows_dimension == layout->columns_dimension) return "its tile plane has one dimension alone";
    if (layout->format != buffer->type) return "its format is not the tensor's dtype";
    return plain || page_map(buffer).pages ? NULL
                                           : "its shards do not hold the tensor, or its order does not suit them";
}

// IR text may give a tensor any layout.
static void check_held(Function *function, const Buffer *buffer) {
    const char *fault = layout_fault(buffer);
    if (!fault) return;
    report(function->module->context, DIAG_LAYOUT_ANNOTATION, buffer->location, "the layout that %s has already: %s",
           buffer->name, fault);
    report_help(function->module->context, "leave it out to have it inferred, or say a part of it as annotation");
    fail_now(function->module->context);
}

static void run(Function *function, const CompileOptions *options) {
    BufferPlanes planes = analyze_planes(function);
    for (uint32_t i = 0; i < planes.count; i++) {
        Buffer *buffer = planes.items[i].buffer;
        if (!is_global(buffer)) continue;
        if (buffer->has_layout) check_held(function, buffer);
        if (buffer->has_layout) continue;
        buffer->layout = layout_of(function, options, &planes, (int)i);
        buffer->has_layout = true;
    }
    hold(function, ATTR_LAYOUT_DESC); // the layouts are in the buffers themselves
}

const Pass pass_infer_tt_layout = {
    .name = "InferTTLayout",
    .file = "infer-tt-layout",
    .summary = "memory space, tile plane, format and tile shape of every global tensor",
    .requires = ATTR_BIT(CANONICAL),
    .provides = ATTR_BIT(LAYOUT_DESC),
    .run = run,
};
