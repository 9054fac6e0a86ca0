// SPDX-License-Identifier: Apache-2.0
// Where the OpenXR loader looks, in its order.
#ifndef ARTEM_CLI_LOADER_FOLDERS_H
#define ARTEM_CLI_LOADER_FOLDERS_H

// Calls fn for each folder of manifests of a kind ("implicit.d", "explicit.d"); for explicit ones XR_API_LAYER_PATH
// takes the place of all others.
void loader_layer_folders(const char *kind, void (*fn)(void *user, const char *folder), void *user);

// For each folder in which active_runtime.json may be, the first of which counts.
void loader_runtime_folders(void (*fn)(void *user, const char *folder), void *user);

#endif
