// SPDX-License-Identifier: Apache-2.0
// Images and buffers with dedicated allocations: a session has a handful, far below every allocation limit.
#include "artem_vk/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define NO_TYPE UINT32_MAX

static uint32_t find_type(const struct vulkan_device *device, uint32_t allowed, VkMemoryPropertyFlags wanted)
{
    // For features that nobody has enabled.
    const VkMemoryPropertyFlags foreign = VK_MEMORY_PROPERTY_PROTECTED_BIT |
                                          VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD |
                                          VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD;

    for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++) {
        const VkMemoryPropertyFlags flags = device->memory.memoryTypes[i].propertyFlags;

        if ((allowed >> i & 1) != 0 && (flags & wanted) == wanted && (flags & foreign) == 0)
            return i;
    }
    return NO_TYPE;
}

static enum artem_result allocate_of_type(const struct vulkan_device *device, uint32_t type, VkDeviceSize size,
                                          const void *next, VkDeviceMemory *out_memory)
{
    const VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
        .pNext = next,
        .allocationSize = size,
        .memoryTypeIndex = type,
    };

    if (type == NO_TYPE)
        return ARTEM_ERROR_UNSUPPORTED;
    return device->vkAllocateMemory(device->handle, &info, NULL, out_memory) == VK_SUCCESS ? ARTEM_OK
                                                                                           : ARTEM_ERROR_MEMORY;
}

// The first of two property sets that the device has; the second may be 0 for "any".
static enum artem_result allocate(const struct vulkan_device *device, const VkMemoryRequirements *requirements,
                                  VkMemoryPropertyFlags best, VkMemoryPropertyFlags enough, const void *next,
                                  VkDeviceMemory *out_memory)
{
    uint32_t type = find_type(device, requirements->memoryTypeBits, best);

    if (type == NO_TYPE)
        type = find_type(device, requirements->memoryTypeBits, enough);
    return allocate_of_type(device, type, requirements->size, next, out_memory);
}

