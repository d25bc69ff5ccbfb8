# Run by ctest before the end-to-end tests: node_modules as the lock file says, once for all build trees.
cmake_minimum_required(VERSION 3.25)

if(NOT NODE OR NOT NPM)
  message(FATAL_ERROR "node and npm are not installed; ./check installs a pinned Node into .cache/node")
endif()
# npm writes this file last.
set(installed ${FOLDER}/node_modules/.package-lock.json)
file(LOCK ${FOLDER} DIRECTORY GUARD PROCESS TIMEOUT 240)
if(EXISTS ${installed} AND NOT ${FOLDER}/package-lock.json IS_NEWER_THAN ${installed})
  return()
endif()
get_filename_component(node_folder ${NODE} DIRECTORY)
set(ENV{PATH} "${node_folder}:$ENV{PATH}")
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --no-update-notifier --prefer-offline
  WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "npm could not install the packages of tests/e2e/package-lock.json; see its message above")
endif()
file(TOUCH ${installed})
