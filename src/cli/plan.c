// ttile plan: show, check, expand and compare plans, and print their schema.
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "plan/plan.h"
#include "report/report.h"

static PlanFile read_checked(Cli *cli, const char *path) {
    PlanFile plan = plan_read(cli->context, path);
    if (!plan_check(cli->context, &plan)) fail_now(cli->context);
    return plan;
}

// True, and reported, if the plan is of the older shape; else it was read and checked.
static bool is_old(Cli *cli, const char *path, PlanFile *plan) {
    OldPlan old;
    if (!plan_read_any(cli->context, path, plan, &old)) {
        if (!plan_check(cli->context, plan)) fail_now(cli->context);
        return false;
    }
    report_value(cli, "valid", value_bool(&cli->context->unit, true));
    report_value(cli, "plan", plan->root);
    if (!cli->json)
        text_format(&cli->out, "%s: valid, of the older shape: %lldx%lld blocks on %lld cores of a grid of %lldx%lld\n",
                    path, (long long)old.block_rows, (long long)old.block_columns, (long long)old.cores,
                    (long long)old.columns, (long long)old.rows);
    return true;
}

static void show(Cli *cli, const Words *files) {
    PlanFile plan;
    if (is_old(cli, files->items[1], &plan)) return;
    report_value(cli, "plan", plan.root);
    if (cli->json) return;
    text_format(&cli->out, "%s for %s\n", value_get(plan.root, "kernel")->text,
                value_get(value_get(plan.root, "target"), "name")->text);
    report_plan_text(plan.root, &cli->out);
    for (uint32_t i = 0; i < plan_launch_count(&plan); i++) {
        const Value *estimate = value_get(plan_launch(cli->context, &plan, i).root, "estimate");
        text_format(&cli->out, "  %-18sat least %lld cycles, bound by %s\n", "estimate",
                    (long long)value_get(estimate, "cycles")->integer, value_get(estimate, "bound")->text);
    }
}

static void check(Cli *cli, const Words *files) {
    PlanFile plan;
    if (is_old(cli, files->items[1], &plan)) return;
    for (uint32_t i = 0; i < plan_launch_count(&plan); i++) {
        PlanFile launch = plan_launch(cli->context, &plan, i);
        plan_load(cli->context, &launch, NULL);
    }
    report_value(cli, "valid", value_bool(&cli->context->unit, true));
    if (!cli->json) text_format(&cli->out, "%s: valid\n", files->items[1]);
}

static void expand(Cli *cli, const Words *files) {
    PlanFile plan = read_checked(cli, files->items[1]);
    const Value *expanded = plan_expand(cli->context, plan.root);
    report_value(cli, "plan", expanded);
    if (!cli->json) json_print(expanded, &cli->out);
}

typedef struct Differences {
    Cli *cli;
    Value *list;
} Differences;

static void print_side(const Value *value, Text *out) {
    if (value)
        value_print(value, out);
    else
        text_add(out, "nothing");
}

static void add_difference(void *user, const JsonPath *path, const Value *a, const Value *b) {
    Differences *differences = user;
    Cli row = *differences->cli;
    Arena *arena = &row.context->unit;
    Text where = {.arena = arena};
    json_path_print(path, &where);
    row.report = value_dict(arena);
    report_text(&row, "path", where.data);
    report_value(&row, "a", a ? a : value_null(arena));
    report_value(&row, "b", b ? b : value_null(arena));
    value_append(arena, differences->list, row.report);
    Text *out = &differences->cli->out;
    if (row.json) return;
    text_format(out, "%s: ", where.data);
    print_side(a, out);
    text_add(out, " -> ");
    print_side(b, out);
    text_add(out, "\n");
}

static void diff(Cli *cli, const Words *files) {
    PlanFile a = read_checked(cli, files->items[1]), b = read_checked(cli, files->items[2]);
    Differences differences = {cli, value_list(&cli->context->unit)};
    plan_differ(a.root, b.root, NULL, add_difference, &differences);
    report_value(cli, "differences", differences.list);
    if (!cli->json && !differences.list->count) text_add(&cli->out, "the plans are the same\n");
}

static void schema(Cli *cli, const Words *files) {
    (void)files;
    plan_print_schema(cli->context, &cli->out);
    cli->json = false; // it is JSON already
}

typedef struct PlanCommand {
    const char *name;
    uint32_t files; // that it takes
    const char *arguments;
    void (*run)(Cli *cli, const Words *words); // the files begin at the second word
} PlanCommand;

static const PlanCommand plan_commands[] = {{"show", 1, " PLAN", show},
                                            {"check", 1, " PLAN", check},
                                            {"expand", 1, " PLAN", expand},
                                            {"diff", 2, " PLAN PLAN", diff},
                                            {"schema", 0, "", schema}};

static void run(Cli *cli, void *settings, const Words *words) {
    (void)settings;
    for (size_t i = 0; i < sizeof plan_commands / sizeof *plan_commands; i++) {
        const PlanCommand *command = &plan_commands[i];
        if (strcmp(command->name, words->items[0])) continue;
        if (words->count != command->files + 1)
            fail_usage(cli, &command_plan, "expected `ttile plan %s%s`", command->name, command->arguments);
        command->run(cli, words);
        return;
    }
    fail_usage(cli, &command_plan, "expected show, check, expand, diff or schema, got `%s`", words->items[0]);
}

const Command command_plan = {
    .name = "plan",
    .arguments = "show|check|expand PLAN, diff PLAN PLAN, or schema",
    .summary = "look at a plan",
    .details =
        "show prints it at a glance; check validates it against its schema, its rules and its program text;\n"
        "expand writes every work item out; diff lists where two plans differ; schema prints the JSON Schema of plans.",
    .least = 1,
    .most = 3,
    .run = run,
};
