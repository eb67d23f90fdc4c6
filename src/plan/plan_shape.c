// What tt.plan.json looks like, from its leaves up. The fields' docs become the schema's descriptions.
#include <limits.h>

#include "plan/plan.h"
#include "plan/sha256.h"
#include "plan/shape.h"

#define MAX_INTEGER   INT64_MAX
#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))
#define DICT(table)                                                                                                    \
    { .kind = SHAPE_DICT, .fields = table, .field_count = LENGTH(table) }

static const Shape text = {.kind = SHAPE_TEXT};
static const Shape text_or_null = {.kind = SHAPE_TEXT, .nullable = true};
static const Shape boolean = {.kind = SHAPE_BOOL};
static const Shape any_integer = {.kind = SHAPE_INT, .minimum = INT64_MIN, .maximum = MAX_INTEGER};
static const Shape integer_or_null = {
    .kind = SHAPE_INT, .nullable = true, .minimum = INT64_MIN, .maximum = MAX_INTEGER};
static const Shape natural = {.kind = SHAPE_INT, .minimum = 0, .maximum = MAX_INTEGER};
static const Shape positive = {.kind = SHAPE_INT, .minimum = 1, .maximum = MAX_INTEGER};
static const Shape small_positive = {.kind = SHAPE_INT, .minimum = 1, .maximum = INT_MAX};
static const Shape small_natural = {.kind = SHAPE_INT, .minimum = 0, .maximum = INT_MAX};
static const Shape coordinate = {.kind = SHAPE_INT, .minimum = 0, .maximum = 1023};
static const Shape side = {.kind = SHAPE_INT, .minimum = 1, .maximum = 1024};
static const Shape core = {.kind = SHAPE_LIST, .item = &coordinate, .minimum = 2, .maximum = 2};
static const Shape extent = {.kind = SHAPE_LIST, .item = &side, .minimum = 2, .maximum = 2};
static const Shape dimension = {.kind = SHAPE_INT, .minimum = -1, .maximum = 7};
static const Shape plane = {.kind = SHAPE_LIST, .item = &dimension, .minimum = 2, .maximum = 2};
static const Shape tile_side = {.kind = SHAPE_INT, .minimum = 1, .maximum = 1024};
static const Shape tile_shape = {.kind = SHAPE_LIST, .item = &tile_side, .minimum = 2, .maximum = 2};
static const Shape tensor_shape = {.kind = SHAPE_LIST, .item = &positive, .minimum = 0, .maximum = 8};
static const Shape texts = {.kind = SHAPE_LIST, .item = &text, .minimum = 0, .maximum = INT_MAX};
static const Shape integers = {.kind = SHAPE_MAP, .item = &any_integer};
static const Shape sizes = {.kind = SHAPE_MAP, .item = &integer_or_null};
static const Shape digest = {.kind = SHAPE_TEXT, .digits = SHA256_DIGITS};
static const Shape digests = {.kind = SHAPE_MAP, .item = &digest};
static const char files_doc[] = "what `ttile compile` wrote with the plan, by its place beside it, with the sha256 of "
                                "its bytes; for the plan itself, of its bytes with 64 zeros in that place";
static const Shape digest_or_null = {.kind = SHAPE_TEXT, .nullable = true, .digits = SHA256_DIGITS};
static const Shape format = {
    .kind = SHAPE_TEXT,
    .words = "bool|int8|int16|int32|int64|uint8|uint16|uint32|uint64|float16|bfloat16|float32|float64"};
static const Shape thread = {.kind = SHAPE_TEXT, .words = "reader|compute|writer"};
static const Shape version = {.kind = SHAPE_INT, .minimum = PLAN_SCHEMA_VERSION, .maximum = PLAN_SCHEMA_VERSION};

// ---------------------------------------------------------------- where it comes from

static const Field source_fields[] = {
    {"file", &text_or_null, "the kernel's file, as it was given"},
    {"line", &small_natural, "line of the kernel's definition; 0 if unknown"},
    {"sha256", &digest_or_null, "of the file's bytes"},
};
static const Shape source = DICT(source_fields);

static const Field target_fields[] = {
    {"name", &text, "as --target takes it"},
    {"device", &text, "the board"},
    {"arch", &text, "the chip's architecture"},
    {"grid", &extent, "columns and rows of worker cores that a program may use"},
};
static const Shape target = DICT(target_fields);

