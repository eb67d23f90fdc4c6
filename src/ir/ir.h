// The IR: one form from the elaborated kernel down to thread programs (docs/ir.md).
//
// A module holds functions; a function is one kernel. Expressions are immutable, shared and compared by pointer.
// Statements are lists that passes rewrite in place. Everything lives in the context's unit arena.
//
// Levels. Elaboration gives element level: indices count elements, tile operations are T.copy, T.gemm, ...
// LowerTTTileIntrinsics gives tile level: on-chip buffers and tensors are indexed in 32x32 tiles, loops of kind
// FOR_TILE run over tiles, and a store's value is an expression over whole tiles. SplitDataflow gives thread
// level: `threads` replaces `body`, and operations are rows of program/instructions.def.
#ifndef TTILE_IR_IR_H
#define TTILE_IR_IR_H

#include "base/context.h"
#include "base/dtype.h"
#include "base/value.h"

#define MAX_RANK       8
#define TILE_SIZE      32    // rows and columns of a tile
#define MAX_EXPR_DEPTH 1000  // so that recursion over expressions needs no limit of its own
#define MAX_EXPR_NODES 20000 // so that walking every path ends

typedef struct Expr Expr;
typedef struct Variable Variable;
typedef struct Buffer Buffer;
typedef struct Statement Statement;
typedef struct Block Block;
typedef struct Function Function;
typedef struct Module Module;

// ---------------------------------------------------------------- expressions

typedef enum ExprOp { // exprs.def
#define EXPR(id, name, arity, form, result) OP_##id,
#include "ir/exprs.def"
#undef EXPR
    OP_COUNT
} ExprOp;

typedef enum ExprKind { EXPR_INT, EXPR_FLOAT, EXPR_VARIABLE, EXPR_OP, EXPR_LOAD } ExprKind;

struct Expr {
    ExprKind kind;
    DType type;
    ExprOp op;       // EXPR_OP
    uint32_t number; // dense in its module; order of creation
    uint32_t count;  // operands of an operation, indices of a load
    uint32_t hash;
    uint32_t depth, nodes; // of the whole tree, shared parts counted as often as they occur; both limited
    union {
        int64_t integer;          // EXPR_INT; bool is 0 or 1
        double real;              // EXPR_FLOAT; already rounded to `type`
        const Variable *variable; // EXPR_VARIABLE
        Buffer *buffer;           // EXPR_LOAD
    };
    const Expr *args[];
};

typedef enum VariableKind {
    VARIABLE_LOOP,   // of a STATEMENT_FOR
    VARIABLE_LET,    // of a STATEMENT_LET
    VARIABLE_BLOCK,  // a block index of a launch
    VARIABLE_SIZE,   // T.dynamic: a size, bound when the plan is made; also a scalar parameter of the kernel
    VARIABLE_RUNTIME // a per-core runtime argument of the thread programs
} VariableKind;

struct Variable {
    Name name; // unique in its function
    VariableKind kind;
    DType type;
    Location location;
    int64_t bound; // VARIABLE_SIZE: its value in this compilation, when is_bound
    bool is_bound;
};

// ---------------------------------------------------------------- buffers and layouts

typedef enum Scope { SCOPE_GLOBAL, SCOPE_SHARED, SCOPE_FRAGMENT, SCOPE_LOCAL, SCOPE_VAR } Scope;
typedef enum Role { ROLE_IN, ROLE_OUT, ROLE_INOUT, ROLE_SCRATCH } Role; // of a global buffer

typedef enum Space { SPACE_NONE, SPACE_DRAM, SPACE_L1 } Space;
typedef enum Orientation { ORIENT_TILE, ORIENT_ROW, ORIENT_COLUMN, ORIENT_SCALAR } Orientation;
typedef enum MemoryLayout {
    MEMORY_INTERLEAVED,
    MEMORY_HEIGHT_SHARDED,
    MEMORY_WIDTH_SHARDED,
    MEMORY_BLOCK_SHARDED
} MemoryLayout;

// Shards are equal rectangles of a tensor's plane (outer dimensions folded into the rows), one for each core of a grid
// or each DRAM bank.
typedef struct Shard {
    int rows, columns;           // elements of a shard, whole tiles; 0: not sharded
    int grid_columns, grid_rows; // cores that hold shards, from core [0, 0] on; banks: [banks used, 1]
    bool column_major;           // shards follow each other down the columns of the grid
} Shard;

typedef enum TileOrder { ORDER_ROW_MAJOR, ORDER_COLUMN_MAJOR, ORDER_MATCH_SHARD, ORDER_Z } TileOrder;

