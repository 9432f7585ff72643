# The packages of InsiemePackages.cmake for browsers: Boost and cereal are headers of Debian's own,
# libsodium and zstd are compiled from Debian's sources, which tools/wasm unpacks.
include_guard(GLOBAL)

set(INSIEME_SOURCES_DIR ${PROJECT_SOURCE_DIR}/build/_deps/src
  CACHE PATH "Where tools/wasm unpacks the sources of libsodium and zstd")
set(_sodium ${INSIEME_SOURCES_DIR}/libsodium/src/libsodium)
set(_zstd ${INSIEME_SOURCES_DIR}/zstd/lib)
if(NOT EXISTS ${_sodium}/include/sodium.h OR NOT EXISTS ${_zstd}/zstd.h)
  message(FATAL_ERROR "The sources of libsodium and zstd are not in ${INSIEME_SOURCES_DIR}. "
    "Run tools/wasm.")
endif()

# Of the machine's own headers only these two: the others are those of another libc.
set(_headers ${PROJECT_BINARY_DIR}/third-party)
file(MAKE_DIRECTORY ${_headers})
foreach(name boost cereal)
  if(NOT EXISTS ${_headers}/${name})
    file(CREATE_LINK /usr/include/${name} ${_headers}/${name} SYMBOLIC)
  endif()
endforeach()
add_library(insieme_headers INTERFACE)
target_include_directories(insieme_headers SYSTEM INTERFACE ${_headers})
add_library(Boost::headers ALIAS insieme_headers)
add_library(cereal::cereal ALIAS insieme_headers)

file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/boost_json.cpp
  CONTENT "#include <boost/json/src.hpp>\n")
add_library(insieme_boost_json STATIC ${PROJECT_BINARY_DIR}/boost_json.cpp)
target_compile_features(insieme_boost_json PUBLIC cxx_std_20)
target_link_libraries(insieme_boost_json PUBLIC Boost::headers)
add_library(Boost::json ALIAS insieme_boost_json)

# No configure: what it would find out is known. Files for other processors are left out.
set(VERSION 1.0.18)
set(SODIUM_LIBRARY_VERSION_MAJOR 10)
set(SODIUM_LIBRARY_VERSION_MINOR 3)
set(SODIUM_LIBRARY_MINIMAL_DEF "")
configure_file(${_sodium}/include/sodium/version.h.in ${_sodium}/include/sodium/version.h @ONLY)
file(GLOB_RECURSE _sources ${_sodium}/*.c)
list(FILTER _sources EXCLUDE REGEX "sse|avx|aesni|sandy2x|xmm6|ed25519_ref10\\.c$")
add_library(insieme_sodium STATIC ${_sources} ${CMAKE_CURRENT_LIST_DIR}/ed25519_browser.c)
target_compile_definitions(insieme_sodium PRIVATE CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1)
target_compile_options(insieme_sodium PRIVATE -w)
# A PIN should cost whoever guesses, not whoever waits: its inner loop is worth its bytes.
set_source_files_properties(${_sodium}/crypto_pwhash/argon2/argon2-fill-block-ref.c
  PROPERTIES COMPILE_OPTIONS -O3)
set_target_properties(insieme_sodium PROPERTIES C_EXTENSIONS ON)  # randomness is an EM_ASM there
target_include_directories(insieme_sodium SYSTEM
  PUBLIC ${_sodium}/include PRIVATE ${_sodium} ${_sodium}/include/sodium)
add_library(PkgConfig::sodium ALIAS insieme_sodium)

file(GLOB _sources ${_zstd}/common/*.c ${_zstd}/compress/*.c ${_zstd}/decompress/*.c)
add_library(insieme_zstd STATIC ${_sources})
target_compile_definitions(insieme_zstd
  PRIVATE ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0 ZSTD_STRIP_ERROR_STRINGS=1
  # Short rather than fast: one decoder of each kind.
  HUF_FORCE_DECOMPRESS_X1=1 ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1 ZSTD_NO_INLINE=1)
target_compile_options(insieme_zstd PRIVATE -w)
target_include_directories(insieme_zstd SYSTEM PUBLIC ${_zstd})
add_library(PkgConfig::zstd ALIAS insieme_zstd)
