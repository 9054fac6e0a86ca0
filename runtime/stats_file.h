// SPDX-License-Identifier: Apache-2.0
// The CSV file of per-frame records; used by the writer thread of stats.c only.
#ifndef ARTEM_STATS_FILE_H
#define ARTEM_STATS_FILE_H

#include <stddef.h>

#include "artem/stats.h"

enum { ARTEM_CSV_LINE_MAX = 512 };

// Appends; a new or empty file gets the header line. Returns the descriptor, -1 after one warning.
int artem_csv_open(const char *path);

// One line with its newline; returns the length, below ARTEM_CSV_LINE_MAX. Independent of the host's locale.
size_t artem_csv_format(char out[ARTEM_CSV_LINE_MAX], const struct artem_frame_record *record);

// False after one warning, when not all could be written.
int artem_csv_write(int fd, const char *path, const char *text, size_t size);

// Milliseconds with three decimals; "" for what is not finite.
void artem_csv_decimal(char out[32], double value);

#endif
