# insieme::sqlite3: the one SQLite (with page encryption) of client, server and tests.
#
# The source comes from the npm package pinned in package-lock.json; nothing of its JavaScript is
# used, so its demand for a newer Node does not matter. It is compiled once per architecture and
# set of flags into build/_deps/, not once per preset: it takes most of a minute.
include_guard(GLOBAL)

set(INSIEME_SQLITE_SOURCE
  ${PROJECT_SOURCE_DIR}/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3
  CACHE PATH "Folder with sqlite3.c and sqlite3.h of SQLite3 Multiple Ciphers")
set(INSIEME_DEPS_DIR ${PROJECT_SOURCE_DIR}/build/_deps
  CACHE PATH "Where compiled third-party code is kept, shared by all presets")

# Never add SQLITE_DEFAULT_PAGE_SIZE=512 and never open with psow=0: with page encryption a journal
# header as large as a page is taken for a page, and a crash then costs the database.
set(INSIEME_SQLITE_DEFINITIONS
  SQLITE_ENABLE_FTS5
  SQLITE_THREADSAFE=2            # one connection is used by one thread at a time
  SQLITE_TEMP_STORE=3            # temporary files would not be encrypted
  SQLITE_DQS=0
  SQLITE_OMIT_LOAD_EXTENSION
  SQLITE_OMIT_DEPRECATED
  SQLITE_OMIT_SHARED_CACHE
  SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_DEFAULT_WAL_SYNCHRONOUS=2
  HAVE_CIPHER_CHACHA20=1
  HAVE_CIPHER_AES_128_CBC=0
  HAVE_CIPHER_AES_256_CBC=0
  HAVE_CIPHER_SQLCIPHER=0
  HAVE_CIPHER_RC4=0
  HAVE_CIPHER_ASCON128=0
  HAVE_CIPHER_AEGIS=0)

set(INSIEME_SQLITE_FLAGS "-O2 -g0 -fPIC")
set(INSIEME_SQLITE_SODIUM ON)  # the page cipher computes with libsodium
set(INSIEME_SQLITE_LINKS PkgConfig::sodium Threads::Threads m)
if(EMSCRIPTEN)
  # The file system is ours (mobile-bindings/wasm). Of the cipher's sources of randomness only the
  # one for __WASM__ is there, and clang calls that __wasm__.
  list(APPEND INSIEME_SQLITE_DEFINITIONS SQLITE_OS_OTHER=1 __WASM__=1)
  # What no statement there uses.
  list(APPEND INSIEME_SQLITE_DEFINITIONS
    SQLITE_OMIT_JSON SQLITE_OMIT_DATETIME_FUNCS SQLITE_OMIT_UTF16 SQLITE_OMIT_PROGRESS_CALLBACK
    SQLITE_OMIT_TRACE SQLITE_OMIT_AUTHORIZATION SQLITE_OMIT_COMPLETE SQLITE_OMIT_GET_TABLE
    SQLITE_OMIT_DECLTYPE SQLITE_OMIT_DESERIALIZE SQLITE_OMIT_COMPILEOPTION_DIAGS
    SQLITE_OMIT_TCL_VARIABLE SQLITE_OMIT_INTROSPECTION_PRAGMAS SQLITE_UNTESTABLE)
  set(INSIEME_SQLITE_FLAGS "-Oz -g0")
  set(INSIEME_SQLITE_SODIUM OFF)  # there it has nothing that is faster
  set(INSIEME_SQLITE_LINKS "")
endif()

function(_insieme_sqlite)
  set(source ${INSIEME_SQLITE_SOURCE}/sqlite3.c)
  if(NOT EXISTS ${source} OR NOT EXISTS ${INSIEME_SQLITE_SOURCE}/sqlite3.h)
    message(FATAL_ERROR "SQLite's source is not in ${INSIEME_SQLITE_SOURCE}. Run tools/setup "
      "(or: npm ci --ignore-scripts) and configure again.")
  endif()
  file(STRINGS ${INSIEME_SQLITE_SOURCE}/sqlite3.h line REGEX "^#define SQLITE_VERSION " LIMIT_COUNT 1)
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" version "${line}")
  if(version VERSION_LESS 3.53)
    message(FATAL_ERROR "SQLite 3.53 or newer is needed, ${source} is '${version}'")
  endif()

  # One compiler for every preset of this machine: a library built by gcc links under clang too.
  set(compiler ${CMAKE_C_COMPILER})
  if(NOT CMAKE_CROSSCOMPILING)
    find_program(INSIEME_SQLITE_CC NAMES gcc cc NO_CACHE)
    if(INSIEME_SQLITE_CC)
      set(compiler ${INSIEME_SQLITE_CC})
    endif()
  endif()
  execute_process(COMMAND ${compiler} -dumpmachine
    OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${compiler} -dumpversion
    OUTPUT_VARIABLE compiler_version OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(script ${PROJECT_SOURCE_DIR}/cmake/build_sqlite.cmake)
  file(SHA256 ${source} source_hash)
  file(SHA256 ${script} script_hash)
  string(SHA256 key "${source_hash} ${script_hash} ${compiler} ${compiler_version} ${machine} \
    ${INSIEME_SQLITE_FLAGS} ${INSIEME_SQLITE_SODIUM} ${INSIEME_SQLITE_DEFINITIONS}")
  string(SUBSTRING ${key} 0 12 key)
  string(REGEX REPLACE "-.*" "" arch "${machine}")
  set(dir ${INSIEME_DEPS_DIR}/sqlite-${arch}-${key})
  set(library ${dir}/libinsieme_sqlite3.a)

  string(REPLACE ";" " " definitions "${INSIEME_SQLITE_DEFINITIONS}")
  add_custom_command(OUTPUT ${library}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DLIBRARY=${library} -DCOMPILER=${compiler}
      -DARCHIVER=${CMAKE_AR} "-DFLAGS=${INSIEME_SQLITE_FLAGS}"
      -DSODIUM=${INSIEME_SQLITE_SODIUM} "-DDEFINITIONS=${definitions}" -P ${script}
    COMMENT "SQLite ${version} for ${arch} (once, shared by all presets)" VERBATIM)
  add_custom_target(insieme_sqlite3_build DEPENDS ${library})

  file(MAKE_DIRECTORY ${dir}/include)
  file(COPY ${INSIEME_SQLITE_SOURCE}/sqlite3.h DESTINATION ${dir}/include)
  add_library(insieme::sqlite3 STATIC IMPORTED GLOBAL)
  set_target_properties(insieme::sqlite3 PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES ${dir}/include
    INTERFACE_COMPILE_DEFINITIONS "SQLITE_OMIT_LOAD_EXTENSION;SQLITE_OMIT_DEPRECATED"
    INTERFACE_LINK_LIBRARIES "${INSIEME_SQLITE_LINKS}")
  add_dependencies(insieme::sqlite3 insieme_sqlite3_build)
endfunction()

_insieme_sqlite()
