// The lowered program: a function at thread level, its instructions and what can be asked of it.
#ifndef TTILE_PROGRAM_PROGRAM_H
#define TTILE_PROGRAM_PROGRAM_H

#include "ir/ir.h"
#include "target/target.h"

// What an instruction does; the verifier and the simulator dispatch on it.
typedef enum Effect {
    EFFECT_RESERVE,
    EFFECT_PUSH,
    EFFECT_WAIT,
    EFFECT_POP,       // circular buffer, pages
    EFFECT_NOC_READ,  // starts a transfer into a reserved page; done after the read barrier
    EFFECT_NOC_WRITE, // starts a transfer from a waited page; its source is free after a flush, it is done after the
                      // barrier
    EFFECT_READ_BARRIER,
    EFFECT_WRITE_FLUSH,
    EFFECT_WRITE_BARRIER,
    EFFECT_NOC_MULTICAST,       // sends reserved pages that hold data to the same pages of other cores; its source is
                                // free after a flush, it is done after the write barrier
    EFFECT_SEMAPHORE_SET,       // this core's
    EFFECT_SEMAPHORE_WAIT,      // until this core's has the value
    EFFECT_SEMAPHORE_INC,       // another core's; done after the atomic barrier
    EFFECT_SEMAPHORE_MULTICAST, // this core's value to those of other cores, behind the data sent before
    EFFECT_ATOMIC_BARRIER,
    EFFECT_PAGE_STORE,  // writes a whole reserved page
    EFFECT_PAGE_UPDATE, // changes part of a reserved page that holds data
    EFFECT_STARTUP,     // first instruction of compute: formats of both sources and of the packer
    EFFECT_RECONFIG,
    EFFECT_RECONFIG_A,
    EFFECT_RECONFIG_B,
    EFFECT_RECONFIG_PACK, // operand formats
    EFFECT_INIT,          // sets the unit's operation mode to this row
    EFFECT_ACQUIRE,
    EFFECT_COMMIT,
    EFFECT_REGS_WAIT,
    EFFECT_RELEASE,
    EFFECT_LOAD_A,     // a page, by way of SrcA (or unpacked to DST), to a DST tile
    EFFECT_LOAD_B,     // the same by way of SrcB
    EFFECT_PRODUCT,    // pages of in0 (SrcB) and in1 (SrcA), accumulated onto DST tiles
    EFFECT_BINARY,     // pages of in0 (SrcA) and in1 (SrcB) to a DST tile
    EFFECT_DST_SET,    // defines dst
    EFFECT_DST_UNARY,  // dst = f(dst)
    EFFECT_DST_BINARY, // out = f(a, b)
    EFFECT_DST_UPDATE, // data = f(data, vector)
    EFFECT_DST_SELECT, // out = condition ? then : otherwise
    EFFECT_DST_COPY,   // dst = src
    EFFECT_PACK,
    EFFECT_PACK_AT,        // a DST tile to a reserved page
    EFFECT_PACK_ACCUMULATE // packs add to what the page holds from now on
} Effect;

typedef enum Unit { UNIT_NONE, UNIT_FPU, UNIT_SFPU, UNIT_PACK } Unit;

typedef enum Cost {
    COST_CB_CALL,
    COST_NOC_PAGE,
    COST_NOC_SEMAPHORE, // a packet of one word
    COST_SEMAPHORE,     // a word of the own L1
    COST_BARRIER,
    COST_FILL_PAGE,
    COST_INIT,
    COST_DST_CALL,
    COST_PACK,
    COST_UNPACK,
    COST_MATMUL_TILES,
    COST_MATMUL_BLOCK,
    COST_FPU_BINARY,
    COST_SFPU,
    COST_SFPU_BINARY,
    COST_SFPU_LONG
} Cost;

typedef enum InstructionId {
    INSTR_NONE = -1,
#define INSTRUCTION(id, name, threads, signature, effect, unit, init, cost, header, emit) INSTR_##id,
#include "program/instructions.def"
#undef INSTRUCTION
    INSTR_COUNT
} InstructionId;

enum { THREADS_READER = 1, THREADS_COMPUTE = 2, THREADS_WRITER = 4, THREADS_MOVERS = 5, THREADS_ALL = 7 };

typedef struct Instruction {
    InstructionId id;
    const char *name;
    unsigned threads; // 1 << Thread
    Effect effect;
    Unit unit;
    InstructionId init; // the init this one needs; its own id for an init row; INSTR_NONE
    Cost cost;
    const char *header, *emit;
    const char *signature;
} Instruction;

