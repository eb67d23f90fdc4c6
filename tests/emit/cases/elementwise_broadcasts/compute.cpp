// scale_shift: the compute kernel, printed by ttile from elementwise.py:12
#include <cstdint>

#include "api/compute/bcast.h"
#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"
#include "api/compute/sfpu_binary_bcast.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_shift_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_scale_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_X_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_Y_local = get_compile_time_arg_val(3);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // elementwise.py:12: def scale_shift(X, scale, shift, block_M: int, block_N: int):
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_X_shared, cb_X_shared, cb_Y_local);
    // elementwise.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // elementwise.py:25: for i, j in T.Parallel(block_M, block_N):
        cb_wait_front(cb_X_shared, 12);
        cb_wait_front(cb_scale_in, 3);
        cb_wait_front(cb_shift_in, 4);
        for (int32_t r_1_2 = 0; r_1_2 < 2; ++r_1_2) {
            cb_reserve_back(cb_Y_local, 6);
            for (int32_t c_1 = 0; c_1 < 3; ++c_1) {
                tile_regs_acquire();
                // elementwise.py:26: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[by * block_M + i]
                copy_init(cb_X_shared);
                copy_tile(cb_X_shared, r_1_2 * 6 + c_1, 0);
                copy_tile(cb_X_shared, r_1_2 * 6 + c_1 + 3, 1);
                copy_tile(cb_scale_in, c_1, 2);
                copy_tile(cb_scale_in, c_1, 3);
                sfpu_mul_bcast_row_init();
                sfpu_mul_bcast_row(0, 2);
                sfpu_mul_bcast_row(1, 3);
                unary_bcast_init<BroadcastType::COL>(cb_shift_in);
                unary_bcast<BroadcastType::COL>(cb_shift_in, r_1_2 * 2, 2);
                unary_bcast<BroadcastType::COL>(cb_shift_in, r_1_2 * 2 + 1, 3);
                add_binary_tile_init();
                add_binary_tile(0, 2, 0);
                add_binary_tile(1, 3, 1);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_Y_local, c_1);
                pack_tile<true>(1, cb_Y_local, c_1 + 3);
                tile_regs_release();
            }
            // elementwise.py:25: for i, j in T.Parallel(block_M, block_N):
            cb_push_back(cb_Y_local, 6);
        }
        cb_pop_front(cb_X_shared, 12);
        cb_pop_front(cb_scale_in, 3);
        cb_pop_front(cb_shift_in, 4);
    }
}
