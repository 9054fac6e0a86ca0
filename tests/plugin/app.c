// SPDX-License-Identifier: Apache-2.0
// The loader's and the app's side of OpenXR.
#include "app.h"

#include <pthread.h>

#include "app_paint.h"
#include "fake_engine.h"
#include "negotiation.h"
#include "test.h"

struct app app;
const struct app_dialect *app_dialect;
bool app_without_layer;
PFN_vkGetInstanceProcAddr app_get_vulkan = mock_get_vulkan;
PFN_xrGetInstanceProcAddr app_below = mock_get_proc_addr;
bool (*app_judge)(const char *function, XrResult result);
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER; // what the specification asks the app to synchronise
static PFN_xrGetInstanceProcAddr get_proc_addr;           // of the layer

bool app_check(const char *function, XrResult result)
{
    CHECK(true);
    if (app_judge != NULL ? !app_judge(function, result) : result != XR_SUCCESS)
        TEST_FAIL("%s returns %d", function, result);
    return result == XR_SUCCESS;
}

PFN_xrVoidFunction app_get(const char *name)
{
    PFN_xrVoidFunction function = NULL;

    if (XR_FAILED(get_proc_addr(app.instance, name, &function)))
        return NULL;
    return function;
}

static XRAPI_ATTR XrResult XRAPI_CALL create_at_the_end(const XrInstanceCreateInfo *info,
                                                        const struct api_layer_create_info *layer_info,
                                                        XrInstance *instance)
{
    PFN_xrVoidFunction create;

    (void)layer_info;
    mock_get_proc_addr(XR_NULL_HANDLE, "xrCreateInstance", &create);
    return ((PFN_xrCreateInstance)create)(info, instance);
}

PFN_xrGetInstanceProcAddr app_make_instance(XrInstance *out_instance)
{
    const char *const extensions[] = {
        app.enable2 ? XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME : XR_KHR_VULKAN_ENABLE_EXTENSION_NAME,
        XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME,
        XR_KHR_COMPOSITION_LAYER_CYLINDER_EXTENSION_NAME,
        XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME,
        XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME,
        XR_VARJO_QUAD_VIEWS_EXTENSION_NAME,
        XR_MSFT_SECONDARY_VIEW_CONFIGURATION_EXTENSION_NAME,
        XR_FB_DISPLAY_REFRESH_RATE_EXTENSION_NAME,
        XR_FB_SWAPCHAIN_UPDATE_STATE_EXTENSION_NAME,
        XR_FB_FOVEATION_EXTENSION_NAME,
    };
    const struct loader_info loader = {
        .struct_type = LOADER_STRUCT_LOADER_INFO,
        .struct_version = 1,
        .struct_size = sizeof loader,
        .min_interface_version = 1,
        .max_interface_version = 1,
        .min_api_version = XR_MAKE_VERSION(1, 0, 0),
        .max_api_version = XR_MAKE_VERSION(1, 0x3ff, 0xfff),
    };
    struct api_layer_request layer = {
        .struct_type = LOADER_STRUCT_API_LAYER_REQUEST, .struct_version = 1, .struct_size = sizeof layer};
    struct api_layer_next_info next = {
        .struct_type = LOADER_STRUCT_API_LAYER_NEXT_INFO,
        .struct_version = 1,
        .struct_size = sizeof next,
        .layer_name = "XR_APILAYER_ARTEM_style_transfer",
        .next_get_instance_proc_addr = app_dialect != NULL ? app_dialect->below : app_below,
        .next_create_api_layer_instance = create_at_the_end,
    };
    const struct api_layer_create_info layer_info = {
        .struct_type = LOADER_STRUCT_API_LAYER_CREATE_INFO,
        .struct_version = 1,
        .struct_size = sizeof layer_info,
        .next_info = &next,
    };
    XrInstanceCreateInfo info = {
        .type = XR_TYPE_INSTANCE_CREATE_INFO,
        .applicationInfo = {.applicationName = "layer test", .apiVersion = XR_CURRENT_API_VERSION},
        .enabledExtensionCount = sizeof extensions / sizeof extensions[0],
        .enabledExtensionNames = extensions,
    };

    if (app_without_layer) {
        layer.get_instance_proc_addr = app_dialect != NULL ? app_dialect->below : mock_get_proc_addr;
        layer.create_api_layer_instance = create_at_the_end;
    } else {
        CHECK_INT(xrNegotiateLoaderApiLayerInterface(&loader, next.layer_name, &layer), XR_SUCCESS);
    }
    CHECK_INT(layer.create_api_layer_instance(&info, &layer_info, out_instance), XR_SUCCESS);
    return layer.get_instance_proc_addr;
}

