// What the files of this folder share: the machine as one program sees it, and a core of it.
#ifndef TTILE_SIM_MACHINE_H
#define TTILE_SIM_MACHINE_H

#include <stdatomic.h>

#include "sim/bytecode.h"
#include "sim/sim.h"
#include "sim/units.h"

// ---------------------------------------------------------------- the machine: shared, constant while cores run

typedef enum ShardUse { SHARD_NONE, SHARD_INPUT, SHARD_OUTPUT } ShardUse;

typedef struct BufferInfo {
    const CircularBuffer *circular;
    int64_t pages, page_bytes;
    int64_t offset;     // of its bytes in a core's L1
    int64_t first_page; // of its shadow pages; aliases share them
    DType format;
    bool to_dst;  // unpacks to DST
    bool is_sent; // to other cores
    bool is_aliased;
    int sent_as; // place among those that its producer sends
    ShardUse shard_use;
    int shard; // the tensor over whose shard it lies, when `shard_use` says so
} BufferInfo;

typedef struct TensorInfo {
    const Buffer *buffer;
    void *data;
    DType format;
    PageMap map;
    bool is_read, is_written;
    bool in_l1;                 // pages are kept by cores
    _Atomic(uint32_t) *writers; // per page: the core that wrote it, plus 1; only where the program writes
    _Atomic(uint32_t) *readers; // per page: the core that read it, plus 1; READ_BY_MANY; only where it is also written
} TensorInfo;

#define READ_BY_MANY UINT32_MAX

typedef struct Machine {
    Context *context;
    const Function *program;
    const Target *target;
    const SimOptions *options;
    Arena arena; // what the run needs and gives back
    UnitMode mode;
    int dst_tiles, dst_banks;
    int core_count;
    Core *cores;
    int buffer_count;
    BufferInfo *buffers;
    int64_t l1_bytes, l1_pages;
    int tensor_count;
    TensorInfo *tensors;
    int semaphore_count;
    const Semaphore **semaphores;
    bool is_linked;   // cores talk to each other
    int sent_buffers; // most that one thread sends
    int *core_places; // by row and column of the grid: place in `cores`, or -1
    int code_count;
    ThreadCode *codes; // one for each thread program
    int64_t step_limit;
} Machine;

// ---------------------------------------------------------------- a core, whatever is simulated of it

enum { QUEUE_ENTRIES = 256 };

typedef struct QueueEntry {
    const CodeInstruction *in;
    Scalar values[MAX_OPERANDS];
} QueueEntry;

// Compute is three cores that run one program apart from each other. They are interpreted as one, in order; only when a
// core cannot move otherwise, instructions behind the one that waits are queued and each part goes on by itself.
typedef struct Queue {
    int count;
    bool is_serving; // an entry is being tried: handlers must wait where they would otherwise complain
    QueueEntry entries[QUEUE_ENTRIES];
} Queue;

struct SimCore {
    const Machine *machine;
    Mode mode;
    int index;
    Core place;
    bool reporting; // violations become diagnostics; otherwise they only stop the run
    ThreadState threads[THREAD_COUNT];
    Queue queue;
};

// ---------------------------------------------------------------- numbers

typedef struct PageState {
    uint64_t written;  // number of the page in the sequence of pushes for which it was last written, plus 1; 0: never
    uint64_t arriving; // token of the read that fills it; leaving: of the write that empties it
    uint64_t leaving;
    uint64_t sent;         // token of the multicast that takes it to other cores
    struct Parcel *parcel; // that it came in and still lies in, at `elsewhere`; NULL: it lies in L1
    const unsigned char *elsewhere;
} PageState;

typedef struct BufferState {
    const BufferInfo *info;
    unsigned char *bytes;
    PageState *states;
    int64_t pushed, popped;   // pages, since the start
    int64_t reserved, waited; // pages that may be written from write_page on, read from read_page on
    int64_t write_page, read_page;
    int64_t packed; // running index of pack_tile
} BufferState;

