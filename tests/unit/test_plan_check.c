// Each rule of a plan, broken by one edit of a legal plan: the code and the line of the message.
#include "plan/plan.h"

#include <string.h>

#include "fixture.h"

// A line of the plan is a line here, so that the tests can name lines.
// clang-format off
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const char legal[] =
    "{\n"
    "  \"schema_version\": 1, \"generator\": \"ttile\", \"kernel\": \"k\",\n"
    "  \"source\": {\"file\": \"k.py\", \"line\": 3, \"sha256\": null},\n"
    "  \"target\": {\"name\": \"wormhole:n150\", \"device\": \"n150\", \"arch\": \"wormhole\", \"grid\": [8, 8]},\n"
    "  \"options\": {\"partition_strategy\": \"row_major\", \"double_buffer\": true, \"prefetch\": true,\n"
    "    \"math_fidelity\": \"HiFi4\", \"pipeline\": \"new\"},\n"
    "  \"core_grid\": [2, 2],\n"
    "  \"core_ranges\": [{\"start\": [0, 0], \"extent\": [2, 1]},\n"
    "    {\"start\": [0, 1], \"extent\": [1, 1]}],\n"
    "  \"work_items\": {\"grid\": [3, 2], \"count\": 6, \"block\": {}},\n"
    "  \"work_partition\": {\"strategy\": \"row_major\", \"order\": \"row_major\"},\n"
    "  \"cores\": [\n"
    "    {\"core\": [0, 0], \"work_items\": [{\"start\": 0, \"count\": 2, \"stride\": 1}], \"runtime_args\": {\"n\": 2}},\n"
    "    {\"core\": [1, 0], \"work_items\": [{\"start\": 2, \"count\": 2, \"stride\": 1}], \"runtime_args\": {\"n\": 2}},\n"
    "    {\"core\": [0, 1], \"work_items\": [{\"start\": 4, \"count\": 2, \"stride\": 1}], \"runtime_args\": {\"n\": 2}},\n"
    "    {\"core\": [1, 1], \"work_items\": [], \"runtime_args\": {}}],\n"
    "  \"core_coordinates\": {\"n\": \"x\"}, \"sizes\": {\"m\": 100},\n"
    "  \"tensors\": [{\"name\": \"A\", \"shape\": [2, 100, 64], \"dtype\": \"bfloat16\", \"role\": \"in\"},\n"
    "    {\"name\": \"b\", \"shape\": [64], \"dtype\": \"float32\", \"role\": \"out\"}],\n"
    "  \"layouts\": {\n"
    "    \"A\": {\"space\": \"l1\", \"memory\": \"height_sharded\", \"tile_plane\": [1, 2], \"tile_shape\": [32, 32],\n"
    "      \"format\": \"bfloat16\", \"orientation\": \"tile\",\n"
    "      \"shard\": {\"shape\": [64, 64], \"grid\": [2, 2], \"order\": \"row_major\"},\n"
    "      \"tile_id_order\": \"row_major\", \"padded_shape\": [2, 128, 64]},\n"
    "    \"b\": {\"space\": \"dram\", \"memory\": \"interleaved\", \"tile_plane\": [-1, 0], \"tile_shape\": [32, 32],\n"
    "      \"format\": \"float32\", \"orientation\": \"row\", \"shard\": null,\n"
    "      \"tile_id_order\": \"row_major\", \"padded_shape\": [64]}},\n"
    "  \"circular_buffers\": [\n"
    "    {\"name\": \"cb_A\", \"index\": 0, \"format\": \"bfloat16\", \"page_bytes\": 2048, \"pages\": 4, \"window\": 2,\n"
    "      \"producer\": \"reader\", \"consumer\": \"compute\", \"unpack\": \"source\", \"resident\": false,\n"
    "      \"alias\": null, \"holds\": \"A\", \"shard\": null},\n"
    "    {\"name\": \"cb_B\", \"index\": 1, \"format\": \"bfloat16\", \"page_bytes\": 2048, \"pages\": 4, \"window\": 2,\n"
    "      \"producer\": \"reader\", \"consumer\": \"compute\", \"unpack\": \"dst\", \"resident\": false,\n"
    "      \"alias\": \"cb_A\", \"holds\": null, \"shard\": null},\n"
    "    {\"name\": \"cb_S\", \"index\": 2, \"format\": \"bfloat16\", \"page_bytes\": 2048, \"pages\": 4, \"window\": 4,\n"
    "      \"producer\": \"reader\", \"consumer\": \"compute\", \"unpack\": \"source\", \"resident\": true,\n"
    "      \"alias\": null, \"holds\": null, \"shard\": \"A\"}],\n"
    "  \"semaphores\": [{\"name\": \"ready\", \"index\": 0, \"initial\": 0}, {\"name\": \"valid\", \"index\": 1, \"initial\": 0}],\n"
    "  \"kernels\": [{\"thread\": \"reader\", \"file\": \"reader.cpp\", \"program\": {\"file\": \"k.ttir\", \"sha256\": \"" ZEROS "\"},\n"
    "      \"cores\": [{\"start\": [0, 0], \"extent\": [2, 1]}, {\"start\": [0, 1], \"extent\": [1, 1]}],\n"
    "      \"compile_time_args\": {\"cb_A\": 0, \"valid\": 1}, \"tensor_args\": [\"A\"], \"runtime_args\": [\"n\"], \"size_args\": [\"m\"]},\n"
    "    {\"thread\": \"compute\", \"file\": \"compute.cpp\", \"program\": {\"file\": \"k.ttir\", \"sha256\": \"" ZEROS "\"},\n"
    "      \"cores\": [{\"start\": [0, 0], \"extent\": [2, 1]}],\n"
    "      \"compile_time_args\": {}, \"tensor_args\": [], \"runtime_args\": [], \"size_args\": []}],\n"
    "  \"compute\": {\"math_fidelity\": \"HiFi4\", \"fp32_dst\": true, \"full_sync_dst\": false}, \"l1\": {\"bytes\": 1499136, \"reserved\": 105824, \"used\": 16384, \"tensors\": 8192,\n"
    "    \"table\": [{\"circular_buffer\": \"cb_A\", \"bytes\": 8192}]},\n"
    "  \"estimate\": {\"cycles\": 1, \"bound\": \"dram\", \"compute_cycles\": 1, \"dram_cycles\": 1, \"noc_cycles\": 1},\n"
    "  \"diagnostics\": []\n"
    "}\n";
