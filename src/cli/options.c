// Arguments to settings: a row of the command's table says what an option takes and where it is stored.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const OptionRow common_options[] = {
    {"json", OPTION_FLAG, 0, NULL, "report as JSON on standard output"},
    {"help", OPTION_FLAG, 0, NULL, "show this help"},
};
enum { COMMON_OPTIONS = sizeof common_options / sizeof *common_options };

_Noreturn void fail_usage(Cli *cli, const Command *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Text text = {.arena = &cli->context->unit};
    text_format_list(&text, format, arguments);
    va_end(arguments);
    report(cli->context, DIAG_USAGE, (Location){0}, "%s", text.data);
    if (command) report_help(cli->context, "`ttile help %s` shows what it takes", command->name);
    fail_now(cli->context);
}

static const OptionRow *row_at(const Command *command, int index) {
    return index < command->option_count ? &command->options[index] : &common_options[index - command->option_count];
}

static _Noreturn void fail_unknown(Cli *cli, const Command *command, const char *name) {
    int count = command->option_count + COMMON_OPTIONS;
    const char **legal = arena_new_array(&cli->context->unit, const char *, (size_t)count);
    Text list = {.arena = &cli->context->unit};
    for (int i = 0; i < count; i++) {
        legal[i] = row_at(command, i)->name;
        text_format(&list, "%s--%s", i ? ", " : "", legal[i]);
    }
    int nearest = text_nearest(name, legal, count);
    report(cli->context, DIAG_USAGE, (Location){0}, "`ttile %s` has no option `--%s`", command->name, name);
    if (nearest >= 0) report_help(cli->context, "did you mean --%s?", legal[nearest]);
    report_help(cli->context, "its options are %s", list.data);
    fail_now(cli->context);
}

// The pipeline's options by their names in the API.
static const struct {
    const char *name, *row;
} pipeline_names[] = {
    {"target-device", "target"},
    {"enable-double-buffer", "double-buffer"},
    {"enable-prefetch", "prefetch"},
};

static const OptionRow *row_named(const Command *command, const char *name, size_t length) {
    for (int i = 0; i < command->option_count + COMMON_OPTIONS; i++) {
        const OptionRow *row = row_at(command, i);
        if (strlen(row->name) == length && !memcmp(row->name, name, length)) return row;
    }
    return NULL;
}

static const OptionRow *find_row(Cli *cli, const Command *command, const char *name, size_t length) {
    const OptionRow *row = row_named(command, name, length);
    for (size_t i = 0; !row && i < sizeof pipeline_names / sizeof *pipeline_names; i++)
        if (strlen(pipeline_names[i].name) == length && !memcmp(pipeline_names[i].name, name, length))
            row = row_named(command, pipeline_names[i].row, strlen(pipeline_names[i].row));
    if (row) return row;
    fail_unknown(cli, command, arena_copy_text(&cli->context->unit, name, length));
}

// ---------------------------------------------------------------- values

static bool parse_bool(Cli *cli, const Command *command, const OptionRow *row, const char *text) {
    if (!strcmp(text, "true")) return true;
    if (!strcmp(text, "false")) return false;
    fail_usage(cli, command, "--%s: expected true or false, got `%s`", row->name, text);
}

static int64_t parse_number(Cli *cli, const Command *command, const OptionRow *row, const char *text) {
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!*text || *end || errno || value < 0)
        fail_usage(cli, command, "--%s: expected a whole number of at least 0, got `%s`", row->name, text);
    return value;
}

static int64_t parse_threads(Cli *cli, const Command *command, const OptionRow *row, const char *text) {
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!*text || *end || errno || value < 1 || value > SIM_THREADS_MAX)
        fail_usage(cli, command, "--%s: expected a whole number of 1 to %d, got `%s`", row->name, SIM_THREADS_MAX,
                   text);
    return value;
}

static double parse_real(Cli *cli, const Command *command, const OptionRow *row, const char *text) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (!*text || *end || !(value > 0) || isinf(value))
        fail_usage(cli, command, "--%s: expected a number above 0, got `%s`", row->name, text);
    return value;
}

// `--name=` gives no word; `items` says that the option was there.
static void add_words(Cli *cli, const Command *command, const OptionRow *row, const char *text, Words *words) {
    Arena *arena = &cli->context->unit;
    if (!words->items) words->items = arena_new_array(arena, const char *, 0);
    for (const char *at = text; *text;) {
        size_t length = strcspn(at, ",");
        if (!length)
            fail_usage(cli, command, "--%s: expected names with one comma between two of them, such as A,B, got `%s`",
                       row->name, text);
        vector_push(arena, *words, arena_copy_text(arena, at, length));
        if (!at[length]) return;
        at += length + 1;
    }
}

