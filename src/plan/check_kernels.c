// The rules about kernels: where they run, what they are called with.
#include <string.h>

#include "plan/check.h"
#include "program/program.h"

static bool range_holds(const Value *range, int64_t x, int64_t y) {
    const Value *start = value_get(range, "start"), *extent = value_get(range, "extent");
    int64_t dx = x - plan_at(start, 0), dy = y - plan_at(start, 1);
    return dx >= 0 && dy >= 0 && dx < plan_at(extent, 0) && dy < plan_at(extent, 1);
}

static bool runs_on(const Value *kernel, int64_t x, int64_t y) {
    const Value *ranges = value_get(kernel, "cores");
    for (uint32_t i = 0; i < ranges->count; i++)
        if (range_holds(ranges->items[i], x, y)) return true;
    return false;
}

static bool has_text(const Value *list, const char *text) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i]->text == text || !strcmp(list->items[i]->text, text)) return true;
    return false;
}

// A name beside the plan: nothing that leads to another folder.
static bool is_plain_file(const char *name) {
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 256;
}

static bool is_first_with_file(const Check *check, const Value *kernel) {
    const Value *kernels = value_get(check->root, "kernels");
    for (uint32_t i = 0; kernels->items[i] != kernel; i++)
        if (!strcmp(plan_word(kernels->items[i], "file"), plan_word(kernel, "file"))) return false;
    return true;
}

static void check_kernel_file(Check *check, const Value *kernel, const JsonPath *path) {
    const Value *program = value_get(kernel, "program");
    const Value *first = value_get(value_get(check->root, "kernels")->items[0], "program");
    const char *name = plan_word(program, "file");
    JsonPath place = {path, "program", 0};
    if (!is_plain_file(name))
        plan_violation(check, DIAG_PLAN_FILE, &(JsonPath){&place, "file", 0},
                       "expected the name of a file beside the plan, got `%.60s`", name);
    else if (!value_equal(program, first))
        plan_violation(check, DIAG_PLAN_FILE, &place, "all kernels of a plan are in one program text");
    else if (!is_plain_file(plan_word(kernel, "file")))
        plan_violation(check, DIAG_PLAN_FILE, &(JsonPath){path, "file", 0},
                       "expected the name of a file beside the plan, got `%.60s`", plan_word(kernel, "file"));
    else if (!is_first_with_file(check, kernel))
        plan_violation(check, DIAG_PLAN_NAME, &(JsonPath){path, "file", 0}, "another kernel is %.60s, too",
                       plan_word(kernel, "file"));
}

// What the numbers are of: circular buffers, then semaphores.
static const Value *numbered_item(const Check *check, const char *name) {
    const Value *buffer = plan_named(value_get(check->root, "circular_buffers"), name);
    return buffer ? buffer : plan_named(value_get(check->root, "semaphores"), name);
}

static void check_kernel_numbers(Check *check, const Value *kernel, const JsonPath *path) {
    const Value *arguments = value_get(kernel, "compile_time_args");
    JsonPath list = {path, "compile_time_args", 0};
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Value *item = numbered_item(check, arguments->keys[i]);
        JsonPath place = {&list, arguments->keys[i], 0};
        if (!item)
            plan_violation(check, DIAG_PLAN_NAME, &place, "there is no such circular buffer or semaphore");
        else if (plan_integer(item, "index") != plan_at(arguments, i))
            plan_violation(check, DIAG_PLAN_ARGUMENTS, &place, "its number is %lld, got %lld",
                           (long long)plan_integer(item, "index"), (long long)plan_at(arguments, i));
    }
}

static void check_kernel_tensors(Check *check, const Value *kernel, const JsonPath *path) {
    const Value *names = value_get(kernel, "tensor_args"), *layouts = value_get(check->root, "layouts");
    JsonPath list = {path, "tensor_args", 0};
    for (uint32_t i = 0; i < names->count; i++)
        if (!value_get(layouts, names->items[i]->text))
            plan_violation(check, DIAG_PLAN_NAME, &(JsonPath){&list, NULL, i}, "there is no tensor %.60s",
                           names->items[i]->text);
}

