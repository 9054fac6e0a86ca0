// SPDX-License-Identifier: Apache-2.0
#include <cpuid.h>

#include "variants_x86.h"

bool artem_cpu_has_avxvnni(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;

    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1) != 0;
}
