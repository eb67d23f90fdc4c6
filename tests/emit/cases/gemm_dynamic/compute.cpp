// matmul_dynamic: the compute kernel, printed by ttile from gemm.py:108
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_unary/fill.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_C_local = get_compile_time_arg_val(2);

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);
    const int32_t k = get_arg_val<int32_t>(1);

    // gemm.py:108: def matmul_dynamic(A, B, block_M=64, block_N=64, block_K=32):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_local);
    // gemm.py:124: T.gemm(A_shared, B_shared, C_local)
    matmul_block_init(cb_A_shared, cb_B_shared, 0, 2, 1, 1);
    // gemm.py:120: T.clear(C_local)
    fill_tile_init();
    // gemm.py:116: with T.Kernel(T.ceildiv(n, block_N), T.ceildiv(m, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // gemm.py:120: T.clear(C_local)
        cb_reserve_back(cb_C_local, 4);
        tile_regs_acquire();
        fill_tile(0, 0.0f);
        fill_tile(1, 0.0f);
        fill_tile(2, 0.0f);
        fill_tile(3, 0.0f);
        tile_regs_commit();
        tile_regs_wait();
        pack_tile<true>(0, cb_C_local, 0);
        pack_tile<true>(1, cb_C_local, 1);
        pack_tile<true>(2, cb_C_local, 2);
        pack_tile<true>(3, cb_C_local, 3);
        tile_regs_release();
        // gemm.py:121: for ko in T.Pipelined(T.ceildiv(k, block_K), num_stages=2):
        for (int32_t ko = 0; ko < (k + 255) / 256; ++ko) {
            // gemm.py:124: T.gemm(A_shared, B_shared, C_local)
            cb_wait_front(cb_A_shared, 16);
            cb_wait_front(cb_B_shared, 16);
            pack_reconfig_l1_acc(1);
            for (int32_t m_1 = 0; m_1 < 2; ++m_1) {
                tile_regs_acquire();
                for (int32_t kk_2 = 0; kk_2 < minimum((k + 31) / 32 - ko * 8, 8); ++kk_2) {
                    matmul_block(cb_A_shared, cb_B_shared, kk_2 * 2 + m_1, kk_2 * 2, 0, 0, 2, 1, 1);
                }
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_local, m_1 * 2);
                pack_tile<true>(1, cb_C_local, m_1 * 2 + 1);
                tile_regs_release();
            }
            pack_reconfig_l1_acc(0);
            cb_pop_front(cb_A_shared, 16);
            cb_pop_front(cb_B_shared, 16);
        }
        // gemm.py:121: for ko in T.Pipelined(T.ceildiv(k, block_K), num_stages=2):
        cb_push_back(cb_C_local, 4);
    }
}
