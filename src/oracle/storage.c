// Runs of elements of one buffer, contiguous or a stride apart.
#include <string.h>

#include "data/convert.h"
#include "oracle/evaluate.h"

void lanes_to_domain(Domain from, Domain to, Lane *values, size_t count) {
    if (from == to) return;
    for (size_t i = 0; i < count; i++)
        if (to == DOMAIN_REAL)
            values[i].real = (double)values[i].integer;
        else
            values[i].integer = convert_double_to_integer(values[i].real);
}

_Noreturn void fail_uninitialized(Machine *machine, const Storage *storage, int64_t element, Location location) {
    const BufferInfo *info = storage->info;
    char place[MAX_RANK * 21 + 1] = "";
    size_t length = 0;
    for (int d = 0; d < info->buffer->rank; d++)
        length += (size_t)snprintf(place + length, sizeof place - length, d ? ", %lld" : "%lld",
                                   (long long)(element / info->stride[d] % info->shape[d]));
    machine_fail(machine, DIAG_UNINITIALIZED, location, "write the buffer first, for example with T.clear",
                 "element [%s] of '%s' is read before anything is written to it", place, info->buffer->name);
}

static void read_global(const Storage *storage, int64_t first, int64_t stride, size_t count, Lane *out) {
    DType type = storage->info->buffer->type;
    bool real = storage->info->domain == DOMAIN_REAL;
    size_t run = stride == 1 ? count : 1;
    for (size_t i = 0; i < count; i += run) {
        size_t element = (size_t)(first + (int64_t)i * stride);
        if (real)
            convert_to_doubles(type, storage->data, element, run, &out[i].real);
        else
            convert_to_integers(type, storage->data, element, run, &out[i].integer);
    }
}

void storage_read(Machine *machine, Storage *storage, int64_t first, int64_t stride, size_t count, Lane *out,
                  Location location) {
    if (storage->global) {
        read_global(storage, first, stride, count, out);
        return;
    }
    if (stride == 1) {
        const uint8_t *missing = memchr(storage->written + first, 0, count);
        if (missing) fail_uninitialized(machine, storage, missing - storage->written, location);
        memcpy(out, storage->lanes + first, count * sizeof *out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t element = first + (int64_t)i * stride;
        if (!storage->written[element]) fail_uninitialized(machine, storage, element, location);
        out[i] = storage->lanes[element];
    }
}

void storage_write(Machine *machine, Storage *storage, int64_t first, int64_t stride, size_t count, const Lane *values,
                   Location location) {
    size_t run = stride == 1 ? count : 1;
    for (size_t i = 0; i < count; i += run) {
        int64_t element = first + (int64_t)i * stride;
        if (storage->global) {
            global_write(machine, storage, element, run, values + i, location);
        } else {
            memcpy(storage->lanes + element, values + i, run * sizeof *values);
            memset(storage->written + element, 1, run);
        }
    }
}
