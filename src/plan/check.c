// The rules that the form of a plan does not give, one function each, in an order in which each may rely on those
// before.
#include "plan/check.h"

#include <string.h>

static bool check_launch(Context *context, const PlanFile *plan) {
    static void (*const rules[])(Check *) = {
        plan_check_target, plan_check_grid,    plan_check_ranges,    plan_check_cores,
        plan_check_work,   plan_check_tensors, plan_check_layouts,   plan_check_buffers,
        plan_check_l1,     plan_check_kernels, plan_check_arguments, plan_check_coordinates,
    };
    Check check = {.context = context, .plan = plan, .root = plan->root};
    for (size_t i = 0; i < sizeof rules / sizeof *rules && !check.failed; i++) rules[i](&check);
    return !check.failed;
}

static bool is_plain_folder(const char *name) {
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 256;
}

// The launches' tensors are the kernel's, and each launch has a folder of its own.
static bool check_together(Context *context, const PlanFile *plan) {
    const Value *launches = value_get(plan->root, "launches"), *tensors = value_get(plan->root, "tensors");
    Check check = {.context = context, .plan = plan, .root = plan->root};
    JsonPath list = {NULL, "launches", 0};
    for (uint32_t i = 0; launches && i < launches->count && !check.failed; i++) {
        JsonPath item = {&list, NULL, i}, own = {&item, "tensors", 0};
        const Value *folder = value_get(launches->items[i], "folder"), *used = value_get(launches->items[i], "tensors");
        if (!folder || !is_plain_folder(folder->text))
            plan_violation(&check, DIAG_PLAN_FILE, &(JsonPath){&item, "folder", 0},
                           "expected the name of a folder beside the plan");
        for (uint32_t k = 0; k < i && !check.failed; k++)
            if (folder && value_equal(folder, value_get(launches->items[k], "folder")))
                plan_violation(&check, DIAG_PLAN_FILE, &(JsonPath){&item, "folder", 0}, "another launch has it, too");
        for (uint32_t k = 0; k < used->count && !check.failed; k++) {
            const Value *tensor = plan_named(tensors, plan_word(used->items[k], "name"));
            if (!tensor || !value_equal(value_get(tensor, "shape"), value_get(used->items[k], "shape")) ||
                !value_equal(value_get(tensor, "dtype"), value_get(used->items[k], "dtype")))
                plan_violation(&check, DIAG_PLAN_TENSORS, &(JsonPath){&own, NULL, k},
                               "expected a tensor of the kernel, of the same shape and dtype");
        }
    }
    return !check.failed;
}

bool plan_check(Context *context, const PlanFile *plan) {
    for (uint32_t i = 0; i < plan_launch_count(plan); i++) {
        PlanFile launch = plan_launch(context, plan, i);
        if (!check_launch(context, &launch)) return false;
    }
    return check_together(context, plan);
}

void plan_violation(Check *check, DiagnosticCode code, const JsonPath *path, const char *format, ...) {
    Text text = {.arena = &check->context->unit};
    path = plan_path(check->context, check->plan, path);
    json_path_print(path, &text);
    text_add(&text, ": ");
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    report(check->context, code, json_locate(check->plan->source, path), "%s", text.data);
    check->failed = true;
}

int64_t plan_integer(const Value *dict, const char *key) { return value_get(dict, key)->integer; }

const char *plan_word(const Value *dict, const char *key) {
    const Value *value = value_get(dict, key);
    return value->kind == VALUE_TEXT ? value->text : NULL;
}

int64_t plan_at(const Value *list, uint32_t index) { return list->items[index]->integer; }

const Value *plan_named(const Value *list, const char *name) {
    for (uint32_t i = 0; i < list->count; i++)
        if (!strcmp(plan_word(list->items[i], "name"), name)) return list->items[i];
    return NULL;
}

bool plan_names_unique(Check *check, DiagnosticCode code, const char *section) {
    const Value *list = value_get(check->root, section);
    Value *seen = value_dict(&check->context->scratch);
    // No chip has so many of anything; the search for names below is quadratic.
    if (list->count > 4096) {
        plan_violation(check, code, &(JsonPath){NULL, section, 0}, "%u of them are too many", list->count);
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = plan_word(list->items[i], "name");
        if (value_get(seen, name)) {
            JsonPath section_path = {NULL, section, 0}, item = {&section_path, NULL, i}, path = {&item, "name", 0};
            plan_violation(check, code, &path, "%s is there twice", name);
            return false;
        }
        value_set(&check->context->scratch, seen, name_of(check->context, name), list->items[i]);
    }
    return true;
}

