// InferTTLayout: the layout of every global tensor: DRAM, interleaved, 32x32 tiles over the plane that its uses ask
// for.
#include "pass/planes.h"

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    Context *context = function->module->context;
    BufferPlanes planes = analyze_planes(function);
    for (uint32_t i = 0; i < planes.count; i++) {
        Buffer *buffer = planes.items[i].buffer;
        if (!is_global(buffer) || buffer->has_layout) continue;
        buffer->layout = plane_layout(function, &planes, (int)i);
        buffer->has_layout = true;
    }
    function->attributes[ATTR_LAYOUT_DESC] = value_dict(&context->unit); // the entries are the buffers' own
}

const Pass pass_infer_tt_layout = {
    .name = "InferTTLayout",
    .file = "infer-tt-layout",
    .summary = "memory space, tile plane, format and tile shape of every global tensor",
    .requires = ATTR_BIT(CANONICAL),
    .provides = ATTR_BIT(LAYOUT_DESC),
    .run = run,
};
