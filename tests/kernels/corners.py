"""Small kernels, each one thing that a lowering gets wrong easily. They have no parameters."""

import tilelang.language as T


# A branch that changes its own condition.
@T.prim_func
def cond(A: T.Tensor((64, 64), "float32"), B: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_fragment((64, 64), "float32")
        D = T.alloc_fragment((64, 64), "float32")
        T.copy(A, S)
        T.clear(D)
        for i, j in T.Parallel(64, 64):
            if S[i, j] > 0.0:
                S[i, j] = -S[i, j]
                D[i, j] = 1.0
        T.copy(S, B)
        T.copy(D, C)


# Both values are read before either is written.
@T.prim_func
def swap(
    A: T.Tensor((64, 64), "float32"),
    B: T.Tensor((64, 64), "float32"),
    C: T.Tensor((64, 64), "float32"),
    D: T.Tensor((64, 64), "float32"),
):
    with T.Kernel(1) as bx:
        S = T.alloc_fragment((64, 64), "float32")
        U = T.alloc_fragment((64, 64), "float32")
        T.copy(A, S)
        T.copy(B, U)
        for i, j in T.Parallel(64, 64):
            S[i, j], U[i, j] = U[i, j], S[i, j]
        T.copy(S, C)
        T.copy(U, D)


# A value and its exponential.
@T.prim_func
def resident(A: T.Tensor((64, 64), "float32"), B: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_fragment((64, 64), "float32")
        T.copy(A, S)
        for i, j in T.Parallel(64, 64):
            S[i, j] = S[i, j] * 0.5
        for i, j in T.Parallel(64, 64):
            S[i, j] = S[i, j] + T.exp(S[i, j])
        T.copy(S, B)


# Operands computed from blocks beyond the edge.
@T.prim_func
def ragged(A: T.Tensor((64, 100), "bfloat16"), B: T.Tensor((100, 64), "bfloat16"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((64, 32), "bfloat16")
        B_s = T.alloc_shared((32, 64), "bfloat16")
        A_e = T.alloc_shared((64, 32), "bfloat16")
        B_e = T.alloc_shared((32, 64), "bfloat16")
        C_l = T.alloc_fragment((64, 64), "float32")
        T.clear(C_l)
        for k in T.Pipelined(4):
            T.copy(A[0, k * 32], A_s)
            T.copy(B[k * 32, 0], B_s)
            for i, j in T.Parallel(64, 32):
                A_e[i, j] = A_s[i, j] * 2.0
            for i, j in T.Parallel(32, 64):
                B_e[i, j] = T.exp(B_s[i, j])
            T.gemm(A_e, B_e, C_l)
        T.copy(C_l, C)


# Operands cleared, then copied.
@T.prim_func
def ragged_clear(
    A: T.Tensor((64, 100), "bfloat16"),
    B: T.Tensor((100, 64), "bfloat16"),
    C: T.Tensor((64, 64), "float32"),
):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((64, 32), "bfloat16")
        B_s = T.alloc_shared((32, 64), "bfloat16")
        C_l = T.alloc_fragment((64, 64), "float32")
        T.clear(C_l)
        for k in T.Pipelined(4):
            T.clear(A_s)
            T.clear(B_s)
            T.copy(A[0, k * 32], A_s)
            T.copy(B[k * 32, 0], B_s)
            T.gemm(A_s, B_s, C_l)
        T.copy(C_l, C)


# A summed dimension of one and a half tiles.
@T.prim_func
def part_k(A: T.Tensor((32, 96), "bfloat16"), B: T.Tensor((96, 32), "bfloat16"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((32, 48), "bfloat16")
        B_s = T.alloc_shared((48, 32), "bfloat16")
        C_l = T.alloc_fragment((32, 32), "float32")
        T.clear(C_l)
        T.copy(A[0:32, 0:48], A_s)
        T.copy(B[0:48, 0:32], B_s)
        T.gemm(A_s, B_s, C_l)
        T.copy(C_l, C)


# Two loads in one nest.
@T.prim_func
def two_loads(A: T.Tensor((64, 64), "float32"), B: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        U = T.alloc_shared((64, 64), "float32")
        for i, j in T.Parallel(64, 64):
            S[i, j] = A[i, j]
            U[i, j] = B[i, j]
        for i, j in T.Parallel(64, 64):
            C[i, j] = S[i, j] + U[i, j]


# A nest that loads, computes and stores.
@T.prim_func
def mixed_loads(A: T.Tensor((64, 64), "float32"), B: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        U = T.alloc_shared((64, 64), "float32")
        for i, j in T.Parallel(64, 64):
            S[i, j] = A[i, j] * 2.0
            U[i, j] = B[i, j]
            C[i, j] = S[i, j] + U[i, j]


# A sum beside a product.
@T.prim_func
def beside(
    A: T.Tensor((64, 256), "bfloat16"),
    B: T.Tensor((256, 64), "bfloat16"),
    E: T.Tensor((64, 64), "float32"),
    C: T.Tensor((64, 64), "float32"),
    D: T.Tensor((64, 64), "float32"),
):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((64, 32), "bfloat16")
        B_s = T.alloc_shared((32, 64), "bfloat16")
        E_s = T.alloc_shared((64, 64), "float32")
        C_l = T.alloc_fragment((64, 64), "float32")
        D_l = T.alloc_fragment((64, 64), "float32")
        T.clear(C_l)
        T.clear(D_l)
        T.copy(E, E_s)
        for k in T.Pipelined(8):
            T.copy(A[0, k * 32], A_s)
            T.copy(B[k * 32, 0], B_s)
            for i, j in T.Parallel(64, 64):
                D_l[i, j] = D_l[i, j] + E_s[i, j]
            T.gemm(A_s, B_s, C_l)
        T.copy(C_l, C)
        T.copy(D_l, D)


# A vector from the first column.
@T.prim_func
def column_of2(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        v = T.alloc_fragment((64,), "float32")
        T.copy(A, S)
        for i in T.Parallel(64):
            v[i] = S[i, 0]
        for i, j in T.Parallel(64, 64):
            C[i, j] = v[i] + S[i, j]


# A vector from the first row.
@T.prim_func
def row_of(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        v = T.alloc_fragment((64,), "float32")
        T.copy(A, S)
        for i in T.Parallel(64):
            v[i] = S[0, i]
        for i, j in T.Parallel(64, 64):
            C[i, j] = v[j]


# A scalar that a loop changes.
@T.prim_func
def var_scalar(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        x = T.alloc_var("float32")
        x = 2.0
        T.copy(A, S)
        for k in T.serial(3):
            x = x * 2.0
        for i, j in T.Parallel(64, 64):
            C[i, j] = S[i, j] * x


# A slice of a buffer in every turn.
@T.prim_func
def loop_slices(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        U = T.alloc_fragment((32, 64), "float32")
        T.copy(A, S)
        T.clear(U)
        for k in T.serial(2):
            for i, j in T.Parallel(32, 64):
                U[i, j] = U[i, j] + S[k * 32 + i, j]
        T.copy(U, C[0:32, :])
        T.copy(U, C[32:64, :])


# A branch in a loop.
@T.prim_func
def branch_in_loop(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        U = T.alloc_fragment((64, 64), "float32")
        T.copy(A, S)
        T.clear(U)
        for k in T.serial(4):
            if k % 2 == 0:
                for i, j in T.Parallel(64, 64):
                    U[i, j] = U[i, j] + S[i, j]
            else:
                for i, j in T.Parallel(64, 64):
                    U[i, j] = U[i, j] * 0.5
        T.copy(U, C)


# A branch that changes what the unpacker is set to.
@T.prim_func
def branch_on_formats(
    A: T.Tensor((32, 32), "bfloat16"),
    E: T.Tensor((32, 32), "float32"),
    C: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((32, 32), "bfloat16")
        U = T.alloc_fragment((32, 32), "float32")
        T.copy(E, U)
        T.copy(A, S)
        for i, j in T.Parallel(32, 32):
            U[i, j] = U[i, j] * 0.5
        for k in T.serial(4):
            for i, j in T.Parallel(32, 32):
                U[i, j] = U[i, j] + S[i, j]
            if k % 2 == 1:
                for i, j in T.Parallel(32, 32):
                    U[i, j] = U[i, j] * 0.25
        T.copy(U, C)


# A branch on the block.
@T.prim_func
def guarded_loop(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(2) as bx:
        S = T.alloc_shared((32, 64), "float32")
        T.copy(A[bx * 32, 0], S)
        if bx == 0:
            for i, j in T.Parallel(32, 64):
                S[i, j] = S[i, j] + 1.0
        T.copy(S, C[bx * 32, 0])


# A tensor updated in place, block by block.
@T.prim_func
def in_place(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((32, 64), "float32")
        for k in T.serial(2):
            T.copy(A[k * 32, 0], S)
            for i, j in T.Parallel(32, 64):
                S[i, j] = S[i, j] + 1.0
            T.copy(S, A[k * 32, 0])
            T.copy(S, C[k * 32, 0])


# An inner loop replaces what the outer one reads.
@T.prim_func
def nested2(
    A: T.Tensor((32, 32), "float32"),
    C: T.Tensor((32, 32), "float32"),
    D: T.Tensor((32, 32), "float32"),
    E: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        value = T.alloc_fragment((32, 32), "float32")
        total = T.alloc_fragment((32, 32), "float32")
        for i, j in T.Parallel(32, 32):
            value[i, j] = A[i, j]
        for i, j in T.Parallel(32, 32):
            E[i, j] = value[i, j] + 1.0
        T.clear(total)
        for t in T.serial(3):
            for i, j in T.Parallel(32, 32):
                total[i, j] = total[i, j] + value[i, j]
            for u in T.serial(2):
                for i, j in T.Parallel(32, 32):
                    value[i, j] = value[i, j] * 0.5
        T.copy(value, C)
        T.copy(total, D)


# A branch in a loop replaces what the loop reads.
@T.prim_func
def branchy(
    A: T.Tensor((32, 32), "float32"),
    C: T.Tensor((32, 32), "float32"),
    D: T.Tensor((32, 32), "float32"),
    E: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        value = T.alloc_fragment((32, 32), "float32")
        total = T.alloc_fragment((32, 32), "float32")
        for i, j in T.Parallel(32, 32):
            value[i, j] = A[i, j]
        for i, j in T.Parallel(32, 32):
            E[i, j] = value[i, j] + 1.0
        T.clear(total)
        for t in T.serial(3):
            for i, j in T.Parallel(32, 32):
                total[i, j] = total[i, j] + value[i, j]
            if t == 1:
                for i, j in T.Parallel(32, 32):
                    value[i, j] = value[i, j] * 0.5
        T.copy(value, C)
        T.copy(total, D)


# Constants on either side.
@T.prim_func
def consts(A: T.Tensor((32, 64), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 64):
            C[i, j] = 3.0 / (A[i, j] * A[i, j] + 1.0) - 2.0 / (A[i, j] / 4.0 + 100.0) + T.pow(T.abs(A[i, j]) + 1.0, 2.0)


# Division of indices.
@T.prim_func
def index_math(A: T.Tensor((32, 64), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 64):
            C[i, j] = T.if_then_else((i + j) % 3 == 0, A[i, j], T.cast((i * 64 + j) // 7, "float32"))


# Conditions combined.
@T.prim_func
def bool_ops(A: T.Tensor((32, 64), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 64):
            C[i, j] = T.if_then_else(T.And(A[i, j] > 0.0, T.Or(A[i, j] < 0.5, A[i, j] > 1.0)), 1.0, -1.0)


# Two chained products in a loop.
@T.prim_func
def flashy(
    A: T.Tensor((64, 64), "bfloat16"),
    B: T.Tensor((128, 64), "bfloat16"),
    V: T.Tensor((128, 64), "bfloat16"),
    C: T.Tensor((64, 64), "float32"),
):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((64, 64), "bfloat16")
        B_s = T.alloc_shared((64, 64), "bfloat16")
        V_s = T.alloc_shared((64, 64), "bfloat16")
        S = T.alloc_fragment((64, 64), "float32")
        P = T.alloc_shared((64, 64), "bfloat16")
        O = T.alloc_fragment((64, 64), "float32")
        T.copy(A, A_s)
        T.clear(O)
        for k in T.Pipelined(2, num_stages=2):
            T.copy(B[k * 64, 0], B_s)
            T.copy(V[k * 64, 0], V_s)
            T.gemm(A_s, B_s, S, transpose_B=True, clear_accum=True)
            for i, j in T.Parallel(64, 64):
                P[i, j] = T.exp(S[i, j] * 0.05)
            for i, j in T.Parallel(64, 64):
                O[i, j] = O[i, j] * 0.5
            T.gemm(P, V_s, O)
        T.copy(O, C)


# One buffer as every operand.
@T.prim_func
def square(A: T.Tensor((64, 64), "bfloat16"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((64, 64), "bfloat16")
        O = T.alloc_fragment((64, 64), "float32")
        T.copy(A, A_s)
        T.clear(O)
        T.gemm(A_s, A_s, O, transpose_B=True)
        T.gemm(A_s, A_s, O, transpose_A=True)
        T.gemm(A_s, A_s, O)
        T.copy(O, C)


# Blocks over ragged edges.
@T.prim_func
def odd_shapes(A: T.Tensor((100, 70), "float32"), C: T.Tensor((100, 70), "float32")):
    with T.Kernel(T.ceildiv(70, 32), T.ceildiv(100, 64)) as (bx, by):
        S = T.alloc_shared((64, 32), "float32")
        T.copy(A[by * 64, bx * 32], S)
        for i, j in T.Parallel(64, 32):
            S[i, j] = S[i, j] + T.cast(by * 64 + i, "float32") * 2.0
        T.copy(S, C[by * 64, bx * 32])


# A block one tile wide.
@T.prim_func
def tall(A: T.Tensor((256, 64), "bfloat16"), B: T.Tensor((64, 32), "bfloat16"), C: T.Tensor((256, 32), "float32")):
    with T.Kernel(1) as bx:
        A_s = T.alloc_shared((256, 64), "bfloat16")
        B_s = T.alloc_shared((64, 32), "bfloat16")
        C_l = T.alloc_fragment((256, 32), "float32")
        T.copy(A, A_s)
        T.copy(B, B_s)
        T.gemm(A_s, B_s, C_l, clear_accum=True)
        for i, j in T.Parallel(256, 32):
            C_l[i, j] = T.max(C_l[i, j], 0.0)
        T.copy(C_l, C)
