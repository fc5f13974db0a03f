# Makes a bug's copy of the core: src/raft without its tests, changed by the bug's diff, and one
# source that includes all the others.
#
#   cmake -D NAME=bug -D DIFF=bug.diff -D CORE=src/raft -D TREE=folder -D PATCH=program
#         -P patch_bug.cmake
#
# Leaves TREE/src/raft/... and TREE/node.cpp. Fails, naming the bug, if the diff does not apply as
# it stands: a bug that quietly turned into something else would be worse than none.
foreach(parameter IN ITEMS NAME DIFF CORE TREE PATCH)
  if(NOT ${parameter})
    message(FATAL_ERROR "patch_bug.cmake: -D ${parameter}=... is missing")
  endif()
endforeach()

file(REMOVE_RECURSE ${TREE})
file(GLOB sources ${CORE}/*.hpp ${CORE}/*.cpp)
list(FILTER sources EXCLUDE REGEX "(_test\\.cpp|/test_[^/]*)$")
file(COPY ${sources} DESTINATION ${TREE}/src/raft)

# Lines may have moved; what surrounds a change must be as it was.
execute_process(
  COMMAND ${PATCH} -p1 --fuzz=0 --forward --batch --no-backup-if-mismatch --reject-file=-
          --input=${DIFF}
  WORKING_DIRECTORY ${TREE} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  file(REMOVE_RECURSE ${TREE})
  message(FATAL_ERROR
    "The bug ${NAME} of the gallery no longer applies to src/raft.\n"
    "${DIFF}: patch says:\n${output}"
    "Make the diff again from today's src/raft (see traces/gallery/README.md).")
endif()

file(GLOB patched RELATIVE ${TREE} ${TREE}/src/raft/*.cpp)
list(SORT patched)
set(unity "// The core with the bug ${NAME}, behind the node boundary. Generated.\n")
foreach(source IN LISTS patched ITEMS checker/node/raft_node.cpp checker/node/state_machine.cpp
        checker/node/library_entry.cpp)
  string(APPEND unity "#include \"${source}\"\n")
endforeach()
file(WRITE ${TREE}/node.cpp ${unity})
