// SPDX-License-Identifier: Apache-2.0
// Where the layer's files are: the manifest that comes with the command, and those by which it is enabled for every
// app.
#ifndef ARTEM_CLI_LAYER_FILES_H
#define ARTEM_CLI_LAYER_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define LAYER_NAME "XR_APILAYER_ARTEM_style_transfer"
#define LAYER_MANIFEST LAYER_NAME ".json"
enum { LAYER_MANIFEST_MAX = 1 << 20 }; // bytes
#define LAYER_DISABLE "DISABLE_ARTEM"

// The folder of the explicit manifest, in a build tree or installed.
bool layer_find_manifest(char folder[PATH_MAX]);
// The library that it names, as an absolute path; false if it is not there.
bool layer_find_library(char path[PATH_MAX]);
// The implicit manifest of the user, or of the system; false if there is no home.
bool layer_implicit_path(bool system, char path[PATH_MAX]);
// Whether it is there, for this user or for all.
bool layer_is_enabled(bool system, char path[PATH_MAX]);
// library_path of a manifest, absolute where it has a slash. False if it cannot be read or is no manifest.
bool layer_read_library(const char *manifest, char library[PATH_MAX]);

#endif
