// What must hold of every IR, whatever its level: definitions before uses, ranks, types, operands as their
// signatures say, attributes of the type that attrs.def gives. A violation is reported as DIAG_IR_INVALID.
#ifndef TTILE_IR_VERIFY_H
#define TTILE_IR_VERIFY_H

#include "ir/ir.h"

bool verify_module(Module *module);
bool verify_function(Function *function);
// The same for a function that was read from text: what is wrong is the text's fault, reported as DIAG_IR_TEXT.
bool verify_text(Function *function);

#endif
