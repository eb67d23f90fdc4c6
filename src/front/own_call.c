// The search for the file's own call of a kernel: the file is run, opaque values standing for what ttile does not
// know, until a kernel is called.
#include <string.h>

#include "front/kernel.h"
#include "front/library.h"

enum { STATE_NEW, STATE_RUNNING, STATE_DONE, STATE_FAILED }; // as in globals.c

void reset_globals(Evaluator *ev) {
    memset(ev->global_states, STATE_NEW, ev->tree->body.count);
    Object *name = scope_get(ev->globals, name_of(ev->context, "__name__"));
    ev->globals->slots = NULL;
    ev->globals->count = ev->globals->capacity = 0;
    scope_set(ev->arena, ev->globals, name_of(ev->context, "__name__"), name);
}

static void run_main_guard(Evaluator *ev) {
    for (uint32_t i = 0; i < ev->tree->body.count; i++)
        if (is_main_guard(ev->tree->body.items[i])) execute_block(ev, &ev->tree->body.items[i]->body);
}

static void run_module(Evaluator *ev) {
    for (uint32_t i = 0; i < ev->tree->body.count; i++) {
        const Node *statement = ev->tree->body.items[i];
        bool defines = statement->kind == NODE_FUNCTION || statement->kind == NODE_CLASS;
        if (!defines && !is_main_guard(statement)) run_global_statement(ev, i);
    }
}

static void run_main(Evaluator *ev) {
    Object *value = lookup_global(ev, name_of(ev->context, "main"));
    if (!value || value->kind != OBJECT_FUNCTION || value->function->kind != FUNCTION_PLAIN) return;
    Call *call = arena_new(ev->arena, Call);
    call->node = value->function->node;
    call_object(ev, value, call);
}

// Runs one phase; true if the search goes on.
static bool run_phase(Evaluator *ev, Search *search, void (*phase)(Evaluator *ev)) {
    Frame frame = {.scope = ev->globals};
    ev->frame = &frame;
    ev->depth = 0;
    ev->search = search;
    if (setjmp(search->escape) == 0) phase(ev);
    ev->search = NULL;
    ev->frame = NULL;
    ev->depth = 0;
    return !search->kernel && !search->why;
}

void search_own_call(Evaluator *ev, Search *search) {
    ev->steps = 0;
    ev->step_limit = MAX_SEARCH_STEPS;
    if (run_phase(ev, search, run_main_guard) && run_phase(ev, search, run_module)) run_phase(ev, search, run_main);
    ev->steps = 0;
    ev->step_limit = MAX_STEPS;
    reset_globals(ev);
}

// kernel.compile(...): arguments by name, T.const names among them.
Object *kernel_compile(Evaluator *ev, Call *call) {
    if (!ev->search) return opaque_object(ev, "%s.compile()", call->self->function->node->name);
    Call *own = arena_new(ev->arena, Call);
    own->node = call->node;
    own->given.items = call->given.items;
    own->given.count = call->given.count;
    return call_object(ev, call->self, own);
}

// tilelang.compile(program, out_idx=...): the program was made by a call of the kernel.
Object *tilelang_compile(Evaluator *ev, Call *call) {
    Object *program = call->args[0];
    if (!program || !ev->search) return opaque_object(ev, "tilelang.compile()");
    if (program->kind == OBJECT_FUNCTION) {
        Call *own = arena_new(ev->arena, Call);
        own->node = call->node;
        program = call_object(ev, program, own);
    }
    if (program->kind == OBJECT_COMPILED && program->integer) ev->search->out_idx = call->args[1];
    return program;
}
