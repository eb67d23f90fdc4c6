// matmul: the compute kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reconfig_data_format.h"
#include "api/compute/reg_api.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_C_local = get_compile_time_arg_val(3);

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);

    // sharded_gemm.py:15: def matmul(A, B, block: int, block_K: int, a: str, b: str, c: str):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_local);
    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < block_columns * block_rows; ++item_1) {
        // sharded_gemm.py:28: T.clear(C_local)
        cb_reserve_back(cb_C_local, 16);
        // sharded_gemm.py:32: T.gemm(A_shared, B_shared, C_local)
        matmul_block_init(cb_A_shared, cb_B_shared, 0, 4, 1, 1);
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // sharded_gemm.py:32: T.gemm(A_shared, B_shared, C_local)
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
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        cb_push_back(cb_C_local, 16);
        // sharded_gemm.py:33: T.copy(C_local, C[by * block, bx * block])
        cb_wait_front(cb_C_local, 16);
        cb_reserve_back(cb_C_out, 16);
        reconfig_data_format_srca(cb_C_local);
        copy_init(cb_C_local);
        pack_reconfig_data_format(cb_C_out);
        for (int32_t r_3_2 = 0; r_3_2 < 2; ++r_3_2) {
            for (int32_t c_3_2 = 0; c_3_2 < 2; ++c_3_2) {
                tile_regs_acquire();
                copy_tile(cb_C_local, r_3_2 * 8 + c_3_2 * 2, 0);
                copy_tile(cb_C_local, r_3_2 * 8 + c_3_2 * 2 + 1, 1);
                copy_tile(cb_C_local, r_3_2 * 8 + c_3_2 * 2 + 4, 2);
                copy_tile(cb_C_local, r_3_2 * 8 + c_3_2 * 2 + 5, 3);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_out, r_3_2 * 8 + c_3_2 * 2);
                pack_tile<true>(1, cb_C_out, r_3_2 * 8 + c_3_2 * 2 + 1);
                pack_tile<true>(2, cb_C_out, r_3_2 * 8 + c_3_2 * 2 + 4);
                pack_tile<true>(3, cb_C_out, r_3_2 * 8 + c_3_2 * 2 + 5);
                tile_regs_release();
            }
        }
        cb_pop_front(cb_C_local, 16);
        cb_push_back(cb_C_out, 16);
    }
}
