// SPDX-License-Identifier: Apache-2.0
// Which variant of a kernel runs: the reference first, then each set overwrites what it improves.
#include "artem_kernels/kernels.h"

#include <stddef.h>

#include "reference.h"
#ifdef ARTEM_X86
#include "variants_x86.h"
#endif
#ifdef ARTEM_NEON
#include "variants_neon.h"
#endif

#ifdef ARTEM_X86
static bool x86_supported(enum artem_cpu cpu)
{
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    const bool popcnt = avx512 && __builtin_cpu_supports("avx512vpopcntdq");

    switch (cpu) {
    case ARTEM_CPU_AVX2:
        return avx2;
    case ARTEM_CPU_AVXVNNI:
        return avx2 && artem_cpu_has_avxvnni();
    case ARTEM_CPU_AVX512:
        return avx512;
    case ARTEM_CPU_AVX512POPCNT:
        return popcnt;
    case ARTEM_CPU_AVX512ICL:
        return popcnt && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi");
    default:
        return false;
    }
}

static void select_x86(struct artem_kernels *k, enum artem_cpu cpu)
{
    k->noise = artem_noise_avx2;
    k->encoder_input = artem_encoder_input_avx2;
    k->conv8_pack = artem_conv8_pack_avx2;
    k->conv8 = artem_conv8_avx2;
    k->bconv_pack = artem_bconv_pack_avx2;
    k->unit = artem_unit_avx2;
    k->sums = artem_sums_avx2;
    k->encoder_output = artem_encoder_output_avx2;
    k->decoder_input = artem_decoder_input_avx2;
    k->requantise = artem_requantise_avx2;
    k->double_row = artem_double_row_avx2;
    k->output = artem_output_avx2;
    k->scale_rows = artem_scale_rows_avx2;
    k->composite_rows = artem_composite_rows_avx2;
    k->bgrad_pack = artem_bgrad_pack_avx2;
    k->bgrad_rows = artem_bgrad_rows_avx2;
    k->bgrad_quantise = artem_bgrad_quantise_avx2;
    k->binarise = artem_binarise_avx2;
    if (cpu == ARTEM_CPU_AVXVNNI)
        k->conv8 = artem_conv8_avxvnni;
    if (cpu < ARTEM_CPU_AVX512)
        return;
    k->conv8 = artem_conv8_avx512;
    k->bconv_pack = artem_bconv_pack_avx512;
    k->unit = artem_unit_avx512;
    k->bgrad_pack = artem_bgrad_pack_avx512;
    k->bgrad_rows = artem_bgrad_rows_avx512;
    if (cpu == ARTEM_CPU_AVX512POPCNT) {
        k->bconv_pack = artem_bconv_pack_avx512popcnt;
        k->unit = artem_unit_avx512popcnt;
    } else if (cpu == ARTEM_CPU_AVX512ICL) {
        k->conv8 = artem_conv8_avx512icl;
        k->bconv_pack = artem_bconv_pack_avx512icl;
        k->unit = artem_unit_avx512icl;
    }
}
#endif

#ifdef ARTEM_NEON
static void select_neon(struct artem_kernels *k)
{
    k->conv8_pack = artem_conv8_pack_neon;
    k->conv8 = artem_conv8_neon;
    k->bconv_pack = artem_bconv_pack_neon;
    k->unit = artem_unit_neon;
    k->sums = artem_sums_neon;
    k->encoder_output = artem_encoder_output_neon;
    k->decoder_input = artem_decoder_input_neon;
    k->requantise = artem_requantise_neon;
    k->double_row = artem_double_row_neon;
}
#endif

bool artem_cpu_supported(enum artem_cpu cpu)
{
#ifdef ARTEM_X86
    if (cpu != ARTEM_CPU_C)
        return x86_supported(cpu);
#elif defined(ARTEM_NEON)
    if (cpu == ARTEM_CPU_NEON)
        return true;
#endif
    return cpu == ARTEM_CPU_C;
}

enum artem_cpu artem_cpu_detect(void)
{
    // Not NEON: no recorded test ever ran on such a machine, only under emulation.
    static const enum artem_cpu order[] = {ARTEM_CPU_AVX512ICL, ARTEM_CPU_AVX512, ARTEM_CPU_AVXVNNI, ARTEM_CPU_AVX2};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (artem_cpu_supported(order[i]))
            return order[i];
    return ARTEM_CPU_C;
}

const char *artem_cpu_name(enum artem_cpu cpu)
{
    static const char *const names[] = {"c", "neon", "avx2", "avxvnni", "avx512", "avx512popcnt", "avx512icl"};

    return (unsigned)cpu < ARTEM_CPU_COUNT ? names[cpu] : "?";
}

void artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu)
{
    *kernels = (struct artem_kernels){
        .noise = artem_noise_c,
        .encoder_input = artem_encoder_input_c,
        .conv8_pack = artem_conv8_pack_c,
        .conv8 = artem_conv8_c,
        .bconv_pack = artem_bconv_pack_c,
        .unit = artem_unit_c,
        .sums = artem_sums_c,
        .encoder_output = artem_encoder_output_c,
        .decoder_input = artem_decoder_input_c,
        .requantise = artem_requantise_c,
        .double_row = artem_double_row_c,
        .output = artem_output_c,
        .scale_rows = artem_scale_rows,
        .composite_rows = artem_composite_rows,
        .bgrad_pack = artem_bgrad_pack,
        .bgrad_rows = artem_bgrad_rows,
        .bgrad_quantise = artem_bgrad_quantise,
        .binarise = artem_binarise,
    };
#ifdef ARTEM_X86
    if (cpu >= ARTEM_CPU_AVX2)
        select_x86(kernels, cpu);
#elif defined(ARTEM_NEON)
    if (cpu == ARTEM_CPU_NEON)
        select_neon(kernels);
#endif
}
