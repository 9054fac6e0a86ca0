// SPDX-License-Identifier: Apache-2.0
// The mock runtime's own test: a right app gives no violation, and each wrong call gives one. Without this, a test that
// counts no violations would prove nothing.
#include "mock_runtime.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatch.h"
#include "mock_gpu.h"
#include "test.h"
#include "vulkan_host.h"

enum { SIDE = 16, VIEWS = 2 };

static struct vulkan_device_params vulkan;
static struct mock_gpu gpu;
static XrInstance instance;
static XrSession session;
static XrSpace space;
static XrSwapchain swapchains[VIEWS];
static VkImage images[VIEWS][3];
static XrTime display_time;

static XrCompositionLayerProjectionView views[VIEWS];
static XrCompositionLayerProjection projection;
static const XrCompositionLayerBaseHeader *layers[MOCK_LAYERS_MAX + 1];
static XrFrameEndInfo frame;

// Counts the violations of what came before.
#define EXPECT_VIOLATIONS(count) CHECK_INT(mock_take_violations(), count)
#define WRONG(call, result)                                                                                            \
    do {                                                                                                               \
        CHECK_INT(call, result);                                                                                       \
        EXPECT_VIOLATIONS(1);                                                                                          \
    } while (0)

static void open_session(void)
{
    static const char *const extensions[] = {XR_KHR_VULKAN_ENABLE_EXTENSION_NAME,
                                             XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME};
    const XrInstanceCreateInfo info = {
        .type = XR_TYPE_INSTANCE_CREATE_INFO, .enabledExtensionCount = 2, .enabledExtensionNames = extensions};
    const XrGraphicsBindingVulkanKHR binding = {
        .type = XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR,
        .instance = vulkan.instance,
        .physicalDevice = vulkan.physical_device,
        .device = vulkan.device,
        .queueFamilyIndex = vulkan.queue_family,
    };
    const XrSessionCreateInfo session_info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = 1};
    const XrSessionBeginInfo begin_info = {
        .type = XR_TYPE_SESSION_BEGIN_INFO,
        .primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
    };
    const XrReferenceSpaceCreateInfo space_info = {.type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
                                                   .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
                                                   .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}}};
    XrGraphicsRequirementsVulkanKHR requirements = {.type = XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN_KHR};
    PFN_xrVoidFunction function;

    CHECK_INT(mock_xrCreateInstance(&info, &instance), XR_SUCCESS);
    // Of an extension that is not enabled; enabled; without an instance.
    CHECK_INT(mock_get_proc_addr(instance, "xrCreateVulkanInstanceKHR", &function), XR_ERROR_FUNCTION_UNSUPPORTED);
    CHECK(function == NULL);
    CHECK_INT(mock_get_proc_addr(instance, "xrGetVulkanGraphicsDeviceKHR", &function), XR_SUCCESS);
    CHECK_INT(mock_get_proc_addr(XR_NULL_HANDLE, "xrEndFrame", &function), XR_ERROR_HANDLE_INVALID);
    WRONG(mock_xrCreateSession(instance, &session_info, &session), XR_ERROR_GRAPHICS_REQUIREMENTS_CALL_MISSING);
    CHECK_INT(mock_xrGetVulkanGraphicsRequirementsKHR(instance, 1, &requirements), XR_SUCCESS);
    CHECK_INT(mock_xrCreateSession(instance, &session_info, &session), XR_SUCCESS);
    WRONG(mock_xrWaitFrame(session, NULL, &(XrFrameState){0}), XR_ERROR_SESSION_NOT_RUNNING);
    CHECK_INT(mock_xrBeginSession(session, &begin_info), XR_SUCCESS);
    WRONG(mock_xrBeginSession(session, &begin_info), XR_ERROR_SESSION_RUNNING);
    CHECK_INT(mock_xrCreateReferenceSpace(session, &space_info, &space), XR_SUCCESS);
}

