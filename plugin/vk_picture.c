// SPDX-License-Identifier: Apache-2.0
// The pictures of a target: their buffers, and what the shaders are told of them.
#include "vk_target.h"

#include <string.h>

static const uint64_t users_timeout_ns = 5000000000; // for work that uses buffers that have to grow

// Field by field: structures may have gaps.
bool vk_picture_info_equal(const struct vk_picture_info *a, const struct vk_picture_info *b)
{
    return a->slice == b->slice && memcmp(&a->rect, &b->rect, sizeof a->rect) == 0 &&
           a->premultiplied == b->premultiplied && a->style_width == b->style_width &&
           a->style_height == b->style_height && a->on_device == b->on_device;
}

enum artem_result vk_pictures_create(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2 * BINDING_COUNT * VK_TARGET_PICTURES};
    VkDescriptorPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = 2 * VK_TARGET_PICTURES,
        .poolSizeCount = 1,
        .pPoolSizes = &size,
    };
    VkDescriptorSetAllocateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorSetCount = 1,
        .pSetLayouts = &target->shaders->layout.set,
    };

    if (d->vkCreateDescriptorPool(d->handle, &pool_info, NULL, &target->set_pool) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    set_info.descriptorPool = target->set_pool;
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        if (d->vkAllocateDescriptorSets(d->handle, &set_info, &target->pictures[i].set) != VK_SUCCESS ||
            d->vkAllocateDescriptorSets(d->handle, &set_info, &target->pictures[i].fade_set) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    }
    return ARTEM_OK;
}

void vk_pictures_destroy(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        vk_buffer_destroy(d, &target->pictures[i].style_in);
        vk_buffer_destroy(d, &target->pictures[i].style_out);
        vk_buffer_destroy(d, &target->pictures[i].result);
        vk_buffer_destroy(d, &target->pictures[i].old);
    }
    d->vkDestroyDescriptorPool(d->handle, target->set_pool, NULL);
}

static void write_set(struct vk_target *target, struct vk_picture *picture)
{
    const VkDescriptorBufferInfo buffers[BINDING_COUNT] = {
        [BINDING_CAPTURE] = {target->capture.handle, picture->info.slice * target->slice_pitch,
                             (VkDeviceSize)target->info.width * target->info.height * target->pixel_size},
        [BINDING_STYLE_IN] = {picture->style_in.handle, 0, VK_WHOLE_SIZE},
        [BINDING_STYLE_OUT] = {picture->style_out.handle, 0, VK_WHOLE_SIZE},
        [BINDING_RESULT] = {picture->result.handle, 0, VK_WHOLE_SIZE},
        [BINDING_TABLES] = {target->tables.handle, 0, VK_WHOLE_SIZE},
    };

    vk_set_write(target->device, &target->shaders->layout, picture->set, buffers);
    picture->set_slice = picture->info.slice;
}

enum artem_result vk_target_set_picture(struct vk_target *target, unsigned index, const struct vk_picture_info *info)
{
    const struct vulkan_device *d = target->device;
    struct vk_picture *picture = &target->pictures[index];
    const VkDeviceSize style_bytes = (VkDeviceSize)info->style_width * info->style_height * 4;
    const VkDeviceSize result_bytes =
        (VkDeviceSize)info->rect.extent.width * info->rect.extent.height * target->pixel_size;
    const bool first = picture->info.style_width == 0;
    const bool moves = picture->info.on_device != info->on_device;
    const enum vk_place place = info->on_device ? VK_PLACE_SHARED : VK_PLACE_HOST;
    const bool small = picture->style_in.size < style_bytes || picture->style_out.size < style_bytes ||
                       picture->result.size < result_bytes;
    enum artem_result result = ARTEM_OK;

    if (first || small || moves || picture->set_slice != info->slice) {
        result = vk_target_wait(target, users_timeout_ns);
        if (result != ARTEM_OK)
            return result;
        picture->info.style_width = 0;
        if (moves) {
            vk_buffer_destroy(d, &picture->style_in);
            vk_buffer_destroy(d, &picture->style_out);
        }
        picture->info.on_device = info->on_device;
        result = vk_buffer_grow(d, style_bytes, place, &picture->style_in);
        if (result == ARTEM_OK)
            result = vk_buffer_grow(d, style_bytes, place, &picture->style_out);
        if (result == ARTEM_OK)
            result = vk_buffer_grow(d, result_bytes, VK_PLACE_DEVICE, &picture->result);
        if (result != ARTEM_OK)
            return result;
        picture->info = *info;
        write_set(target, picture);
    }
    picture->info = *info;
    return ARTEM_OK;
}

struct vulkan_push vk_picture_push(const struct vk_target *target, const struct vk_picture *picture)
{
    const struct vk_picture_info *info = &picture->info;
    const uint32_t width = info->rect.extent.width, height = info->rect.extent.height;
    const uint32_t stride = target->info.width;
    const uint32_t top = target->info.bottom_up ? height - 1 : 0; // the picture's first row among the rect's

    return (struct vulkan_push){
        .size = {width, height},
        .style_size = {info->style_width, info->style_height},
        .first = ((uint32_t)info->rect.offset.y + top) * stride + (uint32_t)info->rect.offset.x,
        .row = target->info.bottom_up ? 0 - stride : stride,
        .result_first = top * width,
        .result_row = target->info.bottom_up ? 0 - width : width,
        .premultiplied = info->premultiplied,
    };
}

void vk_picture_dispatch(const struct vk_target *target, const struct vk_picture *picture, VkCommandBuffer commands,
                         VkPipeline pipeline, const struct vulkan_push *push, uint32_t columns, uint32_t rows)
{
    const struct vulkan_device *d = target->device;
    const uint32_t group = 8; // local_size in shaders/common.glsl

    d->vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
    d->vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, target->shaders->layout.pipeline, 0, 1,
                               &picture->set, 0, NULL);
    d->vkCmdPushConstants(commands, target->shaders->layout.pipeline, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof *push,
                          push);
    d->vkCmdDispatch(commands, (columns + group - 1) / group, (rows + group - 1) / group, 1);
}

VkImageMemoryBarrier vk_surface_barrier(const struct vulkan_device *device, const struct vk_surface *surface, bool away,
                                        VkImageMemoryBarrier barrier)
{
    if (surface->foreign) {
        barrier.srcQueueFamilyIndex = away ? device->queue_family : VK_QUEUE_FAMILY_EXTERNAL_KHR;
        barrier.dstQueueFamilyIndex = away ? VK_QUEUE_FAMILY_EXTERNAL_KHR : device->queue_family;
        barrier.srcAccessMask =
            away ? barrier.srcAccessMask : 0; // the semaphore makes available what was written there
        barrier.dstAccessMask = away ? 0 : barrier.dstAccessMask;
    }
    return barrier;
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
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, VK_REMAINING_ARRAY_LAYERS},
    };
}
