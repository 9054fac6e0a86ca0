// SPDX-License-Identifier: Apache-2.0
// A queue of the layer's own on the app's device, so that paintings that nobody waits for go beside the app's work.
#ifndef ARTEM_PLUGIN_VULKAN_QUEUES_H
#define ARTEM_PLUGIN_VULKAN_QUEUES_H

#include "layer.h"

struct layer_queues {
    struct vulkan_async async;
    VkDeviceQueueCreateInfo *infos; // the app's, and the queue
    uint32_t count;
    float *priorities;
};

// Finds one that the app leaves over. False if there is none, memory is short, or the environment's
// ARTEM_VULKAN_QUEUE=app forbids it.
bool layer_queues_add(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                      const VkDeviceCreateInfo *info, struct layer_queues *out_queues);
void layer_queues_end(struct layer_queues *queues);

#endif
