// arithmetic: the compute kernel, printed by ttile from elementwise.py:26
#include <cstdint>

#include "api/compute/binary_max_min.h"
#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/eltwise_unary/binop_with_scalar.h"
#include "api/compute/eltwise_unary/negative.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_C_local = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // elementwise.py:26: def arithmetic(A, B, block_M=64, block_N=64, dtype="float32"):
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_A_shared, cb_B_shared, cb_C_local);
    // elementwise.py:32: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // elementwise.py:38: for i, j in T.Parallel(block_M, block_N):
        cb_wait_front(cb_A_shared, 4);
        cb_wait_front(cb_B_shared, 4);
        for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
            for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                cb_reserve_back(cb_C_local, 1);
                tile_regs_acquire();
                // elementwise.py:41: C_local[i, j] = (a - b) * 2.0 + T.max(a, b) / 4.0 - T.min(a, -b)
                sub_init(cb_A_shared, cb_B_shared);
                sub_tiles(cb_A_shared, cb_B_shared, r_2 * 2 + c_2, r_2 * 2 + c_2, 0);
                binop_with_scalar_tile_init();
                mul_unary_tile(0, 0x40000000 /* 2.0 */);
                copy_init(cb_A_shared);
                copy_tile(cb_A_shared, r_2 * 2 + c_2, 1);
                copy_tile(cb_B_shared, r_2 * 2 + c_2, 2);
                binary_max_tile_init();
                binary_max_tile(1, 2, 1);
                binop_with_scalar_tile_init();
                mul_unary_tile(1, 0x3e800000 /* 0.25 */);
                add_binary_tile_init();
                add_binary_tile(0, 1, 0);
                copy_tile(cb_A_shared, r_2 * 2 + c_2, 1);
                copy_tile(cb_B_shared, r_2 * 2 + c_2, 2);
                negative_tile_init();
                negative_tile(2);
                binary_min_tile_init();
                binary_min_tile(1, 2, 1);
                sub_binary_tile_init();
                sub_binary_tile(0, 1, 0);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_local, 0);
                tile_regs_release();
                // elementwise.py:38: for i, j in T.Parallel(block_M, block_N):
                cb_push_back(cb_C_local, 1);
            }
        }
        cb_pop_front(cb_A_shared, 4);
        cb_pop_front(cb_B_shared, 4);
    }
}
