// What the oracle's files share (internal to oracle).
//
// A function is compiled once to nodes (statements) and programs (expressions, as lists of instructions); every host
// thread has a machine that runs them for one block after another. An instruction works on a row: the up to LANES
// iterations of an innermost T.Parallel loop that run side by side, or a single lane outside of such loops.
#ifndef TTILE_ORACLE_EVALUATE_H
#define TTILE_ORACLE_EVALUATE_H

#include <setjmp.h>

#include "oracle/oracle.h"

#define LANES              256
#define DEFAULT_STEP_LIMIT ((int64_t)1 << 28)

typedef union Lane {
    double real;
    int64_t integer;
} Lane;

// Floats are evaluated as doubles, everything else as 64-bit integers wrapped to its type.
typedef enum Domain { DOMAIN_INTEGER, DOMAIN_REAL } Domain;
static inline Domain domain_of(DType type) { return dtype_is_float(type) ? DOMAIN_REAL : DOMAIN_INTEGER; }

// A place in a machine's frame: one lane, or LANES of them when it varies over the row. Constants lie at negative
// places.
typedef struct Slot {
    int32_t at;
    int32_t track; // its place among the machine's tracks; 0 for constants
    bool varying;
    Domain domain;
} Slot;

typedef struct Machine Machine;
typedef struct Instruction Instruction;
typedef struct Node Node;
typedef struct Storage Storage;

// ---------------------------------------------------------------- programs

// Where an element access goes: index d of lane l is frame[index[d]] + step[d] * l, or the row's value where it varies.
typedef struct Access {
    int buffer;
    int rank;
    Slot index[MAX_RANK];
    int64_t step[MAX_RANK];
    bool masked;
    Slot mask; // lanes that take part, when masked
    Location location;
} Access;

typedef void (*RunRow)(Machine *machine, const Instruction *instruction, size_t lanes);

struct Instruction {
    RunRow run;
    Slot target;
    Slot operand[3];
    DType type;           // of the result
    ExprOp op;            // what it came from
    const Access *access; // of a load; otherwise the mask and place of an operation that may fail
};

typedef struct Program {
    Instruction *items;
    uint32_t count;
    uint32_t operations; // elementwise floating-point operations
} Program;

// ---------------------------------------------------------------- nodes

typedef struct NodeList {
    Node **items;
    uint32_t count;
} NodeList;

typedef enum Flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE } Flow;
typedef Flow (*RunNode)(Machine *machine, const Node *node);

// Slots of a region's starts and extents.
typedef struct RegionSlots {
    int buffer;
    int rank;
    Slot start[MAX_RANK], extent[MAX_RANK];
} RegionSlots;

// What a launch does to global buffers: one flag a buffer.
typedef struct Effects {
    bool *reads, *writes, *adds;
} Effects;

struct Node {
    RunNode run;
    const Statement *statement;
    Program program; // evaluates every expression of the statement
    Slot value;      // LET and STORE: the value; IF, WHILE, ASSERT: the condition
    NodeList body, otherwise;
    union {
        struct {
            Slot variable, start, extent, step;
            bool parallel, nest_root; // nest_root: the outermost T.Parallel of a nest
            bool checked;             // some store of the nest needs the write log
        } loop;
        struct {
            Access access;
            bool is_private; // to a variable that each lane has for itself
            Slot target;     // that variable
            int number;      // its place among the machine's pending tracks
            bool checked;    // iterations of the nest may meet in one element
            bool in_nest;    // of T.Parallel
            bool updates;    // the value reads the element it replaces
            bool covers;     // unmasked and one-to-one: it replaces the buffer if iterations are as many as elements
        } store;
        struct {
            bool varying;
            Slot mask, otherwise_mask;
        } branch;
        struct {
            OpId id;
            RegionSlots regions[MAX_OPERANDS];
            Slot scalars[MAX_OPERANDS];
        } op;
        struct {
            int rank;
            Slot variables[3], extents[3];
            Effects effects;
        } launch;
        int buffer; // ALLOC
    };
};

