// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_OWN_FOLDER_H
#define ARTEM_OWN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

// The folder of the layer, the command or the library that this code is part of, as it is on disk: containers of games
// have links to it in theirs (Steam's pressure-vessel). False where it cannot be told or does not fit.
bool artem_own_folder(char *out, size_t size);

#endif
