# SPDX-License-Identifier: Apache-2.0
# CPack runs this before it packs: compilers sign their work in sections that nobody reads.
file(GLOB_RECURSE binaries LIST_DIRECTORIES false
    ${CPACK_TEMPORARY_DIRECTORY}/*/usr/bin/artem* ${CPACK_TEMPORARY_DIRECTORY}/*.so ${CPACK_TEMPORARY_DIRECTORY}/*.a)
foreach(binary ${binaries})
    execute_process(COMMAND strip --remove-section=.comment --remove-section=.note --enable-deterministic-archives
        ${binary} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
