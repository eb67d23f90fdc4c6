// Chips as data: the tables of *.def become constants, found by the names people give on the command line.
#include "target/target.h"

#include <string.h>

const char *const target_tables_date = "2026-01-15";

#define LIST(...)                                                                                                      \
    {                                                                                                                  \
        (int)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)), { __VA_ARGS__ }                                 \
    }

static const Target targets[] = {
#define FIGURE(field, first, ...) .field = first,
    {
#include "target/wormhole.def"
    },
#undef FIGURE
#define FIGURE(field, first, second) .field = second,
    {
#include "target/wormhole.def"
    },
#undef FIGURE
#define FIGURE(field, first, ...) .field = first,
    {
#include "target/blackhole.def"
    },
#undef FIGURE
#define FIGURE(field, first, second) .field = second,
    {
#include "target/blackhole.def"
    },
#undef FIGURE
#define FIGURE(field, first) .field = first,
    {
#include "target/grayskull.def"
    },
#undef FIGURE
};

enum { TARGET_COUNT = sizeof targets / sizeof targets[0] };

int target_count(void) { return TARGET_COUNT; }

const Target *target_at(int index) { return index >= 0 && index < TARGET_COUNT ? &targets[index] : NULL; }

// "arch:device" exactly, or "arch": its first device.
static const Target *target_find(const char *name) {
    for (int i = 0; i < TARGET_COUNT; i++)
        if (strcmp(name, targets[i].name) == 0 || strcmp(name, targets[i].arch) == 0) return &targets[i];
    return NULL;
}

// TVM's way to name a target: "tenstorrent" and options, of which only -device counts here.
static const char *device_option(const char *text) {
    static const char kind[] = "tenstorrent", option[] = "-device=";
    if (strncmp(text, kind, sizeof kind - 1) != 0) return text;
    const char *rest = text + sizeof kind - 1;
    while (*rest == ' ') rest++;
    return strncmp(rest, option, sizeof option - 1) == 0 ? rest + sizeof option - 1 : text;
}

static void suggest_target(Context *context, const char *name) {
    const char *legal[TARGET_COUNT];
    for (int i = 0; i < TARGET_COUNT; i++) legal[i] = targets[i].name;
    int near = text_nearest(name, legal, TARGET_COUNT);
    for (int i = 0; i < TARGET_COUNT && near < 0; i++)
        if (text_nearest(name, &targets[i].arch, 1) == 0 || strcmp(name, targets[i].device) == 0) near = i;
    if (near >= 0) report_help(context, "did you mean '%s'?", legal[near]);
    if (!strcmp(name, "tenstorrent")) report_help(context, "name the chip: 'tenstorrent -device=wormhole'");
}

const Target *target_parse_at(Context *context, const char *text, Location place) {
    const char *name = device_option(text);
    const Target *found = target_find(name);
    if (found) return found;
    Text legal = {.arena = &context->scratch};
    for (int i = 0; i < TARGET_COUNT; i++) text_format(&legal, "%s%s", i ? ", " : "", targets[i].name);
    report(context, DIAG_UNKNOWN_TARGET, place, "unknown target '%.80s': expected one of %s", text, legal.data);
    suggest_target(context, name);
    fail_now(context);
}

const Target *target_parse(Context *context, const char *text) { return target_parse_at(context, text, (Location){0}); }

int target_dst_tiles(const Target *target, bool fp32) {
    return (int)(fp32 ? target->dst_tiles_32 : target->dst_tiles_16) / 2;
}

static const char *const fidelity_names[] = {"LoFi", "HiFi2", "HiFi3", "HiFi4"};

bool fidelity_parse(const char *name, MathFidelity *fidelity) {
    for (int i = 0; i <= FIDELITY_HIFI4; i++)
        if (strcmp(name, fidelity_names[i]) == 0) {
            *fidelity = (MathFidelity)i;
            return true;
        }
    return false;
}

const char *fidelity_name(MathFidelity fidelity) { return fidelity_names[fidelity]; }

double fidelity_product_error(MathFidelity fidelity) {
    // A phase multiplies 5 bits of SrcA (in1) with 7 bits of SrcB (in0), hidden bits included. LoFi leaves out the low
    // bits of both, HiFi2 those of in0, HiFi3 only their product.
    static const double errors[] = {
        [FIDELITY_LOFI] = 0x1p-4 + 0x1p-6, [FIDELITY_HIFI2] = 0x1p-6, [FIDELITY_HIFI3] = 0x1p-10, [FIDELITY_HIFI4] = 0};
    return errors[fidelity];
}
