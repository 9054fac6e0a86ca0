// SPDX-License-Identifier: Apache-2.0
// Life time and frames of the Vulkan backend.
#include "backend_vulkan.h"

#include <stdlib.h>
#include <string.h>

#include "artem/log.h"

static const uint64_t destroy_timeout_ns = 5000000000;

static enum artem_result create_commands(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    const VkQueryPoolCreateInfo query_info = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
        .queryType = VK_QUERY_TYPE_TIMESTAMP,
        .queryCount = ARTEM_PASSES_MAX,
    };

    for (unsigned i = 0; i < HALVES; i++)
        if (d->vkCreateFence(d->handle, &fence_info, NULL, &vulkan->fences[i]) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    if (d->timestamp_ms > 0 && d->vkCreateQueryPool(d->handle, &query_info, NULL, &vulkan->queries) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return vulkan_create_lanes(vulkan);
}

static bool is_lost(VkResult of_wait)
{
    return of_wait != VK_SUCCESS && of_wait != VK_ERROR_DEVICE_LOST; // a lost device is done with everything
}

// Of what was submitted last.
static const VkFence *latest_fence(const struct vulkan_backend *vulkan)
{
    return &vulkan->fences[vulkan->has_rest || vulkan->abandoned ? 0 : HALVES - 1];
}

static void destroy(void *backend)
{
    struct vulkan_backend *vulkan = backend;
    const struct vulkan_device *d = vulkan->device;

    if (d != NULL) {
        vulkan_share_destroy(vulkan);
        if (vulkan->in_flight && !vulkan->lost)
            vulkan->lost = is_lost(d->vkWaitForFences(d->handle, 1, latest_fence(vulkan), VK_TRUE, destroy_timeout_ns));
        vulkan->lost = !vulkan_finish_lanes(vulkan, destroy_timeout_ns) || vulkan->lost;
        if (vulkan->lost) {
            artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
            free(vulkan);
            return;
        }
        vulkan_destroy_buffers(vulkan);
        vulkan_destroy_pipelines(vulkan);
        d->vkDestroyQueryPool(d->handle, vulkan->queries, NULL);
        for (unsigned i = 0; i < HALVES; i++)
            d->vkDestroyFence(d->handle, vulkan->fences[i], NULL);
        vulkan_destroy_lanes(vulkan);
    }
    vulkan_own_device_destroy(&vulkan->own);
    free(vulkan);
}

bool vulkan_wants_beside(const struct artem_engine_vulkan *given)
{
    return given != NULL && !given->alone && given->device->sharing == VULKAN_SHARING_BINARY &&
           given->device->dot == VULKAN_DOT_NONE && vulkan_allows_async();
}

static enum artem_result create_on(const struct artem_engine_params *params, bool beside, void **out_backend)
{
    const struct vulkan_device *given = params->vulkan != NULL ? params->vulkan->device : NULL;
    struct vulkan_backend *vulkan = calloc(1, sizeof *vulkan);
    enum artem_result result = ARTEM_OK;

    if (vulkan == NULL)
        return ARTEM_ERROR_MEMORY;
    vulkan->network = params->network;
    if (beside)
        result = vulkan_own_device_create_beside(given, &vulkan->own);
    else if (given == NULL)
        result = vulkan_own_device_create(ARTEM_LOG_ERROR, params->device, &vulkan->own);
    if (result == ARTEM_OK)
        vulkan->device = vulkan->own != NULL ? vulkan_own_device_get(vulkan->own) : given;
    if (result == ARTEM_OK && beside && vulkan->device->dot == VULKAN_DOT_NONE)
        result = ARTEM_ERROR_UNSUPPORTED; // nothing would be faster there, and the way costs some time
    if (result == ARTEM_OK)
        result = vulkan_create_pipelines(vulkan);
    if (result == ARTEM_OK)
        result = vulkan_create_buffers(vulkan);
    if (result == ARTEM_OK)
        result = create_commands(vulkan);
    if (result == ARTEM_OK && beside)
        result = vulkan_share_create(vulkan, given);
    if (result != ARTEM_OK) {
        destroy(vulkan);
        return result;
    }
    vulkan_write_network(vulkan);
    artem_log(ARTEM_LOG_DEBUG, "Vulkan backend: %s%s%s", vulkan->device->name, vulkan_dot_text(vulkan->device->dot),
              beside                                              ? ", on a device beside the app's"
              : vulkan->lanes[LANE_ASYNC].queue != VK_NULL_HANDLE ? ", with a queue beside the app's"
                                                                  : "");
    *out_backend = vulkan;
    return ARTEM_OK;
}

static enum artem_result create(const struct artem_engine_params *params, void **out_backend)
{
    enum artem_result result = ARTEM_ERROR_UNSUPPORTED;

    if (vulkan_wants_beside(params->vulkan)) {
        result = create_on(params, true, out_backend);
        if (result != ARTEM_OK)
            artem_log(ARTEM_LOG_DEBUG, "no Vulkan device beside the app's (%s): its own is used",
                      artem_result_string(result));
    }
    return result == ARTEM_OK ? result : create_on(params, false, out_backend);
}

static enum artem_result set_style(void *backend, const struct artem_style *style)
{
    struct vulkan_backend *vulkan = backend;

    vulkan->style = style;
    vulkan_write_style(vulkan);
    vulkan->dirty = vulkan->restart = true;
    return ARTEM_OK;
}

// Rows may have gaps on the caller's side.
static void copy_rows(uint8_t *to, size_t to_stride, const uint8_t *from, size_t from_stride, size_t row, size_t rows)
{
    for (size_t y = 0; y < rows; y++)
        memcpy(to + y * to_stride, from + y * from_stride, row);
}

void vulkan_write_frame(struct vulkan_backend *vulkan, const struct tile_rect *inside)
{
    const struct vulkan_shape *shape = &vulkan->shape;
    const struct artem_engine_frame *frame = &vulkan->frame;
    uint32_t *data = vulkan->frame_data.data;

    data[NET_RESTART] = vulkan->restart;
    data[NET_WANTS_EXACT] = frame->exact;
    data[NET_CELLS] = shape->cells;
    data[NET_PLANE] = shape->plane;
    data[NET_GROUPS] = shape->groups;
    data[NET_VIEWS] = shape->views;
    for (uint32_t v = 0; v < shape->views; v++) {
        const struct vulkan_view *view = &shape->view[v];
        const struct artem_engine_view *picture = &frame->view[v];
        uint32_t *at = data + NET_VIEW + (size_t)v * NET_VIEW_WORDS;
        const struct tile_rect all = {0, 0, view->qw, view->qh}, *counted = inside != NULL ? &inside[v] : &all;
        const size_t row = (size_t)view->qw * 16;

        at[NET_VIEW_COLUMNS] = counted->x | (counted->x + counted->width) << 16;
        at[NET_VIEW_ROWS] = counted->y | (counted->y + counted->height) << 16;
        at[NET_VIEW_QW] = view->qw;
        at[NET_VIEW_QH] = view->qh;
        at[NET_VIEW_FIRST] = view->first;
        at[NET_VIEW_DENSITY] = (uint32_t)picture->noise.density;
        for (int i = 0; i < 9; i++)
            at[NET_VIEW_MAP + i] = (uint32_t)picture->noise.m[i];
        if (view->in == 0)
            copy_rows((uint8_t *)vulkan->staging.data + view->offset, row, picture->in, picture->in_stride, row,
                      (size_t)view->qh * 4);
    }
}

enum artem_result vulkan_prepare(struct vulkan_backend *vulkan, const struct artem_engine_frame *frame, bool is_same,
                                 enum artem_result (*record)(struct vulkan_backend *vulkan))
{
    struct vulkan_shape shape;
    enum artem_result result = vulkan_plan_shape(vulkan, frame, &shape);

    if (result != ARTEM_OK)
        return result;
    const bool fits = vulkan_same_shape(&shape, &vulkan->shape);
    if (fits && is_same && vulkan->recorded == vulkan->lane)
        return ARTEM_OK;
    vulkan->shape.views = 0;
    if (!fits)
        result = vulkan_place_shape(vulkan, &shape);
    if (result != ARTEM_OK)
        return result;
    vulkan->shape = shape;
    result = record(vulkan);
    vulkan->recorded = vulkan->lane;
    if (result != ARTEM_OK)
        vulkan->shape.views = 0;
    return result;
}

enum artem_result vulkan_launch(struct vulkan_backend *vulkan, bool halved)
{
    const struct vulkan_lane *lane = vulkan->lane;
    const VkCommandBuffer commands[] = {lane->upload_commands, lane->halves[0], lane->halves[1]};
    const uint32_t first = vulkan->dirty ? 0 : 1, end = halved || vulkan->is_step ? 2 : 3;
    const enum artem_result result =
        vulkan_submit_lane(vulkan, commands + first, end - first, vulkan->fences[halved ? 0 : HALVES - 1]);

    if (result != ARTEM_OK)
        return result;
    vulkan->dirty = false;
    vulkan->in_flight = true;
    vulkan->has_rest = halved;
    vulkan->abandoned = false;
    return ARTEM_OK;
}

static enum artem_result advance(void *backend, bool *out_any)
{
    struct vulkan_backend *vulkan = backend;
    enum artem_result result = ARTEM_OK;

    *out_any = vulkan->has_rest;
    if (vulkan->has_rest)
        result = vulkan_submit_lane(vulkan, &vulkan->lane->halves[1], 1, vulkan->fences[1]);
    vulkan->abandoned = vulkan->abandoned || result != ARTEM_OK;
    vulkan->has_rest = false;
    return result;
}

static void abandon(void *backend)
{
    struct vulkan_backend *vulkan = backend;

    vulkan->abandoned = vulkan->abandoned || vulkan->has_rest;
    vulkan->has_rest = false;
}

enum artem_result vulkan_submit_frame(struct vulkan_backend *vulkan, const struct artem_engine_frame *frame,
                                      bool shared)
{
    enum artem_result result;

    vulkan->shared = shared;
    vulkan_choose_lane(vulkan, frame->detached);
    result = vulkan->lost
                 ? ARTEM_ERROR_DEVICE
                 : vulkan_prepare(vulkan, frame, !vulkan->has_step && vulkan->is_marked == vulkan->wants_passes,
                                  vulkan_record_frame);
    if (result != ARTEM_OK)
        return result;
    vulkan->has_step = vulkan->is_step = false;
    vulkan->restart = vulkan->restart || vulkan->resolution != frame->resolution;
    vulkan->frame = *frame;
    vulkan_write_frame(vulkan, NULL);
    result = vulkan_launch(vulkan, frame->halved && vulkan->own == NULL && vulkan->lane == &vulkan->lanes[LANE_QUEUE]);
    if (result != ARTEM_OK)
        return result;
    vulkan->resolution = frame->resolution;
    vulkan->restart = false;
    return ARTEM_OK;
}

static enum artem_result submit(void *backend, const struct artem_engine_frame *frame)
{
    struct vulkan_backend *vulkan = backend;
    const uint32_t buffers = share_count_buffers(frame);

    if (vulkan->share == NULL || buffers == 0)
        return vulkan_submit_frame(vulkan, frame, false);
    return buffers == frame->views ? share_submit(vulkan->share, frame) : ARTEM_ERROR_ARGUMENT;
}

// Times between timestamps; none if the device does not have them.
static void read_times(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    uint64_t ticks[ARTEM_PASSES_MAX];

    vulkan->pass_count = 0;
    vulkan->stats.milliseconds = 0;
    if (vulkan->marks < 2 || d->vkGetQueryPoolResults(d->handle, vulkan->queries, 0, vulkan->marks, sizeof ticks, ticks,
                                                      sizeof ticks[0], VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
        return;
    for (uint32_t i = 1; i < vulkan->marks; i++) {
        struct artem_pass *pass = &vulkan->passes[vulkan->pass_count];
        if (vulkan->mark_names[i][0] == '\0')
            continue;
        memcpy(pass->name, vulkan->mark_names[i], sizeof pass->name);
        pass->milliseconds = (double)((ticks[i] - ticks[i - 1]) & vulkan->lane->timestamp_mask) * d->timestamp_ms;
        vulkan->stats.milliseconds += pass->milliseconds;
        vulkan->pass_count++;
    }
    if (!vulkan->is_marked)
        vulkan->pass_count = 0;
}

void vulkan_read_pictures(struct vulkan_backend *vulkan, const struct tile_rect *inside)
{
    for (uint32_t v = 0; v < vulkan->shape.views; v++) {
        const struct vulkan_view *view = &vulkan->shape.view[v];
        const struct artem_engine_view *picture = &vulkan->frame.view[v];
        const struct tile_rect all = {0, 0, view->qw, view->qh}, *r = inside != NULL ? &inside[v] : &all;
        const size_t stride = (size_t)view->qw * 16, x = (size_t)r->x * 16, y = (size_t)r->y * 4;

        if (view->in == 0)
            copy_rows(picture->out + y * picture->out_stride + x, picture->out_stride,
                      (const uint8_t *)vulkan->staging.data + vulkan_painted_offset(view) + y * stride + x, stride,
                      (size_t)r->width * 16, (size_t)r->height * 4);
    }
}

enum artem_result vulkan_wait(struct vulkan_backend *vulkan, uint64_t timeout_ns)
{
    const struct vulkan_device *d = vulkan->device;
    const uint32_t *decisions = vulkan->decisions.data;
    VkResult result;

    if (vulkan->has_rest)
        return ARTEM_TIMEOUT; // whatever is waited for: it is not on its way
    result = d->vkWaitForFences(d->handle, 1, latest_fence(vulkan), VK_TRUE, timeout_ns);
    if (result == VK_TIMEOUT)
        return ARTEM_TIMEOUT;
    vulkan->in_flight = false;
    if (result != VK_SUCCESS) {
        vulkan->lost = is_lost(result);
        artem_log(ARTEM_LOG_ERROR, "the GPU lost the frame (VkResult %d)", result);
        return ARTEM_ERROR_DEVICE;
    }
    if (vulkan->abandoned) {
        vulkan->restart = true;
        return ARTEM_ERROR_DEVICE;
    }
    if (vulkan->is_step) {
        vulkan_finish_step(vulkan);
        return ARTEM_OK;
    }
    vulkan_read_pictures(vulkan, NULL);
    read_times(vulkan);
    vulkan->stats.frames++;
    vulkan->stats.cuts += decisions[NET_CUT - NET_EXACT];
    return ARTEM_OK;
}

static enum artem_result wait(void *backend, uint64_t timeout_ns)
{
    struct vulkan_backend *vulkan = backend;

    return vulkan->shared ? share_wait(vulkan->share, timeout_ns) : vulkan_wait(vulkan, timeout_ns);
}

static enum artem_result rejoin(void *backend)
{
    struct vulkan_backend *vulkan = backend;

    return vulkan->shared ? share_rejoin(vulkan->share) : ARTEM_OK;
}

static bool release_buffers(void *backend, const uint64_t *serials, uint32_t count)
{
    struct vulkan_backend *vulkan = backend;

    return share_release_buffers(vulkan->share, serials, count);
}

static bool is_beside(const void *backend)
{
    return ((const struct vulkan_backend *)backend)->share != NULL;
}

static void stats(const void *backend, struct artem_engine_stats *out_stats)
{
    const struct vulkan_backend *vulkan = backend;

    *out_stats = vulkan->stats;
    out_stats->memory_bytes = sizeof *vulkan + vulkan_memory_bytes(vulkan);
}

static uint32_t passes(void *backend, struct artem_pass *out_passes)
{
    struct vulkan_backend *vulkan = backend;

    vulkan->wants_passes = true;
    memcpy(out_passes, vulkan->passes, vulkan->pass_count * sizeof *out_passes);
    return vulkan->pass_count;
}

const struct artem_backend_ops artem_backend_vulkan = {
    .name = "vulkan",
    .takes_buffers = true,
    .create = create,
    .set_style = set_style,
    .submit = submit,
    .submit_step = vulkan_submit_step,
    .wait = wait,
    .advance = advance,
    .abandon = abandon,
    .rejoin = rejoin,
    .release_buffers = release_buffers,
    .is_beside = is_beside,
    .stats = stats,
    .passes = passes,
    .destroy = destroy,
};
