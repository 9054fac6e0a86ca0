// SPDX-License-Identifier: Apache-2.0
#include "shader_loop.h"

#include "bench.h"
#include "popcount_bound.comp.h"

enum { GROUPS = SHADER_LOOP_INVOCATIONS / 64 };

void shader_loop_destroy(struct shader_loop *b)
{
    b->device->vkDestroyQueryPool(b->device->handle, b->queries, NULL);
    b->device->vkDestroyFence(b->device->handle, b->fence, NULL);
    b->device->vkDestroyCommandPool(b->device->handle, b->pool, NULL);
    b->device->vkDestroyDescriptorPool(b->device->handle, b->set_pool, NULL);
    b->device->vkDestroyPipeline(b->device->handle, b->pipeline, NULL);
    vk_buffer_destroy(b->device, &b->buffer);
    vk_layout_destroy(b->device, &b->layout);
}

bool shader_loop_create(struct shader_loop *b)
{
    const struct vulkan_device *d = b->device;
    const struct vk_shader shader = {artem_popcount_bound_spv, sizeof artem_popcount_bound_spv, NULL, 0};
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
    const VkDescriptorPoolCreateInfo sets = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = 1,
        .poolSizeCount = 1,
        .pPoolSizes = &size,
    };
    const VkCommandPoolCreateInfo pool = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = d->queue_family,
    };
    const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkDescriptorSetAllocateInfo set = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorSetCount = 1,
        .pSetLayouts = &b->layout.set,
    };
    VkCommandBufferAllocateInfo commands = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    const VkQueryPoolCreateInfo queries = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 2};

    if (vk_layout_create(d, 1, sizeof(uint32_t), &b->layout) != ARTEM_OK ||
        vk_buffer_create(d, 64 * sizeof(uint32_t), VK_PLACE_DEVICE, &b->buffer) != ARTEM_OK ||
        vk_pipeline_create(d, &b->layout, VK_NULL_HANDLE, &shader, &b->pipeline) != ARTEM_OK ||
        d->vkCreateDescriptorPool(d->handle, &sets, NULL, &b->set_pool) != VK_SUCCESS ||
        d->vkCreateCommandPool(d->handle, &pool, NULL, &b->pool) != VK_SUCCESS ||
        d->vkCreateFence(d->handle, &fence, NULL, &b->fence) != VK_SUCCESS ||
        (d->timestamp_ms > 0 && d->vkCreateQueryPool(d->handle, &queries, NULL, &b->queries) != VK_SUCCESS))
        return false;
    set.descriptorPool = b->set_pool;
    commands.commandPool = b->pool;
    if (d->vkAllocateDescriptorSets(d->handle, &set, &b->set) != VK_SUCCESS ||
        d->vkAllocateCommandBuffers(d->handle, &commands, &b->commands) != VK_SUCCESS)
        return false;
    vk_set_write(d, &b->layout, b->set, &(VkDescriptorBufferInfo){b->buffer.handle, 0, VK_WHOLE_SIZE});
    return true;
}

static bool record(struct shader_loop *b, uint32_t rounds)
{
    const struct vulkan_device *d = b->device;
    const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};

    if (d->vkBeginCommandBuffer(b->commands, &begin) != VK_SUCCESS)
        return false;
    if (b->queries != VK_NULL_HANDLE) {
        d->vkCmdResetQueryPool(b->commands, b->queries, 0, 2);
        d->vkCmdWriteTimestamp(b->commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, b->queries, 0);
    }
    d->vkCmdBindPipeline(b->commands, VK_PIPELINE_BIND_POINT_COMPUTE, b->pipeline);
    d->vkCmdBindDescriptorSets(b->commands, VK_PIPELINE_BIND_POINT_COMPUTE, b->layout.pipeline, 0, 1, &b->set, 0, NULL);
    d->vkCmdPushConstants(b->commands, b->layout.pipeline, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof rounds, &rounds);
    d->vkCmdDispatch(b->commands, GROUPS, 1, 1);
    if (b->queries != VK_NULL_HANDLE)
        d->vkCmdWriteTimestamp(b->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, b->queries, 1);
    return d->vkEndCommandBuffer(b->commands) == VK_SUCCESS;
}

double shader_loop_run(struct shader_loop *b, uint32_t rounds)
{
    const struct vulkan_device *d = b->device;
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &b->commands};
    uint64_t ticks[2];

    if (rounds != b->rounds && !record(b, rounds))
        return -1;
    b->rounds = rounds;
    const double start = bench_now();
    if (d->vkResetFences(d->handle, 1, &b->fence) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &info, b->fence) != VK_SUCCESS ||
        d->vkWaitForFences(d->handle, 1, &b->fence, VK_TRUE, UINT64_C(60000000000)) != VK_SUCCESS)
        return -1;
    const double wall = bench_now() - start;
    if (b->queries == VK_NULL_HANDLE || d->vkGetQueryPoolResults(d->handle, b->queries, 0, 2, sizeof ticks, ticks,
                                                                 sizeof ticks[0], VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
        return wall;
    return (double)((ticks[1] - ticks[0]) & d->timestamp_mask) * d->timestamp_ms * 1e-3;
}
