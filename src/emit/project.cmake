cmake_minimum_required(VERSION 3.22...3.30)
project(@name@ LANGUAGES CXX)

# An installation of TT-Metalium 0.81; -DTT-Metalium_DIR=... or CMAKE_PREFIX_PATH says where it is.
find_package(TT-Metalium REQUIRED)

add_executable(host host.cpp)
target_compile_features(host PRIVATE cxx_std_20)
target_compile_definitions(host PRIVATE KERNEL_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(host PRIVATE TT::Metalium)
