# Tests that drive the built executable from outside with Node, the language of the official client and server.
#
#   plumbline_e2e(NAME serve.echo FILE echo.test.mjs [NEEDS chromium] [SERIAL] [TIMEOUT 120])
#
# One ctest per file, run by `node --test`. The environment of a test:
#   PLUMBLINE            path of the executable under test
#   PLUMBLINE_SOURCE     root of the source tree
#   PLUMBLINE_SANITIZED  "1" in the asan and tsan trees, where time bounds have to be wider, else "0"
#   CHROMIUM             path of the browser, with NEEDS chromium
# SERIAL is for tests with time bounds: nothing else runs beside them. The working directory is an empty folder of the
# build tree. Packages come from tests/e2e/node_modules, which the fixture `e2e.packages` installs from the lock file.

# ./check puts the pinned version here; without it any Node 20 or newer of the system does.
find_program(PLUMBLINE_NODE node HINTS ${PROJECT_SOURCE_DIR}/.cache/node/bin)
find_program(PLUMBLINE_NPM npm HINTS ${PROJECT_SOURCE_DIR}/.cache/node/bin)
find_program(PLUMBLINE_CHROMIUM chromium)

function(plumbline_e2e_packages)
  add_test(NAME e2e.packages COMMAND ${CMAKE_COMMAND}
    -D NODE=${PLUMBLINE_NODE} -D NPM=${PLUMBLINE_NPM} -D FOLDER=${PROJECT_SOURCE_DIR}/tests/e2e
    -P ${PROJECT_SOURCE_DIR}/cmake/InstallNodePackages.cmake)
  set_tests_properties(e2e.packages PROPERTIES FIXTURES_SETUP e2e_packages LABELS e2e TIMEOUT 300)
endfunction()

function(plumbline_e2e)
  cmake_parse_arguments(arg "SERIAL" "NAME;FILE;TIMEOUT" "NEEDS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set(sanitized 0)
  if(PLUMBLINE_SANITIZE)
    set(sanitized 1)
  endif()
  set(environment PLUMBLINE=$<TARGET_FILE:plumbline> PLUMBLINE_SOURCE=${PROJECT_SOURCE_DIR}
    PLUMBLINE_SANITIZED=${sanitized} CHROMIUM=${PLUMBLINE_CHROMIUM})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME})
  file(MAKE_DIRECTORY ${folder})

  set(command ${PLUMBLINE_NODE} --test --test-reporter=spec ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE})
  if("chromium" IN_LIST arg_NEEDS AND NOT PLUMBLINE_CHROMIUM)
    # A test that cannot run must not look like one that passed.
    set(command sh -c "echo 'chromium is not installed; ./check installs it' >&2; exit 1")
  endif()
  add_test(NAME e2e.${arg_NAME} COMMAND ${command} WORKING_DIRECTORY ${folder})
  set_tests_properties(e2e.${arg_NAME} PROPERTIES LABELS e2e TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${environment}"
    FIXTURES_REQUIRED e2e_packages RUN_SERIAL ${arg_SERIAL})
endfunction()
