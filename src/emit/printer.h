// What the files that print a kernel share.
#ifndef TTILE_EMIT_PRINTER_H
#define TTILE_EMIT_PRINTER_H

#include "emit/emit.h"
#include "emit/line_state.h"
#include "program/kernel.h"

// Functions of our own that a kernel carries when it calls them.
typedef enum HelperId {
#define HELPER(id, text) HELPER_##id,
#include "emit/helpers.def"
#undef HELPER
    HELPER_COUNT
} HelperId;

// A name of the IR in C++.
typedef struct Identifier {
    Name name;
    const char *text; // legal, not reserved, unique in the kernel
    bool is_natural;  // of a variable: known not to be negative
} Identifier;

typedef struct IdentifierMap {
    Identifier *items;
    uint32_t count, capacity;
    Interner texts; // that were given out
} IdentifierMap;

// How a kernel speaks of a semaphore: of the own core's word, or of its address, which is the same on every core.
typedef struct SemaphoreUse {
    const Semaphore *semaphore;
    bool as_pointer, as_address;
} SemaphoreUse;

typedef struct Emitter {
    Context *context;
    Arena *arena;
    const ThreadKernel *kernel;
    bool fp32; // DST
    Text *out;
    int indent;
    IdentifierMap identifiers;
    uint32_t helpers;                          // a bit for each that is called
    Location here;                             // of the statement that is printed
    Location said;                             // of the last comment
    VECTOR(const CircularBuffer *) page_bytes; // whose page bytes are named
    VECTOR(SemaphoreUse) semaphores;           // that its calls speak of
    VECTOR(Name) headers;
    struct LineIndex *lines;
} Emitter;

// ---- identifiers.c
Identifier *identifier_of(Emitter *emitter, Name name);
static inline const char *cpp_name(Emitter *emitter, Name name) { return identifier_of(emitter, name)->text; }
// A name for something that belongs to `name`: `A` and "address" give A_address.
const char *cpp_derived(Emitter *emitter, Name name, const char *suffix);
// The same, but a new name every time.
const char *cpp_another(Emitter *emitter, Name name, const char *suffix);

// ---- expression.c
void print_scalar(Emitter *emitter, const Expr *expr, Text *out);
// The same as a factor: in parentheses if it is a sum or looser.
void print_factor(Emitter *emitter, const Expr *expr, Text *out);
bool is_natural(Emitter *emitter, const Expr *expr);
const char *cpp_type(Emitter *emitter, DType type);
// The 32 bits of a float, as a number with what it stands for behind it, or as an expression.
void print_float_bits(Emitter *emitter, const Expr *expr, Text *out);
void print_float(Emitter *emitter, const Expr *expr, Text *out);
static inline uint32_t float_bits(double value) {
    return ((union {
               float value;
               uint32_t bits;
           }){(float)value})
        .bits;
}

// ---- instruction.c
// A header of the vendor's, below api/.
void need_header(Emitter *emitter, const char *header);
void print_instruction(Emitter *emitter, const Statement *statement, const Instruction *instruction);

// ---- statement.c
void print_thread_block(Emitter *emitter, const Block *block);

// ---- line.c
// A line at the emitter's indent, broken where it is too long.
void print_line(Emitter *emitter, const char *text);
// ---- breaks.c
// Prints a statement of several lines, the first at column `indent`, as clang-format breaks it. False, and nothing is
// printed, if it is too long or too deep to be looked at in that way.
bool break_line(Context *context, const char *text, int indent, Text *out);

// What does not fit in the line is left out.
void print_comment(Emitter *emitter, const char *text);
// Says the source line of `location` unless the last comment did.
void print_source_line(Emitter *emitter, Location location);

// Text of the user's in a comment.
void add_plain(Text *out, const char *text, size_t count);

// ---- helpers.c
static inline void use_helper(Emitter *emitter, HelperId id) { emitter->helpers |= 1u << id; }
void print_helpers(Emitter *emitter);

_Noreturn void fail_emit(Emitter *emitter, DiagnosticCode code, const char *help, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
