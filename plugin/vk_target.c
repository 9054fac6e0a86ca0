// SPDX-License-Identifier: Apache-2.0
// A target's objects, its ring of submissions, and waiting for them.
#include "vk_target.h"

#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "srgb_tables.h"

static const uint64_t free_slot_timeout_ns = 1000000000; // a ring this full means a GPU that hangs
static const uint64_t destroy_timeout_ns = 5000000000;

static enum artem_result create_commands(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = d->queue_family,
    };
    VkCommandBufferAllocateInfo commands_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkQueryPoolCreateInfo query_info = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
        .queryType = VK_QUERY_TYPE_TIMESTAMP,
        .queryCount = 2 * VK_TARGET_SUBMISSIONS,
    };

    if (d->vkCreateCommandPool(d->handle, &pool_info, NULL, &target->pool) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    commands_info.commandPool = target->pool;
    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS; i++) {
        struct vk_submission *submission = &target->submissions[i];

        if (d->vkAllocateCommandBuffers(d->handle, &commands_info, &submission->commands) != VK_SUCCESS ||
            d->vkCreateFence(d->handle, &fence_info, NULL, &submission->fence) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    }
    if (d->timestamp_ms > 0 && d->vkCreateQueryPool(d->handle, &query_info, NULL, &target->queries) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

static enum artem_result create_set(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    const VkDescriptorPoolSize sizes[] = {
        {VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 2},
        {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3},
    };
    VkDescriptorPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = 1,
        .poolSizeCount = 2,
        .pPoolSizes = sizes,
    };
    VkDescriptorSetAllocateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorSetCount = 1,
        .pSetLayouts = &d->set_layout,
    };

    if (d->vkCreateDescriptorPool(d->handle, &pool_info, NULL, &target->set_pool) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    set_info.descriptorPool = target->set_pool;
    if (d->vkAllocateDescriptorSets(d->handle, &set_info, &target->set) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

static enum artem_result create_tables(struct vk_target *target)
{
    enum artem_result result =
        vk_buffer_create(target->device, sizeof srgb_to_code + sizeof srgb_to_linear, &target->tables);

    if (result != ARTEM_OK)
        return result;
    memcpy(target->tables.data, srgb_to_code, sizeof srgb_to_code);
    memcpy((uint8_t *)target->tables.data + sizeof srgb_to_code, srgb_to_linear, sizeof srgb_to_linear);
    return ARTEM_OK;
}

enum artem_result vk_target_create(const struct vulkan_device *device, uint32_t width, uint32_t height, VkFormat format,
                                   struct vk_target **out_target)
{
    struct vk_target *target = calloc(1, sizeof *target);
    enum artem_result result;

    if (target == NULL)
        return ARTEM_ERROR_MEMORY;
    target->device = device;
    target->width = width;
    target->height = height;
    target->bgra = format == VK_FORMAT_B8G8R8A8_SRGB || format == VK_FORMAT_B8G8R8A8_UNORM;
    target->linear = format == VK_FORMAT_R8G8B8A8_UNORM || format == VK_FORMAT_B8G8R8A8_UNORM;
    result = vk_image_create(device, width, height, &target->capture);
    if (result == ARTEM_OK)
        result = vk_image_create(device, width, height, &target->result);
    if (result == ARTEM_OK)
        result = create_tables(target);
    if (result == ARTEM_OK)
        result = create_commands(target);
    if (result == ARTEM_OK)
        result = create_set(target);
    if (result == ARTEM_OK)
        *out_target = target;
    else
        vk_target_destroy(&target);
    return result;
}

void vk_target_destroy(struct vk_target **target)
{
    struct vk_target *t = *target;
    const struct vulkan_device *d;

    *target = NULL;
    if (t == NULL)
        return;
    d = t->device;
    if (vk_target_wait(t, destroy_timeout_ns) == ARTEM_TIMEOUT) {
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
        free(t);
        return;
    }
    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS; i++)
        d->vkDestroyFence(d->handle, t->submissions[i].fence, NULL);
    d->vkDestroyDescriptorPool(d->handle, t->set_pool, NULL);
    d->vkDestroyQueryPool(d->handle, t->queries, NULL);
    d->vkDestroyCommandPool(d->handle, t->pool, NULL);
    vk_buffer_destroy(d, &t->style_out);
    vk_buffer_destroy(d, &t->style_in);
    vk_buffer_destroy(d, &t->tables);
    vk_image_destroy(d, &t->result);
    vk_image_destroy(d, &t->capture);
    free(t);
}

static void collect_time(struct vk_target *target, const struct vk_submission *submission)
{
    const struct vulkan_device *d = target->device;
    uint32_t first = 2 * (uint32_t)(submission - target->submissions);
    uint64_t ticks[2];

    if (target->queries == VK_NULL_HANDLE ||
        d->vkGetQueryPoolResults(d->handle, target->queries, first, 2, sizeof ticks, ticks, sizeof ticks[0],
                                 VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
        return;
    target->gpu_ms[submission->work] += (double)((ticks[1] - ticks[0]) & d->timestamp_mask) * d->timestamp_ms;
}

static enum artem_result wait_submission(struct vk_target *target, struct vk_submission *submission,
                                         uint64_t timeout_ns)
{
    const struct vulkan_device *d = target->device;

    if (!submission->pending)
        return ARTEM_OK;
    switch (d->vkWaitForFences(d->handle, 1, &submission->fence, VK_TRUE, timeout_ns)) {
    case VK_SUCCESS:
        submission->pending = false;
        collect_time(target, submission);
        return ARTEM_OK;
    case VK_TIMEOUT:
        return ARTEM_TIMEOUT;
    default:
        return ARTEM_ERROR_DEVICE;
    }
}

enum artem_result vk_target_wait(struct vk_target *target, uint64_t timeout_ns)
{
    enum artem_result result = ARTEM_OK;

    // From the oldest on, so that the latest times are kept; after the first real wait the others are short.
    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS && result == ARTEM_OK; i++)
        result = wait_submission(target, &target->submissions[(target->next + i) % VK_TARGET_SUBMISSIONS], timeout_ns);
    return result;
}

static void update_set(const struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    const VkDescriptorImageInfo images[BINDING_COUNT] = {
        [BINDING_CAPTURE] = {.imageView = target->capture.view, .imageLayout = VK_IMAGE_LAYOUT_GENERAL},
        [BINDING_RESULT] = {.imageView = target->result.view, .imageLayout = VK_IMAGE_LAYOUT_GENERAL},
    };
    const VkDescriptorBufferInfo buffers[BINDING_COUNT] = {
        [BINDING_STYLE_IN] = {.buffer = target->style_in.handle, .range = VK_WHOLE_SIZE},
        [BINDING_STYLE_OUT] = {.buffer = target->style_out.handle, .range = VK_WHOLE_SIZE},
        [BINDING_TABLES] = {.buffer = target->tables.handle, .range = VK_WHOLE_SIZE},
    };
    VkWriteDescriptorSet writes[BINDING_COUNT];

    for (uint32_t i = 0; i < BINDING_COUNT; i++) {
        bool image = i == BINDING_CAPTURE || i == BINDING_RESULT;

        writes[i] = (VkWriteDescriptorSet){
            .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
            .dstSet = target->set,
            .dstBinding = i,
            .descriptorCount = 1,
            .descriptorType = image ? VK_DESCRIPTOR_TYPE_STORAGE_IMAGE : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
            .pImageInfo = image ? &images[i] : NULL,
            .pBufferInfo = image ? NULL : &buffers[i],
        };
    }
    d->vkUpdateDescriptorSets(d->handle, BINDING_COUNT, writes, 0, NULL);
}

enum artem_result vk_target_resize(struct vk_target *target, uint32_t style_width, uint32_t style_height)
{
    const struct vulkan_device *d = target->device;
    VkDeviceSize size = (VkDeviceSize)style_width * style_height * 4;
    enum artem_result result;

    if (target->style_width == style_width && target->style_height == style_height)
        return ARTEM_OK;
    result = vk_target_wait(target, free_slot_timeout_ns);
    if (result != ARTEM_OK)
        return result;
    target->style_width = 0;
    target->style_height = 0;
    vk_buffer_destroy(d, &target->style_in);
    vk_buffer_destroy(d, &target->style_out);
    result = vk_buffer_create(d, size, &target->style_in);
    if (result == ARTEM_OK)
        result = vk_buffer_create(d, size, &target->style_out);
    if (result != ARTEM_OK)
        return result;
    target->style_width = style_width;
    target->style_height = style_height;
    update_set(target);
    return ARTEM_OK;
}

struct vk_submission *vk_target_begin(struct vk_target *target, enum vk_work work)
{
    const struct vulkan_device *d = target->device;
    struct vk_submission *submission = &target->submissions[target->next];
    const VkCommandBufferBeginInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
        .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
    };

    if (wait_submission(target, submission, free_slot_timeout_ns) != ARTEM_OK ||
        d->vkResetFences(d->handle, 1, &submission->fence) != VK_SUCCESS ||
        d->vkBeginCommandBuffer(submission->commands, &info) != VK_SUCCESS)
        return NULL;
    submission->work = work;
    if (target->queries != VK_NULL_HANDLE)
        d->vkCmdResetQueryPool(submission->commands, target->queries, 2 * (uint32_t)(submission - target->submissions),
                               2);
    return submission;
}

enum artem_result vk_target_submit(struct vk_target *target, struct vk_submission *submission)
{
    const struct vulkan_device *d = target->device;
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .commandBufferCount = 1,
        .pCommandBuffers = &submission->commands,
    };

    if (d->vkEndCommandBuffer(submission->commands) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &info, submission->fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    submission->pending = true;
    target->next = (target->next + 1) % VK_TARGET_SUBMISSIONS;
    return ARTEM_OK;
}

VkImageMemoryBarrier vk_image_barrier(VkImage image, VkAccessFlags from, VkAccessFlags to, VkImageLayout old_layout,
                                      VkImageLayout new_layout)
{
    return (VkImageMemoryBarrier){
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
        .srcAccessMask = from,
        .dstAccessMask = to,
        .oldLayout = old_layout,
        .newLayout = new_layout,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1},
    };
}

struct vulkan_push vk_target_push(const struct vk_target *target, const VkRect2D *rect)
{
    return (struct vulkan_push){
        .origin = {rect->offset.x, rect->offset.y},
        .size = {rect->extent.width, rect->extent.height},
        .style_size = {target->style_width, target->style_height},
        .swap_rb = target->bgra,
        .linear = target->linear,
    };
}

void vk_target_timestamp(struct vk_target *target, struct vk_submission *submission, unsigned which)
{
    if (target->queries != VK_NULL_HANDLE)
        target->device->vkCmdWriteTimestamp(submission->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, target->queries,
                                            2 * (uint32_t)(submission - target->submissions) + which);
}

void vk_target_dispatch(struct vk_target *target, VkCommandBuffer commands, VkPipeline pipeline,
                        const struct vulkan_push *push, uint32_t columns, uint32_t rows)
{
    const struct vulkan_device *d = target->device;
    const uint32_t group = 8; // local_size in shaders/common.glsl

    d->vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
    d->vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, d->pipeline_layout, 0, 1, &target->set, 0,
                               NULL);
    d->vkCmdPushConstants(commands, d->pipeline_layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof *push, push);
    d->vkCmdDispatch(commands, (columns + group - 1) / group, (rows + group - 1) / group, 1);
}
