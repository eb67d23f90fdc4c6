// multicast_pair: the compute kernel, printed by ttile from multicast_pair.ttir:7
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/pack.h"
#include "api/compute/reg_api.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_S = get_compile_time_arg_val(1);
constexpr uint32_t cb_B = get_compile_time_arg_val(2);
constexpr uint32_t cb_C = get_compile_time_arg_val(3);

void kernel_main() {
    // multicast_pair.ttir:68: compute_kernel_hw_startup(cb_A, cb_A, cb_C, "regular")
    compute_kernel_hw_startup<SrcOrder::Regular>(cb_A, cb_A, cb_C);
    // multicast_pair.ttir:69: copy_init(cb_A)
    copy_init(cb_A);
    // multicast_pair.ttir:70: add_binary_tile_init()
    add_binary_tile_init();
    // multicast_pair.ttir:71: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_pair.ttir:72: cb_wait_front(cb_A, 2)
        cb_wait_front(cb_A, 2);
        // multicast_pair.ttir:73: cb_wait_front(cb_S, 2)
        cb_wait_front(cb_S, 2);
        // multicast_pair.ttir:74: cb_wait_front(cb_B, 2)
        cb_wait_front(cb_B, 2);
        // multicast_pair.ttir:75: cb_reserve_back(cb_C, 2)
        cb_reserve_back(cb_C, 2);
        // multicast_pair.ttir:76: for t in T.serial(0, 2, 1):
        for (int32_t t = 0; t < 2; ++t) {
            // multicast_pair.ttir:77: tile_regs_acquire()
            tile_regs_acquire();
            // multicast_pair.ttir:78: copy_tile(cb_A, t, 0)
            copy_tile(cb_A, t, 0);
            // multicast_pair.ttir:79: copy_tile(cb_S, t, 1)
            copy_tile(cb_S, t, 1);
            // multicast_pair.ttir:80: copy_tile(cb_B, t, 2)
            copy_tile(cb_B, t, 2);
            // multicast_pair.ttir:81: add_binary_tile(0, 1, 0)
            add_binary_tile(0, 1, 0);
            // multicast_pair.ttir:82: add_binary_tile(0, 2, 0)
            add_binary_tile(0, 2, 0);
            // multicast_pair.ttir:83: tile_regs_commit()
            tile_regs_commit();
            // multicast_pair.ttir:84: tile_regs_wait()
            tile_regs_wait();
            // multicast_pair.ttir:85: pack_tile(0, cb_C)
            pack_tile(0, cb_C);
            // multicast_pair.ttir:86: tile_regs_release()
            tile_regs_release();
        }
        // multicast_pair.ttir:87: cb_pop_front(cb_A, 2)
        cb_pop_front(cb_A, 2);
        // multicast_pair.ttir:88: cb_pop_front(cb_S, 2)
        cb_pop_front(cb_S, 2);
        // multicast_pair.ttir:89: cb_pop_front(cb_B, 2)
        cb_pop_front(cb_B, 2);
        // multicast_pair.ttir:90: cb_push_back(cb_C, 2)
        cb_push_back(cb_C, 2);
    }
}
