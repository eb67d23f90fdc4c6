// One program and what the verifier and the simulator say of it.
#include "campaign.h"

#include <string.h>

#include "pass/pass.h"
#include "sim/sim.h"

enum { STEP_LIMIT = 200000, SEED = 1 };

// ---------------------------------------------------------------- diagnostics

static void forget_diagnostics(Context *context) {
    context->diagnostics.count = 0;
    context->delivered = 0;
    context->error_count = 0;
    arena_reset(&context->scratch);
}

static const char *code_seen(const Context *context) {
    for (uint32_t i = 0; i < context->diagnostics.count; i++)
        if (diagnostic_kind(context->diagnostics.items[i].code) >= KIND_USER)
            return diagnostic_name(context->diagnostics.items[i].code);
    return "";
}

// ---------------------------------------------------------------- tensors

static size_t tensor_bytes(const Tensor *tensor) { return tensor->count * (size_t)dtype_bytes(tensor->type); }

static void copy_tensors(TensorSet *to, const TensorSet *from) {
    for (int i = 0; i < to->count; i++)
        memcpy(to->tensors[i].data, from->tensors[i].data, tensor_bytes(&to->tensors[i]));
}

static bool same_tensors(const TensorSet *a, const TensorSet *b) {
    for (int i = 0; i < a->count; i++)
        if (memcmp(a->tensors[i].data, b->tensors[i].data, tensor_bytes(&a->tensors[i])) != 0) return false;
    return true;
}

// ---------------------------------------------------------------- the two judges

static void open_kernel(Context *context, void *user) {
    Subject *subject = user;
    subject->program = kernel_program(context, subject->kernel);
    subject->target = options_of(subject->program).target;
    subject->inputs = tensors_for(subject->program);
    subject->outputs = tensors_for(subject->program);
    subject->expected = tensors_for(subject->program);
    tensors_fill_inputs(&subject->inputs, subject->program, SEED);
}

static void verify(Context *context, void *user) {
    Subject *subject = user;
    (void)context;
    program_verify(subject->program, subject->target);
}

static void simulate(Context *context, void *user) {
    Subject *subject = user;
    (void)context;
    SimOptions options = {.threads = 1, .numbers = true, .step_limit = STEP_LIMIT};
    copy_tensors(&subject->outputs, &subject->inputs);
    sim_run(subject->program, subject->target, &subject->outputs, &options);
}

// The code of what stops it; NULL if nothing does.
static const char *refusal(Subject *subject, void (*work)(Context *, void *)) {
    bool fine = context_try(subject->context, work, subject);
    const char *code = fine ? NULL : code_seen(subject->context);
    forget_diagnostics(subject->context);
    return code;
}

Verdict subject_judge(Subject *subject) {
    Verdict verdict = {.by_verifier = refusal(subject, verify), .by_simulator = refusal(subject, simulate)};
    if (!verdict.by_simulator && !same_tensors(&subject->outputs, &subject->expected)) verdict.by_simulator = "outputs";
    return verdict;
}

const char *subject_open(Subject *subject, const Kernel *kernel) {
    *subject = (Subject){.context = context_new(NULL), .kernel = kernel};
    const char *code = refusal(subject, open_kernel);
    if (!code) code = refusal(subject, verify);
    if (!code) code = refusal(subject, simulate);
    if (!code) copy_tensors(&subject->expected, &subject->outputs);
    return code;
}

void subject_close(Subject *subject) {
    tensors_free(&subject->inputs);
    tensors_free(&subject->outputs);
    tensors_free(&subject->expected);
    context_free(subject->context);
}
