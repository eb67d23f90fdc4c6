// Legal programs written in ways that the compiler would not choose: each is accepted, gives the right numbers with one
// host thread and with three, and has a time. The sequences are those that ran on the vendor's simulator.
#include "sim_fixture.h"

#include <math.h>

#define HEAD "# ttile ir 1\n\n@T.prim_func\ndef program(\n"
#define ATTRIBUTES(cores, schedule)                                                                                    \
    "):\n    T.func_attr({\"tt.core_ranges\": [" cores "], \"tt.dst_schedule\": {" schedule "}})\n"
#define FP32 "\"fp32\": True"

// A (128 x 64) times B (64 x 96): 4 x 2 x 3 tiles on one core, A and B read whole.
#define GEMM_HEAD                                                                                                      \
    HEAD TENSOR("A", 128, 64, "bfloat16", "in") TENSOR("B", 64, 96, "bfloat16", "in")                                  \
        TENSOR("C", 128, 96, "float32", "out") ATTRIBUTES("[0, 0, 1, 1]", FP32)                                        \
            BUFFER("a", 0, "bfloat16", 2048, 8, "reader", "compute", ", unpack=\"source\"")                            \
                BUFFER("b", 1, "bfloat16", 2048, 6, "reader", "compute", ", unpack=\"source\"")                        \
                    BUFFER("c", 2, "float32", 4096, 6, "compute", "writer", ", unpack=\"source\"")
#define GEMM_READER                                                                                                    \
    "    with T.reader():\n"                                                                                           \
    "        cb_reserve_back(a, 8)\n"                                                                                  \
    "        cb_reserve_back(b, 6)\n"                                                                                  \
    "        for i in T.serial(0, 8, 1):\n"                                                                            \
    "            noc_async_read_page(A, i, a, i)\n"                                                                    \
    "        for j in T.serial(0, 6, 1):\n"                                                                            \
    "            noc_async_read_page(B, j, b, j)\n"                                                                    \
    "        noc_async_read_barrier()\n"                                                                               \
    "        cb_push_back(a, 8)\n"                                                                                     \
    "        cb_push_back(b, 6)\n"
#define GEMM_WRITER                                                                                                    \
    "    with T.writer():\n"                                                                                           \
    "        for w in T.serial(0, 12, 1):\n"                                                                           \
    "            cb_wait_front(c, 1)\n"                                                                                \
    "            noc_async_write_page(C, w, c, 0)\n"                                                                   \
    "            noc_async_writes_flushed()\n"                                                                         \
    "            cb_pop_front(c, 1)\n"                                                                                 \
    "        noc_async_write_barrier()\n"

// Tile by tile with matmul_tiles, packed one behind the other.
static const char gemm_tiles[] =
    GEMM_HEAD GEMM_READER "    with T.compute():\n"
                          "        compute_kernel_hw_startup(a, b, c, \"reverse\")\n"
                          "        matmul_init(a, b, 0)\n"
                          "        cb_wait_front(b, 6)\n"
                          "        for m in T.serial(0, 4, 1):\n"
                          "            cb_wait_front(a, 2)\n" // a row of A at a time, popped as it is used up
                          "            for n in T.serial(0, 3, 1):\n"
                          "                tile_regs_acquire()\n"
                          "                for k in T.serial(0, 2, 1):\n"
                          "                    matmul_tiles(a, b, k, k * 3 + n, 0)\n"
                          "                tile_regs_commit()\n"
                          "                cb_reserve_back(c, 1)\n"
                          "                tile_regs_wait()\n"
                          "                pack_tile(0, c)\n"
                          "                tile_regs_release()\n"
                          "                cb_push_back(c, 1)\n"
                          "            cb_pop_front(a, 2)\n"
                          "        cb_pop_front(b, 6)\n" GEMM_WRITER;

