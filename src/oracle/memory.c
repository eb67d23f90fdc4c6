// Element accesses of a row: where its lanes go, and what lies outside of the buffer.
#include <string.h>

#include "data/convert.h"
#include "oracle/evaluate.h"

// The lanes of a row that lie inside of the buffer, when its indices are linear: [low, high), element first + step *
// lane.
typedef struct Run {
    int64_t first, step;
    size_t low, high;
} Run;

static const Storage *storage_of(const Machine *machine, const Access *access) {
    return machine->storages[access->buffer];
}

static bool lane_active(const Machine *machine, const Access *access, size_t lane) {
    if (!access->masked) return true;
    return machine->frame[access->mask.at + (access->mask.varying ? (int32_t)lane : 0)].integer != 0;
}

_Noreturn static void fail_outside(Machine *machine, const Access *access, int64_t lane) {
    const BufferInfo *info = storage_of(machine, access)->info;
    for (int d = 0; d < access->rank; d++) {
        int64_t index = integer_row(machine, access->index[d])[access->index[d].varying ? lane : 0];
        index += (int64_t)((uint64_t)access->step[d] * (uint64_t)lane);
        if (index < 0 || index >= info->shape[d])
            machine_fail(machine, DIAG_OUT_OF_BOUNDS, access->location, "correct the index or the buffer's shape",
                         "index %lld is outside of dimension %d of '%s', which has %lld elements", (long long)index, d,
                         info->buffer->name, (long long)info->shape[d]);
    }
    machine_fail(machine, DIAG_INTERNAL, access->location, NULL, "an index of '%s' is lost", info->buffer->name);
}

static int64_t floor_divide(__int128 a, __int128 b) {
    __int128 quotient = a / b;
    if (a % b != 0 && (a < 0) != (b < 0)) quotient--;
    return quotient > LANES ? LANES : quotient < -1 ? -1 : (int64_t)quotient;
}

// Lanes with 0 <= base + step * lane < limit.
static void clip_lanes(Run *run, int64_t base, int64_t step, int64_t limit) {
    int64_t low = 0, high = LANES;
    if (step == 0) {
        if (base < 0 || base >= limit) high = 0;
    } else {
        __int128 near = step > 0 ? -(__int128)base : (__int128)limit - 1 - base;
        __int128 far = step > 0 ? (__int128)limit - 1 - base : -(__int128)base;
        low = floor_divide(near - (step > 0 ? 1 : -1), step) + 1;
        high = floor_divide(far, step) + 1;
    }
    if (low > (int64_t)run->low) run->low = (size_t)low;
    if (high < (int64_t)run->high) run->high = high < 0 ? 0 : (size_t)high;
}

// False if some index is not linear over the row.
static bool linear_run(const Machine *machine, const Access *access, size_t lanes, Run *run) {
    const BufferInfo *info = storage_of(machine, access)->info;
    uint64_t first = 0, step = 0;
    *run = (Run){.high = lanes};
    for (int d = 0; d < access->rank; d++) {
        if (access->index[d].varying) return false;
        int64_t base = integer_at(machine, access->index[d]);
        clip_lanes(run, base, access->step[d], info->shape[d]);
        first += (uint64_t)base * (uint64_t)info->stride[d];
        step += (uint64_t)access->step[d] * (uint64_t)info->stride[d];
    }
    if (run->low > run->high) run->low = run->high = 0;
    run->first = (int64_t)first;
    run->step = (int64_t)step;
    return true;
}

// The element of each lane, -1 where it is outside of the buffer.
static void row_elements(const Machine *machine, const Access *access, size_t lanes, int64_t *elements) {
    const BufferInfo *info = storage_of(machine, access)->info;
    memset(elements, 0, lanes * sizeof *elements);
    for (int d = 0; d < access->rank; d++) {
        const int64_t *index = integer_row(machine, access->index[d]);
        for (size_t i = 0; i < lanes; i++) {
            int64_t at = (int64_t)((uint64_t)index[access->index[d].varying ? i : 0] + (uint64_t)access->step[d] * i);
            bool inside = at >= 0 && at < info->shape[d] && elements[i] >= 0;
            elements[i] = inside ? elements[i] + at * info->stride[d] : -1;
        }
    }
}

// ---------------------------------------------------------------- reading

static void copy_items(const char *data, size_t item, const int64_t *elements, size_t count, char *out) {
    for (size_t i = 0; i < count; i++)
        if (elements[i] < 0)
            memset(out + i * item, 0, item);
        else
            memcpy(out + i * item, data + (size_t)elements[i] * item, item);
}

static void to_lanes(DType type, const void *data, size_t first, size_t count, Lane *out) {
    if (dtype_is_float(type))
        convert_to_doubles(type, data, first, count, &out->real);
    else
        convert_to_integers(type, data, first, count, &out->integer);
}

static void gather_global(const Storage *storage, const int64_t *elements, size_t count, Lane *out) {
    DType type = storage->info->buffer->type;
    _Alignas(8) char items[LANES * sizeof(Lane)];
    copy_items(storage->data, dtype_bytes(type), elements, count, items);
    to_lanes(type, items, 0, count, out);
}

