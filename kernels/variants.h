// SPDX-License-Identifier: Apache-2.0
// Each overwrites the kernels that its instruction set improves. Call only on a machine that has it.
#ifndef ARTEM_KERNELS_VARIANTS_H
#define ARTEM_KERNELS_VARIANTS_H

#include "artem_kernels/kernels.h"

void artem_kernels_avx2(struct artem_kernels *kernels);
void artem_kernels_avx512(struct artem_kernels *kernels);

#endif
