"""Y = X * scale + shift on tensors that stay in the cores' L1: each core works on the shard it holds.

    ttile run examples/sharded_elementwise.py
    ttile run examples/sharded_elementwise.py memory=height_sharded
    ttile run examples/sharded_elementwise.py space=dram memory=interleaved      to compare

Shards of one block each need no copy at all: the circular buffers lie over them.
"""

import tilelang
import tilelang.language as T


@tilelang.jit
def scale_shift(X, scale, shift, block_M: int, block_N: int, space: str, memory: str):
    M, N = T.const("M, N")
    X: T.Tensor((M, N), T.bfloat16)
    scale: T.Tensor((N,), T.bfloat16)
    shift: T.Tensor((N,), T.bfloat16)
    Y = T.empty((M, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        # The shards' shape and the grid of cores follow from the launch.
        T.annotate_tt_layout({X: {"space": space, "memory": memory}, Y: {"space": space, "memory": memory}})

        X_shared = T.alloc_shared((block_M, block_N), T.bfloat16)
        Y_local = T.alloc_fragment((block_M, block_N), T.bfloat16)

        T.copy(X[by * block_M, bx * block_N], X_shared)
        for i, j in T.Parallel(block_M, block_N):
            Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[bx * block_N + j]
        T.copy(Y_local, Y[by * block_M, bx * block_N])

    return Y


def main():
    # 1024 / 128 = 8 blocks each way: one shard of 128x128 for each of the 64 cores.
    scale_shift.compile(M=1024, N=1024, block_M=128, block_N=128, space="l1", memory="block_sharded")


if __name__ == "__main__":
    main()
