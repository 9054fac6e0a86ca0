# SPDX-License-Identifier: Apache-2.0
# find_package(artem): the target artem::artem.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/artemTargets.cmake)
