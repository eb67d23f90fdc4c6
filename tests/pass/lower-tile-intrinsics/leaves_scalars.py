# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def scalars(A: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        value = T.alloc_var("int32")
        value = 0
        for k in T.serial(4):
            if k > 2:
                value = value + k
