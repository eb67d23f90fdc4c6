// A plan's values as the constants of host.cpp.
#include <string.h>

#include "emit/host.h"

typedef struct HostPrinter {
    Context *context;
    const Value *plan;    // of a launch
    const Value *results; // names of tensors that it leaves as the kernel's results
    Text *out;
} HostPrinter;

// ---------------------------------------------------------------- values

static const Value *section(const HostPrinter *printer, const char *key) { return value_get(printer->plan, key); }
static int64_t number(const Value *dict, const char *key) { return value_get(dict, key)->integer; }
static const char *word(const Value *dict, const char *key) { return value_get(dict, key)->text; }

static int index_named(const Value *list, const Value *name) {
    for (uint32_t i = 0; name->kind == VALUE_TEXT && i < list->count; i++)
        if (!strcmp(word(list->items[i], "name"), name->text)) return (int)i;
    return -1;
}

static void add_number(HostPrinter *printer, int64_t value) { text_add_integer(printer->out, value); }
static void add_bool(HostPrinter *printer, bool value) { text_add(printer->out, value ? "true" : "false"); }

// In quotes; whatever is not plain as octal digits.
static void add_quoted(HostPrinter *printer, const char *text) {
    text_add(printer->out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?';
        text_format(printer->out, plain ? "%c" : "\\%03o", c);
    }
    text_add(printer->out, "\"");
}

// Behind a line: names of what it holds.
static void add_comment(HostPrinter *printer, const char *text) {
    text_add(printer->out, " // ");
    for (; *text; text++) text_add_bytes(printer->out, *text >= ' ' && *text < 0x7f && *text != '\\' ? text : "?", 1);
}

static void add_integers(HostPrinter *printer, const Value *list) {
    text_add(printer->out, "{");
    for (uint32_t i = 0; i < list->count; i++) {
        if (i) text_add(printer->out, ", ");
        add_number(printer, list->items[i]->integer);
    }
    text_add(printer->out, "}");
}

static void add_areas(HostPrinter *printer, const Value *ranges) {
    text_add(printer->out, "{");
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *start = value_get(ranges->items[i], "start"), *extent = value_get(ranges->items[i], "extent");
        text_format(printer->out, "%s{%lld, %lld, %lld, %lld}", i ? ", " : "", (long long)start->items[0]->integer,
                    (long long)start->items[1]->integer, (long long)extent->items[0]->integer,
                    (long long)extent->items[1]->integer);
    }
    text_add(printer->out, "}");
}

// ---------------------------------------------------------------- the chip

// Cores of the largest launch.
static void print_grid(HostPrinter *printer, uint32_t count, const Value *const launches[]) {
    int64_t columns = 0, rows = 0;
    for (uint32_t i = 0; i < count; i++) {
        const Value *grid = value_get(launches[i], "core_grid");
        if (grid->items[0]->integer > columns) columns = grid->items[0]->integer;
        if (grid->items[1]->integer > rows) rows = grid->items[1]->integer;
    }
    text_format(printer->out, "constexpr uint32_t columns = %lld, rows = %lld;\n", (long long)columns, (long long)rows);
}

static void print_chip(HostPrinter *printer) {
    const Value *target = section(printer, "target");
    bool blackhole = !strcmp(word(target, "arch"), "blackhole");
    text_add(printer->out, "// clang-format off\nconstexpr const char *target = ");
    add_quoted(printer, word(target, "name"));
    text_format(printer->out, ";\nconstexpr tt::ARCH arch = tt::ARCH::%s;\n", blackhole ? "BLACKHOLE" : "WORMHOLE_B0");
}

static void print_configuration(HostPrinter *printer) {
    const Value *compute = section(printer, "compute"), *folder = section(printer, "folder");
    text_add(printer->out, ".folder = ");
    add_quoted(printer, folder ? folder->text : ".");
    text_format(printer->out,
                ",\n.fidelity = tt::tt_metal::MathFidelity::%s,\n.fp32_dst = ", word(compute, "math_fidelity"));
    add_bool(printer, value_get(compute, "fp32_dst")->boolean);
    text_add(printer->out, ",\n.full_sync_dst = ");
    add_bool(printer, value_get(compute, "full_sync_dst")->boolean);
    text_add(printer->out, ",\n.cores = ");
    add_areas(printer, section(printer, "core_ranges"));
    text_add(printer->out, ",\n");
}

