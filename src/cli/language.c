// ttile language: every name that the front end knows, printed from the tables that it looks them up in.
#include <string.h>

#include "cli/cli.h"

typedef enum NameKind { NAME_FUNCTION, NAME_TYPE, NAME_HINT, NAME_GPU_ONLY, NAME_UNSUPPORTED } NameKind;

typedef struct NameRow {
    NameKind kind;
    const char *module, *name;
    const char *signature; // functions: parameters, `?` optional, `!` without effect, `*` and `**` any others
    const char *doc;
} NameRow;

#define FUNCTION(module, name, signature, handler, doc) {NAME_FUNCTION, module, name, signature, doc},
#define PURE(module, name, signature, handler)          {NAME_FUNCTION, module, name, signature, ""},
#define METHOD(module, name, signature, handler, doc)   {NAME_FUNCTION, module, name, signature, doc},
#define CONSTANT(module, name, handler, doc)            {NAME_TYPE, module, name, NULL, doc},
#define OPAQUE(module, name, doc)                       {NAME_TYPE, module, name, NULL, doc},
#define HINT(module, name, doc)                         {NAME_HINT, module, name, NULL, doc},
#define GPU_ONLY(module, name, doc)                     {NAME_GPU_ONLY, module, name, NULL, doc},
#define UNSUPPORTED(module, name, doc)                  {NAME_UNSUPPORTED, module, name, NULL, doc},
static const NameRow names[] = {
#include "front/language.def"
};
static const NameRow python_names[] = {
#include "front/python.def"
};
#undef FUNCTION
#undef PURE
#undef METHOD
#undef CONSTANT
#undef OPAQUE
#undef HINT
#undef GPU_ONLY
#undef UNSUPPORTED
enum { NAMES = sizeof names / sizeof *names, PYTHON_NAMES = sizeof python_names / sizeof *python_names };

typedef struct LanguageSettings {
    bool markdown;
} LanguageSettings;

static const OptionRow rows[] = {
    {"markdown", OPTION_FLAG, offsetof(LanguageSettings, markdown), NULL, "as docs/language.md holds it"},
};

static const struct {
    const char *word, *title, *remark;
} kinds[] = {
    [NAME_FUNCTION] = {"function", "Functions",
                       "Parameters in brackets may be left out; those in parentheses are accepted without effect."},
    [NAME_TYPE] = {"type", "Decorators, types and other names", NULL},
    [NAME_HINT] = {"hint", "Hints", "For GPUs: accepted without effect, and named once in a note."},
    [NAME_GPU_ONLY] = {"gpu-only", "GPU only", "Refused by name, exit code 2."},
    [NAME_UNSUPPORTED] = {"unsupported", "Not supported", "Refused by name, exit code 2; what to use instead:"},
};

// Any number of positional values: printed first, where they stand in a call.
static bool takes_any(const char *signature) {
    for (const char *star = strchr(signature, '*'); star; star = strchr(star + 1, '*'))
        if (star[1] != '*' && (star == signature || star[-1] != '*')) return true;
    return false;
}

// One word of a signature as a reader of Python expects it; true if it printed something.
static bool print_parameter(const char *word, size_t length, bool first, Text *out) {
    if (*word == '=' || *word == '*') return false;
    bool ignored = *word == '!', optional = word[length - 1] == '?';
    size_t begin = ignored ? 1 : 0, end = optional ? length - 1 : length;
    const char *open = ignored ? "(" : optional ? "[" : "", *close = ignored ? ")" : optional ? "]" : "";
    text_format(out, "%s%s%.*s%s", first ? "" : ", ", open, (int)(end - begin), word + begin, close);
    return true;
}

static void print_signature(const NameRow *row, Text *out) {
    text_format(out, "%s.%s", row->module, row->name);
    if (!row->signature) return;
    text_add(out, takes_any(row->signature) ? "(..." : "(");
    bool first = !takes_any(row->signature);
    for (const char *word = row->signature; *word;) {
        size_t length = strcspn(word, " ");
        if (length && print_parameter(word, length, first, out)) first = false;
        word += length + strspn(word + length, " ");
    }
    text_add(out, ")");
}

static void print_kind(NameKind kind, Text *out) {
    text_format(out, "\n## %s\n\n", kinds[kind].title);
    if (kinds[kind].remark) text_format(out, "%s\n\n", kinds[kind].remark);
    text_add(out, "| name | meaning |\n| --- | --- |\n");
    for (int i = 0; i < NAMES; i++) {
        if (names[i].kind != kind) continue;
        text_add(out, "| `");
        print_signature(&names[i], out);
        text_format(out, "` | %s |\n", names[i].doc);
    }
}

// Names of Python and its libraries, a line for each module.
static void print_python(Text *out) {
    text_add(out, "\n## Python\n\nWhat compile-time code may use, beside the language itself:\n\n");
    const char *module = "";
    for (int i = 0; i < PYTHON_NAMES; i++) {
        const NameRow *row = &python_names[i];
        if (row->kind != NAME_FUNCTION && strcmp(row->module, "math")) continue;
        if (strcmp(module, row->module))
            text_format(out, "%s- %s: ", *module ? "\n" : "", row->module);
        else
            text_add(out, ", ");
        text_format(out, "`%s`", row->name);
        module = row->module;
    }
    text_add(out, "\n");
}

static void print_markdown(Text *out) {
    text_add(out,
             "# The language\n\nPrinted by `ttile language --markdown` from the tables that the front end works by.\n");
    for (int kind = 0; kind <= NAME_UNSUPPORTED; kind++) print_kind((NameKind)kind, out);
    print_python(out);
}

static void print_lines(Text *out) {
    for (int i = 0; i < NAMES; i++) {
        text_format(out, "%-11s ", kinds[names[i].kind].word);
        print_signature(&names[i], out);
        text_format(out, ": %s\n", names[i].doc);
    }
}

static Value *row_value(Cli *cli, const NameRow *row) {
    Cli nested = *cli;
    nested.report = value_dict(&cli->context->unit);
    Text signature = {.arena = &cli->context->unit};
    print_signature(row, &signature);
    report_text(&nested, "name", arena_format(&cli->context->unit, "%s.%s", row->module, row->name));
    report_text(&nested, "kind", kinds[row->kind].word);
    report_text(&nested, "signature", signature.data);
    report_text(&nested, "meaning", row->doc);
    return nested.report;
}

static void run(Cli *cli, void *settings, const Words *words) {
    (void)words;
    const LanguageSettings *own = settings;
    Value *list = value_list(&cli->context->unit);
    for (int i = 0; i < NAMES; i++) value_append(&cli->context->unit, list, row_value(cli, &names[i]));
    report_value(cli, "names", list);
    if (cli->json) return;
    if (own->markdown)
        print_markdown(&cli->out);
    else
        print_lines(&cli->out);
}

const Command command_language = {
    .name = "language",
    .arguments = "",
    .summary = "list what is understood of TileLang",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .settings_bytes = sizeof(LanguageSettings),
    .run = run,
};
