// SPDX-License-Identifier: Apache-2.0
// Tiles, and one step of them on all devices at the same time.
#include <string.h>

#include "artem/log.h"
#include "backend_multi.h"

static const uint64_t patience_ns = 5000000000, first_patience_ns = 60000000000;

// The noise of a part: cell (0, 0) of it looks where cell (x, y) of the whole does.
static struct artem_noise_map move_noise(const struct artem_noise_map *map, uint32_t x, uint32_t y)
{
    struct artem_noise_map moved = *map;

    for (int i = 0; i < 9 && map->density > 0; i += 3)
        moved.m[i + 2] += moved.m[i] * (int32_t)x + moved.m[i + 1] * (int32_t)y;
    if (map->density == 0) { // wraps around, as the noise does
        moved.m[2] = (int32_t)((uint32_t)moved.m[2] + x);
        moved.m[5] = (int32_t)((uint32_t)moved.m[5] + y);
    }
    return moved;
}

static void place_part(const struct multi_backend *multi, const struct tile_sizes *sizes, const struct tile_part *part,
                       struct tile *tile)
{
    const struct tile_rect around = tile_with_halo(sizes, part);
    const struct artem_engine_view *whole = &multi->frame.view[part->view];
    const uint32_t v = tile->frame.views++;
    struct artem_engine_view *view = &tile->frame.view[v];

    *view = *whole;
    view->width = 4 * around.width;
    view->height = 4 * around.height;
    view->in += (size_t)around.y * 4 * whole->in_stride + (size_t)around.x * 16;
    view->out += (size_t)around.y * 4 * whole->out_stride + (size_t)around.x * 16;
    view->noise = move_noise(&whole->noise, around.x, around.y);
    tile->inside[v] =
        (struct tile_rect){part->rect.x - around.x, part->rect.y - around.y, part->rect.width, part->rect.height};
}

void multi_place_tiles(struct multi_backend *multi, const struct tile_plan *plan)
{
    multi->active_count = 0;
    for (uint32_t i = 0; i < multi->count; i++) {
        struct tile *tile = &multi->devices[i].tile;
        memset(tile, 0, sizeof *tile);
        multi->devices[i].seconds = 0;
        for (uint32_t k = 0; k < plan->share[i].parts; k++)
            place_part(multi, &plan->sizes, &plan->share[i].part[k], tile);
        if (tile->frame.views > 0)
            multi->active[multi->active_count++] = i;
    }
}

uint32_t multi_usable(const struct multi_backend *multi)
{
    uint32_t usable = 0;

    for (uint32_t i = 0; i < multi->count; i++)
        usable += !multi->devices[i].failed;
    return usable;
}

void multi_set_failed(struct multi_device *device, const char *what, uint32_t left)
{
    device->failed = true;
    if (left > 0)
        artem_log(ARTEM_LOG_WARN, "device %s failed (%s); its part of the picture goes to the others",
                  device->source.name, what);
    else
        artem_log(ARTEM_LOG_ERROR, "device %s failed (%s); no device is left", device->source.name, what);
}

// How long a device may take for a step: far longer than it ever should, or as long as a slow one might. The first one
// may have to wait for a driver that compiles.
static uint64_t timeout_of(const struct multi_backend *multi, uint32_t index)
{
    const uint64_t patience = multi->devices[index].answered ? patience_ns : first_patience_ns;
    const double speed = multi->pace[multi->frame.exact].speed[index];
    const double work = (double)tile_share_work(&multi->plan.sizes, &multi->plan.share[index]);

    return patience + (uint64_t)(speed > 0 ? 20e9 * work / speed : 1e6 * work);
}

static void run_device(void *user, uint32_t item, uint32_t worker)
{
    struct multi_backend *multi = user;
    struct multi_device *device = &multi->devices[multi->active[item]];
    const struct artem_backend_ops *ops = device->source.ops;
    struct step step = multi->step;
    const double start = multi_now();

    (void)worker;
    step.tile = step.tile != NULL ? &device->tile : NULL;
    step.out_sums = device->sums;
    device->result = ops->submit_step(device->backend, &step);
    if (device->result == ARTEM_OK && device->source.can_be_left)
        device->result = ops->wait(device->backend, timeout_of(multi, multi->active[item]));
    else if (device->result == ARTEM_OK)
        do
            device->result = ops->wait(device->backend, UINT64_MAX);
        while (device->result == ARTEM_TIMEOUT);
    device->seconds += multi_now() - start;
}

static void add_sums(struct multi_backend *multi, uint32_t layer)
{
    struct layer_sums *all = &multi->sums[layer];

    memset(all, 0, sizeof *all);
    for (uint32_t i = 0; i < multi->active_count; i++) {
        const struct layer_sums *part = &multi->devices[multi->active[i]].sums[layer];
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            all->s1[c] += part->s1[c];
            all->s2[c] += part->s2[c];
        }
    }
}

bool multi_run_step(struct multi_backend *multi, const struct step *step)
{
    bool done = true;

    multi->step = *step;
    artem_threadpool_for(multi->pool, multi->active_count, run_device, multi);
    for (uint32_t i = 0; i < multi->active_count; i++) {
        struct multi_device *device = &multi->devices[multi->active[i]];
        device->answered = device->answered || device->result == ARTEM_OK;
        if (device->result == ARTEM_OK)
            continue;
        done = false;
        multi->result = device->result == ARTEM_TIMEOUT ? ARTEM_ERROR_DEVICE : device->result;
        multi_set_failed(device, device->result == ARTEM_TIMEOUT ? "no answer" : artem_result_string(device->result),
                         multi_usable(multi) - 1);
    }
    for (uint32_t layer = step->first; layer < step->end && step->sums && done; layer++)
        add_sums(multi, layer);
    if (step->ahead && done)
        add_sums(multi, step->end);
    return done;
}
