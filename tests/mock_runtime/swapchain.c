// SPDX-License-Identifier: Apache-2.0
// Swapchains: the order of acquire, wait and release.
#include "dispatch.h"

static const struct {
    VkFormat format;
    size_t pixel_size; // 0 = depth, not read
} formats[] = {
    {VK_FORMAT_R8G8B8A8_SRGB, 4},
    {VK_FORMAT_B8G8R8A8_SRGB, 4},
    {VK_FORMAT_R8G8B8A8_UNORM, 4},
    {VK_FORMAT_B8G8R8A8_UNORM, 4},
    {VK_FORMAT_R16G16B16A16_SFLOAT, 8},
    {VK_FORMAT_R16G16B16A16_UNORM, 8},
    {VK_FORMAT_A2B10G10R10_UNORM_PACK32, 4},
    {VK_FORMAT_D32_SFLOAT, 0},
    {VK_FORMAT_D24_UNORM_S8_UINT, 0},
    {VK_FORMAT_B10G11R11_UFLOAT_PACK32, 4},
    {VK_FORMAT_R32_SFLOAT, 4},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

size_t mock_pixel_size(int64_t format)
{
    for (unsigned i = 0; i < FORMATS; i++) {
        if (formats[i].format == (VkFormat)format)
            return formats[i].pixel_size;
    }
    return 0;
}

static bool is_usable(const struct mock_session *session, VkFormat format)
{
    VkFormatProperties properties;

    vkGetPhysicalDeviceFormatProperties(session->gpu.physical, format, &properties);
    return (properties.optimalTilingFeatures &
            (VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT | VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT)) != 0;
}

MOCK_FUNCTION(xrEnumerateSwapchainFormats)(XrSession handle, uint32_t capacity, uint32_t *count, int64_t *out)
{
    const struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrEnumerateSwapchainFormats");
    session = mock_find_session(handle, "xrEnumerateSwapchainFormats", &result);
    if (session == NULL)
        return result;
    *count = 0;
    for (unsigned i = 0; i < FORMATS; i++) {
        if (!is_usable(session, formats[i].format))
            continue;
        if (*count < capacity)
            out[*count] = formats[i].format;
        ++*count;
    }
    return capacity == 0 || capacity >= *count ? XR_SUCCESS : XR_ERROR_SIZE_INSUFFICIENT;
}

static void destroy_swapchain(struct mock_object *object)
{
    mock_free_images((struct mock_swapchain *)object);
}

static XrResult check_info(struct mock_session *session, const XrSwapchainCreateInfo *info)
{
    bool known = false;

    if (info == NULL || info->type != XR_TYPE_SWAPCHAIN_CREATE_INFO)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateSwapchain: wrong structure type");
    if (XR_FAILED(mock_settings.refuse_create))
        return mock_settings.refuse_create;
    if ((info->usageFlags & XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT) != 0 && XR_FAILED(mock_settings.refuse_transfer))
        return mock_settings.refuse_transfer;
    for (unsigned i = 0; i < FORMATS; i++)
        known = known || formats[i].format == (VkFormat)info->format;
    if (!known || !is_usable(session, (VkFormat)info->format))
        return XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED;
    if (info->width == 0 || info->height == 0 || info->sampleCount == 0 || info->mipCount == 0 ||
        info->arraySize == 0 || (info->faceCount != 1 && info->faceCount != 6))
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateSwapchain: impossible sizes");
    if (info->arraySize > 4 || info->sampleCount > 4)
        return XR_ERROR_FEATURE_UNSUPPORTED;
    return mock_check_usage(session, info);
}

MOCK_FUNCTION(xrCreateSwapchain)(XrSession handle, const XrSwapchainCreateInfo *info, XrSwapchain *out_swapchain)
{
    struct mock_session *session;
    struct mock_swapchain *swapchain;
    XrResult result;

    MOCK_ENTER("xrCreateSwapchain");
    session = mock_find_session(handle, "xrCreateSwapchain", &result);
    if (session == NULL)
        return result;
    result = check_info(session, info);
    if (XR_FAILED(result))
        return result;
    swapchain = mock_object_new(MOCK_SWAPCHAIN, sizeof *swapchain, session, destroy_swapchain);
    swapchain->session = session;
    swapchain->info = *info;
    swapchain->info.next = NULL;
    swapchain->image_count = (info->createFlags & XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT) != 0 ? 1 : MOCK_IMAGES;
    swapchain->slices = info->arraySize * info->faceCount;
    swapchain->slice_size = mock_settings.pixels ? mock_pixel_size(info->format) * info->width * info->height : 0;
    mock_make_images(swapchain);
    *out_swapchain = (XrSwapchain)swapchain;
    return XR_SUCCESS;
}

static struct mock_swapchain *find(XrSwapchain handle, const char *function, XrResult *out_result)
{
    struct mock_swapchain *swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle);

    *out_result = XR_SUCCESS;
    if (swapchain == NULL) {
        *out_result = mock_violation(XR_ERROR_HANDLE_INVALID, "%s: unknown swapchain", function);
    } else if (mock_settings.lose_session) {
        *out_result = XR_ERROR_SESSION_LOST;
        swapchain = NULL;
    }
    return swapchain;
}

