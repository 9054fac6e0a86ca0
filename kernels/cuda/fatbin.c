// SPDX-License-Identifier: Apache-2.0
// The bytes of the file ARTEM_CUDA_FATBIN, from ARTEM_CUDA_SYMBOL to that with _end.
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".globl " ARTEM_CUDA_SYMBOL "\n"
        ".hidden " ARTEM_CUDA_SYMBOL "\n"
        ".globl " ARTEM_CUDA_SYMBOL "_end\n"
        ".hidden " ARTEM_CUDA_SYMBOL "_end\n"
        ARTEM_CUDA_SYMBOL ":\n"
        ".incbin \"" ARTEM_CUDA_FATBIN "\"\n"
        ARTEM_CUDA_SYMBOL "_end:\n"
        ".byte 0\n"
        ".previous\n");
