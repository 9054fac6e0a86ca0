// SPDX-License-Identifier: Apache-2.0
// An OpenXR runtime inside the test program: swapchains with real Vulkan images, and switches for what may go wrong.
#ifndef ARTEM_TEST_MOCK_RUNTIME_H
#define ARTEM_TEST_MOCK_RUNTIME_H

#include "layer.h"

enum { MOCK_IMAGES = 3, MOCK_SWAPCHAINS = 16 };

struct mock_swapchain {
    bool used;
    XrSwapchainCreateInfo info;
    VkImage images[MOCK_IMAGES];
    unsigned image_count;
    unsigned acquires, waits, releases; // counts; image = (count - 1) % image_count
};

struct mock_state {
    char instance, session; // their addresses are the handles
    struct mock_swapchain swapchains[MOCK_SWAPCHAINS];
    bool in_queue_call;        // inside a call that may use the app's queue
    unsigned queue_violations; // submissions outside of them
    unsigned submissions;
    XrResult refuse_transfer; // result of xrCreateSwapchain with TRANSFER_SRC usage
    unsigned sealed;          // swapchains below this index are the app's (mock_seal)
    XrResult own_wait;        // result of waiting for images of other swapchains
    XrResult app_wait;
    XrResult reject_foreign; // result of xrEndFrame for frames that refer to such
    unsigned frames;         // xrEndFrame calls
    XrSwapchain shown[2];    // what the latest accepted frame's views referred to
    XrCompositionLayerProjectionView views[2];
    const XrCompositionLayerBaseHeader *layers[4];
    uint32_t layer_count;
};

extern struct mock_state mock;

XRAPI_ATTR XrResult XRAPI_CALL mock_get_proc_addr(XrInstance instance, const char *name, PFN_xrVoidFunction *function);

// All that exists now is the app's.
void mock_seal(void);
bool mock_is_apps(XrSwapchain swapchain);
struct mock_swapchain *mock_find(XrSwapchain swapchain);
// The image that a compositor would show now.
VkImage mock_released_image(XrSwapchain swapchain);

// A vkGetInstanceProcAddr whose devices watch the use of the queue.
PFN_vkVoidFunction VKAPI_CALL mock_get_vulkan(VkInstance instance, const char *name);

#endif
