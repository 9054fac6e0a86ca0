// SPDX-License-Identifier: Apache-2.0
// The file of a recording that is being made.
#ifndef ARTEM_RECORDING_FILE_H
#define ARTEM_RECORDING_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "artem/result.h"

// Makes folder and file; nothing that is there is followed or overwritten. Logs one line on failure.
enum artem_result rec_file_create(const char *folder, int *out_fd);

// Takes away the file just made, and the folder if it is empty then.
void rec_file_remove(const char *folder);

// False with errno set.
bool rec_file_write(int fd, const void *data, size_t size);

#endif
