// SPDX-License-Identifier: Apache-2.0
// What the layer has the app's Vulkan made with: for the engine's sake, integer dot products where they pay, sharing of
// memory and semaphores where CUDA may run on the same device, a queue of its own where it will not; for measuring, clocks that can be related.
// Only copies of the app's structures are changed.
#ifndef ARTEM_PLUGIN_VULKAN_EXTRAS_H
#define ARTEM_PLUGIN_VULKAN_EXTRAS_H

#include "layer.h"
#include "vulkan_queues.h"

struct layer_extras_instance {
    VkInstanceCreateInfo info;
    const char **names;
};

struct layer_extras_device {
    VkDeviceCreateInfo info;
    const char **names;
    struct layer_queues queues;
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR dot;
    VkPhysicalDeviceTimelineSemaphoreFeaturesKHR timeline;
    struct layer_extras extras; // that the device has when it was made so
};

// False if there is nothing to add. `out_changed` must stay where it is until it is ended.
bool layer_extras_add_to_instance(struct layer_instance *instance, const XrVulkanInstanceCreateInfoKHR *info,
                                  struct layer_extras_instance *out_changed);
void layer_extras_end_instance(struct layer_extras_instance *changed);
// `origin`: of the physical device, NULL: it is not known.
bool layer_extras_add_to_device(struct layer_instance *instance, const struct layer_vulkan_origin *origin,
                                VkPhysicalDevice physical, const VkDeviceCreateInfo *old,
                                struct layer_extras_device *out_changed);
// Takes the queue out again. False if there is none, or nothing else is added.
bool layer_extras_drop_queue(const VkDeviceCreateInfo *old, struct layer_extras_device *changed);
void layer_extras_end_device(struct layer_extras_device *changed);

// What the app asks for by itself.
struct layer_extras layer_extras_of_app(const VkDeviceCreateInfo *info);

// Under XR_KHR_vulkan_enable the app makes its device alone, with all that the runtime demands; runtimes that share
// images between processes demand what sharing takes, but for timelines. With CUDA, or a Vulkan device of our own.
enum vulkan_sharing layer_extras_of_runtime(struct layer_instance *instance, XrSystemId system, VkInstance vulkan,
                                            VkPhysicalDevice physical);

#endif