// clang-format on

typedef struct Edit {
    const char *from, *to; // the first occurrence
    DiagnosticCode code;
    uint32_t line;
} Edit;

typedef struct Work {
    Text text;
} Work;

static void check_plan(Context *context, void *user) {
    Work *work = user;
    PlanFile plan = plan_read_text(context, "tt.plan.json", work->text.data, work->text.length);
    if (!plan_check(context, &plan)) fail_now(context);
}

static Work edited(Context *context, const char *from, const char *to) {
    Work work = {{.arena = &context->unit}};
    const char *place = strstr(legal, from);
    if (!place) stop_test("the plan holds no %s\n", from);
    text_add_bytes(&work.text, legal, (size_t)(place - legal));
    text_add(&work.text, to);
    text_add(&work.text, place + strlen(from));
    return work;
}

static void expect(Context *context, int count, const Edit edits[]) {
    for (int i = 0; i < count; i++) {
        uint32_t before = context->diagnostics.count;
        context->error_count = 0;
        Work work = edited(context, edits[i].from, edits[i].to);
        if (context_try(context, check_plan, &work)) stop_test("accepted: %s\n", edits[i].to);
        const Diagnostic *first = &context->diagnostics.items[before];
        if (first->code != edits[i].code || first->location.line != edits[i].line)
            stop_test("%s: line %u, %s: %s\n", edits[i].to, first->location.line, diagnostic_name(first->code),
                      first->message);
    }
}

#define EXPECT(edits) expect(*state, sizeof edits / sizeof *edits, edits)

static void test_legal(void **state) {
    Work work = edited(*state, "", "");
    assert_works(*state, check_plan, &work);
    work = edited(*state, "\"pipeline\": \"new\"", "\"pipeline\": \"new\", \"accumulate\": 16");
    assert_works(*state, check_plan, &work);
}

