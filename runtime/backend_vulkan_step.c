// SPDX-License-Identifier: Apache-2.0
// A step of a frame of which this backend has a tile: the frame's passes, but that gains come from the CPU and sums go
// there. Halos are computed along with the inside in every pass.
#include <string.h>

#include "backend_vulkan.h"

// step_data: what goes to the state (sums, all zero, and gains, as they lie there), then the sums that come back.
enum {
    SUMS = 2 * NET_LAYERS * NET_CHANNELS, // words of either sum
    GAINS_AT = 2 * SUMS,
    BACK_AT = GAINS_AT + NET_LAYERS * NET_CHANNELS,
    STEP_WORDS = BACK_AT + 2 * SUMS,
};
_Static_assert(NET_SUM2 == NET_SUM1 + SUMS && NET_GAINS == NET_SUM1 + GAINS_AT, "one copy each way");

static void record_arrival(const struct vulkan_backend *vulkan)
{
    const VkBufferCopy region = {0, NET_SUM1 * sizeof(uint32_t), BACK_AT * sizeof(uint32_t)};

    vulkan_cmd_wait_for_queue(vulkan);
    vulkan->device->vkCmdCopyBuffer(vulkan->commands, vulkan->step_data.handle, vulkan->state.handle, 1, &region);
    if (vulkan->step.tile != NULL)
        vulkan_cmd_bring_pictures(vulkan);
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                       VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
}

static void record_layer(const struct vulkan_backend *vulkan, uint32_t layer, bool apply)
{
    const struct vulkan_shape *shape = &vulkan->shape;
    const enum vulkan_pass unit = layer == NET_UNITS ? PASS_UNIT_LAST : PASS_UNIT;

    if (layer == 0) // with gains of no use, where they are not known yet
        vulkan_cmd_dispatch(vulkan, PASS_ENCODER, 0, shape->groups, NET_CHANNELS / NET_ENC_GROUP, shape->views);
    else
        vulkan_cmd_dispatch(vulkan, apply ? unit : PASS_UNIT_SUMS, layer, shape->groups, NET_CHANNELS / 32,
                            shape->views);
    vulkan_cmd_between(vulkan);
}

static void record_decoder(const struct vulkan_backend *vulkan)
{
    const struct vulkan_shape *shape = &vulkan->shape;

    vulkan_cmd_dispatch(vulkan, PASS_D0, 0, shape->groups, NET_D0_OUT / NET_D0_GROUP, shape->views);
    vulkan_cmd_between(vulkan);
    vulkan_cmd_dispatch(vulkan, PASS_D1, 0, shape->groups * NET_CELLS_EACH, NET_D1_OUT / NET_D1_GROUP, shape->views);
    vulkan_cmd_between(vulkan);
    vulkan_cmd_dispatch_views(vulkan, PASS_D2, 4);
}

static void record_departure(const struct vulkan_backend *vulkan)
{
    const VkBufferCopy region = {NET_SUM1 * sizeof(uint32_t), BACK_AT * sizeof(uint32_t), 2 * SUMS * sizeof(uint32_t)};

    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
                       VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_READ_BIT);
    vulkan->device->vkCmdCopyBuffer(vulkan->commands, vulkan->state.handle, vulkan->step_data.handle, 1, &region);
    if (vulkan->step.decode)
        vulkan_cmd_return_pictures(vulkan);
    vulkan_cmd_barrier(vulkan, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_HOST_BIT,
                       VK_ACCESS_HOST_READ_BIT);
}

static enum artem_result record(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    const struct step *step = &vulkan->step;

    if (d->vkBeginCommandBuffer(vulkan->commands, &info) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    vulkan->marks = 0;
    record_arrival(vulkan);
    if (step->tile != NULL) {
        vulkan_cmd_dispatch_views(vulkan, PASS_INPUT, 1);
        vulkan_cmd_between(vulkan);
    }
    for (uint32_t layer = step->first; layer < step->end; layer++)
        record_layer(vulkan, layer, true);
    if (step->ahead)
        record_layer(vulkan, step->end, false);
    if (step->decode)
        record_decoder(vulkan);
    record_departure(vulkan);
    return d->vkEndCommandBuffer(vulkan->commands) == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

// Whether the same commands do for both.
static bool is_same(const struct step *a, const struct step *b)
{
    return (a->tile != NULL) == (b->tile != NULL) && a->first == b->first && a->end == b->end && a->ahead == b->ahead &&
           a->decode == b->decode;
}

static void write_gains(const struct vulkan_backend *vulkan, const struct step *step)
{
    uint32_t *to = (uint32_t *)vulkan->step_data.data + GAINS_AT;

    memset(vulkan->step_data.data, 0, BACK_AT * sizeof *to);
    for (uint32_t layer = step->first; layer < step->end; layer++)
        for (uint32_t c = 0; c < NET_CHANNELS; c++)
            to[layer * NET_CHANNELS + c] =
                ((uint32_t)step->gains[layer].a[c] & 0xFFFF) | (uint32_t)step->gains[layer].b[c] << 16;
}

enum artem_result vulkan_submit_step(void *backend, const struct step *step)
{
    struct vulkan_backend *vulkan = backend;
    const bool same = vulkan->has_step && is_same(&vulkan->step, step);
    enum artem_result result =
        vulkan->lost ? ARTEM_ERROR_DEVICE
                     : vk_buffer_grow(vulkan->device, STEP_WORDS * sizeof(uint32_t), VK_PLACE_HOST, &vulkan->step_data);

    if (result != ARTEM_OK)
        return result;
    vulkan->shared = false;
    vulkan_choose_lane(vulkan, false);
    vulkan->step = *step;
    vulkan->has_step = true;
    if (step->tile != NULL) {
        vulkan->frame = step->tile->frame;
        memcpy(vulkan->inside, step->tile->inside, sizeof vulkan->inside);
    }
    result = vulkan_prepare(vulkan, &vulkan->frame, same, record);
    if (result != ARTEM_OK)
        return result;
    if (step->tile != NULL)
        vulkan_write_frame(vulkan, vulkan->inside);
    write_gains(vulkan, step);
    vulkan->is_step = true;
    return vulkan_launch(vulkan, false);
}

static void read_sums(const struct vulkan_backend *vulkan, uint32_t layer)
{
    const uint32_t *from = (const uint32_t *)vulkan->step_data.data + BACK_AT + (size_t)layer * 2 * NET_CHANNELS;
    struct layer_sums *to = &vulkan->step.out_sums[layer];

    for (size_t c = 0; c < NET_CHANNELS; c++) {
        to->s1[c] = (int64_t)(from[2 * c] | (uint64_t)from[2 * c + 1] << 32);
        to->s2[c] = (int64_t)(from[SUMS + 2 * c] | (uint64_t)from[SUMS + 2 * c + 1] << 32);
    }
}

void vulkan_finish_step(struct vulkan_backend *vulkan)
{
    const struct step *step = &vulkan->step;

    for (uint32_t layer = step->first; layer < step->end && step->sums; layer++)
        read_sums(vulkan, layer);
    if (step->ahead)
        read_sums(vulkan, step->end);
    if (step->decode)
        vulkan_read_pictures(vulkan, vulkan->inside);
}
