// A kernel's file: what it includes, its constants and arguments, its helpers, and kernel_main.
#include <stdlib.h>
#include <string.h>

#include "emit/printer.h"
#include "emit_runner.h"
#include "ir/print.h"

_Noreturn void fail_emit(Emitter *emitter, DiagnosticCode code, const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    Text text = {.arena = emitter->arena};
    text_format_list(&text, format, arguments);
    va_end(arguments);
    report(emitter->context, code, emitter->here, "%s", text.data);
    if (help) report_help(emitter->context, "%s", help);
    fail_now(emitter->context);
}

// ---------------------------------------------------------------- above kernel_main

static int compare_names(const void *a, const void *b) { return strcmp(*(const Name *)a, *(const Name *)b); }

static void print_includes(Emitter *emitter) {
    Text *out = emitter->out;
    text_add(out, "#include <cstdint>\n\n");
    if (emitter->kernel->thread->thread != THREAD_COMPUTE) {
        text_add(out, "#include \"api/dataflow/dataflow_api.h\"\n");
        return;
    }
    if (emitter->headers.count) qsort(emitter->headers.items, emitter->headers.count, sizeof(Name), compare_names);
    for (uint32_t i = 0; i < emitter->headers.count; i++)
        text_format(out, "#include \"api/%s\"\n", emitter->headers.items[i]);
}

static bool names_page_bytes(const Emitter *emitter, const CircularBuffer *buffer) {
    for (uint32_t i = 0; i < emitter->page_bytes.count; i++)
        if (emitter->page_bytes.items[i] == buffer) return true;
    return false;
}

static void print_number(Emitter *emitter, Name name, uint32_t index) {
    print_line(emitter, arena_format(emitter->arena, "constexpr uint32_t %s = get_compile_time_arg_val(%u);",
                                     cpp_name(emitter, name), index));
}

static void print_numbers(Emitter *emitter) {
    const ThreadKernel *kernel = emitter->kernel;
    uint32_t next = 0;
    if (kernel->circular_buffers.count + kernel->semaphores.count) text_add(emitter->out, "\n");
    for (uint32_t i = 0; i < kernel->circular_buffers.count; i++)
        print_number(emitter, kernel->circular_buffers.items[i]->name, next++);
    for (uint32_t i = 0; i < kernel->semaphores.count; i++)
        print_number(emitter, kernel->semaphores.items[i]->name, next++);
    for (uint32_t i = 0; i < kernel->circular_buffers.count; i++) {
        const CircularBuffer *buffer = kernel->circular_buffers.items[i];
        if (!names_page_bytes(emitter, buffer)) continue;
        print_line(emitter, arena_format(emitter->arena, "constexpr uint32_t %s = %d;",
                                         cpp_derived(emitter, buffer->name, "page_bytes"), buffer->page_bytes));
    }
}

static void print_accessor_arguments(Emitter *emitter) {
    const ThreadKernel *kernel = emitter->kernel;
    if (kernel->tensors.count) text_add(emitter->out, "\n");
    const char *offset = arena_format(emitter->arena, "%u", kernel->circular_buffers.count + kernel->semaphores.count);
    for (uint32_t i = 0; i < kernel->tensors.count; i++) {
        const char *arguments = cpp_derived(emitter, kernel->tensors.items[i]->name, "args");
        print_line(emitter,
                   arena_format(emitter->arena, "constexpr auto %s = TensorAccessorArgs<%s>();", arguments, offset));
        offset = arena_format(emitter->arena, "%s.next_compile_time_args_offset()", arguments);
    }
}

// ---------------------------------------------------------------- at the top of kernel_main

static void print_argument(Emitter *emitter, const char *type, const char *name, uint32_t index) {
    print_line(emitter, arena_format(emitter->arena, "const %s %s = get_arg_val<%s>(%u);", type, name, type, index));
}

static void print_arguments(Emitter *emitter) {
    const ThreadKernel *kernel = emitter->kernel;
    uint32_t next = 0;
    for (uint32_t i = 0; i < kernel->tensors.count; i++)
        print_argument(emitter, "uint32_t", cpp_derived(emitter, kernel->tensors.items[i]->name, "address"), next++);
    for (uint32_t i = 0; i < kernel->arguments.count; i++) {
        const Variable *variable = kernel->arguments.items[i]->variable;
        print_argument(emitter, "int32_t", cpp_name(emitter, variable->name), next++);
    }
    for (uint32_t i = 0; i < kernel->sizes.count; i++)
        print_argument(emitter, "int32_t", cpp_name(emitter, kernel->sizes.items[i]->name), next++);
}

static void print_accessors(Emitter *emitter) {
    for (uint32_t i = 0; i < emitter->kernel->tensors.count; i++) {
        Name name = emitter->kernel->tensors.items[i]->name;
        const char *arguments = cpp_derived(emitter, name, "args"), *address = cpp_derived(emitter, name, "address");
        print_line(emitter, arena_format(emitter->arena, "const auto %s = TensorAccessor(%s, %s);",
                                         cpp_name(emitter, name), arguments, address));
    }
}

