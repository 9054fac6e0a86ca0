// SPDX-License-Identifier: Apache-2.0
#include "hook_submit.h"

#include "hook_table.h"

enum { BUFFERS_MAX = 256, FEW = 8 };

struct hook_submit hook_submit;

#define HOOKS(X)                                                                                                       \
    X(vkBeginCommandBuffer)                                                                                            \
    X(vkCmdDispatch)                                                                                                   \
    X(vkCmdDispatchIndirect)                                                                                           \
    X(vkQueueSubmit)
HOOK_DECLARE(HOOKS);

static struct {
    VkCommandBuffer commands;
    unsigned dispatches;
} buffers[BUFFERS_MAX];

void hook_submit_reset(void)
{
    hook_submit = (struct hook_submit){0};
    memset(buffers, 0, sizeof buffers);
}

// Those that are gone may have had the same handle: all begin anew. NULL where there are too many.
static unsigned *find(VkCommandBuffer commands)
{
    for (unsigned i = 0; i < BUFFERS_MAX; i++) {
        if (buffers[i].commands == VK_NULL_HANDLE)
            buffers[i].commands = commands;
        if (buffers[i].commands == commands)
            return &buffers[i].dispatches;
    }
    return NULL;
}

static void add(VkCommandBuffer commands)
{
    unsigned *dispatches = find(commands);

    if (dispatches != NULL)
        ++*dispatches;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkBeginCommandBuffer(VkCommandBuffer commands,
                                                                const VkCommandBufferBeginInfo *info)
{
    unsigned *dispatches = find(commands);

    if (dispatches != NULL)
        *dispatches = 0;
    return unhooked.vkBeginCommandBuffer(commands, info);
}

static VKAPI_ATTR void VKAPI_CALL hook_vkCmdDispatch(VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z)
{
    add(commands);
    unhooked.vkCmdDispatch(commands, x, y, z);
}

static VKAPI_ATTR void VKAPI_CALL hook_vkCmdDispatchIndirect(VkCommandBuffer commands, VkBuffer buffer,
                                                             VkDeviceSize offset)
{
    add(commands);
    unhooked.vkCmdDispatchIndirect(commands, buffer, offset);
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkQueueSubmit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos,
                                                         VkFence fence)
{
    unsigned dispatches = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < infos[i].commandBufferCount; k++) {
            const unsigned *of = find(infos[i].pCommandBuffers[k]);
            dispatches += of != NULL ? *of : 0;
        }
    if (dispatches <= FEW)
        return unhooked.vkQueueSubmit(queue, count, infos, fence);
    hook_submit.count++;
    hook_submit.dispatches = dispatches;
    if (hook_submit.fail > 0) {
        hook_submit.fail--;
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    return unhooked.vkQueueSubmit(queue, count, infos, fence);
}

HOOK_DEFINE(HOOKS, hook_submit_get);
