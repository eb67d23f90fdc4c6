// select_on_indices: the compute kernel, printed by ttile from fused.py:110
#include <cstdint>

#include "api/compute/cb_api.h"
#include "api/compute/common.h"
#include "api/compute/compute_kernel_hw_startup.h"
#include "api/compute/copy_dest_values.h"
#include "api/compute/eltwise_binary_sfpu.h"
#include "api/compute/eltwise_unary/binop_with_scalar.h"
#include "api/compute/eltwise_unary/comp.h"
#include "api/compute/eltwise_unary/fill.h"
#include "api/compute/eltwise_unary/where.h"
#include "api/compute/matmul.h"
#include "api/compute/pack.h"
#include "api/compute/reconfig_data_format.h"
#include "api/compute/reg_api.h"
#include "api/compute/tile_move_copy.h"

constexpr uint32_t cb_C_local_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(2);
constexpr uint32_t row_index = get_compile_time_arg_val(3);
constexpr uint32_t column_index = get_compile_time_arg_val(4);

// The bits of an integer as a float, rounded to nearest even: these cores have no floating-point unit.
static uint32_t float_bits(int32_t value) {
    uint32_t magnitude = value < 0 ? -static_cast<uint32_t>(value) : static_cast<uint32_t>(value);
    uint32_t exponent = 127 + 31;
    if (magnitude == 0) {
        return 0;
    }
    for (; magnitude < 0x80000000; magnitude *= 2) {
        --exponent;
    }
    const uint32_t rest = magnitude & 0xff, kept = magnitude >> 8;
    const uint32_t rounding = rest > 0x80 || (rest == 0x80 && kept % 2 == 1);
    return (value < 0 ? 0x80000000 : 0) + (exponent << 23) + (kept - 0x800000) + rounding;
}

void kernel_main() {
    const int32_t item_start = get_arg_val<int32_t>(0);
    const int32_t item_count = get_arg_val<int32_t>(1);

    // fused.py:110: def select_on_indices(M, N, K, block_M=64, block_N=64, block_K=32):
    compute_kernel_hw_startup<SrcOrder::Reverse>(cb_A_shared, cb_B_shared, cb_C_local_out);
    cb_wait_front(row_index, 1);
    cb_wait_front(column_index, 1);
    // fused.py:115: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_1 = 0; item_1 < item_count; ++item_1) {
        const int32_t bx = (item_1 + item_start) % 2;
        const int32_t by = (item_1 + item_start) / 2;
        // fused.py:124: T.copy(C_local, C[by * block_M, bx * block_N])
        cb_wait_front(cb_A_shared, 6);
        cb_wait_front(cb_B_shared, 6);
        for (int32_t r_6 = 0; r_6 < 2; ++r_6) {
            for (int32_t c_6 = 0; c_6 < 2; ++c_6) {
                cb_reserve_back(cb_C_local_out, 1);
                tile_regs_acquire();
                // fused.py:13: T.gemm(A_shared, B_shared, C_local)
                reconfig_data_format<SrcOrder::Reverse>(cb_A_shared, cb_B_shared);
                matmul_block_init(cb_A_shared, cb_B_shared, 0, 1, 1, 1);
                for (int32_t kk_2 = 0; kk_2 < 3; ++kk_2) {
                    matmul_block(cb_A_shared, cb_B_shared, kk_2 * 2 + r_6, kk_2 * 2 + c_6, 0, 0, 1, 1, 1);
                }
                // fused.py:121: C_local[i, j] = T.if_then_else(by * block_M + i >= bx * block_N + j, C_local[i, j], 0)
                reconfig_data_format_srca(row_index);
                copy_init(row_index);
                copy_tile(row_index, 0, 1);
                binop_with_scalar_tile_init();
                add_unary_tile(1, float_bits(by * 64 + r_6 * 32));
                copy_tile(column_index, 0, 2);
                add_unary_tile(2, float_bits(bx * 64 + c_6 * 32));
                sub_binary_tile_init();
                sub_binary_tile(1, 2, 1);
                ltz_tile_init();
                ltz_tile(1);
                binop_with_scalar_tile_init();
                rsub_unary_tile(1, 0x3f800000 /* 1.0 */);
                fill_tile_init();
                fill_tile(2, 0.0f);
                where_tile_init();
                where_tile<DataFormat::Float32>(1, 0, 2, 1);
                // fused.py:123: C_local[i, j] = T.if_then_else(bx * block_N + j < 40, C_local[i, j] * 0.5, C_local[i, j
                copy_tile(column_index, 0, 0);
                binop_with_scalar_tile_init();
                add_unary_tile(0, float_bits(bx * 64 + c_6 * 32));
                unary_lt_tile_init();
                unary_lt_tile(0, 0x42200000 /* 40.0 */);
                copy_dest_values_init();
                copy_dest_values<DataFormat::Float32>(1, 2);
                binop_with_scalar_tile_init();
                mul_unary_tile(2, 0x3f000000 /* 0.5 */);
                where_tile_init();
                where_tile<DataFormat::Float32>(0, 2, 1, 0);
                // fused.py:124: T.copy(C_local, C[by * block_M, bx * block_N])
                tile_regs_commit();
                tile_regs_wait();
                pack_tile<true>(0, cb_C_local_out, 0);
                tile_regs_release();
                cb_push_back(cb_C_local_out, 1);
            }
        }
        cb_pop_front(cb_A_shared, 6);
        cb_pop_front(cb_B_shared, 6);
    }
}
