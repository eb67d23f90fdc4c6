"""Thread programs written by hand (tests/programs/legal): each is proved, runs, and gives what its first lines say."""

import json

import numpy as np
import pytest

from support.running import ROOT, normal, ttile

LEGAL = ROOT / "tests" / "programs" / "legal"
PROGRAMS = {  # shapes of the inputs and what the output is
    "stream_single_page": ({"A": (256, 256)}, lambda A: np.maximum(A, 0)),
    "whole_k_in_dst": ({"A": (128, 128), "B": (128, 128)}, lambda A, B: A @ B),
    "spill_and_reload": ({"A": (128, 128), "B": (128, 128)}, lambda A, B: A @ B),
    "accumulate_in_l1": ({"A": (128, 128), "B": (128, 128)}, lambda A, B: A @ B),
    "ring_in_place": ({"A": (32, 128)}, lambda A: A / 8),
    "indexed_ping_pong": ({"A": (32, 128)}, lambda A: A / 8),
    "both_movers_read": ({"A": (64, 128), "B": (64, 128)}, lambda A, B: A + B),
    "alias_two_unpackings": ({"A": (32, 128)}, lambda A: 3 * A),
    "read_ahead": ({"A": (64, 128)}, lambda A: abs(A)),
    "batched_writes": ({"A": (128, 128)}, lambda A: -A),
    "transpose_through_local": ({"A": (64, 32), "B": (64, 64)}, lambda A, B: A.T @ B.T),
    "resident_constants": (
        {"A": (256, 64), "bias": (64,)},
        lambda A, bias: A + bias + (np.arange(256) % 32)[:, None],
    ),
    "causal_lengths": (
        {"A": (128, 128)},
        lambda A: np.concatenate(
            [sum(A[32 * r : 32 * r + 32, 32 * c : 32 * c + 32] for c in range(r + 1)) for r in range(4)]
        ),
    ),
    "shards_in_place": ({"A": (128, 64), "B": (128, 64)}, lambda A, B: np.maximum(A + B, 0)),
    "multicast_row": ({"A": (32, 512), "B": (128, 512)}, lambda A, B: np.tile(A, (4, 1)) + B),
    "multicast_one_window": ({"A": (32, 512), "B": (96, 512)}, lambda A, B: np.tile(A, (3, 1)) + B),
    "multicast_pair": (
        {"A": (32, 512), "S": (32, 512), "B": (128, 512)},
        lambda A, S, B: np.tile(A + S, (4, 1)) + B,
    ),
    "multicast_once": (
        {"A": (96, 128), "B": (32, 128)},
        lambda A, B: np.concatenate([A + np.tile(B, (3, 1)), B]),
    ),
    "multicast_chain": ({"A": (32, 512), "B": (96, 512)}, lambda A, B: np.tile(A, (3, 1)) + B),
    "multicast_turns": ({"A": (32, 576), "B": (96, 576)}, lambda A, B: np.tile(A, (3, 1)) + B),
    "multicast_gemm": ({"A": (128, 128), "B": (128, 128)}, lambda A, B: A @ B),
}


def test_every_program_has_a_formula():
    assert {path.stem for path in LEGAL.glob("*.ttir")} == set(PROGRAMS)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_program(tmp_path, name):
    shapes, formula = PROGRAMS[name]
    inputs = {key: normal(shape, seed=i).value for i, (key, shape) in enumerate(shapes.items())}
    arguments = ["--output", f"C={tmp_path / 'C.npy'}"]
    for key, value in inputs.items():
        np.save(tmp_path / f"{key}.npy", value.astype(np.float32))
        arguments += ["--input", f"{key}={tmp_path / key}.npy"]
    result = ttile("sim", LEGAL / f"{name}.ttir", *arguments)
    assert result.returncode == 0, result.stderr
    expected = formula(**{key: value.astype(np.float64) for key, value in inputs.items()})
    error = np.abs(np.load(tmp_path / "C.npy").astype(np.float64) - expected).max()
    assert error <= 2**-7 * np.abs(expected).max()  # operands and output are bfloat16


def test_bytes_of_tensors_in_l1_are_told():
    program = LEGAL / "shards_in_place.ttir"
    told = json.loads(ttile("sim", program, "--json").stdout)
    assert (told["l1_local_bytes"], told["l1_remote_bytes"]) == (4096, 12288)
    assert told["dram_read_bytes"] == told["dram_write_bytes"] == 0
    assert "tensors in L1     4,096 bytes moved on the core, 12,288 between cores" in ttile("sim", program).stdout
    assert "tensors in L1" not in ttile("sim", LEGAL / "read_ahead.ttir").stdout
