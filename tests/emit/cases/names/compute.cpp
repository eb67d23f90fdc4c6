// template: the compute kernel, printed by ttile from names.py:8
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/eltwise_unary/fill.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"
#include "api/compute/sfpu_binary_bcast.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_PACK_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_xceb1_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_MATH_in = get_compile_time_arg_val(2);
constexpr uint32_t cb_volatile_1 = get_compile_time_arg_val(3);
constexpr uint32_t cb_PACK = get_compile_time_arg_val(4);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);

    // names.py:8: def template(cb_volatile, ?, MATH, delete: int, new: int):
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_PACK, cb_PACK, cb_PACK);
    // names.py:23: PACK[i, j] += volatile[i, j] * MATH[pack_tile * delete + i, namespace * new + j] + ?[namespace * new
    copy_init(cb_PACK);
    // names.py:15: with T.Kernel(T.ceildiv(??????, new), T.ceildiv(ROWS, delete), threads=128) as (namespace, pack_tile
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        // names.py:19: T.clear(PACK)
        cb_reserve_back(cb_PACK, 3);
        tile_regs_acquire();
        fill_tile_init();
        fill_tile(0, 0.0f);
        fill_tile(1, 0.0f);
        fill_tile(2, 0.0f);
        tile_regs_commit();
        tile_regs_wait();
        pack_tile<true>(0, cb_PACK, 0);
        pack_tile<true>(1, cb_PACK, 1);
        pack_tile<true>(2, cb_PACK, 2);
        tile_regs_release();
        cb_push_back(cb_PACK, 3);
        // names.py:20: for goto in T.serial(2):  # ??
        for (int32_t goto_ = 0; goto_ < 2; ++goto_) {
            // names.py:22: for i, j in T.Parallel(delete, new):
            cb_wait_front(cb_PACK, 3);
            cb_wait_front(cb_volatile_1, 3);
            cb_wait_front(cb_MATH_in, 3);
            cb_wait_front(cb_xceb1_in, 3);
            cb_reserve_back(cb_PACK, 3);
            for (int32_t c_2 = 0; c_2 < 3; ++c_2) {
                tile_regs_acquire();
                // names.py:23: PACK[i, j] += volatile[i, j] * MATH[pack_tile * delete + i, namespace * new + j] + ?[nam
                copy_tile(cb_PACK, c_2, 0);
                copy_tile(cb_volatile_1, c_2, 1);
                copy_tile(cb_MATH_in, c_2, 2);
                mul_binary_tile_init();
                mul_binary_tile(1, 2, 1);
                copy_tile(cb_xceb1_in, c_2, 2);
                sfpu_add_bcast_row_init();
                sfpu_add_bcast_row(1, 2);
                add_binary_tile_init();
                add_binary_tile(0, 1, 0);
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_PACK, c_2);
                tile_regs_release();
            }
            // names.py:22: for i, j in T.Parallel(delete, new):
            cb_pop_front(cb_PACK, 3);
            cb_push_back(cb_PACK, 3);
            cb_pop_front(cb_volatile_1, 3);
            cb_pop_front(cb_MATH_in, 3);
            cb_pop_front(cb_xceb1_in, 3);
        }
        // names.py:24: T.copy(PACK, union[pack_tile * delete, namespace * new])
        cb_wait_front(cb_PACK, 3);
        cb_reserve_back(cb_PACK_out, 3);
        tile_regs_acquire();
        copy_tile(cb_PACK, 0, 0);
        copy_tile(cb_PACK, 1, 1);
        copy_tile(cb_PACK, 2, 2);
        tile_regs_commit();
        tile_regs_wait();
        pack_tile<true>(0, cb_PACK_out, 0);
        pack_tile<true>(1, cb_PACK_out, 1);
        pack_tile<true>(2, cb_PACK_out, 2);
        tile_regs_release();
        cb_pop_front(cb_PACK, 3);
        cb_push_back(cb_PACK_out, 3);
    }
}