// A data-movement core's transfers. A page in flight carries the token; a barrier changes it, and so ends them all.
typedef struct Mover {
    uint64_t read_token, write_token; // lowest bit: which mover
    int64_t write_barriers;           // so far
    int64_t reads, unconfirmed;       // transfers that no barrier has waited for
    int64_t increments;               // of other cores' semaphores
    const CodeInstruction *last_read, *last_write, *last_increment;
} Mover;

// How an unpacker is set: the pages' format, and whether they go to DST.
typedef struct SourceFormat {
    DType type;
    bool to_dst;
} SourceFormat;

typedef struct Engine {
    bool started, accumulate;
    SourceFormat source_a, source_b;
    DType pack_format;
    const CodeInstruction *fpu_init; // the last one
    bool fpu_stale;                  // a source's format changed after it
    Scalar fpu_values[MAX_OPERANDS];
    InstructionId sfpu_init;
    bool math_open, pack_open; // between acquire and commit, between wait and release
    int64_t acquired, committed, waited, released;
    uint32_t defined[2]; // per bank: tiles that hold something
    float *banks[2];
} Engine;

typedef struct Tally {
    int64_t products, instructions;
    int64_t read_bytes, written_bytes; // of DRAM
    int64_t l1_bytes[2];               // of tensors kept in L1: another core's, this core's
} Tally;

typedef struct NumberCore {
    SimCore core; // first
    bool numbers; // false: checks only
    BufferState *buffers;
    PageState *states;
    unsigned char *l1;
    Mover movers[2];
    Engine engine;
    Tally tally;
    struct CoreLink *link; // to other cores; NULL if the program's do not talk
} NumberCore;

// ---------------------------------------------------------------- compiling

// Fills tables and code, reporting what a program may not hold; fails if anything was reported.
void sim_machine_build(Machine *machine, TensorSet *tensors);
void sim_compile_thread(Machine *machine, const ThreadProgram *program, ThreadCode *code);
int sim_buffer_place(const Machine *machine, const CircularBuffer *circular); // -1 if it is not the program's
int sim_tensor_place(Machine *machine, const Buffer *buffer); // a scratch tensor gets its memory at its first use
int sim_semaphore_place(const Machine *machine, const Semaphore *semaphore); // -1 if it is not the program's

// Circular buffers over shards are matched with their tensors.
void sim_build_shards(Machine *machine);

// ---------------------------------------------------------------- running

Outcome sim_interpret(SimCore *core, ThreadState *thread);
// Makes the threads ready to start on that core.
void sim_core_start(SimCore *core, int index);
// Memory of the threads' registers, for any core of the machine.
void sim_core_prepare(Machine *machine, SimCore *core, Arena *arena);
Outcome sim_queue_add(SimCore *core, const CodeInstruction *in, const Scalar *values);
// Lets the parts of compute run ahead of each other; true if anything moved.
bool sim_queue_run(SimCore *core, Outcome *outcome);
bool sim_core_over(const SimCore *core);

// Rules broken. The message begins with the core and the thread; `help` may be NULL. Always OUTCOME_FAILED.
Outcome sim_violation(SimCore *core, const ThreadState *thread, const CodeInstruction *in, DiagnosticCode code,
                      const char *help, const char *format, ...) __attribute__((format(printf, 6, 7)));
Outcome sim_violation_at(SimCore *core, const ThreadState *thread, Location location, DiagnosticCode code,
                         const char *help, const char *format, ...) __attribute__((format(printf, 6, 7)));
// Occupancy of one buffer as the caller counts it.
typedef struct Occupancy {
    int64_t pushed, popped;
} Occupancy;
void sim_report_deadlock(SimCore *core, Occupancy (*occupancy)(const SimCore *core, int buffer));

