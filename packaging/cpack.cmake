# SPDX-License-Identifier: Apache-2.0
# cpack -G DEB, cpack -G TGZ; scripts/package calls them on a build for /usr. The programs know the prefix that they were
# configured for, so that packages are of that prefix: the archive is to be unpacked at the root.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/strip.cmake)
set(CPACK_PACKAGE_NAME artem)
set(CPACK_PACKAGE_VENDOR "The Art'Em authors")
set(CPACK_PACKAGE_CONTACT "The Art'Em authors <artem@localhost>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_VERBATIM_VARIABLES ON)

# Users get artem, those with a desktop artem-viewer, developers artem-dev as well; the archive has all.
set(CPACK_COMPONENTS_ALL artem viewer dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_ARTEM_PACKAGE_NAME artem)
set(CPACK_DEBIAN_ARTEM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ARTEM_PACKAGE_RECOMMENDS "mesa-vulkan-drivers | vulkan-icd")
set(CPACK_DEBIAN_ARTEM_PACKAGE_SUGGESTS "artem-viewer, monado-service")
configure_file(debian/prerm.in debian/prerm @ONLY USE_SOURCE_PERMISSIONS)
set(CPACK_DEBIAN_ARTEM_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_BINARY_DIR}/debian/prerm)
set(CPACK_COMPONENT_ARTEM_DESCRIPTION "OpenXR API layer that repaints virtual reality in the style of a painting
Art'Em repaints virtual reality, live, in the headset. It is an OpenXR API
layer: any unmodified OpenXR app for Vulkan runs as always, and every frame
that it submits for the left and right eye reaches the compositor in the style
of a painting. It needs no game patch and no engine plug-in.

The painter is a small neural network whose large convolutions are binary. It
runs on the CPU or, as compute shaders, on the app's own GPU.

This package has the layer, which is off until it is asked for, ten styles, and
the command artem, which runs apps with the layer and paints pictures.")

set(CPACK_DEBIAN_VIEWER_PACKAGE_NAME artem-viewer)
set(CPACK_DEBIAN_VIEWER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_VIEWER_PACKAGE_DEPENDS "artem (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_VIEWER_PACKAGE_RECOMMENDS "mesa-vulkan-drivers | vulkan-icd")
set(CPACK_COMPONENT_VIEWER_DESCRIPTION "desktop viewer for Art'Em, and a small OpenXR gallery
Art'Em repaints virtual reality in the style of a painting. This package has
what shows it without a headset: artem-view, a window with pictures or a scene
as they are painted live, with all styles at hand; and artem-demo, a small
OpenXR gallery to try the layer on.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME artem-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS libc6-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "artem (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libvulkan-dev, pkg-config, cmake")
set(CPACK_COMPONENT_DEV_DESCRIPTION "painting pictures with Art'Em's networks, development files
Art'Em repaints virtual reality in the style of a painting. This package has
the static library libartem, with which any program can paint its pictures:
settings, styles, the engine on CPU and GPU, statistics.

The styles themselves are in the package artem; artem/engine_vulkan.h needs the
headers of the package libvulkan-dev.")

include(CPack)
