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
    VkCommandBuffer commands[2];

    if (vulkan_commands_create(d, 2, &vulkan->pool, commands) != ARTEM_OK ||
        d->vkCreateFence(d->handle, &fence_info, NULL, &vulkan->fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    if (d->timestamp_ms > 0 && d->vkCreateQueryPool(d->handle, &query_info, NULL, &vulkan->queries) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    vulkan->commands = commands[0];
    vulkan->upload_commands = commands[1];
    return vulkan_record_upload(vulkan);
}

static bool is_lost(VkResult of_wait)
{
    return of_wait != VK_SUCCESS && of_wait != VK_ERROR_DEVICE_LOST; // a lost device is done with everything
}

static void destroy(void *backend)
{
    struct vulkan_backend *vulkan = backend;
    const struct vulkan_device *d = vulkan->device;

    if (d != NULL) {
        if (vulkan->in_flight)
            vulkan->lost = is_lost(d->vkWaitForFences(d->handle, 1, &vulkan->fence, VK_TRUE, destroy_timeout_ns));
        if (vulkan->lost) {
            artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
            free(vulkan);
            return;
        }
        vulkan_destroy_buffers(vulkan);
        vulkan_destroy_pipelines(vulkan);
        d->vkDestroyQueryPool(d->handle, vulkan->queries, NULL);
        d->vkDestroyFence(d->handle, vulkan->fence, NULL);
        d->vkDestroyCommandPool(d->handle, vulkan->pool, NULL);
    }
    vulkan_own_device_destroy(&vulkan->own);
    free(vulkan);
}

static enum artem_result create(const struct artem_engine_params *params, void **out_backend)
{
    struct vulkan_backend *vulkan = calloc(1, sizeof *vulkan);
    enum artem_result result = ARTEM_OK;

    if (vulkan == NULL)
        return ARTEM_ERROR_MEMORY;
    vulkan->network = params->network;
    if (params->vulkan != NULL)
        vulkan->device = params->vulkan->device;
    else
        result = vulkan_own_device_create(ARTEM_LOG_ERROR, params->device, &vulkan->own);
    if (result == ARTEM_OK && vulkan->own != NULL)
        vulkan->device = vulkan_own_device_get(vulkan->own);
    if (result == ARTEM_OK)
        result = vulkan_create_pipelines(vulkan);
    if (result == ARTEM_OK)
        result = vulkan_create_buffers(vulkan);
    if (result == ARTEM_OK)
        result = create_commands(vulkan);
    if (result != ARTEM_OK) {
        destroy(vulkan);
        return result;
    }
    vulkan_write_network(vulkan);
    artem_log(ARTEM_LOG_DEBUG, "Vulkan backend: %s%s", vulkan->device->name, vulkan_dot_text(vulkan->device->dot));
    *out_backend = vulkan;
    return ARTEM_OK;
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
    if (fits && is_same)
        return ARTEM_OK;
    vulkan->shape.views = 0;
    if (!fits)
        result = vulkan_place_shape(vulkan, &shape);
    if (result != ARTEM_OK)
        return result;
    vulkan->shape = shape;
    result = record(vulkan);
    if (result != ARTEM_OK)
        vulkan->shape.views = 0;
    return result;
}

enum artem_result vulkan_launch(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    const VkCommandBuffer commands[2] = {vulkan->upload_commands, vulkan->commands};
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .commandBufferCount = vulkan->dirty ? 2 : 1,
        .pCommandBuffers = vulkan->dirty ? commands : commands + 1,
    };

    if (d->vkResetFences(d->handle, 1, &vulkan->fence) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &info, vulkan->fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    vulkan->dirty = false;
    vulkan->in_flight = true;
    return ARTEM_OK;
}

static enum artem_result submit(void *backend, const struct artem_engine_frame *frame)
{
    struct vulkan_backend *vulkan = backend;
    enum artem_result result =
        vulkan->lost ? ARTEM_ERROR_DEVICE
                     : vulkan_prepare(vulkan, frame, !vulkan->has_step && vulkan->is_marked == vulkan->wants_passes,
                                      vulkan_record_frame);

    if (result != ARTEM_OK)
        return result;
    vulkan->has_step = vulkan->is_step = false;
    vulkan->restart = vulkan->restart || vulkan->resolution != frame->resolution;
    vulkan->frame = *frame;
    vulkan_write_frame(vulkan, NULL);
    result = vulkan_launch(vulkan);
    if (result != ARTEM_OK)
        return result;
    vulkan->resolution = frame->resolution;
    vulkan->restart = false;
    return ARTEM_OK;
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
        struct artem_pass *pass = &vulkan->passes[i - 1];
        memcpy(pass->name, vulkan->mark_names[i], sizeof pass->name);
        pass->milliseconds = (double)((ticks[i] - ticks[i - 1]) & d->timestamp_mask) * d->timestamp_ms;
        vulkan->stats.milliseconds += pass->milliseconds;
    }
    vulkan->pass_count = vulkan->is_marked ? vulkan->marks - 1 : 0;
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

static enum artem_result wait(void *backend, uint64_t timeout_ns)
{
    struct vulkan_backend *vulkan = backend;
    const struct vulkan_device *d = vulkan->device;
    const VkResult result = d->vkWaitForFences(d->handle, 1, &vulkan->fence, VK_TRUE, timeout_ns);
    const uint32_t *decisions = vulkan->decisions.data;

    if (result == VK_TIMEOUT)
        return ARTEM_TIMEOUT;
    vulkan->in_flight = false;
    if (result != VK_SUCCESS) {
        vulkan->lost = is_lost(result);
        artem_log(ARTEM_LOG_ERROR, "the GPU lost the frame (VkResult %d)", result);
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
    .stats = stats,
    .passes = passes,
    .destroy = destroy,
};