// Blocks of 1 x 3 tiles, two sections of DST under way: math is a section ahead of the packer.
static const char gemm_two_sections[] =
    GEMM_HEAD GEMM_READER "    with T.compute():\n"
                          "        compute_kernel_hw_startup(a, b, c, \"reverse\")\n"
                          "        matmul_block_init(a, b, 0, 3, 1, 1)\n"
                          "        cb_wait_front(a, 8)\n"
                          "        cb_wait_front(b, 6)\n"
                          "        for m in T.serial(0, 5, 1):\n"
                          "            if m < 4:\n"
                          "                tile_regs_acquire()\n"
                          "                for k in T.serial(0, 2, 1):\n"
                          "                    matmul_block(a, b, m * 2 + k, k * 3, 0, 0, 3, 1, 1)\n"
                          "                tile_regs_commit()\n"
                          "            if m > 0:\n"
                          "                cb_reserve_back(c, 3)\n"
                          "                tile_regs_wait()\n"
                          "                for p in T.serial(0, 3, 1):\n"
                          "                    pack_tile(p, c)\n"
                          "                tile_regs_release()\n"
                          "                cb_push_back(c, 3)\n"
                          "        cb_pop_front(a, 8)\n"
                          "        cb_pop_front(b, 6)\n"
                          "    with T.writer():\n"
                          "        for w in T.serial(0, 4, 1):\n"
                          "            cb_wait_front(c, 3)\n"
                          "            for v in T.serial(0, 3, 1):\n"
                          "                noc_async_write_page(C, w * 3 + v, c, v)\n"
                          "            noc_async_write_barrier()\n"
                          "            cb_pop_front(c, 3)\n";

#define SPILL(rest)                                                                                                    \
    GEMM_HEAD BUFFER("p", 3, "float32", 4096, 12, "compute", "compute", rest) GEMM_READER                              \
        "    with T.compute():\n"                                                                                      \
        "        compute_kernel_hw_startup(a, b, c, \"reverse\")\n"                                                    \
        "        cb_wait_front(a, 8)\n"                                                                                \
        "        cb_wait_front(b, 6)\n"                                                                                \
        "        for k in T.serial(0, 2, 1):\n"                                                                        \
        "            for m in T.serial(0, 4, 1):\n"                                                                    \
        "                tile_regs_acquire()\n"                                                                        \
        "                if k > 0:\n"                                                                                  \
        "                    cb_wait_front(p, 3)\n"                                                                    \
        "                    reconfig_data_format_srca(p)\n"                                                           \
        "                    copy_init(p)\n"                                                                           \
        "                    for t in T.serial(0, 3, 1):\n"                                                            \
        "                        copy_tile(p, t, t)\n"                                                                 \
        "                    cb_pop_front(p, 3)\n"                                                                     \
        "                    reconfig_data_format_srca(b)\n"                                                           \
        "                matmul_block_init(a, b, 0, 3, 1, 2)\n"                                                        \
        "                matmul_block(a, b, m * 2 + k, k * 3, 0, 0, 3, 1, 2)\n"                                        \
        "                tile_regs_commit()\n"                                                                         \
        "                if k == 1:\n"                                                                                 \
        "                    cb_reserve_back(c, 3)\n"                                                                  \
        "                else:\n"                                                                                      \
        "                    cb_reserve_back(p, 3)\n"                                                                  \
        "                tile_regs_wait()\n"                                                                           \
        "                for q in T.serial(0, 3, 1):\n"                                                                \
        "                    if k == 1:\n"                                                                             \
        "                        pack_tile(q, c)\n"                                                                    \
        "                    else:\n"                                                                                  \
        "                        pack_tile(q, p)\n"                                                                    \
        "                tile_regs_release()\n"                                                                        \
        "                if k == 1:\n"                                                                                 \
        "                    cb_push_back(c, 3)\n"                                                                     \
        "                else:\n"                                                                                      \
        "                    cb_push_back(p, 3)\n"                                                                     \
        "        cb_pop_front(a, 8)\n"                                                                                 \
        "        cb_pop_front(b, 6)\n"                                                                                 \
        "    with T.writer():\n"                                                                                       \
        "        for w in T.serial(0, 4, 1):\n"                                                                        \
        "            cb_wait_front(c, 3)\n"                                                                            \
        "            for v in T.serial(0, 3, 1):\n"                                                                    \
        "                noc_async_write_page(C, w * 3 + v, c, v)\n"                                                   \
        "            noc_async_writes_flushed()\n"                                                                     \
        "            cb_pop_front(c, 3)\n"                                                                             \
        "        noc_async_write_barrier()\n"

