// Writes the trace. Spans of one name that touch become one slice; beyond a number of slices the rest is dropped, and
// the file says so.
#include "sim/trace.h"

#include "base/file.h"

enum { MAX_SLICES = 250000 };

static const char *const clock_names[CLOCK_COUNT] = {"reader", "unpack", "math", "pack", "writer"};

static void name_tracks(Trace *trace, int core, Core place) {
    text_format(&trace->text,
                "{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\",\"args\":{\"name\":\"core (%d, %d)\"}},\n", core,
                place.x, place.y);
    for (int clock = 0; clock < CLOCK_COUNT; clock++)
        text_format(&trace->text,
                    "{\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"name\":\"thread_name\",\"args\":{\"name\":\"%s\"}},\n", core,
                    clock, clock_names[clock]);
}

Trace *trace_new(Arena *arena, const Target *target, int core_count, const Core *cores) {
    Trace *trace = arena_new(arena, Trace);
    trace->text.arena = arena;
    trace->cycles_per_microsecond = target->clock_ghz > 0 ? target->clock_ghz * 1000 : 1000;
    trace->open = arena_new_array(arena, TraceSlice, (size_t)core_count * CLOCK_COUNT);
    text_add(&trace->text, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
    for (int core = 0; core < core_count; core++) name_tracks(trace, core, cores[core]);
    return trace;
}

static void write_slice(Trace *trace, int track, const TraceSlice *slice) {
    if (!slice->name) return;
    if (trace->written == MAX_SLICES) {
        trace->dropped++;
        return;
    }
    trace->written++;
    text_format(&trace->text, "{\"ph\":\"X\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,\"name\":\"%s\"},\n",
                track / CLOCK_COUNT, track % CLOCK_COUNT, (double)slice->start / trace->cycles_per_microsecond,
                (double)(slice->end - slice->start) / trace->cycles_per_microsecond, slice->name);
}

void trace_span(Trace *trace, int core, Clock clock, const char *name, int64_t start, int64_t end) {
    if (!trace || end <= start) return;
    int track = core * CLOCK_COUNT + (int)clock;
    TraceSlice *open = &trace->open[track];
    if (open->name == name && start <= open->end) {
        open->end = end > open->end ? end : open->end;
        return;
    }
    write_slice(trace, track, open);
    *open = (TraceSlice){name, start, end};
}

void trace_write(Trace *trace, Context *context, const char *path, int core_count) {
    for (int track = 0; track < core_count * CLOCK_COUNT; track++) write_slice(trace, track, &trace->open[track]);
    text_format(&trace->text,
                "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_sort_index\",\"args\":{\"sort_index\":0}}\n],\n"
                "\"otherData\":{\"slices\":%lld,\"dropped\":%lld,\"note\":\"%s\"}}\n",
                (long long)trace->written, (long long)trace->dropped,
                trace->dropped ? "the trace was cut off: later slices are missing" : "complete");
    file_write(context, path, trace->text.data, trace->text.length);
}
