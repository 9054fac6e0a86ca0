// SPDX-License-Identifier: Apache-2.0
// The commands of one frame, docs/arithmetic.md §4-§7: recorded once per shape. What only exact mode needs is
// dispatched indirectly, so that whether a frame is a cut never has to be known on the CPU.
#include <stdio.h>

#include "backend_vulkan.h"

// Encoder and decoder together are about as much as the units, and each is about half of that.
enum { FIRST_HALF = NET_UNITS / 2 };

void vulkan_cmd_barrier(const struct vulkan_backend *vulkan, VkPipelineStageFlags from, VkAccessFlags written,
                        VkPipelineStageFlags to, VkAccessFlags used)
{
    const VkMemoryBarrier memory = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = written,
        .dstAccessMask = used,
    };

    vulkan->device->vkCmdPipelineBarrier(vulkan->commands, from, to, 0, 1, &memory, 0, NULL, 0, NULL);
}

void vulkan_cmd_between(const struct vulkan_backend *vulkan)
{
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
                       VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
}

// The same after what says how many workgroups there are to be. Only there: some GPUs write back all of their caches
// for it (Intel, Adreno).
static void between_indirect(const struct vulkan_backend *vulkan)
{
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
                       VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT,
                       VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_INDIRECT_COMMAND_READ_BIT);
}

// A timestamp for what was recorded since the one before.
static void write_time(struct vulkan_backend *vulkan, const char *name)
{
    const struct vulkan_device *d = vulkan->device;

    if (vulkan->queries == VK_NULL_HANDLE || vulkan->marks == ARTEM_PASSES_MAX)
        return;
    d->vkCmdWriteTimestamp(vulkan->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, vulkan->queries, vulkan->marks);
    snprintf(vulkan->mark_names[vulkan->marks++], sizeof vulkan->mark_names[0], "%s", name);
}

// The same after each pass, where somebody wants to know.
static void mark(struct vulkan_backend *vulkan, const char *name)
{
    if (vulkan->is_marked)
        write_time(vulkan, name);
}

static void bind(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t view, uint32_t index)
{
    const struct vulkan_device *d = vulkan->device;

    d->vkCmdBindPipeline(vulkan->commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                         vulkan->pipelines[pass == PASS_ENCODER_AGAIN ? PASS_ENCODER : pass]);
    d->vkCmdBindDescriptorSets(vulkan->commands, VK_PIPELINE_BIND_POINT_COMPUTE, vulkan->layout.pipeline, 0, 1,
                               pass == PASS_DECIDE ? &vulkan->decide_set : &vulkan->sets[view], 0, NULL);
    d->vkCmdPushConstants(vulkan->commands, vulkan->layout.pipeline, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof index,
                          &index);
}

void vulkan_cmd_dispatch(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t index, uint32_t x,
                         uint32_t y, uint32_t z)
{
    bind(vulkan, pass, 0, index);
    vulkan->device->vkCmdDispatch(vulkan->commands, x, y, z);
}

static void dispatch_indirect(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t index, uint32_t args)
{
    bind(vulkan, pass, 0, index);
    vulkan->device->vkCmdDispatchIndirect(vulkan->commands, vulkan->arguments.handle, args * sizeof(uint32_t));
}

void vulkan_cmd_dispatch_views(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t per_cell)
{
    for (uint32_t v = 0; v < vulkan->shape.views; v++) {
        const struct vulkan_view *view = &vulkan->shape.view[v];
        bind(vulkan, pass, v, v);
        vulkan->device->vkCmdDispatch(vulkan->commands, (view->qw * view->qh * per_cell + NET_TILE - 1) / NET_TILE, 1,
                                      1);
    }
}

// What was on the queue before: pictures of the device's, and these buffers' users of the last frame.
void vulkan_cmd_wait_for_queue(const struct vulkan_backend *vulkan)
{
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                       VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                       VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                       VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT);
}

// Pictures that the CPU brought, to the device.
void vulkan_cmd_bring_pictures(const struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    for (uint32_t v = 0; v < vulkan->shape.views; v++) {
        const struct vulkan_view *view = &vulkan->shape.view[v];
        const VkBufferCopy region = {view->offset, view->offset, vulkan_picture_bytes(view)};
        if (view->in == 0)
            d->vkCmdCopyBuffer(vulkan->commands, vulkan->staging.handle, vulkan->pictures.handle, 1, &region);
    }
}

void vulkan_cmd_return_pictures(const struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    for (uint32_t v = 0; v < vulkan->shape.views; v++) {
        const struct vulkan_view *view = &vulkan->shape.view[v];
        const VkDeviceSize at = vulkan_painted_offset(view);
        const VkBufferCopy region = {at, at, vulkan_picture_bytes(view)};
        if (view->in == 0)
            d->vkCmdCopyBuffer(vulkan->commands, vulkan->pictures.handle, vulkan->staging.handle, 1, &region);
    }
}

static void record_arrival(const struct vulkan_backend *vulkan)
{
    vulkan_cmd_wait_for_queue(vulkan);
    vulkan_cmd_lend_buffers(vulkan, false);
    vulkan_cmd_bring_pictures(vulkan);
    if (vulkan->shape.picture_bytes > 0)
        vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                           VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_READ_BIT);
}

// What the CPU reads after the frame.
static void record_departure(const struct vulkan_backend *vulkan)
{
    const VkBufferCopy decisions = {NET_EXACT * sizeof(uint32_t), 0, vulkan->decisions.size};

    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
                       VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                       VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
    vulkan->device->vkCmdCopyBuffer(vulkan->commands, vulkan->state.handle, vulkan->decisions.handle, 1, &decisions);
    vulkan_cmd_return_pictures(vulkan);
    vulkan_cmd_lend_buffers(vulkan, true);
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_HOST_BIT,
                       VK_ACCESS_HOST_READ_BIT);
}

