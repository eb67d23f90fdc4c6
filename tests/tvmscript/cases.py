"""The kernels that are kept as TileLang prints them: the print's name, the source FILE:ENTRY, and its parameters."""

CASES = {
    "gemm": ("examples/gemm.py:gemm_bias_relu", {"M": 256, "N": 192, "K": 128, "block_M": 64, "block_N": 64, "block_K": 32}),
    "scale_shift": ("examples/elementwise.py:scale_shift", {"M": 128, "N": 192, "block_M": 64, "block_N": 96}),
    "gelu": ("examples/elementwise.py:gelu", {"M": 100, "N": 70, "block_M": 64, "block_N": 64}),
    "batched_gemm": (
        "examples/batched_gemm.py:per_head_projection",
        {"batch": 2, "seq": 128, "heads": 2, "K": 64, "N": 64, "block_S": 64, "block_N": 64, "block_K": 32},
    ),
    "mlp": ("examples/mlp.py:mlp", {"rows": 128, "width": 64, "hidden": 128}),
    "transposed": (
        "tests/kernels/gemm.py:matmul_transposed",
        {"M": 100, "N": 70, "K": 90, "trans_A": True, "trans_B": True, "block_M": 64, "block_N": 64, "block_K": 64},
    ),
    "element_copies": (
        "tests/kernels/gemm.py:matmul_element_copies",
        {"M": 64, "N": 128, "K": 64, "block_M": 32, "block_N": 64, "block_K": 32},
    ),
    "dynamic": (
        "tests/kernels/gemm.py:matmul_dynamic",
        {"m": 100, "n": 130, "k": 70, "block_M": 64, "block_N": 64, "block_K": 32},
    ),
    "batched": ("tests/kernels/batched.py:batched", {"Z": 2, "M": 128, "N": 64, "K": 64}),
    "heads_inside": ("tests/kernels/batched.py:heads_inside", {"Z": 2, "H": 2, "M": 64, "N": 64, "K": 64}),
    "row_bias": ("tests/kernels/fused.py:row_bias", {"M": 128, "N": 64, "K": 64}),
    "residual": ("tests/kernels/fused.py:scale_relu_residual", {"M": 100, "N": 70, "K": 90}),
    "select_on_indices": ("tests/kernels/fused.py:select_on_indices", {"M": 128, "N": 128, "K": 64}),
    "cast_epilogue": ("tests/kernels/fused.py:cast_epilogue", {"M": 64, "N": 64, "K": 64}),
    "strided_items": ("tests/kernels/launches.py:strided_items", {"M": 320, "N": 64, "cores": 4, "block": 32}),
    "guarded_blocks": ("tests/kernels/launches.py:guarded_blocks", {"M": 128, "N": 128, "block_M": 64, "block_N": 64}),
    "three_dimensions": ("tests/kernels/launches.py:three_dimensions", {"Z": 2, "M": 64, "N": 64, "block_M": 32, "block_N": 32}),
    "compare_and_select": ("tests/kernels/elementwise.py:compare_and_select", {"M": 100, "N": 70, "block_M": 64, "block_N": 64}),
    "index_expression": ("tests/kernels/elementwise.py:index_expression", {"M": 64, "N": 64, "block_M": 64, "block_N": 64}),
    "global_to_global": ("tests/kernels/elementwise.py:global_to_global", {"M": 64, "N": 64, "block_M": 64, "block_N": 64}),
    "persistent": ("tests/tvmscript/persistent.py:persistent", {"M": 160, "N": 128, "cores": 4, "group": 3}),
    "vector_add": ("tests/kernels/elementwise.py:vector_add", {"N": 1024, "block": 256}),
}

# Sizes that stay unknown in the print: they are bound where it is run.
DYNAMIC = {"dynamic": ("m", "n", "k")}
