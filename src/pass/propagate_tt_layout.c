// PropagateTTLayout: the layout of every on-chip buffer; vectors become tile rows or tile columns.
#include "pass/planes.h"
#include "pass/tile_shapes.h"
#include "pass/user_layout.h"

static void check_annotation(Function *function, const Buffer *buffer) {
    if (!is_on_chip(buffer) || !buffer->annotation) return;
    UserLayout user = user_layout_read(function->module->context, buffer);
    check_on_chip_layout(function, &user, &buffer->layout);
}

static void run(Function *function, const CompileOptions *options) {
    (void)options;
    BufferPlanes planes = analyze_planes(function);
    for (uint32_t i = 0; i < planes.count; i++) {
        Buffer *buffer = planes.items[i].buffer;
        if (!is_on_chip(buffer) || buffer->has_layout) continue;
        buffer->layout = plane_layout(function, &planes, (int)i);
        buffer->has_layout = true;
    }
    settle_tile_shapes(function);
    for (uint32_t i = 0; i < planes.count; i++) check_annotation(function, planes.items[i].buffer);
    hold(function, ATTR_BUFFER_LAYOUTS);
}

const Pass pass_propagate_tt_layout = {
    .name = "PropagateTTLayout",
    .file = "propagate-tt-layout",
    .summary = "layout of every on-chip buffer, orientation of vectors",
    .requires = ATTR_BIT(LAYOUT_DESC),
    .provides = ATTR_BIT(BUFFER_LAYOUTS),
    .run = run,
};
