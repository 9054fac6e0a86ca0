// SPDX-License-Identifier: Apache-2.0
// Checks of text that comes from files and users.
#ifndef ARTEM_TEXT_H
#define ARTEM_TEXT_H

#include <stdbool.h>

// A style name: 1..ARTEM_NAME_MAX-1 of [A-Za-z0-9_-], so that it can be used as a file name.
bool artem_name_valid(const char *name);

// UTF-8 without overlong forms, surrogates and control characters; "" is printable.
bool artem_text_printable(const char *text);

#endif