MOCK_FUNCTION(xrDestroySwapchain)(XrSwapchain handle)
{
    MOCK_ENTER("xrDestroySwapchain");
    if (MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrDestroySwapchain: unknown swapchain");
    mock_object_destroy((void *)handle);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEnumerateSwapchainImages)
(XrSwapchain handle, uint32_t capacity, uint32_t *count, XrSwapchainImageBaseHeader *images)
{
    XrSwapchainImageVulkanKHR *out = (XrSwapchainImageVulkanKHR *)images;
    const struct mock_swapchain *swapchain;
    XrResult result;

    MOCK_ENTER("xrEnumerateSwapchainImages");
    swapchain = find(handle, "xrEnumerateSwapchainImages", &result);
    if (swapchain == NULL)
        return result;
    *count = swapchain->image_count;
    if (capacity == 0)
        return XR_SUCCESS;
    if (capacity < *count)
        return XR_ERROR_SIZE_INSUFFICIENT;
    for (uint32_t i = 0; i < *count; i++) {
        if (out[i].type != XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR)
            return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrEnumerateSwapchainImages: wrong structure type");
        out[i].image = swapchain->images[i].gpu.image;
    }
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrAcquireSwapchainImage)(XrSwapchain handle, const XrSwapchainImageAcquireInfo *info, uint32_t *index)
{
    struct mock_swapchain *swapchain;
    XrResult result;
    bool is_static;

    MOCK_ENTER("xrAcquireSwapchainImage");
    (void)info; // may be NULL
    swapchain = find(handle, "xrAcquireSwapchainImage", &result);
    if (swapchain == NULL)
        return result;
    is_static = (swapchain->info.createFlags & XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT) != 0;
    if (is_static && swapchain->acquires > 0)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrAcquireSwapchainImage: a static image a second time");
    if (swapchain->acquires - swapchain->releases >= swapchain->image_count)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrAcquireSwapchainImage: all images are acquired");
    *index = swapchain->acquires % swapchain->image_count;
    mock_check_released(swapchain->session, swapchain, "xrAcquireSwapchainImage");
    mock_prepare_acquired(swapchain, *index);
    swapchain->acquires++;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrWaitSwapchainImage)(XrSwapchain handle, const XrSwapchainImageWaitInfo *info)
{
    struct mock_swapchain *swapchain;
    XrResult result;

    MOCK_ENTER("xrWaitSwapchainImage");
    swapchain = find(handle, "xrWaitSwapchainImage", &result);
    if (swapchain == NULL)
        return result;
    if (info == NULL || info->type != XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrWaitSwapchainImage: wrong structure type");
    if (swapchain->waits == swapchain->acquires)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrWaitSwapchainImage: no image is acquired");
    if (swapchain->waits > swapchain->releases)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrWaitSwapchainImage: one was waited for already");
    if (!swapchain->claimed && mock_settings.watch_foreign && info->timeout > 1000000)
        mock_violation(XR_SUCCESS, "xrWaitSwapchainImage: a layer waits for longer than a millisecond");
    result = swapchain->claimed ? mock_settings.app_wait : mock_settings.foreign_wait;
    if (result == XR_SUCCESS)
        swapchain->waits++;
    return result;
}

MOCK_FUNCTION(xrReleaseSwapchainImage)(XrSwapchain handle, const XrSwapchainImageReleaseInfo *info)
{
    struct mock_swapchain *swapchain;
    XrResult result;

    MOCK_ENTER("xrReleaseSwapchainImage");
    (void)info; // may be NULL
    swapchain = find(handle, "xrReleaseSwapchainImage", &result);
    if (swapchain == NULL)
        return result;
    if (swapchain->releases == swapchain->waits)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrReleaseSwapchainImage: no image was waited for");
    mock_take_released(swapchain, swapchain->releases % swapchain->image_count);
    swapchain->releases++;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrUpdateSwapchainFB)(XrSwapchain handle, const XrSwapchainStateBaseHeaderFB *state)
{
    XrResult result;

    MOCK_ENTER("xrUpdateSwapchainFB");
    (void)state;
    find(handle, "xrUpdateSwapchainFB", &result);
    return result;
}

MOCK_FUNCTION(xrGetSwapchainStateFB)(XrSwapchain handle, XrSwapchainStateBaseHeaderFB *state)
{
    XrResult result;

    MOCK_ENTER("xrGetSwapchainStateFB");
    (void)state;
    find(handle, "xrGetSwapchainStateFB", &result);
    return result;
}

// For test programs.

void mock_claim(XrSwapchain handle)
{
    struct mock_swapchain *swapchain;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle);
    if (swapchain != NULL)
        swapchain->claimed = true;
}

bool mock_is_claimed(XrSwapchain handle)
{
    const struct mock_swapchain *swapchain;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle);
    return swapchain != NULL && swapchain->claimed;
}

