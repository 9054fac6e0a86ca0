// SPDX-License-Identifier: Apache-2.0
// Which variant of a kernel runs: the reference first, then each level overwrites what it improves.
#include "artem_kernels/kernels.h"

#include "reference.h"
#include "variants.h"

enum artem_cpu artem_cpu_detect(void)
{
#ifdef ARTEM_X86
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("popcnt"))
        return ARTEM_CPU_C;
    if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512vnni") || !__builtin_cpu_supports("avx512vbmi"))
        return ARTEM_CPU_AVX2;
    return ARTEM_CPU_AVX512;
#else
    return ARTEM_CPU_C;
#endif
}

const char *artem_cpu_name(enum artem_cpu cpu)
{
    switch (cpu) {
    case ARTEM_CPU_C:
        return "c";
    case ARTEM_CPU_AVX2:
        return "avx2";
    case ARTEM_CPU_AVX512:
        return "avx512";
    }
    return "?";
}

void artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu)
{
    *kernels = (struct artem_kernels){
        .encoder_input = artem_encoder_input_c,
        .conv8_pack = artem_conv8_pack_c,
        .conv8 = artem_conv8_c,
        .bconv_pack = artem_bconv_pack_c,
        .bconv = artem_bconv_c,
        .sums = artem_sums_c,
        .encoder_output = artem_encoder_output_c,
        .unit_output = artem_unit_output_c,
        .decoder_input = artem_decoder_input_c,
        .requantise = artem_requantise_c,
        .double_row = artem_double_row_c,
        .output = artem_output_c,
    };
#ifdef ARTEM_X86
    if (cpu < ARTEM_CPU_AVX2)
        return;
    artem_kernels_avx2(kernels);
    if (cpu < ARTEM_CPU_AVX512)
        return;
    artem_kernels_avx512(kernels);
#else
    (void)cpu;
#endif
}