// tt.layout_desc of one buffer. `rows_dimension` and `columns_dimension` are the dimensions that form the tile
// plane; a 1-D buffer has -1 for the one that its orientation lacks (a row vector: rows -1, columns 0).
typedef struct Layout {
    Space space;
    MemoryLayout memory;
    Orientation orientation;
    int rows_dimension, columns_dimension;
    DType format;
    int tile_rows, tile_columns;
    Shard shard;
    TileOrder tile_order; // how tiles are numbered in pages
    Name padding;         // on-chip: "zero" when what it takes from beyond a tensor's edge is 0; NULL: anything
} Layout;

struct Buffer {
    Name name; // unique in its function
    Scope scope;
    DType type;
    int rank;
    const Expr *shape[MAX_RANK]; // elements, at every level
    Location location;
    Role role;     // SCOPE_GLOBAL
    int parameter; // its place among the function's parameters, or -1
    bool has_layout;
    Layout layout;           // valid when has_layout
    const Value *annotation; // T.annotate_tt_layout, or NULL
};

// buffer[start[i] : start[i] + extent[i], ...]
typedef struct Region {
    Buffer *buffer;
    const Expr *start[MAX_RANK];
    const Expr *extent[MAX_RANK];
} Region;

// ---------------------------------------------------------------- circular buffers and other parts of a program

typedef enum Thread { THREAD_READER, THREAD_COMPUTE, THREAD_WRITER, THREAD_COUNT } Thread;
typedef enum Unpack { UNPACK_SOURCE, UNPACK_DST } Unpack; // to the source registers, or to DST in full fp32

typedef struct CircularBuffer CircularBuffer;
struct CircularBuffer {
    Name name; // unique in its function
    int index; // the hardware's number
    DType format;
    int page_bytes;
    int pages;
    int window; // pages that are pushed and popped together; `pages` is a multiple of it
    Thread producer, consumer;
    Unpack unpack;
    bool resident;         // filled once and never popped (constants, shards)
    Name constant;         // what a resident tile holds: "row_index" or "column_index"; NULL if it comes from elsewhere
    Buffer *shard;         // the tensor whose shard on this core is the buffer's memory; NULL if it has its own
    CircularBuffer *alias; // shares that buffer's L1 (same pages and page bytes); NULL if it has its own
    Name holds;            // the source buffer's name, for diagnostics; may be NULL
    Location location;
};

typedef struct Semaphore {
    Name name;
    int index;
    int initial;
} Semaphore;

typedef struct CoreRange { // a rectangle of cores
    int x, y, columns, rows;
} CoreRange;

// Value of a runtime argument on the cores of `range`: base + dx * (x - range.x) + dy * (y - range.y).
typedef struct ArgumentPiece {
    CoreRange range;
    int64_t base, dx, dy;
} ArgumentPiece;

typedef enum CoreAxis { AXIS_NONE, AXIS_X, AXIS_Y } CoreAxis;

typedef struct RuntimeArgument {
    const Variable *variable;
    CoreAxis axis; // a core's coordinate, which the host translates to the chip's own; AXIS_NONE: a number
    VECTOR(ArgumentPiece) pieces; // together they cover every core that is used, once
} RuntimeArgument;

typedef struct ThreadProgram {
    Thread thread;
    VECTOR(CoreRange) cores; // empty: all cores of tt.core_ranges
    Block *body;
} ThreadProgram;

// ---------------------------------------------------------------- statements

typedef enum OperandKind {
    OPERAND_NONE,
    OPERAND_EXPR,     // any scalar
    OPERAND_REGION,   // part of a buffer
    OPERAND_TENSOR,   // a global buffer (thread level)
    OPERAND_CIRCULAR, // a circular buffer
    OPERAND_SEMAPHORE,
    OPERAND_BOOL, // compile-time
    OPERAND_NAME  // compile-time, one of the words the signature lists
} OperandKind;

typedef struct Operand {
    OperandKind kind;
    union {
        const Expr *expr;
        Region *region;
        Buffer *tensor;
        CircularBuffer *circular;
        Semaphore *semaphore;
        bool boolean;
        Name name;
    };
} Operand;

#define MAX_OPERANDS 10

// Parsed from the signature text of a table row, such as "src:r dst:w" or "cb:cb pages:int transpose:bool=False".
// Kinds: r, w, rw (regions), expr, int, float, tensor, cb, sem, bool, and a|b|c (one of these words). Only bools have
// defaults.
typedef struct OperandSpec {
    char name[24];
    OperandKind kind;
    DTypeClass class;         // OPERAND_EXPR: CLASS_INT (any integer), CLASS_FLOAT, CLASS_NONE (any scalar)
    bool reads, writes;       // regions
    char words[64];           // "a|b|c"
    const char *default_text; // "True", "False"; NULL: required
} OperandSpec;

// Common head of a row of ir/ops.def and of program/instructions.def.
typedef struct Operation {
    const char *name;   // printed as `prefix` + name
    const char *prefix; // "T." for tile operations, "" for instructions
    const char *signature;
    int number;      // row in its table
    const void *row; // the full row, for tables with more columns
} Operation;

