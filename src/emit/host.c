// host.cpp and its CMakeLists.txt: a fixed program with the plan's values as constants in its middle.
#include <string.h>

#include "emit/host.h"
#include "emit_host_template.h"
#include "emit_project.h"

static const char plan_mark[] = "//@plan\n", name_mark[] = "@name@";

static bool is_word(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A name that CMake and C++ take.
static const char *plain_name(Context *context, const char *name) {
    Text text = {.arena = &context->unit};
    for (; *name; name++)
        if (((unsigned char)*name & 0xc0) != 0x80) text_add_bytes(&text, is_word(*name) ? name : "_", 1);
    return text.length ? text.data : "kernel";
}

// The embedded text with `replacement` where `mark` stands.
static Text filled(Context *context, const char *template, size_t length, const char *mark, const char *replacement) {
    Text text = {.arena = &context->unit};
    const char *copy = arena_copy_text(&context->unit, template, length), *at;
    for (; (at = strstr(copy, mark)); copy = at + strlen(mark)) {
        text_add_bytes(&text, copy, (size_t)(at - copy));
        text_add(&text, replacement);
    }
    text_add(&text, copy);
    return text;
}

static const char head[] = "// A host for TT-Metalium 0.81, printed by ttile: runs the kernels beside this file on a "
                           "Tenstorrent card.\n"
                           "//\n"
                           "//     cmake -B build && cmake --build build\n"
                           "//     build/host [--input NAME=FILE.npy] [--expected NAME=FILE.npy] [--output "
                           "NAME=FILE.npy] [--seed N]\n"
                           "//                [--tolerance X] [--device N] [--folder FOLDER]\n"
                           "//\n"
                           "// Inputs that are not given are read from inputs/NAME.npy, or drawn at random; outputs "
                           "are compared with --expected\n"
                           "// or expected/NAME.npy. Exit codes: 0 done, 1 an output is wrong, 2 something is "
                           "missing.\n";

EmittedFiles emit_host(Context *context, const Value *plan) {
    Arena *arena = &context->unit;
    EmittedFiles files = {0};
    Text constants = {.arena = arena};
    print_host_plan(context, plan, &constants);
    EmittedFile host = {.name = "host.cpp", .text = {.arena = arena}};
    text_add(&host.text, head);
    text_add(
        &host.text,
        filled(context, (const char *)emit_host_template, sizeof emit_host_template, plan_mark, constants.data).data);
    vector_push(arena, files, host);
    EmittedFile project = {.name = "CMakeLists.txt"};
    project.text = filled(context, (const char *)emit_project, sizeof emit_project, name_mark,
                          plain_name(context, value_get(plan, "kernel")->text));
    vector_push(arena, files, project);
    return files;
}
