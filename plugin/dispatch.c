// SPDX-License-Identifier: Apache-2.0
// The list of all functions that the layer hooks.
#include "layer.h"

#include <string.h>

#include "chord.h"
#include "frame.h"
#include "frame_clock.h"
#include "session.h"
#include "spaces.h"
#include "swapchain.h"

PFN_xrVoidFunction layer_find_hook(const char *name)
{
    static const struct {
        const char *name;
        PFN_xrVoidFunction function;
    } hooks[] = {
        {"xrDestroyInstance", (PFN_xrVoidFunction)layer_xrDestroyInstance},
        {"xrCreateVulkanInstanceKHR", (PFN_xrVoidFunction)layer_xrCreateVulkanInstanceKHR},
        {"xrGetVulkanGraphicsDevice2KHR", (PFN_xrVoidFunction)layer_xrGetVulkanGraphicsDevice2KHR},
        {"xrCreateVulkanDeviceKHR", (PFN_xrVoidFunction)layer_xrCreateVulkanDeviceKHR},
        {"xrCreateSession", (PFN_xrVoidFunction)layer_xrCreateSession},
        {"xrDestroySession", (PFN_xrVoidFunction)layer_xrDestroySession},
        {"xrBeginSession", (PFN_xrVoidFunction)layer_xrBeginSession},
        {"xrCreateReferenceSpace", (PFN_xrVoidFunction)layer_xrCreateReferenceSpace},
        {"xrDestroySpace", (PFN_xrVoidFunction)layer_xrDestroySpace},
        {"xrCreateSwapchain", (PFN_xrVoidFunction)layer_xrCreateSwapchain},
        {"xrDestroySwapchain", (PFN_xrVoidFunction)layer_xrDestroySwapchain},
        {"xrAcquireSwapchainImage", (PFN_xrVoidFunction)layer_xrAcquireSwapchainImage},
        {"xrWaitSwapchainImage", (PFN_xrVoidFunction)layer_xrWaitSwapchainImage},
        {"xrReleaseSwapchainImage", (PFN_xrVoidFunction)layer_xrReleaseSwapchainImage},
        {"xrWaitFrame", (PFN_xrVoidFunction)layer_xrWaitFrame},
        {"xrSuggestInteractionProfileBindings", (PFN_xrVoidFunction)layer_xrSuggestInteractionProfileBindings},
        {"xrAttachSessionActionSets", (PFN_xrVoidFunction)layer_xrAttachSessionActionSets},
        {"xrSyncActions", (PFN_xrVoidFunction)layer_xrSyncActions},
        {"xrEndFrame", (PFN_xrVoidFunction)layer_xrEndFrame},
    };

    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
        if (strcmp(name, hooks[i].name) == 0)
            return hooks[i].function;
    }
    return NULL;
}
