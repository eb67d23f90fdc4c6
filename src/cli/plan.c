// ttile plan: show, check and expand plans, and print their schema.
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

static void show(Cli *cli, const char *path) {
    PlanFile plan = read_checked(cli, path);
    report_value(cli, "plan", plan.root);
    if (cli->json) return;
    text_format(&cli->out, "%s for %s\n", value_get(plan.root, "kernel")->text,
                value_get(value_get(plan.root, "target"), "name")->text);
    report_plan_text(plan.root, &cli->out);
    const Value *estimate = value_get(plan.root, "estimate");
    text_format(&cli->out, "  %-18sat least %lld cycles, bound by %s\n", "estimate",
                (long long)value_get(estimate, "cycles")->integer, value_get(estimate, "bound")->text);
}

static void check(Cli *cli, const char *path) {
    PlanFile plan = read_checked(cli, path);
    plan_load(cli->context, &plan, NULL);
    report_value(cli, "valid", value_bool(&cli->context->unit, true));
    if (!cli->json) text_format(&cli->out, "%s: valid\n", path);
}

static void expand(Cli *cli, const char *path) {
    PlanFile plan = read_checked(cli, path);
    const Value *expanded = plan_expand(cli->context, plan.root);
    report_value(cli, "plan", expanded);
    if (!cli->json) json_print(expanded, &cli->out);
}

static void schema(Cli *cli, const char *path) {
    (void)path;
    plan_print_schema(cli->context, &cli->out);
    cli->json = false; // it is JSON already
}

typedef struct PlanCommand {
    const char *name;
    bool takes_file;
    void (*run)(Cli *cli, const char *path);
} PlanCommand;

static const PlanCommand plan_commands[] = {
    {"show", true, show}, {"check", true, check}, {"expand", true, expand}, {"schema", false, schema}};

static void run(Cli *cli, void *settings, const Words *words) {
    (void)settings;
    for (size_t i = 0; i < sizeof plan_commands / sizeof *plan_commands; i++) {
        const PlanCommand *command = &plan_commands[i];
        if (strcmp(command->name, words->items[0])) continue;
        if (command->takes_file != (words->count == 2))
            fail_usage(cli, &command_plan, "expected `ttile plan %s%s`", command->name,
                       command->takes_file ? " PLAN" : "");
        command->run(cli, command->takes_file ? words->items[1] : NULL);
        return;
    }
    fail_usage(cli, &command_plan, "expected show, check, expand or schema, got `%s`", words->items[0]);
}

const Command command_plan = {
    .name = "plan",
    .arguments = "show|check|expand PLAN, or schema",
    .summary = "look at a plan",
    .details = "show prints it at a glance; check validates it against its schema, its rules and its program text;\n"
               "expand writes every work item out; schema prints the JSON Schema of plans.",
    .least = 1,
    .most = 2,
    .run = run,
};
