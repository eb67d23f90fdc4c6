// What host.cpp uses of TT-Metalium's host API as of release 0.81, declared by its documentation: the release's Python
// package carries the library, but not these headers. tests/metalium/check.py links host.cpp with that library, which
// has a symbol for each function with exactly these parameters; tests/emit/host_device.cpp is a stand-in that runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace ttsl {
template <typename T, typename Tag> struct StrongType { T value; };
} // namespace ttsl

template <typename Enum> struct Flags {
    Flags(Enum flag) : bits(static_cast<uint8_t>(flag)) {}
    uint8_t bits;
};

namespace tensor_accessor {
enum class ArgConfig : uint8_t { None = 0 };
using ArgsConfig = Flags<ArgConfig>;
} // namespace tensor_accessor

namespace tt {
enum class ARCH { WORMHOLE_B0 = 2, BLACKHOLE = 3 };
enum class DataFormat : uint8_t {
    Float32 = 0,
    Float16_b = 5,
    Int32 = 8,
    UInt16 = 9,
    UInt32 = 24,
    UInt8 = 30,
};

struct xy_pair {
    constexpr xy_pair() = default;
    constexpr xy_pair(std::size_t x, std::size_t y) : x(x), y(y) {}
    std::size_t x = 0, y = 0;
};
} // namespace tt

