// The new and the legacy pipeline, and passes by today's and older names.
#ifndef TTILE_API_PIPELINES_H
#define TTILE_API_PIPELINES_H

#include "pass/pass.h"

typedef struct PassList {
    const Pass *const *passes;
    int count;
} PassList;
PassList pipeline_passes(bool legacy);
// What the pipeline makes of the options: the legacy one knows no strategies and no double buffering, and warns.
CompileOptions pipeline_options(Function *function, const CompileOptions *options);
// pipeline_run, with the pipeline that the options choose where `pipeline` names no passes.
void compile_run(Function *function, const CompileOptions *options, const PipelineOptions *pipeline);

// Passes that come before the default pipeline.
extern const Pass *const compat_passes[];
extern const int compat_pass_count;

typedef struct PassAlias {
    const char *old, *today;
} PassAlias;
extern const PassAlias pass_aliases[];
extern const int pass_alias_count;
// By today's name or an older one, which a note says; NULL if there is none.
const Pass *pass_by_any_name(Context *context, const char *name);

#endif
