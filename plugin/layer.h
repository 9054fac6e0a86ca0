// SPDX-License-Identifier: Apache-2.0
// The instance: what one XrInstance means to the layer, and the functions of the next layer or the runtime below it.
//
// Threads: OpenXR may be called from any thread. Objects are found through handle maps (handles.h); what two calls on
// one object may do at once is limited by the specification (destruction is externally synchronised, and so are all
// calls that may use the app's VkQueue), the rest is under the object's mutex. No mutex is held while calling down.
#ifndef ARTEM_PLUGIN_LAYER_H
#define ARTEM_PLUGIN_LAYER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>
#define EGL_NO_X11
#include <EGL/egl.h>
#define XR_NO_PROTOTYPES
#define XR_USE_GRAPHICS_API_VULKAN
#define XR_USE_GRAPHICS_API_OPENGL
#define XR_USE_GRAPHICS_API_OPENGL_ES
#define XR_USE_PLATFORM_EGL
#define XR_USE_TIMESPEC
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

#include "artem/config.h"
#include "artem_vk/device.h"
#include "negotiation.h"

#define LAYER_NAME "XR_APILAYER_ARTEM_style_transfer"

// Every function of the chain below that the layer calls.
#define LAYER_NEXT_FUNCTIONS(X)                                                                                        \
    X(xrDestroyInstance)                                                                                               \
    X(xrCreateSession)                                                                                                 \
    X(xrDestroySession)                                                                                                \
    X(xrBeginSession)                                                                                                  \
    X(xrWaitFrame)                                                                                                     \
    X(xrEndFrame)                                                                                                      \
    X(xrStringToPath)                                                                                                  \
    X(xrGetSystemProperties)                                                                                           \
    X(xrCreateActionSet)                                                                                               \
    X(xrDestroyActionSet)                                                                                              \
    X(xrCreateAction)                                                                                                  \
    X(xrSuggestInteractionProfileBindings)                                                                             \
    X(xrAttachSessionActionSets)                                                                                       \
    X(xrSyncActions)                                                                                                   \
    X(xrGetActionStateBoolean)                                                                                         \
    X(xrCreateReferenceSpace)                                                                                          \
    X(xrDestroySpace)                                                                                                  \
    X(xrEnumerateSwapchainFormats)                                                                                     \
    X(xrCreateSwapchain)                                                                                               \
    X(xrDestroySwapchain)                                                                                              \
    X(xrEnumerateSwapchainImages)                                                                                      \
    X(xrAcquireSwapchainImage)                                                                                         \
    X(xrWaitSwapchainImage)                                                                                            \
    X(xrReleaseSwapchainImage)                                                                                         \
    X(xrCreateVulkanInstanceKHR)                                                                                       \
    X(xrGetVulkanGraphicsDevice2KHR)                                                                                   \
    X(xrCreateVulkanDeviceKHR)                                                                                         \
    X(xrGetVulkanInstanceExtensionsKHR)                                                                                \
    X(xrGetVulkanDeviceExtensionsKHR)                                                                                  \
    X(xrConvertTimespecTimeToTimeKHR)                                                                                  \
    X(xrGetDisplayRefreshRateFB)

// Any but xrGetInstanceProcAddr and xrDestroyInstance may be NULL: extensions that the app did not enable, and whatever
// the chain below does not give away while the instance is made. What the layer needs it for is left out then. A
// function that is given to the app later is known from then on.
struct layer_next {
    PFN_xrGetInstanceProcAddr xrGetInstanceProcAddr;
#define X(name) _Atomic(PFN_##name) name;
    LAYER_NEXT_FUNCTIONS(X)
#undef X
};

struct chord;
struct layer_session;

// Entry points of the app's Vulkan, learned when an instance is made through XR_KHR_vulkan_enable2.
struct layer_vulkan_origin {
    VkInstance instance;
    uint32_t version; // that it was made for
    bool identifies;  // its devices can be asked for their UUIDs and for what they share
    PFN_vkGetInstanceProcAddr get_instance_proc_addr;
    VkPhysicalDevice physical; // that the runtime has named for it, VK_NULL_HANDLE before
    struct layer_vulkan_origin *next;
};

// What a device can do for the engine, because the app or the layer asked for it.
struct layer_extras {
    bool dot; // integer dot products
    enum vulkan_sharing sharing;
    bool clock;                // that can be related to the system's
    struct vulkan_async async; // a queue of the layer's own
};

