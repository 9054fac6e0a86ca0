// SPDX-License-Identifier: Apache-2.0
#include "fatbin.h"

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".globl artem_cuda_fatbin\n"
        ".hidden artem_cuda_fatbin\n"
        ".globl artem_cuda_fatbin_end\n"
        ".hidden artem_cuda_fatbin_end\n"
        "artem_cuda_fatbin:\n"
        ".incbin \"" ARTEM_CUDA_FATBIN "\"\n"
        "artem_cuda_fatbin_end:\n"
        ".byte 0\n"
        ".previous\n");
