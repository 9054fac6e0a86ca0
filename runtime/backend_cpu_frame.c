// SPDX-License-Identifier: Apache-2.0
// One frame on the CPU: layers, and between them the normalisation of docs/arithmetic.md §7.
#include <time.h>

#include "backend_cpu.h"

// A frame on its way.
struct pass {
    struct cpu_stage stage;
    int pace; // at which the statistics follow this frame
};

static void moments_of(const struct cpu_backend *cpu, struct artem_moments *out_frame)
{
    artem_moments_of_sums(cpu->workers[0].s1, cpu->workers[0].s2, cpu->buffers.cells, out_frame);
}

static struct artem_norm norm_at(const struct cpu_backend *cpu, int layer)
{
    return norm_of(cpu->network, cpu->style, layer);
}

// One normalised layer once it is known whether the frame is exact and blank.
static void run_normalised(struct pass *pass, int layer, bool exact, bool blank)
{
    struct cpu_backend *cpu = pass->stage.cpu;
    const struct artem_norm norm = norm_at(cpu, layer);
    struct artem_moments *state = &cpu->state[layer], frame;

    if (exact && !blank) {
        cpu_run_layer(&pass->stage, layer, true, false);
        moments_of(cpu, &frame);
        artem_state_take(state, &frame);
    }
    artem_norm_gains(&norm, state, pass->stage.gains.a, pass->stage.gains.b);
    cpu_run_layer(&pass->stage, layer, !exact && !blank, true);
    if (exact || blank)
        return;
    moments_of(cpu, &frame);
    artem_state_follow(state, &frame, pass->pace);
}

// The encoder decides for the whole frame.
static void run_encoder(struct pass *pass, bool *exact, bool *blank)
{
    struct cpu_backend *cpu = pass->stage.cpu;
    const struct artem_norm norm = norm_at(cpu, 0);
    struct artem_moments *state = &cpu->state[0], frame;
    int64_t deviations = artem_norm_gains(&norm, state, pass->stage.gains.a, pass->stage.gains.b);

    cpu_run_layer(&pass->stage, 0, true, !*exact);
    moments_of(cpu, &frame);
    *blank = artem_frame_is_blank(&norm, &frame);
    pass->pace = artem_frame_pace(&frame, state, deviations);
    cpu->frame_cut = !*exact && !*blank && pass->pace == 0;
    *exact = *exact || cpu->frame_cut;
    if (!*exact && !*blank)
        artem_state_follow(state, &frame, pass->pace);
    if (!*exact)
        return;
    if (!*blank)
        artem_state_take(state, &frame);
    artem_norm_gains(&norm, state, pass->stage.gains.a, pass->stage.gains.b);
    cpu_run_layer(&pass->stage, 0, false, true);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

void cpu_run_frame(void *backend)
{
    struct cpu_backend *cpu = backend;
    struct pass pass = {.stage = {.cpu = cpu}};
    const double start = now_ms();
    bool exact = cpu->frame.exact, blank = false;

    cpu_make_input(cpu);
    run_encoder(&pass, &exact, &blank);
    for (int layer = 1; layer < ARTEM_NORMS; layer++)
        run_normalised(&pass, layer, exact, blank);
    cpu_decode(cpu);
    cpu->frame_milliseconds = now_ms() - start;
}
