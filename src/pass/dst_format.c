// Whether DST holds 32 or 16 bits (dst_format.h).
#include "pass/dst_format.h"

void dst_need_buffer(DstNeed *need, const Statement *statement, const Buffer *buffer) {
    if (buffer->type != DTYPE_FLOAT32) return;
    need->fp32 = true;
    if (need->wide) return;
    need->wide = buffer;
    need->computes = statement;
}

void dst_need_expression(DstNeed *need, const Statement *statement, const Expr *expr) {
    if (expr->kind == EXPR_LOAD) dst_need_buffer(need, statement, expr->buffer);
    if (expr->kind != EXPR_OP) return;
    if (expr->op == OP_ROW_INDEX || expr->op == OP_COLUMN_INDEX) need->fp32 = true;
    bool product = expr->op == OP_MATMUL || expr->op == OP_MATMUL_TRANSPOSED;
    if (product && expr->type == DTYPE_FLOAT32 && !need->adds_up) need->adds_up = statement;
}

static _Noreturn void refuse(const Function *function, const char *target, const DstNeed *need) {
    Context *context = function->module->context;
    if (need->adds_up) {
        report(context, DIAG_NO_FP32_DST, need->adds_up->location,
               "%s has no 32-bit DST, which products that add up in float32 need", target);
        report_help(context, "--accumulate=16 keeps accumulators of products as bfloat16");
    } else if (need->wide) {
        report(context, DIAG_NO_FP32_DST, need->computes->location,
               "%s has no 32-bit DST, which computing with float32 values needs: %s is float32", target,
               need->wide->name);
        report_help(context, "make it bfloat16, or choose another --target");
    } else {
        report(context, DIAG_NO_FP32_DST, function->location,
               "%s has no 32-bit DST, which computing with row and column numbers needs", target);
        report_help(context, "choose another --target");
    }
    fail_now(context);
}

void dst_set_schedule(Function *function, const CompileOptions *options, const DstNeed *need) {
    Context *context = function->module->context;
    Arena *arena = &context->unit;
    Value *schedule = value_dict(arena);
    if (need->fp32 && !options->target->dst_tiles_32) refuse(function, options->target->name, need);
    value_set(arena, schedule, name_of(context, "fp32"), value_bool(arena, need->fp32));
    value_set(arena, schedule, name_of(context, "full_sync"), value_bool(arena, false));
    value_set(arena, schedule, name_of(context, "math_fidelity"),
              value_text(arena, name_of(context, fidelity_name(options->fidelity))));
    function->attributes[ATTR_DST_SCHEDULE] = schedule;
}