// ---------------------------------------------------------------- tensors

static bool is_known_format(const char *format) {
    static const char *const known[] = {"bfloat16", "float32", "int32", "uint32", "uint16", "uint8"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], format)) return true;
    return false;
}

static void require_format(HostPrinter *printer, const char *name, const char *format) {
    if (is_known_format(format)) return;
    report(printer->context, DIAG_EMIT_FORMAT, (Location){0}, "%s has the format %s, which host.cpp does not have",
           name, format);
    report_help(printer->context, "compile with --float16=bfloat16, or leave --host=cpp out");
    fail_now(printer->context);
}

// Dimensions outside of the tile plane, then its rows and columns.
static void add_axes(HostPrinter *printer, uint32_t rank, const Value *plane) {
    text_add(printer->out, "{");
    for (uint32_t i = 0; i < rank; i++)
        if (i != plane->items[0]->integer && i != plane->items[1]->integer) text_format(printer->out, "%u, ", i);
    text_format(printer->out, "%lld, %lld}", (long long)plane->items[0]->integer, (long long)plane->items[1]->integer);
}

static void add_shard(HostPrinter *printer, const Value *shard) {
    if (shard->kind != VALUE_DICT) {
        text_add(printer->out, "{}");
        return;
    }
    const Value *shape = value_get(shard, "shape"), *grid = value_get(shard, "grid");
    text_format(printer->out, "{%lld, %lld, %lld, %lld, ", (long long)shape->items[0]->integer,
                (long long)shape->items[1]->integer, (long long)grid->items[0]->integer,
                (long long)grid->items[1]->integer);
    add_bool(printer, !strcmp(word(shard, "order"), "column_major"));
    text_add(printer->out, "}");
}

static void print_tensor(HostPrinter *printer, const Value *tensor) {
    const char *role = word(tensor, "role"), *name = word(tensor, "name");
    const Value *layout = value_get(section(printer, "layouts"), name);
    require_format(printer, name, word(layout, "format"));
    text_add(printer->out, "    {.name = ");
    add_quoted(printer, name);
    text_add(printer->out, ", .is_input = ");
    add_bool(printer, !strcmp(role, "in") || !strcmp(role, "inout"));
    text_add(printer->out, ", .is_output = ");
    add_bool(printer, !strcmp(role, "out") || !strcmp(role, "inout"));
    text_add(printer->out, ", .shape = ");
    add_integers(printer, value_get(tensor, "shape"));
    text_add(printer->out, ", .axes = ");
    add_axes(printer, value_get(tensor, "shape")->count, value_get(layout, "tile_plane"));
    const Value *tile = value_get(layout, "tile_shape");
    text_format(printer->out, ",\n     .format = Format::%s, .tile_height = %lld, .tile_width = %lld, .in_dram = ",
                word(layout, "format"), (long long)tile->items[0]->integer, (long long)tile->items[1]->integer);
    add_bool(printer, !strcmp(word(layout, "space"), "dram"));
    text_format(printer->out, ",\n     .memory = Memory::%s, .order = Order::%s, .shard = ", word(layout, "memory"),
                word(layout, "tile_id_order"));
    add_shard(printer, value_get(layout, "shard"));
    text_add(printer->out, ", .is_result = ");
    add_bool(printer, value_get(printer->results, name) != NULL);
    text_add(printer->out, "},\n");
}

static void print_tensors(HostPrinter *printer) {
    const Value *tensors = section(printer, "tensors");
    text_add(printer->out, ".tensors = {\n");
    for (uint32_t i = 0; i < tensors->count; i++) print_tensor(printer, tensors->items[i]);
    text_add(printer->out, "},\n");
}

// ---------------------------------------------------------------- L1

