// SPDX-License-Identifier: Apache-2.0
#include "hook_vulkan.h"

#include <stdatomic.h>

#include "hook_table.h"

VkResult (*hook_vulkan)(const char *function, uint64_t timeout);
static atomic_uint memory;

#define HOOKS(X)                                                                                                       \
    X(vkAllocateMemory)                                                                                                \
    X(vkFreeMemory)                                                                                                    \
    X(vkWaitForFences)                                                                                                 \
    X(vkCreateComputePipelines)
HOOK_DECLARE(HOOKS);

unsigned hook_count_memory(void)
{
    return atomic_load(&memory);
}

static VkResult ask(const char *function, uint64_t timeout)
{
    return hook_vulkan != NULL ? hook_vulkan(function, timeout) : VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
                                                            const VkAllocationCallbacks *callbacks,
                                                            VkDeviceMemory *out_memory)
{
    const VkResult result = unhooked.vkAllocateMemory(device, info, callbacks, out_memory);

    atomic_fetch_add(&memory, result == VK_SUCCESS);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL hook_vkFreeMemory(VkDevice device, VkDeviceMemory one,
                                                    const VkAllocationCallbacks *callbacks)
{
    atomic_fetch_sub(&memory, one != VK_NULL_HANDLE);
    unhooked.vkFreeMemory(device, one, callbacks);
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkWaitForFences(VkDevice device, uint32_t count, const VkFence *fences,
                                                           VkBool32 all, uint64_t timeout)
{
    const VkResult result = ask("vkWaitForFences", timeout);

    return result == VK_SUCCESS ? unhooked.vkWaitForFences(device, count, fences, all, timeout) : result;
}

static VKAPI_ATTR VkResult VKAPI_CALL hook_vkCreateComputePipelines(VkDevice device, VkPipelineCache cache,
                                                                    uint32_t count,
                                                                    const VkComputePipelineCreateInfo *infos,
                                                                    const VkAllocationCallbacks *callbacks,
                                                                    VkPipeline *pipelines)
{
    const VkResult result = ask("vkCreateComputePipelines", 0);

    return result == VK_SUCCESS ? unhooked.vkCreateComputePipelines(device, cache, count, infos, callbacks, pipelines)
                                : result;
}

HOOK_DEFINE(HOOKS, hook_get_vulkan);
