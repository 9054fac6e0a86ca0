// SPDX-License-Identifier: Apache-2.0
// Every function of the runtime: name, and the extension that it belongs to ("" = core).
#ifndef ARTEM_MOCK_DISPATCH_H
#define ARTEM_MOCK_DISPATCH_H

#include "mock_internal.h"

#define MOCK_FUNCTIONS(X)                                                                                              \
    X(xrEnumerateApiLayerProperties, "")                                                                               \
    X(xrEnumerateInstanceExtensionProperties, "")                                                                      \
    X(xrCreateInstance, "")                                                                                            \
    X(xrDestroyInstance, "")                                                                                           \
    X(xrGetInstanceProperties, "")                                                                                     \
    X(xrPollEvent, "")                                                                                                 \
    X(xrResultToString, "")                                                                                            \
    X(xrStructureTypeToString, "")                                                                                     \
    X(xrStringToPath, "")                                                                                              \
    X(xrPathToString, "")                                                                                              \
    X(xrGetSystem, "")                                                                                                 \
    X(xrGetSystemProperties, "")                                                                                       \
    X(xrEnumerateEnvironmentBlendModes, "")                                                                            \
    X(xrEnumerateViewConfigurations, "")                                                                               \
    X(xrGetViewConfigurationProperties, "")                                                                            \
    X(xrEnumerateViewConfigurationViews, "")                                                                           \
    X(xrCreateSession, "")                                                                                             \
    X(xrDestroySession, "")                                                                                            \
    X(xrBeginSession, "")                                                                                              \
    X(xrEndSession, "")                                                                                                \
    X(xrRequestExitSession, "")                                                                                        \
    X(xrEnumerateReferenceSpaces, "")                                                                                  \
    X(xrCreateReferenceSpace, "")                                                                                      \
    X(xrGetReferenceSpaceBoundsRect, "")                                                                               \
    X(xrCreateActionSpace, "")                                                                                         \
    X(xrLocateSpace, "")                                                                                               \
    X(xrDestroySpace, "")                                                                                              \
    X(xrLocateViews, "")                                                                                               \
    X(xrEnumerateSwapchainFormats, "")                                                                                 \
    X(xrCreateSwapchain, "")                                                                                           \
    X(xrDestroySwapchain, "")                                                                                          \
    X(xrEnumerateSwapchainImages, "")                                                                                  \
    X(xrAcquireSwapchainImage, "")                                                                                     \
    X(xrWaitSwapchainImage, "")                                                                                        \
    X(xrReleaseSwapchainImage, "")                                                                                     \
    X(xrWaitFrame, "")                                                                                                 \
    X(xrBeginFrame, "")                                                                                                \
    X(xrEndFrame, "")                                                                                                  \
    X(xrCreateActionSet, "")                                                                                           \
    X(xrDestroyActionSet, "")                                                                                          \
    X(xrCreateAction, "")                                                                                              \
    X(xrDestroyAction, "")                                                                                             \
    X(xrSuggestInteractionProfileBindings, "")                                                                         \
    X(xrAttachSessionActionSets, "")                                                                                   \
    X(xrGetCurrentInteractionProfile, "")                                                                              \
    X(xrGetActionStateBoolean, "")                                                                                     \
    X(xrGetActionStateFloat, "")                                                                                       \
    X(xrGetActionStateVector2f, "")                                                                                    \
    X(xrGetActionStatePose, "")                                                                                        \
    X(xrSyncActions, "")                                                                                               \
    X(xrEnumerateBoundSourcesForAction, "")                                                                            \
    X(xrGetInputSourceLocalizedName, "")                                                                               \
    X(xrApplyHapticFeedback, "")                                                                                       \
    X(xrStopHapticFeedback, "")                                                                                        \
    X(xrGetVulkanInstanceExtensionsKHR, XR_KHR_VULKAN_ENABLE_EXTENSION_NAME)                                           \
    X(xrGetVulkanDeviceExtensionsKHR, XR_KHR_VULKAN_ENABLE_EXTENSION_NAME)                                             \
    X(xrGetVulkanGraphicsDeviceKHR, XR_KHR_VULKAN_ENABLE_EXTENSION_NAME)                                               \
    X(xrGetVulkanGraphicsRequirementsKHR, XR_KHR_VULKAN_ENABLE_EXTENSION_NAME)                                         \
    X(xrCreateVulkanInstanceKHR, XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME)                                                 \
    X(xrCreateVulkanDeviceKHR, XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME)                                                   \
    X(xrGetVulkanGraphicsDevice2KHR, XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME)                                             \
    X(xrGetVulkanGraphicsRequirements2KHR, XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME)                                       \
    X(xrConvertTimespecTimeToTimeKHR, XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME)                                     \
    X(xrConvertTimeToTimespecTimeKHR, XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME)                                     \
    X(xrGetDisplayRefreshRateFB, XR_FB_DISPLAY_REFRESH_RATE_EXTENSION_NAME)                                            \
    X(xrUpdateSwapchainFB, XR_FB_SWAPCHAIN_UPDATE_STATE_EXTENSION_NAME)                                                \
    X(xrGetSwapchainStateFB, XR_FB_SWAPCHAIN_UPDATE_STATE_EXTENSION_NAME)

// Declared as the header's function types have it, so that a wrong signature does not compile.
#define X(name, extension) __typeof__(*(PFN_##name)0) mock_##name;
MOCK_FUNCTIONS(X)
#undef X

#endif
