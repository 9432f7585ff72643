# cmake -DLIBRARY= -DNM= -DEXPORTS= -P check_exports.cmake: the library exports what was reviewed.
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${LIBRARY}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
set(found "")
foreach(line IN LISTS lines)
  # The version node itself is an absolute symbol (A).
  if(line MATCHES "^([^@ ]+)[^ ]* ([A-Za-z])" AND NOT CMAKE_MATCH_2 STREQUAL "A")
    list(APPEND found ${CMAKE_MATCH_1})
  endif()
endforeach()
list(SORT found)
file(STRINGS ${EXPORTS} wanted)
if(NOT "${found}" STREQUAL "${wanted}")
  message(FATAL_ERROR "exported: ${found}\nreviewed: ${wanted}\n"
    "If the change is meant, review exports.txt.")
endif()
