# The library that is installed: libttile.a, one object in which only ttile_* symbols are visible, so that the short
# names used inside never meet those of a program that links it.
set(TTILE_ARCHIVE ${CMAKE_BINARY_DIR}/libttile.a)
add_custom_command(
  OUTPUT ${TTILE_ARCHIVE}
  COMMAND ${CMAKE_LINKER} -r -o ttile.o --whole-archive $<TARGET_FILE:ttile_core>
  COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=ttile_* ttile.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${TTILE_ARCHIVE}
  COMMAND ${CMAKE_AR} rcs ${TTILE_ARCHIVE} ttile.o
  DEPENDS ttile_core
  COMMENT "Making libttile.a"
  VERBATIM)
if(EXISTS ${CMAKE_SOURCE_DIR}/include/ttile/ttile.h)
  add_custom_target(ttile_archive ALL DEPENDS ${TTILE_ARCHIVE})
  install(FILES ${TTILE_ARCHIVE} DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY include/ttile DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()
if(TARGET ttile)
  install(TARGETS ttile RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

include(CMakePackageConfigHelpers)
set(TTILE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/ttile)
configure_package_config_file(cmake/ttileConfig.cmake.in ${CMAKE_BINARY_DIR}/ttileConfig.cmake
  INSTALL_DESTINATION ${TTILE_CMAKE_DIR} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ttileConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ttileConfig.cmake ${CMAKE_BINARY_DIR}/ttileConfigVersion.cmake
  DESTINATION ${TTILE_CMAKE_DIR})
