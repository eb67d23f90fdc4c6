// InferTTLayout: the layout of every global tensor. Without the user's words: DRAM, interleaved, 32x32 tiles over the
// plane that its uses ask for. A user's layout is checked against that and completed.
#include "pass/planes.h"
#include "pass/user_layout.h"

static Layout layout_of(Function *function, const CompileOptions *options, const BufferPlanes *planes, int index) {
    const BufferPlane *plane = &planes->items[index];
    Layout proven = plane_layout(function, planes, index);
    if (!plane->buffer->annotation) return proven;
    UserLayout user = user_layout_read(function->module->context, plane->buffer);
    return complete_layout(function, options, &user, &proven, plane->used ? plane->location : (Location){0});
}

static void run(Function *function, const CompileOptions *options) {
    BufferPlanes planes = analyze_planes(function);
    for (uint32_t i = 0; i < planes.count; i++) {
        Buffer *buffer = planes.items[i].buffer;
        if (!is_global(buffer) || buffer->has_layout) continue;
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
