// SPDX-License-Identifier: Apache-2.0
// Files that only save time: $XDG_CACHE_HOME/artem or ~/.cache/artem. Not in privileged processes (AT_SECURE).
#ifndef ARTEM_CACHE_H
#define ARTEM_CACHE_H

#include <stdbool.h>
#include <stddef.h>

// The path of a file there; false if there is no such place.
bool artem_cache_path(const char *name, char *path, size_t size);
// Replaces the file as a whole, so that nobody ever reads half of one; makes the folder. errno is set on failure.
bool artem_cache_write(const char *path, const char *data, size_t size);

#endif
