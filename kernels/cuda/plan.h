// SPDX-License-Identifier: Apache-2.0
// The launches of one frame in order, each after the one before: plain C that needs no CUDA. They depend on nothing but
// the arguments here, so that they can be recorded once (a CUDA graph) and launched for every frame of these sizes;
// what changes from frame to frame is in the frame buffer (layout.h).
#ifndef ARTEM_KERNELS_CUDA_PLAN_H
#define ARTEM_KERNELS_CUDA_PLAN_H

#include <stdbool.h>

#include "layout.h"

#ifdef __cplusplus
extern "C" {
#endif

// How a unit's binary convolution is computed. All give the same bytes.
enum artem_cuda_form {
    ARTEM_CUDA_FORM_POPCOUNT, // popcount with carry-save levels: every chip
    ARTEM_CUDA_FORM_XOR,      // mma.sync b1 xor, compute capability 7.5
    ARTEM_CUDA_FORM_AND,      // mma.sync b1 and, 8.0 to 9.0
    ARTEM_CUDA_FORM_WGMMA,    // wgmma b1 and, 9.0 only
    ARTEM_CUDA_FORM_INT8,     // mma.sync u8, 8.0 and later: bits spread to bytes
    ARTEM_CUDA_FORM_FP4,      // mma.sync e2m1, 12.x only: bits spread to 4-bit floats
    ARTEM_CUDA_FORM_COUNT
};

// Of the device: cuDeviceGetAttribute.
struct artem_cuda_chip {
    int major, minor; // compute capability
    uint32_t multiprocessors;
    uint32_t shared_per_block; // bytes, with opt-in
};

const char *artem_cuda_form_name(enum artem_cuda_form form);

// The forms that this chip has in hardware, the fastest expected one first; returns how many (at least one: the last
// one is always ARTEM_CUDA_FORM_POPCOUNT). The kernels' image may lack one, where the compiler was too old for it. A
// form is to be used only after its output was compared with the reference's.
uint32_t artem_cuda_forms(const struct artem_cuda_chip *chip, enum artem_cuda_form out_forms[ARTEM_CUDA_FORM_COUNT]);

// The kernel of a form's units; `part`: its twin for parts of views.
const char *artem_cuda_unit_kernel(enum artem_cuda_form form, bool part);

enum { ARTEM_CUDA_LAUNCHES_MAX = 32 };

struct artem_cuda_launch {
    const char *kernel; // name of the function in the module
    char pass[16];      // name of the pass, for measurements: "input", "encoder", "unit 1" …, "d2"
    uint32_t grid[3], block[3];
    uint32_t shared; // bytes of dynamic shared memory; above 48 KiB the function must be allowed them first:
                     // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    struct artem_cuda_args args; // kernelParams = (void *[]){&launch.args}
};

// Fills in shape from sizes in cells (a quarter of the style resolution each way); of each view, all cells count. False
// where they are out of range.
bool artem_cuda_make_shape(uint32_t views, const uint32_t *qw, const uint32_t *qh, struct artem_cuda_shape *out_shape);

// `addresses`: the five buffers; its other members are ignored. Returns the number of launches, 0 where the chip cannot
// run them (older than 7.5, or too little shared memory).
uint32_t artem_cuda_plan(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                         const struct artem_cuda_shape *shape, const struct artem_cuda_args *addresses,
                         struct artem_cuda_launch out_launches[ARTEM_CUDA_LAUNCHES_MAX]);

// A part of a frame's work, in this order, whose gains the host has written into the state, beside sums of zero. The
// arena holds what the step before has left.
struct artem_cuda_step {
    bool input;
    uint32_t first, end; // layers first to end - 1, with their gains
    bool sums;           // of those layers too
    bool ahead;          // sums of layer `end`, whose gains are not known yet
    bool decode;
};

uint32_t artem_cuda_plan_step(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                              const struct artem_cuda_shape *shape, const struct artem_cuda_args *addresses,
                              const struct artem_cuda_step *step,
                              struct artem_cuda_launch out_launches[ARTEM_CUDA_LAUNCHES_MAX]);

#ifdef __cplusplus
}
#endif

#endif
