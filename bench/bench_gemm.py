"""Seconds of one N x N x N product in float32 with numpy, the best of several.

    python bench_gemm.py N THREADS

The number of threads and OpenBLAS' own choice of kernels are set before numpy is loaded.
"""

import os
import sys
import time

size, threads = int(sys.argv[1]), sys.argv[2]
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = threads

import numpy  # noqa: E402  (after the environment is set)

generator = numpy.random.default_rng(0)
a = generator.standard_normal((size, size), dtype=numpy.float32)
b = generator.standard_normal((size, size), dtype=numpy.float32)
c = numpy.empty_like(a)
numpy.matmul(a, b, out=c)
best = float("inf")
for _ in range(5):
    start = time.perf_counter()
    numpy.matmul(a, b, out=c)
    best = min(best, time.perf_counter() - start)
print(best)
