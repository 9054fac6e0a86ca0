// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_CLI_DOCTOR_SESSION_H
#define ARTEM_CLI_DOCTOR_SESSION_H

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>
#define XR_NO_PROTOTYPES
#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

// Makes a Vulkan device as XR_KHR_vulkan_enable2, which the instance must have, wants it, and a session on it. NULL, or
// what fails.
const char *doctor_try_session(PFN_xrGetInstanceProcAddr get, XrInstance instance, XrSystemId system);

#endif
