# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 11:9 aliased-operands
import tilelang.language as T


@T.prim_func
def square(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        F = T.alloc_fragment((32, 32), "float32")
        T.copy(A, F)
        T.gemm(F, F, F)
        T.copy(F, C)