static const Shape strategy = {.kind = SHAPE_TEXT, .words = "row_major|column_major|block"};
static const Shape fidelity = {.kind = SHAPE_TEXT, .words = "LoFi|HiFi2|HiFi3|HiFi4"};
static const Shape pipeline = {.kind = SHAPE_TEXT, .words = "new|legacy"};
static const Shape accumulate = {.kind = SHAPE_INT, .minimum = INT64_MIN, .maximum = MAX_INTEGER, .words = "16|32"};
static const Field options_fields[] = {
    {"partition_strategy", &strategy, "how work items are dealt to cores"},
    {"double_buffer", &boolean, "circular buffers hold two windows or more"},
    {"prefetch", &boolean, "the reader runs ahead into the next work item"},
    {"math_fidelity", &fidelity, "passes of the matrix unit over the operands' mantissas"},
    {"pipeline", &pipeline, "which pipeline made the plan"},
    {"accumulate", &accumulate, "bits in which products add up; 32 if it is not there"},
};
static const Shape options = {
    .kind = SHAPE_DICT, .fields = options_fields, .field_count = LENGTH(options_fields), .optional_count = 1};

// ---------------------------------------------------------------- cores and work

static const Field range_fields[] = {
    {"start", &core, "x and y of the first core"},
    {"extent", &extent, "columns and rows"},
};
static const Shape range = DICT(range_fields);
static const Shape ranges = {.kind = SHAPE_LIST, .item = &range, .minimum = 0, .maximum = INT_MAX};

static const Field run_fields[] = {
    {"start", &natural, "number of the first work item"},
    {"count", &positive, "how many"},
    {"stride", &positive, "from one to the next"},
    {"length", &positive, "how many follow each other by `stride`; all if it is not there"},
    {"jump", &positive, "from the first of `length` items to the first of the next ones"},
};
static const Shape run = {
    .kind = SHAPE_DICT, .fields = run_fields, .field_count = LENGTH(run_fields), .optional_count = 2};
static const Shape runs = {.kind = SHAPE_LIST, .item = &run, .minimum = 0, .maximum = INT_MAX};

static const Field core_fields[] = {
    {"core", &core, "x and y"},
    {"work_items", &runs, "what the core does, in order; empty if it is idle"},
    {"runtime_args", &integers, "values of the runtime arguments, by name"},
};
static const Shape core_entry = DICT(core_fields);
static const Shape cores = {.kind = SHAPE_LIST, .item = &core_entry, .minimum = 1, .maximum = INT_MAX};

static const Shape axis = {.kind = SHAPE_TEXT, .words = "x|y"};
static const Shape coordinates = {.kind = SHAPE_MAP, .item = &axis};

static const Shape launch_grid = {.kind = SHAPE_LIST, .item = &positive, .minimum = 0, .maximum = 3};
static const Shape block = {.kind = SHAPE_MAP, .item = &text};
static const Field work_items_fields[] = {
    {"grid", &launch_grid, "extents of the launch, x first"},
    {"count", &positive, "their product"},
    {"block", &block, "block coordinates of an item, as expressions of its number `id`"},
};
static const Shape work_items = DICT(work_items_fields);

static const Shape order = {.kind = SHAPE_TEXT, .words = "row_major|column_major|match_shard|z_order"};
static const Field work_partition_fields[] = {
    {"strategy", &strategy, "how work items are dealt to cores"},
    {"order", &order,
     "in which order items are counted off, or a core visits its rectangle; match_shard: each core has the blocks of "
     "its shard"},
};
static const Shape work_partition = DICT(work_partition_fields);

// ---------------------------------------------------------------- tensors

static const Shape role = {.kind = SHAPE_TEXT, .words = "in|out|inout|scratch"};
static const Field tensor_fields[] = {
    {"name", &text, "of the kernel's parameter"},
    {"shape", &tensor_shape, "elements"},
    {"dtype", &format, "of an element"},
    {"role", &role, "read, written or both; scratch is made by the runner"},
};
static const Shape tensor = DICT(tensor_fields);
static const Shape tensors = {.kind = SHAPE_LIST, .item = &tensor, .minimum = 0, .maximum = INT_MAX};