static void test_form(void **state) {
    static const Edit edits[] = {
        {"\"schema_version\": 1, ", "", DIAG_PLAN_VERSION, 1},
        {"\"schema_version\": 1", "\"schema_version\": 2", DIAG_PLAN_VERSION, 2},
        {"\"schema_version\": 1", "\"schema_version\": \"1\"", DIAG_PLAN_VERSION, 2},
        {"\"kernel\": \"k\"", "\"kernel\": 5", DIAG_PLAN_SCHEMA, 2},
        {"\"diagnostics\": []", "\"diagnostics\": [], \"colour\": 1", DIAG_PLAN_SCHEMA, 48},
        {"\"semaphores\"", "\"semaphore\"", DIAG_PLAN_SCHEMA, 1},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [2]", DIAG_PLAN_SCHEMA, 7},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [2, 0]", DIAG_PLAN_SCHEMA, 7},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [2, 1.5]", DIAG_PLAN_SCHEMA, 7},
        {"\"row_major\"", "\"diagonal\"", DIAG_PLAN_SCHEMA, 5},
        {"\"pipeline\": \"new\"", "\"pipeline\": \"new\", \"accumulate\": 24", DIAG_PLAN_SCHEMA, 6},
        {"\"pipeline\": \"new\"", "\"pipeline\": \"new\", \"accumulate\": \"16\"", DIAG_PLAN_SCHEMA, 6},
        {"\"count\": 2", "\"count\": -2", DIAG_PLAN_SCHEMA, 13},
        {"{\n", "[\n", DIAG_PLAN_SYNTAX, 2},
        {"\"diagnostics\": []\n}", "\"diagnostics\": [", DIAG_PLAN_SYNTAX, 49},
    };
    EXPECT(edits);
}

static void test_target_and_grid(void **state) {
    static const Edit edits[] = {
        {"wormhole:n150", "wormhole:n9000", DIAG_PLAN_TARGET, 4},
        {"\"device\": \"n150\"", "\"device\": \"n300\"", DIAG_PLAN_TARGET, 4},
        {"\"arch\": \"wormhole\"", "\"arch\": \"blackhole\"", DIAG_PLAN_TARGET, 4},
        {"\"grid\": [8, 8]", "\"grid\": [99, 99]", DIAG_PLAN_TARGET, 4},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [9, 2]", DIAG_PLAN_GRID, 7},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [3, 2]", DIAG_PLAN_GRID, 7},
        {"\"core_grid\": [2, 2]", "\"core_grid\": [1, 2]", DIAG_PLAN_RANGES, 8},
        {"\"start\": [0, 1], \"extent\"", "\"start\": [1, 0], \"extent\"", DIAG_PLAN_RANGES, 9},
    };
    EXPECT(edits);
}

static void test_cores_and_work(void **state) {
    static const Edit edits[] = {
        {"\"core\": [1, 0]", "\"core\": [0, 0]", DIAG_PLAN_CORES, 14},
        {"\"core\": [1, 0]", "\"core\": [7, 7]", DIAG_PLAN_CORES, 14},
        {",\n    {\"core\": [1, 1], \"work_items\": [], \"runtime_args\": {}}", "", DIAG_PLAN_CORES, 12},
        {"\"core\": [1, 1], \"work_items\": []",
         "\"core\": [1, 1], \"work_items\": [{\"start\": 0, \"count\": 1, \"stride\": 1}]", DIAG_PLAN_CORES, 16},
        {"\"count\": 6", "\"count\": 7", DIAG_PLAN_WORK_ITEMS, 10},
        {"\"grid\": [3, 2]", "\"grid\": [9223372036854775807, 9223372036854775807]", DIAG_PLAN_WORK_ITEMS, 10},
        {"\"start\": 2", "\"start\": 1", DIAG_PLAN_WORK_ITEMS, 14},
        {"\"start\": 4", "\"start\": 5", DIAG_PLAN_WORK_ITEMS, 15},
        {"\"start\": 4, \"count\": 2", "\"start\": 4, \"count\": 1", DIAG_PLAN_WORK_ITEMS, 12},
        {"\"start\": 4, ", "\"start\": 4, \"length\": 1, ", DIAG_PLAN_WORK_ITEMS, 15},
        {"\"start\": 4, ", "\"start\": 4, \"length\": 3, \"jump\": 1, ", DIAG_PLAN_WORK_ITEMS, 15},
        {"\"start\": 4, ", "\"start\": 4, \"length\": 1, \"jump\": 2, ", DIAG_PLAN_WORK_ITEMS, 15},
        {"\"start\": 4, ", "\"start\": 4, \"length\": 0, \"jump\": 2, ", DIAG_PLAN_SCHEMA, 15},
    };
    EXPECT(edits);
}

