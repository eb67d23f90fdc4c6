// Which items may be worked on at once: neighbours in the launch that one core has beside each other.
#include "pass/items_together.h"

#include "pass/work_partition.h"

static bool divides(int64_t part, const Value *numbers, uint32_t i) {
    return i < numbers->count && numbers->items[i]->kind == VALUE_INT && numbers->items[i]->integer % part == 0;
}

// A rectangle of blocks [x, y, columns, rows]; rows count through y and z, which a group must not straddle.
static bool rectangle_falls(const Value *block, ItemsTogether together) {
    return divides(together.columns, block, 2) && divides(together.rows, block, 1) && divides(together.rows, block, 3);
}

// A run [start, count] along rows or columns.
static bool run_falls(const Value *run, bool by_columns, ItemsTogether together) {
    int64_t along = by_columns ? together.rows : together.columns;
    int64_t across = by_columns ? together.columns : together.rows;
    return across == 1 && divides(along, run, 0) && divides(along, run, 1);
}

int64_t groups_of_items(const Function *function, const CompileOptions *options, ItemsTogether together) {
    const Value *partition = function->attributes[ATTR_WORK_PARTITION], *grid = function->attributes[ATTR_WORK_GRID];
    WorkForm form = work_form(function, options);
    bool alone = together.columns == 1 && together.rows == 1;
    if (!alone && form.order != ORDER_ROW_MAJOR && form.order != ORDER_COLUMN_MAJOR) return 0;
    if (!divides(together.columns, grid, 0) || !divides(together.rows, grid, 1)) return 0;
    int64_t fewest = INT64_MAX, each = together.columns * together.rows;
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *numbers = value_get(partition->items[i], form.blocks ? "block" : "run");
        bool falls = numbers && (form.blocks ? rectangle_falls(numbers, together)
                                             : run_falls(numbers, form.order == ORDER_COLUMN_MAJOR, together));
        if (!falls) return 0;
        int64_t items = numbers->items[1]->integer;
        if (form.blocks) items = numbers->items[2]->integer * numbers->items[3]->integer;
        if (items / each < fewest) fewest = items / each;
    }
    return fewest;
}

ItemsTogether items_together(Function *function, const CompileOptions *options) {
    const Value *pair = function->attributes[ATTR_ITEMS_TOGETHER];
    ItemsTogether together = {1, 1};
    if (!pair) return together;
    bool good = pair->count == 2 && pair->items[0]->integer > 0 && pair->items[1]->integer > 0;
    if (good) together = (ItemsTogether){pair->items[0]->integer, pair->items[1]->integer};
    if (!good || !groups_of_items(function, options, together))
        fail(function->module->context, DIAG_PASS_REQUIRES, function->location,
             "tt.items_together: expected [columns, rows] that divide what tt.work_partition gives every core");
    return together;
}

bool one_group_each(Function *function, const CompileOptions *options) {
    const Value *partition = function->attributes[ATTR_WORK_PARTITION];
    WorkForm form = work_form(function, options);
    if (!partition || !function->attributes[ATTR_WORK_GRID] || work_fault(function, form)) return false;
    ItemsTogether together = items_together(function, options);
    for (uint32_t i = 0; i < partition->count; i++) {
        const Value *numbers = value_get(partition->items[i], form.blocks ? "block" : "run");
        int64_t items = numbers->items[1]->integer;
        if (form.blocks) items = numbers->items[2]->integer * numbers->items[3]->integer;
        if (items > together.columns * together.rows) return false;
    }
    return true;
}
