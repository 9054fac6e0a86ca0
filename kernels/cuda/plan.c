// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "geometry.h"

const char *artem_cuda_form_name(enum artem_cuda_form form)
{
    static const char *const names[ARTEM_CUDA_FORM_COUNT] = {"popcount", "xor", "and", "wgmma", "int8", "fp4"};

    return (unsigned int)form < ARTEM_CUDA_FORM_COUNT ? names[form] : "unknown";
}

uint32_t artem_cuda_forms(const struct artem_cuda_chip *chip, enum artem_cuda_form out_forms[ARTEM_CUDA_FORM_COUNT])
{
    uint32_t count = 0;

    if (chip->major == 9 && chip->minor == 0)
        out_forms[count++] = ARTEM_CUDA_FORM_WGMMA;
    if (chip->major == 8 || (chip->major == 9 && chip->minor == 0))
        out_forms[count++] = ARTEM_CUDA_FORM_AND;
    if (chip->major == 7 && chip->minor == 5)
        out_forms[count++] = ARTEM_CUDA_FORM_XOR;
    if (chip->major == 12)
        out_forms[count++] = ARTEM_CUDA_FORM_FP4;
    if (chip->major >= 10)
        out_forms[count++] = ARTEM_CUDA_FORM_INT8;
    out_forms[count++] = ARTEM_CUDA_FORM_POPCOUNT;
    return count;
}

