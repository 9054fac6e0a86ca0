// SPDX-License-Identifier: Apache-2.0
// Changes artem.conf in place: comments, order and everything else stay. The new file takes the old one's place as a
// whole, so that a running app, which watches it, never sees half of it.
#ifndef ARTEM_CLI_CONFIG_EDIT_H
#define ARTEM_CLI_CONFIG_EDIT_H

// The section "artem", "app:NAME" or "exe:NAME". Appended where there is none; a file that is missing is made. A file
// with a mistake is left alone. CLI_OK, or CLI_ERROR after a message.
int config_edit_set(const char *section, const char *key, const char *value);
// The same with a value that depends on the settings as they are: `choose` is asked while no other command can change
// them. NULL of it, after a message, ends it all. *out_value is what it chose.
typedef const char *(*config_edit_choice)(void *user);
int config_edit_choose(const char *section, const char *key, config_edit_choice choose, void *user,
                       const char **out_value);
// Removes the key from the section, and the section if nothing but blank lines is left of it.
int config_edit_remove(const char *section, const char *key);

// "app:NAME" or "exe:NAME" from options of which at most one is given, else "artem"; in static storage. NULL after a
// message if the name cannot stand in a section.
const char *config_edit_section(const char *command, const char *app, const char *exe);

#endif
