// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_KERNEL_CHOICE_H
#define ARTEM_KERNEL_CHOICE_H

#include "artem_kernels/kernels.h"

// The fastest set of kernels of this machine, or what ARTEM_CPU=c|neon|avx2|… names: for tests, measurements and bug
// reports. Says in the log what it cannot follow.
enum artem_cpu artem_cpu_chosen(void);

#endif
