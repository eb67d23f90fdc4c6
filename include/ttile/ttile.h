// ttile's C API: TileLang source in, an execution plan and a simulated, checked run out.
//
//     ttile_context *context;
//     ttile_module *module;
//     ttile_program *program;
//     ttile_context_create(NULL, &context);
//     ttile_module_from_file(context, "gemm.py", NULL, &module);
//     ttile_optimize_for_target(module, NULL);
//     ttile_program_from_module(module, &program);
//     ttile_simulate(program, buffers, 3, NULL, &simulation);
//     ttile_context_destroy(context);
//
// Status. Every call that can fail returns a ttile_status and tells what went wrong through the context's diagnostic
// callback; its outputs are set only when it returns TTILE_OK. After a failure the context can be used further; a
// module whose lowering failed cannot.
//
// Ownership. Modules, pipelines, programs, plans, references and all text handed out live until their context is
// destroyed; what a caller passes in is copied, except for tensor buffers, which are used in place during the call. A
// context is cheap: use one for each compilation and destroy it to give everything back.
//
// Threads. There is no global state. A context and what was made from it belong to one thread at a time; different
// contexts can be used from different threads at once.
//
// Units. Shapes count elements, outermost dimension first. Buffers are row-major without gaps, in the tensor's element
// type: bfloat16 is the upper half of a float32's bits. Times are milliseconds of the host or cycles of the chip, as
// named.
#ifndef TTILE_TTILE_H
#define TTILE_TTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ttile_status {
    TTILE_OK = 0,
    TTILE_USER_ERROR = 1,    // the source, an option, a file or an argument is at fault
    TTILE_UNSUPPORTED = 2,   // legal, but not something that ttile does
    TTILE_INTERNAL_ERROR = 3 // a fault of ttile, or no memory
} ttile_status;

// Version of the library, such as "0.1.0".
const char *ttile_version(void);

// ---------------------------------------------------------------- context and diagnostics

typedef struct ttile_context ttile_context;

// Where memory comes from. `allocate` returns NULL when there is none; memory is aligned for any type.
typedef struct ttile_allocator {
    void *(*allocate)(void *user, size_t bytes);
    void (*release)(void *user, void *memory, size_t bytes);
    void *user;
} ttile_allocator;

// `allocator` may be NULL: the C library's. It must outlive the context. TTILE_INTERNAL_ERROR if there is no memory.
ttile_status ttile_context_create(const ttile_allocator *allocator, ttile_context **context);
// Gives back the context and everything that was made from it. NULL is ignored.
void ttile_context_destroy(ttile_context *context);

typedef enum ttile_severity { TTILE_NOTE, TTILE_WARNING, TTILE_ERROR } ttile_severity;

typedef struct ttile_diagnostic {
    ttile_severity severity;
    ttile_status status;     // what a call returns because of it; TTILE_OK for notes and warnings
    const char *code;        // such as "l1-overflow"
    const char *message;     // one line
    const char *file;        // NULL if it has no place
    uint32_t line, column;   // from 1; 0 if it has no place
    const char *text;        // as the command line shows it: source line, caret, notes, help
    const char *explanation; // what the code means, with an example
} ttile_diagnostic;

// Called during other calls, with strings that are valid until it returns. It must return: no longjmp, no exception.
typedef void (*ttile_diagnostic_callback)(void *user, const ttile_diagnostic *diagnostic);
// `callback` may be NULL: nobody listens.
void ttile_context_on_diagnostic(ttile_context *context, ttile_diagnostic_callback callback, void *user);

// ---------------------------------------------------------------- tensors

typedef enum ttile_dtype {
    TTILE_BOOL = 1,
    TTILE_INT8,
    TTILE_INT16,
    TTILE_INT32,
    TTILE_INT64,
    TTILE_UINT8,
    TTILE_UINT16,
    TTILE_UINT32,
    TTILE_UINT64,
    TTILE_FLOAT16,
    TTILE_BFLOAT16,
    TTILE_FLOAT32,
    TTILE_FLOAT64
} ttile_dtype;

typedef enum ttile_role { TTILE_IN, TTILE_OUT, TTILE_INOUT, TTILE_SCRATCH } ttile_role;

#define TTILE_MAX_RANK 8

typedef struct ttile_tensor {
    const char *name;
    ttile_dtype dtype;
    ttile_role role;
    int rank;
    int64_t shape[TTILE_MAX_RANK];
    size_t bytes; // of a buffer that holds it
} ttile_tensor;

// A caller's buffer for one tensor: `bytes` must be the tensor's. Used in place, written if the tensor is an output.
typedef struct ttile_buffer {
    void *data;
    size_t bytes;
} ttile_buffer;

// Elements from and to float, rounded to nearest even. `elements` is an array of `dtype`.
void ttile_elements_from_float(ttile_dtype dtype, const float *values, size_t count, void *elements);
void ttile_elements_to_float(ttile_dtype dtype, const void *elements, size_t count, float *values);

// ---------------------------------------------------------------- modules: kernels before and during lowering

