// mlp: the compute kernel, printed by ttile from mlp.py:11
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/eltwise_unary/relu.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reconfig_data_format.h"
#include "api/compute/reg_api.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_Y_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_X_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_W1_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_W2_shared = get_compile_time_arg_val(3);
constexpr uint32_t cb_H_shared = get_compile_time_arg_val(4);
constexpr uint32_t cb_Y_local = get_compile_time_arg_val(5);

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // mlp.py:11: def mlp(rows, width, hidden, block_M=64, block_H=64, dtype="bfloat16", accum_dtype="float32"):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_X_shared, cb_W1_shared, cb_H_shared);
    // mlp.py:19: with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // mlp.py:28: T.clear(Y_local)
        cb_reserve_back(cb_Y_local, 8);
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        cb_wait_front(cb_X_shared, 8);
        // mlp.py:34: H_shared[i, j] = T.max(H_local[i, j], 0)
        relu_tile_init();
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        for (int32_t h = 0; h < 4; ++h) {
            // mlp.py:33: for i, j in T.Parallel(block_M, block_H):
            cb_wait_front(cb_W1_shared, 8);
            cb_reserve_back(cb_H_shared, 4);
            // mlp.py:32: T.gemm(X_shared, W1_shared, H_local, clear_accum=True)
            matmul_block_init(cb_X_shared, cb_W1_shared, 0, 2, 1, 4);
            // mlp.py:34: H_shared[i, j] = T.max(H_local[i, j], 0)
            pack_reconfig_data_format(cb_H_shared);
            // mlp.py:33: for i, j in T.Parallel(block_M, block_H):
            for (int32_t r_5 = 0; r_5 < 2; ++r_5) {
                tile_regs_acquire();
                // mlp.py:32: T.gemm(X_shared, W1_shared, H_local, clear_accum=True)
                for (int32_t k = 0; k < 4; ++k) {
                    matmul_block(cb_X_shared, cb_W1_shared, r_5 * 4 + k, k * 2, 0, 0, 2, 1, 4);
                }
                // mlp.py:34: H_shared[i, j] = T.max(H_local[i, j], 0)
                relu_tile(0);
                relu_tile(1);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_H_shared, r_5 * 2);
                pack_tile<true>(1, cb_H_shared, r_5 * 2 + 1);
                tile_regs_release();
            }
            // mlp.py:33: for i, j in T.Parallel(block_M, block_H):
            cb_pop_front(cb_W1_shared, 8);
            cb_push_back(cb_H_shared, 4);
            // mlp.py:35: T.gemm(H_shared, W2_shared, Y_local)
            cb_wait_front(cb_H_shared, 4);
            cb_wait_front(cb_W2_shared, 8);
            pack_reconfig_l1_acc(minimum(h, 1));
            matmul_block_init(cb_H_shared, cb_W2_shared, 0, 4, 1, 2);
            pack_reconfig_data_format(cb_Y_local);
            for (int32_t m_1 = 0; m_1 < 2; ++m_1) {
                tile_regs_acquire();
                for (int32_t k_1 = 0; k_1 < 2; ++k_1) {
                    matmul_block(cb_H_shared, cb_W2_shared, m_1 * 2 + k_1, k_1 * 4, 0, 0, 4, 1, 2);
                }
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_Y_local, m_1 * 4);
                pack_tile<true>(1, cb_Y_local, m_1 * 4 + 1);
                pack_tile<true>(2, cb_Y_local, m_1 * 4 + 2);
                pack_tile<true>(3, cb_Y_local, m_1 * 4 + 3);
                tile_regs_release();
            }
            pack_reconfig_l1_acc(0);
            cb_pop_front(cb_H_shared, 4);
            cb_pop_front(cb_W2_shared, 8);
        }
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        cb_push_back(cb_Y_local, 8);
        // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
        cb_wait_front(cb_Y_local, 8);
        // mlp.py:37: Y_local[i, j] += X_shared[i, j]
        add_binary_tile_init();
        // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
        pack_reconfig_data_format(cb_Y_out);
        for (int32_t r_7 = 0; r_7 < 2; ++r_7) {
            for (int32_t c_7_2 = 0; c_7_2 < 2; ++c_7_2) {
                cb_reserve_back(cb_Y_out, 2);
                tile_regs_acquire();
                // mlp.py:37: Y_local[i, j] += X_shared[i, j]
                reconfig_data_format_srca(cb_Y_local);
                copy_init(cb_Y_local);
                copy_tile(cb_Y_local, r_7 * 4 + c_7_2 * 2, 0);
                copy_tile(cb_Y_local, r_7 * 4 + c_7_2 * 2 + 1, 1);
                reconfig_data_format_srca(cb_X_shared);
                copy_init(cb_X_shared);
                copy_tile(cb_X_shared, r_7 * 4 + c_7_2 * 2, 2);
                copy_tile(cb_X_shared, r_7 * 4 + c_7_2 * 2 + 1, 3);
                add_binary_tile(0, 2, 0);
                add_binary_tile(1, 3, 1);
                // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_Y_out, 0);
                pack_tile<true>(1, cb_Y_out, 1);
                tile_regs_release();
                cb_push_back(cb_Y_out, 2);
            }
        }
        cb_pop_front(cb_Y_local, 8);
        cb_pop_front(cb_X_shared, 8);
    }
}
