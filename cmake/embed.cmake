# Files that the library carries: ttile_embed(FILE NAME) writes generated/NAME.h with the file's bytes as the array NAME.
function(ttile_embed file name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  get_filename_component(base ${file} NAME)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.h CONTENT
    "// ${base}, as bytes; written by cmake/embed.cmake.\nstatic const char ${name}[] = {\n${bytes}\n};\n")
endfunction()

ttile_embed(${CMAKE_SOURCE_DIR}/src/emit/runner.py emit_runner)
ttile_embed(${CMAKE_SOURCE_DIR}/src/emit/host.cpp emit_host_template)
ttile_embed(${CMAKE_SOURCE_DIR}/src/emit/project.cmake emit_project)
ttile_embed(${CMAKE_SOURCE_DIR}/src/emit/sequence.py emit_sequence_script)
target_include_directories(ttile_core PRIVATE ${CMAKE_BINARY_DIR}/generated)
