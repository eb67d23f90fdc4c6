// Hostile IR: every golden, with one line, token or item changed at a time (fuzz/edits.h), goes to the passes that may
// come next and to the simulator. A diagnostic is the expected answer; a signal, an internal error, memory that is not
// given back or no end are failures. Which edits are tried depends on the files and on --every alone.
//
//     hostile [--every=N] [--all-passes] [--keep=FOLDER] FILE...
//
// A .py file stands for the IR after each pass. --all-passes tries each pass that an edited text's attributes allow
// instead of two. What fails is kept in FOLDER as an input of fuzz_lower.
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/compile.h"
#include "edits.h"
#include "fuzz.h"
#include "ir/attrs.h"
#include "ir/print.h"
#include "lowering.h"

#define CPU_SECONDS 20

typedef struct Campaign {
    uint32_t every;
    bool all_passes;
    const char *keep;
    Context *context;
    const char *base; // the text that is edited
    const char *name;
    uint32_t *place; // shared with the child: the edit that it works on, and the pass
    uint64_t tried;
    int failures;
} Campaign;

// ---------------------------------------------------------------- which passes

static AttrSet attributes_in(const char *text) {
    AttrSet held = 0;
    for (int id = 0; id < ATTR_COUNT; id++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\"", attr_name((AttrId)id));
        if (strstr(text, key)) held |= (AttrSet)1 << id;
    }
    return held;
}

static bool may_run(const Pass *pass, AttrSet held) { return !(pass->requires & ~held) && !(pass->precedes & held); }

// The pass behind the last one that has run.
static int next_pass(AttrSet held) {
    int next = 0;
    for (int i = 0; i < default_pipeline_length; i++)
        if (default_pipeline[i]->provides && !(default_pipeline[i]->provides & ~held)) next = i + 1;
    return next;
}

// The last line of an input (lowering.h) by its number; false if there is none of that number for this text.
static bool choose_passes(const Campaign *campaign, uint32_t edit, uint32_t number, Text *line) {
    AttrSet held = attributes_in(campaign->base);
    int next = next_pass(held), count = 0;
    if (number == 0) {
        if (next < default_pipeline_length) text_format(line, "\n# from %s\n", default_pipeline[next]->name);
        return true;
    }
    const Pass *allowed[64];
    for (int i = 0; i < default_pipeline_length && count < 64; i++)
        if (may_run(default_pipeline[i], held)) allowed[count++] = default_pipeline[i];
    if (count == 0 || number > (campaign->all_passes ? (uint32_t)count : 1)) return false;
    const Pass *pass = campaign->all_passes ? allowed[number - 1] : allowed[edit % (uint32_t)count];
    text_format(line, "\n# run %s\n", pass->name);
    return true;
}

// ---------------------------------------------------------------- one base text

static uint32_t mixed(uint32_t value) {
    value = (value ^ value >> 16) * 0x7feb352du;
    value = (value ^ value >> 15) * 0x846ca68bu;
    return value ^ value >> 16;
}

static bool is_chosen(const Campaign *campaign, uint32_t edit) {
    uint32_t seed = 0;
    for (const char *c = campaign->name; *c; c++) seed = seed * 31 + (unsigned char)*c;
    return mixed(seed ^ edit * 0x9e3779b9u) % campaign->every == 0;
}

static void start_clock(void) {
    struct itimerval limit = {.it_value = {.tv_sec = CPU_SECONDS}};
    setitimer(ITIMER_PROF, &limit, NULL);
}

static bool input_of(const Campaign *campaign, const Edits *edits, uint32_t edit, uint32_t number, Text *input) {
    Text line = {.arena = input->arena};
    if (!choose_passes(campaign, edit, number, &line)) return false;
    edit_apply(edits, edit, input);
    if (line.length) text_add(input, line.data);
    return true;
}

static void work_on(Campaign *campaign, const Edits *edits) {
    for (; campaign->place[0] < edits->list.count; campaign->place[0]++, campaign->place[1] = 0) {
        if (!is_chosen(campaign, campaign->place[0])) continue;
        for (;; campaign->place[1]++) {
            arena_reset(&campaign->context->scratch);
            Text input = {.arena = &campaign->context->scratch};
            if (!input_of(campaign, edits, campaign->place[0], campaign->place[1], &input)) break;
            start_clock();
            fuzz_run((const uint8_t *)input.data, input.length, lower_input);
            campaign->place[2]++;
        }
    }
}