// The part of a GPU's memory that the CPU can write to may be small (256 MB), and full.
static enum artem_result allocate_told(const struct vulkan_device *device, const VkMemoryRequirements *requirements,
                                       VkMemoryPropertyFlags visible, VkDeviceMemory *out_memory)
{
    const uint32_t window =
        find_type(device, requirements->memoryTypeBits, visible | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    const uint32_t host = find_type(device, requirements->memoryTypeBits, visible);
    const enum artem_result result = allocate_of_type(device, window, requirements->size, NULL, out_memory);

    if (result == ARTEM_OK || host == window)
        return result;
    return allocate_of_type(device, host, requirements->size, NULL, out_memory);
}

// Memory that the image has for itself, and that other APIs can import.
static enum artem_result allocate_image(const struct vulkan_device *device, bool shared, struct vk_image *image)
{
    const VkMemoryDedicatedAllocateInfoKHR alone = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO_KHR,
        .image = image->handle,
    };
    const VkExportMemoryAllocateInfoKHR exported = {
        .sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO_KHR,
        .pNext = &alone,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    VkMemoryRequirements requirements;

    device->vkGetImageMemoryRequirements(device->handle, image->handle, &requirements);
    image->shared = shared ? requirements.size : 0;
    return allocate(device, &requirements, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, shared ? &exported : NULL,
                    &image->memory);
}

static enum artem_result create_image(const struct vulkan_device *device, VkImageCreateInfo info, bool shared,
                                      struct vk_image *out_image)
{
    const VkExternalMemoryImageCreateInfoKHR external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO_KHR,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    struct vk_image image = {0};
    enum artem_result result;

    memset(out_image, 0, sizeof *out_image);
    info.pNext = shared ? &external : NULL;
    if (device->vkCreateImage(device->handle, &info, NULL, &image.handle) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    result = allocate_image(device, shared, &image);
    if (result == ARTEM_OK && device->vkBindImageMemory(device->handle, image.handle, image.memory, 0) != VK_SUCCESS)
        result = ARTEM_ERROR_DEVICE;
    if (result == ARTEM_OK)
        *out_image = image;
    else
        vk_image_destroy(device, &image);
    return result;
}

static VkImageCreateInfo image_info(uint32_t width, uint32_t height, uint32_t layers, VkFormat format,
                                    VkImageUsageFlags uses)
{
    return (VkImageCreateInfo){
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .imageType = VK_IMAGE_TYPE_2D,
        .format = format,
        .extent = {width, height, 1},
        .mipLevels = 1,
        .arrayLayers = layers,
        .samples = VK_SAMPLE_COUNT_1_BIT,
        .tiling = VK_IMAGE_TILING_OPTIMAL,
        .usage = uses,
        .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
        .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
    };
}

enum artem_result vk_image_create(const struct vulkan_device *device, uint32_t width, uint32_t height, uint32_t layers,
                                  VkFormat format, VkImageUsageFlags uses, struct vk_image *out_image)
{
    const VkImageUsageFlags copies = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;

    return create_image(device, image_info(width, height, layers, format, copies | uses), false, out_image);
}

enum artem_result vk_image_create_shared(const struct vulkan_device *device, uint32_t width, uint32_t height,
                                         uint32_t layers, VkFormat format, VkImageCreateFlags flags,
                                         VkImageUsageFlags uses, struct vk_image *out_image)
{
    VkImageCreateInfo info = image_info(width, height, layers, format, uses);

    info.flags = flags;
    return create_image(device, info, true, out_image);
}

void vk_image_destroy(const struct vulkan_device *device, struct vk_image *image)
{
    device->vkDestroyImage(device->handle, image->handle, NULL);
    device->vkFreeMemory(device->handle, image->memory, NULL);
    memset(image, 0, sizeof *image);
}

int vk_memory_export(const struct vulkan_device *device, VkDeviceMemory memory)
{
    const VkMemoryGetFdInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
        .memory = memory,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    int fd = -1;

    return device->vkGetMemoryFdKHR(device->handle, &info, &fd) == VK_SUCCESS ? fd : -1;
}

static VkMemoryDedicatedAllocateInfoKHR dedicated(const struct vk_buffer *buffer)
{
    return (VkMemoryDedicatedAllocateInfoKHR){
        .sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO_KHR,
        .buffer = buffer->handle,
    };
}

// Memory that the buffer has for itself, and that other APIs can import.
static enum artem_result allocate_shared(const struct vulkan_device *device, const VkMemoryRequirements *requirements,
                                         struct vk_buffer *buffer)
{
    const VkMemoryDedicatedAllocateInfoKHR alone = dedicated(buffer);
    const VkExportMemoryAllocateInfoKHR exported = {
        .sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO_KHR,
        .pNext = &alone,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };

    buffer->shared = requirements->size;
    return allocate(device, requirements, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, &exported, &buffer->memory);
}

static enum artem_result allocate_buffer(const struct vulkan_device *device, enum vk_place place,
                                         struct vk_buffer *buffer)
{
    // Every device has host-visible coherent memory for buffers; reading it is fast only where it is cached.
    const VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    VkMemoryRequirements requirements;

    device->vkGetBufferMemoryRequirements(device->handle, buffer->handle, &requirements);
    if (place == VK_PLACE_HOST)
        return allocate(device, &requirements, visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, visible, NULL,
                        &buffer->memory);
    if (place == VK_PLACE_TOLD)
        return allocate_told(device, &requirements, visible, &buffer->memory);
    if (place == VK_PLACE_SHARED && device->sharing != VULKAN_SHARING_NONE)
        return allocate_shared(device, &requirements, buffer);
    return allocate(device, &requirements, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, NULL, &buffer->memory);
}

// Without memory.
static enum artem_result create_handle(const struct vulkan_device *device, VkDeviceSize size, bool external,
                                       struct vk_buffer *out_buffer)
{
    static _Atomic uint64_t serials;
    const VkExternalMemoryBufferCreateInfoKHR external_info = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO_KHR,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    const uint32_t families[] = {device->queue_family, device->async_family};
    // Costs buffers nothing, other than images.
    const bool concurrent = device->async_queue != VK_NULL_HANDLE && families[0] != families[1];
    const VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .pNext = external ? &external_info : NULL,
        .size = size,
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
        .sharingMode = concurrent ? VK_SHARING_MODE_CONCURRENT : VK_SHARING_MODE_EXCLUSIVE,
        .queueFamilyIndexCount = concurrent ? 2 : 0,
        .pQueueFamilyIndices = families,
    };

    *out_buffer = (struct vk_buffer){.size = size, .serial = atomic_fetch_add(&serials, 1) + 1};
    return device->vkCreateBuffer(device->handle, &info, NULL, &out_buffer->handle) == VK_SUCCESS ? ARTEM_OK
                                                                                                  : ARTEM_ERROR_DEVICE;
}

// One that is exported is as large as its memory: whoever imports that knows no other size, and has to make the same
// buffer.
static enum artem_result create_exported(const struct vulkan_device *device, VkDeviceSize size,
                                         struct vk_buffer *out_buffer)
{
    VkMemoryRequirements requirements;
    enum artem_result result = create_handle(device, size, true, out_buffer);

    if (result != ARTEM_OK)
        return result;
    device->vkGetBufferMemoryRequirements(device->handle, out_buffer->handle, &requirements);
    if (requirements.size == size)
        return ARTEM_OK;
    device->vkDestroyBuffer(device->handle, out_buffer->handle, NULL);
    return create_handle(device, requirements.size, true, out_buffer);
}

enum artem_result vk_buffer_create(const struct vulkan_device *device, VkDeviceSize size, enum vk_place place,
                                   struct vk_buffer *out_buffer)
{
    const bool host = place == VK_PLACE_HOST || place == VK_PLACE_TOLD;
    const bool exported = place == VK_PLACE_SHARED && device->sharing != VULKAN_SHARING_NONE;
    struct vk_buffer buffer;
    enum artem_result result =
        exported ? create_exported(device, size, &buffer) : create_handle(device, size, false, &buffer);

    memset(out_buffer, 0, sizeof *out_buffer);
    if (result != ARTEM_OK)
        return result;
    result = allocate_buffer(device, place, &buffer);
    if (result != ARTEM_OK)
        goto fail;
    result = ARTEM_ERROR_DEVICE;
    if (device->vkBindBufferMemory(device->handle, buffer.handle, buffer.memory, 0) != VK_SUCCESS)
        goto fail;
    if (host && device->vkMapMemory(device->handle, buffer.memory, 0, VK_WHOLE_SIZE, 0, &buffer.data) != VK_SUCCESS)
        goto fail;
    *out_buffer = buffer;
    return ARTEM_OK;

fail:
    vk_buffer_destroy(device, &buffer);
    return result;
}

enum artem_result vk_buffer_import(const struct vulkan_device *device, int fd, VkDeviceSize shared,
                                   struct vk_buffer *out_buffer)
{
    struct vk_buffer buffer;
    enum artem_result result = create_handle(device, shared, true, &buffer);
    VkMemoryRequirements requirements;

    memset(out_buffer, 0, sizeof *out_buffer);
    if (result != ARTEM_OK) {
        close(fd);
        return result;
    }
    device->vkGetBufferMemoryRequirements(device->handle, buffer.handle, &requirements);
    const VkMemoryDedicatedAllocateInfoKHR alone = dedicated(&buffer);
    const VkImportMemoryFdInfoKHR imported = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
        .pNext = &alone,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
        .fd = fd,
    };
    result = requirements.size == shared ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
    if (result == ARTEM_OK)
        result = allocate(device, &requirements, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, &imported, &buffer.memory);
    if (result != ARTEM_OK)
        close(fd);
    else if (device->vkBindBufferMemory(device->handle, buffer.handle, buffer.memory, 0) != VK_SUCCESS)
        result = ARTEM_ERROR_DEVICE;
    if (result == ARTEM_OK)
        *out_buffer = buffer;
    else
        vk_buffer_destroy(device, &buffer);
    return result;
}