bool artem_cuda_make_shape(uint32_t views, const uint32_t *qw, const uint32_t *qh, struct artem_cuda_shape *out_shape)
{
    memset(out_shape, 0, sizeof *out_shape);
    if (views < 1 || views > ARTEM_CUDA_VIEWS)
        return false;
    for (uint32_t v = 0; v < views; v++) {
        if (qw[v] < 1 || qh[v] < 1 || qw[v] > 1024 || qh[v] > 1024 || qw[v] * qh[v] > 1 << 18)
            return false;
        out_shape->view[v] = (struct artem_cuda_view){qw[v], qh[v], out_shape->cells, {0, 0, qw[v], qh[v]}};
        out_shape->cells += qw[v] * qh[v];
    }
    out_shape->views = views;
    return true;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t divide_up(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

// Tiles of width x height of all views, a cell being `scale` pixels wide and high.
static uint32_t count_tiles(const struct artem_cuda_shape *shape, uint32_t scale, uint32_t width, uint32_t height)
{
    uint32_t tiles = 0;

    for (uint32_t v = 0; v < shape->views; v++)
        tiles += divide_up(shape->view[v].qw * scale, width) * divide_up(shape->view[v].qh * scale, height);
    return tiles;
}

struct plan {
    const struct artem_cuda_chip *chip;
    struct artem_cuda_args args;
    struct artem_cuda_launch *launches;
    uint32_t tiles; // of encoder, units and d0
    uint32_t count;
    bool fits;
};

static void add(struct plan *plan, const char *kernel, const char *pass, uint32_t x, uint32_t y, uint32_t threads,
                size_t shared)
{
    struct artem_cuda_launch *launch = &plan->launches[plan->count++];

    memset(launch, 0, sizeof *launch);
    launch->kernel = kernel;
    snprintf(launch->pass, sizeof launch->pass, "%s", pass);
    launch->grid[0] = x;
    launch->grid[1] = y;
    launch->grid[2] = launch->block[1] = launch->block[2] = 1;
    launch->block[0] = threads;
    launch->shared = (uint32_t)shared;
    launch->args = plan->args;
    plan->fits = plan->fits && shared <= plan->chip->shared_per_block;
}

// Blocks that stay and take one tile after the other: as many as find room on the multiprocessors, by their shared
// memory (of which a multiprocessor has as much as a block may get, and 1 KiB a block is the system's) and at most
// `each`.
static uint32_t staying_blocks(const struct plan *plan, uint32_t tiles, size_t shared, uint32_t each)
{
    const uint32_t room = (uint32_t)((plan->chip->shared_per_block + 1024) / (shared + 1024));

    return least(tiles, plan->chip->multiprocessors * (room < 1 ? 1 : least(room, each)));
}

static void add_input(struct plan *plan, enum artem_cuda_pass pass)
{
    const uint32_t layers = pass == ARTEM_CUDA_PASS_STEP ? 0 : ARTEM_CUDA_LAYERS;

    plan->args.layer = 0;
    plan->args.pass = pass;
    add(plan, "artem_cuda_input", "input", layers + divide_up(plan->args.shape.cells, ARTEM_CUDA_INPUT_THREADS), 1,
        ARTEM_CUDA_INPUT_THREADS, 0);
}

// With units by wgmma, encoder and d0 are too.
static void add_encoder(struct plan *plan, enum artem_cuda_form form, enum artem_cuda_pass pass)
{
    static const char *const kernels[2][2] = {{"artem_cuda_encoder", "artem_cuda_encoder_part"},
                                              {"artem_cuda_encoder_wgmma", "artem_cuda_encoder_wgmma_part"}};
    const size_t shared = sizeof(struct artem_cuda_encoder_shared);
    // Of each half of the outputs.
    const uint32_t blocks = divide_up(staying_blocks(plan, 2 * plan->tiles, shared, 3), 2);

    plan->args.layer = 0;
    plan->args.pass = pass;
    add(plan, kernels[form == ARTEM_CUDA_FORM_WGMMA][pass >= ARTEM_CUDA_PASS_STEP],
        pass == ARTEM_CUDA_PASS_AGAIN ? "encoder again" : "encoder", blocks, 2, ARTEM_CUDA_CONV_THREADS, shared);
}

const char *artem_cuda_unit_kernel(enum artem_cuda_form form, bool part)
{
    static const char *const kernels[2][ARTEM_CUDA_FORM_COUNT] = {
        {"artem_cuda_unit_popcount", "artem_cuda_unit_xor", "artem_cuda_unit_and", "artem_cuda_unit_wgmma",
         "artem_cuda_unit_int8", "artem_cuda_unit_fp4"},
        {"artem_cuda_unit_popcount_part", "artem_cuda_unit_xor_part", "artem_cuda_unit_and_part",
         "artem_cuda_unit_wgmma_part", "artem_cuda_unit_int8_part", "artem_cuda_unit_fp4_part"}};

    return kernels[part][form];
}

static void add_unit(struct plan *plan, enum artem_cuda_form form, uint32_t unit, enum artem_cuda_pass pass)
{
    const bool staged = plan->chip->major == 9 || plan->chip->major == 10;
    const size_t shared = staged ? sizeof(struct artem_cuda_unit_staged) : sizeof(struct artem_cuda_unit_shared);
    const uint32_t blocks = staying_blocks(plan, plan->tiles, shared, 2);
    const uint32_t enough = divide_up(plan->tiles, ARTEM_CUDA_UNIT_TILES);
    const bool sums = pass == ARTEM_CUDA_PASS_SUMS || pass == ARTEM_CUDA_PASS_STEP_SUMS;
    char name[sizeof plan->launches->pass];

    plan->args.layer = unit;
    plan->args.pass = pass;
    snprintf(name, sizeof name, "%s %u", sums ? "sums" : "unit", unit);
    add(plan, artem_cuda_unit_kernel(form, pass >= ARTEM_CUDA_PASS_STEP), name, blocks > enough ? blocks : enough, 1,
        ARTEM_CUDA_UNIT_THREADS, shared);
}

static void add_decoder(struct plan *plan, enum artem_cuda_form form)
{
    const struct artem_cuda_shape *shape = &plan->args.shape;
    const uint32_t half = count_tiles(shape, 2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H);
    const uint32_t full = count_tiles(shape, 4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H);

    plan->args.layer = plan->args.pass = 0;
    add(plan, form == ARTEM_CUDA_FORM_WGMMA ? "artem_cuda_d0_wgmma" : "artem_cuda_d0", "d0",
        staying_blocks(plan, plan->tiles, sizeof(struct artem_cuda_d0_shared), 3), 1, ARTEM_CUDA_CONV_THREADS,
        sizeof(struct artem_cuda_d0_shared));
    add(plan, "artem_cuda_d1", "d1", staying_blocks(plan, half, sizeof(struct artem_cuda_d1_shared), 8), 1,
        ARTEM_CUDA_CONV_THREADS, sizeof(struct artem_cuda_d1_shared));
    add(plan, "artem_cuda_d2", "d2", staying_blocks(plan, full, sizeof(struct artem_cuda_d2_shared), 4), 1,
        ARTEM_CUDA_D2_THREADS, sizeof(struct artem_cuda_d2_shared));
}

// False where the chip cannot run it.
static bool begin(struct plan *plan, const struct artem_cuda_chip *chip, const struct artem_cuda_shape *shape,
                  const struct artem_cuda_args *addresses, struct artem_cuda_launch *launches)
{
    *plan = (struct plan){.chip = chip, .args = *addresses, .launches = launches, .fits = true};
    plan->args.shape = *shape;
    plan->tiles = count_tiles(shape, 1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H);
    return chip->major * 10 + chip->minor >= 75 && chip->multiprocessors > 0;
}

uint32_t artem_cuda_plan(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                         const struct artem_cuda_shape *shape, const struct artem_cuda_args *addresses,
                         struct artem_cuda_launch out_launches[ARTEM_CUDA_LAUNCHES_MAX])
{
    struct plan plan;

    if (!begin(&plan, chip, shape, addresses, out_launches))
        return 0;
    add_input(&plan, ARTEM_CUDA_PASS_FIRST);
    add_encoder(&plan, form, ARTEM_CUDA_PASS_FIRST);
    add_encoder(&plan, form, ARTEM_CUDA_PASS_AGAIN);
    for (uint32_t unit = 1; unit <= ARTEM_CUDA_UNITS; unit++) {
        add_unit(&plan, form, unit, ARTEM_CUDA_PASS_SUMS);
        add_unit(&plan, form, unit, ARTEM_CUDA_PASS_APPLY);
    }
    add_decoder(&plan, form);
    return plan.fits ? plan.count : 0;
}

static void add_layer(struct plan *plan, enum artem_cuda_form form, uint32_t layer, enum artem_cuda_pass pass)
{
    if (layer == 0)
        add_encoder(plan, form, pass);
    else
        add_unit(plan, form, layer, pass);
}

uint32_t artem_cuda_plan_step(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                              const struct artem_cuda_shape *shape, const struct artem_cuda_args *addresses,
                              const struct artem_cuda_step *step,
                              struct artem_cuda_launch out_launches[ARTEM_CUDA_LAUNCHES_MAX])
{
    struct plan plan;

    if (!begin(&plan, chip, shape, addresses, out_launches))
        return 0;
    if (step->input)
        add_input(&plan, ARTEM_CUDA_PASS_STEP);
    for (uint32_t layer = step->first; layer < step->end; layer++)
        add_layer(&plan, form, layer, step->sums ? ARTEM_CUDA_PASS_STEP_BOTH : ARTEM_CUDA_PASS_STEP);
    if (step->ahead)
        add_layer(&plan, form, step->end, ARTEM_CUDA_PASS_STEP_SUMS);
    if (step->decode)
        add_decoder(&plan, form);
    return plan.fits ? plan.count : 0;
}
