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

typedef struct TimedMover {
    int64_t now;
    int64_t reads_done, writes_left, writes_done;
    bool in_line; // it waits in the queue of the machine for its turn
} TimedMover;

typedef struct Timing Timing;

typedef struct TimedCore {
    SimCore core; // first
    Timing *timing;
    TimedBuffer *buffers;
    TimedMover movers[2];
    Pipe unpack, math, pack;
    int64_t waited_for_data;                       // by unpack, since the last operation of math
    int64_t acquired, committed, waited, released; // sections of DST
    int64_t commit_times[2], release_times[2];
    int64_t turns[THREAD_COUNT]; // of loops, already paid for
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
    Turn *line; // a heap: the earliest first
    int line_length;
    int phases;          // of a product at the fidelity
    int64_t vector_busy; // cycles of the vector units
    Trace *trace;
    SimResult *result;
};

static inline TimedCore *timed_core(SimCore *core) { return (TimedCore *)core; }
static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
// A span of time on a clock: busy with `name`, or stalled for a cause.
void sim_time_busy(TimedCore *core, Clock clock, const char *name, int64_t start, int64_t cycles);
void sim_time_stall(TimedCore *core, Clock clock, StallCause cause, int64_t start, int64_t end);
// True if another mover's turn comes before `now` of this one.
bool sim_time_yields(const TimedCore *core, Thread thread);

Outcome sim_timed_reserve(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_push(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_wait(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_pop(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_noc_read(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_noc_write(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
Outcome sim_timed_barrier(SimCore *, ThreadState *, const CodeInstruction *, const Scalar *);
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