static void test_tensors_and_layouts(void **state) {
    static const Edit edits[] = {
        {"\"name\": \"b\"", "\"name\": \"A\"", DIAG_PLAN_TENSORS, 19},
        {"[2, 100, 64]", "[9223372036854775807, 2]", DIAG_PLAN_TENSORS, 18},
        {"\"b\": {", "\"c\": {", DIAG_PLAN_NAME, 25},
        {"\"tile_plane\": [1, 2]", "\"tile_plane\": [1, 5]", DIAG_PLAN_LAYOUT, 21},
        {"\"tile_plane\": [1, 2]", "\"tile_plane\": [2, 2]", DIAG_PLAN_LAYOUT, 21},
        {"\"orientation\": \"row\"", "\"orientation\": \"column\"", DIAG_PLAN_LAYOUT, 26},
        {"\"tile_shape\": [32, 32]", "\"tile_shape\": [31, 32]", DIAG_PLAN_LAYOUT, 21},
        {"[2, 128, 64]", "[2, 100, 64]", DIAG_PLAN_LAYOUT, 24},
        {"\"shard\": {\"shape\": [64, 64]", "\"shard\": {\"shape\": [50, 64]", DIAG_PLAN_LAYOUT, 23},
        {"\"shard\": {\"shape\": [64, 64]", "\"shard\": {\"shape\": [32, 64]", DIAG_PLAN_LAYOUT, 23},
        {"\"grid\": [2, 2], \"order\"", "\"grid\": [20, 2], \"order\"", DIAG_PLAN_LAYOUT, 23},
        {"\"l1\"", "\"dram\"", DIAG_PLAN_LAYOUT, 23},
        {"\"height_sharded\"", "\"interleaved\"", DIAG_PLAN_LAYOUT, 23},
        {"\"interleaved\"", "\"width_sharded\"", DIAG_PLAN_LAYOUT, 26},
    };
    EXPECT(edits);
}

static void test_l1(void **state) {
    static const Edit edits[] = {
        {"\"index\": 1", "\"index\": 0", DIAG_PLAN_CIRCULAR_BUFFERS, 32},
        {"\"index\": 1", "\"index\": 32", DIAG_PLAN_CIRCULAR_BUFFERS, 32},
        {"\"page_bytes\": 2048", "\"page_bytes\": 2047", DIAG_PLAN_CIRCULAR_BUFFERS, 29},
        {"\"window\": 2", "\"window\": 3", DIAG_PLAN_CIRCULAR_BUFFERS, 29},
        {"\"pages\": 4", "\"pages\": 2", DIAG_PLAN_CIRCULAR_BUFFERS, 32},
        {"\"alias\": \"cb_A\"", "\"alias\": \"cb_C\"", DIAG_PLAN_NAME, 34},
        {"\"alias\": \"cb_A\"", "\"alias\": \"cb_B\"", DIAG_PLAN_NAME, 34},
        {"\"name\": \"cb_B\"", "\"name\": \"cb_A\"", DIAG_PLAN_NAME, 32},
        {"\"shard\": \"A\"", "\"shard\": \"b\"", DIAG_PLAN_NAME, 37},
        {"\"shard\": \"A\"", "\"shard\": \"D\"", DIAG_PLAN_NAME, 37},
        {"\"holds\": null, \"shard\": null", "\"holds\": null, \"shard\": \"A\"", DIAG_PLAN_CIRCULAR_BUFFERS, 34},
        {"\"format\": \"bfloat16\", \"orientation\"", "\"format\": \"float16\", \"orientation\"",
         DIAG_PLAN_CIRCULAR_BUFFERS, 37},
        {"\"pages\": 4, \"window\": 4", "\"pages\": 8, \"window\": 4", DIAG_PLAN_CIRCULAR_BUFFERS, 35},
        {"\"valid\", \"index\": 1", "\"valid\", \"index\": 0", DIAG_PLAN_SEMAPHORES, 38},
        {"\"valid\", \"index\": 1", "\"valid\", \"index\": 16", DIAG_PLAN_SEMAPHORES, 38},
        {"\"name\": \"valid\"", "\"name\": \"ready\"", DIAG_PLAN_NAME, 38},
        {"\"alias\": \"cb_A\"", "\"alias\": null", DIAG_PLAN_L1, 45},
        {"\"used\": 16384", "\"used\": 1", DIAG_PLAN_L1, 45},
        {"\"tensors\": 8192", "\"tensors\": 1", DIAG_PLAN_L1, 45},
        {"\"bytes\": 1499136", "\"bytes\": 1", DIAG_PLAN_L1, 45},
        {"\"bytes\": 8192", "\"bytes\": 4096", DIAG_PLAN_L1, 46},
        {"\"circular_buffer\": \"cb_A\"", "\"circular_buffer\": \"cb_B\"", DIAG_PLAN_L1, 46},
    };
    EXPECT(edits);
}

