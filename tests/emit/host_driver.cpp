// host.cpp, and beside it a way to look at the pages that it makes: `pages NAME` prints the elements 0, 1, 2 ... of a
// tensor in the order of their bytes, and -1 where a page is padded.
#define main host_main
#include HOST
#undef main

#include <cstdio>

namespace {

using plan::Format;
using plan::Memory;
using plan::Order;

const std::map<std::string, plan::Tensor> samples = {
    {"matrix",
     {"T", true, false, {50, 100}, {0, 1}, Format::float32, 32, 32, true, Memory::interleaved, Order::row_major, {}}},
    {"columns",
     {"T", true, false, {50, 100}, {0, 1}, Format::uint32, 32, 32, true, Memory::interleaved, Order::column_major, {}}},
    {"z",
     {"T", true, false, {3, 64, 128}, {0, 1, 2}, Format::int32, 32, 32, true, Memory::interleaved, Order::z_order, {}}},
    {"middle",
     {"T",
      true,
      false,
      {40, 3, 70},
      {1, 0, 2},
      Format::float32,
      32,
      32,
      true,
      Memory::interleaved,
      Order::row_major,
      {}}},
    {"turned",
     {"T",
      true,
      false,
      {2, 33, 40},
      {0, 2, 1},
      Format::float32,
      32,
      32,
      true,
      Memory::interleaved,
      Order::row_major,
      {}}},
    {"row",
     {"T", true, false, {100}, {-1, 0}, Format::uint16, 32, 32, true, Memory::interleaved, Order::row_major, {}}},
    {"column",
     {"T", true, false, {100}, {0, -1}, Format::float32, 32, 32, true, Memory::interleaved, Order::row_major, {}}},
    {"flat",
     {"T", true, false, {50, 100}, {0, 1}, Format::float32, 16, 32, true, Memory::interleaved, Order::row_major, {}}},
    {"tall",
     {"T",
      true,
      false,
      {50, 100},
      {0, 1},
      Format::float32,
      32,
      16,
      true,
      Memory::interleaved,
      Order::column_major,
      {}}},
    {"shards",
     {"T",
      true,
      false,
      {256, 128},
      {0, 1},
      Format::float32,
      32,
      32,
      false,
      Memory::block_sharded,
      Order::match_shard,
      {128, 64, 2, 2, false}}},
    {"shards_by_column",
     {"T",
      true,
      false,
      {256, 128},
      {0, 1},
      Format::float32,
      32,
      32,
      false,
      Memory::block_sharded,
      Order::match_shard,
      {128, 64, 2, 2, true}}},
};

int print_pages(const std::string &name) {
    const Pages pages = pages_of(samples.at(name));
    std::vector<double> values(product(pages.tensor->shape));
    for (size_t i = 0; i < values.size(); i++) {
        values[i] = static_cast<double>(i + 1);
    }
    const std::vector<uint8_t> bytes = tilize(pages, values);
    if (untilize(pages, bytes) != values) {
        return 1;
    }
    const size_t size = facts_of(pages.tensor->format).bytes;
    for (size_t at = 0; at < bytes.size(); at += size) {
        std::printf("%.0f\n", decode(pages.tensor->format, bytes.data() + at) - 1);
    }
    return 0;
}

} // namespace

int main(int count, char **words) {
    return count == 3 && !std::strcmp(words[1], "pages") ? print_pages(words[2]) : host_main(count, words);
}
