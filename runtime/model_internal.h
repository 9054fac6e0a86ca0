// SPDX-License-Identifier: Apache-2.0
// Shared between model.c (life time) and model_parse.c (content).
#ifndef ARTEM_MODEL_INTERNAL_H
#define ARTEM_MODEL_INTERNAL_H

#include "artem/model.h"

// New zeroed objects with one reference; NULL when out of memory. The network's two arrays are part of the object.
struct artem_network *artem_network_alloc(size_t enc_weights_size, size_t trunk_bits_size);
struct artem_style *artem_style_alloc(void);

#endif
