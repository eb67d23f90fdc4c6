// The two pipelines, and every pass by all names that it has had. The new one is compatibility and the default
// pipeline; the legacy one puts its metadata passes before that and goes the same way from there.
#include "api/pipelines.h"

#include <string.h>
#include <strings.h>

#include "compat/compat.h"

// ---------------------------------------------------------------- passes of compat/

static CompatCores cores_of(const CompileOptions *options) {
    if (options->core_columns) return (CompatCores){options->core_columns, options->core_rows};
    return (CompatCores){(int)options->target->grid_columns, (int)options->target->grid_rows};
}

static void run_defaults(Function *function, const CompileOptions *options) {
    (void)options;
    compat_apply_defaults(function);
}

static void run_schedule(Function *function, const CompileOptions *options) {
    compat_infer_schedule(function, cores_of(options));
}

static void run_shard(Function *function, const CompileOptions *options) {
    (void)options;
    compat_infer_shard(function);
}

static void run_core_map(Function *function, const CompileOptions *options) {
    compat_infer_core_map(function, cores_of(options));
}

static void run_transforms(Function *function, const CompileOptions *options) {
    // The legacy pipeline makes the attributes itself, so that there is nothing to tell.
    compat_apply_transforms(function, cores_of(options), options->legacy);
}

static const Pass apply_transforms = {
    .name = "apply_compatibility_transforms",
    .file = "apply-compatibility-transforms",
    .summary = "legacy attributes of both generations to today's",
    .run = run_transforms,
};
static const Pass apply_defaults = {
    .name = "apply_tt_defaults",
    .file = "apply-tt-defaults",
    .summary = "default policy on a function without Tenstorrent attributes",
    .run = run_defaults,
};
static const Pass infer_schedule = {
    .name = "infer_default_tt_schedule",
    .file = "infer-default-tt-schedule",
    .summary = "legacy: contiguous runs of work items over all cores",
    .run = run_schedule,
};
static const Pass infer_shard = {
    .name = "infer_default_tt_shard",
    .file = "infer-default-tt-shard",
    .summary = "legacy: DRAM interleaved, tiles and padding of every tensor",
    .run = run_shard,
};
static const Pass infer_core_map = {
    .name = "apply_layout_aware_metadata_passes",
    .file = "apply-layout-aware-metadata-passes",
    .summary = "legacy: places and arguments of the cores that have work",
    .run = run_core_map,
};

const Pass *const compat_passes[] = {&apply_transforms, &apply_defaults, &infer_schedule, &infer_shard,
                                     &infer_core_map};
const int compat_pass_count = sizeof compat_passes / sizeof *compat_passes;

// ---------------------------------------------------------------- pipelines

#define PASS(id) &pass_##id,
static const Pass *const new_passes[] = {
    &apply_transforms,
#include "pass/passes.def"
};
static const Pass *const legacy_passes[] = {
    &apply_defaults, &infer_schedule, &infer_shard, &infer_core_map, &apply_transforms,
#include "pass/passes.def"
};
#undef PASS

PassList pipeline_passes(bool legacy) {
    if (legacy) return (PassList){legacy_passes, sizeof legacy_passes / sizeof *legacy_passes};
    return (PassList){new_passes, sizeof new_passes / sizeof *new_passes};
}

CompileOptions pipeline_options(Function *function, const CompileOptions *options) {
    CompileOptions own = *options;
    if (!own.legacy) return own;
    Context *context = function->module->context;
    if (own.partition_strategy != PARTITION_ROW_MAJOR)
        report(context, DIAG_LEGACY_OPTION, function->location,
               "the legacy pipeline deals work items in row-major order: the partition strategy %s is left out",
               partition_name(own.partition_strategy));
    own.partition_strategy = PARTITION_ROW_MAJOR;
    own.strategy_given = false;
    own.double_buffer = false;
    options_attach(function, &own);
    return own;
}

void compile_run(Function *function, const CompileOptions *options, const PipelineOptions *pipeline) {
    PipelineOptions chosen = *pipeline;
    CompileOptions own = *options;
    if (!chosen.passes) {
        own = pipeline_options(function, options);
        PassList list = pipeline_passes(own.legacy);
        chosen.passes = list.passes;
        chosen.pass_count = list.count;
    }
    pipeline_run(function, &own, &chosen);
}

// ---------------------------------------------------------------- names

const PassAlias pass_aliases[] = {
    {"tile_pad_tt", "PadTiles"},
    {"memory_space_lower_tt", "AllocateCircularBuffers"},
    {"lower_gemm_to_tt_intrinsics", "LowerTTTileIntrinsics"},
    {"tensorize_tt", "LowerTTTileIntrinsics"},
    {"tt_tiles_to_core_map", "TTTilesToCoreMap"},
    {"layout_aware_work_partition_tt", "TTTilesToCoreMap"},
    {"grid_to_persistent_tt", "GridToPersistentTT"},
    {"infer_tt_layout", "InferTTLayout"},
    {"propagate_tt_layout", "PropagateTTLayout"},
    {"verify_tt_ir", "VerifyTTIR"},
};
const int pass_alias_count = sizeof pass_aliases / sizeof *pass_aliases;

static const Pass *find_own(const char *name) {
    for (int i = 0; i < compat_pass_count; i++)
        if (!strcasecmp(compat_passes[i]->name, name) || !strcasecmp(compat_passes[i]->file, name))
            return compat_passes[i];
    return pass_find(name);
}

const Pass *pass_by_any_name(Context *context, const char *name) {
    const Pass *found = find_own(name);
    for (int i = 0; !found && i < pass_alias_count; i++) {
        if (strcmp(pass_aliases[i].old, name)) continue;
        found = find_own(pass_aliases[i].today);
        if (found) report(context, DIAG_PASS_ALIAS, (Location){0}, "%s is %s now", name, found->name);
    }
    return found;
}
