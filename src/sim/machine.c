// Builds the machine for one program: circular buffers laid out in L1, tensors with their page maps, thread programs
// compiled. Everything that a program's tables may not hold is reported here, before any core runs.
#include "sim/machine.h"

#include <string.h>

#include "ir/build.h"

enum { PAGE_ALIGNMENT = 64, MAX_TENSORS = 1024, DEFAULT_STEPS_SHIFT = 32 };

int sim_buffer_place(const Machine *machine, const CircularBuffer *circular) {
    for (int i = 0; i < machine->buffer_count; i++)
        if (machine->buffers[i].circular == circular) return i;
    return -1;
}

// ---------------------------------------------------------------- circular buffers

static void refuse_buffer(const Machine *machine, const CircularBuffer *circular, const char *why) {
    report(machine->context, DIAG_SIM_BUFFER, circular->location, "circular buffer `%s`: %s", circular->name, why);
    report_help(machine->context,
                "A page is one 32x32 tile in the buffer's format; an alias has the pages of the buffer "
                "that it shares.");
}

static const char *buffer_fault(const Machine *machine, const CircularBuffer *circular) {
    const CircularBuffer *base = circular->alias;
    int64_t bytes = (int64_t)dtype_bytes(circular->format) * TILE_ELEMENTS;
    bool moved = circular_is_moved_only(circular);
    if (moved && (circular->page_bytes == bytes / 2 || circular->page_bytes == bytes / 4)) bytes = circular->page_bytes;
    if (circular->index < 0 || circular->index >= machine->target->circular_buffers)
        return "the chip has no such index";
    if (circular->pages < 1) return "it has no pages";
    if (circular->page_bytes != bytes) return "its page size is not that of a tile in its format";
    if (!base) return NULL;
    if (sim_buffer_place(machine, base) < 0 || base->alias) return "it is an alias of something that is no buffer";
    if (base->pages != circular->pages || base->page_bytes != circular->page_bytes)
        return "it differs in pages or page size from the buffer that it is an alias of";
    return NULL;
}

static bool index_taken(const Machine *machine, int place) {
    for (int i = 0; i < place; i++)
        if (machine->buffers[i].circular->index == machine->buffers[place].circular->index) return true;
    return false;
}

static void lay_out(Machine *machine, BufferInfo *info) {
    info->offset = machine->l1_bytes;
    info->first_page = machine->l1_pages;
    machine->l1_bytes += (info->pages * info->page_bytes + PAGE_ALIGNMENT - 1) / PAGE_ALIGNMENT * PAGE_ALIGNMENT;
    machine->l1_pages += info->pages;
}

static bool build_buffer(Machine *machine, int place) {
    BufferInfo *info = &machine->buffers[place];
    const CircularBuffer *circular = info->circular;
    const char *fault = buffer_fault(machine, circular);
    if (!fault && index_taken(machine, place)) fault = "another buffer has its index";
    if (fault) refuse_buffer(machine, circular, fault);
    info->pages = circular->pages;
    info->page_bytes = circular->page_bytes;
    info->format = circular->format;
    info->to_dst = circular->unpack == UNPACK_DST;
    return !fault;
}

static bool l1_fits(const Machine *machine) {
    int64_t room = machine->target->l1_bytes - machine->target->l1_base;
    int64_t used = program_l1_bytes(machine->program, machine->target);
    if (used <= room) return true;
    report(machine->context, DIAG_SIM_L1, machine->program->location,
           "the circular buffers take %lld bytes of L1, and a core has %lld for them", (long long)used,
           (long long)room);
    report_help(machine->context, "Use fewer pages, or smaller blocks.");
    return false;
}

static int buffer_count(const Machine *machine) {
    const Function *program = machine->program;
    uint32_t count = program->circular_buffers.count, limit = (uint32_t)machine->target->circular_buffers;
    if (count <= limit) return (int)count;
    fail(machine->context, DIAG_SIM_BUFFER, program->circular_buffers.items[limit]->location,
         "the program has %u circular buffers, and the chip has %u", count, limit);
}

static void build_buffers(Machine *machine) {
    const Function *program = machine->program;
    int count = buffer_count(machine);
    machine->buffers = arena_new_array(&machine->arena, BufferInfo, (size_t)count);
    machine->buffer_count = count;
    for (int i = 0; i < count; i++) machine->buffers[i].circular = program->circular_buffers.items[i];
    bool fine = true;
    for (int i = 0; i < count; i++) fine = build_buffer(machine, i) && fine;
    if (!fine || !l1_fits(machine)) fail_now(machine->context);
    for (int i = 0; i < count; i++)
        if (!machine->buffers[i].circular->alias) lay_out(machine, &machine->buffers[i]);
    for (int i = 0; i < count; i++) {
        BufferInfo *info = &machine->buffers[i];
        if (!info->circular->alias) continue;
        BufferInfo *base = &machine->buffers[sim_buffer_place(machine, info->circular->alias)];
        info->is_aliased = base->is_aliased = true;
        info->offset = base->offset;
        info->first_page = base->first_page;
    }
}

