// SPDX-License-Identifier: Apache-2.0
// Values of command line options from their text. On failure a message names the option.
#ifndef ARTEM_DEMO_OPTION_VALUES_H
#define ARTEM_DEMO_OPTION_VALUES_H

#include <stdbool.h>
#include <stdint.h>

// The place of TEXT in a list that ends with NULL; else -1.
int option_choose(const char *option, const char *text, const char *const *names);
bool option_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *out);
bool option_u32(const char *option, const char *text, uint32_t low, uint32_t high, uint32_t *out);
// Above 0, up to HIGH.
bool option_real(const char *option, const char *text, double high, double *out);
// WIDTHxHEIGHT, 16 to 16384 each.
bool option_size(const char *option, const char *text, uint32_t *out_width, uint32_t *out_height);

#endif
