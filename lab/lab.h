// SPDX-License-Identifier: Apache-2.0
// What the commands of artem-lab share, beside what they share with artem's.
#ifndef ARTEM_LAB_H
#define ARTEM_LAB_H

#include <stdint.h>

#include "cli.h"

int lab_optimize(int argc, char **argv);
int lab_measure_command(int argc, char **argv);

// Whole numbers and others, within the limits, and nothing after them. CLI_USAGE after a message.
int lab_parse_uint(const char *command, const char *option, const char *text, uint32_t low, uint32_t high,
                   uint32_t *out);
int lab_parse_float(const char *command, const char *option, const char *text, double low, double high, float *out);

#endif
