// The kernel file of a thread program: its name, and what it takes from the host in which order. Whoever prints kernels
// and whoever describes them in a plan ask here, so that both say the same.
#ifndef TTILE_PROGRAM_KERNEL_H
#define TTILE_PROGRAM_KERNEL_H

#include "program/program.h"

// Compile-time arguments are the numbers of circular buffers and of semaphores, then the accessor's words of each
// tensor. Runtime arguments are the tensors' addresses, then the runtime arguments and the sizes of the program. Each
// in the program's order, and only what the thread uses: a let that nothing needs counts for nothing.
typedef struct ThreadKernel {
    const Function *program;
    const ThreadProgram *thread;
    const char *file; // "reader.cpp"
    VECTOR(const CircularBuffer *) circular_buffers;
    VECTOR(const Buffer *) tensors;
    VECTOR(const RuntimeArgument *) arguments;
    VECTOR(const Variable *) sizes;
    VECTOR(const Semaphore *) semaphores;
    struct UseSet *uses;
} ThreadKernel;

// In the unit arena of the program's context.
ThreadKernel *thread_kernel(const Function *program, const ThreadProgram *thread);
// The name alone. Unique in the program; letters, digits, underscores and dashes.
const char *kernel_file(const Function *program, const ThreadProgram *thread);
// Whether anything that the thread does needs this variable, buffer or circular buffer.
bool kernel_uses(const ThreadKernel *kernel, const void *item);

#endif
