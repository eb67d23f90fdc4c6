// tt.plan.json: the contract between the compiler and whatever runs its kernels (docs/plan.md).
//
// A plan is a dict Value whose form the shapes in plan_shape.c give; plan.schema.json is printed from them.
#ifndef TTILE_PLAN_PLAN_H
#define TTILE_PLAN_PLAN_H

#include "base/json.h"
#include "base/value.h"
#include "compat/compat.h"
#include "ir/ir.h"
#include "program/items.h"

#define PLAN_SCHEMA_VERSION 1
#define PLAN_FILE_NAME      "tt.plan.json"
#define PLAN_BYTE_LIMIT     ((size_t)64 << 20)

// The plan of a function at thread level. `program_file` names the text that will lie beside the plan, `program_text`
// is that text. Depends on the function, its source and the diagnostics reported so far, and on nothing else.
const Value *plan_build(const Function *program, const char *program_file, const Text *program_text);

// The plan of a kernel of several launches, from the plans of each.
const Value *plan_build_launches(const Function *kernel, int count, const Value *const plans[]);

// The bytes of the file.
void plan_print(const Value *plan, Text *out);
// Writes `folder`/tt.plan.json and the program text beside it, each whole or not at all, the plan last. Makes the
// folder.
void plan_write(Context *context, const char *folder, const Value *plan, const Text *program_text);
// Writes the plan to `path` and its program text beside it. `plan` names the file of the program text.
void plan_write_to(Context *context, const char *path, const Value *plan, const Text *program_text);

// A file that `ttile compile` wrote with a plan.
typedef struct PlanEntry {
    const char *path; // beside the plan
    char sha256[65];
} PlanEntry;
typedef VECTOR(PlanEntry) PlanEntries;
#define PLAN_ENTRY_LIMIT ((size_t)4 << 30)

PlanEntry plan_entry(const char *path, const void *data, size_t length);
// The bytes of a plan that names these files and itself.
void plan_print_with_files(Context *context, const Value *plan, const PlanEntries *entries, Text *out);
// What the plan at `path` names, itself among them; nothing if there is none, or it was changed since.
PlanEntries plan_read_entries(Context *context, const char *path);
// Whether the file at `path` holds what it held when the plan was written.
bool plan_entry_holds(Context *context, const PlanEntry *entry, const char *path);

// A plan that was read: its text is kept for places in messages.
typedef struct PlanFile {
    const Source *source;
    const Value *root;
    const char *folder;     // of the file, "." if it has none
    const JsonPath *prefix; // of a launch: where it stands in the file; NULL
} PlanFile;

// A plan of several launches holds a plan for each; any other is its own only launch.
uint32_t plan_launch_count(const PlanFile *plan);
PlanFile plan_launch(Context *context, const PlanFile *plan, uint32_t index);
// A path in a plan as a path in its file.
const JsonPath *plan_path(Context *context, const PlanFile *plan, const JsonPath *path);

// Reads a plan and checks its form: fails with DIAG_PLAN_SYNTAX, DIAG_PLAN_VERSION or DIAG_PLAN_SCHEMA.
PlanFile plan_read(Context *context, const char *path);
// The same, but a plan of the older shape (without schema_version) is read, too: true, and `old` says what it holds.
bool plan_read_any(Context *context, const char *path, PlanFile *plan, OldPlan *old);
PlanFile plan_read_text(Context *context, const char *name, const char *text, size_t length);
// The rules that the form alone does not give; every violation is reported with the code of its rule. True if all hold.
bool plan_check(Context *context, const PlanFile *plan);
// The program text that the plan names. Fails with DIAG_PLAN_FILE if it is missing or is not the text the plan was made
// with.
const Source *plan_program_source(Context *context, const PlanFile *plan);
// Fails with DIAG_PLAN_PROGRAM where the plan says other than the program read from that text.
void plan_agree(const PlanFile *plan, const Function *program);

// Calls `visit` for each part in which two plans differ; the value is NULL on a side that lacks the part.
typedef void PlanDifference(void *user, const JsonPath *path, const Value *a, const Value *b);
void plan_differ(const Value *a, const Value *b, const JsonPath *path, PlanDifference *visit, void *user);

// An entry of `work_items` of a core, of a plan of the right form.
ItemRun plan_run(const Value *entry);
// The same plan with every run of work items written out: `work_items` of each core becomes a list of
// {"id", "block": [x, y, z]}. Fails with DIAG_PLAN_TOO_LARGE over 100000 items.
const Value *plan_expand(Context *context, const Value *plan);

// The JSON Schema (2020-12) of a plan.
void plan_print_schema(Context *context, Text *out);

// Cycles the kernel needs at least on its busiest core, and what they are spent on: counted from the program, not
// simulated.
typedef struct Estimate {
    int64_t compute_cycles, dram_cycles, noc_cycles;
    const char *bound; // "compute", "dram" or "noc"
    int64_t cycles;    // the largest of the three
} Estimate;
Estimate plan_estimate(const Function *program);

#endif