static void store(Cli *cli, const Command *command, const OptionRow *row, const char *text, char *settings) {
    void *place = settings + row->offset;
    Arena *arena = &cli->context->unit;
    switch (row->kind) {
    case OPTION_FLAG: *(bool *)place = true; break;
    case OPTION_BOOL: *(bool *)place = !parse_bool(cli, command, row, text); break;
    case OPTION_NUMBER: *(int64_t *)place = parse_number(cli, command, row, text); break;
    case OPTION_THREADS: *(int64_t *)place = parse_threads(cli, command, row, text); break;
    case OPTION_REAL: *(double *)place = parse_real(cli, command, row, text); break;
    case OPTION_TEXT: *(const char **)place = text; break;
    case OPTION_WORDS: add_words(cli, command, row, text, place); break;
    case OPTION_PAIRS: vector_push(arena, *(Words *)place, text); break;
    }
}

// ---------------------------------------------------------------- arguments

typedef struct Arguments {
    int count, next;
    char **words;
} Arguments;

static const char *option_value(Cli *cli, const Command *command, const OptionRow *row, const char *equals,
                                Arguments *arguments) {
    if (row->kind == OPTION_FLAG) {
        if (equals) fail_usage(cli, command, "--%s takes no value, got `%s`", row->name, equals + 1);
        return NULL;
    }
    if (equals) return equals + 1;
    if (arguments->next >= arguments->count) fail_usage(cli, command, "--%s needs a value: %s", row->name, row->value);
    return arguments->words[arguments->next++];
}

static void take_option(Cli *cli, const Command *command, const char *word, Arguments *arguments, char *settings,
                        bool *help) {
    const char *name = word + 2, *equals = strchr(name, '=');
    const OptionRow *row = find_row(cli, command, name, equals ? (size_t)(equals - name) : strlen(name));
    const char *value = option_value(cli, command, row, equals, arguments);
    if (row == &common_options[0]) {
        cli->json = true;
    } else if (row == &common_options[1]) {
        *help = true;
    } else {
        store(cli, command, row, value, settings);
        vector_push(&cli->context->unit, cli->given, row);
    }
}

static bool any_flag_json(int count, char **arguments) {
    for (int i = 0; i < count; i++)
        if (!strcmp(arguments[i], "--json")) return true;
    return false;
}

static void check_count(Cli *cli, const Command *command, const Words *words) {
    if ((int)words->count < command->least)
        fail_usage(cli, command, "expected `ttile %s %s`", command->name, command->arguments);
    if (command->most >= 0 && (int)words->count > command->most)
        fail_usage(cli, command, "too many arguments: `%s`", words->items[command->most]);
}

bool options_parse(Cli *cli, const Command *command, int count, char **words_in, void *settings, Words *words) {
    Arguments arguments = {count, 0, words_in};
    bool help = false, only_words = false;
    cli->json = any_flag_json(count, words_in); // so that a wrong option is reported as JSON, too
    while (arguments.next < arguments.count) {
        const char *word = arguments.words[arguments.next++];
        if (only_words || word[0] != '-' || !word[1])
            vector_push(&cli->context->unit, *words, word);
        else if (!strcmp(word, "-h"))
            help = true;
        else if (!strcmp(word, "--"))
            only_words = true;
        else if (!strcmp(word, "-o"))
            take_option(cli, command, "--output-dir", &arguments, settings, &help);
        else if (word[1] == '-')
            take_option(cli, command, word, &arguments, settings, &help);
        else
            fail_usage(cli, command, "options begin with two dashes, got `%s`", word);
    }
    if (help)
        help_print_command(command, &cli->out);
    else
        check_count(cli, command, words);
    return help;
}

// ---------------------------------------------------------------- help

static void print_row(const OptionRow *row, Text *out) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", row->name, row->value ? "=" : "", row->value ? row->value : "");
    text_format(out, "  %-32s %s\n", left, row->help);
}

void help_print_command(const Command *command, Text *out) {
    text_format(out, "ttile %s: %s\n\nusage: ttile %s [options]%s%s\n", command->name, command->summary, command->name,
                *command->arguments ? " " : "", command->arguments);
    if (command->details) text_format(out, "\n%s\n", command->details);
    text_add(out, "\noptions:\n");
    for (int i = 0; i < command->option_count + COMMON_OPTIONS; i++) print_row(row_at(command, i), out);
}

void help_print(Text *out) {
    text_add(out, "ttile compiles TileLang kernels for Tenstorrent chips and runs them on a simulated one.\n\n"
                  "usage: ttile COMMAND ...\n\ncommands:\n");
    for (int i = 0; i < command_count; i++) text_format(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    text_add(out,
             "\n`ttile help COMMAND` shows a command's options. Exit codes: 0 done, 1 an error in the input or the\n"
             "command line, 2 something that ttile does not support, 3 a fault of ttile itself.\n");
}
