# Writes OUT, a C++ file with the function FUNCTION of NAMESPACE, declared in HEADER, that gives the
# files FILES (separated by |) of folder DIR as literals.
# Raw literals keep the bytes as they are; pieces keep each one below what compilers promise to take.
string(REPLACE "|" ";" files "${FILES}")
set(piece_bytes 8000)
file(WRITE ${OUT}.new
  "// Generated from schema/ by embed_bundle.cmake.\n"
  "#include \"${HEADER}\"\n\n"
  "namespace ${NAMESPACE} {\n\n"
  "const insieme::schema::BundleFiles& ${FUNCTION}() {\n"
  "  static const insieme::schema::BundleFiles files{\n")
foreach(file IN LISTS files)
  file(READ ${DIR}/${file} text)
  if(text MATCHES "[)]insieme\"")
    message(FATAL_ERROR "${file} contains the end mark of the literal")
  endif()
  file(APPEND ${OUT}.new "    {\"${file}\",\n")
  string(LENGTH "${text}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} ${piece_bytes} piece)
    file(APPEND ${OUT}.new "R\"insieme(${piece})insieme\"\n")
    math(EXPR at "${at} + ${piece_bytes}")
  endwhile()
  file(APPEND ${OUT}.new "    },\n")
endforeach()
file(APPEND ${OUT}.new
  "  };\n"
  "  return files;\n"
  "}\n\n"
  "}  // namespace ${NAMESPACE}\n")
file(RENAME ${OUT}.new ${OUT})
