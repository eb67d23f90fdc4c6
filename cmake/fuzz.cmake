# Fuzz targets. In every build each one is also linked with replay.c, which runs it over files: the seeds and the crashes
# that were found (fuzz/crashes/<target>/) are part of the normal tests.
file(GLOB FUZZ_TARGETS CONFIGURE_DEPENDS fuzz/fuzz_*.c)
foreach(source ${FUZZ_TARGETS})
  get_filename_component(name ${source} NAME_WE)
  if(TTILE_FUZZ)
    add_executable(${name} ${source} fuzz/fuzz.c)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${name} PRIVATE ttile_core PkgConfig::JANSSON)
  endif()
  if(BUILD_TESTING)
    add_executable(${name}_replay ${source} fuzz/fuzz.c fuzz/replay.c)
    set_target_properties(${name}_replay PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
    target_link_libraries(${name}_replay PRIVATE ttile_core PkgConfig::JANSSON)
    ttile_test(${name}_replay unit ${CMAKE_BINARY_DIR}/unit/${name}_replay ${CMAKE_SOURCE_DIR}/fuzz/crashes/${name}
      ${CMAKE_SOURCE_DIR}/fuzz/seeds/${name})
  endif()
endforeach()
