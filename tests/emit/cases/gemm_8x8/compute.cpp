// gemm_bias_relu: the compute kernel, printed by ttile from gemm.py:12
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_unary/relu.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reconfig_data_format.h"
#include "api/compute/reg_api.h"
#include "api/compute/sfpu_binary_bcast.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_bias_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(3);
constexpr uint32_t cb_C_local = get_compile_time_arg_val(4);

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // gemm.py:12: def gemm_bias_relu(A, B, bias, block_M: int, block_N: int, block_K: int):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_local);
    // gemm.py:19: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // gemm.py:24: T.clear(C_local)
        cb_reserve_back(cb_C_local, 16);
        // gemm.py:28: T.gemm(A_shared, B_shared, C_local)
        matmul_block_init(cb_A_shared, cb_B_shared, 0, 4, 1, 1);
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // gemm.py:28: T.gemm(A_shared, B_shared, C_local)
            cb_wait_front(cb_A_shared, 16);
            cb_wait_front(cb_B_shared, 16);
            pack_reconfig_l1_acc(minimum(ko, 1));
            for (int32_t m = 0; m < 4; ++m) {
                tile_regs_acquire();
                for (int32_t kk_2 = 0; kk_2 < 4; ++kk_2) {
                    matmul_block(cb_A_shared, cb_B_shared, kk_2 * 4 + m, kk_2 * 4, 0, 0, 4, 1, 1);
                }
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_local, m * 4);
                pack_tile<true>(1, cb_C_local, m * 4 + 1);
                pack_tile<true>(2, cb_C_local, m * 4 + 2);
                pack_tile<true>(3, cb_C_local, m * 4 + 3);
                tile_regs_release();
            }
            pack_reconfig_l1_acc(0);
            cb_pop_front(cb_A_shared, 16);
            cb_pop_front(cb_B_shared, 16);
        }
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        cb_push_back(cb_C_local, 16);
        // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
        cb_wait_front(cb_C_local, 16);
        cb_wait_front(cb_bias_in, 4);
        // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
        reconfig_data_format_srca(cb_C_local);
        copy_init(cb_C_local);
        // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
        pack_reconfig_data_format(cb_C_out);
        for (int32_t r_4 = 0; r_4 < 4; ++r_4) {
            for (int32_t c_4_2 = 0; c_4_2 < 2; ++c_4_2) {
                cb_reserve_back(cb_C_out, 2);
                tile_regs_acquire();
                // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
                copy_tile(cb_C_local, r_4 * 4 + c_4_2 * 2, 0);
                copy_tile(cb_C_local, r_4 * 4 + c_4_2 * 2 + 1, 1);
                copy_tile(cb_bias_in, c_4_2 * 2, 2);
                copy_tile(cb_bias_in, c_4_2 * 2 + 1, 3);
                sfpu_add_bcast_row_init();
                sfpu_add_bcast_row(0, 2);
                sfpu_add_bcast_row(1, 3);
                relu_tile_init();
                relu_tile(0);
                relu_tile(1);
                // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_out, 0);
                pack_tile<true>(1, cb_C_out, 1);
                tile_regs_release();
                cb_push_back(cb_C_out, 2);
            }
        }
        cb_pop_front(cb_C_local, 16);
        cb_pop_front(cb_bias_in, 4);
    }
}
