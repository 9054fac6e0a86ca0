// SPDX-License-Identifier: Apache-2.0
#include "norm_state.h"

#include <string.h>

struct artem_norm norm_of(const struct artem_network *network, const struct artem_style *style, int layer)
{
    const struct artem_norm_params *p = &style->norms[layer];

    return (struct artem_norm){p->gain, p->bias, p->mean, p->square, network->adapt, layer == 0 ? 0 : 4};
}

void norm_state_restart(const struct artem_style *style, struct artem_moments state[ARTEM_NORMS])
{
    for (int layer = 0; layer < ARTEM_NORMS; layer++) {
        memcpy(state[layer].mean, style->norms[layer].mean, sizeof state[layer].mean);
        memcpy(state[layer].square, style->norms[layer].square, sizeof state[layer].square);
    }
}
