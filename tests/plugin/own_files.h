// SPDX-License-Identifier: Apache-2.0
// A configuration and a log of the test program's own, instead of test.conf.
#ifndef ARTEM_TESTS_OWN_FILES_H
#define ARTEM_TESTS_OWN_FILES_H

#include <stdbool.h>

// Before the layer is used: it reads the one and writes the other, from this level on.
void own_files_begin(const char *level);
// Replaces the configuration as a whole: small, without a budget, and these lines.
void own_files_configure(const char *settings);
// Lines of the log that contain this.
unsigned own_files_count_lines(const char *what);
// Empties the log.
void own_files_forget_log(void);
void own_files_end(void);

// Begins with them, from warnings on, and opens an app under XR_KHR_vulkan_enable. False where there is no Vulkan
// device, having said so and ended.
bool own_files_open_app(const char *settings);

#endif
