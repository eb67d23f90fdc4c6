// Obligations 2 and 6: each circular buffer has one producer and one consumer, and everything fits the chip: buffers,
// L1, semaphores, arguments, code. What the other groups index by is checked here first.
#include <stdarg.h>

#include "ir/print.h"
#include "program/verify.h"

static void complain(Check *check, DiagnosticCode code, Location location, const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void complain(Check *check, DiagnosticCode code, Location location, const char *help, const char *format, ...) {
    Text text = {.arena = check->arena};
    va_list arguments;
    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    report(check->context, code, location, "%s", text.data);
    report_help(check->context, "%s", help);
}

// ---------------------------------------------------------------- circular buffers

static void check_buffer_index(Check *check, const CircularBuffer *circular, uint64_t *taken) {
    long long limit = check->target->circular_buffers;
    if (circular->index < 0 || circular->index >= limit || circular->index >= MAX_BUFFERS) {
        complain(check, DIAG_PROOF_BUFFER, circular->location, "number circular buffers from 0 on",
                 "circular buffer '%s' has index %d; %s has %lld of them", circular->name, circular->index,
                 check->target->name, limit);
        return;
    }
    if (*taken >> circular->index & 1)
        complain(check, DIAG_PROOF_BUFFER, circular->location, "give every circular buffer an index of its own",
                 "circular buffer '%s' has index %d, which another one has", circular->name, circular->index);
    *taken |= (uint64_t)1 << circular->index;
}

static void check_buffer_size(Check *check, const CircularBuffer *circular) {
    int64_t tile = (int64_t)TILE_SIZE * TILE_SIZE * (int64_t)dtype_bytes(circular->format);
    if (circular_is_moved_only(circular) && (circular->page_bytes == tile / 2 || circular->page_bytes == tile / 4))
        tile = circular->page_bytes; // tiles of 16 rows or columns
    if (circular->pages < 1)
        complain(check, DIAG_PROOF_BUFFER, circular->location, "give it at least one page",
                 "circular buffer '%s' has %d pages", circular->name, circular->pages);
    if (circular->page_bytes != tile)
        complain(check, DIAG_PROOF_BUFFER, circular->location, "a page is one 32x32 tile in the buffer's format",
                 "circular buffer '%s' has pages of %d bytes; expected %lld for %s", circular->name,
                 circular->page_bytes, (long long)tile, dtype_name(circular->format));
}

static void check_alias(Check *check, const CircularBuffer *circular) {
    const CircularBuffer *base = circular->alias;
    if (!base) return;
    bool fits = !base->alias && base->pages == circular->pages && base->page_bytes == circular->page_bytes &&
                base->producer == circular->producer && base->consumer == circular->consumer;
    if (fits) return;
    complain(check, DIAG_PROOF_BUFFER, circular->location,
             "an alias has the pages, page bytes, producer and consumer of a buffer that is no alias itself",
             "circular buffer '%s' is no alias of '%s': their bytes or their threads differ", circular->name,
             base->name);
}

// Full fp32 needs 32 bits at both ends.
static void check_unpack(Check *check, const CircularBuffer *circular) {
    if (circular->unpack != UNPACK_DST) return;
    if (dtype_bits(circular->format) == 32 && program_dst_fp32(check->function)) return;
    complain(check, DIAG_PROOF_OPERAND, circular->location, "leave out unpack=\"dst\", or use float32 with an fp32 DST",
             "circular buffer '%s' unpacks to DST: that needs a 32-bit format and fp32 DST, seen %s and %s DST",
             circular->name, dtype_name(circular->format), program_dst_fp32(check->function) ? "fp32" : "16-bit");
}

static void check_format_mix(Check *check) {
    const CircularBuffer *half = NULL, *brain = NULL;
    for (int i = 0; i < check->buffer_count; i++) {
        const CircularBuffer *circular = check->function->circular_buffers.items[i];
        if (circular->format == DTYPE_FLOAT16) half = circular;
        if (circular->format == DTYPE_BFLOAT16) brain = circular;
    }
    if (half && brain)
        complain(check, DIAG_PROOF_OPERAND, half->location, "store the tensors in one of the two formats",
                 "a program cannot mix formats of 5 and of 8 exponent bits: '%s' is float16, '%s' is bfloat16",
                 half->name, brain->name);
}

static bool check_buffers(Check *check) {
    uint64_t taken = 0;
    if (check->function->circular_buffers.count > (uint64_t)check->target->circular_buffers) {
        complain(check, DIAG_PROOF_BUFFER, check->function->location, "use fewer buffers, or buffers of fewer formats",
                 "the program has %u circular buffers; %s has %lld", check->function->circular_buffers.count,
                 check->target->name, (long long)check->target->circular_buffers);
        return false;
    }
    for (int i = 0; i < check->buffer_count; i++) {
        const CircularBuffer *circular = check->function->circular_buffers.items[i];
        check_buffer_index(check, circular, &taken);
        check_buffer_size(check, circular);
        check_alias(check, circular);
        check_unpack(check, circular);
    }
    check_format_mix(check);
    verify_shards(check);
    return check->context->error_count == check->errors_before;
}

static void check_l1(Check *check) {
    int64_t used = program_l1_bytes(check->function, check->target),
            room = check->target->l1_bytes - check->target->l1_base;
    if (used <= room) return;
    Text table = {.arena = check->arena};
    program_l1_table(check->function, check->target, &table);
    report(check->context, DIAG_PROOF_L1, check->function->location,
           "circular buffers take %lld bytes of L1; %s leaves %lld to them", (long long)used, check->target->name,
           (long long)room);
    report_note(check->context, (Location){0}, "L1 of a core\n%s", table.data);
    report_help(check->context, "use smaller blocks, fewer stages or a narrower format");
}

// ---------------------------------------------------------------- arguments and code

static int pieces_holding(const RuntimeArgument *argument, Core core) {
    int count = 0;
    for (uint32_t i = 0; i < argument->pieces.count; i++) count += range_holds(argument->pieces.items[i].range, core);
    return count;
}

static void check_argument(Check *check, const RuntimeArgument *argument) {
    for (int i = 0; i < check->core_count; i++) {
        int pieces = pieces_holding(argument, check->cores[i]);
        if (pieces == 1) continue;
        complain(check, DIAG_PROOF_ARGUMENTS, argument->variable->location,
                 "cover every core that is used exactly once", "runtime argument '%s' has %d values on core (%d, %d)",
                 argument->variable->name, pieces, check->cores[i].x, check->cores[i].y);
        return;
    }
}

// A kernel takes its tensors' addresses, the bound sizes and the runtime arguments, a word each.
static bool check_arguments(Check *check) {
    const Function *function = check->function;
    long long words = (long long)function->parameters.count + function->sizes.count + function->arguments.count;
    if (words > check->target->argument_words) {
        complain(check, DIAG_PROOF_ARGUMENTS, function->location, "compute values from fewer arguments in the threads",
                 "the kernels take %lld words of arguments; %s passes at most %lld", words, check->target->name,
                 (long long)check->target->argument_words);
        return false;
    }
    for (uint32_t i = 0; i < function->arguments.count; i++) check_argument(check, function->arguments.items[i]);
    return true;
}

// An estimate: start-up code, then what a NoC transaction with its address and a scalar operation take, inlined.
enum { CODE_START = 1024, CODE_INSTRUCTION = 96, CODE_STATEMENT = 24 };

static int64_t block_code_bytes(const Block *block, int nesting) {
    int64_t bytes = 0;
    for (const Statement *s = block->first; s && nesting < 200; s = s->next) {
        bytes += s->kind == STATEMENT_OPERATION ? CODE_INSTRUCTION : CODE_STATEMENT;
        if (s->kind == STATEMENT_FOR) bytes += block_code_bytes(s->loop.body, nesting + 1);
        if (s->kind != STATEMENT_IF) continue;
        bytes += block_code_bytes(s->branch.then, nesting + 1);
        if (s->branch.otherwise) bytes += block_code_bytes(s->branch.otherwise, nesting + 1);
    }
    return bytes;
}

static void check_code(Check *check, const ThreadProgram *program) {
    if (program->thread == THREAD_COMPUTE) return;
    int64_t bytes = CODE_START + block_code_bytes(program->body, 0);
    if (bytes <= check->target->code_bytes) return;
    complain(check, DIAG_PROOF_CODE, check->function->location, "write loops instead of repeating instructions",
             "the %s's code takes about %lld bytes; its core has %lld", thread_name(program->thread), (long long)bytes,
             (long long)check->target->code_bytes);
}

// ---------------------------------------------------------------- who may do what

// Operands by effect: the circular buffers that the thread must be the producer or the consumer of.
typedef enum Side { SIDE_NONE, SIDE_PRODUCER, SIDE_CONSUMER } Side;

static Side side_of(Effect effect) {
    switch (effect) {
    case EFFECT_RESERVE:
    case EFFECT_PUSH:
    case EFFECT_NOC_READ:
    case EFFECT_PAGE_STORE:
    case EFFECT_PAGE_UPDATE:
    case EFFECT_NOC_MULTICAST:
    case EFFECT_PACK:
    case EFFECT_PACK_AT: return SIDE_PRODUCER;
    case EFFECT_WAIT:
    case EFFECT_POP:
    case EFFECT_NOC_WRITE:
    case EFFECT_LOAD_A:
    case EFFECT_LOAD_B:
    case EFFECT_PRODUCT:
    case EFFECT_BINARY: return SIDE_CONSUMER;
    default: return SIDE_NONE;
    }
}

static void check_side(Check *check, const Statement *statement, Side side, const CircularBuffer *circular,
                       Thread thread) {
    Thread owner = side == SIDE_PRODUCER ? circular->producer : circular->consumer;
    if (owner == thread) return;
    complain(check, side == SIDE_PRODUCER ? DIAG_PROOF_PRODUCER : DIAG_PROOF_CONSUMER, statement->location,
             "a circular buffer connects one producing thread with one consuming thread; use two of them",
             "%s may not %s circular buffer '%s': its %s is %s", thread_name(thread),
             side == SIDE_PRODUCER ? "write or push" : "read or pop", circular->name,
             side == SIDE_PRODUCER ? "producer" : "consumer", thread_name(owner));
}

static void check_statement(Check *check, const Statement *statement, Thread thread) {
    const Instruction *instruction = instruction_of(statement);
    if (!instruction) return;
    if (!(instruction->threads >> thread & 1))
        complain(check, DIAG_PROOF_THREAD, statement->location, "move it to a thread that has it",
                 "%s is no instruction of the %s thread", instruction->name, thread_name(thread));
    Side side = side_of(instruction->effect);
    for (int i = 0; side != SIDE_NONE && i < MAX_OPERANDS; i++)
        if (statement->op.operands[i].kind == OPERAND_CIRCULAR) {
            check_side(check, statement, side, statement->op.operands[i].circular, thread);
            verify_shard_use(check, statement, side == SIDE_PRODUCER, statement->op.operands[i].circular);
        }
}

static void check_block(Check *check, const Block *block, Thread thread, int nesting) {
    for (const Statement *s = block->first; s && nesting < 200; s = s->next) {
        check_statement(check, s, thread);
        if (s->kind == STATEMENT_FOR) check_block(check, s->loop.body, thread, nesting + 1);
        if (s->kind != STATEMENT_IF) continue;
        check_block(check, s->branch.then, thread, nesting + 1);
        if (s->branch.otherwise) check_block(check, s->branch.otherwise, thread, nesting + 1);
    }
}

void verify_resources(Check *check) {
    if (!check_buffers(check) || !verify_semaphores(check) || !verify_cores(check)) return;
    check_l1(check);
    if (!check_arguments(check)) return;
    tabulate_arguments(check);
    for (uint32_t i = 0; i < check->function->threads.count; i++) {
        const ThreadProgram *program = check->function->threads.items[i];
        check_code(check, program);
        check_block(check, program->body, program->thread, 0);
    }
}
