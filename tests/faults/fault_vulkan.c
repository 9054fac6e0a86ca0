// SPDX-License-Identifier: Apache-2.0
#include "fault_vulkan.h"

#include <stdatomic.h>
#include <string.h>

#include "faults.h"

// Every function of the layer's (artem_vk/device.h) that can fail: parameters, arguments, and ways to fail.
#define CREATES(X, name, info, handle)                                                                                 \
    X(name, (VkDevice d, const info *i, const VkAllocationCallbacks *a, handle *h), (d, i, a, h),                      \
      VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY)
#define FALLIBLE(X)                                                                                                    \
    CREATES(X, vkAllocateMemory, VkMemoryAllocateInfo, VkDeviceMemory)                                                 \
    CREATES(X, vkCreateBuffer, VkBufferCreateInfo, VkBuffer)                                                           \
    CREATES(X, vkCreateCommandPool, VkCommandPoolCreateInfo, VkCommandPool)                                            \
    CREATES(X, vkCreateDescriptorPool, VkDescriptorPoolCreateInfo, VkDescriptorPool)                                   \
    CREATES(X, vkCreateDescriptorSetLayout, VkDescriptorSetLayoutCreateInfo, VkDescriptorSetLayout)                    \
    CREATES(X, vkCreateFence, VkFenceCreateInfo, VkFence)                                                              \
    CREATES(X, vkCreateImage, VkImageCreateInfo, VkImage)                                                              \
    CREATES(X, vkCreatePipelineCache, VkPipelineCacheCreateInfo, VkPipelineCache)                                      \
    CREATES(X, vkCreatePipelineLayout, VkPipelineLayoutCreateInfo, VkPipelineLayout)                                   \
    CREATES(X, vkCreateQueryPool, VkQueryPoolCreateInfo, VkQueryPool)                                                  \
    CREATES(X, vkCreateShaderModule, VkShaderModuleCreateInfo, VkShaderModule)                                         \
    X(vkAllocateCommandBuffers, (VkDevice d, const VkCommandBufferAllocateInfo *i, VkCommandBuffer *c), (d, i, c),     \
      VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY)                                                      \
    X(vkAllocateDescriptorSets, (VkDevice d, const VkDescriptorSetAllocateInfo *i, VkDescriptorSet *s), (d, i, s),     \
      VK_ERROR_OUT_OF_POOL_MEMORY, VK_ERROR_FRAGMENTED_POOL)                                                           \
    X(vkBeginCommandBuffer, (VkCommandBuffer c, const VkCommandBufferBeginInfo *i), (c, i),                            \
      VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY)                                                      \
    X(vkBindBufferMemory, (VkDevice d, VkBuffer b, VkDeviceMemory m, VkDeviceSize o), (d, b, m, o),                    \
      VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY)                                                      \
    X(vkBindImageMemory, (VkDevice d, VkImage b, VkDeviceMemory m, VkDeviceSize o), (d, b, m, o),                      \
      VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_OUT_OF_HOST_MEMORY)                                                      \
    X(vkCreateComputePipelines,                                                                                        \
      (VkDevice d, VkPipelineCache c, uint32_t n, const VkComputePipelineCreateInfo *i,                                \
       const VkAllocationCallbacks *a, VkPipeline *p),                                                                 \
      (d, c, n, i, a, p), VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_UNKNOWN)                                             \
    X(vkGetPipelineCacheData, (VkDevice d, VkPipelineCache c, size_t * s, void *p), (d, c, s, p),                      \
      VK_ERROR_OUT_OF_HOST_MEMORY, VK_INCOMPLETE)                                                                      \
    X(vkGetQueryPoolResults,                                                                                           \
      (VkDevice d, VkQueryPool q, uint32_t f, uint32_t n, size_t s, void *p, VkDeviceSize t, VkQueryResultFlags r),    \
      (d, q, f, n, s, p, t, r), VK_NOT_READY, VK_ERROR_DEVICE_LOST)                                                    \
    X(vkMapMemory, (VkDevice d, VkDeviceMemory m, VkDeviceSize o, VkDeviceSize s, VkMemoryMapFlags f, void **p),       \
      (d, m, o, s, f, p), VK_ERROR_MEMORY_MAP_FAILED, VK_ERROR_OUT_OF_HOST_MEMORY)                                     \
    X(vkQueueSubmit, (VkQueue q, uint32_t n, const VkSubmitInfo *i, VkFence f), (q, n, i, f),                          \
      VK_ERROR_OUT_OF_DEVICE_MEMORY, VK_ERROR_DEVICE_LOST)                                                             \
    X(vkResetFences, (VkDevice d, uint32_t n, const VkFence *f), (d, n, f), VK_ERROR_OUT_OF_DEVICE_MEMORY,             \
      VK_ERROR_OUT_OF_DEVICE_MEMORY)

#define DESTROYING(X)                                                                                                  \
    X(vkFreeMemory, VkDeviceMemory)                                                                                    \
    X(vkDestroyBuffer, VkBuffer)                                                                                       \
    X(vkDestroyCommandPool, VkCommandPool)                                                                             \
    X(vkDestroyDescriptorPool, VkDescriptorPool)                                                                       \
    X(vkDestroyDescriptorSetLayout, VkDescriptorSetLayout)                                                             \
    X(vkDestroyFence, VkFence)                                                                                         \
    X(vkDestroyImage, VkImage)                                                                                         \
    X(vkDestroyPipeline, VkPipeline)                                                                                   \
    X(vkDestroyPipelineCache, VkPipelineCache)                                                                         \
    X(vkDestroyPipelineLayout, VkPipelineLayout)                                                                       \
    X(vkDestroyQueryPool, VkQueryPool)                                                                                 \
    X(vkDestroyShaderModule, VkShaderModule)

