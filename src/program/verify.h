// What the files of the static verifier share.
//
// A thread program becomes a tree of nodes whose operands are amounts (verify_tree.c). An analysis follows one group of
// obligations through it: a state, what an instruction does to it, how two states join. walk_analysis (verify_walk.c)
// first walks the tree once for all cores and all iterations. What cannot be shown that way is looked at core by core
// and iteration by iteration, as far as a budget of steps allows; only then is anything reported.
#ifndef TTILE_PROGRAM_VERIFY_H
#define TTILE_PROGRAM_VERIFY_H

#include "program/amount.h"
#include "program/internal.h"

enum { MAX_BUFFERS = 64, MAX_CUTS = 6, MAX_SEMAPHORES = 16, MAX_ENDPOINTS = 64 };

typedef enum NodeKind { NODE_INSTRUCTION, NODE_LOOP, NODE_IF } NodeKind;

typedef struct Node Node;
struct Node {
    NodeKind kind;
    int depth; // loops around it
    const Statement *statement;
    const Instruction *instruction; // NODE_INSTRUCTION
    Amount operands[MAX_OPERANDS];  // scalars; the extent of a loop or the condition of an if comes first
    int8_t buffers[MAX_OPERANDS];   // circular buffers: their place in the function's list
    int8_t semaphore;               // its place in the function's list
    int8_t endpoint;                // what speaks to other cores: its place in the tree's list; -1
    uint64_t dst_depths;            // loops whose index chooses a DST tile here or below
    Amount cuts[MAX_CUTS];          // NODE_LOOP: indices at which a condition below changes
    int cut_count;
    bool is_peelable; // the last cut is for peeling only
    Node *next, *body, *otherwise;
    const Node *loop; // the innermost loop around it; NULL
};

typedef struct Ring { // what a thread knows of a circular buffer
    Amount pushed, reserved, packed, popped, waited;
} Ring;

typedef struct Signal { // what a thread knows of a semaphore of its own core
    Amount waits;       // how often it was waited for; waits for what it is known to hold do not count
    Amount awaited;     // the values, added up
    int64_t value;      // when is_known: what it was set to or waited for last
    bool is_known;
    bool is_cleared; // set to 0 since the wait before
    bool is_unsure;  // some wait may have been one that does not count
} Signal;

typedef struct Exchange { // what a thread sent from an endpoint
    Amount count, total;  // calls; pages, or what they add to a semaphore
} Exchange;

// What a thread knew when it came to an instruction that other cores have to do with; a state of the window analysis.
typedef struct Moment {
    const Node *node;
    Amount *values; // of the node's operands
    void *state;
} Moment;
typedef VECTOR(Moment) Moments;

typedef struct Tree { // of one thread program
    const ThreadProgram *program;
    Node *nodes;
    int *cores; // that run it, by their place in the check's list
    int core_count;
    uint64_t written;                     // circular buffers that it writes itself, one bit each
    const Node *endpoints[MAX_ENDPOINTS]; // the first instruction of each
    int endpoint_count;
    const void *end;    // state of the window analysis at the thread's end; NULL: not known
    const Ring *totals; // the circular buffers' part of it
    Moments moments;    // valid for all iterations
    Amount *writes;     // pages written of each parameter
} Tree;

typedef struct Check {
    Function *function;
    const Target *target;
    Context *context;
    Arena *arena;
    Amounts amounts;
    Tree *trees; // one for each of the function's threads
    int tree_count;
    int buffer_count, semaphore_count;
    int endpoint_count; // of the tree that has most
    uint64_t multicast; // circular buffers that are sent to other cores, one bit each
    const Core *cores;
    int core_count;
    int16_t *tree_at;         // [core * THREAD_COUNT + thread]: the tree that the core runs; -1
    int64_t *argument_values; // of each runtime argument on each core
    int64_t concrete_steps;   // left for looking at single cores
    uint32_t errors_before;
} Check;

typedef struct Finding {
    DiagnosticCode code;
    const Statement *statement;
    const char *message, *help;
    Core core;
    bool has_core;
} Finding;

typedef struct Analysis Analysis;

typedef struct Walk {
    Check *check;
    Tree *tree;
    const Analysis *analysis;
    Place place;
    Core core;         // when place.concrete
    bool silent;       // only count findings
    bool peels;        // first turns of loops with semaphores
    bool is_unsure;    // of what a semaphore holds: peeling may help
    bool is_cut_short; // too many steps, or a value that concrete walking needs is unknown
    int64_t steps;     // left
    VECTOR(Finding) findings;
    Moments moments;
    uint32_t moment_places; // of which so many have been made
    VECTOR(char *) states;  // spare ones
} Walk;

// States are plain memory of `bytes`. A loop is walked with a guess at the state at its head until `settle` accepts it.
typedef struct LoopStates {
    void *entry, *head, *out;
    void *change; // for the analysis' own use
    Amount start, end;
    int depth;
} LoopStates;

struct Analysis {
    size_t (*bytes)(const Check *check);
    void (*begin)(Walk *walk, void *state);
    void (*step)(Walk *walk, void *state, const Node *node, const Amount values[]);
    // `state` held where the condition held, `other` where it did not.
    void (*join)(Walk *walk, void *state, const void *other, Amount condition);
    // True if `head` fits what the body made of it; otherwise changes the guess.
    bool (*settle)(Walk *walk, LoopStates *loop, int pass);
    void (*leave)(Walk *walk, const LoopStates *loop, void *state);
    // The rest may be NULL. `turn`: an iteration begins.
    void (*turn)(Walk *walk, void *state, const Node *loop);
    bool (*unrolls)(const Node *loop);
    void (*finish)(Walk *walk, void *state);
    bool is_optional; // what cannot be shown is left to the simulator
    bool counts;      // its states count turns, and different threads' counts are compared
};

