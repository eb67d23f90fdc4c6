// ttile passes: the contract of every pass.
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
    report_value(&row, "optional", value_bool(&cli->context->unit, pass->optional));
    return row.report;
}

static void run(Cli *cli, void *settings, const Words *words) {
    (void)words;
    const PassesSettings *own = settings;
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < default_pipeline_length; i++)
        value_append(&cli->context->unit, list, pass_value(cli, default_pipeline[i]));
    report_value(cli, "passes", list);
    if (!cli->json) report_passes(own->markdown ? TABLE_MARKDOWN : TABLE_TEXT, &cli->out);
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
