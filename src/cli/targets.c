// ttile targets: the chips that there are tables for.
#include "cli/cli.h"
#include "report/report.h"

typedef struct TargetsSettings {
    bool markdown;
} TargetsSettings;

static const OptionRow rows[] = {
    {"markdown", OPTION_FLAG, offsetof(TargetsSettings, markdown), NULL, "every figure, as the documentation shows it"},
};

static Value *figures(Arena *arena, const FigureList *list) {
    Value *value = value_list(arena);
    for (int i = 0; i < list->count; i++) value_append(arena, value, value_float(arena, list->at[i]));
    return value;
}

static Value *target_value(Cli *cli, const Target *target) {
    Cli row = *cli;
    Arena *arena = &cli->context->unit;
    row.report = value_dict(arena);
#define FIELD_INT(name, doc)  report_value(&row, #name, value_int(arena, target->name));
#define FIELD_REAL(name, doc) report_number(&row, #name, target->name);
#define FIELD_TEXT(name, doc) report_text(&row, #name, target->name);
#define FIELD_LIST(name, doc) report_value(&row, #name, figures(arena, &target->name));
#include "target/fields.def"
#undef FIELD_INT
#undef FIELD_REAL
#undef FIELD_TEXT
#undef FIELD_LIST
    return row.report;
}

static void run(Cli *cli, void *settings, const Words *words) {
    (void)words;
    const TargetsSettings *own = settings;
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < target_count(); i++) value_append(&cli->context->unit, list, target_value(cli, target_at(i)));
    report_value(cli, "targets", list);
    report_text(cli, "tables_date", target_tables_date);
    if (!cli->json) report_targets(own->markdown ? TABLE_MARKDOWN : TABLE_TEXT, &cli->out);
}

const Command command_targets = {
    .name = "targets",
    .arguments = "",
    .summary = "list the chips",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(TargetsSettings),
    .run = run,
};
