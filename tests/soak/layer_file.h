// SPDX-License-Identifier: Apache-2.0
// The layer as the shared library that is shipped, loaded and unloaded as the loader does it: plays the layer's door in
// a program that has the fixture app (tests/plugin/app.h) but not the layer.
#ifndef ARTEM_TEST_LAYER_FILE_H
#define ARTEM_TEST_LAYER_FILE_H

#include <stdbool.h>

// Which file app_open loads, unless app_without_layer.
extern const char *layer_file;
// After app_open: the library goes with the instance.
void layer_file_follow_instance(void);
// Whether it is in memory now.
bool layer_file_is_loaded(void);

#endif
