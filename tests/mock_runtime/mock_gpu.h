// SPDX-License-Identifier: Apache-2.0
// Images and copies on a Vulkan device that someone else made. Its functions end the program where Vulkan fails: that
// is not what is tested. Not thread-safe; the queue must be free for use.
#ifndef ARTEM_MOCK_GPU_H
#define ARTEM_MOCK_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vulkan/vulkan.h>

struct mock_gpu {
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkBuffer staging;
    VkDeviceMemory staging_memory;
    uint8_t *staging_data;
    size_t staging_size;
};

struct mock_gpu_image {
    VkImage image, resolved; // resolved: made when a multisampled image is first read
    VkDeviceMemory memory, resolved_memory;
    VkFormat format;
    uint32_t width, height, layers, samples;
    VkImageAspectFlags aspects;
};

struct mock_gpu_copy {
    struct mock_gpu_image *image;
    VkImageLayout layout; // TRANSFER_SRC_OPTIMAL, or what it is to be moved from
    uint8_t *data;        // all layers
    size_t size;
};

void mock_gpu_open(struct mock_gpu *gpu, VkPhysicalDevice physical, VkDevice device, uint32_t family, uint32_t index);
void mock_gpu_close(struct mock_gpu *gpu);

VkCommandBuffer mock_gpu_begin(struct mock_gpu *gpu);
void mock_gpu_finish(struct mock_gpu *gpu); // submits and waits
// Memory that both sides see, at least so large.
uint8_t *mock_gpu_stage(struct mock_gpu *gpu, size_t size);
void mock_gpu_barrier(VkCommandBuffer commands, const struct mock_gpu_image *image, VkImageLayout from,
                      VkImageLayout to);

// Fills in image and memory; the caller has filled in what kind of image it is.
void mock_gpu_create_image(struct mock_gpu *gpu, struct mock_gpu_image *image, VkImageCreateFlags flags,
                           VkImageUsageFlags usage, uint32_t mips);
void mock_gpu_destroy_image(struct mock_gpu *gpu, struct mock_gpu_image *image);

// Reads images, which are in TRANSFER_SRC_OPTIMAL afterwards. One submission.
void mock_gpu_read(struct mock_gpu *gpu, const struct mock_gpu_copy *copies, unsigned count);

#endif
