// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "geometry.h"

const char *artem_cuda_form_name(enum artem_cuda_form form)
{
    static const char *const names[ARTEM_CUDA_FORM_COUNT] = {"popcount", "xor", "and", "wgmma", "int8"};

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
        out_shape->view[v] = (struct artem_cuda_view){qw[v], qh[v], out_shape->cells};
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

static void add_encoder(struct plan *plan, uint32_t tiles)
{
    static const char *const passes[2] = {"encoder", "encoder again"};
    const size_t shared = sizeof(struct artem_cuda_encoder_shared);
    const uint32_t blocks = divide_up(staying_blocks(plan, 2 * tiles, shared, 3), 2); // of each half of the outputs

    plan->args.layer = 0;
    for (uint32_t i = 0; i < 2; i++) {
        plan->args.pass = i == 0 ? ARTEM_CUDA_PASS_FIRST : ARTEM_CUDA_PASS_AGAIN;
        add(plan, "artem_cuda_encoder", passes[i], blocks, 2, ARTEM_CUDA_CONV_THREADS, shared);
    }
}

static void add_units(struct plan *plan, enum artem_cuda_form form, uint32_t tiles)
{
    static const char *const kernels[ARTEM_CUDA_FORM_COUNT] = {"artem_cuda_unit_popcount", "artem_cuda_unit_xor",
                                                               "artem_cuda_unit_and", "artem_cuda_unit_wgmma",
                                                               "artem_cuda_unit_int8"};
    const size_t shared = sizeof(struct artem_cuda_unit_shared);
    const uint32_t blocks = staying_blocks(plan, tiles, shared, 2), enough = divide_up(tiles, ARTEM_CUDA_UNIT_TILES);
    char name[sizeof plan->launches->pass];

    for (uint32_t unit = 1; unit <= ARTEM_CUDA_UNITS; unit++)
        for (uint32_t i = 0; i < 2; i++) {
            plan->args.layer = unit;
            plan->args.pass = i == 0 ? ARTEM_CUDA_PASS_SUMS : ARTEM_CUDA_PASS_APPLY;
            snprintf(name, sizeof name, "%s %u", i == 0 ? "sums" : "unit", unit);
            add(plan, kernels[form], name, blocks > enough ? blocks : enough, 1, ARTEM_CUDA_UNIT_THREADS, shared);
        }
}

static void add_decoder(struct plan *plan, uint32_t tiles)
{
    const struct artem_cuda_shape *shape = &plan->args.shape;
    const uint32_t half = count_tiles(shape, 2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H);
    const uint32_t full = count_tiles(shape, 4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H);

    plan->args.layer = plan->args.pass = 0;
    add(plan, "artem_cuda_d0", "d0", staying_blocks(plan, tiles, sizeof(struct artem_cuda_d0_shared), 3), 1,
        ARTEM_CUDA_CONV_THREADS, sizeof(struct artem_cuda_d0_shared));
    add(plan, "artem_cuda_d1", "d1", staying_blocks(plan, half, sizeof(struct artem_cuda_d1_shared), 8), 1,
        ARTEM_CUDA_CONV_THREADS, sizeof(struct artem_cuda_d1_shared));
    add(plan, "artem_cuda_d2", "d2", staying_blocks(plan, full, sizeof(struct artem_cuda_d2_shared), 4), 1,
        ARTEM_CUDA_D2_THREADS, sizeof(struct artem_cuda_d2_shared));
}

uint32_t artem_cuda_plan(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                         const struct artem_cuda_shape *shape, const struct artem_cuda_args *addresses,
                         struct artem_cuda_launch out_launches[ARTEM_CUDA_LAUNCHES_MAX])
{
    struct plan plan = {.chip = chip, .args = *addresses, .launches = out_launches, .fits = true};
    const uint32_t tiles = count_tiles(shape, 1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H);

    if (chip->major * 10 + chip->minor < 75 || chip->multiprocessors == 0)
        return 0;
    plan.args.shape = *shape;
    plan.args.layer = plan.args.pass = 0;
    add(&plan, "artem_cuda_input", "input", ARTEM_CUDA_LAYERS + divide_up(shape->cells, ARTEM_CUDA_INPUT_THREADS), 1,
        ARTEM_CUDA_INPUT_THREADS, 0);
    add_encoder(&plan, tiles);
    add_units(&plan, form, tiles);
    add_decoder(&plan, tiles);
    return plan.fits ? plan.count : 0;
}