typedef struct OperationTable {
    const Operation *rows;
    int count;
} OperationTable;

typedef enum ForKind {
    FOR_SERIAL,
    FOR_PIPELINED, // copies in its body may be buffered `stages` deep
    FOR_PARALLEL,  // iterations are independent
    FOR_UNROLLED,
    FOR_VECTORIZED,
    FOR_TILE // over tiles of one operation (tile level)
} ForKind;

typedef enum StatementKind {
    STATEMENT_LAUNCH,
    STATEMENT_ALLOC,
    STATEMENT_LET,
    STATEMENT_STORE,
    STATEMENT_FOR,
    STATEMENT_IF,
    STATEMENT_WHILE,
    STATEMENT_BREAK,
    STATEMENT_CONTINUE,
    STATEMENT_ASSERT,
    STATEMENT_OPERATION
} StatementKind;

struct Block {
    Statement *first, *last;
    Statement *owner; // NULL for a function's body
};

struct Statement {
    StatementKind kind;
    Location location;
    Statement *previous, *next;
    Block *block; // the block that holds it
    union {
        struct { // with T.Kernel(extents) as (variables)
            int rank;
            Variable *variables[3];
            const Expr *extents[3];
            Block *body;
        } launch;
        Buffer *alloc;
        struct { // variable: type = value
            Variable *variable;
            const Expr *value;
        } let;
        struct { // buffer[indices] = value; a VAR-scope buffer has rank 0
            Buffer *buffer;
            const Expr *indices[MAX_RANK];
            const Expr *value;
        } store;
        struct { // start, start + step, ... below start + extent * step: `extent` counts iterations
            ForKind kind;
            Variable *variable;
            const Expr *start, *extent, *step;
            int stages; // FOR_PIPELINED: num_stages; -1 if not given
            Block *body;
        } loop;
        struct { // IF, WHILE (no otherwise), ASSERT (neither block)
            const Expr *condition;
            Block *then, *otherwise; // otherwise may be NULL
            Name message;            // ASSERT
        } branch;
        struct {
            const Operation *operation;
            Operand operands[MAX_OPERANDS]; // in the signature's order, defaults filled in
        } op;
    };
};

// ---------------------------------------------------------------- functions and modules

typedef enum AttrId { // attrs.def
#define ATTR(id, name, type, doc) ATTR_##id,
#include "ir/attrs.def"
#undef ATTR
    ATTR_COUNT
} AttrId;

typedef uint64_t AttrSet;
#define ATTR_BIT(id) ((AttrSet)1 << ATTR_##id)

struct Function {
    Name name;
    Location location;
    Module *module;
    VECTOR(Buffer *) parameters;     // global buffers in the order of the kernel's arguments
    VECTOR(Variable *) sizes;        // dynamic sizes and scalar parameters
    Block *body;                     // element and tile level
    VECTOR(ThreadProgram *) threads; // thread level; `body` is then NULL
    bool is_compiled;                // SplitDataflow made them; false if they were read
    bool is_claimed;                 // read from text that holds what passes give: if that is false, it is its author's
    VECTOR(CircularBuffer *) circular_buffers;
    VECTOR(Semaphore *) semaphores;
    VECTOR(RuntimeArgument *) arguments;
    const Value *attributes[ATTR_COUNT]; // NULL: not held. A flag-like attribute holds True.
    Value *user_attributes;              // names that attrs.def does not know; never NULL
    struct NameTable *names;             // in use
};

struct Module {
    Context *context;
    VECTOR(Function *) functions;
    const OperationTable *tables; // where operations are looked up by name
    int table_count;
    struct ExprTable *exprs;       // hash-consing
    struct OperandCache *operands; // parsed signatures
};

Module *module_new(Context *context, const OperationTable *tables, int table_count);
Function *function_new(Module *module, Name name, Location location);
// By its printed name, prefix included ("T.copy", "cb_push_back"); NULL if there is none.
const Operation *module_find_operation(const Module *module, const char *name);
extern const OperationTable ir_operations; // ops.def

typedef enum OpId {
#define OPERATION(id, name, signature, doc) IR_##id,
#include "ir/ops.def"
#undef OPERATION
    IR_OP_COUNT
} OpId;
// True if `statement` is that operation of ops.def.
bool statement_is(const Statement *statement, OpId id);

// Parses the specs of an operation's signature. Returns the number of operands.
int operation_operands(const Operation *operation, OperandSpec specs[MAX_OPERANDS]);
// The same, parsed once in a module.
const OperandSpec *module_operands(Module *module, const Operation *operation, int *count);
// Whether `word` is one of the spec's words.
bool operand_has_word(const OperandSpec *spec, const char *word);

#endif
