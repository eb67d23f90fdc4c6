// The verdict: each output against the reference, the worst of them first.
#include "api/check.h"

#include <math.h>
#include <string.h>

int tensor_require(const TensorSet *set, const char *name) {
    Context *context = set->context;
    for (int i = 0; i < set->count; i++)
        if (!strcmp(set->tensors[i].name, name)) return i;
    report(context, DIAG_UNKNOWN_TENSOR, (Location){0}, "the kernel has no tensor `%s`", name);
    Text list = {.arena = &context->unit};
    for (int i = 0; i < set->count; i++) text_format(&list, "%s%s", i ? ", " : "", set->tensors[i].name);
    report_help(context, "its tensors are %s", set->count ? list.data : "none");
    fail_now(context);
}

static void print_index(const Comparison *comparison, int rank, Text *out) {
    text_add(out, "[");
    for (int i = 0; i < rank; i++) text_format(out, "%s%lld", i ? ", " : "", (long long)comparison->worst_index[i]);
    text_add(out, "]");
}

static void report_mismatch(const Function *function, const Tensor *tensor, const Comparison *comparison,
                            bool by_user) {
    Context *context = function->module->context;
    Text text = {.arena = &context->unit};
    text_format(&text, "%s", tensor->name);
    print_index(comparison, tensor->rank, &text);
    report(context, by_user ? DIAG_TOLERANCE_EXCEEDED : DIAG_RESULT_MISMATCH, function->location,
           "%s is %.9g, the reference %.9g: off by %.3g, allowed is %.3g; %zu of %zu elements are off%s", text.data,
           comparison->worst_result, comparison->worst_reference,
           fabs(comparison->worst_result - comparison->worst_reference), comparison->tolerance, comparison->mismatched,
           comparison->compared, comparison->has_nan ? ", some are NaN or infinite" : "");
}

static void report_mean_mismatch(const Function *function, const Tensor *tensor, const Comparison *comparison) {
    report(function->module->context, DIAG_RESULT_MISMATCH, function->location,
           "%s is off by %.3g in the mean of squares, allowed is %.3g; no element is off by more than its %.3g",
           tensor->name, comparison->mean_error, comparison->mean_tolerance, comparison->tolerance);
}

static void report_unwritten(const Function *function, int64_t count) {
    Context *context = function->module->context;
    report(context, DIAG_OUTPUT_UNWRITTEN, function->location, "%lld elements of the outputs are written by no block",
           (long long)count);
    report_help(context, "launch enough blocks to cover the outputs, or declare them smaller");
}

// How far over its tolerance a comparison is; NaN counts as infinitely far.
static double excess(const Comparison *comparison) {
    if (comparison->has_nan) return INFINITY;
    double largest =
        comparison->tolerance > 0 ? comparison->max_abs_error / comparison->tolerance : comparison->max_abs_error;
    double mean = comparison->mean_tolerance > 0 ? comparison->mean_error / comparison->mean_tolerance : 0;
    return fmax(largest, mean);
}

Verdict judge_outputs(const Function *function, const TensorSet *result, const OracleResult *reference,
                      double tolerance) {
    Verdict verdict = {.pass = reference->never_written == 0, .worst = -1};
    verdict.outputs = arena_new_array(&function->module->context->unit, OutputCheck, (size_t)result->count);
    for (int i = 0; i < result->count; i++) {
        if (!is_output(function->parameters.items[i])) continue;
        const uint8_t *mask = reference->sampled ? reference->written[i] : NULL;
        Comparison comparison = compare_tensors(&result->tensors[i], &reference->tensors.tensors[i], mask,
                                                &reference->precision[i], tolerance);
        verdict.pass = verdict.pass && comparison.pass;
        verdict.outputs[verdict.count] = (OutputCheck){i, comparison};
        if (verdict.worst < 0 || excess(&comparison) > excess(&verdict.outputs[verdict.worst].comparison))
            verdict.worst = verdict.count;
        verdict.count++;
    }
    return verdict;
}

Verdict verdict_of(const Function *function, const TensorSet *result, const OracleResult *reference, double tolerance) {
    Verdict verdict = judge_outputs(function, result, reference, tolerance);
    for (int i = 0; i < verdict.count; i++) {
        const Tensor *tensor = &result->tensors[verdict.outputs[i].tensor];
        const Comparison *comparison = &verdict.outputs[i].comparison;
        if (comparison->mismatched)
            report_mismatch(function, tensor, comparison, tolerance > 0);
        else if (!comparison->pass)
            report_mean_mismatch(function, tensor, comparison);
        if (comparison->reference_is_zero)
            report(function->module->context, DIAG_REFERENCE_ZERO, function->location,
                   "the reference of %s is zero everywhere", tensor->name);
        if (comparison->reference_is_not_finite)
            report(function->module->context, DIAG_REFERENCE_NOT_FINITE, function->location,
                   "the reference of %s is NaN or infinite everywhere", tensor->name);
    }
    if (reference->never_written > 0) report_unwritten(function, reference->never_written);
    return verdict;
}