static struct {
#define X(name, handle) PFN_##name name;
    DESTROYING(X)
#undef X
#define X(name, parameters, arguments, first, second) PFN_##name name;
    FALLIBLE(X)
#undef X
    PFN_vkEndCommandBuffer vkEndCommandBuffer;
    PFN_vkWaitForFences vkWaitForFences;
    PFN_vkGetFenceStatus vkGetFenceStatus;
    PFN_vkGetDeviceProcAddr vkGetDeviceProcAddr;
} real;

static atomic_long live;

long fault_live_objects(void)
{
    return atomic_load(&live);
}

static const uint64_t long_wait_ns = 5000000000;
static VkDevice device;

static VkResult lose(VkDevice d);

static VkResult fail(VkResult result)
{
    return result == VK_ERROR_DEVICE_LOST ? lose(device) : result;
}

static VkResult note(const char *name, VkResult result)
{
    const bool makes = strncmp(name, "vkCreate", 8) == 0 || strcmp(name, "vkAllocateMemory") == 0;

    if (makes && result == VK_SUCCESS)
        atomic_fetch_add(&live, 1);
    return result;
}

#define X(name, parameters, arguments, first, second)                                                                  \
    static VKAPI_ATTR VkResult VKAPI_CALL fault_##name parameters                                                      \
    {                                                                                                                  \
        unsigned way;                                                                                                  \
                                                                                                                       \
        if (fault_strikes(FAULT_VULKAN, #name, &way))                                                                  \
            return fail(way % 2 == 0 ? first : second);                                                                \
        return note(#name, real.name arguments);                                                                       \
    }
FALLIBLE(X)
#undef X

#define X(name, handle)                                                                                                \
    static VKAPI_ATTR void VKAPI_CALL fault_##name(VkDevice d, handle h, const VkAllocationCallbacks *a)               \
    {                                                                                                                  \
        if (h != VK_NULL_HANDLE)                                                                                       \
            atomic_fetch_sub(&live, 1);                                                                                \
        real.name(d, h, a);                                                                                            \
    }
DESTROYING(X)
#undef X

// What was recorded is invalid then, which the validation layer has to see: not that recording goes on.
static VKAPI_ATTR VkResult VKAPI_CALL fault_vkEndCommandBuffer(VkCommandBuffer c)
{
    const VkResult result = real.vkEndCommandBuffer(c);
    unsigned way;

    return fault_strikes(FAULT_VULKAN, "vkEndCommandBuffer", &way) ? VK_ERROR_OUT_OF_HOST_MEMORY : result;
}

// The header that the layer uses declares no prototypes.
VKAPI_ATTR VkResult VKAPI_CALL vkDeviceWaitIdle(VkDevice device);

// Nothing runs on a lost device any more: what it used may be destroyed at once.
static VkResult lose(VkDevice d)
{
    vkDeviceWaitIdle(d);
    return VK_ERROR_DEVICE_LOST;
}

static VKAPI_ATTR VkResult VKAPI_CALL fault_vkWaitForFences(VkDevice d, uint32_t n, const VkFence *f, VkBool32 all,
                                                            uint64_t timeout)
{
    unsigned way;

    if (!fault_strikes(FAULT_VULKAN, "vkWaitForFences", &way))
        return real.vkWaitForFences(d, n, f, all, timeout);
    // The long waits end in vain only where the GPU hangs; what that uses is kept for ever then, and not tried here.
    if (way == 1)
        return lose(d);
    return way == 0 && timeout < long_wait_ns ? VK_TIMEOUT : VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR VkResult VKAPI_CALL fault_vkGetFenceStatus(VkDevice d, VkFence f)
{
    unsigned way;

    if (!fault_strikes(FAULT_VULKAN, "vkGetFenceStatus", &way))
        return real.vkGetFenceStatus(d, f);
    if (way % 2 == 0)
        return VK_NOT_READY;
    return lose(d);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL fault_get_device_function(VkDevice d, const char *name);

static PFN_vkVoidFunction replace(const char *name, PFN_vkVoidFunction function)
{
    unsigned way;

    if (function == NULL)
        return NULL;
#define X(wanted, parameters, arguments, first, second)                                                                \
    if (strcmp(name, #wanted) == 0) {                                                                                  \
        real.wanted = (PFN_##wanted)function;                                                                          \
        function = (PFN_vkVoidFunction)fault_##wanted;                                                                 \
    }
    FALLIBLE(X)
    X(vkEndCommandBuffer, , , , )
    X(vkWaitForFences, , , , )
    X(vkGetFenceStatus, , , , )
#undef X
#define X(wanted, handle)                                                                                              \
    if (strcmp(name, #wanted) == 0) {                                                                                  \
        real.wanted = (PFN_##wanted)function;                                                                          \
        function = (PFN_vkVoidFunction)fault_##wanted;                                                                 \
    }
    DESTROYING(X)
#undef X
    if (strcmp(name, "vkGetDeviceProcAddr") == 0) {
        real.vkGetDeviceProcAddr = (PFN_vkGetDeviceProcAddr)function;
        function = (PFN_vkVoidFunction)fault_get_device_function;
    }
    if (strcmp(name, "vkCreateInstance") == 0 || strcmp(name, "vkCreateDevice") == 0)
        return function; // the runtime asks for these
    // A driver that lacks it.
    return fault_strikes(FAULT_VULKAN, name, &way) ? NULL : function;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL fault_get_device_function(VkDevice d, const char *name)
{
    device = d;
    return replace(name, real.vkGetDeviceProcAddr(d, name));
}

PFN_vkVoidFunction VKAPI_CALL fault_get_vulkan(VkInstance instance, const char *name)
{
    return replace(name, mock_get_vulkan(instance, name));
}
