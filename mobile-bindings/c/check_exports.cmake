# cmake -DLIBRARY= -DNM= -DEXPORTS= -P check_exports.cmake: the library exports what was reviewed.
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${LIBRARY}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
set(found "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE "[@ ].*" "" name "${line}")
  string(REGEX REPLACE "^[^ ]+ " "" kind "${line}")
  # The version node itself is an absolute symbol.
  if(NOT kind MATCHES "^A")
    list(APPEND found ${name})
  endif()
endforeach()
list(SORT found)
file(STRINGS ${EXPORTS} wanted)
if(NOT "${found}" STREQUAL "${wanted}")
  message(FATAL_ERROR "exported: ${found}\nreviewed: ${wanted}\n"
    "If the change is meant, review exports.txt.")
endif()
