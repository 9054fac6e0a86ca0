// SPDX-License-Identifier: Apache-2.0
// The app's side of the frame tests.
#include "mock_app.h"

#include "fake_engine.h"
#include "frame.h"
#include "test.h"
#include "vulkan_host.h"

struct mock_app app;
static struct layer_instance *instance;
static XrSession session;

void app_build_frame(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        app.depth[i] = (XrCompositionLayerDepthInfoKHR){.type = XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR};
        app.views[i] = (XrCompositionLayerProjectionView){
            .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW,
            .next = &app.depth[i],
            .pose = {{0, 0, 0, 1}, {(float)i, 0, 0}},
            .fov = {-0.8f, 0.8f, 0.7f, -0.7f},
            .subImage = {app.eyes[i], {{0, 0}, {WIDTH, HEIGHT}}, 0},
        };
    }
    app.projection = (XrCompositionLayerProjection){
        .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION, .viewCount = 2, .views = app.views};
    app.quad = (XrCompositionLayerQuad){.type = XR_TYPE_COMPOSITION_LAYER_QUAD};
    app.layers[0] = (const XrCompositionLayerBaseHeader *)&app.projection;
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&app.quad;
    app.frame = (XrFrameEndInfo){
        .type = XR_TYPE_FRAME_END_INFO,
        .displayTime = 12345,
        .environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE,
        .layerCount = 2,
        .layers = app.layers,
    };
}

XrSwapchainCreateInfo app_swapchain_info(void)
{
    return (XrSwapchainCreateInfo){
        .type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
        .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_SAMPLED_BIT,
        .format = VK_FORMAT_B8G8R8A8_SRGB,
        .sampleCount = 1,
        .width = WIDTH,
        .height = HEIGHT,
        .faceCount = 1,
        .arraySize = 1,
        .mipCount = 1,
    };
}

void app_make_swapchains(const XrSwapchainCreateInfo *info)
{
    for (int i = 0; i < 2; i++)
        CHECK_INT(layer_xrCreateSwapchain(session, info, &app.eyes[i]), XR_SUCCESS);
    mock_seal();
    app_build_frame();
}

void app_start(bool enable2)
{
    const XrInstanceCreateInfo instance_info = {.type = XR_TYPE_INSTANCE_CREATE_INFO};
    const XrGraphicsBindingVulkanKHR binding = {
        .type = XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR,
        .instance = app.vulkan.instance,
        .physicalDevice = app.vulkan.physical_device,
        .device = app.vulkan.device,
        .queueFamilyIndex = app.vulkan.queue_family,
    };
    const XrSessionCreateInfo session_info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = 1};
    const XrVulkanInstanceCreateInfoKHR vulkan_info = {.pfnGetInstanceProcAddr = mock_get_vulkan};
    VkInstance vulkan_instance = app.vulkan.instance;
    VkResult result;

    memset(&mock, 0, sizeof mock);
    memset(&fake_engine, 0, sizeof fake_engine);
    instance = layer_instance_create((XrInstance)&mock.instance, mock_get_proc_addr, &instance_info);
    CHECK(instance != NULL);
    if (enable2)
        CHECK_INT(layer_xrCreateVulkanInstanceKHR(instance->handle, &vulkan_info, &vulkan_instance, &result),
                  XR_SUCCESS);
    CHECK_INT(layer_xrCreateSession(instance->handle, &session_info, &session), XR_SUCCESS);
}

void app_start_normal(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_start(true);
    app_make_swapchains(&info);
}

void app_stop(void)
{
    CHECK_INT(layer_xrDestroySwapchain(app.eyes[1]), XR_SUCCESS);
    CHECK_INT(layer_xrDestroySession(session), XR_SUCCESS); // app.eyes[0] is left to the session
    for (unsigned i = 0; i < MOCK_SWAPCHAINS; i++) {
        CHECK(!mock.swapchains[i].used || i < mock.sealed);
        for (unsigned k = 0; mock.swapchains[i].used && k < mock.swapchains[i].image_count; k++)
            host_destroy_image(mock.swapchains[i].images[k]);
    }
    CHECK_INT(layer_xrDestroyInstance((XrInstance)&mock.instance), XR_SUCCESS);
    CHECK_INT(mock.queue_violations, 0);
    CHECK_INT(fake_engine.engines + fake_engine.networks + fake_engine.styles, 0);
}

void app_make_picture(uint8_t *data, uint8_t value)
{
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 4; i++)
        data[i] = (uint8_t)(value + i * 7 + i / 97 * 31);
}

XrResult app_draw(int eye)
{
    uint8_t data[WIDTH * HEIGHT * 4];
    const XrSwapchainImageWaitInfo wait_info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO,
                                                .timeout = XR_INFINITE_DURATION};
    uint32_t index;
    XrResult result;

    mock.in_queue_call = true;
    CHECK_INT(layer_xrAcquireSwapchainImage(app.eyes[eye], NULL, &index), XR_SUCCESS);
    mock.in_queue_call = false;
    CHECK_INT(layer_xrWaitSwapchainImage(app.eyes[eye], &wait_info), mock.app_wait);
    app_make_picture(data, app.seed++);
    host_write_image(mock_find(app.eyes[eye])->images[index], WIDTH, HEIGHT, data);
    mock.in_queue_call = true;
    result = layer_xrReleaseSwapchainImage(app.eyes[eye], NULL);
    mock.in_queue_call = false;
    return result;
}

XrResult app_end(void)
{
    XrResult result;

    mock.in_queue_call = true;
    result = layer_xrEndFrame(session, &app.frame);
    mock.in_queue_call = false;
    return result;
}

void app_frame(void)
{
    CHECK_INT(app_draw(0), XR_SUCCESS);
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
}
