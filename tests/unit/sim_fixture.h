// What the simulator's tests share: programs as IR text, run on tensors that hold known numbers.
#ifndef TTILE_TESTS_SIM_FIXTURE_H
#define TTILE_TESTS_SIM_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#include "front/front.h"
#include "program/program.h"
#include "sim/sim.h"

#define TENSOR(name, rows, columns, type, role)                                                                        \
    "    " name ": T.Tensor((" #rows ", " #columns "), \"" type "\", role=\"" role                                     \
    "\", layout={\"space\": \"dram\", \"memory\": \"interleaved\", \"orientation\": \"tile\", \"tile_plane\": [0, "    \
    "1], "                                                                                                             \
    "\"format\": \"" type "\", \"tile_shape\": [32, 32], \"tile_order\": \"row_major\"}),\n"

#define BUFFER(name, index, type, bytes, pages, from, to, rest)                                                        \
    "    " name " = T.circular_buffer(" #index ", \"" type "\", page_bytes=" #bytes ", pages=" #pages                  \
    ", window=1, producer=\"" from "\", consumer=\"" to "\"" rest ")\n"

typedef struct Simulation {
    const char *text;
    SimOptions options;
    const char *target;                         // NULL: wormhole:n150
    float (*input)(int tensor, size_t element); // NULL: pseudo-random in [-1, 1)
    // given back
    Function *program;
    TensorSet tensors;
    SimResult result;
} Simulation;

static inline float random_input(int tensor, size_t element) {
    uint32_t bits = (uint32_t)element * 2654435761u + (uint32_t)tensor * 0x9E3779B9u;
    bits = (bits ^ (bits >> 15)) * 0x2C1B3C6Du;
    bits = (bits ^ (bits >> 12)) * 0x297A2D39u;
    return (float)(bits >> 24) / 128.0f - 1.0f; // exact in bfloat16
}

static inline void fill_tensors(Simulation *simulation) {
    for (int i = 0; i < simulation->tensors.count; i++) {
        Tensor *tensor = &simulation->tensors.tensors[i];
        if (simulation->program->parameters.items[i]->role == ROLE_OUT) continue;
        for (size_t e = 0; e < tensor->count; e++)
            dtype_store(tensor->type, tensor->data, e,
                        simulation->input ? simulation->input(i, e) : random_input(i, e));
    }
}

// Work for context_try: reads the text, makes tensors, runs the program.
static inline void simulate(Context *context, void *user) {
    Simulation *simulation = user;
    const Source *source = context_add_source(context, "test.ttir", simulation->text, strlen(simulation->text));
    Module *module = module_new(context, &program_instructions, 1);
    front_read_ir(module, source);
    simulation->program = module->functions.items[0];
    simulation->tensors = tensors_for(simulation->program);
    fill_tensors(simulation);
    if (simulation->options.threads == 0) simulation->options.threads = 1;
    const Target *target = target_parse(context, simulation->target ? simulation->target : "wormhole:n150");
    simulation->result = sim_run(simulation->program, target, &simulation->tensors, &simulation->options);
}

static inline double element(const Simulation *simulation, int tensor, size_t i) {
    const Tensor *of = &simulation->tensors.tensors[tensor];
    return dtype_load(of->type, of->data, i);
}

static inline void assert_near(double seen, double expected, double tolerance) {
    if (!(seen >= expected - tolerance && seen <= expected + tolerance))
        stop_test("expected %.9g within %g, seen %.9g\n", expected, tolerance, seen);
}

// `text` with the first `from` replaced by `to`; the test fails if there is none. To be freed.
static inline char *replace(const char *text, const char *from, const char *to) {
    const char *place = strstr(text, from);
    if (!place) stop_test("the program does not hold `%s`\n", from);
    size_t length = strlen(text) - strlen(from) + strlen(to) + 1;
    char *result = malloc(length);
    snprintf(result, length, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
    return result;
}

// The line of the program that a location points at.
static inline const char *line_at(Location location, char *line, size_t size) {
    const char *text = location.source && location.source->text ? location.source->text : "";
    for (uint32_t i = 1; i < location.line && *text; text++) i += *text == '\n';
    size_t length = strcspn(text, "\n");
    snprintf(line, size, "%.*s", (int)length, text);
    return line;
}

#endif
