// SPDX-License-Identifier: Apache-2.0
// The file of per-frame records, CSV or JSON Lines; used by the writer thread of stats.c only. Independent of the
// host's locale.
#ifndef ARTEM_STATS_FILE_H
#define ARTEM_STATS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "artem/stats.h"
#include "held_fd.h"

enum { ARTEM_STATS_LINE_MAX = 2048 };

// By the ending of the name.
bool artem_stats_path_is_json(const char *path);

// Appends. A CSV file that is new, empty or has another header gets the header line; then comes a line with the time.
// None after one warning.
struct held_fd artem_stats_file_open(const char *path);

// The first line of a CSV file.
size_t artem_stats_format_header(char out[ARTEM_STATS_LINE_MAX]);

// One line with its newline; returns the length, below ARTEM_STATS_LINE_MAX.
size_t artem_stats_format(char out[ARTEM_STATS_LINE_MAX], bool json, const struct artem_frame_record *record);
size_t artem_stats_format_meta(char out[ARTEM_STATS_LINE_MAX], bool json, const char *key, const char *value);

// False after one warning, when not all could be written, also since the host has closed the file.
bool artem_stats_file_write(const struct held_fd *file, const char *path, const char *text, size_t size);

// Milliseconds with three decimals; "" for what is not finite.
void artem_stats_decimal(char out[32], double value);

#endif
