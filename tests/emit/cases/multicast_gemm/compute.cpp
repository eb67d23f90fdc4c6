// multicast_gemm: the compute kernel, printed by ttile from multicast_gemm.ttir:7
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_B = get_compile_time_arg_val(1);
constexpr uint32_t cb_C = get_compile_time_arg_val(2);

void kernel_main() {
    // multicast_gemm.ttir:57: compute_kernel_hw_startup(cb_A, cb_B, cb_C, "reverse")
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A, cb_B, cb_C);
    // multicast_gemm.ttir:58: matmul_init(cb_A, cb_B, 0)
    matmul_init(cb_A, cb_B, 0);
    // multicast_gemm.ttir:59: tile_regs_acquire()
    tile_regs_acquire();
    // multicast_gemm.ttir:60: for k in T.serial(0, 4, 1):
    for (int32_t k = 0; k < 4; ++k) {
        // multicast_gemm.ttir:61: cb_wait_front(cb_A, 2)
        cb_wait_front(cb_A, 2);
        // multicast_gemm.ttir:62: cb_wait_front(cb_B, 2)
        cb_wait_front(cb_B, 2);
        // multicast_gemm.ttir:63: for i in T.serial(0, 2, 1):
        for (int32_t i = 0; i < 2; ++i) {
            // multicast_gemm.ttir:64: for j in T.serial(0, 2, 1):
            for (int32_t j = 0; j < 2; ++j) {
                // multicast_gemm.ttir:65: matmul_tiles(cb_A, cb_B, i, j, i * 2 + j)
                matmul_tiles(cb_A, cb_B, i, j, i * 2 + j);
            }
        }
        // multicast_gemm.ttir:66: cb_pop_front(cb_A, 2)
        cb_pop_front(cb_A, 2);
        // multicast_gemm.ttir:67: cb_pop_front(cb_B, 2)
        cb_pop_front(cb_B, 2);
    }
    // multicast_gemm.ttir:68: tile_regs_commit()
    tile_regs_commit();
    // multicast_gemm.ttir:69: cb_reserve_back(cb_C, 4)
    cb_reserve_back(cb_C, 4);
    // multicast_gemm.ttir:70: tile_regs_wait()
    tile_regs_wait();
    // multicast_gemm.ttir:71: for t in T.serial(0, 4, 1):
    for (int32_t t = 0; t < 4; ++t) {
        // multicast_gemm.ttir:72: pack_tile(t, cb_C)
        pack_tile(t, cb_C);
    }
    // multicast_gemm.ttir:73: tile_regs_release()
    tile_regs_release();
    // multicast_gemm.ttir:74: cb_push_back(cb_C, 4)
    cb_push_back(cb_C, 4);
}
