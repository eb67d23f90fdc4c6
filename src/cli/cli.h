// The command line: a table of commands, each with a table of its options. A command fills `report` for --json, or adds
// text to `out`; both are written when it ends.
#ifndef TTILE_CLI_CLI_H
#define TTILE_CLI_CLI_H

#include "api/compile.h"
#include "base/value.h"
#include "sim/sim.h"
#include "target/target.h"

typedef struct OptionRow OptionRow;

typedef struct Cli {
    Context *context;
    Text out;      // standard output
    Value *report; // what --json prints
    bool json;
    bool colour;                     // standard output is a terminal
    VECTOR(const OptionRow *) given; // the command's own options, as they were given
} Cli;

typedef VECTOR(const char *) Words;

// How an option is written and what it stores. Settings are zero before, so zero is every option's default.
typedef enum OptionKind {
    OPTION_FLAG,    // --name               bool: true
    OPTION_BOOL,    // --name=true|false    bool, negated when stored: the default is true
    OPTION_NUMBER,  // --name=N             int64_t of at least 0
    OPTION_THREADS, // --name=N            int64_t of 1 to SIM_THREADS_MAX
    OPTION_REAL,    // --name=X             double above 0
    OPTION_TEXT,    // --name=TEXT          const char *
    OPTION_WORDS,   // --name=A,B           Words; may be repeated
    OPTION_PAIRS,   // --name=A=B           Words; may be repeated, commas belong to the text
} OptionKind;

struct OptionRow {
    const char *name;
    OptionKind kind;
    size_t offset;     // in the command's settings
    const char *value; // placeholder in the help
    const char *help;
};

typedef struct Command {
    const char *name;
    const char *arguments; // positional ones, for the usage line
    const char *summary;
    const char *details; // further lines of the help; NULL
    const OptionRow *options;
    int option_count;
    size_t settings_bytes;
    int least, most; // positional arguments
    void (*run)(Cli *cli, void *settings, const Words *words);
} Command;

#define COMMAND(name) extern const Command command_##name;
#include "cli/commands.def"
#undef COMMAND

extern const Command *const commands[];
extern const int command_count;
const Command *command_find(const char *name);
_Noreturn void fail_command(Cli *cli, const char *name);

// Parses arguments after the command's name into settings and positional words; fails with DIAG_USAGE. True: help was
// asked for and printed.
bool options_parse(Cli *cli, const Command *command, int count, char **arguments, void *settings, Words *words);
void help_print_command(const Command *command, Text *out);
void help_print(Text *out);
_Noreturn void fail_usage(Cli *cli, const Command *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// ---- what several commands share

// Options that choose how a kernel is read and compiled.
typedef struct KernelSettings {
    OptionWords words;
    const char *float16;
    Words disabled; // passes
} KernelSettings;

#define KERNEL_OPTIONS(Settings, member)                                                                               \
    {"target", OPTION_TEXT, offsetof(Settings, member.words.target), "NAME",                                           \
     "the chip; `ttile targets` lists them (wormhole:n150)"},                                                          \
        {"partition-strategy", OPTION_TEXT, offsetof(Settings, member.words.partition_strategy), "NAME",               \
         "how work items are dealt to cores: row_major, column_major or block (row_major)"},                           \
        {"double-buffer", OPTION_BOOL, offsetof(Settings, member.words.no_double_buffer), "true|false",                \
         "circular buffers hold two windows or more (true)"},                                                          \
        {"prefetch", OPTION_BOOL, offsetof(Settings, member.words.no_prefetch), "true|false",                          \
         "the reader runs ahead into the next work item (true)"},                                                      \
        {"math-fidelity", OPTION_TEXT, offsetof(Settings, member.words.math_fidelity), "NAME",                         \
         "LoFi, HiFi2, HiFi3 or HiFi4 (HiFi4)"},                                                                       \
        {"accumulate", OPTION_TEXT, offsetof(Settings, member.words.accumulate), "16|32",                              \
         "bits in which products add up; 16 keeps float32 accumulators as bfloat16 (32)"},                             \
        {"core-grid", OPTION_TEXT, offsetof(Settings, member.words.core_grid), "XxY",                                  \
         "cores to use (as many as there are items)"},                                                                 \
        {"pipeline", OPTION_TEXT, offsetof(Settings, member.words.pipeline), "new|legacy",                             \
         "which pipeline compiles (new, or what TT_USE_NEW_PIPELINE=true|false says)"},                                \
        {"float16", OPTION_TEXT, offsetof(Settings, member.float16), "native|bfloat16",                                \
         "how float16 is stored (bfloat16)"},                                                                          \
    {                                                                                                                  \
        "disable", OPTION_WORDS, offsetof(Settings, member.disabled), "PASS", "leave an optional pass out"             \
    }

// A kernel that was read, with what it is compiled for.
typedef struct Kernel {
    const Source *source;
    Function *function;
    CompileOptions options;
    PipelineOptions pipeline;
    double load_ms;
} Kernel;

// Reads FILE[:ENTRY] with the NAME=VALUE words that follow it.
Kernel cli_load(Cli *cli, const KernelSettings *settings, const char *file_and_entry, int count,
                const char *const bindings[]);

// NAME=FILE of --input and --output.
typedef struct NamedFile {
    const char *name, *path;
} NamedFile;
NamedFile cli_named_file(Cli *cli, const char *option, const char *text);

// Host threads: what was asked for; if that is 0, as many as the computer has.
int cli_threads(int64_t asked);

// Keys of the report.
void report_text(Cli *cli, const char *key, const char *text);
void report_number(Cli *cli, const char *key, double value);
void report_value(Cli *cli, const char *key, const Value *value);

#endif
