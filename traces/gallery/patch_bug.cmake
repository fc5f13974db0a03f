# Makes a bug's copies of the files that its diff changes.
#
#   cmake -D NAME=bug -D DIFF=bug.diff -D ROOT=project -D FILES=src/raft/a.cpp;src/raft/b.hpp
#         -D TREE=folder -D PATCH=program -P patch_bug.cmake
#
# Leaves TREE/src/raft/... Fails, naming the bug, if the diff does not apply as it stands: a bug that
# quietly turned into something else would be worse than none.
foreach(parameter IN ITEMS NAME DIFF ROOT FILES TREE PATCH)
  if(NOT ${parameter})
    message(FATAL_ERROR "patch_bug.cmake: -D ${parameter}=... is missing")
  endif()
endforeach()

file(REMOVE_RECURSE ${TREE})
foreach(file IN LISTS FILES)
  file(COPY ${ROOT}/${file} DESTINATION ${TREE}/src/raft)
endforeach()

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