static void keep(const Campaign *campaign, const Text *input) {
    char path[4096];
    const char *stem = strrchr(campaign->name, '/');
    snprintf(path, sizeof path, "%s/%s-%u-%u", campaign->keep, stem ? stem + 1 : campaign->name, campaign->place[0],
             campaign->place[1]);
    FILE *file = fopen(path, "wb");
    if (!file) return;
    fwrite(input->data, 1, input->length, file);
    fclose(file);
}

static void complain(Campaign *campaign, const Edits *edits, int status) {
    Text input = {.arena = &campaign->context->scratch}, description = input;
    edit_describe(edits, campaign->place[0], &description);
    input_of(campaign, edits, campaign->place[0], campaign->place[1], &input);
    const char *line = strrchr(input.data, '#');
    printf("FAIL %s, %s; %.*s: %s\n", campaign->name, description.data, (int)strcspn(line ? line : "", "\n"),
           line ? line : "", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "the process ended by itself");
    campaign->failures++;
    if (campaign->keep) keep(campaign, &input);
}

static void try_base(Campaign *campaign, const char *name, const char *text, size_t length) {
    campaign->name = name;
    campaign->base = text;
    Edits edits = edits_of(&campaign->context->unit, text, length);
    memset(campaign->place, 0, 3 * sizeof *campaign->place);
    while (campaign->place[0] < edits.list.count) {
        fflush(NULL);
        pid_t child = fork();
        if (child < 0) exit(2);
        if (child == 0) {
            work_on(campaign, &edits);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        if (status == 0) break;
        complain(campaign, &edits, status);
        campaign->place[1]++;
    }
    campaign->tried += campaign->place[2];
}

// ---------------------------------------------------------------- files

static void after_pass(void *user, const Pass *pass, Function *function) {
    Campaign *campaign = user;
    Text text = {.arena = &function->module->context->unit};
    print_module(function->module, (PrintOptions){0}, &text);
    try_base(campaign, name_format(campaign->context, "%s-%s", function->name, pass->file), text.data, text.length);
}

static void lower_source(Context *context, void *user) {
    Campaign *campaign = user;
    const Source *source = context_read_source(context, campaign->name);
    ElaborateOptions elaborate = {.worker_cores = 64};
    Function *function = kernel_load(module_open(context), source, &elaborate);
    OptionWords words = {0};
    CompileOptions options = compile_options_for(function, &words);
    PipelineOptions pipeline = {.verify_each = true, .after = after_pass, .user = campaign};
    pipeline_run(function, &options, &pipeline);
}

static void read_text(Context *context, void *user) {
    Campaign *campaign = user;
    const Source *source = context_read_source(context, campaign->name);
    try_base(campaign, source->path, source->text, source->length);
}

static void try_file(Campaign *campaign, const char *path) {
    size_t length = strlen(path);
    bool is_source = length > 3 && !strcmp(path + length - 3, ".py");
    Context *context = context_new(&system_allocator);
    if (!context) exit(2);
    campaign->name = path;
    campaign->context = context_new(&system_allocator);
    if (!campaign->context) exit(2);
    context_try(context, is_source ? lower_source : read_text, campaign);
    context_free(campaign->context);
    context_free(context);
}

static const char *value_of(const char *argument, const char *option) {
    size_t length = strlen(option);
    return strncmp(argument, option, length) == 0 ? argument + length : NULL;
}

int main(int count, char **arguments) {
    Campaign campaign = {.every = 1};
    campaign.place = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (campaign.place == MAP_FAILED) return 2;
    for (int i = 1; i < count; i++) {
        const char *every = value_of(arguments[i], "--every="), *folder = value_of(arguments[i], "--keep=");
        if (every)
            campaign.every = (uint32_t)strtoul(every, NULL, 10);
        else if (folder)
            campaign.keep = folder;
        else if (!strcmp(arguments[i], "--all-passes"))
            campaign.all_passes = true;
        else
            try_file(&campaign, arguments[i]);
    }
    if (campaign.failures)
        printf("[  FAILED  ] %d test(s) of %llu edits\n", campaign.failures, (unsigned long long)campaign.tried);
    else
        printf("[  PASSED  ] %llu test(s), edits of IR\n", (unsigned long long)campaign.tried);
    return campaign.failures > 0 || campaign.tried == 0;
}
