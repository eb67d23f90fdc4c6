// matmul: the compute kernel, printed by ttile from gemm.py:8
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_C_local = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // gemm.py:8: def matmul(
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_local);
    // gemm.py:32: T.gemm(A_shared, B_shared, C_local)
    matmul_block_init(cb_A_shared, cb_B_shared, 0, 1, 4, 2);
    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // gemm.py:32: T.gemm(A_shared, B_shared, C_local)
        cb_wait_front(cb_A_shared, 24);
        cb_wait_front(cb_B_shared, 12);
        cb_reserve_back(cb_C_local, 8);
        for (int32_t n = 0; n < 2; ++n) {
            tile_regs_acquire();
            for (int32_t kk_2 = 0; kk_2 < 3; ++kk_2) {
                for (int32_t k_1 = 0; k_1 < 2; ++k_1) {
                    matmul_block(cb_A_shared, cb_B_shared, kk_2 * 8 + k_1, kk_2 * 4 + k_1 * 2 + n, 0, 0, 1, 4, 2);
                }
            }
            tile_regs_commit();
            tile_regs_wait();
            pack_tile<true>(0, cb_C_local, n);
            pack_tile<true>(1, cb_C_local, n + 2);
            pack_tile<true>(2, cb_C_local, n + 4);
            pack_tile<true>(3, cb_C_local, n + 6);
            tile_regs_release();
        }
        cb_push_back(cb_C_local, 8);
        cb_pop_front(cb_A_shared, 24);
        cb_pop_front(cb_B_shared, 12);
    }
}
