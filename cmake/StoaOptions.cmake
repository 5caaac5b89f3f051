option(STOA_TESTS "Build the tests" ON)
option(STOA_BENCH "Build the load bench" ON)
option(STOA_FUZZ "Build the fuzz targets (clang only)" OFF)
option(STOA_WERROR "Treat warnings as errors" ON)
set(STOA_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# All presets but debug compile several sources as one, in a quarter of the time.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(EXPAT REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.74 REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)

# Debian's security updates of expat 2.5 defer parsing as 2.6 does; the release before them does not,
# and has no switch for it.
include(CheckSymbolExists)
set(CMAKE_REQUIRED_INCLUDES "${EXPAT_INCLUDE_DIRS}")
check_symbol_exists(XML_SetReparseDeferralEnabled expat.h STOA_EXPAT_DEFERS)
unset(CMAKE_REQUIRED_INCLUDES)

# Every target of ours, and only ours: warnings, and the sanitizers of the preset.
function(stoa_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports these falsely in optimised standard library code.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict
      -Wno-null-dereference -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # sources look like headers
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    # Clang 14 has coroutines, but does not say so in the macro that libstdc++ and Asio ask for.
    target_compile_definitions(${target} PRIVATE __cpp_impl_coroutine=201902L
      BOOST_ASIO_HAS_CO_AWAIT)
  endif()
  if(STOA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND STOA_SANITIZE STREQUAL "thread")
    target_compile_options(${target} PRIVATE -Wno-tsan)  # Asio's fences only weaken the check
  endif()
  if(STOA_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${STOA_SANITIZE}
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${STOA_SANITIZE})
  endif()
  if(STOA_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)  # coverage
  endif()
endfunction()

# Sources whose `using` declarations would change what others mean; compiled alone in every preset.
function(stoa_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
