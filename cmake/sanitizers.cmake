# Sanitizers apply to every target, so that the library and its callers agree on them.
if(TTILE_SANITIZE OR TTILE_FUZZ)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address,undefined)
  # What gcc infers about values is of the instrumented code here, and often wrong; the other builds have these warnings.
  add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-format-truncation> $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(TTILE_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TTILE_FUZZ needs clang; seen ${CMAKE_C_COMPILER_ID}. Use `cmake --preset fuzz`.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
