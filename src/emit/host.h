// The constants of host.cpp: what the plan says, as C++.
#ifndef TTILE_EMIT_HOST_H
#define TTILE_EMIT_HOST_H

#include "emit/emit.h"

// Appends the constants that src/emit/host.cpp needs. Fails with DIAG_EMIT_FORMAT where its formats or tiles lack what
// the plan asks for.
void print_host_plan(Context *context, const Value *plan, Text *out);

#endif
