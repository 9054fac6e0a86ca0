// SPDX-License-Identifier: Apache-2.0
// An OpenXR app with the layer under it and the mock runtime at the bottom; the program plays the loader as well. The
// app draws numbered pictures into its swapchains and hands over whatever frame the test has set up.
//
// Order: app_open, app_begin_session, app_add_swapchain, app_show, app_frame..., app_end_session, app_close.
#ifndef ARTEM_TEST_APP_H
#define ARTEM_TEST_APP_H

#include "mock_runtime.h"
#include "mock_gpu.h"
#include "vulkan_host.h"

enum {
    WIDTH = 60,
    HEIGHT = 44,
    RESOLUTION = 64, // of test.conf, above the pictures: their own size is used
    APP_SWAPCHAINS_MAX = 16,
    APP_LAYERS_MAX = 4,
    APP_VIEWS_MAX = 4
};

#define APP_FUNCTIONS(X)                                                                                               \
    X(xrDestroyInstance)                                                                                               \
    X(xrPollEvent)                                                                                                     \
    X(xrGetSystem)                                                                                                     \
    X(xrCreateSession)                                                                                                 \
    X(xrDestroySession)                                                                                                \
    X(xrBeginSession)                                                                                                  \
    X(xrEndSession)                                                                                                    \
    X(xrRequestExitSession)                                                                                            \
    X(xrDestroySpace)                                                                                                  \
    X(xrCreateReferenceSpace)                                                                                          \
    X(xrCreateSwapchain)                                                                                               \
    X(xrDestroySwapchain)                                                                                              \
    X(xrEnumerateSwapchainImages)                                                                                      \
    X(xrAcquireSwapchainImage)                                                                                         \
    X(xrWaitSwapchainImage)                                                                                            \
    X(xrReleaseSwapchainImage)                                                                                         \
    X(xrWaitFrame)                                                                                                     \
    X(xrBeginFrame)                                                                                                    \
    X(xrEndFrame)                                                                                                      \
    X(xrStringToPath)                                                                                                  \
    X(xrCreateActionSet)                                                                                               \
    X(xrCreateAction)                                                                                                  \
    X(xrSuggestInteractionProfileBindings)                                                                             \
    X(xrAttachSessionActionSets)                                                                                       \
    X(xrSyncActions)

struct app_functions {
#define X(name) PFN_##name name;
    APP_FUNCTIONS(X)
#undef X
};

struct app_swapchain {
    XrSwapchain handle;
    XrSwapchainCreateInfo info;
    VkImage images[3];
};

struct app {
    bool enable2; // or XR_KHR_vulkan_enable
    struct app_functions xr;
    XrInstance instance;
    XrSession session;
    XrSpace space;
    struct vulkan_device_params vulkan;
    struct mock_gpu gpu;
    XrTime display_time; // of the frame begun
    uint32_t seed;       // of the next picture
    uint32_t view_count; // of each layer
    struct app_swapchain swapchains[APP_SWAPCHAINS_MAX];
    unsigned swapchain_count;
    // The frame that app_end hands over, for tests to change.
    XrCompositionLayerProjectionView views[APP_LAYERS_MAX][APP_VIEWS_MAX];
    XrCompositionLayerDepthInfoKHR depth[APP_LAYERS_MAX][APP_VIEWS_MAX];
    XrCompositionLayerProjection projections[APP_LAYERS_MAX];
    const XrCompositionLayerBaseHeader *layers[APP_LAYERS_MAX + 4];
    XrFrameEndInfo frame;
};

extern struct app app;
// Of the next app_open: the app is alone with the runtime; the functions of Vulkan that the layer gets.
extern bool app_without_layer;
extern PFN_vkGetInstanceProcAddr app_get_vulkan;
// What the layer asks for the functions below it: the mock runtime's.
extern PFN_xrGetInstanceProcAddr app_below;
// Where the chain below has its faults: tells whether this is a right result of the app's call. A function that the app
// does not get has XR_ERROR_FUNCTION_UNSUPPORTED. NULL: XR_SUCCESS alone is right.
extern bool (*app_judge)(const char *function, XrResult result);

