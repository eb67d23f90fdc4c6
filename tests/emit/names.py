"""Names that C++ or TT-Metalium keeps for itself, that circular buffers get, and that are not ASCII."""

import tilelang
import tilelang.language as T


@tilelang.jit
def template(cb_volatile, α, MATH, delete: int, new: int):
    ROWS, ширина = T.const("ROWS, ширина")
    cb_volatile: T.Tensor((ROWS, ширина), T.float32)
    α: T.Tensor((ширина,), T.float32)
    MATH: T.Tensor((ROWS, ширина), T.float32)
    union = T.empty((ROWS, ширина), T.float32)

    with T.Kernel(T.ceildiv(ширина, new), T.ceildiv(ROWS, delete), threads=128) as (namespace, pack_tile):
        volatile = T.alloc_shared((delete, new), T.float32)
        PACK = T.alloc_fragment((delete, new), T.float32)

        T.clear(PACK)
        for goto in T.serial(2):  # äß/
            T.copy(cb_volatile[pack_tile * delete, namespace * new], volatile)
            for i, j in T.Parallel(delete, new):
                PACK[i, j] += volatile[i, j] * MATH[pack_tile * delete + i, namespace * new + j] + α[namespace * new + j]
        T.copy(PACK, union[pack_tile * delete, namespace * new])

    return union


if __name__ == "__main__":
    template.compile(ROWS=64, ширина=192, delete=32, new=96)