extern const Analysis window_analysis, transfer_analysis, tensor_analysis, dst_analysis, engine_analysis;

// Proves or reports the obligations of one analysis for one thread program.
void walk_analysis(Check *check, Tree *tree, const Analysis *analysis);
// The state at the end of the thread on one core; false if it could not be followed that far.
bool walk_core(Check *check, Tree *tree, const Analysis *analysis, int core, void *state);
void *walk_spare_state(Walk *walk);
bool loop_surely_runs(Walk *walk, const LoopStates *loop);
// What is known on all cores that run the tree (core -1), or on one of the list.
Place check_place(Check *check, const Tree *tree, int core);
void tabulate_arguments(Check *check);
// Its value on a core of the list; false if the variable is no runtime argument.
bool argument_on(const Check *check, const Variable *variable, int core, int64_t *value);
// On one core; `is_known` becomes false if it depends on more than the core.
int64_t amount_on(Check *check, const Tree *tree, int core, Amount amount, bool *is_known);
// NULL if the core runs none.
Tree *tree_on(const Check *check, int core, Thread thread);

// Records a violation at a node's statement. `help` may be NULL.
void find(Walk *walk, DiagnosticCode code, const Node *node, const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
const char *show(Walk *walk, Amount amount);

// The first instruction of that effect on a circular buffer or semaphore; NULL if there is none.
const Node *find_call(const Node *nodes, Effect effect, int buffer, int semaphore);
bool build_tree(Check *check, Tree *tree);                   // tree->program is given
const char *describe_buffer(const Check *check, int buffer); // 'cb_A' (holds A_shared)

// ---------------------------------------------------------------- exact counters (verify_counts.c)

Amount count_after_branches(Walk *walk, Amount then, Amount otherwise, Amount condition);
// `change` holds what an iteration is guessed to add.
bool count_settle(Walk *walk, const LoopStates *loop, int pass, Amount entry, Amount *head, Amount out, Amount *change);
Amount count_at_head(Walk *walk, const LoopStates *loop, Amount entry, Amount change);
Amount count_after_loop(Walk *walk, const LoopStates *loop, Amount entry, Amount change);

// ---------------------------------------------------------------- what instructions touch

typedef struct PageAccess {
    int buffer;
    Amount first; // page
    Amount count;
} PageAccess;
int page_reads(Walk *walk, const Node *node, const Amount values[], PageAccess accesses[2]);
int page_writes(Walk *walk, const Node *node, const Amount values[], PageAccess accesses[1]);
int written_buffer(const Node *node); // -1; multicasts do not count
typedef struct TileAccess {
    Amount first, count;
} TileAccess;
int dst_reads(const Node *node, const Amount values[], TileAccess accesses[3]);
int dst_writes(Walk *walk, const Node *node, const Amount values[], TileAccess accesses[1]);
uint64_t dst_operand_depths(const Node *node);
bool touches_dst(const Node *node);

// ---------------------------------------------------------------- semaphores and other cores (verify_signals.c)

// The state of the window analysis: a Ring for each circular buffer, a Signal for each semaphore, an Exchange for each
// endpoint.
size_t window_bytes(const Check *check);
Signal *signals_of(const Check *check, const void *state);
Exchange *exchanges_of(const Check *check, const void *state);
void begin_signals(Walk *walk, void *state);
void step_signals(Walk *walk, void *state, const Node *node, const Amount values[]);
void join_signals(Walk *walk, void *state, const void *other, Amount condition);
bool settle_signals(Walk *walk, LoopStates *loop, int pass);
void leave_signals(Walk *walk, const LoopStates *loop, void *state);

// Where an instruction that reaches other cores has its operands; `coordinates` is 0 for the others.
typedef struct Reach {
    int first, coordinates; // x and y of a core, or of the first and the last core of a rectangle
    int destinations;       // how many cores
    int total;              // what a call counts for: pages, or what it adds
} Reach;
const Reach *reach_of(const Instruction *instruction);

// What two cores have to do with each other: one sends to an endpoint, the other has a part for it.
typedef struct Route {
    int from, tree, endpoint; // of the sender
    Core first, last;         // the rectangle, or a core twice
    bool is_known;            // `count` is
    int64_t count;            // calls
} Route;

typedef struct Routes {
    VECTOR(Route) list; // by the core they come from
    int *start;         // of each core's part; one more than there are cores
    int16_t *core_at;   // [y * columns + x]: its place in the check's list; -1
    int columns, rows;
} Routes;

// Senders and receivers agree. Stage 0 is before the counts of the whole program are compared, stage 1 after it; `mask`
// has the receiver's endpoints that tell this sender's core something.
void verify_handshake(Check *check, const Routes *routes, const Route *route, int to, const Tree *receiver,
                      uint64_t mask, int stage);
Core route_core(const Check *check, const Node *node, int core, int operand);

// ---------------------------------------------------------------- groups without a walk
DiagnosticKind kind_of_compiled(DiagnosticCode code);
bool verify_cores(Check *check);
bool verify_semaphores(Check *check);
void verify_routes(Check *check);
// The declarations, one use, the cores at the end.
void verify_shards(Check *check);
void verify_shard_use(Check *check, const Statement *statement, bool is_producer, const CircularBuffer *circular);
void verify_shard_holders(Check *check);
// Adds the tiles of an output that a core writes by pushes into its shard; false if that is not known.
bool shard_tiles_written(Check *check, const Buffer *tensor, int core, int64_t *sum);
void verify_resources(Check *check);
void verify_balance(Check *check);
void verify_tensors(Check *check);
// False if the attributes about cores are malformed or contradict each other.
bool verify_metadata(Check *check);
void verify_work_items(Check *check);

#endif