static void gather_local(Machine *machine, const Access *access, const int64_t *elements, size_t count, Lane *out) {
    const Storage *storage = storage_of(machine, access);
    for (size_t i = 0; i < count; i++) {
        if (elements[i] >= 0 && storage->written[elements[i]]) {
            out[i] = storage->lanes[elements[i]];
            continue;
        }
        out[i] = (Lane){0};
        if (!lane_active(machine, access, i)) continue;
        if (elements[i] < 0) fail_outside(machine, access, (int64_t)i);
        fail_uninitialized(machine, storage, elements[i], access->location);
    }
}

static void gather(Machine *machine, const Access *access, size_t lanes, Lane *out) {
    int64_t elements[LANES];
    const Storage *storage = storage_of(machine, access);
    row_elements(machine, access, lanes, elements);
    if (storage->global)
        gather_global(storage, elements, lanes, out);
    else
        gather_local(machine, access, elements, lanes, out);
}

// One lane stands for the whole row where nothing varies: it takes part if any lane does.
static bool nobody_active(const Machine *machine, const Access *access, size_t lanes) {
    if (!access->masked || lanes > 1 || !access->mask.varying) return false;
    for (size_t i = 0; i < machine->lanes; i++)
        if (lane_active(machine, access, i)) return false;
    return true;
}

void row_load(Machine *machine, const Instruction *instruction, size_t lanes) {
    const Access *access = instruction->access;
    const Storage *storage = storage_of(machine, access);
    Lane *out = &machine->frame[instruction->target.at];
    Access unmasked;
    Run run;
    if (lanes == 1 && access->masked && access->mask.varying) {
        out[0] = (Lane){0};
        if (nobody_active(machine, access, lanes)) return;
        unmasked = *access;
        unmasked.masked = false;
        access = &unmasked;
    }
    bool whole = linear_run(machine, access, lanes, &run) && (run.step == 1 || lanes == 1) && run.low < run.high;
    if (!whole || (!storage->global && run.high - run.low < lanes)) {
        gather(machine, access, lanes, out);
        return;
    }
    size_t first = (size_t)(run.first + (int64_t)run.low * run.step), count = run.high - run.low;
    if (!storage->global && memchr(storage->written + first, 0, count)) {
        gather(machine, access, lanes, out);
        return;
    }
    memset(out, 0, run.low * sizeof *out);
    memset(out + run.high, 0, (lanes - run.high) * sizeof *out);
    if (storage->global)
        to_lanes(storage->info->buffer->type, storage->data, first, count, out + run.low);
    else
        memcpy(out + run.low, storage->lanes + first, count * sizeof *out);
}

// ---------------------------------------------------------------- writing

void round_lanes(DType type, Lane *values, size_t count) {
    if (domain_of(type) == DOMAIN_REAL)
        convert_round_doubles(type, &values->real, count);
    else
        convert_round_integers(type, &values->integer, count);
}

static void note_write(Machine *machine, const Node *node, int64_t element, size_t lane, Lane value) {
    const Access *access = &node->store.access;
    if (write_log_note(machine, access->buffer, element, machine->iteration + (int64_t)lane, value,
                       node->store.updates))
        return;
    machine_fail(machine, DIAG_RACE, access->location,
                 "give each iteration its own element, or use a reduction or T.atomic_add",
                 "iterations of T.Parallel write different values to one element of '%s'",
                 storage_of(machine, access)->info->buffer->name);
}

// Lane by lane: masked, scattered, or with iterations that may meet.
static void scatter(Machine *machine, const Node *node, size_t lanes, const Lane *values) {
    const Access *access = &node->store.access;
    Storage *storage = machine->storages[access->buffer];
    int64_t elements[LANES];
    row_elements(machine, access, lanes, elements);
    for (size_t i = 0; i < lanes; i++) {
        if (!lane_active(machine, access, i)) continue;
        if (elements[i] < 0 && !storage->global) fail_outside(machine, access, (int64_t)i);
        if (elements[i] < 0) continue;
        if (node->store.checked) note_write(machine, node, elements[i], i, values[i]);
        if (storage->global) {
            global_write(machine, storage, elements[i], 1, &values[i], access->location);
        } else {
            storage->lanes[elements[i]] = values[i];
            storage->written[elements[i]] = 1;
        }
    }
}

void store_row(Machine *machine, const Node *node) {
    const Access *access = &node->store.access;
    Storage *storage = machine->storages[access->buffer];
    const Lane *source = &machine->frame[node->value.at];
    Lane values[LANES];
    size_t lanes = machine->lanes;
    Run run;
    if (node->value.varying)
        memcpy(values, source, lanes * sizeof *values);
    else
        for (size_t i = 0; i < lanes; i++) values[i] = *source;
    round_lanes(storage->info->buffer->type, values, lanes);
    track_store(machine, node, values);
    bool whole = !access->masked && !node->store.checked && linear_run(machine, access, lanes, &run) &&
                 (run.step == 1 || lanes == 1);
    if (!whole || (!storage->global && run.high - run.low < lanes)) {
        scatter(machine, node, lanes, values);
        return;
    }
    size_t first = (size_t)(run.first + (int64_t)run.low * run.step), count = run.high - run.low;
    if (storage->global) {
        if (count) global_write(machine, storage, (int64_t)first, count, values + run.low, access->location);
        return;
    }
    memcpy(storage->lanes + first, values, count * sizeof *values);
    memset(storage->written + first, 1, count);
}
