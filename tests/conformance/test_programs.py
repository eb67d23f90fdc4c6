"""Circular buffers and the instructions of a product."""

import re

import pytest
from common import GEMM, gemm, plan_of
from support.running import KERNELS, ttile, ttile_json, words


def test_three_buffers_of_two_pages(tmp_path):
    plan = plan_of(tmp_path, *gemm(32, 32, 32, block_K=32, num_stages=2), "--pipeline=new")
    buffers = plan["circular_buffers"]
    assert len(buffers) == 3
    streams = [buffer["pages"] for buffer in buffers if buffer["producer"] == "reader"]
    assert streams == [2, 2]
    assert all(buffer["page_bytes"] == 2048 for buffer in buffers if buffer["format"] == "bfloat16")


def test_sequence_of_a_product():
    """Acquire, wait for both inputs, products over all of k, pop both, commit, wait, pack, release, push."""
    text = ttile("opt", GEMM, *gemm(32, 32, 128, block_K=32, num_stages=2), "--no-locations", "--pipeline=new").stdout
    compute = text[text.index("matmul_block_init") :]
    order = ["matmul_block(", "tile_regs_commit", "tile_regs_wait", "pack_tile", "tile_regs_release", "cb_push_back(cb_C_out"]
    places = [compute.index(call) for call in ["tile_regs_acquire", *order]]
    assert places == sorted(places)
    for buffer in ("cb_A_shared", "cb_B_shared"):
        waits, pops = compute.index(f"cb_wait_front({buffer}"), compute.index(f"cb_pop_front({buffer}")
        assert waits < compute.index("matmul_block(") < pops
    assert compute.count("matmul_block(") == 1, "one product, in a loop over k"
    assert compute.count("pack_tile") == 1, "one packed result, never one for each step of k"


@pytest.mark.parametrize("dtype,page", [("bfloat16", 2048), ("float16", 2048), ("float32", 4096)])
def test_page_sizes(tmp_path, dtype, page):
    plan = plan_of(tmp_path, *gemm(32, 32, 32, block_K=32, in_dtype=dtype, out_dtype=dtype), "--pipeline=new")
    for buffer in plan["circular_buffers"]:
        assert buffer["page_bytes"] == page, buffer


def products(text):
    """Operands of the products in a program's text."""
    return re.findall(r"matmul_block\((cb_\w+), (cb_\w+),", text)


def test_two_gemms_are_two_products(tmp_path):
    sizes = words({"M": 64, "N": 64, "K": 96})
    kernel = KERNELS / "several.py:gated"
    text = ttile("opt", kernel, *sizes, "--no-locations", "--pipeline=new").stdout
    assert products(text) == [("cb_A_shared", "cb_G_shared"), ("cb_A_shared", "cb_U_shared")]
    report = ttile_json("run", kernel, *sizes, "--pipeline=new")
    assert report["pass"] is True
    assert report["tile_products"] == 2 * (2 * 2 * 3)


@pytest.mark.parametrize("K", [32, 96, 320, 1056])
def test_k_comes_from_the_loop(K):
    """One block of one tile: as many tile products, and tiles read of both operands, as K has tiles."""
    report = ttile_json("run", GEMM, *gemm(32, 32, K, block_K=32), "--pipeline=new")
    assert report["pass"] is True
    assert report["tile_products"] == K // 32
    assert report["dram_read_bytes"] == 2 * (K // 32) * 2048
    assert report["dram_write_bytes"] == 2048


@pytest.mark.parametrize("K", [64, 1024])
def test_one_accumulation_over_all_of_k(K):
    """However long K is: one result is packed for the output, never one for each step."""
    text = ttile("opt", GEMM, *gemm(32, 32, K, block_K=32), "--no-locations", "--pipeline=new").stdout
    assert len(re.findall(r"pack_tile(?:_at)?\(0, cb_C_out", text)) == 1
    assert text.count("cb_push_back(cb_C_out, 1)") == 1