static void check_kernel_sizes(Check *check, const Value *kernel, const JsonPath *path) {
    const Value *names = value_get(kernel, "size_args"), *sizes = value_get(check->root, "sizes");
    JsonPath list = {path, "size_args", 0};
    for (uint32_t i = 0; i < names->count; i++) {
        const Value *size = value_get(sizes, names->items[i]->text);
        if (!size || size->kind != VALUE_INT)
            plan_violation(check, DIAG_PLAN_ARGUMENTS, &(JsonPath){&list, NULL, i}, "the size %s has no value",
                           names->items[i]->text);
    }
}

// On each core used, a thread runs one kernel at most.
static void check_placement(Check *check) {
    const Value *kernels = value_get(check->root, "kernels");
    for (uint32_t i = 1; i < kernels->count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const Value *kernel = kernels->items[i], *other = kernels->items[k];
            if (strcmp(plan_word(kernel, "thread"), plan_word(other, "thread"))) continue;
            for (int64_t core = 0; core < check->columns * check->rows; core++) {
                int64_t x = core % check->columns, y = core / check->columns;
                if (!runs_on(kernel, x, y) || !runs_on(other, x, y)) continue;
                JsonPath list = {NULL, "kernels", 0}, item = {&list, NULL, i};
                plan_violation(check, DIAG_PLAN_CORES, &(JsonPath){&item, "cores", 0},
                               "two kernels of the %s run on core [%lld, %lld]", plan_word(kernel, "thread"),
                               (long long)x, (long long)y);
                return;
            }
        }
}

void plan_check_kernels(Check *check) {
    const Value *kernels = value_get(check->root, "kernels");
    JsonPath list = {NULL, "kernels", 0};
    if (kernels->count > 3 * check->columns * check->rows) {
        plan_violation(check, DIAG_PLAN_CORES, &list, "%u kernels are more than the cores have threads",
                       kernels->count);
        return;
    }
    for (uint32_t i = 0; i < kernels->count && !check->failed; i++) {
        JsonPath path = {&list, NULL, i};
        check_kernel_file(check, kernels->items[i], &path);
        check_kernel_numbers(check, kernels->items[i], &path);
        check_kernel_tensors(check, kernels->items[i], &path);
        check_kernel_sizes(check, kernels->items[i], &path);
    }
    if (!check->failed) check_placement(check);
}

// ---------------------------------------------------------------- runtime arguments

// The kernels of one core: one of each thread at most.
typedef struct Placed {
    const Value *kernels[THREAD_COUNT], *names[THREAD_COUNT]; // and the runtime arguments that they read
    int count;
} Placed;

static void place_kernel(const Check *check, Placed *placed, const Value *kernel, const Value *range) {
    const Value *names = value_get(kernel, "runtime_args");
    const Value *start = value_get(range, "start"), *extent = value_get(range, "extent");
    int64_t right = plan_at(start, 0) + plan_at(extent, 0), bottom = plan_at(start, 1) + plan_at(extent, 1);
    for (int64_t y = plan_at(start, 1); y < bottom && y < check->rows; y++)
        for (int64_t x = plan_at(start, 0); x < right && x < check->columns; x++) {
            Placed *core = &placed[y * check->columns + x];
            if (core->count == THREAD_COUNT || (core->count && core->kernels[core->count - 1] == kernel)) continue;
            core->kernels[core->count] = kernel;
            core->names[core->count++] = names;
        }
}

// Of each core of the grid, row by row.
static Placed *place_kernels(const Check *check) {
    const Value *kernels = value_get(check->root, "kernels");
    size_t cores = (size_t)(check->columns * check->rows);
    Placed *placed = arena_new_array(&check->context->scratch, Placed, cores);
    for (uint32_t i = 0; i < kernels->count; i++) {
        const Value *ranges = value_get(kernels->items[i], "cores");
        for (uint32_t k = 0; k < ranges->count; k++) place_kernel(check, placed, kernels->items[i], ranges->items[k]);
    }
    return placed;
}

