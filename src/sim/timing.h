// Time: what the files of the timing model share.
//
// A data-movement thread has one clock. Compute has three cores, each a small RISC-V core that issues work (`issue`)
// and an engine that does it in order (`engine`); unpack feeds math through double-banked source registers, math feeds
// pack through the banks of DST, and circular buffers carry times of pushes and pops between threads.
#ifndef TTILE_SIM_TIMING_H
#define TTILE_SIM_TIMING_H

#include "sim/fabric.h"
#include "sim/machine.h"
#include "sim/trace.h"

typedef struct TimedBuffer {
    const BufferInfo *info;
    int64_t pushed, popped;
    int64_t *push_times, *pop_times; // of the last page in each place
} TimedBuffer;

typedef struct Pipe {
    int64_t issue, engine;
} Pipe;

// SrcA or SrcB: two banks, filled in turn by an unpacker of its own and handed back by math.
typedef struct TimedSource {
    int64_t free;     // when the unpacker is
    int64_t ready[2]; // when the bank is full,
    int64_t back[2];  // when math has handed it back
    int64_t filled;   // banks, since the start
} TimedSource;

typedef struct TimedMover {
    int64_t now;
    int64_t reads_done, writes_left, writes_done, signals_done;
    int64_t sent;  // when the last multicast's data have arrived, less the way: flags stay behind them
    bool has_path; // the last multicast was of data, and the flag behind it goes the same way
    bool in_line;  // it waits in the queue of the machine for its turn,
    int64_t turn;  // at this time
    int waits_on;  // semaphore that it stands before; -1: none
} TimedMover;

// What will be done to a semaphore, by its own core or by others.
typedef struct SemaphoreEvent {
    int64_t time;
    bool adds; // `amount` to it; otherwise it becomes that
    int64_t amount;
} SemaphoreEvent;

typedef struct TimedSemaphore {
    int64_t value;
    VECTOR(SemaphoreEvent) events; // that are to come, the next one last
} TimedSemaphore;

typedef struct Timing Timing;

typedef struct TimedCore {
    SimCore core; // first
    Timing *timing;
    TimedBuffer *buffers;
    TimedSemaphore *semaphores;
    TimedMover movers[2];
    Pipe unpack, math, pack;
    TimedSource sources[2];                        // SrcA, SrcB
    int64_t unpack_gate;                           // instructions of the unpackers start in order
    int64_t l1_free;                               // what L1 gives both unpackers together is taken until then
    int64_t waited_for_data;                       // by unpack, since the last operation of math
    int64_t acquired, committed, waited, released; // sections of DST
    int64_t commit_times[2], release_times[2];
    int64_t turns[THREAD_COUNT]; // of loops, already paid for
    bool accumulates;            // the packers add to what L1 holds
    bool woke_another;           // the running thread moved pages that another may have waited for
} TimedCore;

typedef struct Turn { // of a mover
    int64_t time;
    int mover; // core * 2 + 1 for the writer
} Turn;

struct Timing {
    Machine *machine;
    TimedCore *cores;
    Fabric fabric;
    VECTOR(Turn) line;   // a heap: the earliest first. A mover whose turn was moved forward leaves its old one in it
    int *core_at;        // [rows of the worker grid][columns]: place in `cores`; -1: none
    int phases;          // of a product at the fidelity
    int64_t vector_busy; // cycles of the vector units
    Trace *trace;
    SimResult *result;
};

static inline TimedCore *timed_core(SimCore *core) { return (TimedCore *)core; }
static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t sim_pipe_start(const Pipe *pipe) { return later(pipe->issue, pipe->engine); }
// Tables give the cycles of a 16-bit tile.
static inline int64_t sim_tile_cycles(int64_t cycles, DType format) { return cycles * dtype_bits(format) / 16; }
// A span of time on a clock: busy with `name`, or stalled for a cause.
void sim_time_busy(TimedCore *core, Clock clock, const char *name, int64_t start, int64_t cycles);
void sim_time_stall(TimedCore *core, Clock clock, StallCause cause, int64_t start, int64_t end);
// True if another mover's turn comes before `now` of this one.
bool sim_time_yields(const TimedCore *core, Thread thread);
// Gives the mover a turn at that time, or moves its turn forward to it.
void sim_time_stand_in_line(TimedCore *core, Thread thread, int64_t time);
static inline TimedMover *sim_mover_of(TimedCore *core, const ThreadState *thread) {
    return &core->movers[thread->thread == THREAD_WRITER];
}
// Of a data-movement thread: it is busy with an instruction; it stands still until a time.
void sim_time_spend(TimedCore *core, const ThreadState *thread, const CodeInstruction *in, int64_t cycles);
void sim_time_wait_until(TimedCore *core, const ThreadState *thread, StallCause cause, int64_t time);

Outcome sim_timed_reserve(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_push(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_pop(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_noc_read(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_noc_write(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_barrier(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_multicast(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_semaphore_set(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_semaphore_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_semaphore_inc(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_semaphore_multicast(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_fill(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_set_up(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_acquire(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_commit(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_regs_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_release(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_matrix(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_vector(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_pack(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
// Charges the scalar work in front of an instruction to the cores that do it.
void sim_time_scalars(TimedCore *core, ThreadState *thread, const CodeInstruction *in);

#endif