static void record_encoder(struct vulkan_backend *vulkan)
{
    const struct vulkan_shape *shape = &vulkan->shape;

    vulkan_cmd_dispatch_views(vulkan, PASS_INPUT, 1);
    vulkan_cmd_dispatch(vulkan, PASS_BEGIN, 0, NET_LAYERS, 1, 1);
    vulkan_cmd_between(vulkan);
    mark(vulkan, "input");
    vulkan_cmd_dispatch(vulkan, PASS_ENCODER, 0, shape->groups, NET_CHANNELS / NET_ENC_GROUP, shape->views);
    vulkan_cmd_between(vulkan);
    mark(vulkan, "encoder");
    vulkan_cmd_dispatch(vulkan, PASS_DECIDE, 0, 1, 1, 1);
    between_indirect(vulkan);
    dispatch_indirect(vulkan, PASS_ENCODER_AGAIN, 0, NET_ARGS_ENC);
    vulkan_cmd_between(vulkan);
    mark(vulkan, "decide");
}

static void record_unit(struct vulkan_backend *vulkan, uint32_t unit)
{
    const struct vulkan_shape *shape = &vulkan->shape;
    char name[16];

    dispatch_indirect(vulkan, PASS_UNIT_SUMS, unit, NET_ARGS_UNIT);
    vulkan_cmd_between(vulkan);
    dispatch_indirect(vulkan, PASS_TAKE, unit, NET_ARGS_TAKE);
    vulkan_cmd_between(vulkan);
    vulkan_cmd_dispatch(vulkan, unit == NET_UNITS ? PASS_UNIT_LAST : PASS_UNIT, unit, shape->groups, NET_CHANNELS / 32,
                        shape->views);
    vulkan_cmd_between(vulkan);
    snprintf(name, sizeof name, "unit %u", unit);
    mark(vulkan, name);
}

static void record_decoder(struct vulkan_backend *vulkan)
{
    const struct vulkan_shape *shape = &vulkan->shape;

    vulkan_cmd_dispatch(vulkan, PASS_D0, 0, shape->groups, NET_D0_OUT / NET_D0_GROUP, shape->views);
    vulkan_cmd_between(vulkan);
    mark(vulkan, "d0");
    vulkan_cmd_dispatch(vulkan, PASS_FOLLOW, 0, NET_UNITS, 1, 1); // beside d1, which does not look at the statistics
    vulkan_cmd_dispatch(vulkan, PASS_D1, 0, shape->groups * NET_CELLS_EACH, NET_D1_OUT / NET_D1_GROUP, shape->views);
    vulkan_cmd_between(vulkan);
    mark(vulkan, "d1");
    vulkan_cmd_dispatch_views(vulkan, PASS_D2, 4);
    write_time(vulkan, "d2");
}

static bool begin_half(struct vulkan_backend *vulkan, unsigned half)
{
    const struct vulkan_device *d = vulkan->device;
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};

    vulkan->commands = vulkan->lane->halves[half];
    if (d->vkBeginCommandBuffer(vulkan->commands, &info) != VK_SUCCESS)
        return false;
    if (vulkan->queries != VK_NULL_HANDLE)
        d->vkCmdResetQueryPool(vulkan->commands, vulkan->queries, vulkan->marks, ARTEM_PASSES_MAX - vulkan->marks);
    return true;
}

enum artem_result vulkan_record_frame(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    vulkan->marks = 0;
    vulkan->is_marked = vulkan->wants_passes;
    if (!begin_half(vulkan, 0))
        return ARTEM_ERROR_DEVICE;
    record_arrival(vulkan);
    write_time(vulkan, "");
    record_encoder(vulkan);
    for (uint32_t unit = 1; unit <= FIRST_HALF; unit++)
        record_unit(vulkan, unit);
    if (!vulkan->is_marked)
        write_time(vulkan, "half");
    if (d->vkEndCommandBuffer(vulkan->commands) != VK_SUCCESS || !begin_half(vulkan, 1))
        return ARTEM_ERROR_DEVICE;
    // The app's work may be between the two: it is no part of the time, and goes first.
    d->vkCmdPipelineBarrier(vulkan->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            0, 0, NULL, 0, NULL, 0, NULL);
    write_time(vulkan, "");
    for (uint32_t unit = FIRST_HALF + 1; unit <= NET_UNITS; unit++)
        record_unit(vulkan, unit);
    record_decoder(vulkan);
    record_departure(vulkan);
    return d->vkEndCommandBuffer(vulkan->commands) == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

enum artem_result vulkan_record_upload(const struct vulkan_backend *vulkan, const struct vulkan_lane *lane)
{
    const struct vulkan_device *d = vulkan->device;
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    const VkBufferCopy region = {0, 0, vulkan->model.size};
    const VkMemoryBarrier before = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    const VkMemoryBarrier after = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT,
    };

    if (d->vkBeginCommandBuffer(lane->upload_commands, &info) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    d->vkCmdPipelineBarrier(lane->upload_commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT,
                            0, 1, &before, 0, NULL, 0, NULL);
    d->vkCmdCopyBuffer(lane->upload_commands, vulkan->upload.handle, vulkan->model.handle, 1, &region);
    d->vkCmdPipelineBarrier(lane->upload_commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            0, 1, &after, 0, NULL, 0, NULL);
    return d->vkEndCommandBuffer(lane->upload_commands) == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}
