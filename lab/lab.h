// SPDX-License-Identifier: Apache-2.0
// What the commands of artem-lab share, beside what they share with artem's.
#ifndef ARTEM_LAB_H
#define ARTEM_LAB_H

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli.h"
#include "weights.h"

int lab_binarize(int argc, char **argv);
int lab_inspect(int argc, char **argv);
int lab_optimize(int argc, char **argv);
int lab_measure_command(int argc, char **argv);

// Where VGG-16 is looked for if nothing is said. False where there is no HOME.
bool lab_vgg_path(char path[PATH_MAX]);
// path: NULL for that one. False after a message.
bool lab_load_vgg(const char *path, uint32_t layers, struct vgg_weights *out_weights);

// Options of a command, each taken by `take`, which returns CLI_OK or the status; `name` is that of a long option. Help
// is printed, and ends the program. What is left in argv is the caller's.
typedef int lab_take_option(void *user, const char *command, int option, const char *name, const char *text);
int lab_parse_options(int argc, char **argv, const char *letters, const struct option *options, const char *help,
                      lab_take_option *take, void *user);

// Whole numbers and others, within the limits, and nothing after them. CLI_USAGE after a message.
int lab_parse_uint(const char *command, const char *option, const char *text, uint32_t low, uint32_t high,
                   uint32_t *out);
int lab_parse_float(const char *command, const char *option, const char *text, double low, double high, float *out);

#endif
