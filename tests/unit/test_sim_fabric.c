// The fabric on its own, against what was measured on silicon (docs/timing.md names the sources): latencies, rates by
// packet size, banks, multicasts, and many cores at once.
#include "fixture.h"

#include <string.h>

#include "sim/fabric.h"
#include "sim/fabric_places.h"

typedef struct Chip {
    const Target *target;
    Arena arena;
    Fabric fabric;
} Chip;

static void start(Chip *chip, Context *context) {
    chip->target = target_parse(context, "wormhole:n150");
    chip->arena = (Arena){.allocator = &system_allocator};
    chip->fabric = fabric_new(chip->target, &chip->arena);
}

static void stop(Chip *chip) { arena_reset(&chip->arena); }

static PageHome in_l1(Core core) { return (PageHome){.space = SPACE_L1, .core = core}; }
static PageHome in_dram(int bank) { return (PageHome){.space = SPACE_DRAM, .bank = bank}; }

static int64_t read_at(Chip *chip, int noc, Core core, PageHome home, int64_t bytes, int64_t time) {
    Transfer transfer = {.noc = noc, .core = core, .home = home, .bytes = bytes, .start = time};
    return fabric_read(&chip->fabric, &transfer);
}

static WriteTimes write_at(Chip *chip, int noc, Core core, PageHome home, int64_t bytes, int64_t time) {
    Transfer transfer = {.noc = noc, .core = core, .home = home, .bytes = bytes, .start = time};
    return fabric_write(&chip->fabric, &transfer);
}

static void assert_within(double seen, double expected, double share) {
    if (seen < expected * (1 - share) || seen > expected * (1 + share))
        stop_test("expected %.6g within %.0f %%, seen %.6g\n", expected, 100 * share, seen);
}

// ---------------------------------------------------------------- one packet

static void test_latency_of_reads(void **state) {
    static const struct {
        Core core, other;
        int64_t cycles;
    } cases[] = {
        {{2, 2}, {2, 2}, 70},  {{2, 2}, {2, 6}, 154}, {{2, 6}, {2, 2}, 154},
        {{2, 2}, {7, 2}, 170}, {{2, 2}, {7, 6}, 270}, {{7, 6}, {2, 2}, 270},
    };
    for (int noc = 0; noc < 2; noc++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            Chip chip;
            start(&chip, *state);
            assert_int_equal(read_at(&chip, noc, cases[i].core, in_l1(cases[i].other), 16, 0), cases[i].cycles);
            stop(&chip);
        }
}

// 404 cycles from start to the barrier's end, of which issuing and polling take about 40.
static void test_latency_of_dram(void **state) {
    Chip chip;
    start(&chip, *state);
    assert_within((double)read_at(&chip, 0, (Core){3, 3}, in_dram(6), 128, 0), 404 - 40, 0.1);
    assert_within((double)read_at(&chip, 0, (Core){3, 3}, in_dram(5), 2048, 100000) - 100000, 485 - 40, 0.1);
    stop(&chip);
}

static void test_latency_of_writes(void **state) {
    Chip chip;
    start(&chip, *state);
    // Physical columns 1 and 4, rows 1 and 3: five hops on NoC 0, the rest of both circles on NoC 1.
    Core from = {0, 0}, to = {3, 2};
    assert_int_equal(write_at(&chip, 0, from, in_l1(to), 4, 0).arrived, 40 + 5 * 10);
    assert_int_equal(write_at(&chip, 1, from, in_l1(to), 4, 0).arrived, 40 + (22 - 5) * 10);
    stop(&chip);
}

// ---------------------------------------------------------------- streams

static double stream_of_writes(Context *context, int64_t bytes) {
    enum { PACKETS = 256 };
    Chip chip;
    start(&chip, context);
    int64_t done = 0;
    for (int i = 0; i < PACKETS; i++) {
        WriteTimes times = write_at(&chip, 0, (Core){0, 0}, in_l1((Core){5, 0}), bytes, i);
        if (times.arrived > done) done = times.arrived;
    }
    stop(&chip);
    return (double)(PACKETS * bytes) / (double)done;
}

