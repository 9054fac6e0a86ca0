// SPDX-License-Identifier: Apache-2.0
// The bytes of the file ARTEM_CUDA_FATBIN as ARTEM_CUDA_SYMBOL.
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".globl " ARTEM_CUDA_SYMBOL "\n"
        ".hidden " ARTEM_CUDA_SYMBOL "\n"
        ARTEM_CUDA_SYMBOL ":\n"
        ".incbin \"" ARTEM_CUDA_FATBIN "\"\n"
        ".previous\n");
