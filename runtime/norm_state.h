// SPDX-License-Identifier: Apache-2.0
// The statistics that a backend on the CPU's side keeps from frame to frame, docs/arithmetic.md §7.
#ifndef ARTEM_NORM_STATE_H
#define ARTEM_NORM_STATE_H

#include "artem/model.h"
#include "artem_kernels/normalise.h"

// What they say about one normalised layer.
struct artem_norm norm_of(const struct artem_network *network, const struct artem_style *style, int layer);

// The state as the style's calibration has it.
void norm_state_restart(const struct artem_style *style, struct artem_moments state[ARTEM_NORMS]);

#endif
