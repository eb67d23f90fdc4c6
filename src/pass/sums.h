// Sums of products that are added up over the turns of a loop.
#ifndef TTILE_PASS_SUMS_H
#define TTILE_PASS_SUMS_H

#include "pass/internal.h"

// Does the packer add up the buffer's sums in the window that is reserved? One window is added to where it is, and so
// is what the writer takes; over two that compute reads itself, sums are loaded and written anew.
static inline bool adds_in_window(const CircularBuffer *circular) {
    return circular->producer == THREAD_COMPUTE &&
           (circular->pages == circular->window || circular->consumer != THREAD_COMPUTE);
}

// Does anything in the statement read or write the buffer?
bool touches_buffer(Module *module, const Statement *statement, const Buffer *buffer);
// The last statement behind `nest` that adds to what it has written, before anything else is done with the buffer; NULL
// if there is none, or the nest does not begin a sum: it must write every tile and read none.
Statement *last_term(Module *module, Statement *nest, const Buffer *buffer);
// Is all that is done with the buffer to begin a sum, add to it, and move it to tensors? Then the packer can add up
// where the writer takes the sums from.
bool is_sum_for_writer(Module *module, const Block *block, const Buffer *buffer);

#endif
