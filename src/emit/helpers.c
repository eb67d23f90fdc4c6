// The functions that a kernel carries because its code calls them.
#include "emit/printer.h"

static const char *const texts[HELPER_COUNT] = {
#define HELPER(id, text) text,
#include "emit/helpers.def"
#undef HELPER
};

void print_helpers(Emitter *emitter) {
    for (int i = 0; i < HELPER_COUNT; i++) {
        if (!(emitter->helpers & 1u << i)) continue;
        text_add(emitter->out, "\n");
        text_add(emitter->out, texts[i]);
    }
}