static void open_instance(void)
{
    get_proc_addr = app_make_instance(&app.instance);
#define X(name)                                                                                                        \
    app.xr.name = (PFN_##name)app_get(#name);                                                                          \
    app_check(#name, app.xr.name != NULL ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED);
    APP_FUNCTIONS(X)
#undef X
    if (app_dialect != NULL)
        app_dialect->stand_above();
}

// The app's Vulkan through the runtime: XR_KHR_vulkan_enable2.

bool app_tries_twice;

static VkResult through_create_instance(const VkInstanceCreateInfo *info, VkInstance *out_instance)
{
    const XrVulkanInstanceCreateInfoKHR xr_info = {
        .type = XR_TYPE_VULKAN_INSTANCE_CREATE_INFO_KHR,
        .systemId = 1,
        .pfnGetInstanceProcAddr = app_get_vulkan,
        .vulkanCreateInfo = info,
    };
    VkResult result = VK_ERROR_UNKNOWN;
    VkInstance others[2] = {VK_NULL_HANDLE};

    for (unsigned i = 0; i < 2 && app_tries_twice; i++) // different handles, one of which may come again
        CHECK_INT(((PFN_xrCreateVulkanInstanceKHR)app_get("xrCreateVulkanInstanceKHR"))(app.instance, &xr_info,
                                                                                        &others[i], &result),
                  XR_SUCCESS);
    for (unsigned i = 0; i < 2 && app_tries_twice; i++)
        ((PFN_vkDestroyInstance)app_get_vulkan(others[i], "vkDestroyInstance"))(others[i], NULL);
    CHECK_INT(((PFN_xrCreateVulkanInstanceKHR)app_get("xrCreateVulkanInstanceKHR"))(app.instance, &xr_info,
                                                                                    out_instance, &result),
              XR_SUCCESS);
    return result;
}

static VkResult through_find_device(VkInstance vulkan, VkPhysicalDevice *out_device)
{
    const XrVulkanGraphicsDeviceGetInfoKHR info = {
        .type = XR_TYPE_VULKAN_GRAPHICS_DEVICE_GET_INFO_KHR, .systemId = 1, .vulkanInstance = vulkan};

    return XR_SUCCEEDED(((PFN_xrGetVulkanGraphicsDevice2KHR)app_get("xrGetVulkanGraphicsDevice2KHR"))(
               app.instance, &info, out_device))
               ? VK_SUCCESS
               : VK_ERROR_INITIALIZATION_FAILED;
}

static VkResult through_create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info, VkDevice *out_device)
{
    const XrVulkanDeviceCreateInfoKHR xr_info = {
        .type = XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR,
        .systemId = 1,
        .pfnGetInstanceProcAddr = app_get_vulkan,
        .vulkanPhysicalDevice = physical,
        .vulkanCreateInfo = info,
    };
    VkResult result = VK_ERROR_UNKNOWN;

    CHECK_INT(
        ((PFN_xrCreateVulkanDeviceKHR)app_get("xrCreateVulkanDeviceKHR"))(app.instance, &xr_info, out_device, &result),
        XR_SUCCESS);
    return result;
}

static void ask_requirements(void)
{
    XrGraphicsRequirementsVulkanKHR requirements = {.type = XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN_KHR};

    if (app.enable2)
        CHECK_INT(((PFN_xrGetVulkanGraphicsRequirements2KHR)app_get("xrGetVulkanGraphicsRequirements2KHR"))(
                      app.instance, 1, &requirements),
                  XR_SUCCESS);
    else
        CHECK_INT(((PFN_xrGetVulkanGraphicsRequirementsKHR)app_get("xrGetVulkanGraphicsRequirementsKHR"))(
                      app.instance, 1, &requirements),
                  XR_SUCCESS);
}

void (*app_before_open)(void);
bool app_is_overlay, app_draws_late;

const char *app_open(bool enable2)
{
    static const struct host_makers through = {through_create_instance, through_find_device, through_create_device};
    const char *missing;

    mock_reset();
    mock_settings.watch_foreign = true;
    if (app_before_open != NULL)
        app_before_open();
    memset(&fake_engine, 0, sizeof fake_engine);
    memset(&app, 0, sizeof app);
    app.enable2 = enable2;
    missing = app_dialect != NULL ? app_dialect->open() : NULL;
    if (missing != NULL)
        return missing;
    open_instance();
    ask_requirements();
    missing = enable2 ? host_open_through(&through, &app.vulkan) : host_open(&app.vulkan);
    if (missing == NULL)
        mock_gpu_open(&app.gpu, app.vulkan.physical_device, app.vulkan.device, app.vulkan.queue_family, 0);
    return missing;
}

void app_close(void)
{
    CHECK_INT(app.xr.xrDestroyInstance(app.instance), XR_SUCCESS);
    if (app_dialect != NULL)
        app_dialect->close();
    app_paint_forget();
    mock_gpu_close(&app.gpu);
    CHECK_INT(mock_take_violations(), 0);
    CHECK_INT(mock_count_swapchains(true) + mock_count_swapchains(false) + mock_count_sessions(), 0);
    CHECK_INT(fake_engine.engines + fake_engine.networks + fake_engine.styles, 0);
    CHECK_INT(host_close(), 0); // complaints of the validation layer, and objects left behind
}

XrGraphicsBindingVulkanKHR app_binding(void)
{
    return (XrGraphicsBindingVulkanKHR){
        .type = XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR,
        .instance = app.vulkan.instance,
        .physicalDevice = app.vulkan.physical_device,
        .device = app.vulkan.device,
        .queueFamilyIndex = app.vulkan.queue_family,
    };
}

bool app_begin_session(XrViewConfigurationType views)
{
    const XrSessionCreateInfoOverlayEXTX overlay = {.type = XR_TYPE_SESSION_CREATE_INFO_OVERLAY_EXTX};
    XrGraphicsBindingVulkanKHR binding = app_binding();
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = 1};
    const XrSessionBeginInfo begin_info = {.type = XR_TYPE_SESSION_BEGIN_INFO, .primaryViewConfigurationType = views};
    const XrReferenceSpaceCreateInfo space_info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };

    binding.next = app_is_overlay ? &overlay : NULL;
    app.view_count = views == XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO         ? 1
                     : views == XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO ? 4
                                                                              : 2;
    app.swapchain_count = 0;
    app.space = XR_NULL_HANDLE;
    app_clear_frame();
    return app_check("xrCreateSession", app.xr.xrCreateSession(app.instance, &info, &app.session)) &&
           app_check("xrBeginSession", app.xr.xrBeginSession(app.session, &begin_info)) &&
           app_check("xrCreateReferenceSpace", app.xr.xrCreateReferenceSpace(app.session, &space_info, &app.space));
}

