// SPDX-License-Identifier: Apache-2.0
// Normalisation, docs/arithmetic.md §7: from the sums of a layer to its gains, in integers. Plain C on every machine.
#ifndef ARTEM_KERNELS_NORMALISE_H
#define ARTEM_KERNELS_NORMALISE_H

#include <stdbool.h>
#include <stdint.h>

#include "artem_kernels/kernels.h"

// Moments of one layer per channel: of one frame in 1/256, or a state in 1/65536.
struct artem_moments {
    int64_t mean[ARTEM_TRUNK], square[ARTEM_TRUNK];
};

// What a style and a network say about one layer.
struct artem_norm {
    const int16_t *gain, *bias;
    const int64_t *mean, *square; // calibrated, 1/65536
    int adapt;                    // 0..16
    int p;                        // 0 encoder, 4 units
};

// Frame moments from the sums over `cells` cells.
void artem_moments_of_sums(const int64_t *s1, const int64_t *s2, int64_t cells, struct artem_moments *out_frame);

// The gains A and B that the state gives. Returns the sum of the deviations D over the channels.
int64_t artem_norm_gains(const struct artem_norm *norm, const struct artem_moments *state, int16_t *out_a,
                         int16_t *out_b);

// The rules for frames; both look at the encoder's moments.
bool artem_frame_is_blank(const struct artem_norm *norm, const struct artem_moments *frame);
// How fast the state follows this frame: by 1/2^pace of what is between them, 1 to 3; 0 is a cut.
int artem_frame_pace(const struct artem_moments *frame, const struct artem_moments *state, int64_t deviations);

// How the state moves after a frame in lagged mode, and what it becomes in exact mode.
void artem_state_follow(struct artem_moments *state, const struct artem_moments *frame, int pace);
void artem_state_take(struct artem_moments *state, const struct artem_moments *frame);

#endif
