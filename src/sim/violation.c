// Broken rules. While many cores run at once a violation only stops the run; the run is then repeated without numbers,
// core after core, and there the same violation becomes a diagnostic: what is reported does not depend on host threads.
#include <stdarg.h>
#include <stdio.h>

#include "ir/print.h"
#include "sim/machine.h"

enum { MESSAGE_BYTES = 512 };

static Outcome complain(SimCore *core, const ThreadState *thread, Location location, DiagnosticCode code,
                        const char *help, const char *format, va_list arguments) {
    if (!core->reporting) return OUTCOME_FAILED;
    char message[MESSAGE_BYTES];
    vsnprintf(message, sizeof message, format, arguments);
    Context *context = core->machine->context;
    report(context, code, location, "core (%d, %d), %s: %s", core->place.x, core->place.y, thread_name(thread->thread),
           message);
    if (help) report_help(context, "%s", help);
    return OUTCOME_FAILED;
}

Outcome sim_violation_at(SimCore *core, const ThreadState *thread, Location location, DiagnosticCode code,
                         const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(core, thread, location, code, help, format, arguments);
    va_end(arguments);
    return OUTCOME_FAILED;
}

Outcome sim_violation(SimCore *core, const ThreadState *thread, const CodeInstruction *in, DiagnosticCode code,
                      const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(core, thread, in->statement->location, code, help, format, arguments);
    va_end(arguments);
    return OUTCOME_FAILED;
}
