# error: 11:39 unknown-name
# error: 27:20 unknown-name
# error: 15:16 unknown-name
# exit: 1
# A macro's and an expanded loop's mistake is told once, a failed global's too.
import tilelang
import tilelang.language as T


@T.macro
def halve(buffer):             T.fill(buffre, 0)


block = 64 // 1
rows = [block, unknown_rows][0] if block > 0 else 1


@tilelang.jit
def kernel(A):
    A: T.Tensor((64, 64), "float32")
    C = T.empty((64, 64), "float32")
    with T.Kernel(1, threads=128) as bx:
        A_shared = T.alloc_shared((64, 64), "float32")
        halve(A_shared)
        halve(A_shared)
        for n in [1, 2, 3]:
            T.fill(Ashared, n)
        T.fill(A_shared, rows)
        T.fill(A_shared, rows)
        T.copy(A_shared, C)
    return C
