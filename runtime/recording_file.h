// SPDX-License-Identifier: Apache-2.0
// The file of a recording that is being made.
#ifndef ARTEM_RECORDING_FILE_H
#define ARTEM_RECORDING_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "artem/result.h"
#include "held_fd.h"

// Makes folder and file; nothing that is there is followed or overwritten. Logs one line on failure.
enum artem_result rec_file_create(const char *folder, struct held_fd *out_file);

// Takes away the file just made, and the folder if it is empty then.
void rec_file_remove(const char *folder);

// False with errno set; also where the host has closed the file.
bool rec_file_write(const struct held_fd *file, const void *data, size_t size);

#endif
