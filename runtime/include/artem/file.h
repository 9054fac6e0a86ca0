// SPDX-License-Identifier: Apache-2.0
// Whole small files: configuration, models, caches, manifests.
#ifndef ARTEM_FILE_H
#define ARTEM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "artem/result.h"

// Reads a regular file of at most max_size bytes; the caller frees *out_data, which is followed by a NUL that *out_size
// does not count. Never blocks on pipes or devices. Logs nothing. ARTEM_ERROR_IO with errno set, ARTEM_ERROR_FORMAT
// when it is no regular file or too big, or ARTEM_ERROR_MEMORY.
enum artem_result artem_file_read(const char *path, size_t max_size, char **out_data, size_t *out_size);

// Replaces a file as a whole, so that nobody ever reads half of one. False with errno set; then all is as it was.
bool artem_file_replace(const char *path, const void *data, size_t size, unsigned mode);
// Makes the folders above a path that are missing. False with errno set.
bool artem_file_make_folders(const char *path, unsigned mode);
// Whether a file can be put into the folder of a path. False with errno set.
bool artem_file_has_room(const char *path);

// The length of the folder in a path, with the slash behind it; 0: there is none.
size_t artem_path_folder(const char *path);
// Joins with "/" unless a is empty; ARTEM_ERROR_ARGUMENT when it does not fit, and then out is "".
enum artem_result artem_path_join(char *out, size_t out_size, const char *a, const char *b);

// Environment variable of a user-controlled path (user_env.c): NULL when unset, empty, or in privileged (AT_SECURE) processes.
const char *artem_user_env(const char *name);

#endif
