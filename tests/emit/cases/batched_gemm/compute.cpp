// per_head_projection: the compute kernel, printed by ttile from batched_gemm.py:14
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_O_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_Q_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_W_shared = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // batched_gemm.py:14: def per_head_projection(Q, W, block_S: int, block_N: int, block_K: int):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_Q_shared, cb_W_shared, cb_O_out);
    // batched_gemm.py:31: T.gemm(Q_shared, W_shared, O_local)
    matmul_block_init(cb_Q_shared, cb_W_shared, 0, 2, 1, 2);
    // batched_gemm.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // batched_gemm.py:32: T.copy(O_local, O[b, by * block_S : (by + 1) * block_S, h, bx * block_N : (bx + 1) * bloc
        cb_wait_front(cb_Q_shared, 8);
        cb_wait_front(cb_W_shared, 8);
        for (int32_t r_3 = 0; r_3 < 2; ++r_3) {
            cb_reserve_back(cb_O_out, 2);
            tile_regs_acquire();
            // batched_gemm.py:31: T.gemm(Q_shared, W_shared, O_local)
            for (int32_t kk_2 = 0; kk_2 < 2; ++kk_2) {
                for (int32_t k = 0; k < 2; ++k) {
                    matmul_block(cb_Q_shared, cb_W_shared, kk_2 * 4 + r_3 * 2 + k, kk_2 * 4 + k * 2, 0, 0, 2, 1, 2);
                }
            }
            // batched_gemm.py:32: T.copy(O_local, O[b, by * block_S : (by + 1) * block_S, h, bx * block_N : (bx + 1) *
            tile_regs_commit();
            tile_regs_wait();
            pack_tile<true>(0, cb_O_out, 0);
            pack_tile<true>(1, cb_O_out, 1);
            tile_regs_release();
            cb_push_back(cb_O_out, 2);
        }
        cb_pop_front(cb_Q_shared, 8);
        cb_pop_front(cb_W_shared, 8);
    }
}
