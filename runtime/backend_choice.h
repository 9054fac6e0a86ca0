// SPDX-License-Identifier: Apache-2.0
// backend = auto: a real GPU, by CUDA or Vulkan, whichever was measured here to be faster, unless it was slower than
// the CPU by far.
#ifndef ARTEM_BACKEND_CHOICE_H
#define ARTEM_BACKEND_CHOICE_H

#include "backend.h"

// Measures once per backend, device, driver and number of threads, with the CPU on the same frames (some tenths of a
// second, and the time that the shaders take to compile), and remembers it in the cache folder. Without a GPU, the CPU
// at once.
const struct artem_backend_ops *artem_backend_choose(const struct artem_engine_params *params);

// Whether it has something to measure.
bool artem_backend_must_measure(const struct artem_engine_params *params);

#endif