// ---------------------------------------------------------------- semaphores

int sim_semaphore_place(const Machine *machine, const Semaphore *semaphore) {
    for (int i = 0; i < machine->semaphore_count; i++)
        if (machine->semaphores[i] == semaphore) return i;
    return -1;
}

static const char *semaphore_fault(const Machine *machine, int place) {
    const Semaphore *semaphore = machine->semaphores[place];
    int64_t limit = machine->target->semaphores;
    if (place >= limit || semaphore->index < 0 || semaphore->index >= limit)
        return "the chip has no such index, or not that many";
    for (int i = 0; i < place; i++)
        if (machine->semaphores[i]->index == semaphore->index) return "another semaphore has its index";
    return NULL;
}

static void build_semaphores(Machine *machine) {
    const Function *program = machine->program;
    machine->semaphores = (const Semaphore **)(void *)program->semaphores.items;
    machine->semaphore_count = (int)program->semaphores.count;
    for (int i = 0; i < machine->semaphore_count; i++) {
        const char *fault = semaphore_fault(machine, i);
        if (fault)
            fail(machine->context, DIAG_SIM_SEMAPHORE, program->location, "semaphore `%s`: %s",
                 machine->semaphores[i]->name, fault);
    }
}

// ---------------------------------------------------------------- tensors

static bool tensor_is_paged(const Buffer *buffer, const PageMap *map, DType type) {
    bool tiles = map->tile_height <= TILE_SIZE && map->tile_width <= TILE_SIZE;
    return buffer->has_layout && tiles && buffer->layout.format == type && map->pages > 0;
}

// Bytes of the host's array for a tensor that is no parameter; 0 if it does not fit.
static size_t scratch_bytes(const Buffer *buffer) {
    int64_t bytes = (int64_t)dtype_bytes(buffer->type), extent;
    for (int i = 0; i < buffer->rank; i++)
        if (!expr_evaluate_bound(buffer->shape[i], &extent) || extent < 1 ||
            __builtin_mul_overflow(bytes, extent, &bytes))
            return 0;
    return (size_t)bytes;
}

static TensorInfo tensor_of(Machine *machine, const Buffer *buffer, void *data, DType type) {
    TensorInfo info = {.buffer = buffer, .data = data, .format = type, .map = page_map(buffer)};
    if (!tensor_is_paged(buffer, &info.map, type))
        fail(machine->context, DIAG_SIM_TENSOR, buffer->location,
             "tensor `%s` has no pages that the simulator can move: its layout needs tiles of at most 32x32 in %s, in "
             "an order and in shards that hold it",
             buffer->name, dtype_name(type));
    info.in_l1 = page_home(&info.map, machine->target, 0).space == SPACE_L1;
    return info;
}

int sim_tensor_place(Machine *machine, const Buffer *buffer) {
    for (int i = 0; i < machine->tensor_count; i++)
        if (machine->tensors[i].buffer == buffer) return i;
    size_t bytes = scratch_bytes(buffer);
    if (machine->tensor_count == MAX_TENSORS || bytes == 0)
        fail(machine->context, DIAG_SIM_TENSOR, buffer->location, "tensor `%s` has no size, or there are more than %d",
             buffer->name, MAX_TENSORS);
    void *data = arena_allocate(&machine->arena, bytes);
    machine->tensors[machine->tensor_count] = tensor_of(machine, buffer, data, buffer->type);
    return machine->tensor_count++;
}

static void build_parameters(Machine *machine, TensorSet *tensors) {
    const Function *program = machine->program;
    machine->tensors = arena_new_array(&machine->arena, TensorInfo, MAX_TENSORS);
    for (int i = 0; i < tensors->count && i < (int)program->parameters.count && i < MAX_TENSORS; i++) {
        const Buffer *buffer = program->parameters.items[i];
        const Tensor *tensor = &tensors->tensors[i];
        machine->tensors[machine->tensor_count++] = tensor_of(machine, buffer, tensor->data, tensor->type);
    }
}

