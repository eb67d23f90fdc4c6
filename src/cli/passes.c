// ttile passes: the contract of every pass.
#include "api/pipelines.h"
#include "cli/cli.h"
#include "report/report.h"

typedef struct PassesSettings {
    bool markdown;
} PassesSettings;

static const OptionRow rows[] = {
    {"markdown", OPTION_FLAG, offsetof(PassesSettings, markdown), NULL, "as docs/passes.md holds it"},
};

static const char *const attribute_names[ATTR_COUNT] = {
#define ATTR(id, name, type, doc) name,
#include "ir/attrs.def"
#undef ATTR
};

static Value *attributes_value(Cli *cli, AttrSet set) {
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < ATTR_COUNT; i++)
        if (set >> i & 1)
            value_append(&cli->context->unit, list,
                         value_text(&cli->context->unit, name_of(cli->context, attribute_names[i])));
    return list;
}

static Value *pass_value(Cli *cli, const Pass *pass) {
    Cli row = *cli;
    row.report = value_dict(&cli->context->unit);
    report_text(&row, "name", pass->name);
    report_text(&row, "summary", pass->summary);
    report_text(&row, "file", pass->file);
    report_value(&row, "requires", attributes_value(cli, pass->requires));
    report_value(&row, "provides", attributes_value(cli, pass->provides));
    report_value(&row, "breaks", attributes_value(cli, pass->breaks));
    report_value(&row, "precedes", attributes_value(cli, pass->precedes));
    report_value(&row, "optional", value_bool(&cli->context->unit, pass->optional));
    return row.report;
}

static Value *passes_value(Cli *cli, const Pass *const *passes, int count) {
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < count; i++) value_append(&cli->context->unit, list, pass_value(cli, passes[i]));
    return list;
}

static void print_legacy(bool markdown, Text *out) {
    if (markdown)
        text_add(out, "\n## Passes of the legacy pipeline\n\nThey come before the others with `--pipeline=legacy`.\n\n"
                      "| pass | what it does |\n| --- | --- |\n");
    for (int i = 0; i < compat_pass_count; i++)
        text_format(out, markdown ? "| `%s` | %s |\n" : "%s\n  %s\n", compat_passes[i]->name,
                    compat_passes[i]->summary);
    if (markdown)
        text_add(out,
                 "\n## Older names\n\n`--passes` takes them, with a note.\n\n| older name | pass |\n| --- | --- |\n");
    for (int i = 0; markdown && i < pass_alias_count; i++)
        text_format(out, "| `%s` | `%s` |\n", pass_aliases[i].old, pass_aliases[i].today);
}

static void run(Cli *cli, void *settings, const Words *words) {
    (void)words;
    const PassesSettings *own = settings;
    PassList all = pipeline_passes(false);
    report_value(cli, "passes", passes_value(cli, all.passes, all.count));
    report_value(cli, "legacy_passes", passes_value(cli, compat_passes, compat_pass_count));
    if (cli->json) return;
    report_passes(own->markdown ? TABLE_MARKDOWN : TABLE_TEXT, all.passes, all.count, &cli->out);
    print_legacy(own->markdown, &cli->out);
}

const Command command_passes = {
    .name = "passes",
    .arguments = "",
    .summary = "show what each pass requires, provides and breaks",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(PassesSettings),
    .run = run,
};
