// What runs the launches of a kernel one after the other.
#include "emit/emit.h"
#include "emit_sequence_script.h"

EmittedFiles emit_sequence(Context *context) {
    EmittedFiles files = {0};
    EmittedFile runner = {.name = "run.py", .text = {.arena = &context->unit}};
    text_add_bytes(&runner.text, emit_sequence_script, sizeof emit_sequence_script);
    vector_push(&context->unit, files, runner);
    return files;
}
