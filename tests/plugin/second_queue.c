// SPDX-License-Identifier: Apache-2.0
#undef VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "hook_table.h"
#include "second_queue.h"
#include "test.h"

enum { FAMILIES_MAX = 16, HANDLES_MAX = 256, HELD_MAX = 4, COMMANDS_MAX = 4 };

struct second_queue second_queue;

#define HOOKS(X)                                                                                                       \
    X(vkAllocateCommandBuffers)                                                                                        \
    X(vkCreateBuffer)                                                                                                  \
    X(vkCreateCommandPool)                                                                                             \
    X(vkGetDeviceQueue)                                                                                                \
    X(vkGetPhysicalDeviceQueueFamilyProperties)                                                                        \
    X(vkQueueSubmit)                                                                                                   \
    X(vkWaitForFences)
HOOK_DECLARE(HOOKS);

static uint32_t family; // the second one
static bool has_queue;  // the latest device
static VkQueue first;   // the one that there is
static char second;     // its address is the other's handle
static struct {
    const void *handle; // of a pool or a command buffer
    uint32_t family;
} owners[HANDLES_MAX];
static unsigned owner_count;

// A submission as a whole.
static struct held {
    VkSemaphore semaphore;
    VkPipelineStageFlags stage;
    VkCommandBuffer commands[COMMANDS_MAX];
    VkSubmitInfo info;
    VkFence fence;
} held[HELD_MAX];

static VkQueue get_second(void)
{
    return (VkQueue)(void *)&second;
}

static void note(const void *handle, uint32_t of)
{
    owners[owner_count % HANDLES_MAX].handle = handle; // the oldest ones are gone
    owners[owner_count++ % HANDLES_MAX].family = of;
}

static uint32_t find_owner(const void *handle)
{
    for (unsigned i = owner_count; i > 0 && owner_count - i < HANDLES_MAX; i--)
        if (owners[(i - 1) % HANDLES_MAX].handle == handle)
            return owners[(i - 1) % HANDLES_MAX].family;
    return UINT32_MAX;
}

// ---- What there is ----

static VKAPI_ATTR void VKAPI_CALL hook_vkGetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physical,
                                                                                uint32_t *count,
                                                                                VkQueueFamilyProperties *families)
{
    VkQueueFamilyProperties all[FAMILIES_MAX];
    uint32_t have = FAMILIES_MAX - 1;

    unhooked.vkGetPhysicalDeviceQueueFamilyProperties(physical, &have, all);
    family = have;
    all[have] = all[0];
    all[have].queueFlags = VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT;
    all[have++].queueCount = 1;
    if (families == NULL)
        *count = have;
    else
        memcpy(families, all, (*count < have ? *count : have) * sizeof *all);
}

VKAPI_ATTR VkResult VKAPI_CALL second_queue_create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                                                          const VkAllocationCallbacks *callbacks, VkDevice *device)
{
    VkDeviceQueueCreateInfo queues[FAMILIES_MAX];
    VkDeviceCreateInfo changed = *info;

    changed.queueCreateInfoCount = 0;
    changed.pQueueCreateInfos = queues;
    for (uint32_t i = 0; i < info->queueCreateInfoCount; i++)
        if (family == 0 || info->pQueueCreateInfos[i].queueFamilyIndex != family)
            queues[changed.queueCreateInfoCount++] = info->pQueueCreateInfos[i];
    has_queue = changed.queueCreateInfoCount < info->queueCreateInfoCount;
    second_queue.made += has_queue;
    if (has_queue && second_queue.refused)
        return VK_ERROR_INITIALIZATION_FAILED;
    return vkCreateDevice(physical, &changed, callbacks, device);
}

static VKAPI_ATTR void VKAPI_CALL hook_vkGetDeviceQueue(VkDevice device, uint32_t of, uint32_t index, VkQueue *queue)
{
    if (has_queue && of == family) {
        *queue = get_second();
        return;
    }
    unhooked.vkGetDeviceQueue(device, of, index, queue);
    first = *queue;
}