// Partial sums spilled to a local buffer and loaded again, exactly (unpacked to DST).
static const char gemm_spill[] = SPILL(", unpack=\"dst\"");
// The same through the source registers.
static const char gemm_spill_source[] = SPILL(", unpack=\"source\"");

// The packer adds in L1: reserved once, packed by index, pushed once.
#define L1_ACCUMULATION(before, reserve, inner_push, after)                                                            \
    GEMM_HEAD BUFFER("p", 3, "float32", 4096, 12, "compute", "compute", ", unpack=\"source\"") GEMM_READER             \
        "    with T.compute():\n"                                                                                      \
        "        compute_kernel_hw_startup(a, b, p, \"reverse\")\n"                                                    \
        "        matmul_init(a, b, 0)\n"                                                                               \
        "        cb_wait_front(a, 8)\n"                                                                                \
        "        cb_wait_front(b, 6)\n" before "        for k in T.serial(0, 2, 1):\n" reserve                         \
        "            pack_reconfig_l1_acc(k)\n"                                                                        \
        "            for m in T.serial(0, 4, 1):\n"                                                                    \
        "                tile_regs_acquire()\n"                                                                        \
        "                for n in T.serial(0, 3, 1):\n"                                                                \
        "                    matmul_tiles(a, b, m * 2 + k, k * 3 + n, n)\n"                                            \
        "                tile_regs_commit()\n"                                                                         \
        "                tile_regs_wait()\n" inner_push "        pack_reconfig_l1_acc(0)\n" after                      \
        "        pack_reconfig_data_format(c)\n"                                                                       \
        "        reconfig_data_format_srca(p)\n"                                                                       \
        "        copy_init(p)\n"                                                                                       \
        "        for t in T.serial(0, 12, 1):\n"                                                                       \
        "            cb_wait_front(p, 1)\n"                                                                            \
        "            tile_regs_acquire()\n"                                                                            \
        "            copy_tile(p, 0, 2)\n"                                                                             \
        "            tile_regs_commit()\n"                                                                             \
        "            cb_pop_front(p, 1)\n"                                                                             \
        "            cb_reserve_back(c, 1)\n"                                                                          \
        "            tile_regs_wait()\n"                                                                               \
        "            pack_tile(2, c)\n"                                                                                \
        "            tile_regs_release()\n"                                                                            \
        "            cb_push_back(c, 1)\n"                                                                             \
        "        cb_pop_front(a, 8)\n"                                                                                 \
        "        cb_pop_front(b, 6)\n" GEMM_WRITER

static const char gemm_accumulate[] = L1_ACCUMULATION("        cb_reserve_back(p, 12)\n", "",
                                                      "                for q in T.serial(0, 3, 1):\n"
                                                      "                    pack_tile_at(q, p, m * 3 + q)\n"
                                                      "                tile_regs_release()\n",
                                                      "        cb_push_back(p, 12)\n");

// The ring form: what the packer adds to was popped before.
static const char gemm_accumulate_ring[] = L1_ACCUMULATION("",
                                                           "            if k > 0:\n"
                                                           "                cb_wait_front(p, 12)\n"
                                                           "                cb_pop_front(p, 12)\n",
                                                           "                cb_reserve_back(p, 3)\n"
                                                           "                for q in T.serial(0, 3, 1):\n"
                                                           "                    pack_tile(q, p)\n"
                                                           "                tile_regs_release()\n"
                                                           "                cb_push_back(p, 3)\n",
                                                           "");

