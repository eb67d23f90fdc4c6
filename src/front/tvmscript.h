// TVMScript, as TileLang prints kernels and as older TVM spells them: its syntax tree becomes one of a TileLang source,
// which is then elaborated as any other. Names that only TVMScript has are rows of tvmscript.def.
#ifndef TTILE_FRONT_TVMSCRIPT_H
#define TTILE_FRONT_TVMSCRIPT_H

#include "front/ast.h"

// Tells by the text alone: its header comment, its imports, @I.ir_module, match_buffer, thread_binding, launch_thread.
bool is_tvmscript(const Source *source, const Node *tree);
void rewrite_tvmscript(Context *context, Node *tree);

// ---- what its files share

// Bounds on what is searched for by name; no kernel comes near them.
#define MAX_THREAD_NAMES 64
#define MAX_AWAITED      16
#define MAX_AWAITED_LETS 32

typedef struct ThreadName { // a name that stands for a thread of a block
    Name name;
    const char *tag; // "threadIdx.x"
} ThreadName;

// A loop variable that is declared before its loop, with the lets that stand between them and use it: TileLang prints
// the index arithmetic of T.Persistent in this way.
typedef struct Awaited {
    const Node *declaration; // `w = T.int32()`
    Name name;
    NodeList lets;
} Awaited;

typedef struct Rewriter {
    Context *context;
    Arena *arena;
    VECTOR(ThreadName) threads;  // of the function
    VECTOR(ThreadName) declared; // of `bx = T.env_thread("blockIdx.x")`
    VECTOR(Awaited) awaited;
    const Node *reducers; // the dict of reducer_info_v2, or NULL
    bool launched;        // inside of a launch
    uint32_t depth;       // of nested blocks
} Rewriter;

// The callee's last name where the node is a call of prefix.name, else "".
const char *called_name(const Node *node);
bool calls(const Node *node, const char *name);
const Node *call_keyword(const Node *call, const char *name);     // NULL if absent
const Node *call_positional(const Node *call, uint32_t position); // NULL if absent
const char *text_of(const Node *node);                            // of a string literal, else ""
Name name_bound(const Node *node);                                // of an assignment to one name; NULL otherwise
const Node *value_bound(const Node *node);                        // what it is assigned

Node *copy_node(Rewriter *rewriter, const Node *node);
Node *make_node(Rewriter *rewriter, NodeKind kind, Location location);
Node *make_call(Rewriter *rewriter, const char *name, Location location); // T.name()
void append_node(Rewriter *rewriter, Node *parent, NodeList *list, Node *item);
void append_list(Rewriter *rewriter, NodeList *list, const NodeList *items);
void measure_node(Node *node); // its height, from those below

_Noreturn void refuse_amount(Rewriter *rewriter, Location location, int most, const char *what);

// Statements of a block, in TileLang's spelling.
NodeList rewrite_statements(Rewriter *rewriter, const NodeList *statements);
// `m, n = T.int32(), T.int32()`; false if the statement is something else.
bool rewrite_variables(Rewriter *rewriter, const Node *statement, NodeList *out);
// True if the statement waits for the loop whose variable it uses; the loop takes it by awaited_lets.
bool await_loop(Rewriter *rewriter, Node *statement);
NodeList awaited_lets(Rewriter *rewriter, const Node *loop);
void join_guards(Rewriter *rewriter, NodeList *body); // of a loop that took some
// A launch that begins with statement `index`: its T.Kernel; NULL if there is none. A launch written as a statement
// takes the rest of the block: then `rest` is set.
Node *rewrite_launch(Rewriter *rewriter, const NodeList *statements, uint32_t index, bool *rest);
// True if the statement binds a thread; `body` is what it runs, NULL for the rest of the block.
bool enters_thread(Rewriter *rewriter, const Node *statement, const NodeList **body);
// `tx = T.launch_thread_idx(0)` and its like: the name is remembered, and nothing is left of the statement.
bool binds_thread(Rewriter *rewriter, const Node *statement);
void refuse_threads(Rewriter *rewriter, const Node *tree); // uses of such names

#endif
