// The evaluator: runs compile-time Python and stages kernel bodies as IR. What its files share.
#ifndef TTILE_FRONT_EVALUATE_H
#define TTILE_FRONT_EVALUATE_H

#include <setjmp.h>

#include "front/front.h"
#include "front/object.h"

#define MAX_STEPS        1000000 // expressions and statements evaluated, and list items made
#define MAX_SEARCH_STEPS 200000  // of them, while the file's own call is searched for
#define MAX_DEPTH        1200    // nested evaluations; a bound on the C stack
#define MAX_WEIGHT       4096    // nodes of a staged expression, as a tree
#define MAX_ARGUMENTS    16      // of a library function

typedef enum Flow { FLOW_NORMAL, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN } Flow;
typedef enum LoopContext { LOOP_OUTSIDE, LOOP_PYTHON, LOOP_STAGED } LoopContext;

// A function that is being evaluated.
typedef struct Frame {
    struct Frame *caller;
    Bindings *scope;  // of the innermost block
    bool staged;      // IR values steer `if`, `for` and `while`
    LoopContext loop; // the innermost loop of this function
    bool branch;      // a staged `if` lies between here and that loop
    Object *result;
    const Node *node; // the function, or NULL
} Frame;

// The search for the file's own call of a kernel: errors end it and are not reported.
typedef struct Search {
    jmp_buf escape;
    Name entry;             // the kernel looked for; NULL for the first
    FunctionObject *kernel; // found
    struct Call *call;      // its arguments
    Object *out_idx;        // of tilelang.compile(..., out_idx=...)
    ObjectList tensors;     // of a call of the compiled kernel
    const char *why;        // it ended, if with an error
    Location where;
} Search;

typedef struct Evaluator {
    Context *context;
    Arena *arena;
    Module *module;
    Function *function;
    const Source *source;
    const ElaborateOptions *options;
    const Node *tree;
    Bindings *globals;
    Bindings *binders;   // of each global name: the places of the statements that bind it
    char *global_states; // of the module's statements: see globals.c
    bool opaque_names;   // `from somewhere import *`: any name may exist
    Frame *frame;
    Block *block;      // where statements go; NULL outside of a kernel
    Statement *launch; // the launch that `block` is in
    uint32_t steps, step_limit;
    uint32_t depth;
    uint32_t failures; // statements left out: recover.c
    Search *search;
    jmp_buf *probe; // set while T.const sizes are found out: reaching T.Kernel or an error leaves by it
    struct Kernel *kernel;
    Name name_hint;            // the name that the value under evaluation will be bound to, or NULL
    Object *fresh_variable;    // of the T.alloc_var that was evaluated last, until it is bound
    VECTOR(Name) hints;        // used, each once
    VECTOR(Buffer *) reducers; // of T.alloc_reducer
    bool *bindings_used;
    Location float16; // where it was first mapped; line 0 if not
} Evaluator;

// What is known of the kernel that is being elaborated.
typedef struct Size { // of T.const or T.dynamic
    Name name;
    Variable *variable; // T.dynamic, or while probing
    Object *value;      // known; NULL if not
    bool used;          // by the kernel
    bool scalar;        // a parameter of a @T.prim_func: any integer
} Size;
typedef struct Kernel {
    FunctionObject *function;
    struct Call *call; // the file's own call, or NULL
    ObjectList tensors;
    bool has_names; // `call` gives T.const names too
    VECTOR(Size) sizes;
    VECTOR(Buffer *) inputs; // tensor parameters as declared
    VECTOR(Name) input_names;
    VECTOR(Buffer *) outputs; // of T.empty
    VECTOR(Buffer *) returned;
    Object *out_idx;
    bool probing;
} Kernel;

typedef struct Argument {
    Name name; // NULL: positional
    Object *value;
    const Node *node;
} Argument;

// A call of a library function: arguments as given, and sorted by the row's signature.
typedef struct Call {
    const Node *node;
    const LibraryRow *row;
    Object *self; // of a method
    VECTOR(Argument) given;
    Object *args[MAX_ARGUMENTS];
    const Node *nodes[MAX_ARGUMENTS]; // of `args`; the call itself where there is none
    uint32_t rest;                    // first positional argument of `*rest`
} Call;