static void print_circular_buffer(HostPrinter *printer, const Value *buffer) {
    const char *format = word(buffer, "format");
    require_format(printer, word(buffer, "name"), format);
    bool exact = !strcmp(word(buffer, "unpack"), "dst") && !strcmp(format, "float32");
    text_format(printer->out, "    {.index = %lld, .format = Format::%s, .page_bytes = %lld, .pages = %lld, .exact = ",
                (long long)number(buffer, "index"), format, (long long)number(buffer, "page_bytes"),
                (long long)number(buffer, "pages"));
    add_bool(printer, exact);
    text_format(printer->out, ", .alias = %d, .shard = %d},",
                index_named(section(printer, "circular_buffers"), value_get(buffer, "alias")),
                index_named(section(printer, "tensors"), value_get(buffer, "shard")));
    add_comment(printer, word(buffer, "name"));
    text_add(printer->out, "\n");
}

static void print_l1(HostPrinter *printer) {
    const Value *buffers = section(printer, "circular_buffers"), *semaphores = section(printer, "semaphores");
    text_add(printer->out, ".circular_buffers = {\n");
    for (uint32_t i = 0; i < buffers->count; i++) print_circular_buffer(printer, buffers->items[i]);
    text_add(printer->out, "},\n.semaphores = {\n");
    for (uint32_t i = 0; i < semaphores->count; i++) {
        text_format(printer->out, "    %lld,", (long long)number(semaphores->items[i], "initial"));
        add_comment(printer, word(semaphores->items[i], "name"));
        text_add(printer->out, "\n");
    }
    text_add(printer->out, "},\n");
}

// ---------------------------------------------------------------- kernels

// One line: `.field = {items}, // names`.
typedef struct Line {
    HostPrinter *printer;
    Text names;
    bool any;
} Line;

static Line open_line(HostPrinter *printer, const char *field) {
    text_format(printer->out, "        .%s = {", field);
    return (Line){.printer = printer, .names = {.arena = &printer->context->unit}};
}

static void add_item(Line *line, const char *name, const char *text) {
    text_format(line->printer->out, "%s%s", line->any ? ", " : "", text);
    text_format(&line->names, "%s%s", line->any ? ", " : "", name);
    line->any = true;
}

static void close_line(Line *line) {
    text_add(line->printer->out, "},");
    if (line->any) add_comment(line->printer, line->names.data);
    text_add(line->printer->out, "\n");
}

static const char *digits(HostPrinter *printer, int64_t value) {
    return arena_format(&printer->context->unit, "%lld", (long long)value);
}

// Circular buffers by their numbers, semaphores by their place in the list.
static void print_numbers(HostPrinter *printer, const Value *kernel) {
    const Value *arguments = value_get(kernel, "compile_time_args"), *semaphores = section(printer, "semaphores");
    Line line = open_line(printer, "circular_buffers");
    for (uint32_t i = 0; i < arguments->count; i++)
        if (index_named(semaphores, value_text(&printer->context->unit, arguments->keys[i])) < 0)
            add_item(&line, arguments->keys[i], digits(printer, arguments->items[i]->integer));
    close_line(&line);
    line = open_line(printer, "semaphores");
    for (uint32_t i = 0; i < arguments->count; i++) {
        int place = index_named(semaphores, value_text(&printer->context->unit, arguments->keys[i]));
        if (place >= 0) add_item(&line, arguments->keys[i], digits(printer, place));
    }
    close_line(&line);
}

static void print_arguments(HostPrinter *printer, const Value *kernel) {
    const Value *tensors = value_get(kernel, "tensor_args"), *arguments = value_get(kernel, "runtime_args");
    Line line = open_line(printer, "tensors");
    for (uint32_t i = 0; i < tensors->count; i++)
        add_item(&line, tensors->items[i]->text,
                 digits(printer, index_named(section(printer, "tensors"), tensors->items[i])));
    close_line(&line);
    line = open_line(printer, "arguments");
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Value *axis = value_get(section(printer, "core_coordinates"), arguments->items[i]->text);
        add_item(&line, arguments->items[i]->text,
                 !axis                ? "Argument::number"
                 : *axis->text == 'x' ? "Argument::core_x"
                                      : "Argument::core_y");
    }
    close_line(&line);
}

static bool runs_on(const Value *kernel, int64_t x, int64_t y) {
    const Value *ranges = value_get(kernel, "cores");
    for (uint32_t i = 0; i < ranges->count; i++) {
        const Value *start = value_get(ranges->items[i], "start"), *extent = value_get(ranges->items[i], "extent");
        int64_t dx = x - start->items[0]->integer, dy = y - start->items[1]->integer;
        if (dx >= 0 && dy >= 0 && dx < extent->items[0]->integer && dy < extent->items[1]->integer) return true;
    }
    return false;
}