// ---------------------------------------------------------------- the compiled function

typedef struct BufferInfo {
    Buffer *buffer;
    Domain domain;
    int64_t shape[MAX_RANK], stride[MAX_RANK];
    size_t count;
    bool in_nest;    // allocated within a T.Parallel: each iteration has its own
    bool is_private; // T.alloc_var within a row loop: lives in the frame
    Slot slot;       // when private
} BufferInfo;

typedef struct Plan {
    Context *context;
    Function *function;
    Arena *arena;
    VECTOR(BufferInfo) buffers;
    VECTOR(Lane) constants;
    int32_t frame; // lanes
    int32_t tracks, stores;
    double step_roundoff; // of every operation's result: that of a 16-bit DST if no buffer is wider, else 0
    NodeList body;
    Effects effects;  // of the whole function
    bool outer_state; // on-chip buffers are allocated outside of launches
} Plan;

// Compiles the function; fails with a diagnostic.
void plan_compile(Plan *plan);

// ---------------------------------------------------------------- machines

// How far a value may be off on the chip (track.c), absolute. All 0: it is exact.
typedef struct Error {
    double largest, typical; // over the elements: the largest, and the root mean square
} Error;

typedef struct Track {
    Error error;
    bool inexact; // some rounding lies on the way, even if the elements looked at do not show it
    double seen;  // largest magnitude of the elements that the error was estimated on
    // What went into it.
    double length;      // longest reduction that feeds it
    double roundings;   // of the accumulators of the products that feed it
    double norm;        // of the terms of a reduction
    double operand;     // roundoff of product operands
    double accumulator; // roundoff of the narrowest accumulator of a reduction
} Track;

#define SAMPLES 32

struct Storage {
    const BufferInfo *info;
    bool global;
    Lane *lanes;      // on-chip: its elements, rounded to the buffer's type
    void *data;       // global: as the tensor has them
    uint8_t *written; // one byte an element; global: NULL unless some block writes it
    uint32_t *owner;  // global: number of the block that wrote the element, 0 for none; NULL if not needed
    Track track;
    // Of some elements of an accumulator: sums of the squares of the terms, and of the errors that their factors bring.
    double squares[SAMPLES], errors[SAMPLES];
};

typedef struct Failure {
    bool failed;
    bool overlap; // not an error: blocks met in an element and must run one after the other
    int64_t item;
    DiagnosticCode code;
    Location location;
    char message[400], help[200];
} Failure;

// Elements that the iterations of the running T.Parallel nest have written.
typedef struct WriteEntry {
    int64_t element; // -1: free
    int buffer;
    int64_t iteration;
    Lane value;
} WriteEntry;

typedef struct WriteLog {
    WriteEntry *entries;
    size_t capacity, count;
} WriteLog;

typedef enum Scratch { SCRATCH_A, SCRATCH_B, SCRATCH_C, SCRATCH_COPY, SCRATCH_COUNT } Scratch;

typedef struct Shared Shared;

typedef struct Pending {
    Track track;
    int buffer;
    bool covers, touched, looked_at;
    size_t lanes; // stored
} Pending;

struct Machine {
    const Plan *plan;
    Shared *shared;
    Storage **storages; // one per buffer: globals are shared, on-chip ones are the machine's own
    Lane *frame_memory, *frame;
    size_t lanes;              // of the running row; 1 outside of row loops
    int64_t iteration;         // of the running T.Parallel nest
    int64_t steps, step_limit; // loop iterations of the running block
    double operations;
    uint32_t owner; // number of the running block, launches counted through
    bool adding;    // within T.atomic_add: elements may be written by several blocks
    WriteLog log;
    // Precision: only some rows are looked at.
    bool tracking;        // the running row is
    uint32_t track_count; // rows so far
    Track *tracks;        // by slot
    Track *globals;       // by buffer: what this machine knows of global ones beyond their storage's track
    Pending *pending;     // by store: what the running nest wrote
    int *touched;         // the stores that are pending
    int touched_count;
    void *scratch[SCRATCH_COUNT];
    size_t scratch_bytes[SCRATCH_COUNT];
    Failure failure;
    jmp_buf escape;
};

