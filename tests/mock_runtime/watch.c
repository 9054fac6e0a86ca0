// SPDX-License-Identifier: Apache-2.0
// Watches the use of the app's queue by a layer: a vkGetInstanceProcAddr with a few functions replaced.
#include <stdatomic.h>
#include <string.h>

#include "mock_internal.h"

_Thread_local bool mock_queue_allowed;
static atomic_uint submissions;

unsigned mock_count_submissions(void)
{
    return atomic_load(&submissions);
}

void mock_forget_submissions(void)
{
    atomic_store(&submissions, 0);
}

static void note_use(const char *function)
{
    atomic_fetch_add(&submissions, 1);
    if (!mock_queue_allowed)
        mock_violation(XR_SUCCESS, "%s outside of the calls that may use the app's queue", function);
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_submit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos,
                                                   VkFence fence)
{
    note_use("vkQueueSubmit");
    return vkQueueSubmit(queue, count, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_submit2(VkQueue queue, uint32_t count, const VkSubmitInfo2 *infos,
                                                    VkFence fence)
{
    note_use("vkQueueSubmit2");
    return vkQueueSubmit2(queue, count, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_sparse(VkQueue queue, uint32_t count, const VkBindSparseInfo *infos,
                                                   VkFence fence)
{
    note_use("vkQueueBindSparse");
    return vkQueueBindSparse(queue, count, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_queue_idle(VkQueue queue)
{
    mock_violation(XR_SUCCESS, "vkQueueWaitIdle on the app's queue");
    return vkQueueWaitIdle(queue);
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_device_idle(VkDevice device)
{
    mock_violation(XR_SUCCESS, "vkDeviceWaitIdle on the app's device");
    return vkDeviceWaitIdle(device);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_function(VkDevice device, const char *name);

static PFN_vkVoidFunction find_watched(const char *name)
{
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
    } watched[] = {
        {"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_function},
        {"vkQueueSubmit", (PFN_vkVoidFunction)watch_submit},
        {"vkQueueSubmit2", (PFN_vkVoidFunction)watch_submit2},
        {"vkQueueSubmit2KHR", (PFN_vkVoidFunction)watch_submit2},
        {"vkQueueBindSparse", (PFN_vkVoidFunction)watch_sparse},
        {"vkQueueWaitIdle", (PFN_vkVoidFunction)watch_queue_idle},
        {"vkDeviceWaitIdle", (PFN_vkVoidFunction)watch_device_idle},
    };

    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        if (strcmp(name, watched[i].name) == 0)
            return watched[i].function;
    }
    return NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_function(VkDevice device, const char *name)
{
    PFN_vkVoidFunction real = vkGetDeviceProcAddr(device, name), watched = find_watched(name);

    return real != NULL && watched != NULL ? watched : real;
}

PFN_vkVoidFunction VKAPI_CALL mock_get_vulkan(VkInstance instance, const char *name)
{
    PFN_vkVoidFunction real = vkGetInstanceProcAddr(instance, name), watched = find_watched(name);

    return real != NULL && watched != NULL ? watched : real;
}
