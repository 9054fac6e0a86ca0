// SPDX-License-Identifier: Apache-2.0
// The inner loops' instructions on registers alone: what the execution units allow. None needs what another computes,
// so that nothing waits. Registers 0 to 15 only, which every compiler knows.
#include "bench.h"

#if defined(__x86_64__)

enum { REPEATS = 1000, PER_BLOCK = 32, RUNS = 40 };

#define CLOBBERS                                                                                                       \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",         \
        "xmm13", "xmm14", "xmm15"

// Adds to registers 0 to 7 and leaves results in registers 10 to 13; 8 and 9 are inputs.
#define EIGHT(OP)                                                                                                      \
    OP("0", "10")                                                                                                      \
    OP("1", "11") OP("2", "12") OP("3", "13") OP("4", "10") OP("5", "11") OP("6", "12") OP("7", "13")
#define BLOCK(OP) __asm__ volatile(EIGHT(OP) EIGHT(OP) EIGHT(OP) EIGHT(OP)::: CLOBBERS)

#define AVX2_UNIT(sum, t) "vpshufb %%ymm8, %%ymm9, %%ymm" t "\n\tvpaddb %%ymm9, %%ymm" sum ", %%ymm" sum "\n\t"
#define AVX512_UNIT(sum, t) "vpshufb %%zmm8, %%zmm9, %%zmm" t "\n\tvpaddb %%zmm9, %%zmm" sum ", %%zmm" sum "\n\t"
#define POPCNT_UNIT(sum, t)                                                                                            \
    "vpandq %%zmm8, %%zmm9, %%zmm" t "\n\tvpopcntq %%zmm8, %%zmm" t "\n\tvpaddq %%zmm9, %%zmm" sum ", %%zmm" sum "\n"  \
    "\t"
#define ICL_UNIT(sum, t) "vpermb %%zmm8, %%zmm9, %%zmm" t "\n\tvpaddb %%zmm9, %%zmm" sum ", %%zmm" sum "\n\t"
#define AVX2_CONV8(sum, t)                                                                                             \
    "vpmaddubsw %%ymm8, %%ymm9, %%ymm" t "\n\tvpmaddwd %%ymm8, %%ymm9, %%ymm" t "\n\tvpaddd %%ymm9, %%ymm" sum         \
    ", %%ymm" sum "\n\t"
#define AVX512_CONV8(sum, t)                                                                                           \
    "vpmaddubsw %%zmm8, %%zmm9, %%zmm" t "\n\tvpmaddwd %%zmm8, %%zmm9, %%zmm" t "\n\tvpaddd %%zmm9, %%zmm" sum         \
    ", %%zmm" sum "\n\t"
#define VNNI_CONV8(sum, t) "%{vex%} vpdpbusd %%ymm8, %%ymm9, %%ymm" sum "\n\t"
#define ICL_CONV8(sum, t) "vpdpbusd %%zmm8, %%zmm9, %%zmm" sum "\n\t"

// Blocks per second.
#define MEASURE(OP)                                                                                                    \
    for (int run_ = 0; run_ < RUNS; run_++) {                                                                          \
        const double start_ = bench_now();                                                                             \
        for (int i_ = 0; i_ < REPEATS; i_++)                                                                           \
            BLOCK(OP);                                                                                                 \
        const double time_ = bench_now() - start_;                                                                     \
        best = best == 0 || time_ < best ? time_ : best;                                                               \
    }                                                                                                                  \
    __asm__ volatile("vzeroupper" ::: CLOBBERS)

static double unit_bound(enum artem_cpu cpu)
{
    double best = 0, products = 0; // of one sum

    switch (cpu) {
    case ARTEM_CPU_AVX2:
    case ARTEM_CPU_AVXVNNI:
        MEASURE(AVX2_UNIT);
        products = 32 * 4;
        break;
    case ARTEM_CPU_AVX512:
        MEASURE(AVX512_UNIT);
        products = 64 * 4;
        break;
    case ARTEM_CPU_AVX512POPCNT:
        MEASURE(POPCNT_UNIT);
        products = 512;
        break;
    case ARTEM_CPU_AVX512ICL:
        MEASURE(ICL_UNIT);
        products = 64 * 6;
        break;
    default:
        return 0;
    }
    return products * PER_BLOCK * REPEATS / best;
}

static double conv8_bound(enum artem_cpu cpu)
{
    double best = 0, products = 64;

    switch (cpu) {
    case ARTEM_CPU_AVX2:
        MEASURE(AVX2_CONV8);
        products = 32;
        break;
    case ARTEM_CPU_AVXVNNI:
        MEASURE(VNNI_CONV8);
        products = 32;
        break;
    case ARTEM_CPU_AVX512:
    case ARTEM_CPU_AVX512POPCNT:
        MEASURE(AVX512_CONV8);
        break;
    case ARTEM_CPU_AVX512ICL:
        MEASURE(ICL_CONV8);
        break;
    default:
        return 0;
    }
    return products * PER_BLOCK * REPEATS / best;
}

double bench_bound(enum artem_cpu cpu, enum bench_loop loop)
{
    return loop == BENCH_UNIT ? unit_bound(cpu) : conv8_bound(cpu);
}

#else

double bench_bound(enum artem_cpu cpu, enum bench_loop loop)
{
    (void)cpu;
    (void)loop;
    return 0;
}

#endif