static const Shape space = {.kind = SHAPE_TEXT, .words = "dram|l1"};
static const Shape memory = {.kind = SHAPE_TEXT, .words = "interleaved|height_sharded|width_sharded|block_sharded"};
static const Shape orientation = {.kind = SHAPE_TEXT, .words = "tile|row|column|scalar"};
static const Shape tile_order = {.kind = SHAPE_TEXT, .words = "row_major|column_major|match_shard|z_order"};
static const Shape shard_order = {.kind = SHAPE_TEXT, .words = "row_major|column_major"};
static const Field shard_fields[] = {
    {"shape", &tile_shape, "elements of a shard: rows and columns, whole tiles"},
    {"grid", &extent, "columns and rows of cores that hold shards"},
    {"order", &shard_order, "how shards follow each other over the cores"},
};
static const Shape shard = {
    .kind = SHAPE_DICT, .nullable = true, .fields = shard_fields, .field_count = LENGTH(shard_fields)};
static const Field layout_fields[] = {
    {"space", &space, "where the tensor lives"},
    {"memory", &memory, "how its pages are spread"},
    {"tile_plane", &plane, "the dimensions that form a tile's rows and columns; -1 for one that a vector lacks"},
    {"tile_shape", &tile_shape, "rows and columns of a tile"},
    {"format", &format, "of an element in its pages"},
    {"orientation", &orientation, "a matrix's tiles, or which side of a tile a vector fills"},
    {"shard", &shard, "null unless sharded"},
    {"tile_id_order", &tile_order, "how pages are numbered"},
    {"padded_shape", &tensor_shape, "the shape in whole tiles"},
};
static const Shape layout = DICT(layout_fields);
static const Shape layouts = {.kind = SHAPE_MAP, .item = &layout};

// ---------------------------------------------------------------- L1

static const Shape unpack = {.kind = SHAPE_TEXT, .words = "source|dst"};
static const Field circular_buffer_fields[] = {
    {"name", &text, "unique in the plan"},
    {"index", &small_natural, "the hardware's number"},
    {"format", &format, "of its pages"},
    {"page_bytes", &small_positive, "bytes of a page"},
    {"pages", &small_positive, "how many"},
    {"window", &small_positive, "pages that are pushed and popped together"},
    {"producer", &thread, "who fills it"},
    {"consumer", &thread, "who empties it"},
    {"unpack", &unpack, "to the source registers, or to DST in full fp32"},
    {"resident", &boolean, "filled once and never popped"},
    {"alias", &text_or_null, "the circular buffer whose bytes it shares"},
    {"holds", &text_or_null, "the buffer of the source that it stands for"},
    {"shard", &text_or_null, "the tensor whose shard on the core is the circular buffer's memory"},
};
static const Shape circular_buffer = DICT(circular_buffer_fields);
static const Shape circular_buffers = {.kind = SHAPE_LIST, .item = &circular_buffer, .minimum = 0, .maximum = INT_MAX};

static const Field semaphore_fields[] = {
    {"name", &text, "unique in the plan"},
    {"index", &small_natural, "the hardware's number"},
    {"initial", &small_natural, "its value at the start"},
};
static const Shape semaphore = DICT(semaphore_fields);
static const Shape semaphores = {.kind = SHAPE_LIST, .item = &semaphore, .minimum = 0, .maximum = INT_MAX};

static const Field l1_row_fields[] = {
    {"circular_buffer", &text, "whose bytes"},
    {"bytes", &natural, "how many"},
};
static const Shape l1_row = DICT(l1_row_fields);
static const Shape l1_table = {.kind = SHAPE_LIST, .item = &l1_row, .minimum = 0, .maximum = INT_MAX};
static const Field l1_fields[] = {
    {"bytes", &positive, "of a core"},
    {"reserved", &natural, "below the circular buffers"},
    {"used", &natural, "by circular buffers and tensors"},
    {"tensors", &natural, "by tensors that are kept in L1: what a core holds of them"},
    {"table", &l1_table, "who uses them; aliases are counted once"},
};
static const Shape l1 = DICT(l1_fields);

// ---------------------------------------------------------------- kernels, estimate, diagnostics

static const Field program_fields[] = {
    {"file", &text, "the thread programs' text, beside the plan"},
    {"sha256", &digest, "of that file's bytes"},
};
static const Shape program = DICT(program_fields);

static const Field kernel_fields[] = {
    {"thread", &thread, "which of a core's three threads runs it"},
    {"file", &text, "the kernel's C++, beside the plan"},
    {"program", &program, "what it was printed to; one file for all kernels"},
    {"cores", &ranges, "where it runs"},
    {"compile_time_args", &integers,
     "numbers of circular buffers, then of semaphores, that are compiled in, by name, in order"},
    {"tensor_args", &texts,
     "the tensors that it accesses, in order: their accessors' words follow the compile-time arguments, their "
     "addresses "
     "are the first runtime arguments"},
    {"runtime_args", &texts, "the runtime arguments that it reads, in order, behind the addresses"},
    {"size_args", &texts, "the dynamic sizes that it reads, in order: the last runtime arguments"},
};
static const Shape kernel = DICT(kernel_fields);
static const Shape kernels = {.kind = SHAPE_LIST, .item = &kernel, .minimum = 1, .maximum = INT_MAX};

