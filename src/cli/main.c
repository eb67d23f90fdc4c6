// The command line's frame: finds the command, parses its options, runs it, shows diagnostics, and gives the worst of
// what was reported as the exit code.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"

#define JSON_SCHEMA_VERSION 1

const Command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};
const int command_count = sizeof commands / sizeof *commands;

const Command *command_find(const char *name) {
    for (int i = 0; i < command_count; i++)
        if (!strcmp(commands[i]->name, name)) return commands[i];
    return NULL;
}

// ---------------------------------------------------------------- ends that nobody planned

// Leaves nothing half-written behind; then the signal does what it always does.
static void on_signal(int number) {
    file_remove_temporaries();
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = on_signal};
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}

// ---------------------------------------------------------------- diagnostics

typedef struct Rendering {
    const Diagnostic *diagnostic;
    Text text;
} Rendering;

static void render(Context *context, void *user) {
    Rendering *rendering = user;
    rendering->text = (Text){.arena = &context->unit};
    diagnostic_print(rendering->diagnostic, &rendering->text, isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
}

static void show_diagnostic(void *user, const Context *context, const Diagnostic *diagnostic) {
    (void)context;
    Rendering rendering = {.diagnostic = diagnostic};
    if (context_try(user, render, &rendering))
        fputs(rendering.text.data, stderr);
    else
        fprintf(stderr, "error[%s]: %s\n", diagnostic_name(diagnostic->code), diagnostic->message); // no memory
}

static const char *const kind_names[] = {"note", "warning", "error", "unsupported", "internal"};

static Value *diagnostic_value(Cli *cli, const Diagnostic *diagnostic) {
    Cli row = *cli; // report_* set keys of `report`
    row.report = value_dict(&cli->context->unit);
    report_text(&row, "code", diagnostic_name(diagnostic->code));
    report_text(&row, "kind", kind_names[diagnostic->kind]);
    report_text(&row, "message", diagnostic->message);
    const Source *source = diagnostic->location.source;
    if (source && diagnostic->location.line) {
        report_text(&row, "file", source->path);
        report_value(&row, "line", value_int(&cli->context->unit, diagnostic->location.line));
        report_value(&row, "column", value_int(&cli->context->unit, diagnostic->location.column));
    }
    return row.report;
}

static void print_report(Cli *cli, int exit_code) {
    Arena *arena = &cli->context->unit;
    Value *list = value_list(arena);
    for (uint32_t i = 0; i < cli->context->diagnostics.count; i++)
        value_append(arena, list, diagnostic_value(cli, &cli->context->diagnostics.items[i]));
    report_value(cli, "exit_code", value_int(arena, exit_code));
    report_value(cli, "diagnostics", list);
    json_print(cli->report, &cli->out);
}

// The command to run again, as a shell reads it.
static void print_command_line(int count, char **arguments) {
    fputs("note: the command was", stderr);
    for (int i = 0; i < count; i++) {
        bool plain =
            arguments[i][0] && !arguments[i][strspn(arguments[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                  "0123456789_-./:=,@+")];
        if (plain) {
            fprintf(stderr, " %s", arguments[i]);
            continue;
        }
        fputs(" '", stderr);
        for (const char *at = arguments[i]; *at; at++) {
            if (*at == '\'')
                fputs("'\\''", stderr);
            else
                fputc(*at, stderr);
        }
        fputc('\'', stderr);
    }
    fputc('\n', stderr);
}

// ---------------------------------------------------------------- running a command

typedef struct Invocation {
    Cli *cli;
    int count;
    char **arguments;
} Invocation;

_Noreturn void fail_command(Cli *cli, const char *name) {
    const char **names = arena_new_array(&cli->context->unit, const char *, (size_t)command_count);
    for (int i = 0; i < command_count; i++) names[i] = commands[i]->name;
    int nearest = text_nearest(name, names, command_count);
    report(cli->context, DIAG_USAGE, (Location){0}, "there is no command `%s`", name);
    if (nearest >= 0) report_help(cli->context, "did you mean `ttile %s`?", names[nearest]);
    report_help(cli->context, "`ttile help` lists the commands");
    fail_now(cli->context);
}

static void invoke(Context *context, void *user) {
    Invocation *invocation = user;
    Cli *cli = invocation->cli;
    const char *name = invocation->count > 1 ? invocation->arguments[1] : "help";
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) name = "help";
    if (!strcmp(name, "--version")) name = "version";
    const Command *command = command_find(name);
    if (!command) fail_command(cli, name);
    void *settings = arena_allocate(&context->unit, command->settings_bytes);
    Words words = {0};
    int rest = invocation->count > 2 ? invocation->count - 2 : 0;
    report_text(cli, "command", command->name);
    if (options_parse(cli, command, rest, invocation->arguments + 2, settings, &words)) {
        cli->json = false;
        return;
    }
    command->run(cli, settings, &words);
}

static void set_up(Cli *cli, Context *context) {
    *cli = (Cli){.context = context, .out = {.arena = &context->unit}, .report = value_dict(&context->unit)};
    cli->colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    report_value(cli, "schema_version", value_int(&context->unit, JSON_SCHEMA_VERSION));
}

static void whole_command(Context *context, void *user) {
    Invocation *invocation = user;
    set_up(invocation->cli, context);
    context_try(context, invoke, invocation);
    context_flush(context);
    if (invocation->cli->json) print_report(invocation->cli, context_exit_code(context));
}

static bool write_output(const Text *out) {
    size_t written = out->length ? fwrite(out->data, 1, out->length, stdout) : 0;
    if (written == out->length && fflush(stdout) == 0) return true;
    fprintf(stderr, "ttile: standard output could not be written: %s\n", strerror(errno));
    return false;
}

int main(int count, char **arguments) {
    Context *context = context_new(&system_allocator);
    if (!context) {
        fputs("ttile: out of memory\n", stderr);
        return 3;
    }
    catch_signals();
    signal(SIGPIPE, SIG_IGN);
    context->on_diagnostic = show_diagnostic;
    context->on_diagnostic_user = context;
    Cli cli = {.context = context};
    Invocation invocation = {&cli, count, arguments};
    context_try(context, whole_command, &invocation);
    int exit_code = context_exit_code(context);
    if (!write_output(&cli.out) && exit_code == 0) exit_code = 1;
    if (exit_code == 3) print_command_line(count, arguments);
    context_free(context);
    return exit_code;
}