typedef struct ttile_module ttile_module;

typedef struct ttile_parameter {
    const char *name;
    const char *value; // a Python literal, a dtype's name or a plain word
} ttile_parameter;

typedef struct ttile_module_options {
    const char *entry; // which kernel; NULL: the first that the file's own call names, else the only one
    const ttile_parameter *parameters; // override what the file's own call says
    size_t parameter_count;
    const char *target_device; // "wormhole:n150" if NULL; kernels may ask it for its number of cores
    bool native_float16;       // keep float16; otherwise it is stored as bfloat16
    // "16": float32 buffers that products accumulate in are kept as bfloat16, also by ttile_evaluate; "32" or NULL:
    // they are kept as they are.
    const char *accumulate;
} ttile_module_options;

// Reads one kernel: TileLang source, or IR text (docs/ir.md). `options` may be NULL.
ttile_status ttile_module_from_file(ttile_context *context, const char *path, const ttile_module_options *options,
                                    ttile_module **module);
// The same from memory; `name` stands for the file in messages.
ttile_status ttile_module_from_memory(ttile_context *context, const char *name, const char *text, size_t length,
                                      const ttile_module_options *options, ttile_module **module);

const char *ttile_module_name(const ttile_module *module); // the kernel's
size_t ttile_module_tensor_count(const ttile_module *module);
// The tensor of an argument, in the kernel's order. Fails if `index` is out of range.
ttile_status ttile_module_tensor(const ttile_module *module, size_t index, ttile_tensor *tensor);
// An attribute such as "tt.core_grid", as a Python literal ("[8, 8]"); `text` is NULL if the kernel does not hold it.
// Fails if there is no attribute of that name.
ttile_status ttile_module_attribute(const ttile_module *module, const char *name, const char **text);
// Sets an attribute to a Python literal, as T.func_attr in the source would; NULL takes it out. Those that ttile knows
// must be of their type (docs/passes.md), and what passes make only a pass that provides it sets; legacy ones are
// rewritten by the pipeline (docs/migration.md).
ttile_status ttile_module_set_attribute(ttile_module *module, const char *name, const char *text);
// The module as IR text, which reads back to the same module.
ttile_status ttile_module_text(const ttile_module *module, const char **text, size_t *length);

// ---------------------------------------------------------------- pipelines

typedef struct ttile_options {
    const char *target_device;      // a chip that `ttile targets` lists
    const char *partition_strategy; // "row_major", unless the kernel says otherwise; "column_major" or "block"
    const char *math_fidelity;      // "LoFi", "HiFi2", "HiFi3" or "HiFi4"
    const char *accumulate;         // "16" or "32"; NULL: as the module was read, see ttile_module_options
    const char *core_grid;          // "8x4", or NULL: as many cores as there are work items
    bool enable_double_buffer;
    bool enable_prefetch;
    const char *plan_path; // ttile_run_pipeline only: where the plan is written; its program text is written beside it
    // "new", "legacy", or NULL: new unless the environment says TT_USE_NEW_PIPELINE=false. The legacy pipeline deals
    // work items contiguously over all cores, in row-major order and without double buffering. A pipeline of the
    // caller's own runs as it is; of it, this only chooses the options.
    const char *pipeline;
} ttile_options;

// wormhole:n150, row_major, HiFi4, double buffering and prefetch, "tt.plan.json".
ttile_options ttile_options_default(void);

// Lowers a kernel to thread programs by the default pipeline. `options` may be NULL: the defaults.
ttile_status ttile_optimize_for_target(ttile_module *module, const ttile_options *options);
// The same, then writes the plan to `plan_path` and the program text, KERNEL.ttir, beside it.
ttile_status ttile_run_pipeline(ttile_module *module, const ttile_options *options);

typedef struct ttile_pipeline ttile_pipeline;

// A pass of the caller's own, held to its contract: it runs only when the attributes that it requires are held, and
// fails if it does not leave those that it provides. Lists are names such as "tt.core_grid", ended by NULL; a list may
// be NULL.
typedef struct ttile_pass {
    const char *name;
    const char *const *requires_attributes;
    const char *const *provides_attributes;
    const char *const *breaks_attributes;
    // Looks at the module by ttile_module_*; it must not change the pipeline. Anything but TTILE_OK fails the pipeline.
    ttile_status (*run)(void *user, ttile_module *module);
    void *user;
} ttile_pass;

// The default pipeline, as a list that can be changed.
ttile_status ttile_pipeline_create(ttile_context *context, ttile_pipeline **pipeline);
size_t ttile_pipeline_count(const ttile_pipeline *pipeline);
const char *ttile_pipeline_pass(const ttile_pipeline *pipeline, size_t index); // its name; NULL if out of range
// Puts a pass of ttile's own (by name) or of the caller's before the pass named `before`; NULL: at the end.
ttile_status ttile_pipeline_insert(ttile_pipeline *pipeline, const char *before, const char *name);
ttile_status ttile_pipeline_insert_pass(ttile_pipeline *pipeline, const char *before, const ttile_pass *pass);
// Takes a pass out. What it provides may be missing later: the pass that needs it will say so.
ttile_status ttile_pipeline_remove(ttile_pipeline *pipeline, const char *name);
// Called after each pass that ran; NULL: not called.
void ttile_pipeline_after_each(ttile_pipeline *pipeline,
                               void (*after)(void *user, const char *pass, const ttile_module *module), void *user);
