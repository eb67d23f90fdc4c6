"""Loops eight deep with branches among them: what is printed far to the right."""

import tilelang
import tilelang.language as T


@tilelang.jit
def nests(A, B, row):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), T.float32)
    B: T.Tensor((M, N), T.float32)
    row: T.Tensor((N,), T.float32)
    C = T.empty((M, N), T.float32)

    with T.Kernel(T.ceildiv(N, 32), T.ceildiv(M, 32), threads=128) as (bx, by):
        first = T.alloc_shared((32, 32), T.float32)
        second = T.alloc_shared((32, 32), T.float32)
        total = T.alloc_fragment((32, 32), T.float32)
        T.clear(total)
        for a in T.serial(2):
            for b in T.serial(2):
                for c in T.serial(1 + by):
                    for d in T.serial(2):
                        for e in T.serial(2):
                            for f in T.serial(1 + bx):
                                for g in T.serial(2):
                                    for h in T.serial(2):
                                        T.copy(A[(by + a * b + c * d) % 2 * 32, (bx + e * f + g * h) % 2 * 32], first)
                                        T.copy(B[(by + h) % 2 * 32, (bx + (a + b) * (c + d + e)) % 2 * 32], second)
                                        for i, j in T.Parallel(32, 32):
                                            total[i, j] += first[i, j] * second[i, j] + row[bx * 32 + j]
        T.copy(total, C[by * 32, bx * 32])
    return C


if __name__ == "__main__":
    nests.compile(M=64, N=64)
