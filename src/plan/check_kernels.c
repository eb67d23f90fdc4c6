// The rules about kernels: where they run, what they are called with.
#include <string.h>

#include "ir/print.h"
#include "plan/check.h"
#include "program/program.h"

// Names of a plan are interned.
static bool has_name(const Value *list, Name name) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i]->text == name) return true;
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

// The kernels of one core, and the runtime arguments that they read.
struct PlacedKernels {
    const Value *kernels[THREAD_COUNT], *names[THREAD_COUNT]; // NULL: the thread runs none
};

static Thread thread_of(const Value *kernel) {
    const char *name = plan_word(kernel, "thread");
    for (Thread thread = THREAD_READER; thread < THREAD_WRITER; thread++)
        if (!strcmp(thread_name(thread), name)) return thread;
    return THREAD_WRITER; // the form knows no other
}

// On each core, a thread runs one kernel at most.
static void place_kernel(Check *check, uint32_t index, const Value *kernel, const Value *range) {
    const Value *names = value_get(kernel, "runtime_args");
    const Value *start = value_get(range, "start"), *extent = value_get(range, "extent");
    int64_t right = plan_at(start, 0) + plan_at(extent, 0), bottom = plan_at(start, 1) + plan_at(extent, 1);
    Thread thread = thread_of(kernel);
    for (int64_t y = plan_at(start, 1); y < bottom && y < check->rows; y++)
        for (int64_t x = plan_at(start, 0); x < right && x < check->columns; x++) {
            PlacedKernels *core = &check->placed[y * check->columns + x];
            if (core->kernels[thread] && core->kernels[thread] != kernel) {
                JsonPath list = {NULL, "kernels", 0}, item = {&list, NULL, index};
                plan_violation(check, DIAG_PLAN_CORES, &(JsonPath){&item, "cores", 0},
                               "two kernels of the %s run on core [%lld, %lld]", plan_word(kernel, "thread"),
                               (long long)x, (long long)y);
                return;
            }
            core->kernels[thread] = kernel;
            core->names[thread] = names;
        }
}

static void check_placement(Check *check) {
    const Value *kernels = value_get(check->root, "kernels");
    size_t cores = (size_t)(check->columns * check->rows);
    check->placed = arena_new_array(&check->context->scratch, PlacedKernels, cores);
    for (uint32_t i = 0; i < kernels->count; i++) {
        const Value *ranges = value_get(kernels->items[i], "cores");
        for (uint32_t k = 0; k < ranges->count && !check->failed; k++)
            place_kernel(check, i, kernels->items[i], ranges->items[k]);
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

static bool is_read(const PlacedKernels *placed, Name name) {
    for (int i = 0; i < THREAD_COUNT; i++)
        if (placed->names[i] && has_name(placed->names[i], name)) return true;
    return false;
}

static void check_missing(Check *check, const Value *given, const PlacedKernels *placed, Core core,
                          const JsonPath *path) {
    for (int i = 0; i < THREAD_COUNT; i++)
        for (uint32_t k = 0; placed->names[i] && k < placed->names[i]->count; k++)
            if (!value_find(given, placed->names[i]->items[k]->text))
                plan_violation(
                    check, DIAG_PLAN_ARGUMENTS, path, "%s, which the %s reads, has no value on core [%d, %d]",
                    placed->names[i]->items[k]->text, plan_word(placed->kernels[i], "thread"), core.x, core.y);
}

static void check_core_arguments(Check *check, const Value *given, const PlacedKernels *placed, Core core,
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
    JsonPath list = {NULL, "cores", 0};
    for (uint32_t i = 0; i < cores->count && !check->failed; i++) {
        const Value *place = value_get(cores->items[i], "core");
        Core core = {(int)plan_at(place, 0), (int)plan_at(place, 1)};
        int64_t index = core.y * check->columns + core.x;
        JsonPath item = {&list, NULL, i}, path = {&item, "runtime_args", 0};
        if (check->used[index])
            check_core_arguments(check, value_get(cores->items[i], "runtime_args"), &check->placed[index], core, &path);
    }
}

// ---------------------------------------------------------------- coordinates

// The runtime arguments of one core that are coordinates. Most are listed in one order, so each is looked for behind
// the one before.
static void check_core_coordinates(Check *check, const Value *coordinates, const Value *given, const JsonPath *path) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < given->count && !check->failed; i++) {
        uint32_t tried = 0;
        while (tried < coordinates->count && coordinates->keys[at] != given->keys[i])
            at = at + 1 < coordinates->count ? at + 1 : 0, tried++;
        if (tried == coordinates->count) continue;
        bool is_column = coordinates->items[at]->text[0] == 'x';
        int64_t limit = is_column ? check->target->grid_columns : check->target->grid_rows;
        int64_t value = given->items[i]->integer;
        if (value < 0 || value >= limit)
            plan_violation(check, DIAG_PLAN_ARGUMENTS, &(JsonPath){path, given->keys[i], 0},
                           "the chip has %s 0 to %lld, got %lld", is_column ? "columns" : "rows", (long long)limit - 1,
                           (long long)value);
    }
}

static bool any_reads(const Check *check, Name name) {
    const Value *kernels = value_get(check->root, "kernels");
    for (uint32_t i = 0; i < kernels->count; i++)
        if (has_name(value_get(kernels->items[i], "runtime_args"), name)) return true;
    return false;
}

void plan_check_coordinates(Check *check) {
    const Value *coordinates = value_get(check->root, "core_coordinates"), *cores = value_get(check->root, "cores");
    JsonPath path = {NULL, "core_coordinates", 0}, list = {NULL, "cores", 0};
    for (uint32_t i = 0; i < coordinates->count && !check->failed; i++)
        if (!any_reads(check, coordinates->keys[i]))
            plan_violation(check, DIAG_PLAN_NAME, &(JsonPath){&path, coordinates->keys[i], 0},
                           "no kernel reads such a runtime argument");
    for (uint32_t i = 0; i < cores->count && coordinates->count && !check->failed; i++) {
        JsonPath item = {&list, NULL, i}, arguments = {&item, "runtime_args", 0};
        check_core_coordinates(check, coordinates, value_get(cores->items[i], "runtime_args"), &arguments);
    }
}
