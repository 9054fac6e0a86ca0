// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_LAB_OPTIMIZE_DIGEST_H
#define ARTEM_LAB_OPTIMIZE_DIGEST_H

#include "optimize.h"

// Of all that the result depends on but the number of iterations: more of them go on with fewer.
uint64_t optimize_digest(const struct optimize_inputs *inputs, const struct optimize_options *options);

#endif