typedef Object *Handler(Evaluator *ev, Call *call);

typedef enum RowKind {
    ROW_FUNCTION,
    ROW_METHOD,
    ROW_PURE,        // opaque where an argument is
    ROW_HINT,        // accepted, without effect, named once in a note
    ROW_GPU_ONLY,    // refused
    ROW_UNSUPPORTED, // refused; doc says what is possible instead
    ROW_OPAQUE,      // a value without meaning here, such as T.GemmWarpPolicy
    ROW_CONSTANT     // the handler is called where the name is read
} RowKind;

// A name of Python or TileLang. The signature lists arguments: `name`, `name?` optional, `!name` a hint, `*` any more
// positional ones, `**` any keywords, `=` keywords only from here.
struct LibraryRow {
    const char *module; // "T", "builtins", "math", ... or, for methods, "str", "list", "buffer", ...
    const char *name, *signature;
    RowKind kind;
    Handler *handler;
    const char *doc;
};

// ---- errors
_Noreturn void stop_at(Evaluator *ev, DiagnosticCode code, Location location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// The same with a line of help.
_Noreturn void stop_with_help(Evaluator *ev, DiagnosticCode code, Location location, const char *help,
                              const char *format, ...) __attribute__((format(printf, 5, 6)));
void spend_steps(Evaluator *ev, uint64_t steps, Location location); // counts work; fails at the limit
// An error of that code was told of that place: of a macro that is used twice, or a loop that is expanded.
bool was_told(const Evaluator *ev, DiagnosticCode code, Location location);
void use_hint(Evaluator *ev, const char *name);
const char *show_object(Evaluator *ev, const Object *object); // its value and kind, for messages
// " (did you mean `x`?)" or "".
const char *did_you_mean(Evaluator *ev, const char *name, const char *const *legal, int count);

// ---- names
Object *lookup_name(Evaluator *ev, Name name, const Node *node);
void bind_name(Evaluator *ev, Name name, Object *value);
void bind_target(Evaluator *ev, const Node *target, Object *value); // as compile-time Python does: names and tuples
Object *import_module(Evaluator *ev, const char *name);             // opaque if ttile does not know it
void index_globals(Evaluator *ev);
Object *lookup_global(Evaluator *ev, Name name); // NULL if the module has none
void run_global_statement(Evaluator *ev, uint32_t index);
void fail_running_globals(Evaluator *ev); // the names of statements that an error has left
bool is_main_guard(const Node *statement);
const LibraryRow *find_row(const char *module, const char *name);
const char *row_prefix(const LibraryRow *row); // how a source spells the row's module
int row_names(Evaluator *ev, const char *module, const char *const **names);

// ---- expressions
Object *evaluate_node(Evaluator *ev, const Node *node);
Object *evaluate_call(Evaluator *ev, const Node *node);
Object *call_object(Evaluator *ev, Object *callee, Call *call);
Object *call_function(Evaluator *ev, FunctionObject *function, Call *call);
void bind_row_arguments(Evaluator *ev, Call *call);
void add_argument(Evaluator *ev, Call *call, Name name, Object *value, const Node *node);
// Parameters of a function by position; unknown, repeated and missing ones fail. Fills `values`, by parameter.
void bind_parameters(Evaluator *ev, FunctionObject *function, Call *call, Object **values, bool allow_missing);
Object *get_attribute(Evaluator *ev, Object *value, Name name, const Node *node);
Object *get_item(Evaluator *ev, Object *value, Object *index, const Node *node);
Object *make_function(Evaluator *ev, const Node *node);
Object *unary_value(Evaluator *ev, Operator op, Object *value, const Node *node);
Object *binary_value(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node);
bool truth_of(Evaluator *ev, Object *value, const Node *node); // of a compile-time value
int64_t need_int(Evaluator *ev, Object *value, const Node *node, const char *what);
Name need_text(Evaluator *ev, Object *value, const Node *node, const char *what);
bool need_bool(Evaluator *ev, Object *value, const Node *node, const char *what);
DType need_dtype(Evaluator *ev, Object *value, const Node *node, Name *name);
// The items of anything iterable at compile time.
ObjectList need_items(Evaluator *ev, Object *value, const Node *node);
Object *opaque_object(Evaluator *ev, const char *format, ...) __attribute__((format(printf, 2, 3)));
Object *make_range(Evaluator *ev, Call *call);

// ---- statements
Flow execute_block(Evaluator *ev, const NodeList *statements);
Flow execute_statement(Evaluator *ev, const Node *statement);
// Does that work on a statement or parameter; in a kernel's body it goes on behind an error.
typedef Flow Work(Evaluator *ev, const Node *node);
Flow attempt_node(Evaluator *ev, const Node *node, Work *work);
void stop_if_failed(Evaluator *ev);                                                     // if a statement was left out
void assign_target(Evaluator *ev, const Node *target, Object *value, const Node *node); // staged or not
bool stages_ir(const Evaluator *ev); // IR is being made, and control flow is staged
Flow stage_for(Evaluator *ev, const Node *node, Object *iterable);
Flow stage_if(Evaluator *ev, const Node *node, const Expr *condition);
Flow stage_while(Evaluator *ev, const Node *node);
Flow stage_with(Evaluator *ev, const Node *node, const Node *item, Object *launch);
void stage_assert(Evaluator *ev, const Node *node, const Expr *condition);
void run_staged(Evaluator *ev, const NodeList *statements, Block *block, Bindings *scope, LoopContext loop,
                bool branch);

// ---- staged values
DType chip_dtype(Evaluator *ev, DType type, Location location);       // float16 becomes bfloat16
Block *need_block(Evaluator *ev, const Node *node, const char *what); // where statements go, inside a launch
// The value as an expression; constants without a type become int32, float32 or bool.
const Expr *need_expr(Evaluator *ev, Object *value, const Node *node, const char *what);
const Expr *need_index(Evaluator *ev, Object *value, const Node *node, const char *what); // an integer
const Expr *need_condition(Evaluator *ev, Object *value, const Node *node);
// As an expression of that type; constants are converted, others cast.
const Expr *expr_as(Evaluator *ev, Object *value, DType type, const Node *node);
const Expr *convert_expr(Evaluator *ev, const Expr *expr, DType type);
Object *staged_binary(Evaluator *ev, Operator op, Object *a, Object *b, const Node *node);
Object *staged_unary(Evaluator *ev, Operator op, Object *value, const Node *node);
Object *staged_call(Evaluator *ev, ExprOp op, Object *const *values, int count, const Node *node);
Object *staged_select(Evaluator *ev, Object *condition, Object *then, Object *otherwise, const Node *node);
bool promote_operands(Evaluator *ev, Object *a, Object *b, const Node *node, const Expr **left, const Expr **right);
Object *result_expr(Evaluator *ev, const Expr *expr, uint32_t weight, const Node *node);
bool is_size_expression(const Expr *expr); // of constants and dynamic sizes only

// ---- buffers
Object *index_buffer(Evaluator *ev, Object *value, Object *index, const Node *node);
const Expr *load_access(Evaluator *ev, const Access *access, const Node *node);
void store_access(Evaluator *ev, const Access *access, Object *value, const Node *node);
Access *need_buffer(Evaluator *ev, Object *value, const Node *node, const char *what); // a buffer or part of one
// A side of an operation as a region; dimensions without an extent get 1.
Region *region_of(Evaluator *ev, const Access *access, const Node *node);
// The whole-buffer region, or the part that a slice names.
Region *need_region(Evaluator *ev, Object *value, const Node *node, const char *what);
bool access_is_start(const Access *access);       // buffer[i, j]: a place without extents
struct Size *find_size(Evaluator *ev, Name name); // of the kernel; a new one if there is none
Buffer *declare_tensor(Evaluator *ev, Name name, const TensorObject *type, Location location);
int need_shape(Evaluator *ev, Object *value, const Node *node, Object *shape[MAX_RANK]);
void resolve_shape(Evaluator *ev, int rank, Object *const shape[], DType type, const Node *node, const Expr *result[]);
const char *show_shape(Evaluator *ev, int rank, const Expr *const shape[]);

#endif
