// scale_shift: the compute kernel, printed by ttile from sharded_elementwise.py:15
#include <cstdint>

#include "api/compute/bcast.h"
#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"
#include "api/compute/sfpu_binary_bcast.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_shift_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_scale_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_X_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_Y_local = get_compile_time_arg_val(3);

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);

    // sharded_elementwise.py:15: def scale_shift(X, scale, shift, block_M: int, block_N: int, space: str, memory: str):
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_X_shared, cb_scale_in, cb_Y_local);
    // sharded_elementwise.py:31: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[bx * block_N + j]
    sfpu_add_bcast_row_init();
    // sharded_elementwise.py:22: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < block_columns * block_rows; ++item_1) {
        // sharded_elementwise.py:30: for i, j in T.Parallel(block_M, block_N):
        cb_wait_front(cb_X_shared, 16);
        cb_wait_front(cb_scale_in, 4);
        cb_wait_front(cb_shift_in, 4);
        cb_reserve_back(cb_Y_local, 16);
        for (int32_t r_1_1 = 0; r_1_1 < 2; ++r_1_1) {
            for (int32_t c_1_3 = 0; c_1_3 < 2; ++c_1_3) {
                tile_regs_acquire();
                // sharded_elementwise.py:31: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[bx * bloc
                mul_bcast_rows_init(cb_X_shared, cb_scale_in);
                mul_tiles_bcast_rows(cb_X_shared, cb_scale_in, r_1_1 * 8 + c_1_3 * 2, c_1_3 * 2, 0);
                mul_tiles_bcast_rows(cb_X_shared, cb_scale_in, r_1_1 * 8 + c_1_3 * 2 + 1, c_1_3 * 2 + 1, 1);
                mul_tiles_bcast_rows(cb_X_shared, cb_scale_in, r_1_1 * 8 + c_1_3 * 2 + 4, c_1_3 * 2, 2);
                mul_tiles_bcast_rows(cb_X_shared, cb_scale_in, r_1_1 * 8 + c_1_3 * 2 + 5, c_1_3 * 2 + 1, 3);
                copy_init(cb_shift_in);
                copy_tile(cb_shift_in, c_1_3 * 2, 4);
                copy_tile(cb_shift_in, c_1_3 * 2 + 1, 5);
                copy_tile(cb_shift_in, c_1_3 * 2, 6);
                copy_tile(cb_shift_in, c_1_3 * 2 + 1, 7);
                sfpu_add_bcast_row(0, 4);
                sfpu_add_bcast_row(1, 5);
                sfpu_add_bcast_row(2, 6);
                sfpu_add_bcast_row(3, 7);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_Y_local, r_1_1 * 8 + c_1_3 * 2);
                pack_tile<true>(1, cb_Y_local, r_1_1 * 8 + c_1_3 * 2 + 1);
                pack_tile<true>(2, cb_Y_local, r_1_1 * 8 + c_1_3 * 2 + 4);
                pack_tile<true>(3, cb_Y_local, r_1_1 * 8 + c_1_3 * 2 + 5);
                tile_regs_release();
            }
        }
        // sharded_elementwise.py:30: for i, j in T.Parallel(block_M, block_N):
        cb_pop_front(cb_X_shared, 16);
        cb_pop_front(cb_scale_in, 4);
        cb_pop_front(cb_shift_in, 4);
        cb_push_back(cb_Y_local, 16);
    }
}
