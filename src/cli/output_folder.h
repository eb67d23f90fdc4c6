// What `ttile compile` writes for a kernel: all of it or nothing.
#ifndef TTILE_CLI_OUTPUT_FOLDER_H
#define TTILE_CLI_OUTPUT_FOLDER_H

#include "base/file.h"
#include "cli/cli.h"
#include "plan/plan.h"

typedef struct Output {
    Cli *cli;
    const char *folder;
    bool force;
    PlanEntries old; // that an earlier compilation wrote there
    PlanEntries written;
    FileBatch batch;
} Output;

// Unless forced: fails with DIAG_OUTPUT_FOLDER if the folder holds anything but what ttile wrote there, and data in
// inputs/ and expected/.
Output output_open(Cli *cli, const char *folder, bool force);
// A file beside the plan, `name` or `folder/name`; it takes its place when the output is published.
void output_add(Output *output, const char *name, const void *data, size_t length);
// Replaces what was there; the plan names what was added.
void output_publish(Output *output, const Value *plan);
// Of what was not published nothing is left.
void output_discard(Output *output);

#endif
