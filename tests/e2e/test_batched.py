"""Batched products on 3-D and 4-D tensors, the tile plane on any two dimensions."""

import pytest
from support.running import check_kernel, normal

SIZES = [(3, 64, 96, 64), (2, 50, 70, 40)]
HEADS = [(2, 3, 64, 64, 32), (1, 2, 40, 50, 70)]
batches = pytest.mark.parametrize("Z,M,N,K", SIZES)
heads = pytest.mark.parametrize("Z,H,M,N,K", HEADS)


def check(folder, entry, bindings, A, B, formula, dtype="bfloat16"):
    check_kernel(folder, f"batched.py:{entry}", bindings, {"A": A, "B": B}, {"C": (formula, dtype)})


@batches
def test_batched(tmp_path, Z, M, N, K):
    A, B = normal((Z, M, K), seed=1), normal((Z, K, N), seed=2)
    check(tmp_path, "batched", {"Z": Z, "M": M, "N": N, "K": K}, A, B, A @ B)


@batches
def test_batch_in_the_middle(tmp_path, Z, M, N, K):
    A, B = normal((M, Z, K), seed=1), normal((K, Z, N), seed=2)
    formula = (A.transpose(1, 0, 2) @ B.transpose(1, 0, 2)).transpose(1, 0, 2)
    check(tmp_path, "batch_in_the_middle", {"Z": Z, "M": M, "N": N, "K": K}, A, B, formula)


@batches
def test_batch_innermost(tmp_path, Z, M, N, K):
    A, B = normal((M, K, Z), seed=1), normal((K, N, Z), seed=2)
    formula = (A.transpose(2, 0, 1) @ B.transpose(2, 0, 1)).transpose(1, 2, 0)
    check(tmp_path, "batch_innermost", {"Z": Z, "M": M, "N": N, "K": K}, A, B, formula)


@batches
def test_shared_operand(tmp_path, Z, M, N, K):
    A, B = normal((Z, M, K), seed=1), normal((K, N), seed=2)
    check(tmp_path, "shared_operand", {"Z": Z, "M": M, "N": N, "K": K}, A, B, A @ B, "float32")


@heads
def test_heads_outside(tmp_path, Z, H, M, N, K):
    A, B = normal((Z, H, M, K), seed=1), normal((Z, H, N, K), seed=2)
    bindings = {"Z": Z, "H": H, "M": M, "N": N, "K": K}
    check(tmp_path, "heads_outside", bindings, A, B, A @ B.transpose(0, 1, 3, 2))


@heads
def test_heads_inside(tmp_path, Z, H, M, N, K):
    A, B = normal((Z, M, H, K), seed=1), normal((Z, N, H, K), seed=2)
    formula = A.transpose(0, 2, 1, 3) @ B.transpose(0, 2, 3, 1)
    check(tmp_path, "heads_inside", {"Z": Z, "H": H, "M": M, "N": N, "K": K}, A, B, formula)


@heads
def test_rows_outermost(tmp_path, Z, H, M, N, K):
    A, B = normal((M, Z, H, K), seed=1), normal((Z, K, N, H), seed=2)
    formula = (A.transpose(1, 2, 0, 3) @ B.transpose(0, 3, 1, 2)).transpose(2, 0, 1, 3)
    check(tmp_path, "rows_outermost", {"Z": Z, "H": H, "M": M, "N": N, "K": K}, A, B, formula)