unsigned mock_count_swapchains(bool claimed)
{
    const struct mock_swapchain *swapchain = NULL;
    unsigned count = 0;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    while ((swapchain = mock_object_next(swapchain, MOCK_SWAPCHAIN)) != NULL)
        count += swapchain->claimed == claimed;
    return count;
}

unsigned mock_count_sessions(void)
{
    const void *session = NULL;
    unsigned count = 0;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    while ((session = mock_object_next(session, MOCK_SESSION)) != NULL)
        count++;
    return count;
}

bool mock_get_swapchain(XrSwapchain handle, struct mock_swapchain_info *out_info)
{
    const struct mock_swapchain *swapchain;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle);
    if (swapchain == NULL)
        return false;
    *out_info = (struct mock_swapchain_info){
        .create = swapchain->info,
        .image_count = swapchain->image_count,
        .acquires = swapchain->acquires,
        .waits = swapchain->waits,
        .releases = swapchain->releases,
    };
    for (unsigned i = 0; i < swapchain->image_count; i++)
        out_info->images[i] = swapchain->images[i].gpu.image;
    return true;
}

const uint8_t *mock_get_released(XrSwapchain handle, size_t *out_slice_size)
{
    const struct mock_swapchain *swapchain;
    __attribute__((cleanup(mock_leave))) int lock = mock_enter();

    (void)lock;
    swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, handle);
    if (swapchain == NULL || swapchain->releases == 0 || swapchain->slice_size == 0)
        return NULL;
    *out_slice_size = swapchain->slice_size;
    return swapchain->images[(swapchain->releases - 1) % swapchain->image_count].content;
}
