// SPDX-License-Identifier: Apache-2.0
// What the commands of artem-lab share. Exit status: 0, 1 for an error (one line on standard error), 2 for wrong usage.
#ifndef ARTEM_LAB_H
#define ARTEM_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAB_OK = 0, LAB_ERROR = 1, LAB_USAGE = 2 };

int lab_optimize(int argc, char **argv);

// "artem: error: ..." and LAB_ERROR.
int lab_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// "artem lab NAME: ..., see artem lab NAME --help" and LAB_USAGE.
int lab_usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Whole numbers and others, within the limits, and nothing after them. LAB_USAGE after a message.
int lab_parse_uint(const char *command, const char *option, const char *text, uint32_t low, uint32_t high,
                   uint32_t *out);
int lab_parse_float(const char *command, const char *option, const char *text, double low, double high, float *out);

// Where models/fetch-vgg leaves the weights. False if there is no such place.
bool lab_default_weights(char *path, size_t size);

#endif
