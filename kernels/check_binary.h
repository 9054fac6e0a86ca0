// SPDX-License-Identifier: Apache-2.0
// The part of artem_kernels_check that is about the kernels of binary.h. True: they are as the reference.
#ifndef ARTEM_KERNELS_CHECK_BINARY_H
#define ARTEM_KERNELS_CHECK_BINARY_H

#include "artem_kernels/kernels.h"

bool artem_check_bgrad_rows(const struct artem_kernels *kernels);
bool artem_check_bgrad_quantise(const struct artem_kernels *kernels);
bool artem_check_binarise(const struct artem_kernels *kernels);

#endif
