// Plans: reading, the checks of form and meaning, expansion and printing.
#include "fuzz.h"

#include "plan/plan.h"

static void read_plan(Context *context, void *user) {
    const FuzzInput *input = user;
    PlanFile plan = plan_read_text(context, "fuzz.plan.json", input->bytes, input->length);
    plan_check(context, &plan);
    Text text = {.arena = &context->unit};
    plan_print(plan.root, &text);
    plan_print(plan_expand(context, plan.root), &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_run(data, size, read_plan); }