static inline const double *real_row(const Machine *machine, Slot slot) { return &machine->frame[slot.at].real; }
static inline const int64_t *integer_row(const Machine *machine, Slot slot) { return &machine->frame[slot.at].integer; }
static inline int64_t integer_at(const Machine *machine, Slot slot) { return machine->frame[slot.at].integer; }

_Noreturn void machine_fail(Machine *machine, DiagnosticCode code, Location location, const char *help,
                            const char *format, ...) __attribute__((format(printf, 5, 6)));
// At least `bytes` bytes that stay until the next call for the same purpose.
void *machine_scratch(Machine *machine, Scratch purpose, size_t bytes);
void machine_step(Machine *machine, const Statement *statement);

// ---------------------------------------------------------------- running

static inline void run_program(Machine *machine, const Program *program) {
    for (uint32_t i = 0; i < program->count; i++) {
        const Instruction *instruction = &program->items[i];
        instruction->run(machine, instruction, instruction->target.varying ? machine->lanes : 1);
    }
}
Flow run_nodes(Machine *machine, const NodeList *nodes);

// Nodes (execute.c).
Flow run_let(Machine *machine, const Node *node);
Flow run_store(Machine *machine, const Node *node);
Flow run_private_store(Machine *machine, const Node *node);
Flow run_loop(Machine *machine, const Node *node);
Flow run_row_loop(Machine *machine, const Node *node);
Flow run_if(Machine *machine, const Node *node);
Flow run_row_if(Machine *machine, const Node *node);
Flow run_while(Machine *machine, const Node *node);
Flow run_break(Machine *machine, const Node *node);
Flow run_continue(Machine *machine, const Node *node);
Flow run_assert(Machine *machine, const Node *node);
Flow run_alloc(Machine *machine, const Node *node);
Flow run_operation(Machine *machine, const Node *node); // operations.c
Flow run_launch(Machine *machine, const Node *node);    // launch.c

// Rows (rows.c): the instruction for an expression's operation on operands of a domain; NULL if there is none.
RunRow row_operation(ExprOp op, Domain domain);
bool row_operation_may_fail(ExprOp op, Domain domain);
void row_to_real(Machine *machine, const Instruction *instruction, size_t lanes);
void row_to_integer(Machine *machine, const Instruction *instruction, size_t lanes);
void row_round(Machine *machine, const Instruction *instruction, size_t lanes); // to instruction->type, in its domain
void row_truth(Machine *machine, const Instruction *instruction, size_t lanes); // real to bool
void row_move(Machine *machine, const Instruction *instruction, size_t lanes);
void row_and_not(Machine *machine, const Instruction *instruction, size_t lanes);

// Memory (memory.c, globals.c).
void row_load(Machine *machine, const Instruction *instruction, size_t lanes);
void store_row(Machine *machine, const Node *node);
// `count` elements from `first` on, `stride` apart, all inside of the buffer; fails on one that was never written.
void storage_read(Machine *machine, Storage *storage, int64_t first, int64_t stride, size_t count, Lane *out,
                  Location location);
// Writes values that are rounded to the buffer's type already.
void storage_write(Machine *machine, Storage *storage, int64_t first, int64_t stride, size_t count, const Lane *values,
                   Location location);
void global_write(Machine *machine, Storage *storage, int64_t first, size_t count, const Lane *values,
                  Location location);
void round_lanes(DType type, Lane *values, size_t count);
void lanes_to_domain(Domain from, Domain to, Lane *values, size_t count);
_Noreturn void fail_uninitialized(Machine *machine, const Storage *storage, int64_t element, Location location);
void write_log_clear(WriteLog *log);
// False if another iteration wrote another value there (or, with `exclusive`, anything at all).
bool write_log_note(Machine *machine, int buffer, int64_t element, int64_t iteration, Lane value, bool exclusive);