static double gemm_reference(size_t row, size_t column) {
    double sum = 0;
    for (size_t k = 0; k < 64; k++) sum += (double)random_input(0, row * 64 + k) * random_input(1, k * 96 + column);
    return sum;
}

static void check_gemm(const Simulation *simulation, double tolerance) {
    for (size_t row = 0; row < 128; row++)
        for (size_t column = 0; column < 96; column++)
            assert_near(element(simulation, 2, row * 96 + column), gemm_reference(row, column), tolerance);
    assert_int_equal(simulation->result.products, 24);
}

static void check_gemm_fp32(const Simulation *simulation) { check_gemm(simulation, 1e-4); }
// A partial sum that goes through SrcA keeps ten mantissa bits.
static void check_gemm_tf32(const Simulation *simulation) { check_gemm(simulation, 0.05); }

// ---------------------------------------------------------------- local state

// x * 0.5 + x, three times over in place, around a ring of four pages; `order` is that of pop and reserve.
#define RING(order)                                                                                                    \
    HEAD TENSOR("A", 32, 128, "bfloat16", "in") TENSOR("C", 32, 128, "float32", "out")                                 \
        ATTRIBUTES("[2, 3, 1, 1]", FP32)                                                                               \
            BUFFER("a", 0, "bfloat16", 2048, 1, "reader", "compute", ", unpack=\"source\"")                            \
                BUFFER("l", 5, "float32", 4096, 4, "compute", "compute", ", unpack=\"dst\"")                           \
                    BUFFER("c", 2, "float32", 4096, 1, "compute", "writer",                                            \
                           ", unpack=\"source\"") "    with T.reader():\n"                                             \
                                                  "        for i in T.serial(0, 4, 1):\n"                              \
                                                  "            cb_reserve_back(a, 1)\n"                                \
                                                  "            noc_async_read_page(A, i, a, 0)\n"                      \
                                                  "            noc_async_read_barrier()\n"                             \
                                                  "            cb_push_back(a, 1)\n"                                   \
                                                  "    with T.compute():\n"                                            \
                                                  "        turns = T.alloc_var(\"int32\")\n"                           \
                                                  "        compute_kernel_hw_startup(a, a, l, \"regular\")\n"          \
                                                  "        copy_init(a)\n"                                             \
                                                  "        for t in T.serial(0, 4, 1):\n"                              \
                                                  "            cb_wait_front(a, 1)\n"                                  \
                                                  "            tile_regs_acquire()\n"                                  \
                                                  "            copy_tile(a, 0, 3)\n"                                   \
                                                  "            tile_regs_commit()\n"                                   \
                                                  "            cb_pop_front(a, 1)\n"                                   \
                                                  "            cb_reserve_back(l, 1)\n"                                \
                                                  "            tile_regs_wait()\n"                                     \
                                                  "            pack_tile(3, l)\n"                                      \
                                                  "            tile_regs_release()\n"                                  \
                                                  "            cb_push_back(l, 1)\n"                                   \
                                                  "        reconfig_data_format_srca(l)\n"                             \
                                                  "        copy_init(l)\n"                                             \
                                                  "        turns[()] = 0\n"                                            \
                                                  "        while turns[()] < 12:\n"                                    \
                                                  "            cb_wait_front(l, 1)\n"                                  \
                                                  "            tile_regs_acquire()\n"                                  \
                                                  "            copy_tile(l, 0, 0)\n"                                   \
                                                  "            copy_tile(l, 0, 1)\n"                                   \
                                                  "            binop_with_scalar_tile_init()\n"                        \
                                                  "            mul_unary_tile(1, 0.5)\n"                               \
                                                  "            add_binary_tile_init()\n"                               \
                                                  "            add_binary_tile(0, 1, 0)\n"                             \
                                                  "            tile_regs_commit()\n" order                             \
                                                  "            tile_regs_wait()\n"                                     \
                                                  "            pack_tile(0, l)\n"                                      \
                                                  "            tile_regs_release()\n"                                  \
                                                  "            cb_push_back(l, 1)\n"                                   \
                                                  "            turns[()] = turns[()] + 1\n"                            \
                                                  "        pack_reconfig_data_format(c)\n"                             \
                                                  "        for u in T.serial(0, 4, 1):\n"                              \
                                                  "            cb_wait_front(l, 1)\n"                                  \
                                                  "            tile_regs_acquire()\n"                                  \
                                                  "            copy_tile(l, 0, 0)\n"                                   \
                                                  "            tile_regs_commit()\n"                                   \
                                                  "            cb_pop_front(l, 1)\n"                                   \
                                                  "            cb_reserve_back(c, 1)\n"                                \
                                                  "            tile_regs_wait()\n"                                     \
                                                  "            pack_tile(0, c)\n"                                      \
                                                  "            tile_regs_release()\n"                                  \
                                                  "            cb_push_back(c, 1)\n"                                   \
                                                  "    with T.writer():\n"                                             \
                                                  "        for w in T.serial(0, 4, 1):\n"                              \
                                                  "            cb_wait_front(c, 1)\n"                                  \
                                                  "            noc_async_write_page(C, w, c, 0)\n"                     \
                                                  "            noc_async_writes_flushed()\n"                           \
                                                  "            cb_pop_front(c, 1)\n"                                   \
                                                  "        noc_async_write_barrier()\n"

