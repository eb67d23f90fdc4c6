// The account of a run, as text and as JSON: both say the same things in the same order.
#include <math.h>
#include <string.h>

#include "report/report.h"

#define GREEN  "\033[1;32m"
#define RED    "\033[1;31m"
#define YELLOW "\033[1;33m"
#define PLAIN  "\033[0m"

static void print_line(Text *out, const char *label) { text_format(out, "  %-18s", label); }

static double rate(const RunSummary *summary) {
    return summary->simulate_ms > 0 ? summary->operations / summary->simulate_ms * 1e-6 : 0;
}

// A count with thin groups of three digits.
static void print_count(Text *out, int64_t count) {
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)count);
    for (int i = 0; i < length; i++) {
        bool group = i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-';
        text_format(out, "%s%c", group ? "," : "", digits[i]);
    }
}

static void print_title(const RunSummary *summary, Text *out) {
    text_format(out, "%s on %s", summary->function->name, summary->target->name);
    if (summary->simulation) text_format(out, ", %d cores", summary->simulation->cores);
    text_add(out, "\n");
}

static void print_times(const RunSummary *summary, Text *out) {
    if (summary->compile_ms > 0) {
        print_line(out, "compiled in");
        text_format(out, "%.2f ms\n", summary->compile_ms);
    }
    if (!summary->simulation) return;
    print_line(out, "simulated in");
    text_format(out, "%.1f ms", summary->simulate_ms);
    if (summary->operations > 0) text_format(out, ", %.2f Gflop/s on this computer", rate(summary));
    text_add(out, "\n");
}

// What the vendor calls utilisation: until math ends, on average over the cores.
static double math_utilization(const SimResult *result) {
    if (result->products == 0 || result->math_cycles == 0) return 0;
    return result->utilization * (double)result->cycles / (double)result->math_cycles;
}

static void print_math(const RunSummary *summary, Text *out) {
    const SimResult *result = summary->simulation;
    if (result->products == 0) return;
    print_line(out, "until math ends");
    print_count(out, result->math_cycles);
    text_format(out, " cycles on average, %.1f %% of the used cores' peak\n", 100 * math_utilization(result));
}

static bool is_bound_by(const SimResult *result, const char *name) {
    return result->bound && !strcmp(result->bound, name);
}

// Products whose items lie in rows or columns load more than those in rectangles. NULL if nothing can be said.
static const char *hint(const RunSummary *summary) {
    const Function *function = summary->function;
    const SimResult *result = summary->simulation;
    const Value *grid = function->attributes[ATTR_WORK_GRID], *options = function->attributes[ATTR_OPTIONS];
    if (result->products == 0 || !(is_bound_by(result, "noc") || is_bound_by(result, "dram")) || !grid || !options)
        return NULL;
    const Value *strategy = value_get(options, "partition_strategy");
    bool plane = grid->count >= 2 && grid->items[0]->integer > 1 && grid->items[1]->integer > 1;
    bool in_rectangles = strategy && strategy->kind == VALUE_TEXT && !strcmp(strategy->text, "block");
    if (!plane || in_rectangles || grid->items[0]->integer * grid->items[1]->integer <= result->cores) return NULL;
    return "--partition-strategy=block gives each core a rectangle of blocks, which share more of what they load";
}

static void print_hint(const RunSummary *summary, Text *out) {
    const char *text = hint(summary);
    if (!text) return;
    print_line(out, "hint");
    text_format(out, "%s\n", text);
}