static const Field compute_fields[] = {
    {"math_fidelity", &fidelity, "passes of the matrix unit"},
    {"fp32_dst", &boolean, "DST holds 32-bit values"},
    {"full_sync_dst", &boolean, "DST is not halved for double buffering"},
};
static const Shape compute = DICT(compute_fields);

static const Shape bound = {.kind = SHAPE_TEXT, .words = "compute|dram|noc"};
static const Field estimate_fields[] = {
    {"cycles", &natural, "a lower bound"},
    {"bound", &bound, "what they are spent on"},
    {"compute_cycles", &natural, "of the busiest core's engine"},
    {"dram_cycles", &natural, "of all banks together"},
    {"noc_cycles", &natural, "of the busiest core's link"},
};
static const Shape estimate = DICT(estimate_fields);

static const Field diagnostic_fields[] = {
    {"code", &text, "as `ttile explain` takes it"},
    {"message", &text, "what was said"},
    {"file", &text_or_null, "where"},
    {"line", &small_natural, "0 if nowhere"},
    {"column", &small_natural, "0 if nowhere"},
};
static const Shape diagnostic = DICT(diagnostic_fields);
static const Shape diagnostics = {.kind = SHAPE_LIST, .item = &diagnostic, .minimum = 0, .maximum = INT_MAX};

// ---------------------------------------------------------------- the whole

static const Field plan_fields[] = {
    {"schema_version", &version, "of this form"},
    {"generator", &text, "who wrote the plan"},
    {"kernel", &text, "the kernel's name"},
    {"source", &source, "where the kernel comes from"},
    {"target", &target, "the chip it is made for"},
    {"options", &options, "what the result depends on besides the source"},
    {"core_grid", &extent, "columns and rows of the smallest rectangle from core [0, 0] that holds the cores used"},
    {"core_ranges", &ranges, "the cores used"},
    {"work_items", &work_items, "the launch: an item is one of its blocks"},
    {"work_partition", &work_partition, "how items are dealt out"},
    {"cores", &cores, "each core of the grid, row by row"},
    {"core_coordinates", &coordinates,
     "runtime arguments that are a core's x or y as they stand in `cores`: the host gives kernels the chip's own "
     "number "
     "of that column or row"},
    {"sizes", &sizes, "values of the dynamic sizes"},
    {"tensors", &tensors, "the kernel's arguments, in order"},
    {"layouts", &layouts, "how tensors lie in memory, by name"},
    {"circular_buffers", &circular_buffers, "of every core used"},
    {"semaphores", &semaphores, "of every core used"},
    {"kernels", &kernels, "what the threads run"},
    {"compute", &compute, "how the compute engine is configured"},
    {"l1", &l1, "bytes of a core's L1"},
    {"estimate", &estimate, "counted from the program, not simulated"},
    {"diagnostics", &diagnostics, "notes and warnings of the compilation"},
    {"folder", &text, "of one of several launches: where its files lie, beside the plan"},
    {"files", &digests, files_doc},
};
const Shape plan_shape = {
    .kind = SHAPE_DICT, .fields = plan_fields, .field_count = LENGTH(plan_fields), .optional_count = 2};

// ---------------------------------------------------------------- several launches

static const Shape launches = {.kind = SHAPE_LIST, .item = &plan_shape, .minimum = 1, .maximum = 1024};
static const Field launches_fields[] = {
    {"schema_version", &version, "of this form"},
    {"generator", &text, "who wrote the plan"},
    {"kernel", &text, "the kernel's name"},
    {"source", &source, "where the kernel comes from"},
    {"target", &target, "the chip it is made for"},
    {"options", &options, "what the result depends on besides the source"},
    {"sizes", &sizes, "values of the dynamic sizes"},
    {"tensors", &tensors, "the kernel's arguments, in order, then what only its launches see"},
    {"launches", &launches, "a plan for each launch, in the order in which they run"},
    {"files", &digests, files_doc},
};
const Shape plan_of_launches_shape = {
    .kind = SHAPE_DICT, .fields = launches_fields, .field_count = LENGTH(launches_fields), .optional_count = 1};
