#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tt-metalium/buffer_distribution_spec.hpp>
#include <tt-metalium/circular_buffer_config.hpp>
#include <tt-metalium/core_coord.hpp>
#include <tt-metalium/distributed.hpp>
#include <tt-metalium/host_api.hpp>
#include <tt-metalium/kernel_types.hpp>
#include <tt-metalium/mesh_device.hpp>
#include <tt-metalium/tensor_accessor_args.hpp>

// ---------------------------------------------------------------- the plan

namespace plan {

enum class Format { bfloat16, float32, int32, uint32, uint16, uint8 };
enum class Memory { interleaved, height_sharded, width_sharded, block_sharded };
enum class Order { row_major, column_major, match_shard, z_order };
enum class Thread { reader, compute, writer };
enum class Argument { number, core_x, core_y }; // a core's coordinate becomes the chip's own

struct Area {
    uint32_t x, y, columns, rows;
};

struct Shard {
    uint32_t rows, columns, grid_columns, grid_rows; // elements; cores or banks
    bool column_major;
};

struct Tensor {
    const char *name;
    bool is_input, is_output;
    std::vector<size_t> shape;
    std::vector<int> axes; // dimensions in the device's order, tile rows and columns last; -1: one of extent 1
    Format format;
    size_t tile_height, tile_width;
    bool in_dram;
    Memory memory;
    Order order;
    Shard shard;            // no rows: not sharded
    bool is_result = false; // of the kernel, as this launch leaves it
};

struct CircularBuffer {
    uint8_t index;
    Format format;
    uint32_t page_bytes, pages;
    bool exact; // unpacks to DST in full fp32
    int alias;  // the circular buffer whose bytes it shares, -1: its own
    int shard;  // the tensor in whose shards it lies, -1: none
};

struct Values {
    uint32_t x, y;
    std::vector<int32_t> values;
};

struct Kernel {
    const char *file;
    Thread thread;
    std::vector<Area> cores;
    std::vector<uint32_t> circular_buffers; // their numbers, compiled in
    std::vector<size_t> semaphores;         // compiled in behind them
    std::vector<size_t> tensors;            // accessors are compiled in, addresses are the first runtime arguments
    std::vector<Argument> arguments;        // the next ones, with their values on each core
    std::vector<Values> values;
    std::vector<int32_t> sizes; // the last ones
};

struct Launch {
    const char *folder; // of its kernels, seen from the plan's
    tt::tt_metal::MathFidelity fidelity;
    bool fp32_dst, full_sync_dst;
    std::vector<Area> cores;
    std::vector<Tensor> tensors;
    std::vector<CircularBuffer> circular_buffers;
    std::vector<uint32_t> semaphores; // their initial values
    std::vector<Kernel> kernels;
};

//@plan
} // namespace plan

