// multicast_row: the compute kernel, printed by ttile from multicast_row.ttir:6
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_B = get_compile_time_arg_val(1);
constexpr uint32_t cb_C = get_compile_time_arg_val(2);

void kernel_main() {
    // multicast_row.ttir:57: compute_kernel_hw_startup(cb_A, cb_B, cb_C, "regular")
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_A, cb_B, cb_C);
    // multicast_row.ttir:58: add_init(cb_A, cb_B)
    add_init(cb_A, cb_B);
    // multicast_row.ttir:59: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_row.ttir:60: cb_wait_front(cb_A, 2)
        cb_wait_front(cb_A, 2);
        // multicast_row.ttir:61: cb_wait_front(cb_B, 2)
        cb_wait_front(cb_B, 2);
        // multicast_row.ttir:62: cb_reserve_back(cb_C, 2)
        cb_reserve_back(cb_C, 2);
        // multicast_row.ttir:63: for t in T.serial(0, 2, 1):
        for (int32_t t = 0; t < 2; ++t) {
            // multicast_row.ttir:64: tile_regs_acquire()
            tile_regs_acquire();
            // multicast_row.ttir:65: add_tiles(cb_A, cb_B, t, t, 0)
            add_tiles(cb_A, cb_B, t, t, 0);
            // multicast_row.ttir:66: tile_regs_commit()
            tile_regs_commit();
            // multicast_row.ttir:67: tile_regs_wait()
            tile_regs_wait();
            // multicast_row.ttir:68: pack_tile(0, cb_C)
            pack_tile(0, cb_C);
            // multicast_row.ttir:69: tile_regs_release()
            tile_regs_release();
        }
        // multicast_row.ttir:70: cb_pop_front(cb_A, 2)
        cb_pop_front(cb_A, 2);
        // multicast_row.ttir:71: cb_pop_front(cb_B, 2)
        cb_pop_front(cb_B, 2);
        // multicast_row.ttir:72: cb_push_back(cb_C, 2)
        cb_push_back(cb_C, 2);
    }
}