static void mark_access(Machine *machine, const ThreadCode *code) {
    for (uint32_t i = 0; i < code->instructions.count; i++) {
        const CodeInstruction *in = &code->instructions.items[i];
        if (in->row->effect == EFFECT_NOC_READ) machine->tensors[in->tensor].is_read = true;
        if (in->row->effect == EFFECT_NOC_WRITE) machine->tensors[in->tensor].is_written = true;
    }
}

static void build_owner_maps(Machine *machine) {
    for (int i = 0; i < machine->tensor_count; i++) {
        TensorInfo *tensor = &machine->tensors[i];
        size_t pages = (size_t)tensor->map.pages;
        if (tensor->is_written) tensor->writers = arena_new_array(&machine->arena, _Atomic(uint32_t), pages);
        if (tensor->is_written && tensor->is_read)
            tensor->readers = arena_new_array(&machine->arena, _Atomic(uint32_t), pages);
    }
}

// ---------------------------------------------------------------- what goes from core to core

static bool is_between_cores(Effect effect) {
    return effect >= EFFECT_NOC_MULTICAST && effect <= EFFECT_ATOMIC_BARRIER;
}

// A buffer that some thread sends gets a place among those of its producer.
static void mark_links(Machine *machine, const ThreadCode *code) {
    for (uint32_t i = 0; i < code->instructions.count; i++) {
        const CodeInstruction *in = &code->instructions.items[i];
        if (is_between_cores(in->row->effect)) machine->is_linked = true;
        if (in->row->effect == EFFECT_NOC_MULTICAST) machine->buffers[in->buffers[0]].is_sent = true;
    }
}

static void number_sent_buffers(Machine *machine) {
    int counts[THREAD_COUNT] = {0};
    for (int i = 0; i < machine->buffer_count; i++) {
        BufferInfo *info = &machine->buffers[i];
        if (!info->is_sent) continue;
        info->sent_as = counts[info->circular->producer]++;
        if (info->sent_as >= machine->sent_buffers) machine->sent_buffers = info->sent_as + 1;
    }
}

static void build_core_places(Machine *machine) {
    int64_t columns = machine->target->grid_columns, places = columns * machine->target->grid_rows;
    machine->core_places = arena_new_array(&machine->arena, int, (size_t)places);
    for (int64_t i = 0; i < places; i++) machine->core_places[i] = -1;
    for (int i = 0; i < machine->core_count; i++)
        machine->core_places[machine->cores[i].y * columns + machine->cores[i].x] = i;
}

// ---------------------------------------------------------------- all of it

static void build_codes(Machine *machine) {
    const Function *program = machine->program;
    uint32_t errors = machine->context->error_count;
    machine->code_count = (int)program->threads.count;
    machine->codes = arena_new_array(&machine->arena, ThreadCode, program->threads.count);
    for (uint32_t i = 0; i < program->threads.count; i++) {
        sim_compile_thread(machine, program->threads.items[i], &machine->codes[i]);
        mark_access(machine, &machine->codes[i]);
        mark_links(machine, &machine->codes[i]);
    }
    if (machine->context->error_count != errors) fail_now(machine->context);
}

static void build_cores(Machine *machine) {
    const Target *target = machine->target;
    machine->core_count = program_cores(machine->program, &machine->cores);
    for (int i = 0; i < machine->core_count; i++) {
        Core core = machine->cores[i];
        if (core.x < target->grid_columns && core.y < target->grid_rows) continue;
        fail(machine->context, DIAG_SIM_PROGRAM, machine->program->location,
             "the program names core (%d, %d), and the worker grid of %s is %lld x %lld", core.x, core.y, target->name,
             (long long)target->grid_columns, (long long)target->grid_rows);
    }
}

void sim_machine_build(Machine *machine, TensorSet *tensors) {
    const Function *program = machine->program;
    const SimOptions *options = machine->options;
    if (program->threads.count == 0)
        fail(machine->context, DIAG_SIM_PROGRAM, program->location, "`%s` has no thread programs to simulate",
             program->name);
    machine->mode = (UnitMode){program_dst_fp32(program), program_fidelity(program)};
    machine->dst_tiles = program_dst_tiles(program, machine->target);
    machine->dst_banks = program_dst_full_sync(program) ? 1 : 2;
    machine->step_limit = options->step_limit && options->step_limit < INT64_MAX ? (int64_t)options->step_limit
                                                                                 : (int64_t)1 << DEFAULT_STEPS_SHIFT;
    build_cores(machine);
    build_core_places(machine);
    build_buffers(machine);
    build_semaphores(machine);
    build_parameters(machine, tensors);
    sim_build_shards(machine);
    build_codes(machine);
    number_sent_buffers(machine);
    build_owner_maps(machine);
}
