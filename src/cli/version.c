// ttile version, and ttile help.
#include "cli/cli.h"

static void show_version(Cli *cli, void *settings, const Words *words) {
    (void)settings;
    (void)words;
    report_text(cli, "version", TTILE_VERSION);
    report_text(cli, "tables_date", target_tables_date);
    if (!cli->json) text_format(&cli->out, "ttile %s\ntarget tables of %s\n", TTILE_VERSION, target_tables_date);
}

const Command command_version = {
    .name = "version",
    .arguments = "",
    .summary = "version of ttile and date of the target tables",
    .run = show_version,
};

static void show_help(Cli *cli, void *settings, const Words *words) {
    (void)settings;
    cli->json = false;
    if (words->count == 0) {
        help_print(&cli->out);
        return;
    }
    const Command *command = command_find(words->items[0]);
    if (!command) fail_command(cli, words->items[0]);
    help_print_command(command, &cli->out);
}

const Command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "show the options of a command",
    .least = 0,
    .most = 1,
    .run = show_help,
};
