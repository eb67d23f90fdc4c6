// matmul: the compute kernel, printed by ttile from gemm.py:8
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // gemm.py:8: def matmul(
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_out);
    // gemm.py:32: T.gemm(A_shared, B_shared, C_local)
    matmul_block_init(cb_A_shared, cb_B_shared, 0, 2, 1, 1);
    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
        cb_wait_front(cb_A_shared, 8);
        cb_wait_front(cb_B_shared, 8);
        for (int32_t r_3 = 0; r_3 < 2; ++r_3) {
            cb_reserve_back(cb_C_out, 2);
            tile_regs_acquire();
            // gemm.py:32: T.gemm(A_shared, B_shared, C_local)
            for (int32_t kk_2 = 0; kk_2 < 4; ++kk_2) {
                matmul_block(cb_A_shared, cb_B_shared, kk_2 * 2 + r_3, kk_2 * 2, 0, 0, 2, 1, 1);
            }
            // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
            tile_regs_commit();
            tile_regs_wait();
            pack_tile<true>(0, cb_C_out, 0);
            pack_tile<true>(1, cb_C_out, 1);
            tile_regs_release();
            cb_push_back(cb_C_out, 2);
        }
        cb_pop_front(cb_A_shared, 8);
        cb_pop_front(cb_B_shared, 8);
    }
}
