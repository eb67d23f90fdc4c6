# run: run
# error: 4:1 no-kernel
# exit: 1
import tilelang
import tilelang.language as T


x = 3
