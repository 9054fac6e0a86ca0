// SPDX-License-Identifier: Apache-2.0
#include "vulkan_queues.h"

#include <stdlib.h>

// How many queues of a family the app takes. False if the layer can have none beside them: protected ones, or such with
// a priority among all processes, have one structure for all; and what breaks Vulkan's rules is the app's own.
static bool count_taken(const VkDeviceCreateInfo *info, uint32_t family, uint32_t *out_taken)
{
    bool seen = false;

    *out_taken = 0;
    for (uint32_t i = 0; i < info->queueCreateInfoCount; i++) {
        const VkDeviceQueueCreateInfo *queues = &info->pQueueCreateInfos[i];

        if (queues->queueFamilyIndex != family)
            continue;
        if (queues->flags != 0 || queues->pNext != NULL || queues->pQueuePriorities == NULL || seen)
            return false;
        seen = true;
        *out_taken = queues->queueCount;
    }
    return true;
}

// 0: of no use. Families that compute only are what drivers run beside drawing.
static int rate(const VkQueueFamilyProperties *family, uint32_t taken)
{
    if ((family->queueFlags & VK_QUEUE_COMPUTE_BIT) == 0 || family->timestampValidBits == 0 ||
        taken >= family->queueCount)
        return 0;
    return (family->queueFlags & VK_QUEUE_GRAPHICS_BIT) == 0 ? 2 : 1;
}

static struct vulkan_async choose(const VkQueueFamilyProperties *families, uint32_t count,
                                  const VkDeviceCreateInfo *info)
{
    struct vulkan_async best = {false, 0, 0};
    int best_rate = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t taken;
        const int rating = count_taken(info, i, &taken) ? rate(&families[i], taken) : 0;

        if (rating > best_rate) {
            best_rate = rating;
            best = (struct vulkan_async){true, i, taken};
        }
    }
    return best;
}

static struct vulkan_async find(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                                const VkDeviceCreateInfo *info)
{
    const PFN_vkGetPhysicalDeviceQueueFamilyProperties get_families =
        (PFN_vkGetPhysicalDeviceQueueFamilyProperties)get(instance, "vkGetPhysicalDeviceQueueFamilyProperties");
    struct vulkan_async found = {false, 0, 0};
    VkQueueFamilyProperties *families;
    uint32_t count = 0;

    if (get_families == NULL)
        return found;
    get_families(physical, &count, NULL);
    families = calloc(count > 0 ? count : 1, sizeof *families);
    if (families == NULL)
        return found;
    get_families(physical, &count, families);
    found = choose(families, count, info);
    free(families);
    return found;
}

bool layer_queues_add(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                      const VkDeviceCreateInfo *info, struct layer_queues *out_queues)
{
    struct layer_queues *q = out_queues;
    VkDeviceQueueCreateInfo *own;
    uint32_t at = 0;

    *q = (struct layer_queues){.async = {false, 0, 0}};
    if (!vulkan_allows_async() || info->pQueueCreateInfos == NULL)
        return false;
    q->async = find(get, instance, physical, info);
    if (!q->async.has)
        return false;
    q->infos = calloc((size_t)info->queueCreateInfoCount + 1, sizeof *q->infos);
    q->priorities = calloc((size_t)q->async.index + 1, sizeof *q->priorities); // the last one: 0, below the app's
    if (q->infos == NULL || q->priorities == NULL) {
        layer_queues_end(q);
        return false;
    }
    while (at < info->queueCreateInfoCount && info->pQueueCreateInfos[at].queueFamilyIndex != q->async.family)
        at++;
    for (uint32_t i = 0; i < info->queueCreateInfoCount; i++)
        q->infos[i] = info->pQueueCreateInfos[i];
    own = &q->infos[at];
    for (uint32_t i = 0; i < q->async.index; i++)
        q->priorities[i] = own->pQueuePriorities[i];
    *own = (VkDeviceQueueCreateInfo){
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = q->async.family,
        .queueCount = q->async.index + 1,
        .pQueuePriorities = q->priorities,
    };
    q->count = at < info->queueCreateInfoCount ? info->queueCreateInfoCount : at + 1;
    return true;
}

void layer_queues_end(struct layer_queues *queues)
{
    free(queues->infos);
    free(queues->priorities);
    *queues = (struct layer_queues){.async = {false, 0, 0}};
}
