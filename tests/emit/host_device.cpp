// A device for host.cpp that keeps what it is given: buffers keep their bytes, a program is written to $HOST_LOG as it
// is built, and a launch copies its first buffer to its last one. Launches behind the first add their number to the
// first byte.
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tt-metalium/declarations.hpp"

namespace tt::tt_metal::distributed {
class MeshShape {};
} // namespace tt::tt_metal::distributed

namespace tt::tt_metal {
class Buffer {
  public:
    size_t number;
};
} // namespace tt::tt_metal

namespace {

struct StoredBuffer : tt::tt_metal::distributed::MeshBuffer {
    std::vector<uint8_t> bytes;
    tt::tt_metal::Buffer reference;
};

std::vector<std::shared_ptr<StoredBuffer>> buffers;
uint32_t kernels = 0, semaphores = 0;
size_t launches = 0, launched = 0; // and the buffers of those

std::ofstream &log() {
    static std::ofstream file(std::getenv("HOST_LOG"));
    return file;
}

template <typename List> void write(const char *name, const List &list) {
    log() << " " << name;
    for (const auto &item : list) {
        log() << " " << +item;
    }
}

void write_area(const tt::tt_metal::CoreRange &range) {
    log() << " " << range.start_coord.x << "," << range.start_coord.y << "-" << range.end_coord.x << ","
          << range.end_coord.y;
}

template <typename Cores> void write_cores(const Cores &cores) {
    log() << " cores";
    for (const tt::tt_metal::CoreRange &range : std::get<tt::tt_metal::CoreRangeSet>(cores).ranges_) {
        write_area(range);
    }
}

} // namespace