extern const OperationTable program_instructions; // for reading and printing; numbers are InstructionIds
const Instruction *instruction_at(InstructionId id);
// Parses the specs of its operands; returns their number.
int instruction_operands(const Instruction *instruction, OperandSpec specs[MAX_OPERANDS]);
// The instruction of a STATEMENT_OPERATION at thread level; NULL if it is a tile operation.
const Instruction *instruction_of(const Statement *statement);
// Appends an instruction. Operands in the row's order.
Statement *emit_instruction(Module *module, Block *block, InstructionId id, Location location, int count,
                            const Operand operands[]);

// ---------------------------------------------------------------- cores and arguments

typedef struct Core {
    int x, y;
} Core;

// The cores used, row by row; from tt.core_ranges. Allocated in the scratch arena.
int program_cores(const Function *program, Core **cores);
int64_t argument_value(const RuntimeArgument *argument, Core core);
// The thread program that a core runs; NULL if it has none for that thread.
const ThreadProgram *program_thread(const Function *program, Thread thread, Core core);

// ---------------------------------------------------------------- pages of a tensor

// How a global buffer with a layout lies in pages, one tile each: tiles of its plane, for each index of the dimensions
// outside of the plane in row-major order. Tiles are numbered as the layout's tile order says.
typedef struct PageMap {
    int64_t outer, tile_rows, tile_columns; // counts
    int64_t rows, columns;                  // valid elements of the plane
    int64_t row_stride, column_stride;      // elements of the host's row-major array; 0 for a missing dimension
    int outer_rank;
    int64_t outer_extent[MAX_RANK], outer_stride[MAX_RANK];
    int64_t pages; // 0: the layout fits no pages, and none may be accessed
    int page_bytes;
    int tile_height, tile_width; // elements of a tile
    TileOrder tile_order;
    Space space;
    MemoryLayout memory;
    Shard shard;
} PageMap;
PageMap page_map(const Buffer *tensor); // sizes by their bound values
// Is the tensor sharded or not as its memory says, in whole tiles, and do the cores of the grid suffice?
bool shards_fit(const PageMap *map);
// Can its tiles be numbered in that order?
bool order_fits(const PageMap *map);

// A tile of a tensor: `row` and `column` count tiles of the plane, `outer` the other dimensions.
typedef struct TilePlace {
    int64_t outer, row, column;
} TilePlace;
int64_t page_of_tile(const PageMap *map, TilePlace tile);
TilePlace tile_of_page(const PageMap *map, int64_t page);

// Where a page is kept: in the L1 of a core, or in a DRAM bank.
typedef struct PageHome {
    Space space;
    Core core;
    int bank;
} PageHome;
PageHome page_home(const PageMap *map, const Target *target, int64_t page);

// Shards of a tensor: the tiles of one, and how many there are down and across all its planes.
typedef struct ShardCounts {
    int64_t tile_rows, tile_columns;
    int64_t down, across;
} ShardCounts;
ShardCounts shard_counts(const PageMap *map); // of a sharded tensor
// The shard that a core keeps, `i` shards down and `j` across; false if it keeps none.
bool shard_of_core(const PageMap *map, Core core, int64_t *i, int64_t *j);
// Pages of one shard, whole ones; 0 if the tensor is not sharded.
int64_t shard_pages(const PageMap *map);
// The page at a place of a core's shard, whose tiles lie row by row; -1 where the core has no shard, or the tensor has
// nothing at that place of it.
int64_t shard_page(const PageMap *map, Core core, int64_t place);
// Bytes of L1 that a tensor takes of each core that holds a part of it.
int64_t tensor_l1_bytes(const PageMap *map, const Target *target);

// Do only the data-movement threads touch it? Its pages may then be tiles of 16 rows or columns.
static inline bool circular_is_moved_only(const CircularBuffer *circular) {
    return circular->producer != THREAD_COMPUTE && circular->consumer != THREAD_COMPUTE;
}

// L1 of one core: circular buffers (aliases counted once) and what it keeps of tensors in L1.
int64_t program_l1_bytes(const Function *program, const Target *target);
int64_t program_tensor_bytes(const Function *program, const Target *target); // the tensors' part of it
// The byte table that errors and `plan show` print.
void program_l1_table(const Function *program, const Target *target, Text *out);

bool program_dst_fp32(const Function *program);      // from tt.dst_schedule
bool program_dst_full_sync(const Function *program); // from tt.dst_schedule
MathFidelity program_fidelity(const Function *program);
int program_dst_tiles(const Function *program, const Target *target);

// ---------------------------------------------------------------- proofs

// Checks the proof obligations of docs/simulator.md; each violation is reported with a code DIAG_PROOF_* of its own at
// the instruction's location. True if all hold.
bool program_verify(Function *program, const Target *target);

#endif
