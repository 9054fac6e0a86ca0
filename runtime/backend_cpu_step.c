// SPDX-License-Identifier: Apache-2.0
// A step of a frame of which this backend has a tile.
#include <string.h>

#include "backend_cpu.h"

static void run_layer(struct cpu_stage *stage, uint32_t layer, bool sum, bool apply)
{
    const struct cpu_backend *cpu = stage->cpu;
    const struct step *step = &cpu->step;

    if (apply)
        stage->gains = step->gains[layer];
    cpu_run_layer(stage, (int)layer, sum, apply);
    if (!sum)
        return;
    memcpy(step->out_sums[layer].s1, cpu->workers[0].s1, sizeof step->out_sums[layer].s1);
    memcpy(step->out_sums[layer].s2, cpu->workers[0].s2, sizeof step->out_sums[layer].s2);
}

void cpu_run_step(void *backend)
{
    struct cpu_backend *cpu = backend;
    const struct step *step = &cpu->step;
    struct cpu_stage stage = {.cpu = cpu};

    if (step->tile != NULL)
        cpu_make_input(cpu);
    for (uint32_t layer = step->first; layer < step->end; layer++)
        run_layer(&stage, layer, step->sums, true);
    if (step->ahead)
        run_layer(&stage, step->end, true, false);
    if (step->decode)
        cpu_decode(cpu);
}