// ---- What is made for it ----

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkCreateCommandPool(VkDevice device, const VkCommandPoolCreateInfo *info,
                                                               const VkAllocationCallbacks *callbacks,
                                                               VkCommandPool *pool)
{
    VkCommandPoolCreateInfo changed = *info;

    changed.queueFamilyIndex = has_queue && info->queueFamilyIndex == family ? 0 : info->queueFamilyIndex;
    const VkResult result = unhooked.vkCreateCommandPool(device, &changed, callbacks, pool);
    note((const void *)*pool, info->queueFamilyIndex);
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkAllocateCommandBuffers(VkDevice device,
                                                                    const VkCommandBufferAllocateInfo *info,
                                                                    VkCommandBuffer *buffers)
{
    const VkResult result = unhooked.vkAllocateCommandBuffers(device, info, buffers);

    for (uint32_t i = 0; i < info->commandBufferCount && result == VK_SUCCESS; i++)
        note(buffers[i], find_owner((const void *)info->commandPool));
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo *info,
                                                          const VkAllocationCallbacks *callbacks, VkBuffer *buffer)
{
    VkBufferCreateInfo changed = *info;
    const uint32_t *families = info->pQueueFamilyIndices;

    if (has_queue)
        second_queue.errors += info->sharingMode != VK_SHARING_MODE_CONCURRENT || info->queueFamilyIndexCount != 2 ||
                               families[0] == families[1] || families[0] + families[1] != family;
    changed.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
    changed.queueFamilyIndexCount = 0;
    return unhooked.vkCreateBuffer(device, &changed, callbacks, buffer);
}

// ---- What is submitted to it ----

static VkResult keep(const VkSubmitInfo *info, VkFence fence)
{
    struct held *h = &held[second_queue.held++];

    CHECK(second_queue.held <= HELD_MAX && info->commandBufferCount <= COMMANDS_MAX && info->waitSemaphoreCount == 1);
    *h = (struct held){.semaphore = info->pWaitSemaphores[0], .stage = info->pWaitDstStageMask[0], .fence = fence};
    memcpy(h->commands, info->pCommandBuffers, info->commandBufferCount * sizeof h->commands[0]);
    h->info = *info;
    h->info.pWaitSemaphores = &h->semaphore;
    h->info.pWaitDstStageMask = &h->stage;
    h->info.pCommandBuffers = h->commands;
    return VK_SUCCESS;
}

void second_queue_release(void)
{
    const bool was_allowed = mock_queue_allowed;

    mock_queue_allowed = true; // the app has no part in this
    for (unsigned i = 0; i < second_queue.held; i++)
        CHECK_INT(unhooked.vkQueueSubmit(first, 1, &held[i].info, held[i].fence), VK_SUCCESS);
    second_queue.held = 0;
    mock_queue_allowed = was_allowed;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkQueueSubmit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos,
                                                         VkFence fence)
{
    const bool is_second = queue == get_second();

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < infos[i].commandBufferCount; k++)
            second_queue.errors += (find_owner(infos[i].pCommandBuffers[k]) == family) != is_second;
    if (!is_second)
        return unhooked.vkQueueSubmit(queue, count, infos, fence);
    second_queue.submissions++;
    if (second_queue.fail > 0) {
        second_queue.fail--;
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    return second_queue.holds ? keep(infos, fence) : unhooked.vkQueueSubmit(first, count, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkWaitForFences(VkDevice device, uint32_t count, const VkFence *fences,
                                                           VkBool32 all, uint64_t timeout)
{
    bool is_held = false;

    for (uint32_t i = 0; i < count && timeout > 0; i++)
        for (unsigned k = 0; k < second_queue.held; k++)
            is_held = is_held || held[k].fence == fences[i];
    if (is_held)
        second_queue_release();
    return unhooked.vkWaitForFences(device, count, fences, all, timeout);
}

HOOK_DEFINE(HOOKS, second_queue_get);
