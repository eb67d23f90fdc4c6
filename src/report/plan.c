// A plan at a glance: what runs where, and what it takes of L1.
#include <string.h>

#include "report/report.h"

static int64_t integer_of(const Value *dict, const char *key) {
    const Value *value = dict ? value_get(dict, key) : NULL;
    return value && value->kind == VALUE_INT ? value->integer : 0;
}

static const char *text_of(const Value *dict, const char *key) {
    const Value *value = dict ? value_get(dict, key) : NULL;
    return value && value->kind == VALUE_TEXT ? value->text : "";
}

static void print_grid(const Value *grid, Text *out) {
    text_format(out, "%lldx%lld", (long long)grid->items[0]->integer, (long long)grid->items[1]->integer);
}

// Without the extents of 1 at the end, which a launch of fewer dimensions has.
static void print_extents(const Value *list, Text *out) {
    uint32_t count = list->count;
    while (count > 1 && list->items[count - 1]->integer == 1) count--;
    for (uint32_t i = 0; i < count; i++) text_format(out, "%s%lld", i ? "x" : "", (long long)list->items[i]->integer);
}

static int64_t items_of(const Value *core) {
    const Value *runs = value_get(core, "work_items");
    int64_t items = 0;
    for (uint32_t i = 0; i < runs->count; i++)
        if (__builtin_add_overflow(items, integer_of(runs->items[i], "count"), &items)) return INT64_MAX;
    return items;
}

static void print_work(const Value *plan, Text *out) {
    const Value *cores = value_get(plan, "cores"), *work = value_get(plan, "work_items");
    int64_t used = 0, least = INT64_MAX, most = 0;
    for (uint32_t i = 0; i < cores->count; i++) {
        int64_t items = items_of(cores->items[i]);
        if (items == 0) continue;
        used++;
        least = items < least ? items : least;
        most = items > most ? items : most;
    }
    text_format(out, "  %-18s", "core grid");
    print_grid(value_get(plan, "core_grid"), out);
    text_add(out, " of ");
    print_grid(value_get(value_get(plan, "target"), "grid"), out);
    text_format(out, ", %lld cores at work\n  %-18s%lld (launch grid ", (long long)used, "work items",
                (long long)integer_of(work, "count"));
    print_extents(value_get(work, "grid"), out);
    if (used)
        text_format(out, "), %lld", (long long)least);
    else
        text_add(out, "), none");
    if (most > least) text_format(out, " or %lld", (long long)most);
    text_format(out, " per core, %s\n", text_of(value_get(plan, "work_partition"), "strategy"));
}

// The column of names: as wide as the longest, within bounds.
static int name_cells(const Value *buffers) {
    size_t cells = 14;
    for (uint32_t i = 0; i < buffers->count; i++) {
        size_t own = text_cells(text_of(buffers->items[i], "name"));
        cells = own > cells && own <= 40 ? own : cells;
    }
    return (int)cells;
}

static void print_padded(const char *text, int cells, Text *out) {
    int blanks = cells - (int)text_cells(text);
    text_format(out, "%s%*s", text, blanks > 0 ? blanks : 0, "");
}

static void print_circular_buffer(const Value *buffer, int cells, Text *out) {
    int64_t pages = integer_of(buffer, "pages"), page_bytes = integer_of(buffer, "page_bytes");
    text_format(out, "    %2lld  ", (long long)integer_of(buffer, "index"));
    print_padded(text_of(buffer, "name"), cells, out);
    text_format(out, " %-9s %4lld pages x %5lld = %7lld bytes  %s -> %s", text_of(buffer, "format"), (long long)pages,
                (long long)page_bytes, (long long)(pages * page_bytes), text_of(buffer, "producer"),
                text_of(buffer, "consumer"));
    if (*text_of(buffer, "alias"))
        text_format(out, ", the bytes of %s", text_of(buffer, "alias"));
    else if (*text_of(buffer, "shard"))
        text_format(out, ", the core's shard of %s", text_of(buffer, "shard"));
    else if (*text_of(buffer, "holds"))
        text_format(out, ", holds %s", text_of(buffer, "holds"));
    text_add(out, "\n");
}

// Tensors that do not lie in DRAM page by page, row by row.
static void print_layout(const char *name, const Value *layout, Text *out) {
    const char *space = text_of(layout, "space"), *memory = text_of(layout, "memory");
    const char *order = text_of(layout, "tile_id_order");
    const Value *shard = value_get(layout, "shard");
    if (!strcmp(space, "dram") && !strcmp(memory, "interleaved") && !strcmp(order, "row_major")) return;
    text_format(out, "  %-18s%s in %s, %s", "tensor", name, space, memory);
    if (shard->kind == VALUE_DICT) {
        text_add(out, ": ");
        print_grid(value_get(shard, "shape"), out);
        text_add(out, " on ");
        print_grid(value_get(shard, "grid"), out);
        text_add(out, !strcmp(space, "dram") ? " banks" : " cores");
    }
    if (strcmp(order, "row_major")) text_format(out, ", tiles in %s", order);
    text_add(out, "\n");
}

static int64_t cores_of(const Value *kernel) {
    const Value *ranges = value_get(kernel, "cores");
    int64_t cores = 0;
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *extent = value_get(ranges->items[i], "extent");
        cores += extent->items[0]->integer * extent->items[1]->integer;
    }
    return cores;
}

// Where all cores run the same, three kernels say nothing.
static void print_roles(const Value *plan, Text *out) {
    const Value *kernels = value_get(plan, "kernels"), *semaphores = value_get(plan, "semaphores");
    for (uint32_t i = 0; kernels->count > 3 && i < kernels->count; i++)
        text_format(out, "  %-18s%s on %lld cores\n", i ? "" : "kernels", text_of(kernels->items[i], "file"),
                    (long long)cores_of(kernels->items[i]));
    for (uint32_t i = 0; i < semaphores->count; i++)
        text_format(out, i ? ", %s" : "  semaphores        %s", text_of(semaphores->items[i], "name"));
    if (semaphores->count) text_add(out, "\n");
}

static void print_launch(const Value *plan, Text *out) {
    print_work(plan, out);
    const Value *buffers = value_get(plan, "circular_buffers"), *l1 = value_get(plan, "l1");
    const Value *layouts = value_get(plan, "layouts");
    for (uint32_t i = 0; i < layouts->count; i++) print_layout(layouts->keys[i], layouts->items[i], out);
    print_roles(plan, out);
    text_add(out, "  circular buffers\n");
    int cells = name_cells(buffers);
    for (uint32_t i = 0; i < buffers->count; i++) print_circular_buffer(buffers->items[i], cells, out);
    text_format(out, "  %-18s%lld of %lld bytes for circular buffers%s\n", "L1 of a core",
                (long long)integer_of(l1, "used"), (long long)(integer_of(l1, "bytes") - integer_of(l1, "reserved")),
                integer_of(l1, "tensors") ? " and tensors" : "");
}

void report_plan_text(const Value *plan, Text *out) {
    const Value *launches = value_get(plan, "launches");
    if (!launches) print_launch(plan, out);
    for (uint32_t i = 0; launches && i < launches->count; i++) {
        text_format(out, "  launch %u of %u\n", i + 1, launches->count);
        print_launch(launches->items[i], out);
    }
}