static void test_kernels(void **state) {
    static const Edit edits[] = {
        {"\"file\": \"k.ttir\"", "\"file\": \"../k.ttir\"", DIAG_PLAN_FILE, 39},
        {"\"file\": \"k.ttir\"", "\"file\": \"\"", DIAG_PLAN_FILE, 39},
        {"\"file\": \"k.ttir\"", "\"file\": \"j.ttir\"", DIAG_PLAN_FILE, 42},
        {"{\"cb_A\": 0", "{\"cb_A\": 1", DIAG_PLAN_ARGUMENTS, 41},
        {"{\"cb_A\": 0", "{\"cb_X\": 0", DIAG_PLAN_NAME, 41},
        {"\"valid\": 1}", "\"valid\": 0}", DIAG_PLAN_ARGUMENTS, 41},
        {"\"valid\": 1}", "\"invalid\": 1}", DIAG_PLAN_NAME, 41},
        {"\"tensor_args\": [\"A\"]", "\"tensor_args\": [\"C\"]", DIAG_PLAN_NAME, 41},
        {"\"file\": \"reader.cpp\"", "\"file\": \"/etc/reader.cpp\"", DIAG_PLAN_FILE, 39},
        {"\"file\": \"compute.cpp\"", "\"file\": \"reader.cpp\"", DIAG_PLAN_NAME, 42},
        {"{\"n\": \"x\"}", "{\"k\": \"x\"}", DIAG_PLAN_NAME, 17},
        {"{\"n\": \"x\"}", "{\"n\": \"z\"}", DIAG_PLAN_SCHEMA, 17},
        {"\"runtime_args\": {\"n\": 2}", "\"runtime_args\": {\"n\": 8}", DIAG_PLAN_ARGUMENTS, 13},
        {"\"runtime_args\": {\"n\": 2}", "\"runtime_args\": {\"n\": -1}", DIAG_PLAN_ARGUMENTS, 13},
        {"\"m\": 100", "\"m\": null", DIAG_PLAN_ARGUMENTS, 41},
        {"\"thread\": \"compute\"", "\"thread\": \"reader\"", DIAG_PLAN_CORES, 43},
        {"\"runtime_args\": {\"n\": 2}", "\"runtime_args\": {}", DIAG_PLAN_ARGUMENTS, 13},
        {"\"runtime_args\": {\"n\": 2}", "\"runtime_args\": {\"n\": 2, \"k\": 1}", DIAG_PLAN_ARGUMENTS, 13},
    };
    EXPECT(edits);
}

static void expand(Context *context, void *user) {
    Work *work = user;
    PlanFile plan = plan_read_text(context, "tt.plan.json", work->text.data, work->text.length);
    const Value *cores = value_get(plan_expand(context, plan.root), "cores");
    assert_int_equal(cores->count, 4);
    const Value *item = value_get(cores->items[2], "work_items")->items[1];
    assert_int_equal(value_get(item, "id")->integer, 5);
    assert_int_equal(value_get(item, "block")->items[0]->integer, 2);
    assert_int_equal(value_get(item, "block")->items[1]->integer, 1);
}

static void test_expand(void **state) {
    Work work = edited(*state, "", "");
    assert_works(*state, expand, &work);
    Work large = edited(*state, "\"count\": 2", "\"count\": 2000000");
    assert_fails(*state, expand, &large, DIAG_PLAN_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_legal),
        TEST(test_form),
        TEST(test_target_and_grid),
        TEST(test_cores_and_work),
        TEST(test_tensors_and_layouts),
        TEST(test_l1),
        TEST(test_kernels),
        TEST(test_expand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
