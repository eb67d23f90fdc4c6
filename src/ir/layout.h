// Layouts as the dict that IR text shows: {"space": "dram", "memory": "interleaved", "orientation": "tile",
// "tile_plane": [0, 1], "format": "bfloat16", "tile_shape": [32, 32], "tile_order": "row_major"}.
#ifndef TTILE_IR_LAYOUT_H
#define TTILE_IR_LAYOUT_H

#include "ir/ir.h"

void layout_print(const Layout *layout, Text *out);
// NULL if the dict is a layout, else what is wrong with it, such as "'space' must be one of none, dram and l1".
const char *layout_from_value(const Value *dict, Layout *layout);

#endif