static void test_rate_by_packet_size(void **state) {
    static const double table[][2] = {{128, 5.5}, {256, 10.1}, {512, 18}, {1024, 27.4}, {2048, 30}, {8192, 30}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_within(stream_of_writes(*state, (int64_t)table[i][0]), table[i][1], 0.05);
}

static double stream_of_reads(Context *context, PageHome home, int64_t bytes) {
    enum { PACKETS = 256 };
    Chip chip;
    start(&chip, context);
    int64_t done = 0, end;
    for (int i = 0; i < PACKETS; i++)
        if ((end = read_at(&chip, 0, (Core){0, 0}, home, bytes, i)) > done) done = end;
    stop(&chip);
    return (double)(PACKETS * bytes) / (double)done;
}

static void test_rate_of_reads(void **state) {
    assert_within(stream_of_reads(*state, in_l1((Core){5, 0}), 2048), 27.9, 0.05);
    assert_within(stream_of_reads(*state, in_dram(3), 2048), 21.8, 0.05);
    assert_within(stream_of_reads(*state, in_dram(3), 4096), 22.2, 0.05);
    assert_true(stream_of_reads(*state, in_l1((Core){0, 0}), 2048) <= 30); // its own L1: by the port alone
}

// The port from a core and the one to it are two: what leaves does not hold up what comes.
static void test_ports_are_apart(void **state) {
    Chip alone, both;
    start(&alone, *state), start(&both, *state);
    int64_t end_alone = 0, end_both = 0;
    for (int i = 0; i < 64; i++) {
        end_alone = read_at(&alone, 0, (Core){2, 2}, in_l1((Core){4, 4}), 2048, i);
        write_at(&both, 0, (Core){2, 2}, in_l1((Core){2, 4}), 2048, i);
        end_both = read_at(&both, 0, (Core){2, 2}, in_l1((Core){4, 4}), 2048, i);
    }
    assert_int_equal(end_alone, end_both);
    stop(&alone), stop(&both);
}

// ---------------------------------------------------------------- many at once

static uint32_t next_random(uint32_t *random) { return *random = *random * 1664525u + 1013904223u; }

// Cores picked at random move 1 MiB each, a twelfth of them from or to each bank: GB/s, mean of several choices,
// between what the slowest and what the average core makes of it.
static void rates_of_many(Context *context, int cores, int noc, bool writes, double rates[2]) {
    enum { CHOICES = 8, PACKET = 8192, PACKETS = (1 << 20) / PACKET };
    rates[0] = rates[1] = 0;
    uint32_t random = 7;
    for (int choice = 0; choice < CHOICES; choice++) {
        Chip chip;
        start(&chip, context);
        int order[64];
        for (int i = 0; i < 64; i++) order[i] = i;
        for (int i = 63; i > 0; i--) {
            int other = (int)(next_random(&random) >> 8) % (i + 1), kept = order[i];
            order[i] = order[other], order[other] = kept;
        }
        int64_t last = 0, ends[64] = {0};
        for (int packet = 0; packet < PACKETS; packet++)
            for (int i = 0; i < cores; i++) {
                Core core = {order[i] % 8, order[i] / 8};
                int64_t time = packet * 23 + i % 23;
                ends[i] = writes ? write_at(&chip, noc, core, in_dram(i % 12), PACKET, time).done
                                 : read_at(&chip, noc, core, in_dram(i % 12), PACKET, time);
                if (ends[i] > last) last = ends[i];
            }
        rates[0] += (double)cores * PACKETS * PACKET / (double)last / CHOICES;
        for (int i = 0; i < cores; i++) rates[1] += (double)PACKETS * PACKET / (double)ends[i] / CHOICES;
        stop(&chip);
    }
}

// ISA documentation, DRAM tiles: 12 and 48 randomly chosen cores, static channels, both NoCs.
static void test_rates_of_many(void **state) {
    static const struct {
        int cores, noc;
        bool writes;
        double measured;
    } cases[] = {{12, 0, false, 189.8}, {12, 1, false, 82.1}, {48, 0, false, 200.3}, {48, 1, false, 78.2},
                 {12, 0, true, 56.5},   {12, 1, true, 154.5}, {48, 0, true, 52.3},   {48, 1, true, 133.7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double rates[2];
        rates_of_many(*state, cases[i].cores, cases[i].noc, cases[i].writes, rates);
        if (cases[i].measured < rates[0] * 0.85 || cases[i].measured > rates[1] * 1.15)
            stop_test("case %zu: measured %.1f, the slowest core makes it %.1f, the average one %.1f\n", i,
                      cases[i].measured, rates[0], rates[1]);
    }
}

// ---------------------------------------------------------------- multicasts

static WriteTimes multicast_at(Chip *chip, int noc, Core core, Core first, Core last, int64_t bytes, int64_t time) {
    Multicast multicast = {.noc = noc, .core = core, .first = first, .last = last, .bytes = bytes, .start = time};
    return fabric_multicast(&chip->fabric, &multicast);
}

// A row of 8: 577 cycles for a word and its answers, 311 + 266 for 8 KiB to have left.
static void test_multicast_to_a_row(void **state) {
    Chip chip;
    start(&chip, *state);
    Core core = {0, 3}, first = {1, 3}, last = {7, 3};
    assert_within((double)multicast_at(&chip, 0, core, first, last, 64, 0).done + 40, 577, 0.1);
    assert_within((double)multicast_at(&chip, 0, core, first, last, 8192, 10000).left - 10000, 311 + 266, 0.05);
    stop(&chip);
}

// Every link and every port once, however many receive.
static void test_multicast_takes_links_once(void **state) {
    static const struct {
        int noc;
        Core core, first, last;
        int64_t links;
    } cases[] = {
        {0, {0, 3}, {1, 3}, {7, 3}, 8},         // columns 1 to 9 of the torus
        {1, {7, 3}, {0, 3}, {6, 3}, 8},         // the other way
        {0, {3, 0}, {3, 1}, {3, 7}, 8},         // rows 1 to 9
        {0, {0, 0}, {0, 0}, {7, 7}, 8 + 8 * 8}, // along the row, down every column
        {1, {7, 7}, {0, 0}, {7, 7}, 8 + 8 * 8}, // up the column, left along every row
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Chip chip;
        start(&chip, *state);
        multicast_at(&chip, cases[i].noc, cases[i].core, cases[i].first, cases[i].last, 1024, 0);
        assert_int_equal(chip.fabric.link_bytes, cases[i].links * 1024);
        int64_t once = chip.fabric.outward[cases[i].noc][0].busy;
        for (int router = 0; router < chip.fabric.columns * chip.fabric.rows; router++) {
            int64_t out = chip.fabric.outward[cases[i].noc][router].busy;
            if (out > once) once = out;
            assert_true(chip.fabric.inward[cases[i].noc][router].busy <= 40);
            assert_true(chip.fabric.link[cases[i].noc][0][router].busy <= 40);
        }
        assert_true(once > 0 && once <= 40);
        stop(&chip);
    }
}

// What is in the way of one branch holds up all of them.
static void test_slowest_branch_sets_the_pace(void **state) {
    Chip idle, used;
    start(&idle, *state), start(&used, *state);
    write_at(&used, 0, (Core){6, 3}, in_l1((Core){7, 3}), 65536, 0);
    Core core = {0, 3}, first = {1, 3}, last = {7, 3};
    int64_t free_way = multicast_at(&idle, 0, core, first, last, 2048, 0).arrived;
    assert_true(multicast_at(&used, 0, core, first, last, 2048, 0).arrived > free_way + 1000);
    stop(&idle), stop(&used);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_latency_of_reads),
        TEST(test_latency_of_dram),
        TEST(test_latency_of_writes),
        TEST(test_rate_by_packet_size),
        TEST(test_rate_of_reads),
        TEST(test_ports_are_apart),
        TEST(test_rates_of_many),
        TEST(test_multicast_to_a_row),
        TEST(test_multicast_takes_links_once),
        TEST(test_slowest_branch_sets_the_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
