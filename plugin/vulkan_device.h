// SPDX-License-Identifier: Apache-2.0
// The app's Vulkan device as the layer uses it: entry points, the app's queue, pipelines. Nothing links to libvulkan.
#ifndef ARTEM_PLUGIN_VULKAN_DEVICE_H
#define ARTEM_PLUGIN_VULKAN_DEVICE_H

#include <stdint.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "artem/result.h"
#include "artem_kernels/pixels.h"

#define VULKAN_DEVICE_FUNCTIONS(X)                                                                                     \
    X(vkAllocateCommandBuffers)                                                                                        \
    X(vkAllocateDescriptorSets)                                                                                        \
    X(vkAllocateMemory)                                                                                                \
    X(vkBeginCommandBuffer)                                                                                            \
    X(vkBindBufferMemory)                                                                                              \
    X(vkBindImageMemory)                                                                                               \
    X(vkCmdBindDescriptorSets)                                                                                         \
    X(vkCmdBindPipeline)                                                                                               \
    X(vkCmdCopyBuffer)                                                                                                 \
    X(vkCmdCopyBufferToImage)                                                                                          \
    X(vkCmdCopyImageToBuffer)                                                                                          \
    X(vkCmdDispatch)                                                                                                   \
    X(vkCmdPipelineBarrier)                                                                                            \
    X(vkCmdPushConstants)                                                                                              \
    X(vkCmdResetQueryPool)                                                                                             \
    X(vkCmdResolveImage)                                                                                               \
    X(vkCmdWriteTimestamp)                                                                                             \
    X(vkCreateBuffer)                                                                                                  \
    X(vkCreateCommandPool)                                                                                             \
    X(vkCreateComputePipelines)                                                                                        \
    X(vkCreateDescriptorPool)                                                                                          \
    X(vkCreateDescriptorSetLayout)                                                                                     \
    X(vkCreateFence)                                                                                                   \
    X(vkCreateImage)                                                                                                   \
    X(vkCreatePipelineLayout)                                                                                          \
    X(vkCreateQueryPool)                                                                                               \
    X(vkCreateShaderModule)                                                                                            \
    X(vkDestroyBuffer)                                                                                                 \
    X(vkDestroyCommandPool)                                                                                            \
    X(vkDestroyDescriptorPool)                                                                                         \
    X(vkDestroyDescriptorSetLayout)                                                                                    \
    X(vkDestroyFence)                                                                                                  \
    X(vkDestroyImage)                                                                                                  \
    X(vkDestroyPipeline)                                                                                               \
    X(vkDestroyPipelineLayout)                                                                                         \
    X(vkDestroyQueryPool)                                                                                              \
    X(vkDestroyShaderModule)                                                                                           \
    X(vkEndCommandBuffer)                                                                                              \
    X(vkFreeMemory)                                                                                                    \
    X(vkGetBufferMemoryRequirements)                                                                                   \
    X(vkGetDeviceQueue)                                                                                                \
    X(vkGetFenceStatus)                                                                                                \
    X(vkGetImageMemoryRequirements)                                                                                    \
    X(vkGetQueryPoolResults)                                                                                           \
    X(vkMapMemory)                                                                                                     \
    X(vkQueueSubmit)                                                                                                   \
    X(vkResetFences)                                                                                                   \
    X(vkUpdateDescriptorSets)                                                                                          \
    X(vkWaitForFences)

// Push constants of both shaders (shaders/common.glsl).
struct vulkan_push {
    uint32_t origin[2];
    uint32_t size[2];
    uint32_t style_size[2];
    uint32_t stride;
    uint32_t premultiplied;
    uint32_t strength;
    uint32_t keep;
};

// Bindings of both shaders, in this order, all storage buffers.
enum vulkan_binding {
    BINDING_CAPTURE,
    BINDING_STYLE_IN,
    BINDING_STYLE_OUT,
    BINDING_RESULT,
    BINDING_TABLES,
    BINDING_COUNT
};

struct vulkan_device {
    VkDevice handle;
    VkQueue queue; // the app's: only inside calls that may use it
    uint32_t queue_family;
    VkPhysicalDeviceMemoryProperties memory;
    uint32_t max_image_side;
    VkDeviceSize max_buffer_range; // that one binding may have
    double timestamp_ms;           // milliseconds per tick; 0 = the queue has no timestamps
    uint64_t timestamp_mask;       // of the valid bits
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout pipeline_layout;
    struct vulkan_pipelines {
        VkPipeline downscale, composite;
    } pipelines[ARTEM_PIXELS_COUNT]; // VK_NULL_HANDLE until prepared
    void *library;                   // libvulkan, when the layer had to open it
#define X(name) PFN_##name name;
    VULKAN_DEVICE_FUNCTIONS(X)
#undef X
};

struct vulkan_device_params {
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    uint32_t queue_family, queue_index;
    PFN_vkGetInstanceProcAddr get_instance_proc_addr; // NULL: look for the libvulkan that the app uses
};

// ARTEM_ERROR_UNSUPPORTED, with the reason in the log, if the device or the queue lacks something.
enum artem_result vulkan_device_create(const struct vulkan_device_params *params, struct vulkan_device **out_device);
// Makes the pipelines for a format, if they are not there yet. One thread at a time.
enum artem_result vulkan_device_prepare(struct vulkan_device *device, enum artem_pixel_format format);
// The caller has waited for all work. Clears *device; NULL-safe.
void vulkan_device_destroy(struct vulkan_device **device);

#endif
