# cmake -DSOURCE= -DLIBRARY= -DCOMPILER= -DARCHIVER= -DFLAGS="-O2"
#       -DDEFINITIONS="A B=1" -DSODIUM=ON -P build_sqlite.cmake
#
# Copies sqlite3.c, repairs two places of the copy, gives the page cipher libsodium's arithmetic
# (SODIUM), compiles it to LIBRARY. Several build
# directories may run this at once: the first does the work, the others wait and find it done.

cmake_path(GET LIBRARY PARENT_PATH dir)
file(MAKE_DIRECTORY ${dir})
file(LOCK ${dir}/lock TIMEOUT 900)
if(EXISTS ${LIBRARY})
  return()
endif()

# SQLite3 Multiple Ciphers hands on SHORT_READ only; every other read error of the disk would
# become "success" with garbage, and then look like a wrong key.
# Upstream: SQLite3MultipleCiphers pull request 272.
file(READ ${SOURCE} text)
string(FIND "${text}" "static int mcIoRead(sqlite3_file* pFile, void* buffer" at)
set(begin "int rc = REALFILE(pFile)->pMethods->xRead(REALFILE(pFile), buffer, count, offset);")
set(faulty "if (rc == SQLITE_IOERR_SHORT_READ)")
set(sound "if (rc != SQLITE_OK)")
# The last match is the function's body; the first ones are declarations.
set(found FALSE)
while(at GREATER_EQUAL 0 AND NOT found)
  string(SUBSTRING "${text}" 0 ${at} before)
  string(SUBSTRING "${text}" ${at} 600 body)
  math(EXPR rest "${at} + 600")
  string(SUBSTRING "${text}" ${rest} -1 after)
  string(FIND "${body}" "${begin}" call)
  if(call GREATER_EQUAL 0)
    set(found TRUE)
  else()
    string(FIND "${after}" "static int mcIoRead(sqlite3_file* pFile, void* buffer" next)
    if(next LESS 0)
      break()
    endif()
    math(EXPR at "${rest} + ${next}")
  endif()
endwhile()
if(NOT found)
  message(FATAL_ERROR "${SOURCE}: mcIoRead does not look as expected; look at the new version "
    "of SQLite3 Multiple Ciphers and at this script before using it.")
endif()
string(SUBSTRING "${body}" 0 ${call} head)
string(SUBSTRING "${body}" ${call} -1 tail)
string(LENGTH "${begin}" begin_length)
string(SUBSTRING "${tail}" ${begin_length} 60 check)
string(STRIP "${check}" check)
string(FIND "${check}" "${faulty}" is_faulty)
string(FIND "${check}" "${sound}" is_sound)
if(is_faulty EQUAL 0)
  string(FIND "${tail}" "${faulty}" fault_at)
  string(LENGTH "${faulty}" faulty_length)
  math(EXPR fault_end "${fault_at} + ${faulty_length}")
  string(SUBSTRING "${tail}" 0 ${fault_at} tail_before)
  string(SUBSTRING "${tail}" ${fault_end} -1 tail_after)
  set(text "${before}${head}${tail_before}${sound}${tail_after}${after}")
elseif(NOT is_sound EQUAL 0)
  message(FATAL_ERROR "${SOURCE}: after its read, mcIoRead goes on with '${check}'; neither the "
    "known fault nor its repair. Look at the new version and at this script.")
endif()

# Opening a connection allocates two tables and looks at one: without memory for the other it writes
# through a null pointer.
set(faulty "if (cloneCodecParams != NULL)")
set(sound "if (cloneCipherParams != NULL && cloneCodecParams != NULL)")
set(faulty_end "    sqlite3_free(cloneCipherParams);\n  }\n  return cloneCodecParams;")
set(sound_end "    sqlite3_free(cloneCipherParams);\n    sqlite3_free(cloneCodecParams);\n\
    cloneCodecParams = NULL;\n  }\n  return cloneCodecParams;")
string(FIND "${text}" "${sound}" is_sound)
if(is_sound LESS 0)
  string(FIND "${text}" "${faulty}" begins)
  string(FIND "${text}" "${faulty_end}" ends)
  if(begins LESS 0 OR ends LESS 0)
    message(FATAL_ERROR "${SOURCE}: sqlite3mcCloneCodecParameterTable does not look as expected; "
      "look at the new version of SQLite3 Multiple Ciphers and at this script before using it.")
  endif()
  string(REPLACE "${faulty}" "${sound}" text "${text}")
  string(REPLACE "${faulty_end}" "${sound_end}" text "${text}")
endif()
# The page cipher's own ChaCha20 and Poly1305 go one word at a time and take two thirds of what a page
# costs. libsodium's compute the same, with what the processor has. Its ChaCha20 ends the program
# where the 32-bit counter, which begins anywhere, would begin anew; such a page (one in 60 million),
# and short pieces, go the old way.
if(SODIUM)
  set(cipher_begin "                  const uint8_t nonce[12], uint32_t counter)\n{\n  size_t i;\n")
  set(tag_begin "              uint8_t tag[16])\n{\n  uint64_t d0, d1, d2, d3, d4;\n")
  foreach(begin IN ITEMS cipher_begin tag_begin)
    string(FIND "${text}" "${${begin}}" at)
    string(FIND "${text}" "${${begin}}" last REVERSE)
    if(at LESS 0 OR NOT at EQUAL last)
      message(FATAL_ERROR "${SOURCE}: chacha20_xor or poly1305 does not look as expected; look at the "
        "new version of SQLite3 Multiple Ciphers and at this script before using it.")
    endif()
  endforeach()
  string(REPLACE "${cipher_begin}" "${cipher_begin}\
  extern int crypto_stream_chacha20_ietf_xor_ic(unsigned char*, const unsigned char*,\n\
    unsigned long long, const unsigned char*, uint32_t, const unsigned char*);\n\
  if (n >= 256 && n < 0x100000 && counter < 0xffff0000u) {\n\
    crypto_stream_chacha20_ietf_xor_ic(buffer, buffer, n, nonce, counter, key);\n\
    return;\n\
  }\n" text "${text}")
  string(REPLACE "${tag_begin}" "${tag_begin}\
  extern int crypto_onetimeauth_poly1305(unsigned char*, const unsigned char*,\n\
    unsigned long long, const unsigned char*);\n\
  if (n >= 256) {\n\
    crypto_onetimeauth_poly1305(tag, msg, n, key);\n\
    return;\n\
  }\n" text "${text}")
endif()
file(WRITE ${dir}/sqlite3.c "${text}")
cmake_path(GET SOURCE PARENT_PATH source_dir)

separate_arguments(definitions UNIX_COMMAND "${DEFINITIONS}")
separate_arguments(flags UNIX_COMMAND "${FLAGS}")
list(TRANSFORM definitions PREPEND -D)
execute_process(COMMAND ${COMPILER} ${flags} -w ${definitions} -I${source_dir}
  -c ${dir}/sqlite3.c -o ${dir}/sqlite3.o COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${ARCHIVER} rcs ${LIBRARY}.new ${dir}/sqlite3.o COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${LIBRARY}.new ${LIBRARY})
file(REMOVE ${dir}/sqlite3.o)
