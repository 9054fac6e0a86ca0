// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_LAB_LAYERS_H
#define ARTEM_LAB_LAYERS_H

#include <stdbool.h>

#include "weights.h"

// "conv1_1,conv4_2:0.5": the weights of those, 1e-9 to 1e9, 1 where none is said, 0 for all others. False, and weights
// as they were, if the text is no such list.
bool layers_parse(const char *text, float weights[VGG_LAYERS]);

#endif
