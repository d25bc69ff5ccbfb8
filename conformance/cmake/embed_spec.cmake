# Run with -P: writes the files of conformance/spec into a C++ source, so that the executable carries its catalogue.
# FILES is a list of paths, OUT the source to write.
set(body "// Generated from conformance/spec; do not edit.\n#include \"catalogue/catalogue.h\"\n\n")
string(APPEND body "namespace plumbline::conform {\n\nconst SpecFiles& embedded_spec() {\n  static const SpecFiles files{\n")
string(REPLACE "," ";" files "${FILES}")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  string(APPEND body "      {\"conformance/spec/${name}\", R\"plumbline(${content})plumbline\"},\n")
endforeach()
string(APPEND body "  };\n  return files;\n}\n\n}  // namespace plumbline::conform\n")
file(WRITE "${OUT}" "${body}")