static void print_values(HostPrinter *printer, const Value *kernel) {
    const Value *cores = section(printer, "cores"), *names = value_get(kernel, "runtime_args");
    text_add(printer->out, "        .values = {\n");
    for (uint32_t i = 0; i < cores->count; i++) {
        const Value *place = value_get(cores->items[i], "core"), *given = value_get(cores->items[i], "runtime_args");
        int64_t x = place->items[0]->integer, y = place->items[1]->integer;
        if (!runs_on(kernel, x, y)) continue;
        text_format(printer->out, "            {%lld, %lld, {", (long long)x, (long long)y);
        for (uint32_t k = 0; k < names->count; k++) {
            if (k) text_add(printer->out, ", ");
            add_number(printer, value_get(given, names->items[k]->text)->integer);
        }
        text_add(printer->out, "}},\n");
    }
    text_add(printer->out, "        },\n");
}

static void print_sizes(HostPrinter *printer, const Value *kernel) {
    const Value *names = value_get(kernel, "size_args");
    Line line = open_line(printer, "sizes");
    for (uint32_t i = 0; i < names->count; i++)
        add_item(&line, names->items[i]->text,
                 digits(printer, number(section(printer, "sizes"), names->items[i]->text)));
    close_line(&line);
}

static void print_kernel(HostPrinter *printer, const Value *kernel) {
    text_add(printer->out, "    {\n        .file = ");
    add_quoted(printer, word(kernel, "file"));
    text_format(printer->out, ",\n        .thread = Thread::%s,\n        .cores = ", word(kernel, "thread"));
    add_areas(printer, value_get(kernel, "cores"));
    text_add(printer->out, ",\n");
    print_numbers(printer, kernel);
    print_arguments(printer, kernel);
    print_values(printer, kernel);
    print_sizes(printer, kernel);
    text_add(printer->out, "    },\n");
}

static void print_launch(HostPrinter *printer) {
    const Value *kernels = section(printer, "kernels");
    text_add(printer->out, "\n{\n");
    print_configuration(printer);
    print_tensors(printer);
    print_l1(printer);
    text_add(printer->out, ".kernels = {\n");
    for (uint32_t i = 0; i < kernels->count; i++) print_kernel(printer, kernels->items[i]);
    text_add(printer->out, "},\n},\n");
}

static bool is_written(const Value *tensor) { return strcmp(word(tensor, "role"), "in") != 0; }

static bool writes(const Value *launch, const char *name) {
    const Value *tensors = value_get(launch, "tensors");
    for (uint32_t i = 0; i < tensors->count; i++)
        if (is_written(tensors->items[i]) && !strcmp(word(tensors->items[i], "name"), name)) return true;
    return false;
}

// What the kernel gives back and no later launch writes.
static Value *results_of(Context *context, const Value *plan, uint32_t count, const Value *const launches[]) {
    Value *results = value_dict(&context->unit);
    const Value *tensors = value_get(plan, "tensors");
    for (uint32_t i = 0; i < tensors->count; i++) {
        const char *role = word(tensors->items[i], "role"), *name = word(tensors->items[i], "name");
        bool written = (!strcmp(role, "out") || !strcmp(role, "inout")) && writes(launches[0], name);
        for (uint32_t k = 1; k < count; k++) written = written && !writes(launches[k], name);
        if (written) value_set(&context->unit, results, name_of(context, name), value_bool(&context->unit, true));
    }
    return results;
}

void print_host_plan(Context *context, const Value *plan, Text *out) {
    const Value *several = value_get(plan, "launches");
    uint32_t count = several ? several->count : 1;
    const Value *const *launches = several ? several->items : &plan;
    HostPrinter printer = {.context = context, .plan = plan, .out = out};
    print_chip(&printer);
    print_grid(&printer, count, launches);
    text_add(out, "\nconst std::vector<Launch> launches = {\n");
    for (uint32_t i = 0; i < count; i++) {
        printer.plan = launches[i];
        printer.results = results_of(context, plan, count - i, launches + i);
        print_launch(&printer);
    }
    text_add(out, "};\n// clang-format on\n");
}