static void print_semaphore(Emitter *emitter, const SemaphoreUse *use) {
    static const char pointer[] = "volatile tt_l1_ptr uint32_t *";
    Name name = use->semaphore->name;
    const char *source = arena_format(emitter->arena, "get_semaphore(%s)", cpp_name(emitter, name));
    if (use->as_address) {
        const char *address = cpp_derived(emitter, name, "address");
        print_line(emitter, arena_format(emitter->arena, "const uint32_t %s = %s;", address, source));
        source = address;
    }
    if (use->as_pointer)
        print_line(emitter, arena_format(emitter->arena, "%sconst %s = reinterpret_cast<%s>(%s);", pointer,
                                         cpp_derived(emitter, name, "ptr"), pointer, source));
}

// In the program's order.
static void print_semaphores(Emitter *emitter) {
    const ThreadKernel *kernel = emitter->kernel;
    for (uint32_t i = 0; i < kernel->semaphores.count; i++)
        for (uint32_t k = 0; k < emitter->semaphores.count; k++)
            if (emitter->semaphores.items[k].semaphore == kernel->semaphores.items[i])
                print_semaphore(emitter, &emitter->semaphores.items[k]);
}

// ---------------------------------------------------------------- the whole

// Negative on no core: a piece is least at one of its corners.
static bool is_natural_argument(const RuntimeArgument *argument) {
    for (uint32_t i = 0; i < argument->pieces.count; i++) {
        CoreRange range = argument->pieces.items[i].range;
        for (int corner = 0; corner < 4; corner++) {
            Core core = {range.x + (corner & 1 ? range.columns - 1 : 0), range.y + (corner & 2 ? range.rows - 1 : 0)};
            if (argument_value(argument, core) < 0) return false;
        }
    }
    return true;
}

static void know_arguments(Emitter *emitter) {
    const ThreadKernel *kernel = emitter->kernel;
    for (uint32_t i = 0; i < kernel->arguments.count; i++) {
        const RuntimeArgument *argument = kernel->arguments.items[i];
        identifier_of(emitter, argument->variable->name)->is_natural = is_natural_argument(argument);
    }
    for (uint32_t i = 0; i < kernel->sizes.count; i++) {
        const Variable *size = kernel->sizes.items[i];
        if (size->type != DTYPE_INT32)
            fail_emit(emitter, DIAG_EMIT_EXPRESSION, "make it an int32",
                      "the kernel's argument %s is a %s, not an int32", size->name, dtype_name(size->type));
        identifier_of(emitter, size->name)->is_natural = size->is_bound && size->bound >= 0;
    }
}

static void print_head(Emitter *emitter) {
    const Function *program = emitter->kernel->program;
    Text text = {.arena = emitter->arena};
    add_plain(&text, program->name, strlen(program->name));
    text_format(&text, ": the %s kernel", thread_name(emitter->kernel->thread->thread));
    if (program->location.source && program->location.line) {
        const char *path = program->location.source->path, *slash = strrchr(path, '/'),
                   *name = slash ? slash + 1 : path;
        text_add(&text, ", printed by ttile from ");
        add_plain(&text, name, strlen(name));
        text_format(&text, ":%u", program->location.line);
    }
    print_comment(emitter, text.data);
}

static Text print_body(Emitter *emitter) {
    need_header(emitter, "compute/common.h"); // arguments
    Text body = {.arena = emitter->arena};
    emitter->out = &body;
    emitter->indent = 1;
    print_thread_block(emitter, emitter->kernel->thread->body);
    emitter->indent = 0;
    return body;
}

// The body goes first, since what it uses decides what stands above it.
static Text print_kernel(const ThreadKernel *kernel) {
    Context *context = kernel->program->module->context;
    Emitter emitter = {.context = context,
                       .arena = &context->unit,
                       .kernel = kernel,
                       .fp32 = program_dst_fp32(kernel->program),
                       .here = kernel->program->location};
    know_arguments(&emitter);
    Text body = print_body(&emitter), whole = {.arena = &context->unit}, arguments = {.arena = &context->unit};
    emitter.out = &whole;
    print_head(&emitter);
    print_includes(&emitter);
    print_numbers(&emitter);
    print_accessor_arguments(&emitter);
    print_helpers(&emitter);
    emitter.out = &arguments;
    emitter.indent = 1;
    print_arguments(&emitter);
    print_accessors(&emitter);
    print_semaphores(&emitter);
    text_add(&whole, "\nvoid kernel_main() {");
    if (body.length) text_add(&whole, "\n"); // else there is nothing that takes arguments
    if (body.length && arguments.length) text_format(&whole, "%s\n", arguments.data);
    if (body.length) text_add(&whole, body.data);
    text_add(&whole, "}\n");
    return whole;
}

bool emit_has_target(const Target *target) { return strcmp(target->arch, "grayskull") != 0; }

EmittedFiles emit_program(const Function *program) {
    Arena *arena = &program->module->context->unit;
    EmittedFiles files = {0};
    for (uint32_t i = 0; i < program->threads.count; i++) {
        const ThreadKernel *kernel = thread_kernel(program, program->threads.items[i]);
        EmittedFile file = {.name = kernel->file, .text = print_kernel(kernel)};
        vector_push(arena, files, file);
    }
    EmittedFile runner = {.name = "run.py", .text = {.arena = arena}};
    text_add_bytes(&runner.text, emit_runner, sizeof emit_runner);
    vector_push(arena, files, runner);
    return files;
}