// ---------------------------------------------------------------- target, grid, ranges

static const Target *find_target(const char *name) {
    for (int i = 0; i < target_count(); i++)
        if (!strcmp(target_at(i)->name, name)) return target_at(i);
    return NULL;
}

void plan_check_target(Check *check) {
    const Value *target = value_get(check->root, "target"), *grid = value_get(target, "grid");
    JsonPath path = {NULL, "target", 0};
    const char *name = plan_word(target, "name");
    const Target *known = check->target = find_target(name);
    if (!known) {
        plan_violation(check, DIAG_PLAN_TARGET, &(JsonPath){&path, "name", 0}, "there is no chip %s", name);
        report_help(check->context, "`ttile targets` lists the chips");
        return;
    }
    if (strcmp(known->device, plan_word(target, "device")))
        plan_violation(check, DIAG_PLAN_TARGET, &(JsonPath){&path, "device", 0}, "expected %s, got %s", known->device,
                       plan_word(target, "device"));
    if (strcmp(known->arch, plan_word(target, "arch")))
        plan_violation(check, DIAG_PLAN_TARGET, &(JsonPath){&path, "arch", 0}, "expected %s, got %s", known->arch,
                       plan_word(target, "arch"));
    if (plan_at(grid, 0) != known->grid_columns || plan_at(grid, 1) != known->grid_rows)
        plan_violation(check, DIAG_PLAN_TARGET, &(JsonPath){&path, "grid", 0}, "%s has %lldx%lld cores, got %lldx%lld",
                       name, (long long)known->grid_columns, (long long)known->grid_rows, (long long)plan_at(grid, 0),
                       (long long)plan_at(grid, 1));
}

void plan_check_grid(Check *check) {
    const Value *grid = value_get(check->root, "core_grid");
    check->columns = plan_at(grid, 0);
    check->rows = plan_at(grid, 1);
    const Target *target = check->target;
    if (check->columns > target->grid_columns || check->rows > target->grid_rows)
        plan_violation(check, DIAG_PLAN_GRID, &(JsonPath){NULL, "core_grid", 0},
                       "%lldx%lld cores are more than the %lldx%lld of %s", (long long)check->columns,
                       (long long)check->rows, (long long)target->grid_columns, (long long)target->grid_rows,
                       target->name);
}

typedef struct Rectangle {
    int64_t x, y, columns, rows;
} Rectangle;

static Rectangle rectangle_of(const Value *range) {
    const Value *start = value_get(range, "start"), *extent = value_get(range, "extent");
    return (Rectangle){plan_at(start, 0), plan_at(start, 1), plan_at(extent, 0), plan_at(extent, 1)};
}

// Marks the cores of a range as used; false if one of them is used already.
static bool take_cores(Check *check, Rectangle range) {
    for (int64_t y = range.y; y < range.y + range.rows; y++)
        for (int64_t x = range.x; x < range.x + range.columns; x++) {
            uint8_t *used = &check->used[y * check->columns + x];
            if (*used) return false;
            *used = 1;
        }
    return true;
}

void plan_check_ranges(Check *check) {
    const Value *ranges = value_get(check->root, "core_ranges");
    check->used = arena_new_array(&check->context->scratch, uint8_t, (size_t)(check->columns * check->rows));
    JsonPath list = {NULL, "core_ranges", 0};
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < ranges->count && !check->failed; i++) {
        Rectangle range = rectangle_of(ranges->items[i]);
        JsonPath path = {&list, NULL, i};
        columns = range.x + range.columns > columns ? range.x + range.columns : columns;
        rows = range.y + range.rows > rows ? range.y + range.rows : rows;
        if (columns > check->columns || rows > check->rows)
            plan_violation(check, DIAG_PLAN_RANGES, &path, "the range leaves the core grid of %lldx%lld",
                           (long long)check->columns, (long long)check->rows);
        else if (!take_cores(check, range))
            plan_violation(check, DIAG_PLAN_RANGES, &path, "the range overlaps one before it");
    }
    if (!check->failed && (columns != check->columns || rows != check->rows))
        plan_violation(check, DIAG_PLAN_GRID, &(JsonPath){NULL, "core_grid", 0},
                       "the core ranges need %lldx%lld cores, got %lldx%lld", (long long)columns, (long long)rows,
                       (long long)check->columns, (long long)check->rows);
}

// ---------------------------------------------------------------- cores and work