int sim_worker_count(const Machine *machine); // host threads
void sim_add_tally(SimResult *result, const Tally *tally);
// All cores; numbers and checks. Returns false if a rule was broken, without a word about it.
bool sim_run_numbers(Machine *machine, SimResult *result);
// The same without numbers, one core after the other; reports what is wrong.
void sim_run_report(Machine *machine);
// After all cores: false if a page of an output was written by none, which is then reported.
bool sim_check_outputs(const Machine *machine);
// The same for cores that talk to each other; `reporting`: without numbers, and says what is wrong.
bool sim_run_linked(Machine *machine, SimResult *result, bool reporting);
void sim_number_core_prepare(Machine *machine, NumberCore *core, Arena *arena, bool with_numbers);
void sim_number_core_start(NumberCore *core, int index);
// Which of its threads take turns; APART: and parts of compute run ahead of each other when nothing else can move.
typedef enum Advance { ADVANCE_MOVERS, ADVANCE_ALL, ADVANCE_APART } Advance;
// Lets threads run as far as they can: done when all have ended, and what must hold then is checked. `moved` is set if
// anything did.
Outcome sim_number_core_advance(NumberCore *core, Advance how, bool *moved);
Occupancy sim_number_occupancy(const SimCore *core, int buffer);
void sim_run_timing(Machine *machine, SimResult *result);

extern const Handler sim_number_handlers[]; // by Effect
extern const Handler sim_timing_handlers[];

// ---------------------------------------------------------------- pages and DST, for the handlers of numbers

static inline NumberCore *number_core(SimCore *core) { return (NumberCore *)core; }
static inline Mover *number_mover(SimCore *core, const ThreadState *thread) {
    return &number_core(core)->movers[thread->thread == THREAD_WRITER];
}
static inline BufferState *operand_buffer(SimCore *core, const CodeInstruction *in, int which) {
    return &number_core(core)->buffers[in->buffers[which]];
}
static inline unsigned char *page_bytes_at(const BufferState *buffer, int64_t index) {
    return buffer->bytes + index * buffer->info->page_bytes;
}
// What a page holds, wherever it lies.
static inline const unsigned char *page_content(const BufferState *buffer, int64_t index) {
    const PageState *page = &buffer->states[index];
    return page->parcel ? page->elsewhere : page_bytes_at(buffer, index);
}
// The same for `count` pages, `stride` apart, so that they lie in one piece.
const void *sim_pages_together(const BufferState *buffer, int64_t first, int64_t count, int64_t stride);
// Pages that lie in parcels are given up, with what they hold.
void sim_pages_drop(BufferState *buffer, int64_t first, int64_t count);
void sim_page_settle(const BufferState *buffer, int64_t index); // in L1, as if it had come there
// Place in the buffer of the page that is `tile` behind the read pointer, `slot` behind the write pointer; -1 after a
// violation.
int64_t sim_page_to_read(SimCore *core, const ThreadState *thread, const CodeInstruction *in, const BufferState *buffer,
                         int64_t tile);
int64_t sim_page_to_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                          const BufferState *buffer, int64_t slot);
bool sim_page_arriving(const NumberCore *core, const PageState *page);
bool sim_page_leaving(const NumberCore *core, const PageState *page);
bool sim_page_sent(const NumberCore *core, const PageState *page);
// True if the instruction's unit is set up for it; a violation otherwise.
bool sim_fpu_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in);
bool sim_sfpu_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in);
bool sim_pack_ready(SimCore *core, const ThreadState *thread, const CodeInstruction *in);

Outcome sim_reserve(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_push(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_pop(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_noc_read(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_noc_write(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_read_barrier(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_write_flush(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_write_barrier(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
void sim_shards_start(NumberCore *core);
// An output's shards are given to its tensor; fails after a violation.
Outcome sim_shards_end(NumberCore *core);
// What an input's shard holds stays when it is pushed again.
void sim_shard_push(BufferState *buffer, int64_t pages);
Outcome sim_refuse_shard_write(SimCore *core, const ThreadState *thread, const CodeInstruction *in,
                               const BufferState *buffer);

Outcome sim_multicast(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_semaphore_set(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_semaphore_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_semaphore_increment(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_semaphore_multicast(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_atomic_barrier(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_page_store(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_page_update(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_startup(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_reconfig(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_reconfig_pack(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_init(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_acquire(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_commit(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_regs_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_release(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_load(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_product(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_binary(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_vector_unit(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_pack(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_pack_accumulate(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);

#endif
