// The tables of the documentation, printed from the tables that the program itself works by.
#include <string.h>

#include "pass/pass.h"
#include "report/report.h"

static const char *const attribute_names[ATTR_COUNT] = {
#define ATTR(id, name, type, doc) name,
#include "ir/attrs.def"
#undef ATTR
};

static void print_attributes(AttrSet set, TableForm form, Text *out) {
    if (!set) text_add(out, form == TABLE_MARKDOWN ? "" : "nothing");
    for (int i = 0, printed = 0; i < ATTR_COUNT; i++) {
        if (!(set >> i & 1)) continue;
        const char *quote = form == TABLE_MARKDOWN ? "`" : "";
        text_format(out, "%s%s%s%s", printed++ ? ", " : "", quote, attribute_names[i], quote);
    }
}

static void print_pass_row(const Pass *pass, Text *out) {
    text_format(out, "| `%s` | %s | ", pass->name, pass->summary);
    const AttrSet sets[] = {pass->requires, pass->provides, pass->breaks, pass->precedes};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        print_attributes(sets[i], TABLE_MARKDOWN, out);
        text_add(out, " | ");
    }
    text_format(out, "%s |\n", pass->optional ? "yes" : "");
}

static void print_pass_lines(const Pass *pass, Text *out) {
    static const char *const labels[] = {"requires", "provides", "breaks", "precedes"};
    const AttrSet sets[] = {pass->requires, pass->provides, pass->breaks, pass->precedes};
    text_format(out, "%s%s\n  %s\n", pass->name, pass->optional ? " (optional: --disable leaves it out)" : "",
                pass->summary);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (!sets[i]) continue;
        text_format(out, "  %-9s ", labels[i]);
        print_attributes(sets[i], TABLE_TEXT, out);
        text_add(out, "\n");
    }
}

void report_passes(TableForm form, const Pass *const *passes, int count, Text *out) {
    if (form == TABLE_MARKDOWN)
        text_add(
            out,
            "# Passes\n\nPrinted by `ttile passes --markdown` from the contracts that the pass manager enforces, in "
            "the order\n"
            "of the default pipeline. A pass runs only when the attributes that it requires are held, and those that "
            "it\n"
            "precedes are not; afterwards the function holds those that it provides and no longer those that it "
            "breaks.\n"
            "Optional passes can be left out with `--disable=PASS`.\n\n"
            "| pass | what it does | requires | provides | breaks | precedes | optional |\n"
            "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (int i = 0; i < count; i++) {
        if (form == TABLE_MARKDOWN)
            print_pass_row(passes[i], out);
        else
            print_pass_lines(passes[i], out);
    }
    if (form != TABLE_MARKDOWN) return;
    text_add(out, "\n## Attributes\n\n| attribute | type | what it says |\n| --- | --- | --- |\n");
#define ATTR(id, name, type, doc) text_format(out, "| `%s` | %s | %s |\n", name, type, doc);
#include "ir/attrs.def"
#undef ATTR
}

// ---------------------------------------------------------------- diagnostics

static const char *const kind_words[] = {"note", "warning", "error, exit code 1", "unsupported, exit code 2",
                                         "internal, exit code 3"};

void report_diagnostics(TableForm form, Text *out) {
    if (form == TABLE_MARKDOWN)
        text_add(out, "# Diagnostics\n\nPrinted by `ttile explain --markdown` from src/base/diagnostics.def. `ttile "
                      "explain CODE` prints one.\n");
    for (int i = 0; i < DIAG_COUNT; i++) {
        DiagnosticCode code = (DiagnosticCode)i;
        const char *kind = kind_words[diagnostic_kind(code)];
        if (form == TABLE_MARKDOWN)
            text_format(out, "\n## %s\n\n*%s.* %s\n", diagnostic_name(code), kind, diagnostic_explanation(code));
        else
            text_format(out, "%-28s %s\n", diagnostic_name(code), kind);
    }
}

// ---------------------------------------------------------------- targets

static void print_target_line(const Target *target, Text *out) {
    text_format(
        out,
        "%-16s %2lld x %-2lld cores at %.2f GHz, %lld KiB of L1, DST of %lld tiles (%lld in fp32), %lld DRAM banks\n",
        target->name, (long long)target->grid_columns, (long long)target->grid_rows, target->clock_ghz,
        (long long)target->l1_bytes / 1024, (long long)target->dst_tiles_16, (long long)target->dst_tiles_32,
        (long long)target->dram_banks);
}

static void print_target_header(Text *out) {
    text_add(out, "| field | ");
    for (int i = 0; i < target_count(); i++) text_format(out, "%s | ", target_at(i)->name);
    text_add(out, "meaning |\n| --- | ");
    for (int i = 0; i < target_count(); i++) text_add(out, "--- | ");
    text_add(out, "--- |\n");
}

static void print_figures(Text *out, const FigureList *list) {
    for (int i = 0; i < list->count; i++) text_format(out, "%s%g", i ? " " : "", list->at[i]);
    text_add(out, " | ");
}

static void print_target_rows(Text *out) {
#define FIELD(field, doc, format, cast)                                                                                \
    text_format(out, "| %s | ", #field);                                                                               \
    for (int i = 0; i < target_count(); i++) text_format(out, format " | ", (cast)target_at(i)->field);                \
    text_format(out, "%s |\n", doc);
#define FIELD_INT(name, doc)  FIELD(name, doc, "%lld", long long)
#define FIELD_REAL(name, doc) FIELD(name, doc, "%g", double)
#define FIELD_TEXT(name, doc) FIELD(name, doc, "%s", const char *)
#define FIELD_LIST(name, doc)                                                                                          \
    text_add(out, "| " #name " | ");                                                                                   \
    for (int i = 0; i < target_count(); i++) print_figures(out, &target_at(i)->name);                                  \
    text_add(out, doc " |\n");
#include "target/fields.def"
#undef FIELD_INT
#undef FIELD_REAL
#undef FIELD_TEXT
#undef FIELD_LIST
#undef FIELD
}

void report_targets(TableForm form, Text *out) {
    if (form == TABLE_MARKDOWN) {
        text_format(out, "# Targets\n\nTables of %s.\n\n", target_tables_date);
        print_target_header(out);
        print_target_rows(out);
        return;
    }
    for (int i = 0; i < target_count(); i++) print_target_line(target_at(i), out);
    text_format(out, "tables of %s\n", target_tables_date);
}