static const char ring[] = RING("            cb_pop_front(l, 1)\n"
                                "            cb_reserve_back(l, 1)\n");
// The packer asks for room before the unpacker, a core of its own, gives it: legal, since they run apart.
static const char ring_reserve_first[] = RING("            cb_reserve_back(l, 1)\n"
                                              "            cb_pop_front(l, 1)\n");

static void check_ring(const Simulation *simulation) {
    for (size_t i = 0; i < 32 * 128; i++)
        assert_near(element(simulation, 1, i), (double)random_input(0, i) * 1.5 * 1.5 * 1.5, 1e-6);
}

// ---------------------------------------------------------------- two buffers over the same pages

// l unpacks to DST, lf (an alias) to the source registers: out = (a, a + a).
static const char alias[] = HEAD TENSOR("A", 32, 64, "float32", "in") TENSOR("C", 64, 64, "float32", "out")
    ATTRIBUTES("[0, 0, 1, 1]", FP32) BUFFER("a", 0, "float32", 4096, 2, "reader", "compute", ", unpack=\"dst\"")
        BUFFER("l", 2, "float32", 4096, 1, "compute", "compute", ", unpack=\"dst\"")
            BUFFER("lf", 3, "float32", 4096, 1, "compute", "compute", ", unpack=\"source\", alias=l")
                BUFFER("c", 4, "float32", 4096, 2, "compute", "writer",
                       ", unpack=\"source\"") "    with T.reader():\n"
                                              "        cb_reserve_back(a, 2)\n"
                                              "        noc_async_read_page(A, 1, a, 1)\n"
                                              "        noc_async_read_page(A, 0, a, 0)\n"
                                              "        noc_async_read_barrier()\n"
                                              "        cb_push_back(a, 1)\n"
                                              "        cb_push_back(a, 1)\n"
                                              "    with T.compute():\n"
                                              "        compute_kernel_hw_startup(a, a, l, \"regular\")\n"
                                              "        for t in T.serial(0, 2, 1):\n"
                                              "            cb_wait_front(a, 1)\n"
                                              "            tile_regs_acquire()\n"
                                              "            reconfig_data_format_srca(a)\n"
                                              "            copy_init(a)\n"
                                              "            copy_tile(a, 0, 0)\n"
                                              "            tile_regs_commit()\n"
                                              "            cb_pop_front(a, 1)\n"
                                              "            cb_reserve_back(l, 1)\n"
                                              "            cb_reserve_back(lf, 1)\n"
                                              "            tile_regs_wait()\n"
                                              "            pack_tile(0, l)\n"
                                              "            tile_regs_release()\n"
                                              "            cb_push_back(l, 1)\n"
                                              "            cb_push_back(lf, 1)\n"
                                              "            cb_wait_front(l, 1)\n"
                                              "            cb_wait_front(lf, 1)\n"
                                              "            tile_regs_acquire()\n"
                                              "            reconfig_data_format_srca(l)\n"
                                              "            copy_init(l)\n"
                                              "            copy_tile(l, 0, 0)\n"
                                              "            reconfig_data_format(lf, lf, \"regular\")\n"
                                              "            add_init(lf, lf)\n"
                                              "            add_tiles(lf, lf, 0, 0, 1)\n"
                                              "            tile_regs_commit()\n"
                                              "            cb_pop_front(l, 1)\n"
                                              "            cb_pop_front(lf, 1)\n"
                                              "            cb_reserve_back(c, 2)\n"
                                              "            tile_regs_wait()\n"
                                              "            pack_tile(0, c)\n"
                                              "            pack_tile(1, c)\n"
                                              "            tile_regs_release()\n"
                                              "            cb_push_back(c, 2)\n"
                                              "    with T.writer():\n"
                                              "        for w in T.serial(0, 2, 1):\n"
                                              "            cb_wait_front(c, 2)\n"
                                              "            noc_async_write_page(C, w, c, 0)\n"
                                              "            noc_async_write_page(C, w + 2, c, 1)\n"
                                              "            noc_async_write_barrier()\n"
                                              "            cb_pop_front(c, 2)\n";

