// SPDX-License-Identifier: Apache-2.0
// The bytes of the file ARTEM_CUDA_FATBIN as ARTEM_CUDA_SYMBOL, and the driver that it needs beside them.
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".globl " ARTEM_CUDA_SYMBOL "\n"
        ".hidden " ARTEM_CUDA_SYMBOL "\n"
        ARTEM_CUDA_SYMBOL ":\n"
        ".incbin \"" ARTEM_CUDA_FATBIN "\"\n"
        ".balign 4\n"
        ".globl " ARTEM_CUDA_SYMBOL "_driver\n"
        ".hidden " ARTEM_CUDA_SYMBOL "_driver\n"
        ARTEM_CUDA_SYMBOL "_driver:\n"
        ".long " TEXT(ARTEM_CUDA_DRIVER) "\n"
        ".previous\n");