static void print_cycles(const RunSummary *summary, Text *out) {
    const SimResult *result = summary->simulation;
    if (!result || !summary->timing) return;
    print_line(out, "cycles");
    print_count(out, result->cycles);
    text_format(out, " (%.4g ms at %.3g GHz), bound by %s\n",
                (double)result->cycles / summary->target->clock_ghz * 1e-6, summary->target->clock_ghz,
                result->bound ? result->bound : "nothing");
    print_line(out, "utilization");
    text_format(out, "%.1f %% of the used cores' peak, %.1f %% of the chip's\n", 100 * result->utilization,
                100 * result->chip_utilization);
    print_math(summary, out);
    print_line(out, "DRAM");
    print_count(out, result->dram_read_bytes);
    text_add(out, " bytes read, ");
    print_count(out, result->dram_write_bytes);
    text_add(out, " written\n");
    print_hint(summary, out);
    if (result->l1_local_bytes == 0 && result->l1_remote_bytes == 0) return;
    print_line(out, "tensors in L1");
    print_count(out, result->l1_local_bytes);
    text_add(out, " bytes moved on the core, ");
    print_count(out, result->l1_remote_bytes);
    text_add(out, " between cores\n");
}

static void print_index(const RunSummary *summary, Text *out) {
    text_format(out, "%s[", summary->worst_tensor->name);
    for (int i = 0; i < summary->worst_tensor->rank; i++)
        text_format(out, "%s%lld", i ? ", " : "", (long long)summary->worst->worst_index[i]);
    text_add(out, "]");
}

static void print_errors(const RunSummary *summary, Text *out) {
    if (!summary->checked || !summary->worst) return;
    const Comparison *worst = summary->worst;
    print_line(out, "largest error");
    text_format(out, "%.3g absolute, %.3g relative; allowed is %.3g\n", worst->max_abs_error, worst->max_rel_error,
                worst->tolerance);
    print_line(out, "worst element");
    print_index(summary, out);
    text_format(out, " = %.7g, the reference says %.7g\n", worst->worst_result, worst->worst_reference);
    if (summary->sampled) {
        print_line(out, "reference");
        text_format(out, "a sample of %lld of %lld blocks\n", (long long)summary->blocks_run,
                    (long long)summary->blocks_total);
    }
}

static void print_verdict(const RunSummary *summary, bool colour, Text *out) {
    const char *word = !summary->checked ? "NOT CHECKED" : summary->pass ? "PASS" : "FAIL";
    const char *shade = !summary->checked ? YELLOW : summary->pass ? GREEN : RED;
    text_format(out, "%s%s%s\n", colour ? shade : "", word, colour ? PLAIN : "");
}

void report_run_text(const RunSummary *summary, bool colour, Text *out) {
    print_title(summary, out);
    if (summary->plan) report_plan_text(summary->plan, out);
    print_times(summary, out);
    print_cycles(summary, out);
    print_errors(summary, out);
    print_verdict(summary, colour, out);
}

// ---------------------------------------------------------------- JSON

typedef struct Json {
    Context *context;
    Arena *arena;
    Value *dict;
} Json;

static void put(Json *json, const char *key, const Value *value) {
    value_set(json->arena, json->dict, name_of(json->context, key), value);
}

static void put_int(Json *json, const char *key, int64_t value) { put(json, key, value_int(json->arena, value)); }
static void put_float(Json *json, const char *key, double value) { put(json, key, value_float(json->arena, value)); }
static void put_null(Json *json, const char *key) { put(json, key, value_null(json->arena)); }
static void put_bool(Json *json, const char *key, bool value) { put(json, key, value_bool(json->arena, value)); }
static void put_text(Json *json, const char *key, const char *text) {
    put(json, key, text ? value_text(json->arena, name_of(json->context, text)) : value_null(json->arena));
}

static const Value *worst_value(Json *outer, const RunSummary *summary) {
    if (!summary->worst) return value_null(outer->arena);
    Json json = {outer->context, outer->arena, value_dict(outer->arena)};
    put_text(&json, "tensor", summary->worst_tensor->name);
    Value *index = value_list(json.arena);
    for (int i = 0; i < summary->worst_tensor->rank; i++)
        value_append(json.arena, index, value_int(json.arena, summary->worst->worst_index[i]));
    put(&json, "index", index);
    put_float(&json, "result", summary->worst->worst_result);
    put_float(&json, "reference", summary->worst->worst_reference);
    return json.dict;
}

