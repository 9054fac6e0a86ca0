// SPDX-License-Identifier: Apache-2.0
// The mock runtime's own use of Vulkan.
#include "mock_gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(bool success, const char *what)
{
    if (success)
        return;
    fprintf(stderr, "mock runtime: Vulkan failed: %s\n", what);
    exit(1);
}

void mock_gpu_open(struct mock_gpu *gpu, VkPhysicalDevice physical, VkDevice device, uint32_t family, uint32_t index)
{
    const VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = family,
    };
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkCommandBufferAllocateInfo buffer_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };

    *gpu = (struct mock_gpu){.physical = physical, .device = device};
    vkGetDeviceQueue(device, family, index, &gpu->queue);
    need(vkCreateCommandPool(device, &pool_info, NULL, &gpu->pool) == VK_SUCCESS, "command pool");
    buffer_info.commandPool = gpu->pool;
    need(vkAllocateCommandBuffers(device, &buffer_info, &gpu->commands) == VK_SUCCESS, "command buffer");
    need(vkCreateFence(device, &fence_info, NULL, &gpu->fence) == VK_SUCCESS, "fence");
}

static void free_staging(struct mock_gpu *gpu)
{
    vkDestroyBuffer(gpu->device, gpu->staging, NULL);
    vkFreeMemory(gpu->device, gpu->staging_memory, NULL);
    gpu->staging_size = 0;
}

void mock_gpu_close(struct mock_gpu *gpu)
{
    if (gpu->device == VK_NULL_HANDLE)
        return;
    free_staging(gpu);
    vkDestroyFence(gpu->device, gpu->fence, NULL);
    vkDestroyCommandPool(gpu->device, gpu->pool, NULL);
    gpu->device = VK_NULL_HANDLE;
}

VkCommandBuffer mock_gpu_begin(struct mock_gpu *gpu)
{
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};

    need(vkBeginCommandBuffer(gpu->commands, &info) == VK_SUCCESS, "command buffer");
    return gpu->commands;
}

void mock_gpu_finish(struct mock_gpu *gpu)
{
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &gpu->commands};

    need(vkEndCommandBuffer(gpu->commands) == VK_SUCCESS, "command buffer");
    need(vkQueueSubmit(gpu->queue, 1, &info, gpu->fence) == VK_SUCCESS, "submission");
    need(vkWaitForFences(gpu->device, 1, &gpu->fence, VK_TRUE, UINT64_MAX) == VK_SUCCESS, "fence");
    need(vkResetFences(gpu->device, 1, &gpu->fence) == VK_SUCCESS, "fence");
}

static VkDeviceMemory allocate(struct mock_gpu *gpu, const VkMemoryRequirements *requirements,
                               VkMemoryPropertyFlags wanted)
{
    VkPhysicalDeviceMemoryProperties properties;
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = requirements->size};
    VkDeviceMemory memory;

    vkGetPhysicalDeviceMemoryProperties(gpu->physical, &properties);
    while (info.memoryTypeIndex < properties.memoryTypeCount &&
           ((requirements->memoryTypeBits >> info.memoryTypeIndex & 1) == 0 ||
            (properties.memoryTypes[info.memoryTypeIndex].propertyFlags & wanted) != wanted))
        info.memoryTypeIndex++;
    need(vkAllocateMemory(gpu->device, &info, NULL, &memory) == VK_SUCCESS, "memory");
    return memory;
}

uint8_t *mock_gpu_stage(struct mock_gpu *gpu, size_t size)
{
    const VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = size,
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
    };
    VkMemoryRequirements requirements;
    void *data;

    if (size <= gpu->staging_size)
        return gpu->staging_data;
    free_staging(gpu);
    need(vkCreateBuffer(gpu->device, &info, NULL, &gpu->staging) == VK_SUCCESS, "buffer");
    vkGetBufferMemoryRequirements(gpu->device, gpu->staging, &requirements);
    gpu->staging_memory =
        allocate(gpu, &requirements, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    need(vkBindBufferMemory(gpu->device, gpu->staging, gpu->staging_memory, 0) == VK_SUCCESS, "buffer memory");
    need(vkMapMemory(gpu->device, gpu->staging_memory, 0, VK_WHOLE_SIZE, 0, &data) == VK_SUCCESS, "mapping");
    gpu->staging_data = data;
    gpu->staging_size = size;
    return data;
}

static void barrier(VkCommandBuffer commands, VkImage image, VkImageAspectFlags aspects, VkImageLayout from,
                    VkImageLayout to)
{
    const VkImageMemoryBarrier info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
        .oldLayout = from,
        .newLayout = to,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image,
        .subresourceRange = {aspects, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS},
    };

    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL,
                         0, NULL, 1, &info);
}