void app_end_session(void)
{
    // Some are left to the session.
    if (app.swapchain_count > 0)
        app_check("xrDestroySwapchain", app.xr.xrDestroySwapchain(app.swapchains[--app.swapchain_count].handle));
    if (app_check("xrDestroySession", app.xr.xrDestroySession(app.session)))
        CHECK_INT(mock_count_swapchains(false), 0);
    app.session = XR_NULL_HANDLE;
    app.swapchain_count = 0;
}

XrSwapchainCreateInfo app_swapchain_info(void)
{
    return (XrSwapchainCreateInfo){
        .type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
        .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_SAMPLED_BIT |
                      XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT,
        .format = app_dialect != NULL ? VK_FORMAT_R8G8B8A8_SRGB : VK_FORMAT_B8G8R8A8_SRGB,
        .sampleCount = 1,
        .width = WIDTH,
        .height = HEIGHT,
        .faceCount = 1,
        .arraySize = 1,
        .mipCount = 1,
    };
}

XrResult app_try_swapchain(const XrSwapchainCreateInfo *info)
{
    struct app_swapchain *swapchain = &app.swapchains[app.swapchain_count];
    XrSwapchainImageVulkanKHR images[3] = {{.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR}};
    uint32_t count = 0;
    XrResult result = app.xr.xrCreateSwapchain(app.session, info, &swapchain->handle);

    if (XR_FAILED(result))
        return result;
    mock_claim(swapchain->handle);
    swapchain->info = *info;
    app.swapchain_count++;
    result = app.xr.xrEnumerateSwapchainImages(swapchain->handle, 3, &count, (XrSwapchainImageBaseHeader *)images);
    for (uint32_t i = 0; i < count; i++)
        swapchain->images[i] = images[i].image;
    return result;
}