static void check_alias(const Simulation *simulation) {
    for (size_t i = 0; i < 32 * 64; i++) {
        assert_near(element(simulation, 1, i), random_input(0, i), 0);
        assert_near(element(simulation, 1, i + 32 * 64), 2 * random_input(0, i), 0);
    }
}

// ---------------------------------------------------------------- movers alone, many cores

// No compute at all: the reader's pages go straight to the writer. Each of six cores copies the pages of its own row of
// a grid of cores that is no rectangle; the turns differ from core to core, and break and continue are used.
static const char copy[] = HEAD TENSOR("A", 96, 160, "bfloat16", "in") TENSOR("C", 96, 160, "bfloat16", "out")
    ATTRIBUTES("[0, 0, 2, 2], [5, 0, 1, 2]",
               FP32) "    row = T.runtime_arg(\"int32\", [[0, 0, 2, 2, 0, 1, 2], [5, 0, 1, 2, "
                     "4, 0, 1]])\n" BUFFER("a", 7, "bfloat16", 2048, 5, "reader", "writer",
                                           ", unpack=\"source\"") "    with T.reader():\n"
                                                                  "        for i in T.serial(0, 100, 1):\n"
                                                                  "            page: T.int32 = row + i * 6\n"
                                                                  "            if page >= 15:\n"
                                                                  "                break\n"
                                                                  "            cb_reserve_back(a, 1)\n"
                                                                  "            noc_async_read_page(A, page, a, 0)\n"
                                                                  "            noc_async_read_barrier()\n"
                                                                  "            cb_push_back(a, 1)\n"
                                                                  "    with T.writer():\n"
                                                                  "        for j in T.serial(0, 15, 1):\n"
                                                                  "            if j % 6 != row:\n"
                                                                  "                continue\n"
                                                                  "            cb_wait_front(a, 1)\n"
                                                                  "            noc_async_write_page(C, j, a, 0)\n"
                                                                  "            noc_async_writes_flushed()\n"
                                                                  "            cb_pop_front(a, 1)\n"
                                                                  "        noc_async_write_barrier()\n";

