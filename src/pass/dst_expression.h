// Tile expressions as instructions on DST registers.
#ifndef TTILE_PASS_DST_EXPRESSION_H
#define TTILE_PASS_DST_EXPRESSION_H

#include "pass/dst.h"
#include "program/program.h"

// A section under construction. With `into` NULL nothing is emitted: a dry run that only counts registers.
typedef struct Section {
    Function *function;
    Module *module;
    Block *into;
    Location location;
    bool fp32;         // DST
    int rows, columns; // of the subblock: tiles of a register
    // The nest's last two loops and the first tile of the subblock along them; NULL where the nest has none.
    const Variable *row_variable, *column_variable;
    const Expr *row_start, *column_start;
    bool in_use[MAX_REGISTERS];
    bool dirty[MAX_REGISTERS]; // no longer what acquire left: zero
    int lent[MAX_REGISTERS];   // operands under way that lie here and must stay as they are
    int most;                  // registers in use at once, at most
    struct Resident *resident; // values of buffers that are in registers
    int resident_count;
    const Statement *const *later; // statements after the one under way
    int later_count;
} Section;

typedef struct Resident {
    const Buffer *buffer;
    int reg;
    bool zero;     // known to be 0 and not written yet
    bool kept;     // packed at the end: the register may not be taken over
    int uses_left; // loads in the statement under way
} Resident;

int section_allocate(Section *section);
void section_free(Section *section, int reg);
// Tile `i`, `j` of a register, as a DST index.
int section_tile(const Section *section, int reg, int i, int j);
// `expr` for tile (i, j) of the subblock: the nest's loop variables replaced.
const Expr *section_index(Section *section, const Expr *expr, int i, int j);
// The page slot of a load or store of tile (i, j).
const Expr *section_slot(Section *section, const Buffer *buffer, const Expr *const indices[], int i, int j);
Resident *section_resident(Section *section, const Buffer *buffer);
void section_emit(Section *section, InstructionId id, int count, const Operand operands[]);
static inline Operand operand_tile(const Section *section, int tile) {
    return operand_expr(expr_int(section->module, tile));
}

// One instruction for every tile of a register: on it (and a scalar, or NULL), on several registers of which the last
// is written, and from a load's pages.
void emit_unary(Section *section, InstructionId id, int reg, const Expr *scalar);
void emit_registers(Section *section, InstructionId id, int count, const int regs[]);
void emit_load(Section *section, InstructionId id, const Expr *load, int reg);

// A register with a value, and whether whoever asked for it owns it; a resident's register is not owned.
typedef struct TileValue {
    int reg;
    bool owned;
} TileValue;
TileValue load_resident(Section *section, Resident *resident);
TileValue load_tile(Section *section, InstructionId id, const Expr *load);
TileValue load_row(Section *section, const Expr *load); // row 0 in every row
TileValue load_index(Section *section, bool row);       // the row or column index within the tile
// Does DST hold more of a value of type `from` than type `to` does?
bool section_narrows(const Section *section, DType from, DType to);
// The expression without conversions that keep every value.
const Expr *without_casts(const Expr *expr);
// The matrix unit's instruction for `expr` and the loads it takes; INSTR_NONE if it cannot do it.
InstructionId matrix_instruction(Section *section, const Expr *expr, const Expr **a, const Expr **b);
TileValue on_matrix_unit(Section *section, InstructionId id, const Expr *a, const Expr *b);

// Evaluates a tile expression into a register that the caller owns and may change.
int evaluate_tile(Section *section, const Expr *expr);
// Fills a register with a scalar.
void emit_fill(Section *section, int reg, const Expr *value);
// True if no part of the expression is a tile.
bool is_scalar(const Expr *expr);

#endif