// Regions (region.c): a region without its dimensions of extent 1.
typedef struct View {
    Storage *storage;
    int rank;
    int64_t base; // element of the dropped dimensions' starts
    bool outside; // a dropped dimension lies outside of the buffer
    int64_t start[MAX_RANK], extent[MAX_RANK], limit[MAX_RANK], stride[MAX_RANK];
} View;

View view_of(Machine *machine, const Node *node, int operand);
// The two dimensions of a matrix: the last two, or the only two that are not 1. False if there are more.
bool view_matrix(Machine *machine, const Node *node, int operand, View *view);
int64_t view_count(const View *view);
// Gives the view exactly `rank` dimensions by putting back ones; false if it has more.

bool view_pad(View *view, int rank);
// Row `row` of a view (all dimensions but the last, counted row by row), from element `from` on. Outside of a global
// tensor reads give 0 and writes are dropped; outside of an on-chip buffer they fail.
void view_read(Machine *machine, const View *view, int64_t row, int64_t from, size_t count, Lane *out,
               Location location);
// The values are rounded already: see view_round.
void view_write(Machine *machine, const View *view, int64_t row, int64_t from, size_t count, const Lane *values,
                Location location);
static inline DType view_type(const View *view) { return view->storage->info->buffer->type; }
static inline Domain view_domain(const View *view) { return view->storage->info->domain; }
static inline void view_round(const View *view, Lane *values, size_t count) {
    round_lanes(view_type(view), values, count);
}

// Precision (track.c, track_row.c).
Track track_merged(Track a, Track b);
Track track_of(const Machine *machine, const Storage *storage);
// Gives the buffer a track: alone if `all` of it was written, else together with what it had.
void track_set(Machine *machine, Storage *storage, Track track, bool all);
typedef struct Norms {
    double largest, typical; // magnitude of some values: the largest, and the root mean square
} Norms;
// What rounding such values to `type` adds to a track; nothing if the values are exact in it (`rounded` false, no error
// yet).
Track track_rounded(Track track, DType type, bool rounded, Norms values);
void track_row_begin(Machine *machine, bool first); // chooses whether to look at the row
void track_program(Machine *machine, const Program *program);
void track_store(Machine *machine, const Node *node, const Lane *rounded);
void track_private_store(Machine *machine, const Node *node, const Lane *rounded);
void track_nest_end(Machine *machine);
// A product's matrices, c row by row and the operands as packed, for estimating the norm of its terms.
typedef struct ProductSample {
    int64_t m, n, k;
    const double *a, *b, *c;
} ProductSample;
void track_product(Machine *machine, const ProductSample *sample, Storage *a, Storage *b, Storage *c, bool clear);
void track_copy(Machine *machine, const Node *node, const View *from, const View *to);
void track_add(Machine *machine, const Node *node, const View *to, const View *from);
void track_fill(Machine *machine, const View *to);
// T.reduce and T.cumsum of `length` elements: norms of the results, and the largest norm of the terms of one.
void track_reduce(Machine *machine, const View *to, const View *from, bool sums, double length, Norms results,
                  double norm);
Norms norms_of_lanes(const Lane *values, size_t count);

// Operations.
void run_gemm(Machine *machine, const Node *node);
void run_reduce(Machine *machine, const Node *node);
void run_cumsum(Machine *machine, const Node *node);
// c (m x n, rows `n` apart) += a x b. The operands are packed in panels: PRODUCT_ROWS rows of a, or PRODUCT_COLUMNS
// columns of b, for k = 0, then for k = 1 and so on; panels are filled up with zeros.
#define PRODUCT_ROWS    4
#define PRODUCT_COLUMNS 12
static inline size_t packed_count(int64_t size, int64_t k, int64_t block) {
    return (size_t)((size + block - 1) / block * block * k);
}
static inline size_t packed_place(int64_t outer, int64_t step, int64_t k, int64_t block) {
    return (size_t)((outer / block * k + step) * block + outer % block);
}
void product(int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c);

#endif
