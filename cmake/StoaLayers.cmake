# stoa_layer(NAME [DEPS layer...] [LIBS target...])
#
# Makes the target stoa_NAME of all sources under src/NAME. DEPS are the layers that it may include,
# LIBS third-party targets that stay private to it.
function(stoa_layer name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/src/${name}/*.cpp")
  list(TRANSFORM ARG_DEPS PREPEND stoa_ OUTPUT_VARIABLE deps)
  if(sources)
    add_library(stoa_${name} STATIC ${sources})
    target_include_directories(stoa_${name} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include"
      PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_link_libraries(stoa_${name} PUBLIC ${deps} PRIVATE ${ARG_LIBS})
    stoa_compile_options(stoa_${name})
  else()
    add_library(stoa_${name} INTERFACE)
    target_include_directories(stoa_${name} INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/include")
    target_link_libraries(stoa_${name} INTERFACE ${deps})
  endif()
endfunction()
