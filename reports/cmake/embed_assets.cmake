# Turns files into one C++ source, so that a report needs nothing but itself.
#   cmake -DOUT=assets.cpp -DASSETS=name=file,name=file,... -P embed_assets.cmake
# Lines that point to source maps are left out: a report has none, and browsers would ask for them.
string(REPLACE "," ";" assets "${ASSETS}")
set(source "// Made by reports/cmake/embed_assets.cmake.\n#include \"assets.h\"\n\nnamespace plumbline::render {\nnamespace {\n")
foreach(asset IN LISTS assets)
  string(REGEX MATCH "^([a-z_]+)=(.+)$" matched "${asset}")
  set(name ${CMAKE_MATCH_1})
  set(file ${CMAKE_MATCH_2})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\1 " hex "${hex}")
  # "//# sourceMappingURL=" and "/*# sourceMappingURL=", to the end of the line.
  string(REGEX REPLACE "2f 2[fa] 23 20 73 6f 75 72 63 65 4d 61 70 70 69 6e 67 55 52 4c 3d ([1-9a-f][0-9a-f] |0[0-9b-f] )*" "" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f]) " "0x\\1," hex "${hex}")
  string(APPEND source "constexpr unsigned char k_${name}[] = {${hex}0};\n")
  string(APPEND getters "std::string_view ${name}() { return text(k_${name}, sizeof k_${name} - 1); }\n")
endforeach()
string(APPEND source "\nstd::string_view text(const unsigned char* bytes, std::size_t size) {\n"
  "  return {reinterpret_cast<const char*>(bytes), size};\n}\n\n}  // namespace\n\n${getters}\n}  // namespace plumbline::render\n")
file(WRITE ${OUT} "${source}")
