# run: run
# error: 0:0 CODE
# exit: 1
import tilelang
import tilelang.language as T


x = 3
