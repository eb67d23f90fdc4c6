// A seeded sample of blocks: one out of each of `count` equal stretches, with the first and the last block always among
// them, since edges are where blocks differ.
#include "oracle/launch.h"

static uint64_t scramble(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

int64_t *sample_blocks(Shared *shared, int64_t blocks, int64_t count) {
    int64_t *sample = shared_allocate(shared, (size_t)count * sizeof *sample);
    if (!sample) return NULL;
    for (int64_t i = 0; i < count; i++) {
        int64_t low = (int64_t)((__int128)blocks * i / count), high = (int64_t)((__int128)blocks * (i + 1) / count);
        uint64_t random = scramble(scramble(shared->options.seed) ^ (uint64_t)i);
        sample[i] = low + (int64_t)(random % (uint64_t)(high - low));
    }
    sample[0] = 0;
    sample[count - 1] = blocks - 1;
    return sample;
}