static void check_copy(const Simulation *simulation) {
    for (size_t i = 0; i < 96 * 160; i++) assert_near(element(simulation, 1, i), random_input(0, i), 0);
    assert_int_equal(simulation->result.cores, 6);
}

// ---------------------------------------------------------------- constants, broadcasts, full sync

// A bias that stays in its buffer, 16-bit DST of sixteen tiles (full sync), a page filled by the writer.
static const char resident[] = HEAD TENSOR("A", 64, 64, "bfloat16", "in") TENSOR("bias", 32, 64, "bfloat16", "in")
    TENSOR("C", 64, 64, "bfloat16", "out") ATTRIBUTES("[0, 0, 1, 1]", "\"fp32\": False, \"full_sync\": True")
        BUFFER("a", 0, "bfloat16", 2048, 4, "reader", "compute", ", unpack=\"source\"")
            BUFFER("s", 1, "bfloat16", 2048, 2, "reader", "compute", ", unpack=\"source\", resident=True")
                BUFFER("two", 2, "bfloat16", 2048, 1, "writer", "compute", ", unpack=\"source\", resident=True")
                    BUFFER("c", 3, "bfloat16", 2048, 4, "compute", "writer",
                           ", unpack=\"source\"") "    with T.reader():\n"
                                                  "        cb_reserve_back(s, 2)\n"
                                                  "        noc_async_read_page(bias, 0, s, 0)\n"
                                                  "        noc_async_read_page(bias, 1, s, 1)\n"
                                                  "        cb_reserve_back(a, 4)\n"
                                                  "        for i in T.serial(3, 4, -1):\n"
                                                  "            noc_async_read_page(A, i, a, i)\n"
                                                  "        noc_async_read_barrier()\n"
                                                  "        cb_push_back(a, 4)\n"
                                                  "        cb_push_back(s, 2)\n"
                                                  "    with T.compute():\n"
                                                  "        compute_kernel_hw_startup(a, s, c, \"regular\")\n"
                                                  "        cb_wait_front(two, 1)\n"
                                                  "        cb_wait_front(a, 4)\n"
                                                  "        cb_wait_front(s, 2)\n"
                                                  "        tile_regs_acquire()\n"
                                                  "        for t in T.unroll(0, 4, 1):\n"
                                                  "            mul_init(a, two)\n"
                                                  "            mul_tiles(a, two, t, 0, 15 - t)\n"
                                                  "            add_bcast_rows_init(a, s)\n"
                                                  "            add_tiles_bcast_rows(a, s, t, t % 2, t)\n"
                                                  "            add_binary_tile_init()\n"
                                                  "            add_binary_tile(t, 15 - t, t)\n"
                                                  "        tile_regs_commit()\n"
                                                  "        cb_pop_front(a, 4)\n"
                                                  "        cb_reserve_back(c, 4)\n"
                                                  "        tile_regs_wait()\n"
                                                  "        for p in T.serial(0, 4, 1):\n"
                                                  "            pack_tile_at(3 - p, c, 3 - p)\n"
                                                  "        tile_regs_release()\n"
                                                  "        cb_push_back(c, 4)\n"
                                                  "    with T.writer():\n"
                                                  "        cb_reserve_back(two, 1)\n"
                                                  "        fill_page(two, 0, 2.0)\n"
                                                  "        cb_push_back(two, 1)\n"
                                                  "        cb_wait_front(c, 2)\n"
                                                  "        cb_wait_front(c, 4)\n"
                                                  "        for w in T.serial(0, 4, 1):\n"
                                                  "            noc_async_write_page(C, w, c, w)\n"
                                                  "        noc_async_writes_flushed()\n"
                                                  "        cb_pop_front(c, 2)\n"
                                                  "        cb_pop_front(c, 2)\n"
                                                  "        noc_async_write_barrier()\n";

