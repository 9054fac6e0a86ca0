// SPDX-License-Identifier: Apache-2.0
#include "vk_memory.h"
#include "log.h"

static bool allocate(struct gpu *gpu, const VkMemoryRequirements *needs, VkMemoryPropertyFlags wanted,
                     VkDeviceMemory *out)
{
    for (uint32_t i = 0; i < gpu->memory.memoryTypeCount; i++)
        if (needs->memoryTypeBits >> i & 1 && (gpu->memory.memoryTypes[i].propertyFlags & wanted) == wanted) {
            VkMemoryAllocateInfo info = {
                .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needs->size, .memoryTypeIndex = i};
            return vk_ok(vkAllocateMemory(gpu->device, &info, NULL, out), "vkAllocateMemory");
        }
    return demo_error("the Vulkan device has no memory of the kind that is needed");
}

// What the host will read is to be had from a cache, where the device has such memory.
static VkMemoryPropertyFlags host_memory(const struct gpu *gpu, uint32_t allowed, VkBufferUsageFlags usage)
{
    const VkMemoryPropertyFlags plain = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const VkMemoryPropertyFlags cached = plain | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
    if (usage & VK_BUFFER_USAGE_TRANSFER_DST_BIT)
        for (uint32_t i = 0; i < gpu->memory.memoryTypeCount; i++)
            if (allowed >> i & 1 && (gpu->memory.memoryTypes[i].propertyFlags & cached) == cached)
                return cached;
    return plain;
}

bool gpu_buffer_create(struct gpu *gpu, VkDeviceSize size, VkBufferUsageFlags usage, struct gpu_buffer *out)
{
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = size, .usage = usage};
    VkMemoryRequirements needs;
    *out = (struct gpu_buffer){0};
    if (!vk_ok(vkCreateBuffer(gpu->device, &info, NULL, &out->buffer), "vkCreateBuffer"))
        return false;
    vkGetBufferMemoryRequirements(gpu->device, out->buffer, &needs);
    return allocate(gpu, &needs, host_memory(gpu, needs.memoryTypeBits, usage), &out->memory) &&
           vk_ok(vkBindBufferMemory(gpu->device, out->buffer, out->memory, 0), "vkBindBufferMemory") &&
           vk_ok(vkMapMemory(gpu->device, out->memory, 0, VK_WHOLE_SIZE, 0, &out->mapped), "vkMapMemory");
}

void gpu_buffer_destroy(struct gpu *gpu, struct gpu_buffer *buffer)
{
    if (gpu->device) {
        vkDestroyBuffer(gpu->device, buffer->buffer, NULL);
        vkFreeMemory(gpu->device, buffer->memory, NULL);
    }
    *buffer = (struct gpu_buffer){0};
}

bool gpu_image_create(struct gpu *gpu, const VkImageCreateInfo *info, struct gpu_image *out)
{
    VkMemoryRequirements needs;
    *out = (struct gpu_image){0};
    if (!vk_ok(vkCreateImage(gpu->device, info, NULL, &out->image), "vkCreateImage"))
        return false;
    vkGetImageMemoryRequirements(gpu->device, out->image, &needs);
    return allocate(gpu, &needs, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, &out->memory) &&
           vk_ok(vkBindImageMemory(gpu->device, out->image, out->memory, 0), "vkBindImageMemory");
}

void gpu_image_destroy(struct gpu *gpu, struct gpu_image *image)
{
    if (gpu->device) {
        vkDestroyImage(gpu->device, image->image, NULL);
        vkFreeMemory(gpu->device, image->memory, NULL);
    }
    *image = (struct gpu_image){0};
}

bool gpu_view_create(struct gpu *gpu, VkImage image, VkFormat format, VkImageAspectFlags aspect, VkImageViewType type,
                     uint32_t first_layer, uint32_t layers, VkImageView *out)
{
    VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                  .image = image,
                                  .viewType = type,
                                  .format = format,
                                  .subresourceRange = {aspect, 0, VK_REMAINING_MIP_LEVELS, first_layer, layers}};
    return vk_ok(vkCreateImageView(gpu->device, &info, NULL, out), "vkCreateImageView");
}

void gpu_transition(VkCommandBuffer commands, VkImage image, const struct gpu_transition *t)
{
    VkImageMemoryBarrier barrier = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
        .srcAccessMask = t->from_access,
        .dstAccessMask = t->to_access,
        .oldLayout = t->from,
        .newLayout = t->to,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS}};
    vkCmdPipelineBarrier(commands, t->from_stage, t->to_stage, 0, 0, NULL, 0, NULL, 1, &barrier);
}
