// SPDX-License-Identifier: Apache-2.0
// What all JSON of the commands has in common: one object, whose first members are "artem", the version, and "command".
// The manual page describes the rest.
#ifndef ARTEM_CLI_JSON_H
#define ARTEM_CLI_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>

// `command` as a command gets it in argv[0]: "artem status".
cJSON *json_begin(const char *command);
// To four decimals; null for NaN and infinities.
void json_add_number(cJSON *object, const char *name, double value);
// Prints to standard output and frees. CLI_OK or CLI_ERROR.
int json_finish(cJSON *root, bool on_one_line);

#endif
