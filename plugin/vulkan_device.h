// SPDX-License-Identifier: Apache-2.0
// The app's Vulkan device as the layer uses it: entry points, the app's queue, pipelines. Nothing links to libvulkan.
#ifndef ARTEM_PLUGIN_VULKAN_DEVICE_H
#define ARTEM_PLUGIN_VULKAN_DEVICE_H

#include <stdint.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "artem/result.h"

#define VULKAN_DEVICE_FUNCTIONS(X)                                                                                     \
    X(vkAllocateCommandBuffers)                                                                                        \
    X(vkAllocateDescriptorSets)                                                                                        \
    X(vkAllocateMemory)                                                                                                \
    X(vkBeginCommandBuffer)                                                                                            \
    X(vkBindBufferMemory)                                                                                              \
    X(vkBindImageMemory)                                                                                               \
    X(vkCmdBindDescriptorSets)                                                                                         \
    X(vkCmdBindPipeline)                                                                                               \
    X(vkCmdCopyImage)                                                                                                  \
    X(vkCmdCopyImageToBuffer)                                                                                          \
    X(vkCmdDispatch)                                                                                                   \
    X(vkCmdPipelineBarrier)                                                                                            \
    X(vkCmdPushConstants)                                                                                              \
    X(vkCmdResetQueryPool)                                                                                             \
    X(vkCmdWriteTimestamp)                                                                                             \
    X(vkCreateBuffer)                                                                                                  \
    X(vkCreateCommandPool)                                                                                             \
    X(vkCreateComputePipelines)                                                                                        \
    X(vkCreateDescriptorPool)                                                                                          \
    X(vkCreateDescriptorSetLayout)                                                                                     \
    X(vkCreateFence)                                                                                                   \
    X(vkCreateImage)                                                                                                   \
    X(vkCreateImageView)                                                                                               \
    X(vkCreatePipelineLayout)                                                                                          \
    X(vkCreateQueryPool)                                                                                               \
    X(vkCreateShaderModule)                                                                                            \
    X(vkDestroyBuffer)                                                                                                 \
    X(vkDestroyCommandPool)                                                                                            \
    X(vkDestroyDescriptorPool)                                                                                         \
    X(vkDestroyDescriptorSetLayout)                                                                                    \
    X(vkDestroyFence)                                                                                                  \
    X(vkDestroyImage)                                                                                                  \
    X(vkDestroyImageView)                                                                                              \
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
    int32_t origin[2];
    uint32_t size[2];
    uint32_t style_size[2];
    uint32_t swap_rb;
    uint32_t linear;
    uint32_t strength;
    uint32_t keep;
};

// Bindings of both shaders, in this order.
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
    double timestamp_ms;     // milliseconds per tick; 0 = the queue has no timestamps
    uint64_t timestamp_mask; // of the valid bits
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout pipeline_layout;
    VkPipeline downscale, composite;
    void *library; // libvulkan, when the layer had to open it
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
// The caller has waited for all work. Clears *device; NULL-safe.
void vulkan_device_destroy(struct vulkan_device **device);

#endif