static void check_core(Check *check, const Value *entry, uint32_t index, uint8_t *seen) {
    const Value *place = value_get(entry, "core");
    JsonPath list = {NULL, "cores", 0}, item = {&list, NULL, index};
    int64_t x = plan_at(place, 0), y = plan_at(place, 1);
    if (x >= check->columns || y >= check->rows) {
        plan_violation(check, DIAG_PLAN_CORES, &(JsonPath){&item, "core", 0},
                       "core [%lld, %lld] is outside of the grid", (long long)x, (long long)y);
        return;
    }
    if (seen[y * check->columns + x]++)
        plan_violation(check, DIAG_PLAN_CORES, &(JsonPath){&item, "core", 0}, "core [%lld, %lld] is there twice",
                       (long long)x, (long long)y);
    bool idle = !check->used[y * check->columns + x];
    if (idle && (value_get(entry, "work_items")->count || value_get(entry, "runtime_args")->count))
        plan_violation(check, DIAG_PLAN_CORES, &item, "core [%lld, %lld] is in no core range and may have no work",
                       (long long)x, (long long)y);
}

void plan_check_cores(Check *check) {
    const Value *cores = value_get(check->root, "cores");
    int64_t expected = check->columns * check->rows;
    if (cores->count != expected) {
        plan_violation(check, DIAG_PLAN_CORES, &(JsonPath){NULL, "cores", 0},
                       "expected the %lld cores of the grid, got %u", (long long)expected, cores->count);
        return;
    }
    uint8_t *seen = arena_new_array(&check->context->scratch, uint8_t, (size_t)expected);
    for (uint32_t i = 0; i < cores->count && !check->failed; i++) check_core(check, cores->items[i], i, seen);
}

// A run with a length is a multiple of it.
static bool is_whole(const Value *entry, const ItemRun *run) {
    return run->count % run->length == 0 && (entry->count == 3 || entry->count == 5);
}

static ItemRuns collect_runs(Check *check) {
    const Value *cores = value_get(check->root, "cores");
    JsonPath path = {NULL, "cores", 0};
    ItemRuns runs = {0};
    for (uint32_t core = 0; core < cores->count; core++) {
        const Value *list = value_get(cores->items[core], "work_items");
        for (uint32_t i = 0; i < list->count && !check->failed; i++) {
            ItemRun run = plan_run(list->items[i]);
            run.core = core;
            run.index = i;
            vector_push(&check->context->scratch, runs, run);
            JsonPath entry = {&path, NULL, core}, items = {&entry, "work_items", 0};
            if (!is_whole(list->items[i], &run))
                plan_violation(check, DIAG_PLAN_WORK_ITEMS, &(JsonPath){&items, NULL, i},
                               "expected both length and jump, and a count that is a multiple of length");
        }
    }
    return runs;
}

static void check_coverage(Check *check, int64_t width, int64_t count) {
    static const char *const complaints[] = {
        [COVERAGE_TWICE] = "holds a work item that another run holds, too",
        [COVERAGE_MISSING] = "some work items are given to no core",
        [COVERAGE_OUTSIDE] = "goes beyond the last work item",
        [COVERAGE_TOO_MANY] = "too many interleaved runs",
    };
    ItemRuns runs = collect_runs(check);
    const ItemRun *run;
    if (check->failed) return;
    Coverage coverage = items_coverage(check->context, &runs, width, count, &run);
    if (coverage == COVERAGE_WHOLE) return;
    JsonPath cores = {NULL, "cores", 0};
    JsonPath core = {&cores, NULL, run ? run->core : 0}, list = {&core, "work_items", 0};
    plan_violation(check, DIAG_PLAN_WORK_ITEMS, run ? &(JsonPath){&list, NULL, run->index} : &cores,
                   "%s; there are %lld items", complaints[coverage], (long long)count);
}

void plan_check_work(Check *check) {
    const Value *work = value_get(check->root, "work_items"), *grid = value_get(work, "grid");
    JsonPath path = {NULL, "work_items", 0};
    int64_t product = 1, count = plan_integer(work, "count");
    for (uint32_t i = 0; i < grid->count; i++)
        if (__builtin_mul_overflow(product, plan_at(grid, i), &product)) product = -1, i = grid->count;
    if (product != count)
        plan_violation(check, DIAG_PLAN_WORK_ITEMS, &(JsonPath){&path, "count", 0},
                       "%lld is not the product of the grid's extents", (long long)count);
    else
        check_coverage(check, grid->count ? plan_at(grid, 0) : 1, count);
}
