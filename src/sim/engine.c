// The state of the engine that start-up, reconfiguration and init calls set, and what each instruction needs of it. On
// the chip most mistakes here give wrong numbers without a word; here each is an error.
#include "sim/machine.h"

static SourceFormat operand_format(const SimCore *core, const CodeInstruction *in, int which) {
    const BufferInfo *buffer = &core->machine->buffers[in->buffers[which]];
    return (SourceFormat){buffer->format, buffer->to_dst};
}

static bool same_format(SourceFormat a, SourceFormat b) { return a.type == b.type && a.to_dst == b.to_dst; }

static bool started(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    if (number_core(core)->engine.started) return true;
    sim_violation(core, thread, in, DIAG_SIM_STARTUP, "Call compute_kernel_hw_startup once, first.",
                  "%s before compute_kernel_hw_startup", in->row->name);
    return false;
}

// An init stays good while the sources that it set up keep their formats.
static void set_source(SimCore *core, const CodeInstruction *in, int which, SourceFormat *source, bool init_uses) {
    if (which < 0 || same_format(*source, operand_format(core, in, which))) return;
    *source = operand_format(core, in, which);
    if (init_uses) number_core(core)->engine.fpu_stale = true;
}

static void set_sources(SimCore *core, const CodeInstruction *in) {
    Engine *engine = &number_core(core)->engine;
    const CodeInstruction *init = engine->fpu_init;
    set_source(core, in, in->source_a, &engine->source_a, init && init->source_a >= 0);
    set_source(core, in, in->source_b, &engine->source_b, init && init->source_b >= 0);
}

Outcome sim_startup(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    Engine *engine = &number_core(core)->engine;
    if (engine->started)
        return sim_violation(core, thread, in, DIAG_SIM_STARTUP, "Use reconfig_data_format to change formats later.",
                             "%s is called a second time", in->row->name);
    engine->started = true;
    set_sources(core, in);
    engine->pack_format = operand_format(core, in, 2).type;
    return OUTCOME_DONE;
}

Outcome sim_reconfig(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    if (!started(core, thread, in)) return OUTCOME_FAILED;
    set_sources(core, in);
    return OUTCOME_DONE;
}

Outcome sim_reconfig_pack(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    (void)values;
    if (!started(core, thread, in)) return OUTCOME_FAILED;
    number_core(core)->engine.pack_format = operand_format(core, in, 0).type;
    return OUTCOME_DONE;
}

Outcome sim_pack_accumulate(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    if (!started(core, thread, in)) return OUTCOME_FAILED;
    number_core(core)->engine.accumulate = values[0].i != 0;
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- formats of the source registers

static bool source_holds(const SimCore *core, const CodeInstruction *in, int which, SourceFormat source) {
    return which < 0 || same_format(operand_format(core, in, which), source);
}

static const char *destination(bool to_dst) { return to_dst ? ", unpacked to DST" : ""; }

static bool source_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int which,
                        SourceFormat source, const char *name) {
    if (source_holds(core, in, which, source)) return true;
    SourceFormat wanted = operand_format(core, in, which);
    sim_violation(core, thread, in, DIAG_SIM_SOURCE_FORMAT,
                  "Call reconfig_data_format for its operands, then its init.",
                  "%s takes `%s` in %s%s by way of %s, which is set to %s%s", in->row->name,
                  core->machine->buffers[in->buffers[which]].circular->name, dtype_name(wanted.type),
                  destination(wanted.to_dst), name, dtype_name(source.type), destination(source.to_dst));
    return false;
}

// An init in front of the reconfiguration that it needs does harm only if its operation follows.
Outcome sim_init(SimCore *core, ThreadState *thread, const CodeInstruction *in, const Scalar *values) {
    Engine *engine = &number_core(core)->engine;
    if (!started(core, thread, in)) return OUTCOME_FAILED;
    if (in->row->unit == UNIT_SFPU) {
        engine->sfpu_init = in->row->id;
        return OUTCOME_DONE;
    }
    engine->fpu_init = in;
    engine->fpu_stale = !source_holds(core, in, in->source_a, engine->source_a) ||
                        !source_holds(core, in, in->source_b, engine->source_b);
    for (int i = 0; i < in->scalar_count; i++) engine->fpu_values[i] = values[i];
    return OUTCOME_DONE;
}

// ---------------------------------------------------------------- is the unit ready?

static bool refuse_init(SimCore *core, const ThreadState *thread, const CodeInstruction *in, InstructionId last) {
    const Instruction *seen = instruction_at(last);
    sim_violation(core, thread, in, DIAG_SIM_INIT, "Call the init again whenever the operation changes.",
                  "%s needs %s, and the last init of its unit was %s", in->row->name,
                  instruction_at(in->row->init)->name, seen ? seen->name : "none");
    return false;
}

static bool refuse_stale(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    sim_violation(core, thread, in, DIAG_SIM_INIT, "Call the init again after reconfig_data_format.",
                  "%s after a source's format changed, and its init came before the change", in->row->name);
    return false;
}

static bool init_operand_fits(SimCore *core, const ThreadState *thread, const CodeInstruction *in, int which,
                              int init_which) {
    const CodeInstruction *init = number_core(core)->engine.fpu_init;
    if (which < 0) return true;
    if (init_which >= 0 && source_holds(core, in, which, operand_format(core, init, init_which))) return true;
    sim_violation(core, thread, in, DIAG_SIM_INIT, "Call the init again for this buffer.",
                  "%s of `%s`, and the last %s was for `%s`, whose format or way of unpacking differs", in->row->name,
                  core->machine->buffers[in->buffers[which]].circular->name, init->row->name,
                  core->machine->buffers[init->buffers[init_which < 0 ? 0 : init_which]].circular->name);
    return false;
}

bool sim_fpu_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    const Engine *engine = &number_core(core)->engine;
    const CodeInstruction *init = engine->fpu_init;
    if (!started(core, thread, in)) return false;
    if (!init || init->row->id != in->row->init)
        return refuse_init(core, thread, in, init ? init->row->id : INSTR_NONE);
    if (!source_fits(core, thread, in, in->source_a, engine->source_a, "SrcA") ||
        !source_fits(core, thread, in, in->source_b, engine->source_b, "SrcB"))
        return false;
    if (engine->fpu_stale) return refuse_stale(core, thread, in);
    return init_operand_fits(core, thread, in, in->source_a, init->source_a) &&
           init_operand_fits(core, thread, in, in->source_b, init->source_b);
}

bool sim_sfpu_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    InstructionId last = number_core(core)->engine.sfpu_init;
    if (!started(core, thread, in)) return false;
    return last == in->row->init || refuse_init(core, thread, in, last);
}

bool sim_pack_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in) {
    const Engine *engine = &number_core(core)->engine;
    const BufferInfo *buffer = &core->machine->buffers[in->buffers[0]];
    if (!started(core, thread, in)) return false;
    if (engine->pack_format == buffer->format) return true;
    sim_violation(core, thread, in, DIAG_SIM_PACK_FORMAT, "Call pack_reconfig_data_format first.",
                  "%s to `%s` in %s, and the packer is set to %s", in->row->name, buffer->circular->name,
                  dtype_name(buffer->format), dtype_name(engine->pack_format));
    return false;
}