// Between app and layer, and between layer and runtime: another graphics API, in which the layer sees them (gl_app.h).
// NULL: Vulkan.
struct app_dialect {
    const char *(*open)(void); // NULL, or why it is not here
    void (*close)(void);
    PFN_xrGetInstanceProcAddr below;
    void (*stand_above)(void); // in app.xr
};
extern const struct app_dialect *app_dialect;

// A function as the app gets it, NULL if there is none.
PFN_xrVoidFunction app_get(const char *name);

// An instance through the layer, and where it gives its functions away. Any thread.
PFN_xrGetInstanceProcAddr app_make_instance(XrInstance *out_instance);
// NULL, or why there is no Vulkan device here. Makes an instance with the layer, and the app's Vulkan device.
const char *app_open(bool enable2);
// Called at its beginning where set, when the mock runtime has its default settings.
extern void (*app_before_open)(void);
// The app releases images before it draws in them, as Direct3D 11 under older Protons.
extern bool app_draws_late;
// Of the next session: its panels lie above another app's world (XR_EXTX_overlay).
extern bool app_is_overlay;
// The app makes Vulkan instances that it does not use, before the one that it does.
extern bool app_tries_twice;
// Destroys both. Checks that nothing is left, and that neither the runtime nor the validation layer had to complain.
void app_close(void);
// Whether both work here; if not, says that the test is skipped, and why.
bool app_has_device(void);

// Checks that a call's result is right; false if it is none of success.
bool app_check(const char *function, XrResult result);

// The app's device, for sessions.
XrGraphicsBindingVulkanKHR app_binding(void);
// False where a call has failed; the others are not made then.
bool app_begin_session(XrViewConfigurationType views);
// The session is destroyed with whatever it has. Checks that no foreign swapchain is left.
void app_end_session(void);

// For two eyes with enable2, and to the end.
void app_open_normal(void);
void app_close_normal(void);

// WIDTH x HEIGHT, BGRA8 sRGB; RGBA8 with OpenGL, which has no other.
XrSwapchainCreateInfo app_swapchain_info(void);
// Returns its number.
unsigned app_add_swapchain(const XrSwapchainCreateInfo *info);
// The result of trying to.
XrResult app_try_swapchain(const XrSwapchainCreateInfo *info);
void app_remove_swapchains(void);

// Sets a view of a projection layer, all of slice 0. Layers are handed over from the first to the last one set.
void app_show(unsigned layer, unsigned view, unsigned swapchain);
void app_set_rect(unsigned layer, unsigned view, int32_t x, int32_t y, int32_t width, int32_t height);
// A swapchain for each view of one layer, shown.
void app_show_views(const XrSwapchainCreateInfo *info);
// The same by calls that may rightly fail (app_judge); false if one has.
bool app_try_views(void);
// No layers any more, opaque.
void app_clear_frame(void);

// Around what uses the queue: the app's lock and flag.
void app_lock_queue(void);
void app_unlock_queue(void);
// The four calls that may use it.
XrResult app_acquire(XrSwapchain swapchain, uint32_t *out_index);
XrResult app_release(XrSwapchain swapchain);
XrResult app_wait(XrSwapchain swapchain);
void app_begin_frame(void);
XrResult app_end(void);
// Halves of these, where frames are waited for elsewhere.
XrResult app_begin_waited(void);
XrResult app_end_at(XrTime display_time);

// A new picture in all slices of an image. The queue is used.
void app_paint(const struct app_swapchain *swapchain, unsigned image);
// Acquires, waits, paints, releases; returns the release's result.
XrResult app_draw(unsigned swapchain);
// The same by calls that may rightly fail; false if one has.
bool app_try_draw(unsigned swapchain);
// All that are not static.
void app_draw_all(void);
// A whole frame, which must succeed.
void app_frame(void);

#endif
