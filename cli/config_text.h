// SPDX-License-Identifier: Apache-2.0
// The text of an artem.conf with one setting changed; comments, order, line ends and everything else stay. Sections are
// "artem", "app:NAME" or "exe:NAME". New texts are the caller's to free; NULL after a message without memory.
#ifndef ARTEM_CLI_CONFIG_TEXT_H
#define ARTEM_CLI_CONFIG_TEXT_H

#include <stdbool.h>

// Whether the syntax has a way to write the value.
bool config_text_can_hold(const char *value);
// In the last line of the section that has the key; appended where there is none.
char *config_text_with(const char *text, const char *section, const char *key, const char *value);
// However often it is there; and without the section if nothing but blank lines is left of it.
char *config_text_without(const char *text, const char *section, const char *key);

#endif
