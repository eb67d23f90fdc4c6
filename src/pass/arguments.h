// Making runtime arguments.
#ifndef TTILE_PASS_ARGUMENTS_H
#define TTILE_PASS_ARGUMENTS_H

#include "pass/internal.h"
#include "program/program.h"

// An argument of the function with values[i] on cores[i].
RuntimeArgument *add_runtime_argument(Function *function, const char *name, CoreAxis axis, int count,
                                      const Core cores[], const int64_t values[]);

#endif
