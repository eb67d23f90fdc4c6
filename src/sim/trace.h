// A Chrome trace (chrome://tracing, Perfetto): a process a core, a track a clock, one slice a span of work or of stall.
#ifndef TTILE_SIM_TRACE_H
#define TTILE_SIM_TRACE_H

#include "sim/sim.h"

typedef struct TraceSlice {
    const char *name; // NULL: none yet
    int64_t start, end;
} TraceSlice;

typedef struct Trace {
    Text text;
    double cycles_per_microsecond;
    int64_t written, dropped;
    TraceSlice *open; // the last slice of each track, which the next may lengthen
} Trace;

Trace *trace_new(Arena *arena, const Target *target, int core_count, const Core *cores);
void trace_span(Trace *trace, int core, Clock clock, const char *name, int64_t start, int64_t end);
// Writes the file; fails as file_write does.
void trace_write(Trace *trace, Context *context, const char *path, int core_count);

#endif