static void check_resident(const Simulation *simulation) {
    for (size_t row = 0; row < 64; row++)
        for (size_t column = 0; column < 64; column++) {
            double a = random_input(0, row * 64 + column), expected = 3 * a + random_input(1, column);
            assert_near(element(simulation, 2, row * 64 + column), expected, 0.04);
        }
}

// ---------------------------------------------------------------- all of them

typedef struct Program {
    const char *name, *text;
    void (*check)(const Simulation *simulation);
} Program;

static const Program programs[] = {
    {"gemm by tiles", gemm_tiles, check_gemm_fp32},
    {"gemm, two sections under way", gemm_two_sections, check_gemm_fp32},
    {"gemm with a spill", gemm_spill, check_gemm_fp32},
    {"gemm with a spill through SrcA", gemm_spill_source, check_gemm_tf32},
    {"gemm accumulated in L1", gemm_accumulate, check_gemm_tf32},
    {"gemm accumulated around a ring", gemm_accumulate_ring, check_gemm_tf32},
    {"ring", ring, check_ring},
    {"ring, reserve first", ring_reserve_first, check_ring},
    {"alias", alias, check_alias},
    {"copy", copy, check_copy},
    {"resident", resident, check_resident},
};

static int64_t run_legal(const Program *program, int threads) {
    Context *context = context_new(&system_allocator);
    Simulation simulation = {.text = program->text, .options = {.threads = threads, .numbers = true, .timing = true}};
    if (!context_try(context, simulate, &simulation))
        stop_test("%s: %s\n", program->name, last_diagnostic(context)->message);
    program->check(&simulation);
    int64_t cycles = simulation.result.cycles;
    tensors_free(&simulation.tensors);
    context_free(context);
    return cycles;
}

static void test_legal_programs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        int64_t cycles = run_legal(&programs[i], 1);
        assert_true(cycles > 0);
        assert_int_equal(cycles, run_legal(&programs[i], 3));
    }
}

// ---------------------------------------------------------------- numbers come only from pages and products

static double sum_of_output(Context *context, const char *text, int tensor) {
    Simulation simulation = {.text = text, .options = {.numbers = true}};
    assert_works(context, simulate, &simulation);
    double sum = 0;
    for (size_t i = 0; i < simulation.tensors.tensors[tensor].count; i++)
        sum += element(&simulation, tensor, i) * (double)(i % 97 + 1);
    tensors_free(&simulation.tensors);
    return sum;
}

// Every page that is read, poisoned in turn, changes the output.
static void test_poisoned_page(void **state) {
    double right = sum_of_output(*state, gemm_tiles, 2);
    for (int i = 0; i < 14; i++) {
        char poison[120];
        snprintf(poison, sizeof poison,
                 "        noc_async_read_barrier()\n        fill_page_edge(%s, %d, 31, 32, 1000.0)\n",
                 i < 8 ? "a" : "b", i < 8 ? i : i - 8);
        char *text = replace(gemm_tiles, "        noc_async_read_barrier()\n", poison);
        assert_true(fabs(sum_of_output(*state, text, 2) - right) > 1);
        free(text);
    }
}

// So does every product that is left out.
static void test_dropped_product(void **state) {
    double right = sum_of_output(*state, gemm_tiles, 2);
    for (int i = 0; i < 24; i++) {
        char guard[200];
        snprintf(guard, sizeof guard,
                 "                    if m * 6 + n * 2 + k != %d:\n"
                 "                        matmul_tiles(a, b, k, k * 3 + n, 0)\n"
                 "                    else:\n"
                 "                        matmul_tiles(a, b, k, k * 3 + n, 1)\n",
                 i);
        char *text = replace(gemm_tiles, "                    matmul_tiles(a, b, k, k * 3 + n, 0)\n", guard);
        assert_true(fabs(sum_of_output(*state, text, 2) - right) > 1);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(test_legal_programs), TEST(test_poisoned_page), TEST(test_dropped_product)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
