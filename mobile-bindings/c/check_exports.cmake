# cmake -DLIBRARY= -DNM= -DEXPORTS= -P check_exports.cmake: the library exports what was reviewed.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${LIBRARY}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
set(found "")
foreach(line IN LISTS lines)
  # `name@@version kind …`. One match, since a replacement of "^…" is done again and again on what is
  # left. The version node itself is an absolute symbol (A).
  if(NOT line MATCHES "^([^@ ]+)[^ ]* ([A-Za-z])")
    message(FATAL_ERROR "${NM} wrote '${line}', which is no symbol")
  endif()
  if(NOT CMAKE_MATCH_2 STREQUAL "A")
    list(APPEND found ${CMAKE_MATCH_1})
  endif()
endforeach()
file(STRINGS ${EXPORTS} wanted)
set(unreviewed ${found})
list(REMOVE_ITEM unreviewed ${wanted})
set(missing ${wanted})
list(REMOVE_ITEM missing ${found})
if(unreviewed OR missing)
  message(FATAL_ERROR "exported but not reviewed: [${unreviewed}]; reviewed but not exported: "
    "[${missing}]. If the change is meant, review ${EXPORTS}.")
endif()