unsigned app_add_swapchain(const XrSwapchainCreateInfo *info)
{
    CHECK_INT(app_try_swapchain(info), XR_SUCCESS);
    return app.swapchain_count - 1;
}

void app_remove_swapchains(void)
{
    while (app.swapchain_count > 0)
        CHECK_INT(app.xr.xrDestroySwapchain(app.swapchains[--app.swapchain_count].handle), XR_SUCCESS);
    app_clear_frame();
}

void app_clear_frame(void)
{
    memset(app.views, 0, sizeof app.views);
    memset(app.depth, 0, sizeof app.depth);
    memset(app.projections, 0, sizeof app.projections);
    memset(&app.frame, 0, sizeof app.frame);
    app.frame.type = XR_TYPE_FRAME_END_INFO;
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    app.frame.layers = app.layers;
}

void app_show(unsigned layer, unsigned view, unsigned swapchain)
{
    XrCompositionLayerProjectionView *shown = &app.views[layer][view];
    XrCompositionLayerProjection *projection = &app.projections[layer];
    const XrSwapchainCreateInfo *info = &app.swapchains[swapchain].info;
    float side = view >= 2 ? 0.35f : 0.8f; // the inner views of four

    shown->type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW;
    shown->next = NULL;
    shown->pose = (XrPosef){{0, 0, 0, 1}, {(float)view, 0, 0}};
    shown->fov = (XrFovf){-side, side, 0.7f * side, -0.7f * side};
    shown->subImage.swapchain = app.swapchains[swapchain].handle;
    shown->subImage.imageRect = (XrRect2Di){{0, 0}, {(int32_t)info->width, (int32_t)info->height}};
    shown->subImage.imageArrayIndex = 0;
    projection->type = XR_TYPE_COMPOSITION_LAYER_PROJECTION;
    projection->space = app.space;
    projection->viewCount = app.view_count;
    projection->views = app.views[layer];
    app.layers[layer] = (const XrCompositionLayerBaseHeader *)projection;
    if (app.frame.layerCount <= layer)
        app.frame.layerCount = layer + 1;
}

void app_set_rect(unsigned layer, unsigned view, int32_t x, int32_t y, int32_t width, int32_t height)
{
    app.views[layer][view].subImage.imageRect = (XrRect2Di){{x, y}, {width, height}};
}

void app_show_views(const XrSwapchainCreateInfo *info)
{
    for (unsigned i = 0; i < app.view_count; i++)
        app_show(0, i, app_add_swapchain(info));
}

bool app_try_views(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    for (unsigned i = 0; i < app.view_count; i++) {
        if (!app_check("xrCreateSwapchain", app_try_swapchain(&info)))
            return false;
        app_show(0, i, i);
    }
    return true;
}