static bool is_read(const Placed *placed, const char *name) {
    for (int i = 0; i < placed->count; i++)
        if (has_text(placed->names[i], name)) return true;
    return false;
}

static void check_missing(Check *check, const Value *given, const Placed *placed, Core core, const JsonPath *path) {
    for (int i = 0; i < placed->count; i++)
        for (uint32_t k = 0; k < placed->names[i]->count; k++)
            if (!value_get(given, placed->names[i]->items[k]->text))
                plan_violation(
                    check, DIAG_PLAN_ARGUMENTS, path, "%s, which the %s reads, has no value on core [%d, %d]",
                    placed->names[i]->items[k]->text, plan_word(placed->kernels[i], "thread"), core.x, core.y);
}

static void check_core_arguments(Check *check, const Value *given, const Placed *placed, Core core,
                                 const JsonPath *path) {
    if (given->count > check->target->argument_words) {
        plan_violation(check, DIAG_PLAN_ARGUMENTS, path, "%u runtime arguments are more than the %lld of %s",
                       given->count, (long long)check->target->argument_words, check->target->name);
        return;
    }
    check_missing(check, given, placed, core, path);
    for (uint32_t k = 0; k < given->count && !check->failed; k++)
        if (!is_read(placed, given->keys[k]))
            plan_violation(check, DIAG_PLAN_ARGUMENTS, &(JsonPath){path, given->keys[k], 0},
                           "no kernel on core [%d, %d] reads it", core.x, core.y);
}

void plan_check_arguments(Check *check) {
    const Value *cores = value_get(check->root, "cores");
    const Placed *placed = place_kernels(check);
    JsonPath list = {NULL, "cores", 0};
    for (uint32_t i = 0; i < cores->count && !check->failed; i++) {
        const Value *place = value_get(cores->items[i], "core");
        Core core = {(int)plan_at(place, 0), (int)plan_at(place, 1)};
        int64_t index = core.y * check->columns + core.x;
        JsonPath item = {&list, NULL, i}, path = {&item, "runtime_args", 0};
        if (check->used[index])
            check_core_arguments(check, value_get(cores->items[i], "runtime_args"), &placed[index], core, &path);
    }
}

// ---------------------------------------------------------------- coordinates

static void check_coordinate(Check *check, const char *name, bool is_column) {
    const Value *cores = value_get(check->root, "cores");
    int64_t limit = is_column ? check->target->grid_columns : check->target->grid_rows;
    JsonPath list = {NULL, "cores", 0};
    for (uint32_t i = 0; i < cores->count && !check->failed; i++) {
        const Value *given = value_get(cores->items[i], "runtime_args"), *value = value_get(given, name);
        JsonPath item = {&list, NULL, i}, path = {&item, "runtime_args", 0};
        if (value && (value->integer < 0 || value->integer >= limit))
            plan_violation(check, DIAG_PLAN_ARGUMENTS, &(JsonPath){&path, name, 0},
                           "the chip has %s 0 to %lld, got %lld", is_column ? "columns" : "rows", (long long)limit - 1,
                           (long long)value->integer);
    }
}

static bool any_reads(const Check *check, const char *name) {
    const Value *kernels = value_get(check->root, "kernels");
    for (uint32_t i = 0; i < kernels->count; i++)
        if (has_text(value_get(kernels->items[i], "runtime_args"), name)) return true;
    return false;
}

void plan_check_coordinates(Check *check) {
    const Value *coordinates = value_get(check->root, "core_coordinates");
    JsonPath path = {NULL, "core_coordinates", 0};
    for (uint32_t i = 0; i < coordinates->count && !check->failed; i++)
        if (!any_reads(check, coordinates->keys[i]))
            plan_violation(check, DIAG_PLAN_NAME, &(JsonPath){&path, coordinates->keys[i], 0},
                           "no kernel reads such a runtime argument");
        else
            check_coordinate(check, coordinates->keys[i], coordinates->items[i]->text[0] == 'x');
}
