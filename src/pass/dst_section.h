// One DST section: the body of a computing nest for one subblock of tiles.
#ifndef TTILE_PASS_DST_SECTION_H
#define TTILE_PASS_DST_SECTION_H

#include "pass/dst_expression.h"

// True if the nest adds products onto what the packer finds in L1.
bool nest_accumulates(Function *function, const NestLoops *loops);
// Emits acquire, the body, commit, wait, packs and release into section->into (or counts registers).
void schedule_section(Section *section, const NestLoops *loops);
// Tiles of a slot step along a loop's variable; false if it is not a constant.
bool slot_step(Module *module, const Expr *load, const Variable *variable, int64_t *step);

#endif
