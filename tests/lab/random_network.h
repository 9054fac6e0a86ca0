// SPDX-License-Identifier: Apache-2.0
// A network of random weights and random pictures, for tests of the lab.
#ifndef ARTEM_TEST_RANDOM_NETWORK_H
#define ARTEM_TEST_RANDOM_NETWORK_H

#include <stddef.h>

#include "picture.h"
#include "weights.h"

float random_value(void); // -1..1
float *random_values(size_t count, float scale, float offset);
// The first `layers` of VGG-16's shapes.
void random_weights(uint32_t layers, struct vgg_weights *weights);
struct lab_picture random_picture(uint32_t width, uint32_t height);

#endif
