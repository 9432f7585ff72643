# Warnings, sanitizers and the helpers every folder uses. Syntax: see CONTRIBUTING.md.
include_guard(GLOBAL)

# ---------------------------------------------------------------------------------------------
# ccache: one cache for every preset and every checkout.
if(INSIEME_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(INSIEME_CCACHE_PROGRAM ccache)
  mark_as_advanced(INSIEME_CCACHE_PROGRAM)
  if(INSIEME_CCACHE_PROGRAM)
    set(_launcher ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${INSIEME_CCACHE_PROGRAM})
    set(CMAKE_C_COMPILER_LAUNCHER ${_launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
  endif()
endif()

# ---------------------------------------------------------------------------------------------
# One INTERFACE target, linked PRIVATE by everything that is compiled here.
add_library(insieme_options INTERFACE)
target_compile_options(insieme_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  # clang warns of an unused constant by itself; g++ is told to, so that no tier is the first to see one.
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
    -Wunused-const-variable>
  $<$<BOOL:${INSIEME_WERROR}>:-Werror>
  -fno-omit-frame-pointer
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
target_compile_definitions(insieme_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
target_compile_options(insieme_options INTERFACE
  $<$<CONFIG:Release>:-fstack-protector-strong>
  # These five guess from what g++ 12's optimiser made of std::string and std::variant, and guess
  # wrong (GCC bugs 105651, 105329, 80635). The sanitizers look for what they would have found.
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread>)
target_link_options(insieme_options INTERFACE
  $<$<AND:$<CONFIG:Release>,$<PLATFORM_ID:Linux>>:LINKER:-z,relro,-z,now>)

set(INSIEME_FUZZING OFF)
set(INSIEME_TEST_FACTOR 1)
if(INSIEME_SANITIZE)
  set(INSIEME_TEST_FACTOR 4)
  set(_instrument ${INSIEME_SANITIZE})
  if(INSIEME_SANITIZE MATCHES "fuzzer")
    set(INSIEME_FUZZING ON)
    string(REPLACE "fuzzer" "fuzzer-no-link" _instrument "${INSIEME_SANITIZE}")
  endif()
  target_compile_options(insieme_options INTERFACE
    -fsanitize=${_instrument} -fno-sanitize-recover=all)
  target_link_options(insieme_options INTERFACE -fsanitize=${_instrument})
endif()

# ---------------------------------------------------------------------------------------------
# insieme_add_layer(<folder>): the folder when it has a CMakeLists.txt, nothing otherwise. With
# -DINSIEME_LAYERS="sync;tests/sync" only the folders named there, for work on a part; a preset may
# leave out with INSIEME_SKIP what its compiler flags have nothing to say about.
set(INSIEME_LAYERS "" CACHE STRING "Folders to build; empty for all")
set(INSIEME_SKIP "" CACHE STRING "Folders not to build")
function(insieme_add_layer folder)
  if(folder IN_LIST INSIEME_SKIP)
    return()
  endif()
  if(INSIEME_LAYERS AND NOT folder IN_LIST INSIEME_LAYERS
      AND NOT (folder STREQUAL "tests" AND INSIEME_LAYERS MATCHES "tests/"))
    return()
  endif()
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/${folder})
  endif()
endfunction()

function(_insieme_precompile target)
  if(INSIEME_PCH AND ARGN)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# insieme_add_library(<name> SOURCES … [HEADERS …] [PUBLIC_DEPS …] [PRIVATE_DEPS …] [PCH <x.hpp> …])
# → target insieme_<name>, alias insieme::<name>; include/ is public, src/ is private. The headers
# of include/ are found when HEADERS does not list them.
function(insieme_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ALIAS" "SOURCES;HEADERS;PUBLIC_DEPS;PRIVATE_DEPS;PCH")
  string(REGEX REPLACE "^insieme_" "" name ${name})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "insieme_add_library(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  set(target insieme_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(insieme::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  set(public_dir ${CMAKE_CURRENT_SOURCE_DIR}/include)
  if(IS_DIRECTORY ${public_dir})
    set(headers ${arg_HEADERS})
    if(NOT headers)
      file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${public_dir}/*.hpp ${public_dir}/*.h)
    endif()
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${public_dir} FILES ${headers})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  endif()
  target_link_libraries(${target}
    PUBLIC ${arg_PUBLIC_DEPS} PRIVATE ${arg_PRIVATE_DEPS} insieme_options)
  _insieme_precompile(${target} ${arg_PCH})
endfunction()

# insieme_add_executable(<output-name> SOURCES … [DEPS …] [PCH …])  → <build>/bin/<output-name>
# The target is called <output-name>_exe, so that a library may have the same name.
function(insieme_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PCH")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "insieme_add_executable(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  string(REPLACE "-" "_" target ${name}_exe)
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  endif()
  target_link_libraries(${target} PRIVATE ${arg_DEPS} insieme_options)
  _insieme_precompile(${target} ${arg_PCH})
endfunction()

# ---------------------------------------------------------------------------------------------
# Catch2's main is compiled once; every test executable links that one object.
function(_insieme_catch_main)
  if(TARGET insieme_catch_main)
    return()
  endif()
  set(support ${PROJECT_SOURCE_DIR}/tests/support)
  add_library(insieme_catch_main OBJECT ${support}/catch_main.cpp)
  target_include_directories(insieme_catch_main PUBLIC ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(insieme_catch_main
    PUBLIC Catch2::Catch2 Threads::Threads PRIVATE insieme_options)
  set_target_properties(insieme_catch_main PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  if(NOT INSIEME_PCH)
    return()
  endif()
  # The header that all test programs share needs a source of its own: the one with main() defines
  # what the header must not have seen yet.
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_pch.cpp CONTENT "// For the header only.\n")
  add_library(insieme_test_pch OBJECT ${PROJECT_BINARY_DIR}/test_pch.cpp)
  target_link_libraries(insieme_test_pch PRIVATE insieme_catch_main insieme_options)
  set_target_properties(insieme_test_pch PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_precompile_headers(insieme_test_pch
    PRIVATE ${support}/catch.hpp <optional> <string> <vector>)
endfunction()

# insieme_add_test(<name> SOURCES … [DEPS …] [LABELS …] [WHITEBOX sync …] [ARGS …] [TIMEOUT s]
#                  [ENVIRONMENT VAR=value …] [SERIAL])
# → executable <build>/bin/<name>, one ctest of that name. WHITEBOX adds <layer>/src.
function(insieme_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT"
    "SOURCES;DEPS;LABELS;WHITEBOX;ARGS;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "insieme_add_test(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(INSIEME_FUZZING)
    return()  # only fuzz targets run there
  endif()
  _insieme_catch_main()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE
    insieme_catch_main ${arg_DEPS} insieme_options)
  if(INSIEME_PCH)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_precompile_headers(${name} REUSE_FROM insieme_test_pch)
  endif()
  foreach(layer IN LISTS arg_WHITEBOX)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/${layer}/src)
  endforeach()
  add_test(NAME ${name} COMMAND ${name} ${arg_ARGS} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  _insieme_test_properties(${name} "${arg_TIMEOUT}" "${arg_LABELS}" "${arg_ENVIRONMENT}")
  set_tests_properties(${name} PROPERTIES RUN_SERIAL ${arg_SERIAL})
endfunction()

function(_insieme_test_properties name timeout labels environment)
  if(NOT timeout)
    set(timeout 120)
  endif()
  math(EXPR timeout "${timeout} * ${INSIEME_TEST_FACTOR}")
  set(sanitizers "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
    "ASAN_OPTIONS=detect_stack_use_after_return=1" "TSAN_OPTIONS=second_deadlock_stack=1")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} LABELS "${labels}"
    ENVIRONMENT "INSIEME_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};${sanitizers};${environment}")
endfunction()

add_custom_target(insieme_fuzzers)

# insieme_add_fuzzer(<name> SOURCES … [DEPS …] [WHITEBOX sync …] [CORPUS <dir>] [MAX_LEN n])
# One LLVMFuzzerTestOneInput per target. With preset fuzz: a libFuzzer program and a bounded
# ctest (label fuzz; environment INSIEME_FUZZ_SECONDS, 20, and INSIEME_FUZZ_SEED, 0: another every
# time). Otherwise: a program that replays the corpus once.
function(insieme_add_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS;MAX_LEN" "SOURCES;DEPS;WHITEBOX")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "insieme_add_fuzzer(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  add_executable(${name} ${arg_SOURCES})
  add_dependencies(insieme_fuzzers ${name})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} insieme_options)
  foreach(layer IN LISTS arg_WHITEBOX)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/${layer}/src)
  endforeach()
  set(corpus "")
  if(arg_CORPUS)
    cmake_path(ABSOLUTE_PATH arg_CORPUS BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
      OUTPUT_VARIABLE corpus)
  endif()
  if(NOT INSIEME_FUZZING)
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/fuzz_replay.cpp)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
    _insieme_test_properties(${name} 120 "fuzz-replay" "")
    return()
  endif()
  if(NOT arg_MAX_LEN)
    set(arg_MAX_LEN 4096)
  endif()
  target_link_options(${name} PRIVATE -fsanitize=${INSIEME_SANITIZE})
  set(found ${PROJECT_BINARY_DIR}/corpus/${name})
  file(MAKE_DIRECTORY ${found})
  add_test(NAME ${name} COMMAND sh -c
    "exec \"$0\" -max_total_time=\"\${INSIEME_FUZZ_SECONDS:-20}\" -seed=\"\${INSIEME_FUZZ_SEED:-0}\" \"$@\""
    $<TARGET_FILE:${name}>
    -max_len=${arg_MAX_LEN} -rss_limit_mb=1024 -timeout=60 -artifact_prefix=${found}-
    -print_final_stats=1 ${found} ${corpus})
  _insieme_test_properties(${name} 900 "fuzz" "")
endfunction()

# The lint and its own self-test run as tests.
function(insieme_add_house_tests)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(tools ${PROJECT_SOURCE_DIR}/tools)
  add_test(NAME house_lint COMMAND ${Python3_EXECUTABLE} -B ${tools}/check_house.py)
  add_test(NAME house_lint_finds COMMAND ${Python3_EXECUTABLE} -B ${tools}/check_house_test.py)
  add_test(NAME house_docs COMMAND ${Python3_EXECUTABLE} -B ${tools}/check_docs.py)
  add_test(NAME house_docs_finds COMMAND ${Python3_EXECUTABLE} -B ${tools}/check_docs_test.py)
  set_tests_properties(house_lint house_lint_finds house_docs house_docs_finds PROPERTIES TIMEOUT 60 LABELS "house")
endfunction()