enum artem_result vk_buffer_grow(const struct vulkan_device *device, VkDeviceSize size, enum vk_place place,
                                 struct vk_buffer *buffer)
{
    if (buffer->size >= size)
        return ARTEM_OK;
    vk_buffer_destroy(device, buffer);
    return vk_buffer_create(device, size, place, buffer);
}

VkBufferMemoryBarrier vk_buffer_hand_over(const struct vulkan_device *device, uint64_t buffer, bool away)
{
    const VkAccessFlags used = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;

    return (VkBufferMemoryBarrier){
        .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER,
        .srcAccessMask = away ? used : 0,
        .dstAccessMask = away ? 0 : used,
        .srcQueueFamilyIndex = away ? device->queue_family : VK_QUEUE_FAMILY_EXTERNAL_KHR,
        .dstQueueFamilyIndex = away ? VK_QUEUE_FAMILY_EXTERNAL_KHR : device->queue_family,
        .buffer = (VkBuffer)(uintptr_t)buffer, // NOLINT(performance-no-int-to-ptr): Vulkan's handles are numbers
        .size = VK_WHOLE_SIZE,
    };
}

void vk_buffer_destroy(const struct vulkan_device *device, struct vk_buffer *buffer)
{
    device->vkDestroyBuffer(device->handle, buffer->handle, NULL);
    device->vkFreeMemory(device->handle, buffer->memory, NULL); // unmaps
    memset(buffer, 0, sizeof *buffer);
}
