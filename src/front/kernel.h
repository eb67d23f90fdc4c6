// Choosing a kernel, giving its parameters values, and elaborating it.
#ifndef TTILE_FRONT_KERNEL_H
#define TTILE_FRONT_KERNEL_H

#include "front/evaluate.h"

// Looks for the file's own call of a kernel: the `__main__` body, then the module level, then main(). An error or a
// condition on an opaque value ends it; `why` then says so.
void search_own_call(Evaluator *ev, Search *search);
// Forgets what module-level statements were run, so that they are evaluated again when they are needed.
void reset_globals(Evaluator *ev);
// The value of a NAME=VALUE: a Python literal, a dtype's name or a plain word.
Object *binding_value(Evaluator *ev, const Binding *binding);

// Elaborates the kernel into ev->function.
void elaborate_kernel(Evaluator *ev, FunctionObject *kernel, const Search *search);
// Sizes of the T.const names that the shapes of the own call's tensors give.
void probe_sizes(Evaluator *ev, FunctionObject *kernel, Object *const values[]);
bool is_tensor_parameter(const Node *function, const Node *parameter);
void run_eager(Evaluator *ev, FunctionObject *kernel, Object *const values[]);
void run_prim_func(Evaluator *ev, FunctionObject *prim);
// Binds dynamic sizes from a tensor's shape.
void bind_sizes(const Buffer *buffer, const Object *tensor);

// Parameters' places and roles, and the sizes that are used.
void finish_function(Evaluator *ev);

#endif
