// The vector unit: operations on tiles that are in DST already.
#include "sim/dst.h"

// Which operand is what, by effect; -1: none.
typedef struct VectorForm {
    int8_t out, a, b, c, value;
    bool reads_out;
} VectorForm;

static const VectorForm vector_forms[] = {
    [EFFECT_DST_SET] = {.out = 0, .a = -1, .b = -1, .c = -1, .value = 1, .reads_out = false},
    [EFFECT_DST_UNARY] = {.out = 0, .a = -1, .b = -1, .c = -1, .value = 1, .reads_out = true},
    [EFFECT_DST_BINARY] = {.out = 2, .a = 0, .b = 1, .c = -1, .value = -1, .reads_out = false},
    [EFFECT_DST_UPDATE] = {.out = 0, .a = 1, .b = -1, .c = -1, .value = -1, .reads_out = true},
    [EFFECT_DST_SELECT] = {.out = 3, .a = 0, .b = 1, .c = 2, .value = -1, .reads_out = false},
    [EFFECT_DST_COPY] = {.out = 1, .a = 0, .b = -1, .c = -1, .value = -1, .reads_out = false},
};

static bool read_operand(const DstView *view, const Scalar *values, int which, const float **tile) {
    *tile = NULL;
    if (which < 0) return true;
    *tile = sim_dst_read(view, values[which].i);
    return *tile != NULL;
}

Outcome sim_vector_unit(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    const VectorForm form = vector_forms[in->row->effect];
    const float *a, *b, *c;
    DstView view;
    if (!sim_sfpu_ready(core, thread, in) || !sim_dst_open(core, thread, in, &view)) return OUTCOME_FAILED;
    if (!read_operand(&view, values, form.a, &a) || !read_operand(&view, values, form.b, &b) ||
        !read_operand(&view, values, form.c, &c))
        return OUTCOME_FAILED;
    int64_t place = values[form.out].i;
    float *out = form.reads_out ? sim_dst_read(&view, place) : sim_dst_write(&view, place);
    if (!out) return OUTCOME_FAILED;
    float value = form.value >= 0 && form.value < in->scalar_count ? (float)values[form.value].f : 0.0f;
    if (number_core(core)->numbers) unit_sfpu(in->row->id, out, a, b, c, value, core->machine->mode);
    return OUTCOME_DONE;
}
