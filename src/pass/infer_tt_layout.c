// InferTTLayout: the layout of every global tensor: DRAM, interleaved, 32x32 tiles over the plane that its uses ask
// for.
#include "pass/planes.h"

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    BufferPlanes planes = analyze_planes(function);
    for (uint32_t i = 0; i < planes.count; i++) {
        Buffer *buffer = planes.items[i].buffer;
        if (!is_global(buffer) || buffer->has_layout) continue;
        buffer->layout = plane_layout(function, &planes, (int)i);
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
