// Obligations 2 and 6, the cores' part: they lie inside the grid, and each runs at most one program for each thread.
#include "ir/print.h"
#include "program/verify.h"

static bool is_inside(const Check *check, CoreRange range) {
    return range.columns > 0 && range.rows > 0 && range.x + range.columns <= check->target->grid_columns &&
           range.y + range.rows <= check->target->grid_rows;
}

static bool check_ranges(Check *check) {
    CoreRange ranges[MAX_CORE_RANGES];
    const Value *list = check->function->attributes[ATTR_CORE_RANGES];
    int count = program_core_ranges(check->function, ranges);
    bool fits = count > 0 && (!list || (list->kind == VALUE_LIST && list->count == (uint32_t)count));
    for (int i = 0; i < count; i++) fits = fits && is_inside(check, ranges[i]);
    if (fits) return true;
    report(check->context, DIAG_PROOF_CORES, check->function->location,
           "tt.core_ranges goes beyond the worker grid of %s, %lld x %lld", check->target->name,
           (long long)check->target->grid_columns, (long long)check->target->grid_rows);
    report_help(check->context, "use rectangles [x, y, columns, rows] inside the grid");
    return false;
}

// ---------------------------------------------------------------- programs

static void report_two_programs(Check *check, int core, Thread thread) {
    int claims = 0;
    for (int i = 0; i < check->tree_count; i++) {
        const Tree *tree = &check->trees[i];
        for (int j = 0; tree->program->thread == thread && j < tree->core_count; j++) claims += tree->cores[j] == core;
    }
    report(check->context, DIAG_PROOF_CORES, check->function->location, "core (%d, %d) has %d %s programs",
           check->cores[core].x, check->cores[core].y, claims, thread_name(thread));
    report_help(check->context, "give the programs of one thread disjoint cores");
}

static void check_overlap(Check *check, Thread thread) {
    for (int i = 0; i < check->tree_count; i++) {
        const Tree *tree = &check->trees[i];
        for (int j = 0; tree->program->thread == thread && j < tree->core_count; j++) {
            if (check->tree_at[tree->cores[j] * THREAD_COUNT + (int)thread] == i) continue;
            report_two_programs(check, tree->cores[j], thread);
            return;
        }
    }
}

static bool runs_on(const ThreadProgram *program, Core core) {
    if (program->cores.count == 0) return true;
    for (uint32_t i = 0; i < program->cores.count; i++)
        if (range_holds(program->cores.items[i], core)) return true;
    return false;
}

// A core that two programs claim is the last one's here; check_overlap sees that the others lost it.
static void place_tree(Check *check, int index) {
    Tree *tree = &check->trees[index];
    tree->cores = arena_new_array(check->arena, int, (size_t)check->core_count);
    for (int core = 0; core < check->core_count; core++) {
        if (!runs_on(tree->program, check->cores[core])) continue;
        tree->cores[tree->core_count++] = core;
        check->tree_at[core * THREAD_COUNT + (int)tree->program->thread] = (int16_t)index;
    }
}

// A kernel on a core that has no circular buffers and no arguments.
static void check_strays(Check *check, const Tree *tree) {
    int64_t named = 0;
    for (uint32_t i = 0; i < tree->program->cores.count && named <= tree->core_count; i++) {
        CoreRange range = tree->program->cores.items[i];
        named += (int64_t)range.columns * range.rows;
    }
    if (named <= tree->core_count && tree->core_count > 0) return;
    report(
        check->context, DIAG_PROOF_CORES, check->function->location,
        "a %s program names cores that tt.core_ranges does not, or one of them twice: expected %d, seen %lld or more",
        thread_name(tree->program->thread), tree->core_count, (long long)named);
    report_help(check->context, "name cores that tt.core_ranges holds, each once");
}

static void place_trees(Check *check) {
    size_t places = (size_t)check->core_count * THREAD_COUNT;
    check->tree_at = arena_new_array(check->arena, int16_t, places);
    for (size_t i = 0; i < places; i++) check->tree_at[i] = -1;
    for (int i = 0; i < check->tree_count; i++) place_tree(check, i);
    for (int thread = 0; thread < THREAD_COUNT; thread++) check_overlap(check, (Thread)thread);
    for (int i = 0; i < check->tree_count; i++) check_strays(check, &check->trees[i]);
}

Tree *tree_on(const Check *check, int core, Thread thread) {
    int index = check->tree_at[core * THREAD_COUNT + (int)thread];
    return index < 0 ? NULL : &check->trees[index];
}

static bool check_program_count(Check *check) {
    if (check->tree_count <= check->core_count * THREAD_COUNT) return true;
    report(check->context, DIAG_PROOF_CORES, check->function->location,
           "%d programs for %d cores of %d threads: some core has two for one thread", check->tree_count,
           check->core_count, THREAD_COUNT);
    report_help(check->context, "give the programs of one thread disjoint cores");
    return false;
}

bool verify_cores(Check *check) {
    if (!check_ranges(check)) return false;
    Core *cores;
    check->core_count = program_cores(check->function, &cores);
    check->cores = cores;
    if (!check_program_count(check)) return false;
    place_trees(check);
    return true;
}
