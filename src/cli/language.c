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
static const NameRow script_names[] = {
#include "front/tvmscript.def"
};
#undef FUNCTION
#undef PURE
#undef METHOD
#undef CONSTANT
#undef OPAQUE
#undef HINT
#undef GPU_ONLY
#undef UNSUPPORTED
enum {
    NAMES = sizeof names / sizeof *names,
    PYTHON_NAMES = sizeof python_names / sizeof *python_names,
    SCRIPT_NAMES = sizeof script_names / sizeof *script_names
};

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

// Any number of positional values: `*`, which stand before the keywords of `=`.
static bool takes_any(const char *signature) {
    for (const char *star = strchr(signature, '*'); star; star = strchr(star + 1, '*'))
        if (star[1] != '*' && (star == signature || star[-1] != '*')) return true;
    return false;
}

static bool stands_for_any(const char *signature, const char *word, size_t length) {
    return length == 1 && *word == (strchr(signature, '=') ? '=' : '*') && takes_any(signature);
}

// One word of a signature as a reader of Python expects it; true if it printed something.
static bool print_parameter(const char *signature, const char *word, size_t length, bool first, Text *out) {
    if (*word == '=' || *word == '*') {
        bool any = stands_for_any(signature, word, length);
        if (any) text_add(out, first ? "..." : ", ...");
        return any;
    }
    bool ignored = *word == '!', optional = word[length - 1] == '?';
    size_t begin = ignored ? 1 : 0, end = optional ? length - 1 : length;
    const char *open = ignored ? "(" : optional ? "[" : "", *close = ignored ? ")" : optional ? "]" : "";
    text_format(out, "%s%s%.*s%s", first ? "" : ", ", open, (int)(end - begin), word + begin, close);
    return true;
}

static void print_signature(const NameRow *row, Text *out) {
    const char *module = strcmp(row->module, "tvmscript") ? row->module : "T";
    text_format(out, "%s.%s", module, row->name);
    if (!row->signature) return;
    text_add(out, "(");
    bool first = true;
    for (const char *word = row->signature; *word;) {
        size_t length = strcspn(word, " ");
        if (length && print_parameter(row->signature, word, length, first, out)) first = false;
        word += length + strspn(word + length, " ");
    }
    text_add(out, ")");
}

static void print_row(const NameRow *row, Text *out) {
    text_add(out, "| `");
    print_signature(row, out);
    text_format(out, "` | %s |\n", row->doc);
}

static void print_kind(NameKind kind, Text *out) {
    text_format(out, "\n## %s\n\n", kinds[kind].title);
    if (kinds[kind].remark) text_format(out, "%s\n\n", kinds[kind].remark);
    text_add(out, "| name | meaning |\n| --- | --- |\n");
    for (int i = 0; i < NAMES; i++)
        if (names[i].kind == kind) print_row(&names[i], out);
}

static const char rules[] =
    "\n## Types of values\n\n"
    "- Two values of different types meet in the wider one. An integer beside a float takes the float's type.\n"
    "- A constant is int32 or float32, as in TileLang, and widens what is narrower: `a + 1` of an int8 `a` is int32,\n"
    "  `b * 0.5` of a bfloat16 `b` is float32. An integer constant beside a float takes the float's type.\n"
    "- A store casts to its buffer's type.\n"
    "- `//` and `%` round down. `/` of two integers and `**` of values on the chip are errors.\n"
    "- float16 is stored as bfloat16, with a note, unless `--float16=native`.\n"
    "- With `--accumulate=16` float32 accumulators of `T.gemm`, and copies of them on the chip, are bfloat16, with a "
    "note.\n"
    "  Expressions follow as if the kernel said so; other float32 buffers and tensors stay what they are.\n";

static const char launch_rules[] = "\n## Several launches\n\n"
                                   "Several `with T.Kernel(...)` in one kernel run one after the other, each as a "
                                   "program of its own. What one launch\n"
                                   "leaves in a tensor the next one reads; `T.alloc_global` makes a tensor in DRAM "
                                   "that only the kernel sees. Buffers of\n"
                                   "a launch end with it.\n";

static const char script_rules[] =
    "\n## TVMScript\n\n"
    "A file is read as TVMScript where its head says `# from tvm.script import ...`, where it imports tvm.script or "
    "has\n"
    "`@I.ir_module`, and where a `@T.prim_func` of a file that does not import tilelang uses `T.match_buffer`,\n"
    "`T.thread_binding` or `T.launch_thread`. A kernel read from source and from TileLang's print of it become the "
    "same\n"
    "IR, up to names and locations.\n\n"
    "| what is printed | what it is read as |\n| --- | --- |\n"
    "| `A: T.handle`, `A_1 = T.match_buffer(A, (M, K), \"bfloat16\")` | a tensor; float32 where no dtype is given |\n"
    "| `m = T.int32()` | a dynamic size |\n"
    "| `for bx in T.thread_binding(n, thread=\"blockIdx.x\")`, `bx = T.launch_thread(\"blockIdx.x\", n)` | a dimension "
    "of "
    "the launch |\n"
    "| `threadIdx` | left out where nothing uses it, refused otherwise |\n"
    "| `with T.sblock(\"...\")`, `with T.block(\"...\")`, `T.reads`, `T.writes` | the statements inside |\n"
    "| `vi = T.axis.spatial(64, i)`, `T.axis.remap(\"SR\", [i, k])` | names for the loops' variables |\n"
    "| `T.sblock_alloc_buffer(shape, dtype, scope=\"shared.dyn\")`, `T.alloc_buffer` | a buffer: shared, "
    "local.fragment, "
    "local, local.var |\n"
    "| `T.region(A[i, j], 1, 64, 32)` | a region: start, access, extents |\n"
    "| `T.serial(n, annotations={\"num_stages\": 2})` | `T.Pipelined(n, num_stages=2)` |\n"
    "| `x: T.int32 = e` | a let |\n"
    "| `T.float32(1.0)`, `T.float32(\"inf\")`, `T.bool(False)` | a constant of that type |\n"
    "| `T.attr(None, \"threadblock_swizzle_pattern\", ...)`, `layout_map` | a hint |\n"
    "| `T.func_attr({\"tt.grid\": [8, 8]})` | the function's attributes |\n\n"
    "Names that mean something else than in a source, or exist only here; all others are those above.\n\n"
    "| name | meaning |\n| --- | --- |\n";

static void print_script(Text *out) {
    text_add(out, script_rules);
    for (int i = 0; i < SCRIPT_NAMES; i++)
        if (script_names[i].kind < NAME_HINT) print_row(&script_names[i], out);
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
    text_add(out, rules);
    text_add(out, launch_rules);
    print_script(out);
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
