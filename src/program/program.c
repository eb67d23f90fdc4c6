// What can be asked of a program as a whole: its cores, each core's arguments and threads, and how DST is configured.
#include "program/program.h"

#include "program/internal.h"

static int rectangle_side(const Value *item, uint32_t index) {
    const Value *side = item->items[index];
    bool legal = side->kind == VALUE_INT && side->integer >= 0 && side->integer <= MAX_GRID_SIDE;
    return legal ? (int)side->integer : 0;
}

int program_core_ranges(const Function *program, CoreRange ranges[MAX_CORE_RANGES]) {
    const Value *list = program->attributes[ATTR_CORE_RANGES];
    if (!list) {
        ranges[0] = (CoreRange){0, 0, 1, 1};
        return 1;
    }
    int count = 0;
    for (uint32_t i = 0; list->kind == VALUE_LIST && i < list->count && count < MAX_CORE_RANGES; i++) {
        const Value *item = list->items[i];
        if (item->kind != VALUE_LIST || item->count != 4) continue;
        ranges[count++] = (CoreRange){rectangle_side(item, 0), rectangle_side(item, 1), rectangle_side(item, 2),
                                      rectangle_side(item, 3)};
    }
    return count;
}

bool range_holds(CoreRange range, Core core) {
    return core.x >= range.x && core.x - range.x < range.columns && core.y >= range.y && core.y - range.y < range.rows;
}

static bool any_range_holds(int count, const CoreRange ranges[], Core core) {
    for (int i = 0; i < count; i++)
        if (range_holds(ranges[i], core)) return true;
    return false;
}

// The smallest rectangle from (0, 0) that holds them all.
static Core far_corner(int count, const CoreRange ranges[]) {
    Core corner = {0, 0};
    for (int i = 0; i < count; i++) {
        if (ranges[i].x + ranges[i].columns > corner.x) corner.x = ranges[i].x + ranges[i].columns;
        if (ranges[i].y + ranges[i].rows > corner.y) corner.y = ranges[i].y + ranges[i].rows;
    }
    return corner;
}

int program_cores(const Function *program, Core **cores) {
    CoreRange ranges[MAX_CORE_RANGES];
    int range_count = program_core_ranges(program, ranges);
    Core corner = far_corner(range_count, ranges);
    *cores = arena_new_array(&program->module->context->scratch, Core, (size_t)corner.x * (size_t)corner.y);
    int count = 0;
    for (int y = 0; y < corner.y; y++)
        for (int x = 0; x < corner.x; x++)
            if (any_range_holds(range_count, ranges, (Core){x, y})) (*cores)[count++] = (Core){x, y};
    return count;
}

static int64_t add_scaled(int64_t base, int64_t step, int64_t count) {
    return (int64_t)((uint64_t)base + (uint64_t)step * (uint64_t)count);
}

int64_t argument_value(const RuntimeArgument *argument, Core core) {
    for (uint32_t i = 0; i < argument->pieces.count; i++) {
        const ArgumentPiece *piece = &argument->pieces.items[i];
        if (!range_holds(piece->range, core)) continue;
        return add_scaled(add_scaled(piece->base, piece->dx, core.x - piece->range.x), piece->dy,
                          core.y - piece->range.y);
    }
    return 0;
}

const ThreadProgram *program_thread(const Function *program, Thread thread, Core core) {
    for (uint32_t i = 0; i < program->threads.count; i++) {
        const ThreadProgram *candidate = program->threads.items[i];
        if (candidate->thread != thread) continue;
        if (candidate->cores.count == 0 || any_range_holds((int)candidate->cores.count, candidate->cores.items, core))
            return candidate;
    }
    return NULL;
}

static const Value *schedule_entry(const Function *program, const char *key) {
    const Value *schedule = program->attributes[ATTR_DST_SCHEDULE];
    return schedule && schedule->kind == VALUE_DICT ? value_get(schedule, key) : NULL;
}

static bool schedule_flag(const Function *program, const char *key, bool otherwise) {
    const Value *entry = schedule_entry(program, key);
    return entry && entry->kind == VALUE_BOOL ? entry->boolean : otherwise;
}

bool program_dst_fp32(const Function *program) { return schedule_flag(program, "fp32", true); }

bool program_dst_full_sync(const Function *program) { return schedule_flag(program, "full_sync", false); }

MathFidelity program_fidelity(const Function *program) {
    const Value *entry = schedule_entry(program, "math_fidelity");
    MathFidelity fidelity = FIDELITY_HIFI4;
    if (entry && entry->kind == VALUE_TEXT && !fidelity_parse(entry->text, &fidelity)) fidelity = FIDELITY_HIFI4;
    return fidelity;
}

int program_dst_tiles(const Function *program, const Target *target) {
    return target_dst_tiles(target, program_dst_fp32(program)) * (program_dst_full_sync(program) ? 2 : 1);
}