static void put_check(Json *json, const RunSummary *summary) {
    put_bool(json, "checked", summary->checked);
    if (!summary->checked) {
        for (const char *const *key = (const char *const[]){"pass", "max_abs_error", "max_rel_error", "worst", NULL};
             *key; key++)
            put_null(json, *key);
        return;
    }
    put_bool(json, "pass", summary->pass);
    put_float(json, "max_abs_error", summary->worst ? summary->worst->max_abs_error : 0);
    put_float(json, "max_rel_error", summary->worst ? summary->worst->max_rel_error : 0);
    put_float(json, "tolerance", summary->worst ? summary->worst->tolerance : 0);
    put_float(json, "mean_error", summary->worst ? summary->worst->mean_error : 0);
    put_float(json, "mean_tolerance", summary->worst ? summary->worst->mean_tolerance : 0);
    put(json, "worst", worst_value(json, summary));
    put_bool(json, "sampled", summary->sampled);
    put_int(json, "blocks_run", summary->blocks_run);
    put_int(json, "blocks_total", summary->blocks_total);
    put_float(json, "check_ms", summary->check_ms);
}

static const char *const clock_names[CLOCK_COUNT] = {"reader", "unpack", "math", "pack", "writer"};
static const char *const stall_names[STALL_COUNT] = {NULL, "wait_front", "reserve_back", "noc", "dst", "semaphore"};

static const Value *clocks_value(Json *outer, const SimResult *result) {
    Json json = {outer->context, outer->arena, value_dict(outer->arena)};
    for (int clock = 0; clock < CLOCK_COUNT; clock++) {
        Json row = {outer->context, outer->arena, value_dict(outer->arena)};
        put_int(&row, "busy", result->busy[clock]);
        for (int cause = STALL_NONE + 1; cause < STALL_COUNT; cause++)
            put_int(&row, stall_names[cause], result->stall[clock][cause]);
        put(&json, clock_names[clock], row.dict);
    }
    return json.dict;
}

static void put_timing(Json *json, const RunSummary *summary) {
    const SimResult *result = summary->simulation;
    put_int(json, "cycles", result->cycles);
    put_int(json, "math_cycles", result->math_cycles);
    put_float(json, "math_utilization", math_utilization(result));
    put_text(json, "bound", result->bound);
    put_float(json, "utilization", result->utilization);
    put_float(json, "chip_utilization", result->chip_utilization);
    put_int(json, "dram_read_bytes", result->dram_read_bytes);
    put_int(json, "dram_write_bytes", result->dram_write_bytes);
    put_text(json, "hint", hint(summary));
    put_int(json, "l1_local_bytes", result->l1_local_bytes);
    put_int(json, "l1_remote_bytes", result->l1_remote_bytes);
    put_int(json, "noc_bytes", result->noc_bytes);
    put(json, "clocks", clocks_value(json, result));
}

static void put_simulation(Json *json, const RunSummary *summary) {
    if (!summary->simulation) return;
    put_int(json, "cores", summary->simulation->cores);
    if (summary->timing)
        put_timing(json, summary);
    else
        for (const char *const *key = (const char *const[]){"cycles", "bound", "utilization", NULL}; *key; key++)
            put_null(json, *key);
    put_int(json, "tile_products", summary->simulation->products);
    put_int(json, "instructions", summary->simulation->instructions);
    put_float(json, "simulate_ms", summary->simulate_ms);
    put_float(json, "operations", summary->operations);
    put_float(json, "gflops", rate(summary));
}

void report_run_json(const RunSummary *summary, Value *dict) {
    Context *context = summary->function->module->context;
    Json json = {context, &context->unit, dict};
    put_text(&json, "kernel", summary->function->name);
    put_text(&json, "target", summary->target->name);
    put_check(&json, summary);
    put_float(&json, "compile_ms", summary->compile_ms);
    put_simulation(&json, summary);
    put_int(&json, "seed", (int64_t)summary->seed);
}