static XrSwapchainCreateInfo swapchain_info(void)
{
    return (XrSwapchainCreateInfo){
        .type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
        .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT,
        .format = VK_FORMAT_R8G8B8A8_UNORM,
        .sampleCount = 1,
        .width = SIDE,
        .height = SIDE,
        .faceCount = 1,
        .arraySize = 1,
        .mipCount = 1,
    };
}

static void list_images(XrSwapchain swapchain, VkImage out[3])
{
    struct mock_swapchain_info info;

    CHECK(mock_get_swapchain(swapchain, &info));
    memcpy(out, info.images, sizeof info.images);
}

static void describe_frame(void)
{
    for (int i = 0; i < VIEWS; i++)
        views[i] = (XrCompositionLayerProjectionView){
            .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW,
            .pose = {{0, 0, 0, 1}, {0, 0, 0}},
            .subImage = {swapchains[i], {{0, 0}, {SIDE, SIDE}}, 0},
        };
    projection = (XrCompositionLayerProjection){
        .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION, .space = space, .viewCount = VIEWS, .views = views};
    for (int i = 0; i <= MOCK_LAYERS_MAX; i++)
        layers[i] = (const XrCompositionLayerBaseHeader *)&projection;
    frame = (XrFrameEndInfo){
        .type = XR_TYPE_FRAME_END_INFO,
        .displayTime = display_time,
        .environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE,
        .layerCount = 1,
        .layers = layers,
    };
}

// Fills an image with a grey. It is in `layout` before and in `after` then.
static void fill(VkImage image, VkImageLayout layout, VkImageLayout after, float grey)
{
    const struct mock_gpu_image wrapped = {.image = image, .aspects = VK_IMAGE_ASPECT_COLOR_BIT};
    const VkImageSubresourceRange range = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    const VkClearColorValue colour = {{grey, grey, grey, 1}};
    VkCommandBuffer commands = mock_gpu_begin(&gpu);

    mock_gpu_barrier(commands, &wrapped, layout, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdClearColorImage(commands, image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &colour, 1, &range);
    mock_gpu_barrier(commands, &wrapped, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, after);
    mock_gpu_finish(&gpu);
}

static XrResult wait_image(XrSwapchain swapchain, XrDuration timeout)
{
    const XrSwapchainImageWaitInfo info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = timeout};

    return mock_xrWaitSwapchainImage(swapchain, &info);
}

static void draw(int view, float grey)
{
    uint32_t index;

    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[view], NULL, &index), XR_SUCCESS);
    CHECK_INT(wait_image(swapchains[view], XR_INFINITE_DURATION), XR_SUCCESS);
    fill(images[view][index], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, grey);
    CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[view], NULL), XR_SUCCESS);
}

static void begin_frame(void)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

    CHECK_INT(mock_xrWaitFrame(session, NULL, &state), XR_SUCCESS);
    CHECK_INT(mock_xrBeginFrame(session, NULL), XR_SUCCESS);
    display_time = state.predictedDisplayTime;
    describe_frame();
}

static void test_right_app(void)
{
    for (unsigned i = 0; i < 4; i++) {
        const struct mock_frame *got;
        struct mock_node *sent;
        const char *difference;

        begin_frame();
        draw(0, 0);
        draw(1, 1);
        CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
        got = mock_get_frame();
        CHECK_INT(mock_count_frames(), i + 1);
        CHECK_INT(got->view_count, VIEWS);
        for (unsigned p = 0; p < SIDE * SIDE * 4; p++) {
            CHECK_INT(got->views[0].slice[p], p % 4 == 3 ? 255 : 0);
            CHECK_INT(got->views[1].slice[p], 255);
        }
        sent = mock_copy(&frame);
        CHECK(mock_same(sent, got->info, &difference));
        mock_node_free(sent);
    }
    EXPECT_VIOLATIONS(0);
}

