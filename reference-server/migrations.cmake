# Compiles src/store/postgres/migrations/NNNN_name.sql in, in the order listed, as serve::migrations().
set(migrations
  0001_core
  0002_accounts
  0003_sequences
  0004_log
  0005_refresh_grace
  0006_write_attempts)

set(rows "")
foreach(file IN LISTS migrations)
  set(path ${CMAKE_CURRENT_SOURCE_DIR}/src/store/postgres/migrations/${file}.sql)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} sql)
  file(SHA256 ${path} checksum)
  string(REGEX MATCH "^([0-9]+)_(.*)$" matched ${file})
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  string(APPEND rows "    {${version}, \"${CMAKE_MATCH_2}\", \"${checksum}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp @ONLY CONTENT [[
// Made by reference-server/migrations.cmake. Stage: store.
#include <array>

#include "store/postgres/migrate.h"

namespace plumbline::serve {

std::span<const Migration> migrations() {
  static constexpr auto all = std::to_array<Migration>({
@rows@  });
  return all;
}

}  // namespace plumbline::serve
]])
