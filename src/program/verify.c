// The static verifier: every proof obligation of a program, group by group. A group runs only if what it builds on
// holds.
#include "program/verify.h"

enum { CONCRETE_STEPS = 1 << 18 };

const char *describe_buffer(const Check *check, int buffer) {
    const CircularBuffer *circular = check->function->circular_buffers.items[buffer];
    if (!circular->holds) return arena_format(check->arena, "'%s'", circular->name);
    return arena_format(check->arena, "'%s' (holds %s)", circular->name, circular->holds);
}

static bool holds_so_far(const Check *check) { return check->context->error_count == check->errors_before; }

static void add_trees(Check *check) {
    check->tree_count = (int)check->function->threads.count;
    check->trees = arena_new_array(check->arena, Tree, (size_t)check->tree_count);
    for (int i = 0; i < check->tree_count; i++) check->trees[i].program = check->function->threads.items[i];
}

static bool build_trees(Check *check) {
    bool built = true;
    for (int i = 0; i < check->tree_count; i++) built = build_tree(check, &check->trees[i]) && built;
    return built;
}

static const Analysis *const mover_analyses[] = {&window_analysis, &transfer_analysis, NULL};
static const Analysis *const compute_analyses[] = {&window_analysis, &dst_analysis, &engine_analysis, NULL};

static void walk_tree(Check *check, Tree *tree) {
    bool computes = tree->program->thread == THREAD_COMPUTE;
    for (const Analysis *const *analysis = computes ? compute_analyses : mover_analyses; *analysis; analysis++)
        walk_analysis(check, tree, *analysis);
}

static bool verify(Check *check) {
    if (!verify_metadata(check)) return false;
    add_trees(check);
    verify_resources(check);
    if (!holds_so_far(check) || !build_trees(check)) return false;
    for (int i = 0; i < check->tree_count; i++) walk_tree(check, &check->trees[i]);
    if (holds_so_far(check)) verify_balance(check);
    if (holds_so_far(check)) verify_routes(check);
    if (holds_so_far(check)) verify_shard_holders(check);
    verify_tensors(check);
    verify_work_items(check);
    return holds_so_far(check);
}

bool program_verify(Function *program, const Target *target) {
    Context *context = program->module->context;
    Check check = {.function = program,
                   .target = target,
                   .context = context,
                   .arena = &context->scratch,
                   .amounts = amounts_new(&context->scratch),
                   .buffer_count = (int)program->circular_buffers.count,
                   .semaphore_count = (int)program->semaphores.count,
                   .concrete_steps = CONCRETE_STEPS,
                   .errors_before = context->error_count};
    DiagnosticKind (*outer)(DiagnosticCode) = context->kind_of;
    if (program->is_compiled) context->kind_of = kind_of_compiled;
    bool holds = verify(&check);
    context->kind_of = outer;
    return holds;
}