void app_lock_queue(void)
{
    pthread_mutex_lock(&queue);
    mock_queue_allowed = true;
}

void app_unlock_queue(void)
{
    mock_queue_allowed = false;
    pthread_mutex_unlock(&queue);
}

XrResult app_acquire(XrSwapchain swapchain, uint32_t *out_index)
{
    XrResult result;

    app_lock_queue();
    result = app.xr.xrAcquireSwapchainImage(swapchain, NULL, out_index);
    app_unlock_queue();
    return result;
}

XrResult app_release(XrSwapchain swapchain)
{
    XrResult result;

    app_lock_queue();
    result = app.xr.xrReleaseSwapchainImage(swapchain, NULL);
    app_unlock_queue();
    return result;
}

XrResult app_wait(XrSwapchain swapchain)
{
    const XrSwapchainImageWaitInfo info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = XR_INFINITE_DURATION};

    return app.xr.xrWaitSwapchainImage(swapchain, &info);
}

XrResult app_begin_waited(void)
{
    XrResult result;

    app_lock_queue();
    result = app.xr.xrBeginFrame(app.session, NULL);
    app_unlock_queue();
    return result;
}

void app_begin_frame(void)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

    CHECK_INT(app.xr.xrWaitFrame(app.session, NULL, &state), XR_SUCCESS);
    app.display_time = state.predictedDisplayTime;
    CHECK(XR_SUCCEEDED(app_begin_waited())); // a frame whose end failed is discarded
}

XrResult app_end_at(XrTime display_time)
{
    XrResult result;

    app.frame.displayTime = display_time;
    app_lock_queue();
    result = app.xr.xrEndFrame(app.session, &app.frame);
    app_unlock_queue();
    return result;
}

XrResult app_end(void)
{
    return app_end_at(app.display_time);
}

void app_paint(const struct app_swapchain *swapchain, unsigned image)
{
    app_lock_queue();
    app_paint_image(swapchain, image, app.seed++);
    app_unlock_queue();
}

XrResult app_draw(unsigned number)
{
    const struct app_swapchain *swapchain = &app.swapchains[number];
    uint32_t index = 0;

    CHECK_INT(app_acquire(swapchain->handle, &index), XR_SUCCESS);
    CHECK_INT(app_wait(swapchain->handle), XR_SUCCESS);
    if (app_draws_late) {
        const XrResult result = app_release(swapchain->handle);
        app_paint(swapchain, index);
        return result;
    }
    app_paint(swapchain, index);
    return app_release(swapchain->handle);
}

bool app_try_draw(unsigned number)
{
    const struct app_swapchain *swapchain = &app.swapchains[number];
    uint32_t index = 0;

    if (!app_check("xrAcquireSwapchainImage", app_acquire(swapchain->handle, &index)) ||
        !app_check("xrWaitSwapchainImage", app_wait(swapchain->handle)))
        return false;
    app_paint(swapchain, index);
    return app_check("xrReleaseSwapchainImage", app_release(swapchain->handle));
}

void app_draw_all(void)
{
    for (unsigned i = 0; i < app.swapchain_count; i++) {
        struct mock_swapchain_info info;
        bool is_static = (app.swapchains[i].info.createFlags & XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT) != 0;

        CHECK(mock_get_swapchain(app.swapchains[i].handle, &info));
        if (!is_static || info.releases == 0)
            CHECK_INT(app_draw(i), XR_SUCCESS);
    }
}

void app_frame(void)
{
    app_begin_frame();
    app_draw_all();
    CHECK_INT(app_end(), XR_SUCCESS);
}

bool app_has_device(void)
{
    const char *missing = app_open(true);

    if (missing == NULL)
        app_close();
    else
        fprintf(stderr, "skipped: %s\n", missing);
    return missing == NULL;
}

void app_open_normal(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK(app_open(true) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
}

void app_close_normal(void)
{
    app_end_session();
    app_close();
}