void mock_gpu_barrier(VkCommandBuffer commands, const struct mock_gpu_image *image, VkImageLayout from,
                      VkImageLayout to)
{
    barrier(commands, image->image, image->aspects, from, to);
}

static void create(struct mock_gpu *gpu, const VkImageCreateInfo *info, VkImage *out_image, VkDeviceMemory *out_memory)
{
    VkMemoryRequirements requirements;

    need(vkCreateImage(gpu->device, info, NULL, out_image) == VK_SUCCESS, "image");
    vkGetImageMemoryRequirements(gpu->device, *out_image, &requirements);
    *out_memory = allocate(gpu, &requirements, 0);
    need(vkBindImageMemory(gpu->device, *out_image, *out_memory, 0) == VK_SUCCESS, "image memory");
}

void mock_gpu_create_image(struct mock_gpu *gpu, struct mock_gpu_image *image, VkImageCreateFlags flags,
                           VkImageUsageFlags usage, uint32_t mips)
{
    const VkImageCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .flags = flags,
        .imageType = VK_IMAGE_TYPE_2D,
        .format = image->format,
        .extent = {image->width, image->height, 1},
        .mipLevels = mips,
        .arrayLayers = image->layers,
        .samples = (VkSampleCountFlagBits)image->samples,
        .usage = usage,
    };

    create(gpu, &info, &image->image, &image->memory);
}

void mock_gpu_destroy_image(struct mock_gpu *gpu, struct mock_gpu_image *image)
{
    vkDestroyImage(gpu->device, image->image, NULL);
    vkFreeMemory(gpu->device, image->memory, NULL);
    vkDestroyImage(gpu->device, image->resolved, NULL);
    vkFreeMemory(gpu->device, image->resolved_memory, NULL);
}

static VkImageSubresourceLayers all_layers(const struct mock_gpu_image *image)
{
    return (VkImageSubresourceLayers){VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, image->layers};
}

// A copy to a buffer takes single samples only.
static VkImage resolve(struct mock_gpu *gpu, struct mock_gpu_image *image)
{
    const VkImageCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .imageType = VK_IMAGE_TYPE_2D,
        .format = image->format,
        .extent = {image->width, image->height, 1},
        .mipLevels = 1,
        .arrayLayers = image->layers,
        .samples = VK_SAMPLE_COUNT_1_BIT,
        .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
    };
    const VkImageResolve region = {
        .srcSubresource = all_layers(image),
        .dstSubresource = all_layers(image),
        .extent = {image->width, image->height, 1},
    };

    if (image->resolved == VK_NULL_HANDLE)
        create(gpu, &info, &image->resolved, &image->resolved_memory);
    barrier(gpu->commands, image->resolved, VK_IMAGE_ASPECT_COLOR_BIT, VK_IMAGE_LAYOUT_UNDEFINED,
            VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdResolveImage(gpu->commands, image->image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, image->resolved,
                      VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    barrier(gpu->commands, image->resolved, VK_IMAGE_ASPECT_COLOR_BIT, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
            VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
    return image->resolved;
}

static void host_barrier(VkCommandBuffer commands)
{
    const VkMemoryBarrier info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_HOST_READ_BIT,
    };

    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &info, 0, NULL, 0,
                         NULL);
}

void mock_gpu_read(struct mock_gpu *gpu, const struct mock_gpu_copy *copies, unsigned count)
{
    VkDeviceSize offset = 0;
    VkCommandBuffer commands;

    for (unsigned i = 0; i < count; i++)
        offset += copies[i].size;
    if (offset == 0)
        return;
    mock_gpu_stage(gpu, offset);
    commands = mock_gpu_begin(gpu);
    offset = 0;
    for (unsigned i = 0; i < count; i++) {
        struct mock_gpu_image *image = copies[i].image;
        const VkBufferImageCopy region = {
            .bufferOffset = offset,
            .imageSubresource = all_layers(image),
            .imageExtent = {image->width, image->height, 1},
        };

        mock_gpu_barrier(commands, image, copies[i].layout, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
        vkCmdCopyImageToBuffer(commands, image->samples > 1 ? resolve(gpu, image) : image->image,
                               VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, gpu->staging, 1, &region);
        offset += copies[i].size;
    }
    host_barrier(commands);
    mock_gpu_finish(gpu);
    offset = 0;
    for (unsigned i = 0; i < count; i++) {
        memcpy(copies[i].data, gpu->staging_data + offset, copies[i].size);
        offset += copies[i].size;
    }
}
