// SPDX-License-Identifier: Apache-2.0
// Shared by the config_*.c files.
#ifndef ARTEM_CONFIG_INTERNAL_H
#define ARTEM_CONFIG_INTERNAL_H

#include <stddef.h>

#include "artem/config.h"

struct artem_config_report {
    char error[320];   // "artem.conf:12: strength: expected ...", "" if none
    char warning[320]; // unknown keys or sections, "" if none
};

// Text of an artem.conf (any bytes) to settings. label names the file in messages; app_name and exe_name may be NULL.
// On ARTEM_ERROR_FORMAT *out_settings is left as it was.
enum artem_result artem_config_parse(const char *text, size_t size, const char *label, const char *app_name,
                                     const char *exe_name, struct artem_settings *out_settings,
                                     struct artem_config_report *out_report);

// The file to read, absolute; "" when there is no place to look.
void artem_config_lookup(const char *explicit_path, char out[ARTEM_PATH_MAX]);

// A thread that calls changed() when the file at path may have changed, appeared or gone, after it has settled; also
// once soon after the start. changed() runs on that thread only.
struct artem_watch;
enum artem_result artem_watch_start(const char *path, void (*changed)(void *user), void *user,
                                    struct artem_watch **out_watch);
void artem_watch_stop(struct artem_watch **watch); // joins; NULL-safe

#endif
