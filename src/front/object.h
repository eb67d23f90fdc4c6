// Values of compile-time Python, and the IR values that staged code handles beside them.
#ifndef TTILE_FRONT_OBJECT_H
#define TTILE_FRONT_OBJECT_H

#include "front/ast.h"
#include "ir/ir.h"

typedef struct Object Object;
typedef struct Bindings Bindings;
typedef struct LibraryRow LibraryRow;

typedef enum ObjectKind {
    OBJECT_NONE,
    OBJECT_BOOL,        // integer: 0 or 1
    OBJECT_INT,         // integer
    OBJECT_FLOAT,       // real
    OBJECT_TEXT,        // text
    OBJECT_DTYPE,       // dtype
    OBJECT_TUPLE,       // list
    OBJECT_LIST,        // list
    OBJECT_SET,         // list
    OBJECT_DICT,        // list: keys and values in turn
    OBJECT_RANGE,       // list: start, stop, step
    OBJECT_SLICE,       // list: start, stop, step
    OBJECT_FUNCTION,    // function
    OBJECT_LIBRARY,     // row
    OBJECT_METHOD,      // method
    OBJECT_MODULE,      // text: its dotted name
    OBJECT_OPAQUE,      // text: how the source spells it
    OBJECT_NAMESPACE,   // list: attribute names and values in turn (what parse_args gives)
    OBJECT_PARSER,      // list: the same, of an argparse.ArgumentParser
    OBJECT_EXPR,        // expr: a value that is known on the chip
    OBJECT_BUFFER,      // access, without indices
    OBJECT_ELEMENT,     // access: buffer[...], not yet read
    OBJECT_TENSOR_TYPE, // tensor: T.Tensor(shape, dtype)
    OBJECT_TENSOR,      // tensor: one of the host's, with compile-time sizes
    OBJECT_LOOP,        // loop: T.serial(...) and its like
    OBJECT_LAUNCH,      // list: the extents of T.Kernel
    OBJECT_COMPILED,    // what calling a kernel gives while its call is searched for
    OBJECT_CLOSED,      // a name whose block has ended
    OBJECT_FAILED,      // what an error stands for: using it is no error of its own
    OBJECT_KIND_COUNT
} ObjectKind;

typedef struct ObjectList {
    Object **items;
    uint32_t count, capacity;
} ObjectList;

typedef enum FunctionKind {
    FUNCTION_PLAIN,
    FUNCTION_MACRO, // staged and inlined where it is called
    FUNCTION_PRIM,  // @T.prim_func
    FUNCTION_KERNEL // @tilelang.jit, or holds a @T.prim_func: a call of it compiles a kernel
} FunctionKind;

typedef struct FunctionObject {
    const Node *node; // NODE_FUNCTION or NODE_LAMBDA
    Bindings *scope;  // where it was made
    FunctionKind kind;
    bool jit;            // has @tilelang.jit
    const Node *out_idx; // of @tilelang.jit(out_idx=...), or NULL
    Object **defaults;   // by parameter; NULL where there is none
    Object **bound;      // functools.partial: by parameter; NULL if there are none
} FunctionObject;

typedef struct MethodObject {
    Object *self;
    const LibraryRow *row;
} MethodObject;

// buffer[start : start + extent, ...]. A dimension with extent NULL has one index. `shape` differs from the buffer's
// for T.reshape and T.view.
typedef struct Access {
    Buffer *buffer;
    int shape_rank;
    const Expr *shape[MAX_RANK];
    int rank; // of what follows
    const Expr *start[MAX_RANK];
    const Expr *extent[MAX_RANK];
} Access;

typedef struct TensorObject {
    DType type;
    Name type_name; // as the source spells it, before float16 is mapped
    int rank;
    Object *shape[MAX_RANK];
    Access *base; // T.Tensor(shape, dtype, buffer.data), or NULL
} TensorObject;

typedef enum LoopForm { LOOP_SIMPLE, LOOP_NEST, LOOP_PERSISTENT } LoopForm;
typedef struct LoopObject {
    LoopForm form;
    ForKind kind;
    int stages;
    int count;                    // loops of a nest, dimensions of a persistent domain
    Object *start, *stop, *step;  // LOOP_SIMPLE
    Object *extents[MAX_RANK];    // LOOP_NEST, LOOP_PERSISTENT
    Object *wave, *index, *group; // LOOP_PERSISTENT
} LoopObject;

struct Object {
    ObjectKind kind;
    uint32_t weight; // OBJECT_EXPR, OBJECT_ELEMENT: a bound on the size of its tree
    Location location;
    union {
        int64_t integer;
        double real;
        Name text;
        struct {
            DType type;
            Name name;
        } dtype;
        ObjectList list;
        FunctionObject *function;
        const LibraryRow *row;
        MethodObject method;
        const Expr *expr;
        Access *access;
        TensorObject *tensor;
        LoopObject *loop;
    };
};

// Names and their values. A block of staged code has a scope of its own inside its function's.
typedef enum BindingsKind { BINDINGS_MODULE, BINDINGS_FUNCTION, BINDINGS_BLOCK } BindingsKind;
typedef struct Slot {
    Name name; // NULL: free
    Object *value;
} Slot;
struct Bindings {
    BindingsKind kind;
    Bindings *enclosing;
    Slot *slots;
    uint32_t count, capacity; // capacity is a power of two
};

Bindings *scope_new(Arena *arena, BindingsKind kind, Bindings *enclosing);
Object *scope_get(const Bindings *scope, Name name); // of this scope only; NULL if absent
void scope_set(Arena *arena, Bindings *scope, Name name, Object *value);

Object *object_new(Arena *arena, ObjectKind kind);
Object *object_none(Arena *arena);
Object *object_bool(Arena *arena, bool value);
Object *object_int(Arena *arena, int64_t value);
Object *object_float(Arena *arena, double value);
Object *object_text(Arena *arena, Name text);
Object *object_dtype(Arena *arena, DType type, Name name);
Object *object_list(Arena *arena, ObjectKind kind);
void object_append(Arena *arena, Object *list, Object *item);
Object *object_expr(Arena *arena, const Expr *expr);
Object *object_library(Arena *arena, const LibraryRow *row);
Object *object_buffer(Arena *arena, Buffer *buffer);

// A word for messages: "an int", "a buffer", ...
const char *object_kind_name(const Object *object);
bool object_is_number(const Object *object);   // bool, int, float
bool object_is_sequence(const Object *object); // tuple, list, set
bool object_is_staged(const Object *object);   // expr, element, or a scalar variable's buffer
bool object_is_variable(const Object *object); // T.alloc_var
double object_real(const Object *object);      // of a number
bool object_equal(const Object *a, const Object *b);
// The value of a key in a dict or namespace; NULL if absent.
Object *object_lookup(const Object *dict, const Object *key);
void object_store(Arena *arena, Object *dict, Object *key, Object *value);
// As Python's repr, or as str for the outermost text.
void object_print(const Object *object, bool repr, Text *out);

#endif