// A device that was made through XR_KHR_vulkan_enable2.
struct layer_made_device {
    VkDevice handle;
    struct layer_extras extras;
    bool async_taken; // a session has that queue
    struct layer_made_device *next;
};

struct layer_instance {
    XrInstance handle;
    struct layer_next next;
    bool clock_added; // XR_KHR_convert_timespec_time is enabled, but not by the app
    struct artem_config *config;
    char app_name[XR_MAX_APPLICATION_NAME_SIZE];
    char exe_name[256];
    pthread_mutex_t mutex; // guards the lists
    struct layer_session *sessions;
    struct layer_vulkan_origin *origins;
    struct layer_made_device *made_devices;
    struct chord *chord;                    // NULL: none
    _Atomic(struct layer_instance *) *slot; // negotiate.c's reference, which ends with the instance
};

// Makes the layer active for a new XrInstance. NULL if memory is short, or if it could never be told that the instance
// ends: the layer is then transparent. `info`, the
// app's own, may be NULL; clock_added: XR_KHR_convert_timespec_time was enabled for the layer's sake.
struct layer_instance *layer_instance_create(XrInstance handle, PFN_xrGetInstanceProcAddr next_get_instance_proc_addr,
                                             const XrInstanceCreateInfo *info, bool clock_added);
// Whether the layer is to stay out of this app: artem.conf says allow = off, or DISABLE_ARTEM is set.
bool layer_is_denied(const XrInstanceCreateInfo *info);
bool layer_extension_is_enabled(const XrInstanceCreateInfo *info, const char *extension);
// The one active instance, or NULL.
struct layer_instance *layer_active(void);

// Keeps a function of the chain below that the app is about to get, if it was missing until now.
void layer_learn_next(struct layer_instance *instance, const char *name, PFN_xrVoidFunction function);

// At the beginning of each hook. An app gets a hook only where the chain below has the function; by pointers that it
// kept from an earlier instance it can come here without.
#define LAYER_CHECK_NEXT(instance, name)                                                                               \
    do {                                                                                                               \
        if ((instance) == NULL)                                                                                        \
            return XR_ERROR_HANDLE_INVALID;                                                                            \
        if ((instance)->next.name == NULL)                                                                             \
            return XR_ERROR_FUNCTION_UNSUPPORTED;                                                                      \
    } while (0)

// Our function for `name`, or NULL if the layer does not hook it. All hooks are listed in dispatch.c.
PFN_xrVoidFunction layer_find_hook(const char *name);

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroyInstance(XrInstance instance);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanInstanceKHR(XrInstance instance,
                                                               const XrVulkanInstanceCreateInfoKHR *info,
                                                               VkInstance *vulkan_instance, VkResult *vulkan_result);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrGetVulkanGraphicsDevice2KHR(XrInstance instance,
                                                                   const XrVulkanGraphicsDeviceGetInfoKHR *info,
                                                                   VkPhysicalDevice *physical);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanDeviceKHR(XrInstance instance,
                                                             const XrVulkanDeviceCreateInfoKHR *info, VkDevice *device,
                                                             VkResult *vulkan_result);
// Forgets all that they have remembered.
void layer_forget_vulkan(struct layer_instance *instance);
// What made the physical device: the instance for which the runtime named it, or the only one there is. Apps may make
// several, if only because a first try did not suit them. False: it is not known.
bool layer_find_origin(struct layer_instance *instance, VkPhysicalDevice physical,
                       struct layer_vulkan_origin *out_origin);
// False if the device was not made through this layer. Its own queue is for one session at a time: who gets it gives it
// back.
bool layer_find_device(struct layer_instance *instance, VkDevice device, struct layer_extras *out_extras);
void layer_return_async(struct layer_instance *instance, VkDevice device);
// Where `vulkan_instance` got its functions, NULL if it was not made through this layer.
PFN_vkGetInstanceProcAddr layer_find_vulkan(struct layer_instance *instance, VkInstance vulkan_instance);

// The structure of that type in a chain of them, NULL: none.
static inline const XrBaseInStructure *layer_find_chained(const void *chain, XrStructureType type)
{
    const XrBaseInStructure *next = chain;

    while (next != NULL && next->type != type)
        next = next->next;
    return next;
}

static inline uint64_t layer_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
