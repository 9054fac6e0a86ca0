// SPDX-License-Identifier: Apache-2.0
// A strict OpenXR runtime for tests, on whatever Vulkan device there is. It works like a headset runtime, shows
// nothing, checks every call, and records what it gets. This is what a test program that links it may use; README.md
// tells how it works as a runtime of its own.
//
// Threads: the OpenXR functions are thread-safe. The functions below and the settings are for moments at which no other
// thread calls, except mock_queue_allowed and mock_get_vulkan.
#ifndef ARTEM_MOCK_RUNTIME_H
#define ARTEM_MOCK_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vulkan/vulkan.h>
#define XR_USE_GRAPHICS_API_VULKAN
#define XR_USE_TIMESPEC
#include <time.h>
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

enum { MOCK_FAULTS_MAX = 8, MOCK_RECORDED_VIEWS_MAX = 64, MOCK_LAYERS_MAX = 16 };

// Call number `first` of a function (1 = the next one) and `count` - 1 after it do nothing and return `result`.
struct mock_fault {
    char function[64];
    unsigned first, count;
    XrResult result;
};

struct mock_settings {
    double rate_hz;                            // 0 = frames are not paced
    double told_hz;                            // the rate that is told then, 0 = 90
    double display_hz;                         // of xrGetDisplayRefreshRateFB, 0 = rate_hz or 90
    bool pixels;                               // contents of released images are recorded, and watched while it is true
    XrViewConfigurationType views;             // the preferred view configuration
    uint32_t width, height;                    // recommended for each view
    unsigned exit_after;                       // ask the app to stop after so many frames; 0 = never
    XrResult refuse_create;                    // of xrCreateSwapchain, XR_SUCCESS = allowed
    XrResult refuse_transfer;                  // of xrCreateSwapchain with TRANSFER_SRC usage
    const char *instance_extensions;           // that xrGetVulkanInstanceExtensionsKHR demands; NULL = none
    const char *device_extensions;             // likewise
    bool refuse_extensions;                    // xrCreateVulkanDeviceKHR with device extensions fails in Vulkan
    PFN_vkCreateDevice create_device;          // that it uses, NULL = libvulkan's
    XrResult reject_foreign;                   // of xrEndFrame that refers to swapchains that are not the app's
    XrResult reject_foreign_quads;             // the same for quad layers
    uint32_t layers;                           // that a frame may have, at most MOCK_LAYERS_MAX
    XrResult app_wait, foreign_wait;           // of xrWaitSwapchainImage
    bool watch_foreign;                        // foreign swapchains may be waited for a millisecond at most
    bool lose_session;                         // every call on a session returns XR_ERROR_SESSION_LOST
    struct mock_fault faults[MOCK_FAULTS_MAX]; // unused ones have no function
};

extern struct mock_settings mock_settings;

// Asked at every call, under the runtime's lock: another result than XR_SUCCESS, and the call does nothing but return
// it. NULL: nobody is asked. Not touched by mock_reset.
extern XrResult (*mock_intercept)(const char *function);

// Defaults again; forgets violations, counts and the recorded frame.
void mock_reset(void);

// The next event but those that wait already: the instance will be lost now.
void mock_tell_loss(XrInstance instance);

// What a loader would ask the runtime for.
XRAPI_ATTR XrResult XRAPI_CALL mock_get_proc_addr(XrInstance instance, const char *name, PFN_xrVoidFunction *function);

// Violations of the specification by whoever calls, also those that the runtime answered with an error. Returns how
// many there were since the last call and forgets them. They are printed when they happen.
unsigned mock_take_violations(void);

// Marks a swapchain as the app's. All others are foreign: made by a layer.
void mock_claim(XrSwapchain swapchain);
bool mock_is_claimed(XrSwapchain swapchain);

// Objects that are alive.
unsigned mock_count_swapchains(bool claimed);
unsigned mock_count_sessions(void);
// Calls of a function since mock_reset.
unsigned mock_count_calls(const char *function);

struct mock_swapchain_info {
    XrSwapchainCreateInfo create; // next is NULL
    unsigned image_count;
    VkImage images[3];
    unsigned acquires, waits, releases; // successful ones
};
// False if there is no such swapchain.
bool mock_get_swapchain(XrSwapchain swapchain, struct mock_swapchain_info *out_info);

// The latest released image of a swapchain, as it was then: rows without gaps, one array slice after the other,
// multisampled images resolved. NULL without one. Valid until the next release.
const uint8_t *mock_get_released(XrSwapchain swapchain, size_t *out_slice_size);
// Bytes per pixel; 0 for formats that the runtime does not read.
size_t mock_pixel_size(int64_t format);

// Input. A button's path ("/user/hand/left/input/thumbstick/click", not copied), pressed from now on or let go.
void mock_press(const char *button, bool down);
// Bindings suggested for a controller; action sets in the latest successful xrSyncActions.
unsigned mock_count_bindings(XrPath profile);
unsigned mock_count_active_sets(void);

// A copy of a structure with everything that it points to.
struct mock_node {
    XrStructureType type;
    const void *address; // of the original
    size_t size;         // of `bytes`; the head only, for types that the runtime does not know
    bool known;
    struct mock_node *next; // its next chain
    struct mock_node **children;
    uint32_t child_count;
    unsigned char *bytes; // pointers in it are the original's
};

struct mock_node *mock_copy(const void *structure);
void mock_node_free(struct mock_node *node);
// Compares what an app sent with what arrived. Pointers may differ where they lead to equal structures; the swapchain
// of a projection view may differ. False: *out_difference tells the first difference.
bool mock_same(const struct mock_node *sent, const struct mock_node *arrived, const char **out_difference);

// A view of a projection layer as it arrived.
struct mock_view {
    unsigned layer, view;
    XrCompositionLayerProjectionView info; // next is the sender's
    bool claimed;
    int64_t format;
    uint32_t width, height; // of the whole image
    const uint8_t *slice;   // its pixels when the frame ended; NULL if there are none
};

struct mock_frame {
    XrResult result;
    struct mock_node *info;
    unsigned view_count;
    struct mock_view views[MOCK_RECORDED_VIEWS_MAX];
};

// The latest frame of any session that was sent to xrEndFrame, and how many have been. Valid until the next one.
const struct mock_frame *mock_get_frame(void);
unsigned mock_count_frames(void);
// Frames that ended later than their predicted display time; only with a rate.
unsigned mock_count_missed(void);

// Whether the latest xrCreateVulkanDeviceKHR asked for this device extension.
bool mock_has_device_extension(const char *name);

// A vkGetInstanceProcAddr for the app to hand over: devices complain about any use of the queue while
// mock_queue_allowed is false, and about waiting for a whole queue or device always. The app sets the flag around the
// four OpenXR calls that may use its queue.
PFN_vkVoidFunction VKAPI_CALL mock_get_vulkan(VkInstance instance, const char *name);
extern _Thread_local bool mock_queue_allowed;
// Submissions through such devices since mock_reset.
unsigned mock_count_submissions(void);

#endif