namespace tt::tt_metal {

CoreRange::CoreRange(const CoreCoord &first, const CoreCoord &last) : start_coord(first), end_coord(last) {}
CoreRangeSet::CoreRangeSet(std::vector<CoreRange> &&core_ranges) : ranges_(std::move(core_ranges)) {}
CoreRangeSet::CoreRangeSet(const CoreRangeSet &other) : ranges_(other.ranges_) {}

BufferDistributionSpec::BufferDistributionSpec(const Shape &tensor, const Shape &shard, std::vector<CoreCoord> cores)
    : tensor_shape_in_pages_(tensor), shard_shape_in_pages_(shard), cores_(std::move(cores)) {}
BufferShardingArgs::BufferShardingArgs() = default;
BufferShardingArgs::BufferShardingArgs(BufferDistributionSpec spec) : spec_(std::move(spec)) {}
BufferShardingArgs::BufferShardingArgs(const BufferShardingArgs &) = default;
BufferShardingArgs &BufferShardingArgs::operator=(BufferShardingArgs &&) = default;
BufferShardingArgs::~BufferShardingArgs() = default;

ReaderDataMovementConfig::ReaderDataMovementConfig(std::vector<uint32_t> args, std::map<std::string, std::string>,
                                                   std::unordered_map<std::string, uint32_t>, KernelBuildOptLevel,
                                                   std::vector<std::filesystem::path>)
    : DataMovementConfig{std::move(args)} {
    log() << "reader\n";
}
WriterDataMovementConfig::WriterDataMovementConfig(std::vector<uint32_t> args, std::map<std::string, std::string>,
                                                   std::unordered_map<std::string, uint32_t>, KernelBuildOptLevel,
                                                   std::vector<std::filesystem::path>)
    : DataMovementConfig{std::move(args)} {
    log() << "writer\n";
}

CircularBufferConfig::CircularBufferConfig(uint32_t size, const std::map<uint8_t, tt::DataFormat> &formats)
    : total_size_(size), formats_(formats) {}
CircularBufferConfig &CircularBufferConfig::set_page_size(uint8_t index, uint32_t size) {
    page_sizes_[index] = size;
    return *this;
}
CircularBufferConfig &CircularBufferConfig::set_globally_allocated_address(const Buffer &buffer) {
    buffer_ = &buffer;
    return *this;
}

TensorAccessorArgs::TensorAccessorArgs(const distributed::MeshBuffer &buffer, tensor_accessor::ArgsConfig)
    : buffer_(&buffer) {}
void TensorAccessorArgs::append_to(std::vector<uint32_t> &args) const {
    args.push_back(2);
    args.push_back(static_cast<uint32_t>(buffer_->address_));
}

Program::Program() = default;
Program::Program(Program &&) noexcept = default;
Program::~Program() = default;
Program CreateProgram() { return {}; }

CBHandle CreateCircularBuffer(Program &, const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                              const CircularBufferConfig &config) {
    log() << "circular_buffer " << config.total_size_;
    for (const auto &[index, format] : config.formats_) {
        log() << " " << +index << ":" << static_cast<int>(format) << ":" << config.page_sizes_.at(index);
    }
    log() << " shard " << (config.buffer_ ? static_cast<int>(config.buffer_->number) : -1);
    write_cores(cores);
    log() << "\n";
    return 0;
}

uint32_t CreateSemaphore(Program &, const std::variant<CoreRange, CoreRangeSet> &cores, uint32_t initial) {
    log() << "semaphore " << semaphores << " " << initial;
    write_cores(cores);
    log() << "\n";
    return semaphores++;
}

KernelHandle CreateKernel(Program &, const std::string &file,
                          const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                          const std::variant<DataMovementConfig, ComputeConfig> &config) {
    log() << "path " << file << "\n";
    log() << "kernel " << file.substr(file.rfind('/') + 1);
    if (const auto *compute = std::get_if<ComputeConfig>(&config)) {
        log() << " fidelity " << static_cast<int>(compute->math_fidelity) << " fp32 " << compute->fp32_dest_acc_en
              << " full " << compute->dst_full_sync_en << " exact";
        for (size_t i = 0; i < compute->unpack_to_dest_mode.size(); i++) {
            if (compute->unpack_to_dest_mode[i] == UnpackToDestMode::UnpackToDestFp32) {
                log() << " " << i;
            }
        }
        write("compiled", compute->compile_args);
    } else {
        write("compiled", std::get<DataMovementConfig>(config).compile_args);
    }
    write_cores(cores);
    log() << "\n";
    return kernels++;
}

void SetRuntimeArgs(const Program &, KernelHandle kernel, const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                    std::span<const uint32_t> words) {
    const auto &core = std::get<CoreCoord>(cores);
    log() << "arguments " << kernel << " " << core.x << "," << core.y;
    write("words", words);
    log() << "\n";
}

namespace distributed {

std::shared_ptr<MeshBuffer> MeshBuffer::create(const MeshBufferConfig &config, const DeviceLocalBufferConfig &local,
                                               MeshDevice *, std::optional<DeviceAddr>) {
    auto buffer = std::make_shared<StoredBuffer>();
    buffer->bytes.resize(std::get<ReplicatedBufferConfig>(config).size);
    buffer->reference.number = buffers.size();
    buffers.push_back(buffer);
    buffer->address_ = 0x1000 * buffers.size();
    log() << "buffer " << buffer->bytes.size() << " " << local.page_size << " "
          << (local.buffer_type == BufferType::DRAM ? "dram" : "l1");
    if (const auto &spec = local.sharding_args.spec_) {
        write("tensor", spec->tensor_shape_in_pages_.extents_);
        write("shard", spec->shard_shape_in_pages_.extents_);
        log() << " on";
        for (const CoreCoord &core : spec->cores_) {
            log() << " " << core.x << "," << core.y;
        }
    }
    log() << "\n";
    return buffer;
}

Buffer *MeshBuffer::get_reference_buffer() const {
    return &const_cast<StoredBuffer *>(static_cast<const StoredBuffer *>(this))->reference;
}

class StoredQueue : public MeshCommandQueue {
    void enqueue_write_mesh_buffer(const std::shared_ptr<MeshBuffer> &buffer, const void *data, bool) override {
        auto &bytes = static_cast<StoredBuffer &>(*buffer).bytes;
        std::memcpy(bytes.data(), data, bytes.size());
    }
    void enqueue_read_mesh_buffer(void *data, const std::shared_ptr<MeshBuffer> &buffer, bool) override {
        const auto &bytes = static_cast<StoredBuffer &>(*buffer).bytes;
        std::memcpy(data, bytes.data(), bytes.size());
    }
};

MeshCoordinateRange::MeshCoordinateRange(const MeshShape &) {}
MeshWorkload::MeshWorkload() = default;
MeshWorkload::~MeshWorkload() = default;
void MeshWorkload::add_program(const MeshCoordinateRange &, Program &&) {}

void EnqueueMeshWorkload(MeshCommandQueue &, MeshWorkload &, bool) {
    const StoredBuffer &first = *buffers[launched];
    if (first.bytes.size() == buffers.back()->bytes.size()) {
        buffers.back()->bytes = first.bytes;
        buffers.back()->bytes[0] = static_cast<uint8_t>(first.bytes[0] + launches);
    }
    log() << "launch " << launches++ << " buffers " << buffers.size() - launched << "\n";
    launched = buffers.size();
}

std::shared_ptr<MeshDevice> MeshDevice::create_unit_mesh(int, size_t, size_t, size_t, const DispatchCoreConfig &,
                                                         std::span<const uint32_t>, size_t) {
    return std::make_shared<MeshDevice>();
}
MeshDevice::~MeshDevice() = default;
tt::ARCH MeshDevice::arch() const {
    return std::getenv("HOST_BLACKHOLE") ? tt::ARCH::BLACKHOLE : tt::ARCH::WORMHOLE_B0;
}
CoreCoord MeshDevice::compute_with_storage_grid_size() const { return {8, 8}; }
// Numbers of columns and rows as on a chip that translates them, row 4 being out of order.
CoreCoord MeshDevice::worker_core_from_logical_core(const CoreCoord &core) const {
    return {core.x + 18, core.y + 18 + (core.y > 3)};
}
MeshCommandQueue &MeshDevice::mesh_command_queue(std::optional<uint8_t>) const {
    static StoredQueue queue;
    return queue;
}
const MeshShape &MeshDevice::shape() const {
    static const MeshShape shape;
    return shape;
}
bool MeshDevice::close() { return true; }

} // namespace distributed

} // namespace tt::tt_metal
