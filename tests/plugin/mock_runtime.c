// SPDX-License-Identifier: Apache-2.0
// The mock runtime. Functions that it lacks are unsupported, as in a real one.
#undef VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "mock_runtime.h"

#include <string.h>

#include "test.h"
#include "vulkan_host.h"

struct mock_state mock;

// Handles are the objects' addresses.
struct mock_swapchain *mock_find(XrSwapchain handle)
{
    for (unsigned i = 0; i < MOCK_SWAPCHAINS; i++) {
        if ((XrSwapchain)&mock.swapchains[i] == handle && mock.swapchains[i].used)
            return &mock.swapchains[i];
    }
    return NULL;
}

void mock_seal(void)
{
    mock.sealed = 0;
    for (unsigned i = 0; i < MOCK_SWAPCHAINS; i++) {
        if (mock.swapchains[i].used)
            mock.sealed = i + 1;
    }
}

bool mock_is_apps(XrSwapchain handle)
{
    const struct mock_swapchain *swapchain = mock_find(handle);

    return swapchain != NULL && swapchain < &mock.swapchains[mock.sealed];
}

VkImage mock_released_image(XrSwapchain handle)
{
    const struct mock_swapchain *swapchain = mock_find(handle);

    if (swapchain == NULL || swapchain->releases == 0)
        return VK_NULL_HANDLE;
    return swapchain->images[(swapchain->releases - 1) % swapchain->image_count];
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_destroy_instance(XrInstance instance)
{
    (void)instance;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_create_vulkan_instance(XrInstance instance,
                                                                  const XrVulkanInstanceCreateInfoKHR *info,
                                                                  VkInstance *vulkan_instance, VkResult *result)
{
    (void)instance;
    (void)info;
    (void)vulkan_instance; // the test has put it there
    *result = VK_SUCCESS;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_create_session(XrInstance instance, const XrSessionCreateInfo *info,
                                                          XrSession *session)
{
    (void)instance;
    (void)info;
    *session = (XrSession)&mock.session;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_destroy_session(XrSession session)
{
    (void)session;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_create_swapchain(XrSession session, const XrSwapchainCreateInfo *info,
                                                            XrSwapchain *handle)
{
    struct mock_swapchain *swapchain = mock.swapchains;

    (void)session;
    if ((info->usageFlags & XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT) != 0 && XR_FAILED(mock.refuse_transfer))
        return mock.refuse_transfer;
    while (swapchain->used)
        swapchain++;
    *swapchain = (struct mock_swapchain){.used = true, .info = *info};
    swapchain->image_count = (info->createFlags & XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT) != 0 ? 1 : MOCK_IMAGES;
    for (unsigned i = 0; i < swapchain->image_count; i++)
        swapchain->images[i] = host_create_image(info->width, info->height, (VkFormat)info->format);
    *handle = (XrSwapchain)swapchain;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_destroy_swapchain(XrSwapchain handle)
{
    struct mock_swapchain *swapchain = mock_find(handle);

    CHECK(swapchain != NULL);
    if (swapchain == NULL)
        return XR_ERROR_HANDLE_INVALID;
    for (unsigned i = 0; i < swapchain->image_count; i++)
        host_destroy_image(swapchain->images[i]);
    swapchain->used = false;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_enumerate_images(XrSwapchain handle, uint32_t capacity, uint32_t *count,
                                                            XrSwapchainImageBaseHeader *images)
{
    const struct mock_swapchain *swapchain = mock_find(handle);
    XrSwapchainImageVulkanKHR *out = (XrSwapchainImageVulkanKHR *)images;

    *count = swapchain->image_count;
    for (uint32_t i = 0; i < capacity && i < swapchain->image_count; i++) {
        CHECK_INT(out[i].type, XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR);
        out[i].image = swapchain->images[i];
    }
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_acquire(XrSwapchain handle, const XrSwapchainImageAcquireInfo *info,
                                                   uint32_t *index)
{
    struct mock_swapchain *swapchain = mock_find(handle);

    (void)info;
    if (swapchain->acquires - swapchain->releases >= swapchain->image_count)
        return XR_ERROR_CALL_ORDER_INVALID;
    *index = swapchain->acquires++ % swapchain->image_count;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_wait(XrSwapchain handle, const XrSwapchainImageWaitInfo *info)
{
    struct mock_swapchain *swapchain = mock_find(handle);
    XrResult result = mock_is_apps(handle) || mock.sealed == 0 ? mock.app_wait : mock.own_wait;

    CHECK(mock_is_apps(handle) || mock.sealed == 0 || info->timeout <= 1000000);
    if (swapchain->waits == swapchain->acquires)
        return XR_ERROR_CALL_ORDER_INVALID;
    if (result == XR_SUCCESS)
        swapchain->waits++;
    return result;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_release(XrSwapchain handle, const XrSwapchainImageReleaseInfo *info)
{
    struct mock_swapchain *swapchain = mock_find(handle);

    (void)info;
    if (swapchain->releases == swapchain->waits)
        return XR_ERROR_CALL_ORDER_INVALID;
    swapchain->releases++;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL mock_end_frame(XrSession session, const XrFrameEndInfo *info)
{
    bool foreign = false;

    (void)session;
    mock.frames++;
    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[i];

        for (uint32_t v = 0; layer->type == XR_TYPE_COMPOSITION_LAYER_PROJECTION && v < layer->viewCount; v++)
            foreign = foreign || !mock_is_apps(layer->views[v].subImage.swapchain);
    }
    if (foreign && XR_FAILED(mock.reject_foreign))
        return mock.reject_foreign;
    mock.layer_count = info->layerCount;
    for (uint32_t i = 0; i < info->layerCount && i < 4; i++) {
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[i];

        mock.layers[i] = info->layers[i];
        if (layer->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION)
            continue;
        for (uint32_t v = 0; v < layer->viewCount && v < 2; v++) {
            mock.views[v] = layer->views[v];
            mock.shown[v] = layer->views[v].subImage.swapchain;
        }
    }
    return XR_SUCCESS;
}

XRAPI_ATTR XrResult XRAPI_CALL mock_get_proc_addr(XrInstance instance, const char *name, PFN_xrVoidFunction *function)
{
    static const struct {
        const char *name;
        PFN_xrVoidFunction function;
    } functions[] = {
        {"xrDestroyInstance", (PFN_xrVoidFunction)mock_destroy_instance},
        {"xrCreateVulkanInstanceKHR", (PFN_xrVoidFunction)mock_create_vulkan_instance},
        {"xrCreateSession", (PFN_xrVoidFunction)mock_create_session},
        {"xrDestroySession", (PFN_xrVoidFunction)mock_destroy_session},
        {"xrCreateSwapchain", (PFN_xrVoidFunction)mock_create_swapchain},
        {"xrDestroySwapchain", (PFN_xrVoidFunction)mock_destroy_swapchain},
        {"xrEnumerateSwapchainImages", (PFN_xrVoidFunction)mock_enumerate_images},
        {"xrAcquireSwapchainImage", (PFN_xrVoidFunction)mock_acquire},
        {"xrWaitSwapchainImage", (PFN_xrVoidFunction)mock_wait},
        {"xrReleaseSwapchainImage", (PFN_xrVoidFunction)mock_release},
        {"xrEndFrame", (PFN_xrVoidFunction)mock_end_frame},
    };

    (void)instance;
    *function = NULL;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0] && *function == NULL; i++) {
        if (strcmp(name, functions[i].name) == 0)
            *function = functions[i].function;
    }
    return *function != NULL ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED;
}

static VKAPI_ATTR VkResult VKAPI_CALL watch_submit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos,
                                                   VkFence fence)
{
    mock.submissions++;
    mock.queue_violations += !mock.in_queue_call;
    return vkQueueSubmit(queue, count, infos, fence);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_function(VkDevice device, const char *name)
{
    if (strcmp(name, "vkQueueSubmit") == 0)
        return (PFN_vkVoidFunction)watch_submit;
    return vkGetDeviceProcAddr(device, name);
}

PFN_vkVoidFunction VKAPI_CALL mock_get_vulkan(VkInstance instance, const char *name)
{
    if (strcmp(name, "vkGetDeviceProcAddr") == 0)
        return (PFN_vkVoidFunction)get_device_function;
    return vkGetInstanceProcAddr(instance, name);
}
