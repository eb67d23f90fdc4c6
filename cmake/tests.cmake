# Tests. Labels choose: `ctest -L unit`. Every Python suite is one CTest entry; pytest names its failing cases.
if(NOT BUILD_TESTING)
  return()
endif()
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# The virtual environment that scripts/prepare_tests.sh makes, or the system's Python.
set(TTILE_VENV ${CMAKE_SOURCE_DIR}/build/venv/bin/python)
if(EXISTS ${TTILE_VENV})
  set(TTILE_PYTHON ${TTILE_VENV})
else()
  find_program(TTILE_PYTHON python3 REQUIRED)
endif()

set(TTILE_TEST_ENVIRONMENT
  TTILE=${CMAKE_BINARY_DIR}/ttile
  TTILE_BUILD=${CMAKE_BINARY_DIR}
  TTILE_UPSTREAM=${CMAKE_SOURCE_DIR}/build/upstream/tilelang-0.1.14
  PYTHONDONTWRITEBYTECODE=1
  ASAN_OPTIONS=detect_leaks=1
  UBSAN_OPTIONS=print_stacktrace=1)

function(ttile_test name label)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 900 ENVIRONMENT "${TTILE_TEST_ENVIRONMENT}")
endfunction()

file(GLOB UNIT_TESTS CONFIGURE_DEPENDS tests/unit/*.c)
foreach(source ${UNIT_TESTS})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
  target_link_libraries(${name} PRIVATE ttile_core PkgConfig::CMOCKA PkgConfig::JANSSON)
  ttile_test(${name} unit ${CMAKE_BINARY_DIR}/unit/${name})
endforeach()

# Instructions dropped and moved in the programs of kernels: each must be noticed.
file(GLOB MUTATION_SOURCES CONFIGURE_DEPENDS tests/mutation/*.c)
add_executable(mutation ${MUTATION_SOURCES})
target_link_libraries(mutation PRIVATE ttile_core PkgConfig::JANSSON)
ttile_test(mutation mutation ${CMAKE_BINARY_DIR}/mutation)
ttile_test(mutation_self mutation ${CMAKE_BINARY_DIR}/mutation --self-test)

file(GLOB EXAMPLES CONFIGURE_DEPENDS examples/*.c)
if(EXISTS ${CMAKE_SOURCE_DIR}/include/ttile/ttile.h)
  foreach(source ${EXAMPLES})
    get_filename_component(name ${source} NAME_WE)
    add_executable(example_${name} ${source})
    target_include_directories(example_${name} PRIVATE include)
    target_link_libraries(example_${name} PRIVATE ${TTILE_ARCHIVE} PkgConfig::JANSSON Threads::Threads m)
    add_dependencies(example_${name} ttile_archive)
    ttile_test(example_${name} example ${CMAKE_BINARY_DIR}/example_${name})
  endforeach()
endif()

ttile_test(layers static ${TTILE_PYTHON} tests/layers/check.py)
ttile_test(layers_self static ${TTILE_PYTHON} tests/layers/check.py --self-test)
if(NOT TARGET ttile)
  return()
endif()
ttile_test(golden golden ${TTILE_PYTHON} tests/golden/run.py)
ttile_test(golden_complete golden ${TTILE_PYTHON} tests/golden/run.py --complete)
ttile_test(golden_emit golden ${TTILE_PYTHON} tests/emit/run.py)
file(GLOB PYTEST_FILES CONFIGURE_DEPENDS tests/e2e/test_*.py tests/errors/test_*.py tests/property/test_*.py
  tests/cli/test_*.py tests/conformance/test_*.py tests/emit/test_*.py tests/docs/test_*.py tests/tvmscript/test_*.py)
foreach(file ${PYTEST_FILES})
  get_filename_component(name ${file} NAME_WE)
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(label ${folder} NAME)
  string(REGEX REPLACE "^test_" "${label}_" name ${name})
  ttile_test(${name} ${label} ${TTILE_PYTHON} -m pytest -q -p no:cacheprovider ${file})
endforeach()
# The end-to-end suite once more under the legacy pipeline: `ctest -L legacy`.
ttile_test(e2e_legacy_pipeline legacy ${CMAKE_COMMAND} -E env TT_USE_NEW_PIPELINE=false ${TTILE_PYTHON} -m pytest -q
  -p no:cacheprovider tests/e2e)
# Only in the configuration Metalium (make check-metalium), which needs the vendor's headers.
foreach(check instructions all host self_test)
  string(REPLACE "_" "-" option --${check})
  add_test(NAME metalium_${check} CONFIGURATIONS Metalium WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMAND ${TTILE_PYTHON} tests/metalium/check.py ${option})
  set_tests_properties(metalium_${check} PROPERTIES LABELS metalium TIMEOUT 1800 ENVIRONMENT "${TTILE_TEST_ENVIRONMENT}")
endforeach()
if(TARGET ttile_archive AND NOT TTILE_SANITIZE AND NOT TTILE_FUZZ)
  ttile_test(install install ${CMAKE_SOURCE_DIR}/tests/install/check.sh ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()
