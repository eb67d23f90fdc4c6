// ttile explain: what a diagnostic means, an example, how to fix it.
#include "cli/cli.h"
#include "report/report.h"

typedef struct ExplainSettings {
    bool all, markdown;
} ExplainSettings;

static const OptionRow rows[] = {
    {"all", OPTION_FLAG, offsetof(ExplainSettings, all), NULL, "every diagnostic; the same as without CODE"},
    {"markdown", OPTION_FLAG, offsetof(ExplainSettings, markdown), NULL,
     "all of them, as docs/diagnostics.md holds them"},
};

static _Noreturn void fail_code(Cli *cli, const char *name) {
    const char *names[DIAG_COUNT];
    for (int i = 0; i < DIAG_COUNT; i++) names[i] = diagnostic_name((DiagnosticCode)i);
    names[DIAG_NOTE] = ""; // nobody means the code of plain remarks
    int nearest = text_nearest(name, names, DIAG_COUNT);
    report(cli->context, DIAG_UNKNOWN_CODE, (Location){0}, "there is no diagnostic `%s`", name);
    if (nearest >= 0)
        report_help(cli->context, "did you mean %s? `ttile explain` lists them all", names[nearest]);
    else
        report_help(cli->context, "`ttile explain` lists them all");
    fail_now(cli->context);
}

// Words of an explanation, broken into lines of at most 100 characters.
static void print_wrapped(const char *text, Text *out) {
    size_t column = 0;
    while (*text) {
        size_t length = 0;
        while (text[length] && text[length] != ' ') length++;
        if (column && column + 1 + length > 100) {
            text_add(out, "\n");
            column = 0;
        }
        if (column) text_add(out, " ");
        text_add_bytes(out, text, length);
        column += length + (column > 0);
        text += length;
        while (*text == ' ') text++;
    }
    text_add(out, "\n");
}

static Value *code_value(Cli *cli, DiagnosticCode code) {
    static const char *const kinds[] = {"note", "warning", "user", "unsupported", "internal"};
    Cli row = *cli;
    row.report = value_dict(&cli->context->unit);
    report_text(&row, "code", diagnostic_name(code));
    report_text(&row, "kind", kinds[diagnostic_kind(code)]);
    report_text(&row, "explanation", diagnostic_explanation(code));
    return row.report;
}

static void explain_all(Cli *cli, const ExplainSettings *settings) {
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < DIAG_COUNT; i++) value_append(&cli->context->unit, list, code_value(cli, (DiagnosticCode)i));
    report_value(cli, "codes", list);
    if (!cli->json) report_diagnostics(settings->markdown ? TABLE_MARKDOWN : TABLE_TEXT, &cli->out);
}

static void run(Cli *cli, void *settings, const Words *words) {
    const ExplainSettings *own = settings;
    if (own->all || words->count == 0) {
        explain_all(cli, own);
        return;
    }
    DiagnosticCode code = diagnostic_find(words->items[0]);
    if (code == DIAG_COUNT) fail_code(cli, words->items[0]);
    report_value(cli, "codes", value_list(&cli->context->unit));
    value_append(&cli->context->unit, (Value *)value_get(cli->report, "codes"), code_value(cli, code));
    if (!cli->json) print_wrapped(diagnostic_explanation(code), &cli->out);
}

const Command command_explain = {
    .name = "explain",
    .arguments = "[CODE]",
    .summary = "explain a diagnostic, with an example",
    .details = "Without CODE, lists all of them.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(ExplainSettings),
    .least = 0,
    .most = 1,
    .run = run,
};