static void test_swapchain_order(void)
{
    XrSwapchainCreateInfo info = swapchain_info();
    XrSwapchain once;
    uint32_t index;

    WRONG(wait_image(swapchains[0], 0), XR_ERROR_CALL_ORDER_INVALID);
    WRONG(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    WRONG(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(wait_image(swapchains[0], 0), XR_SUCCESS);
    WRONG(wait_image(swapchains[0], 0), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    WRONG(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_SUCCESS);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(wait_image(swapchains[0], 0), XR_SUCCESS);
        CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_SUCCESS);
    }
    WRONG(mock_xrReleaseSwapchainImage((XrSwapchain)(uintptr_t)16, NULL), XR_ERROR_HANDLE_INVALID);
    WRONG(mock_xrReleaseSwapchainImage((XrSwapchain)session, NULL), XR_ERROR_HANDLE_INVALID); // another kind

    info.createFlags = XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT;
    CHECK_INT(mock_xrCreateSwapchain(session, &info, &once), XR_SUCCESS);
    CHECK_INT(mock_xrAcquireSwapchainImage(once, NULL, &index), XR_SUCCESS);
    CHECK_INT(wait_image(once, 0), XR_SUCCESS);
    CHECK_INT(mock_xrReleaseSwapchainImage(once, NULL), XR_SUCCESS);
    WRONG(mock_xrAcquireSwapchainImage(once, NULL, &index), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock_xrDestroySwapchain(once), XR_SUCCESS);
    WRONG(mock_xrDestroySwapchain(once), XR_ERROR_HANDLE_INVALID);
    info.type = XR_TYPE_FRAME_END_INFO;
    WRONG(mock_xrCreateSwapchain(session, &info, &once), XR_ERROR_VALIDATION_FAILURE);
    EXPECT_VIOLATIONS(0);
}

static void test_frame_order(void)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

    WRONG(mock_xrBeginFrame(session, NULL), XR_ERROR_CALL_ORDER_INVALID);
    WRONG(mock_xrEndFrame(session, &frame), XR_ERROR_CALL_ORDER_INVALID);
    begin_frame();
    CHECK_INT(mock_xrWaitFrame(session, NULL, &state), XR_SUCCESS);
    CHECK_INT(mock_xrBeginFrame(session, NULL), XR_FRAME_DISCARDED);
    frame.displayTime = state.predictedDisplayTime + 1;
    WRONG(mock_xrEndFrame(session, &frame), XR_SUCCESS); // a time that nobody predicted
    EXPECT_VIOLATIONS(0);
}

