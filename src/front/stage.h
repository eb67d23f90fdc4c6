// Staging: statements of a kernel's body that become IR.
#ifndef TTILE_FRONT_STAGE_H
#define TTILE_FRONT_STAGE_H

#include "front/evaluate.h"

Flow execute_import(Evaluator *ev, const Node *node);
void stage_annotation(Evaluator *ev, const Node *node); // `A: T.Tensor(...)` of a parameter
// `x: T.int32 = e`: the value in the annotation's type.
Object *stage_annotated_value(Evaluator *ev, const Node *node, Object *value);
void stage_jump(Evaluator *ev, const Node *node); // break, continue
// A scope of a block inside the innermost one, and its end: names bound in it are closed, but for compile-time
// values that no outer block binds otherwise.
Bindings *open_scope(Evaluator *ev);
void close_scope(Evaluator *ev, Bindings *scope);

#endif