namespace tt::tt_metal {

using CoreCoord = tt::xy_pair;
using DeviceAddr = uint64_t;
using KernelHandle = uint32_t;
using CBHandle = uintptr_t;

// ---------------------------------------------------------------- cores

class CoreRange {
  public:
    CoreRange(const CoreCoord &first, const CoreCoord &last);
    CoreCoord start_coord, end_coord;
};

class CoreRangeSet {
  public:
    CoreRangeSet(std::vector<CoreRange> &&core_ranges);
    CoreRangeSet(const CoreRangeSet &other);
    std::vector<CoreRange> ranges_;
};

// ---------------------------------------------------------------- buffers

enum class BufferType { DRAM, L1, SYSTEM_MEMORY, L1_SMALL, TRACE };

class Shape {
  public:
    Shape(std::initializer_list<uint32_t> extents) : extents_(extents) {}
    std::vector<uint32_t> extents_;
};

class BufferDistributionSpec {
  public:
    BufferDistributionSpec(const Shape &tensor_shape_in_pages, const Shape &shard_shape_in_pages,
                           std::vector<CoreCoord> cores);
    Shape tensor_shape_in_pages_, shard_shape_in_pages_;
    std::vector<CoreCoord> cores_;
};

class BufferShardingArgs {
  public:
    BufferShardingArgs();
    BufferShardingArgs(BufferDistributionSpec buffer_distribution_spec);
    BufferShardingArgs(const BufferShardingArgs &);
    BufferShardingArgs &operator=(BufferShardingArgs &&);
    ~BufferShardingArgs();
    std::optional<BufferDistributionSpec> spec_;
};

class Buffer;
class Program;

namespace distributed {

struct SubDeviceIdTag;

struct ReplicatedBufferConfig {
    DeviceAddr size = 0;
};
struct ShardedBufferConfig;

struct DeviceLocalBufferConfig {
    DeviceAddr page_size = 0;
    BufferType buffer_type = BufferType::DRAM;
    BufferShardingArgs sharding_args;
    std::optional<bool> bottom_up;
};

// Shards of a mesh of devices, which host.cpp has none of: part of the configuration's type.
struct ShardedBufferConfig {
    DeviceAddr global_size = 0;
};
using MeshBufferConfig = std::variant<ReplicatedBufferConfig, ShardedBufferConfig>;

class MeshDevice;

class MeshBuffer {
  public:
    static std::shared_ptr<MeshBuffer> create(const MeshBufferConfig &mesh_buffer_config,
                                              const DeviceLocalBufferConfig &device_local_config,
                                              MeshDevice *mesh_device,
                                              std::optional<DeviceAddr> address = std::nullopt);
    DeviceAddr address() const { return address_; }
    Buffer *get_reference_buffer() const;
    DeviceAddr address_ = 0;
};

// ---------------------------------------------------------------- the device

class MeshShape;

class MeshCoordinateRange {
  public:
    explicit MeshCoordinateRange(const MeshShape &shape);
};

class MeshWorkload {
  public:
    MeshWorkload();
    ~MeshWorkload();
    void add_program(const MeshCoordinateRange &device_range, Program &&program);
};

class MeshCommandQueue {
  public:
    virtual ~MeshCommandQueue() = default;
    virtual void enqueue_write_mesh_buffer(const std::shared_ptr<MeshBuffer> &buffer, const void *host_data,
                                           bool blocking) = 0;
    virtual void enqueue_read_mesh_buffer(void *host_data, const std::shared_ptr<MeshBuffer> &buffer,
                                          bool blocking) = 0;
};

template <typename T>
void EnqueueWriteMeshBuffer(MeshCommandQueue &queue, std::shared_ptr<MeshBuffer> &buffer, const std::vector<T> &source,
                            bool blocking = false) {
    queue.enqueue_write_mesh_buffer(buffer, source.data(), blocking);
}

template <typename T>
void EnqueueReadMeshBuffer(MeshCommandQueue &queue, std::vector<T> &destination, std::shared_ptr<MeshBuffer> &buffer,
                           bool blocking = true) {
    queue.enqueue_read_mesh_buffer(destination.data(), buffer, blocking);
}

void EnqueueMeshWorkload(MeshCommandQueue &queue, MeshWorkload &workload, bool blocking);

} // namespace distributed

class DispatchCoreConfig {};

namespace distributed {

class MeshDevice {
  public:
    static std::shared_ptr<MeshDevice> create_unit_mesh(int device_id, size_t l1_small_size = 0,
                                                        size_t trace_region_size = 0, size_t num_command_queues = 1,
                                                        const DispatchCoreConfig &dispatch_core_config = {},
                                                        std::span<const uint32_t> l1_bank_remap = {},
                                                        size_t worker_l1_size = 0);
    virtual ~MeshDevice();
    tt::ARCH arch() const;
    CoreCoord compute_with_storage_grid_size() const;
    CoreCoord worker_core_from_logical_core(const CoreCoord &logical_core) const;
    MeshCommandQueue &mesh_command_queue(std::optional<uint8_t> queue = std::nullopt) const;
    const MeshShape &shape() const;
    bool close();
};

} // namespace distributed

// ---------------------------------------------------------------- programs

enum class MathFidelity : uint8_t { LoFi = 0, HiFi2 = 2, HiFi3 = 3, HiFi4 = 4 };
enum class UnpackToDestMode : uint8_t { UnpackToDestFp32, Default };
enum class KernelBuildOptLevel : uint8_t { O1, O2, O3 };

struct DataMovementConfig {
    std::vector<uint32_t> compile_args;
};

struct ReaderDataMovementConfig : public DataMovementConfig {
    ReaderDataMovementConfig(std::vector<uint32_t> compile_args = {}, std::map<std::string, std::string> defines = {},
                             std::unordered_map<std::string, uint32_t> named_compile_args = {},
                             KernelBuildOptLevel opt_level = KernelBuildOptLevel::O2,
                             std::vector<std::filesystem::path> compiler_include_paths = {});
};

struct WriterDataMovementConfig : public DataMovementConfig {
    WriterDataMovementConfig(std::vector<uint32_t> compile_args = {}, std::map<std::string, std::string> defines = {},
                             std::unordered_map<std::string, uint32_t> named_compile_args = {},
                             KernelBuildOptLevel opt_level = KernelBuildOptLevel::O2,
                             std::vector<std::filesystem::path> compiler_include_paths = {});
};

struct ComputeConfig {
    MathFidelity math_fidelity = MathFidelity::HiFi4;
    bool fp32_dest_acc_en = false;
    bool dst_full_sync_en = false;
    std::vector<UnpackToDestMode> unpack_to_dest_mode;
    bool math_approx_mode = false;
    std::vector<uint32_t> compile_args;
};

class CircularBufferConfig {
  public:
    CircularBufferConfig(uint32_t total_size, const std::map<uint8_t, tt::DataFormat> &data_format_spec);
    CircularBufferConfig &set_page_size(uint8_t buffer_index, uint32_t page_size);
    CircularBufferConfig &set_globally_allocated_address(const Buffer &buffer);
    uint32_t total_size_ = 0;
    std::map<uint8_t, tt::DataFormat> formats_;
    std::map<uint8_t, uint32_t> page_sizes_;
    const Buffer *buffer_ = nullptr;
};

class TensorAccessorArgs {
  public:
    explicit TensorAccessorArgs(const distributed::MeshBuffer &buffer,
                                tensor_accessor::ArgsConfig config = tensor_accessor::ArgConfig::None);
    void append_to(std::vector<uint32_t> &compile_time_args) const;
    const distributed::MeshBuffer *buffer_;
};

class Program {
  public:
    Program();
    Program(Program &&other) noexcept;
    ~Program();
};

Program CreateProgram();
CBHandle CreateCircularBuffer(Program &program, const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                              const CircularBufferConfig &config);
uint32_t CreateSemaphore(Program &program, const std::variant<CoreRange, CoreRangeSet> &cores, uint32_t initial_value);
KernelHandle CreateKernel(Program &program, const std::string &file_name,
                          const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                          const std::variant<DataMovementConfig, ComputeConfig> &config);
void SetRuntimeArgs(const Program &program, KernelHandle kernel,
                    const std::variant<CoreCoord, CoreRange, CoreRangeSet> &cores,
                    std::span<const uint32_t> runtime_args);
void SetRuntimeArgs(const Program &program, KernelHandle kernel, const std::vector<CoreCoord> &cores,
                    const std::vector<std::vector<uint32_t>> &runtime_args);

} // namespace tt::tt_metal