// One field of the frame is spoilt at a time.
static void test_frame_contents(void)
{
    const XrSwapchainCreateInfo info = swapchain_info();
    XrSwapchain empty;

    begin_frame();
    CHECK_INT(mock_xrCreateSwapchain(session, &info, &empty), XR_SUCCESS);
#define SPOILT(change, result)                                                                                         \
    do {                                                                                                               \
        describe_frame();                                                                                              \
        change;                                                                                                        \
        WRONG(mock_xrEndFrame(session, &frame), result);                                                               \
    } while (0)
    SPOILT(frame.type = XR_TYPE_FRAME_BEGIN_INFO, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(frame.displayTime = 0, XR_ERROR_TIME_INVALID);
    SPOILT(frame.environmentBlendMode = 0, XR_ERROR_ENVIRONMENT_BLEND_MODE_UNSUPPORTED);
    SPOILT(frame.layerCount = MOCK_LAYERS_MAX + 1, XR_ERROR_LAYER_LIMIT_EXCEEDED);
    SPOILT(frame.layers = NULL, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(layers[0] = NULL, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(projection.type = XR_TYPE_COMPOSITION_LAYER_CUBE_KHR, XR_ERROR_LAYER_INVALID); // not offered
    SPOILT(projection.space = XR_NULL_HANDLE, XR_ERROR_HANDLE_INVALID);
    SPOILT(projection.viewCount = 1, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(views[1].type = XR_TYPE_VIEW, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(views[1].pose.orientation.w = 0, XR_ERROR_POSE_INVALID);
    SPOILT(views[1].subImage.imageArrayIndex = 1, XR_ERROR_VALIDATION_FAILURE);
    SPOILT(views[1].subImage.imageRect.extent.width = SIDE + 1, XR_ERROR_SWAPCHAIN_RECT_INVALID);
    SPOILT(views[1].subImage.imageRect.offset.y = -1, XR_ERROR_SWAPCHAIN_RECT_INVALID);
    SPOILT(views[1].subImage.imageRect.extent.height = 0, XR_ERROR_SWAPCHAIN_RECT_INVALID);
    SPOILT(views[1].subImage.swapchain = (XrSwapchain)session, XR_ERROR_HANDLE_INVALID);
    SPOILT(views[1].subImage.swapchain = empty, XR_ERROR_LAYER_INVALID); // nothing was released
#undef SPOILT
    describe_frame();
    CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
    CHECK_INT(mock_xrDestroySwapchain(empty), XR_SUCCESS);
    EXPECT_VIOLATIONS(0);
}

static void test_released_images(void)
{
    struct mock_swapchain_info info;
    uint32_t index;
    VkImage latest;

    draw(0, 0);
    CHECK(mock_get_swapchain(swapchains[0], &info));
    latest = images[0][(info.releases - 1) % info.image_count];
    fill(latest, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, 0.5f);
    begin_frame();
    WRONG(mock_xrEndFrame(session, &frame), XR_SUCCESS);
    WRONG(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    CHECK_INT(wait_image(swapchains[0], 0), XR_SUCCESS);
    CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_SUCCESS);
    mock_take_violations();
    // As it was: nothing to complain of any more.
    fill(latest, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, 0);
    begin_frame();
    CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
    EXPECT_VIOLATIONS(0);
}

static void test_queue(void)
{
    PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)mock_get_vulkan(vulkan.instance, "vkGetDeviceProcAddr");
    PFN_vkQueueSubmit submit = (PFN_vkQueueSubmit)get(vulkan.device, "vkQueueSubmit");
    PFN_vkQueueWaitIdle wait_queue = (PFN_vkQueueWaitIdle)get(vulkan.device, "vkQueueWaitIdle");
    PFN_vkDeviceWaitIdle wait_device = (PFN_vkDeviceWaitIdle)get(vulkan.device, "vkDeviceWaitIdle");

    WRONG(submit(gpu.queue, 0, NULL, VK_NULL_HANDLE), VK_SUCCESS);
    mock_queue_allowed = true;
    CHECK_INT(submit(gpu.queue, 0, NULL, VK_NULL_HANDLE), VK_SUCCESS);
    EXPECT_VIOLATIONS(0);
    WRONG(wait_queue(gpu.queue), VK_SUCCESS); // whatever the moment
    WRONG(wait_device(vulkan.device), VK_SUCCESS);
    mock_queue_allowed = false;
    CHECK_INT(mock_count_submissions(), 2);
    CHECK(get(vulkan.device, "vkNoSuchFunction") == NULL);
}

static void test_foreign_waits(void)
{
    uint32_t index;

    mock_settings.watch_foreign = true;
    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    WRONG(wait_image(swapchains[0], 1000001), XR_SUCCESS);
    CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_SUCCESS);
    mock_claim(swapchains[0]);
    draw(0, 0);
    mock_settings.watch_foreign = false;
    EXPECT_VIOLATIONS(0);
}

static bool is_same(const XrFrameEndInfo *arrived)
{
    struct mock_node *a = mock_copy(&frame), *b = mock_copy(arrived);
    const char *difference;
    bool same = mock_same(a, b, &difference);

    CHECK(same == (difference == NULL));
    mock_node_free(a);
    mock_node_free(b);
    return same;
}

// What a layer below an app may change in a frame, and what not.
static void test_comparison(void)
{
    XrBaseInStructure unknown = {.type = (XrStructureType)0x7ffffff0}, copy = unknown;
    XrCompositionLayerProjectionView other_views[VIEWS];
    XrCompositionLayerProjection other = {0};
    const XrCompositionLayerBaseHeader *other_layers[] = {(const XrCompositionLayerBaseHeader *)&other};
    XrFrameEndInfo arrived;

#define CHANGED(change, same)                                                                                          \
    do {                                                                                                               \
        describe_frame();                                                                                              \
        views[0].next = &unknown;                                                                                      \
        memcpy(other_views, views, sizeof views);                                                                      \
        memcpy(&other, &projection, sizeof other);                                                                     \
        memcpy(&arrived, &frame, sizeof frame);                                                                        \
        other.views = other_views;                                                                                     \
        arrived.layers = other_layers;                                                                                 \
        change;                                                                                                        \
        CHECK(is_same(&arrived) == same);                                                                              \
    } while (0)
    CHANGED((void)0, true);
    CHANGED(other_views[1].subImage.swapchain = XR_NULL_HANDLE, true);
    CHANGED(other_views[1].subImage.imageArrayIndex = 1, false);
    CHANGED(other_views[1].subImage.imageRect.offset.x = 1, false);
    CHANGED(other_views[0].next = NULL, false);
    CHANGED(other_views[0].next = &copy, false); // of unknown size, so it cannot be a copy
    CHANGED(other_views[1].next = &unknown, false);
    CHANGED(other_views[1].fov.angleLeft = 1, false);
    CHANGED(other.layerFlags = 1, false);
    CHANGED(other.viewCount = 1, false);
    CHANGED(other.type = XR_TYPE_COMPOSITION_LAYER_CUBE_KHR, false);
    CHANGED(arrived.displayTime++, false);
    CHANGED(arrived.layerCount = 0, false);
#undef CHANGED
}

static void test_faults(void)
{
    struct mock_fault fault;

    CHECK(mock_parse_fault("xrEndFrame:5:XR_ERROR_SESSION_LOST", &fault));
    CHECK_STR(fault.function, "xrEndFrame");
    CHECK(fault.first == 5 && fault.count == 1 && fault.result == XR_ERROR_SESSION_LOST);
    CHECK(!mock_parse_fault("xrEndFrame:5", &fault) && !mock_parse_fault("xrEndFrame:5:XR_NO_SUCH", &fault));
    mock_settings.faults[0] = (struct mock_fault){"xrCreateSwapchain", 2, 1, XR_ERROR_OUT_OF_MEMORY};
    for (int i = 1; i <= 3; i++) {
        const XrSwapchainCreateInfo info = swapchain_info();
        XrSwapchain swapchain;
        XrResult result = mock_xrCreateSwapchain(session, &info, &swapchain);

        CHECK_INT(result, i == 2 ? XR_ERROR_OUT_OF_MEMORY : XR_SUCCESS);
        if (result == XR_SUCCESS)
            CHECK_INT(mock_xrDestroySwapchain(swapchain), XR_SUCCESS);
    }
    mock_settings.lose_session = true;
    CHECK_INT(mock_xrEndFrame(session, &frame), XR_ERROR_SESSION_LOST);
    mock_settings.lose_session = false;
    EXPECT_VIOLATIONS(0);
}

static void test_pacing(void)
{
    XrTime first;
    XrDuration period = (XrDuration)(1e9 / 90);

    mock_settings.rate_hz = 90;
    begin_frame();
    CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
    first = display_time;
    for (unsigned i = 0; i < 3; i++) {
        begin_frame();
        CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
        CHECK(display_time > first);
        CHECK_INT((display_time - first) % period, 0);
    }
    begin_frame();
    const unsigned before = mock_count_missed();
    while (mock_now() <= display_time)
        usleep(1000);
    CHECK_INT(mock_xrEndFrame(session, &frame), XR_SUCCESS);
    CHECK_INT(mock_count_missed(), before + 1);
    mock_settings.rate_hz = 0;
    EXPECT_VIOLATIONS(0);
}

static XrSessionState next_state(void)
{
    XrEventDataBuffer event = {.type = XR_TYPE_EVENT_DATA_BUFFER};

    if (mock_xrPollEvent(instance, &event) != XR_SUCCESS)
        return XR_SESSION_STATE_UNKNOWN;
    CHECK_INT(event.type, XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED);
    return ((const XrEventDataSessionStateChanged *)&event)->state;
}

static void test_states(void)
{
    static const XrSessionState up[] = {XR_SESSION_STATE_IDLE, XR_SESSION_STATE_READY, XR_SESSION_STATE_SYNCHRONIZED,
                                        XR_SESSION_STATE_VISIBLE, XR_SESSION_STATE_FOCUSED},
                                down[] = {XR_SESSION_STATE_VISIBLE, XR_SESSION_STATE_SYNCHRONIZED,
                                          XR_SESSION_STATE_STOPPING};

    for (unsigned i = 0; i < 5; i++)
        CHECK_INT(next_state(), up[i]);
    CHECK_INT(next_state(), XR_SESSION_STATE_UNKNOWN);
    WRONG(mock_xrEndSession(session), XR_ERROR_SESSION_NOT_STOPPING);
    CHECK_INT(mock_xrRequestExitSession(session), XR_SUCCESS);
    for (unsigned i = 0; i < 3; i++)
        CHECK_INT(next_state(), down[i]);
    CHECK_INT(mock_xrEndSession(session), XR_SUCCESS);
    CHECK_INT(next_state(), XR_SESSION_STATE_IDLE);
    CHECK_INT(next_state(), XR_SESSION_STATE_EXITING);
}

// The runtime's own copy begins at the layout that the specification asks for: another one is told by the validation
// layer. Returns whether there is one.
static bool release_in_wrong_layout(void)
{
    const char *wanted = getenv("ARTEM_TEST_VALIDATION");
    VkLayerProperties properties[64];
    uint32_t count = 64, index;
    bool validated = false;

    vkEnumerateInstanceLayerProperties(&count, properties);
    for (uint32_t i = 0; i < count; i++)
        validated = validated || strcmp(properties[i].layerName, "VK_LAYER_KHRONOS_validation") == 0;
    if (!validated || (wanted != NULL && strcmp(wanted, "off") == 0))
        return false;
    CHECK_INT(mock_xrAcquireSwapchainImage(swapchains[0], NULL, &index), XR_SUCCESS);
    CHECK_INT(wait_image(swapchains[0], 0), XR_SUCCESS);
    fill(images[0][index], VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_GENERAL, 0);
    fprintf(stderr, "a complaint of the validation layer follows:\n");
    CHECK_INT(mock_xrReleaseSwapchainImage(swapchains[0], NULL), XR_SUCCESS);
    return true;
}

int main(void)
{
    const XrSwapchainCreateInfo info = swapchain_info();
    const char *missing = host_open(&vulkan);
    bool validated;

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    mock_reset();
    mock_gpu_open(&gpu, vulkan.physical_device, vulkan.device, vulkan.queue_family, 0);
    open_session();
    for (int i = 0; i < VIEWS; i++) {
        CHECK_INT(mock_xrCreateSwapchain(session, &info, &swapchains[i]), XR_SUCCESS);
        list_images(swapchains[i], images[i]);
    }
    test_right_app();
    test_swapchain_order();
    test_frame_order();
    test_frame_contents();
    test_released_images();
    test_queue();
    test_foreign_waits();
    test_comparison();
    test_faults();
    test_pacing();
    validated = release_in_wrong_layout();
    test_states();
    CHECK_INT(mock_count_swapchains(true) + mock_count_swapchains(false), VIEWS);
    CHECK_INT(mock_xrDestroyInstance(instance), XR_SUCCESS); // with all that it has
    CHECK_INT(mock_count_swapchains(true) + mock_count_swapchains(false) + mock_count_sessions(), 0);
    EXPECT_VIOLATIONS(0);
    mock_gpu_close(&gpu);
    mock_reset();
    CHECK((host_close() > 0) == validated);
    return test_result();
}