namespace {

namespace metal = tt::tt_metal;
namespace distributed = tt::tt_metal::distributed;
using plan::Format;
using plan::Launch;
using plan::Tensor;

constexpr size_t FACE = 16;

// Something that the run needs is not there.
struct Missing : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct FormatFacts {
    size_t bytes;
    tt::DataFormat device;
    const char *npy;
    double tolerance; // largest error relative to the largest expected value
};

FormatFacts facts_of(Format format) {
    switch (format) {
    case Format::bfloat16: return {2, tt::DataFormat::Float16_b, "<f4", 2e-2};
    case Format::float32: return {4, tt::DataFormat::Float32, "<f4", 5e-3};
    case Format::int32: return {4, tt::DataFormat::Int32, "<i4", 0.0};
    case Format::uint32: return {4, tt::DataFormat::UInt32, "<u4", 0.0};
    case Format::uint16: return {2, tt::DataFormat::UInt16, "<u2", 0.0};
    case Format::uint8: break;
    }
    return {1, tt::DataFormat::UInt8, "|u1", 0.0};
}

// ---------------------------------------------------------------- elements

template <typename T> T load(const uint8_t *from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <typename T> void store(uint8_t *to, T value) { std::memcpy(to, &value, sizeof value); }

// To the nearest, ties to even.
uint16_t bfloat16_bits(float value) {
    const uint32_t bits = load<uint32_t>(reinterpret_cast<const uint8_t *>(&value));
    if (std::isnan(value)) {
        return static_cast<uint16_t>(bits >> 16 | 0x40);
    }
    return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

float bfloat16_value(uint16_t half) {
    const uint32_t bits = static_cast<uint32_t>(half) << 16;
    return load<float>(reinterpret_cast<const uint8_t *>(&bits));
}

void encode(Format format, double value, uint8_t *to) {
    switch (format) {
    case Format::bfloat16: store(to, bfloat16_bits(static_cast<float>(value))); break;
    case Format::float32: store(to, static_cast<float>(value)); break;
    case Format::int32: store(to, static_cast<int32_t>(value)); break;
    case Format::uint32: store(to, static_cast<uint32_t>(value)); break;
    case Format::uint16: store(to, static_cast<uint16_t>(value)); break;
    case Format::uint8: store(to, static_cast<uint8_t>(value)); break;
    }
}

double decode(Format format, const uint8_t *from) {
    switch (format) {
    case Format::bfloat16: return bfloat16_value(load<uint16_t>(from));
    case Format::float32: return load<float>(from);
    case Format::int32: return load<int32_t>(from);
    case Format::uint32: return load<uint32_t>(from);
    case Format::uint16: return load<uint16_t>(from);
    case Format::uint8: break;
    }
    return *from;
}

// ---------------------------------------------------------------- .npy files

size_t product(const std::vector<size_t> &extents) {
    size_t result = 1;
    for (const size_t extent : extents) {
        result *= extent;
    }
    return result;
}

// What stands between `key` and the end of its value in the header's dictionary.
std::string npy_field(const std::string &header, const std::string &key, char end) {
    const size_t at = header.find("'" + key + "'");
    const size_t start = at == std::string::npos ? at : header.find(':', at);
    const size_t stop = start == std::string::npos ? start : header.find(end, start);
    return stop == std::string::npos ? "" : header.substr(start + 1, stop - start - 1);
}

double npy_element(const std::string &kind, const uint8_t *from, const std::string &path) {
    if (kind == "f4") {
        return load<float>(from);
    }
    if (kind == "f8") {
        return load<double>(from);
    }
    if (kind == "V2") { // bfloat16, for which numpy has no name
        return bfloat16_value(load<uint16_t>(from));
    }
    if (kind == "i4") {
        return load<int32_t>(from);
    }
    if (kind == "i8") {
        return static_cast<double>(load<int64_t>(from));
    }
    if (kind == "u4") {
        return load<uint32_t>(from);
    }
    if (kind == "u2") {
        return load<uint16_t>(from);
    }
    if (kind == "u1") {
        return *from;
    }
    throw Missing(path + " holds elements of kind " + kind + "; expected f4, f8, i4, i8, u4, u2, u1 or bfloat16");
}

std::vector<double> read_npy(const std::string &path, const std::vector<size_t> &shape) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto *data = reinterpret_cast<const uint8_t *>(bytes.data());
    if (bytes.size() < 12 || bytes.compare(1, 5, "NUMPY") != 0) {
        throw Missing(path + " is no .npy file");
    }
    const bool is_first_version = data[6] == 1;
    const size_t start = is_first_version ? 10 : 12;
    const size_t length = is_first_version ? load<uint16_t>(data + 8) : load<uint32_t>(data + 8);
    const std::string header = bytes.substr(start, length), descr = npy_field(header, "descr", ',');
    const size_t quote = descr.find('\'');
    const std::string kind = quote == std::string::npos ? "" : descr.substr(quote + 2, 2);
    if (header.find("'fortran_order': False") == std::string::npos || descr.find('>') != std::string::npos) {
        throw Missing(path + " is not in little-endian C order");
    }
    std::vector<size_t> seen;
    std::istringstream extents(npy_field(header, "shape", ')'));
    for (char c; extents.get(c);) {
        if (c >= '0' && c <= '9') {
            extents.unget();
            size_t extent = 0;
            extents >> extent;
            seen.push_back(extent);
        }
    }
    if (seen != shape) {
        throw Missing(path + " has another shape than its tensor");
    }
    const size_t count = product(shape), size = kind.empty() ? 1 : static_cast<size_t>(kind[1] - '0');
    if (bytes.size() < start + length + count * size) {
        throw Missing(path + " ends too early");
    }
    std::vector<double> values(count);
    for (size_t i = 0; i < count; i++) {
        values[i] = npy_element(kind, data + start + length + i * size, path);
    }
    return values;
}

void write_npy(const std::string &path, const Tensor &tensor, const std::vector<double> &values) {
    const FormatFacts facts = facts_of(tensor.format);
    std::string header = std::string("{'descr': '") + facts.npy + "', 'fortran_order': False, 'shape': (";
    for (const size_t extent : tensor.shape) {
        header += std::to_string(extent) + ", ";
    }
    header += "), }";
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    std::string bytes = std::string("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() % 256);
    bytes += static_cast<char>(header.size() / 256);
    bytes += header;
    const Format stored = tensor.format == Format::bfloat16 ? Format::float32 : tensor.format;
    std::vector<uint8_t> element(facts_of(stored).bytes);
    for (const double value : values) {
        encode(stored, value, element.data());
        bytes.append(reinterpret_cast<const char *>(element.data()), element.size());
    }
    std::ofstream file(path, std::ios::binary);
    if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        throw Missing("cannot write " + path);
    }
}

// ---------------------------------------------------------------- pages

// A tensor as the device has it: planes of tiles, one page each.
struct Pages {
    const Tensor *tensor = nullptr;
    std::vector<size_t> extents, strides; // of the dimensions outside of the plane, in the host's array
    size_t rows = 1, columns = 1, row_stride = 0, column_stride = 0;
    size_t planes = 1, tile_rows = 1, tile_columns = 1;

    size_t count() const { return planes * tile_rows * tile_columns; }
    size_t page_bytes() const { return tensor->tile_height * tensor->tile_width * facts_of(tensor->format).bytes; }
};

size_t parts(size_t whole, size_t part) { return (whole + part - 1) / part; }

Pages pages_of(const Tensor &tensor) {
    Pages pages;
    pages.tensor = &tensor;
    std::vector<size_t> strides(tensor.shape.size(), 1);
    for (size_t i = strides.size(); i-- > 1;) {
        strides[i - 1] = strides[i] * tensor.shape[i];
    }
    const size_t outer = tensor.axes.size() - 2;
    for (size_t i = 0; i < tensor.axes.size(); i++) {
        const int axis = tensor.axes[i];
        const size_t extent = axis < 0 ? 1 : tensor.shape[static_cast<size_t>(axis)];
        const size_t stride = axis < 0 ? 0 : strides[static_cast<size_t>(axis)];
        if (i < outer) {
            pages.extents.push_back(extent);
            pages.strides.push_back(stride);
            pages.planes *= extent;
        } else if (i == outer) {
            pages.rows = extent, pages.row_stride = stride;
        } else {
            pages.columns = extent, pages.column_stride = stride;
        }
    }
    pages.tile_rows = parts(pages.rows, tensor.tile_height);
    pages.tile_columns = parts(pages.columns, tensor.tile_width);
    return pages;
}

// Shards count down and across the planes, which lie above each other.
struct Shards {
    size_t tile_rows, tile_columns, down, across;
};

Shards shards_of(const Pages &pages) {
    const Tensor &tensor = *pages.tensor;
    Shards shards = {tensor.shard.rows / tensor.tile_height, tensor.shard.columns / tensor.tile_width, 0, 0};
    shards.down = parts(pages.planes * pages.tile_rows, shards.tile_rows);
    shards.across = parts(pages.tile_columns, shards.tile_columns);
    return shards;
}

size_t z_order(const Pages &pages, size_t row, size_t column) {
    size_t number = 0, place = 1;
    for (size_t rows = pages.tile_rows, columns = pages.tile_columns; rows > 1 && columns > 1; place *= 4) {
        number += (column % 2 + row % 2 * 2) * place;
        rows /= 2, columns /= 2, row /= 2, column /= 2;
    }
    return number + (row + column) * place;
}

size_t page_of(const Pages &pages, size_t plane, size_t row, size_t column) {
    const size_t before = plane * pages.tile_rows * pages.tile_columns;
    switch (pages.tensor->order) {
    case plan::Order::column_major: return before + column * pages.tile_rows + row;
    case plan::Order::z_order: return before + z_order(pages, row, column);
    case plan::Order::row_major: break;
    case plan::Order::match_shard: {
        const Shards shards = shards_of(pages);
        const size_t all = plane * pages.tile_rows + row, i = all / shards.tile_rows, j = column / shards.tile_columns;
        const size_t number = pages.tensor->shard.column_major ? j * shards.down + i : i * shards.across + j;
        const size_t place = all % shards.tile_rows * shards.tile_columns + column % shards.tile_columns;
        return number * shards.tile_rows * shards.tile_columns + place;
    }
    }
    return before + row * pages.tile_columns + column;
}

// A tile is made of faces of 16x16, row by row.
size_t place_in_tile(const Tensor &tensor, size_t row, size_t column) {
    const size_t face = row / FACE * (tensor.tile_width / FACE) + column / FACE;
    return face * FACE * FACE + row % FACE * FACE + column % FACE;
}

// Calls visit(place in the host's array, place in the pages) for each element.
template <typename Visit> void for_each_element(const Pages &pages, Visit visit) {
    const Tensor &tensor = *pages.tensor;
    const size_t bytes = facts_of(tensor.format).bytes, height = tensor.tile_height, width = tensor.tile_width;
    for (size_t plane = 0; plane < pages.planes; plane++) {
        size_t start = 0, rest = plane;
        for (size_t i = pages.extents.size(); i-- > 0;) {
            start += rest % pages.extents[i] * pages.strides[i];
            rest /= pages.extents[i];
        }
        for (size_t row = 0; row < pages.rows; row++) {
            for (size_t column = 0; column < pages.columns; column++) {
                const size_t page = page_of(pages, plane, row / height, column / width);
                visit(start + row * pages.row_stride + column * pages.column_stride,
                      page * pages.page_bytes() + place_in_tile(tensor, row % height, column % width) * bytes);
            }
        }
    }
}

std::vector<uint8_t> tilize(const Pages &pages, const std::vector<double> &values) {
    std::vector<uint8_t> bytes(pages.count() * pages.page_bytes(), 0);
    for_each_element(
        pages, [&](size_t element, size_t at) { encode(pages.tensor->format, values[element], bytes.data() + at); });
    return bytes;
}

std::vector<double> untilize(const Pages &pages, const std::vector<uint8_t> &bytes) {
    std::vector<double> values(product(pages.tensor->shape));
    for_each_element(
        pages, [&](size_t element, size_t at) { values[element] = decode(pages.tensor->format, bytes.data() + at); });
    return values;
}

// ---------------------------------------------------------------- buffers

using Buffers = std::vector<std::shared_ptr<distributed::MeshBuffer>>;

metal::CoreCoord core_of_shard(const Tensor &tensor, size_t i, size_t j) {
    const plan::Shard &shard = tensor.shard;
    if (tensor.memory == plan::Memory::block_sharded) {
        return shard.column_major ? metal::CoreCoord(i, j) : metal::CoreCoord(j, i);
    }
    const size_t index = tensor.memory == plan::Memory::height_sharded ? i : j;
    return shard.column_major ? metal::CoreCoord(index / shard.grid_rows, index % shard.grid_rows)
                              : metal::CoreCoord(index % shard.grid_columns, index / shard.grid_columns);
}

// Pages of a shard stay together, and shards follow each other as pages are counted.
metal::BufferDistributionSpec distribution_of(const Pages &pages) {
    const Tensor &tensor = *pages.tensor;
    const Shards shards = shards_of(pages);
    const bool by_shard = tensor.order == plan::Order::match_shard;
    const bool by_column = by_shard && tensor.shard.column_major;
    std::vector<metal::CoreCoord> cores;
    for (size_t k = 0; k < shards.down * shards.across; k++) {
        const size_t i = by_column ? k % shards.down : k / shards.across;
        const size_t j = by_column ? k / shards.down : k % shards.across;
        cores.push_back(core_of_shard(tensor, i, j));
    }
    const auto in_shard = static_cast<uint32_t>(shards.tile_rows * shards.tile_columns);
    const auto rows = static_cast<uint32_t>(pages.planes * pages.tile_rows);
    const auto columns = static_cast<uint32_t>(pages.tile_columns);
    if (by_shard) {
        return {metal::Shape({static_cast<uint32_t>(cores.size()) * in_shard}), metal::Shape({in_shard}), cores};
    }
    const metal::Shape shard({static_cast<uint32_t>(shards.tile_rows), static_cast<uint32_t>(shards.tile_columns)});
    return {metal::Shape({rows, columns}), shard, cores};
}

std::shared_ptr<distributed::MeshBuffer> make_buffer(const Pages &pages, distributed::MeshDevice *device) {
    distributed::DeviceLocalBufferConfig local;
    local.page_size = pages.page_bytes();
    local.buffer_type = pages.tensor->in_dram ? metal::BufferType::DRAM : metal::BufferType::L1;
    if (pages.tensor->shard.rows) {
        local.sharding_args = metal::BufferShardingArgs(distribution_of(pages));
    }
    distributed::ReplicatedBufferConfig whole;
    whole.size = pages.count() * pages.page_bytes();
    return distributed::MeshBuffer::create(whole, local, device);
}

// ---------------------------------------------------------------- the program

metal::CoreRangeSet cores_of(const std::vector<plan::Area> &areas) {
    std::vector<metal::CoreRange> ranges;
    for (const plan::Area &area : areas) {
        ranges.emplace_back(metal::CoreCoord(area.x, area.y),
                            metal::CoreCoord(area.x + area.columns - 1, area.y + area.rows - 1));
    }
    return metal::CoreRangeSet(std::move(ranges));
}

// Aliases are further formats of the circular buffer whose bytes they share.
void create_circular_buffers(metal::Program &program, const metal::CoreRangeSet &cores,
                             const std::vector<plan::CircularBuffer> &all, const Buffers &buffers) {
    for (size_t i = 0; i < all.size(); i++) {
        if (all[i].alias >= 0) {
            continue;
        }
        std::map<uint8_t, tt::DataFormat> formats;
        for (size_t k = 0; k < all.size(); k++) {
            if (k == i || all[k].alias == static_cast<int>(i)) {
                formats[all[k].index] = facts_of(all[k].format).device;
            }
        }
        metal::CircularBufferConfig config(all[i].pages * all[i].page_bytes, formats);
        for (const auto &[index, format] : formats) {
            config.set_page_size(index, all[i].page_bytes);
        }
        if (all[i].shard >= 0) {
            config.set_globally_allocated_address(*buffers[static_cast<size_t>(all[i].shard)]->get_reference_buffer());
        }
        metal::CreateCircularBuffer(program, cores, config);
    }
}

std::vector<uint32_t> create_semaphores(metal::Program &program, const metal::CoreRangeSet &cores,
                                        const std::vector<uint32_t> &initial_values) {
    std::vector<uint32_t> numbers;
    for (const uint32_t initial : initial_values) {
        numbers.push_back(metal::CreateSemaphore(program, cores, initial));
    }
    return numbers;
}

metal::ComputeConfig compute_config(const Launch &launch, const std::vector<uint32_t> &compiled_in) {
    metal::ComputeConfig config;
    config.math_fidelity = launch.fidelity;
    config.fp32_dest_acc_en = launch.fp32_dst;
    config.dst_full_sync_en = launch.full_sync_dst;
    config.math_approx_mode = false;
    config.compile_args = compiled_in;
    config.unpack_to_dest_mode.assign(64, metal::UnpackToDestMode::Default);
    for (const plan::CircularBuffer &buffer : launch.circular_buffers) {
        if (buffer.exact) {
            config.unpack_to_dest_mode[buffer.index] = metal::UnpackToDestMode::UnpackToDestFp32;
        }
    }
    return config;
}

metal::KernelHandle create_kernel(metal::Program &program, const std::string &folder, const Launch &launch,
                                  const plan::Kernel &kernel, const std::vector<uint32_t> &semaphores,
                                  const Buffers &buffers) {
    std::vector<uint32_t> compiled_in = kernel.circular_buffers;
    for (const size_t semaphore : kernel.semaphores) {
        compiled_in.push_back(semaphores[semaphore]);
    }
    for (const size_t tensor : kernel.tensors) {
        metal::TensorAccessorArgs(*buffers[tensor]).append_to(compiled_in);
    }
    const std::string path = folder + "/" + launch.folder + "/" + kernel.file;
    const metal::CoreRangeSet cores = cores_of(kernel.cores);
    switch (kernel.thread) {
    case plan::Thread::reader:
        return metal::CreateKernel(program, path, cores, metal::ReaderDataMovementConfig(compiled_in));
    case plan::Thread::writer:
        return metal::CreateKernel(program, path, cores, metal::WriterDataMovementConfig(compiled_in));
    case plan::Thread::compute: break;
    }
    return metal::CreateKernel(program, path, cores, compute_config(launch, compiled_in));
}

uint32_t argument_word(const distributed::MeshDevice &device, plan::Argument kind, int32_t value) {
    const auto place = static_cast<uint32_t>(value);
    switch (kind) {
    case plan::Argument::core_x: return static_cast<uint32_t>(device.worker_core_from_logical_core({place, 0}).x);
    case plan::Argument::core_y: return static_cast<uint32_t>(device.worker_core_from_logical_core({0, place}).y);
    case plan::Argument::number: break;
    }
    return place;
}

void set_arguments(metal::Program &program, const plan::Kernel &kernel, metal::KernelHandle handle,
                   const distributed::MeshDevice &device, const Buffers &buffers) {
    for (const plan::Values &core : kernel.values) {
        std::vector<uint32_t> words;
        for (const size_t tensor : kernel.tensors) {
            words.push_back(static_cast<uint32_t>(buffers[tensor]->address()));
        }
        for (size_t i = 0; i < kernel.arguments.size(); i++) {
            words.push_back(argument_word(device, kernel.arguments[i], core.values[i]));
        }
        for (const int32_t size : kernel.sizes) {
            words.push_back(static_cast<uint32_t>(size));
        }
        metal::SetRuntimeArgs(program, handle, metal::CoreCoord(core.x, core.y), words);
    }
}

metal::Program make_program(const std::string &folder, const Launch &launch, const distributed::MeshDevice &device,
                            const Buffers &buffers) {
    metal::Program program = metal::CreateProgram();
    const metal::CoreRangeSet cores = cores_of(launch.cores);
    create_circular_buffers(program, cores, launch.circular_buffers, buffers);
    const std::vector<uint32_t> semaphores = create_semaphores(program, cores, launch.semaphores);
    for (const plan::Kernel &kernel : launch.kernels) {
        const metal::KernelHandle handle = create_kernel(program, folder, launch, kernel, semaphores, buffers);
        set_arguments(program, kernel, handle, device, buffers);
    }
    return program;
}

// ---------------------------------------------------------------- the run

struct Options {
    std::map<std::string, std::string> inputs, expected, outputs;
    std::string folder = KERNEL_FOLDER;
    uint64_t seed = 0;
    std::optional<double> tolerance;
    int device = 0;
};

// The file that was given for a tensor, or the one in `subfolder` of the kernels' folder; empty if there is none.
std::string file_for(const std::map<std::string, std::string> &given, const Options &options,
                     const std::string &subfolder, const Tensor &tensor) {
    const auto found = given.find(tensor.name);
    if (found != given.end()) {
        return found->second;
    }
    const std::string path = options.folder + "/" + subfolder + "/" + tensor.name + ".npy";
    return std::filesystem::exists(path) ? path : "";
}

// What tensors hold, by name: what was read or drawn, and what launches made of it.
using Contents = std::map<std::string, std::vector<double>>;

std::vector<double> input_values(const Options &options, const Tensor &tensor, size_t place) {
    const std::string path = file_for(options.inputs, options, "inputs", tensor);
    if (!path.empty()) {
        return read_npy(path, tensor.shape);
    }
    std::mt19937_64 random(options.seed * 1000 + place);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> small(0, 99);
    const bool is_float = tensor.format == Format::bfloat16 || tensor.format == Format::float32;
    std::vector<double> values(product(tensor.shape));
    for (double &value : values) {
        value = is_float ? normal(random) : small(random);
    }
    return values;
}

Buffers upload(const Options &options, const Launch &launch, distributed::MeshDevice &device, Contents &contents) {
    Buffers buffers;
    for (const Tensor &tensor : launch.tensors) {
        const Pages pages = pages_of(tensor);
        buffers.push_back(make_buffer(pages, &device));
        if (!tensor.is_input) {
            continue;
        }
        if (contents.count(tensor.name) == 0) {
            contents[tensor.name] = input_values(options, tensor, contents.size());
        }
        const std::vector<uint8_t> bytes = tilize(pages, contents[tensor.name]);
        distributed::EnqueueWriteMeshBuffer(device.mesh_command_queue(), buffers.back(), bytes, true);
    }
    return buffers;
}

std::vector<double> download(const Tensor &tensor, distributed::MeshDevice &device,
                             std::shared_ptr<distributed::MeshBuffer> &buffer) {
    const Pages pages = pages_of(tensor);
    std::vector<uint8_t> bytes(pages.count() * pages.page_bytes());
    distributed::EnqueueReadMeshBuffer(device.mesh_command_queue(), bytes, buffer, true);
    return untilize(pages, bytes);
}

// Outputs are read back; a later launch that reads them gets them from the host, in the layout that it wants.
void run_launch(const Options &options, const Launch &launch, distributed::MeshDevice &device, Contents &contents) {
    Buffers buffers = upload(options, launch, device, contents);
    distributed::MeshWorkload workload;
    workload.add_program(distributed::MeshCoordinateRange(device.shape()),
                         make_program(options.folder, launch, device, buffers));
    distributed::EnqueueMeshWorkload(device.mesh_command_queue(), workload, true);
    for (size_t i = 0; i < launch.tensors.size(); i++) {
        if (launch.tensors[i].is_output) {
            contents[launch.tensors[i].name] = download(launch.tensors[i], device, buffers[i]);
        }
    }
}

Contents run_on_device(const Options &options) {
    const std::shared_ptr<distributed::MeshDevice> device = distributed::MeshDevice::create_unit_mesh(options.device);
    const metal::CoreCoord grid = device->compute_with_storage_grid_size();
    if (device->arch() != plan::arch || grid.x < plan::columns || grid.y < plan::rows) {
        throw Missing("the device is not, or has fewer cores than, what the plan is for: " + std::string(plan::target));
    }
    Contents contents;
    for (const Launch &launch : plan::launches) {
        run_launch(options, launch, *device, contents);
    }
    device->close();
    return contents;
}

// The largest error relative to the largest expected value; infinite where only one of the two is a number.
double largest_error(const std::vector<double> &seen, const std::vector<double> &expected) {
    double worst = 0, scale = 0;
    for (size_t i = 0; i < seen.size(); i++) {
        const bool same = seen[i] == expected[i] || (std::isnan(seen[i]) && std::isnan(expected[i]));
        const double error = same ? 0.0 : std::fabs(seen[i] - expected[i]);
        worst = std::max(worst, std::isnan(error) ? std::numeric_limits<double>::infinity() : error);
        scale = std::isfinite(expected[i]) ? std::max(scale, std::fabs(expected[i])) : scale;
    }
    return worst / (scale > 0 ? scale : 1.0);
}

// True if the output is right; nothing if there is nothing to compare it with.
std::optional<bool> judge(const Options &options, const Tensor &tensor, const std::vector<double> &seen) {
    const std::string path = file_for(options.expected, options, "expected", tensor);
    if (path.empty()) {
        std::printf("%s: nothing to compare with (--expected %s=FILE.npy)\n", tensor.name, tensor.name);
        return std::nullopt;
    }
    const double error = largest_error(seen, read_npy(path, tensor.shape));
    const double tolerance = options.tolerance.value_or(facts_of(tensor.format).tolerance);
    std::printf("%s: largest error %.3g of the largest value, tolerance %.3g\n", tensor.name, error, tolerance);
    return error <= tolerance;
}

// Whether each result is right; nothing where there is nothing to compare it with.
std::vector<std::optional<bool>> judge_launch(const Options &options, const Launch &launch, const Contents &contents) {
    std::vector<std::optional<bool>> verdicts;
    for (const Tensor &tensor : launch.tensors) {
        if (!tensor.is_result) {
            continue;
        }
        const auto output = options.outputs.find(tensor.name);
        if (output != options.outputs.end()) {
            write_npy(output->second, tensor, contents.at(tensor.name));
        }
        verdicts.push_back(judge(options, tensor, contents.at(tensor.name)));
    }
    return verdicts;
}

int report(const Options &options, const Contents &contents) {
    bool any = false, right = true;
    for (const Launch &launch : plan::launches) {
        for (const std::optional<bool> &verdict : judge_launch(options, launch, contents)) {
            any = any || verdict.has_value();
            right = right && verdict.value_or(true);
        }
    }
    std::puts(!any ? "DONE (nothing was compared)" : right ? "PASS" : "FAIL");
    return right ? 0 : 1;
}

Options read_options(int count, char **words) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = words[i], value = words[i + 1];
        std::map<std::string, std::string> *files = name == "--input"      ? &options.inputs
                                                    : name == "--expected" ? &options.expected
                                                    : name == "--output"   ? &options.outputs
                                                                           : nullptr;
        const size_t equals = value.find('=');
        if (files && equals != std::string::npos) {
            (*files)[value.substr(0, equals)] = value.substr(equals + 1);
        } else if (name == "--seed") {
            options.seed = std::stoull(value);
        } else if (name == "--tolerance") {
            options.tolerance = std::stod(value);
        } else if (name == "--device") {
            options.device = std::stoi(value);
        } else if (name == "--folder") {
            options.folder = value;
        } else {
            throw Missing("expected --input, --expected or --output NAME=FILE.npy, --seed, --tolerance, --device or "
                          "--folder, got " +
                          name + " " + value);
        }
    }
    if (count % 2 == 0) {
        throw Missing(std::string(words[count - 1]) + " needs a value");
    }
    return options;
}

} // namespace

int main(int count, char **words) {
    try {
        const Options options = read_options(count, words);
        return report(options, run_on_device(options));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "host: %s\n", error.what());
        return 2;
    }
}
