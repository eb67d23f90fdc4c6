// ttile run --device=ttnn: the kernels are written to a folder of their own, run.py runs them on the card, and what it
// read back is judged as a simulated result is.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/run.h"
#include "emit/emit.h"
#include "ir/print.h"
#include "plan/plan.h"

// A folder for the time of the run. What is written there is known, so that it can be removed.
typedef struct Workspace {
    Cli *cli;
    char *folder;
    VECTOR(const char *) files;
} Workspace;

static Workspace open_workspace(Cli *cli) {
    const char *parent = getenv("TMPDIR");
    char *folder = arena_format(&cli->context->unit, "%s/ttile-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        fail(cli->context, DIAG_FILE_UNWRITABLE, (Location){0}, "cannot make the folder '%s': %s", folder,
             strerror(errno));
    return (Workspace){.cli = cli, .folder = folder};
}

static const char *workspace_file(Workspace *space, const char *name) {
    const char *path = arena_format(&space->cli->context->unit, "%s/%s", space->folder, name);
    vector_push(&space->cli->context->unit, space->files, path);
    return path;
}

static void close_workspace(const Workspace *space) {
    for (uint32_t i = 0; i < space->files.count; i++) unlink(space->files.items[i]);
    rmdir(space->folder);
}

// ---------------------------------------------------------------- what run.py reads

static void write_program(Workspace *space, const Function *function) {
    Context *context = space->cli->context;
    EmittedFiles files = emit_program(function);
    for (uint32_t i = 0; i < files.count; i++) {
        const EmittedFile *file = &files.items[i];
        file_write(context, workspace_file(space, file->name), file->text.data, file->text.length);
    }
    Text program = {.arena = &context->unit};
    print_module(function->module, (PrintOptions){.locations = true}, &program);
    const char *name = arena_format(&context->unit, "%s.ttir", function->name);
    workspace_file(space, name);
    workspace_file(space, PLAN_FILE_NAME);
    plan_write(context, space->folder, plan_build(function, name, &program), &program);
}

typedef VECTOR(const char *) Arguments;

static void add_tensor(Workspace *space, Arguments *arguments, const char *option, const Tensor *tensor,
                       const char *end) {
    Arena *arena = &space->cli->context->unit;
    const char *path = workspace_file(space, arena_format(arena, "%s.%s.npy", tensor->name, end));
    vector_push(arena, *arguments, option);
    vector_push(arena, *arguments, arena_format(arena, "%s=%s", tensor->name, path));
}

static bool is_input(const Buffer *parameter) { return parameter->role == ROLE_IN || parameter->role == ROLE_INOUT; }

static Arguments make_arguments(Workspace *space, const Run *run) {
    Arena *arena = &space->cli->context->unit;
    Arguments arguments = {0};
    vector_push(arena, arguments, "python3");
    vector_push(arena, arguments, arena_format(arena, "%s/run.py", space->folder));
    for (int i = 0; i < run->tensors.count; i++) {
        const Buffer *parameter = run->function->parameters.items[i];
        const Tensor *tensor = &run->tensors.tensors[i];
        if (is_input(parameter)) {
            add_tensor(space, &arguments, "--input", tensor, "in");
            npy_write(space->cli->context, vector_last(space->files), tensor);
        }
        if (is_output(parameter)) add_tensor(space, &arguments, "--output", tensor, "out");
    }
    vector_push(arena, arguments, NULL);
    return arguments;
}

// ---------------------------------------------------------------- running it

// What it prints goes where messages go: standard output is the report's.
static int run_program(const Arguments *arguments) {
    pid_t child = fork();
    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(arguments->items[0], (char *const *)arguments->items);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_outputs(Workspace *space, Run *run) {
    for (int i = 0; i < run->tensors.count; i++) {
        if (!is_output(run->function->parameters.items[i])) continue;
        Tensor *tensor = &run->tensors.tensors[i];
        const char *path = arena_format(&space->cli->context->unit, "%s/%s.out.npy", space->folder, tensor->name);
        npy_read(space->cli->context, path, tensor);
    }
}

typedef struct DeviceWork {
    Workspace *space;
    Run *run;
} DeviceWork;

static void work_in(Context *context, void *user) {
    const DeviceWork *work = user;
    write_program(work->space, work->run->function);
    Arguments arguments = make_arguments(work->space, work->run);
    int code = run_program(&arguments);
    if (code != 0) {
        report(context, DIAG_DEVICE_FAILED, work->run->function->location,
               "run.py ended with code %d; what it says stands above", code);
        report_help(context, "`ttile run` without --device simulates the kernel");
        fail_now(context);
    }
    read_outputs(work->space, work->run);
}

void run_on_card(Run *run) {
    if (!emit_has_target(run->target))
        fail(run->cli->context, DIAG_DEVICE_FAILED, run->function->location, "ttnn 0.81 has no %s", run->target->name);
    Workspace space = open_workspace(run->cli);
    DeviceWork work = {&space, run};
    bool done = context_try(run->cli->context, work_in, &work);
    close_workspace(&space);
    if (!done) fail_now(run->cli->context);
}
