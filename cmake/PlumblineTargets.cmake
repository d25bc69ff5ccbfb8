# How a target is declared: flags, layers, one helper per kind of target.
#
#   plumbline_library(net LAYER 2 HEADERS ... SOURCES ... PUBLIC ... PRIVATE ...)   libs/<name>
#   plumbline_verb(serve ...)                                    a verb of the executable (layer 4)
#   plumbline_test(NAME t SOURCES ... LINK ... [LABEL unit])     GoogleTest binary, one ctest per case
#
# A target may link only to `plumbline::` targets of a lower layer; anything else stops the configure step.

add_library(plumbline_options INTERFACE)
target_compile_options(plumbline_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>)
if(PLUMBLINE_WERROR)
  # At -O2 null-dereference cries wolf in Asio's headers, so it belongs to the trees that stop at warnings.
  target_compile_options(plumbline_options INTERFACE -Werror $<$<CXX_COMPILER_ID:GNU>:-Wnull-dereference>)
endif()
if(CMAKE_UNITY_BUILD)
  # The compiler takes a source that another one includes for a header, and warns of its unnamed namespaces. What it inlines
  # across them makes it see null in the standard library's headers.
  target_compile_options(plumbline_options INTERFACE -Wno-subobject-linkage -Wno-null-dereference)
endif()
if(PLUMBLINE_MUTANTS)
  target_compile_definitions(plumbline_options INTERFACE PLUMBLINE_MUTANTS=1)
endif()
# Asio and Beast are compiled once, in libs/net; every other file sees declarations only.
target_compile_definitions(plumbline_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

if(PLUMBLINE_FUZZ)
  # Coverage of the libraries is what guides the fuzzer.
  target_compile_options(plumbline_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PLUMBLINE_SANITIZE)
  string(REPLACE ";" "," _sanitizers "${PLUMBLINE_SANITIZE}")
  target_compile_options(plumbline_options INTERFACE -fsanitize=${_sanitizers} -fno-omit-frame-pointer)
  target_link_options(plumbline_options INTERFACE -fsanitize=${_sanitizers})
  if("undefined" IN_LIST PLUMBLINE_SANITIZE)
    # These four triple the compile time of Asio code and find nothing here that ASan does not.
    target_compile_options(plumbline_options INTERFACE
      -fno-sanitize=null,alignment,object-size,vptr -fno-sanitize-recover=undefined)
  endif()
  # The optimiser's view changes under instrumentation: these two then cry wolf in library headers.
  target_compile_options(plumbline_options INTERFACE
    -Wno-null-dereference $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if("thread" IN_LIST PLUMBLINE_SANITIZE)
    target_compile_options(plumbline_options INTERFACE -Wno-tsan)
  endif()
endif()

function(_plumbline_check_layer name layer)
  foreach(link IN LISTS ARGN)
    if(link MATCHES "^plumbline::(.+)$")
      get_property(link_layer GLOBAL PROPERTY PLUMBLINE_LAYER_${CMAKE_MATCH_1})
      if("${link_layer}" STREQUAL "")
        message(FATAL_ERROR "layering: ${name} links ${link}, which no folder above it defines")
      elseif(NOT link_layer LESS layer)
        message(FATAL_ERROR "layering: ${name} (layer ${layer}) may not link ${link} (layer ${link_layer}); "
          "a folder may use only lower layers, so that the generator and the judge never share code with "
          "the server they measure (docs/architecture.md)")
      endif()
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY PLUMBLINE_LAYER_${name} ${layer})
endfunction()

# Once every folder has been read: links that were added behind the back of these functions, in any spelling.
function(_plumbline_check_all_links)
  get_property(names GLOBAL PROPERTY PLUMBLINE_LAYERED)
  foreach(name IN LISTS names)
    get_property(layer GLOBAL PROPERTY PLUMBLINE_LAYER_${name})
    get_target_property(links plumbline_${name} LINK_LIBRARIES)
    list(REMOVE_ITEM links plumbline_options)
    list(TRANSFORM links REPLACE "^plumbline_" "plumbline::")
    _plumbline_check_layer(${name} ${layer} ${links})
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL _plumbline_check_all_links)

function(_plumbline_declare target name)
  cmake_parse_arguments(arg "" "LAYER" "HEADERS;SOURCES;PUBLIC;PRIVATE" ${ARGN})
  _plumbline_check_layer(${name} ${arg_LAYER} ${arg_PUBLIC} ${arg_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY PLUMBLINE_LAYERED ${name})
  add_library(${target} STATIC)
  add_library(plumbline::${name} ALIAS ${target})
  target_sources(${target} PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_include_directories(${target} PRIVATE src)
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} plumbline_options PRIVATE ${arg_PRIVATE})
endfunction()

function(plumbline_library name)
  _plumbline_declare(plumbline_${name} ${name} ${ARGN})
endfunction()

# A verb: public header include/plumbline/<verb>/verb.h, everything else private under src/.
function(plumbline_verb name)
  _plumbline_declare(plumbline_${name} ${name} LAYER 4 ${ARGN})
  set_property(GLOBAL PROPERTY PLUMBLINE_VERB_SRC_${name} ${CMAKE_CURRENT_SOURCE_DIR}/src)
endfunction()

# VERB <name> lets a unit test see the private headers of that one verb, and of no other.
function(plumbline_test)
  cmake_parse_arguments(arg "" "NAME;LABEL;VERB" "SOURCES;LINK" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK} plumbline_options GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${arg_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  if(arg_VERB)
    get_property(src GLOBAL PROPERTY PLUMBLINE_VERB_SRC_${arg_VERB})
    target_include_directories(${arg_NAME} PRIVATE ${src})
    target_link_libraries(${arg_NAME} PRIVATE plumbline::${arg_VERB})
  endif()
  include(GoogleTest)
  gtest_discover_tests(${arg_NAME} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${arg_LABEL} TIMEOUT 120)
endfunction()