// Runs the passes on the module, which they rewrite.
ttile_status ttile_pipeline_run(ttile_pipeline *pipeline, ttile_module *module, const ttile_options *options);

// ---------------------------------------------------------------- programs and plans

typedef struct ttile_program ttile_program; // reader, compute and writer of a kernel
typedef struct ttile_plan ttile_plan;

// The program that lowering left in a module. Fails if the module is not lowered.
ttile_status ttile_program_from_module(ttile_module *module, ttile_program **program);
// Reads program text and proves its obligations (docs/simulator.md).
ttile_status ttile_program_from_file(ttile_context *context, const char *path, ttile_program **program);
ttile_status ttile_program_from_memory(ttile_context *context, const char *name, const char *text, size_t length,
                                       ttile_program **program);
size_t ttile_program_tensor_count(const ttile_program *program);
ttile_status ttile_program_tensor(const ttile_program *program, size_t index, ttile_tensor *tensor);
ttile_status ttile_program_text(const ttile_program *program, const char **text, size_t *length);

// The plan of a program (docs/plan.md). It names the program's text KERNEL.ttir.
ttile_status ttile_plan_from_program(ttile_program *program, ttile_plan **plan);
// Reads a plan and the program text beside it, and checks all rules of both.
ttile_status ttile_plan_read(ttile_context *context, const char *path, ttile_plan **plan);
// As JSON. Depends on the kernel, the options and the version of ttile only.
ttile_status ttile_plan_text(const ttile_plan *plan, const char **text, size_t *length);
// Writes the plan to `path` and its program text, KERNEL.ttir, beside it, where the folder is there: both or neither.
ttile_status ttile_plan_write(const ttile_plan *plan, const char *path);
ttile_status ttile_plan_program(const ttile_plan *plan, ttile_program **program);

// ---------------------------------------------------------------- running

// Seeded inputs for a kernel: the same seed gives the same bytes. Outputs are zeroed. One buffer a tensor, in order.
ttile_status ttile_fill_inputs(const ttile_module *module, uint64_t seed, const ttile_buffer *buffers, size_t count);

typedef struct ttile_simulate_options {
    int threads;            // of the host; 0: one a processor. Results do not depend on it
    bool no_timing;         // only the numbers
    const char *trace_path; // a Chrome trace is written there; NULL
} ttile_simulate_options;

typedef struct ttile_simulation {
    int64_t cycles;       // of the chip, until its last core ends; 0 without timing
    const char *bound;    // what they are spent on: "compute", "dram", ...; NULL without timing
    double utilization;   // share of the used cores' peak
    int cores;            // used
    int64_t instructions; // executed by all threads
    int64_t dram_read_bytes, dram_write_bytes;
    double milliseconds; // of the host
} ttile_simulation;

// Runs a program on the simulated chip, every check on. One buffer a tensor, in order; outputs are written to theirs.
// `options` may be NULL. `result` may be NULL.
ttile_status ttile_simulate(ttile_program *program, const ttile_buffer *buffers, size_t count,
                            const ttile_simulate_options *options, ttile_simulation *result);

// The reference: the kernel evaluated directly, by code that shares nothing with lowering or simulation.
typedef struct ttile_reference ttile_reference;

// Evaluates a module that no pass has touched. Buffers are only read; outputs go to the reference.
ttile_status ttile_evaluate(ttile_module *module, const ttile_buffer *buffers, size_t count,
                            ttile_reference **reference);
// Gives the reference's tensors back before the context's end. NULL is ignored.
void ttile_reference_destroy(ttile_reference *reference);
// Copies the tensor `index` of the reference into a buffer.
ttile_status ttile_reference_tensor(const ttile_reference *reference, size_t index, ttile_buffer buffer);

typedef struct ttile_comparison {
    bool pass;
    double max_abs_error;
    double max_rel_error; // relative to the largest magnitude of the reference
    double tolerance;     // absolute, as applied to the worst output
    size_t worst_tensor;  // the output that is furthest off
    int64_t worst_index[TTILE_MAX_RANK];
    double worst_result, worst_reference;
    double mean_error, mean_tolerance; // in the mean of squares over that output; tolerance 0: no such rule
} ttile_comparison;

// Compares the outputs in `buffers` with the reference. `tolerance` 0 applies the rule of docs/simulator.md, otherwise
// it is relative to the largest magnitude of the reference. A result that does not pass is no failure of the call: see
// `pass`.
ttile_status ttile_compare(const ttile_reference *reference, const ttile_buffer *buffers, size_t count,
                           double tolerance, ttile_comparison *comparison);

#ifdef __cplusplus
}
#endif

#endif
