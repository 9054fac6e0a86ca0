// SPDX-License-Identifier: Apache-2.0
// The dry run's session, on a Vulkan device as an app makes one: through XR_KHR_vulkan_enable2.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

enum { FAMILIES_MAX = 32 };

// The functions that it takes; false if one is missing.
#define XR_FUNCTIONS(X)                                                                                                \
    X(xrGetVulkanGraphicsRequirements2KHR)                                                                             \
    X(xrCreateVulkanInstanceKHR)                                                                                       \
    X(xrGetVulkanGraphicsDevice2KHR)                                                                                   \
    X(xrCreateVulkanDeviceKHR)                                                                                         \
    X(xrCreateSession)                                                                                                 \
    X(xrDestroySession)

struct attempt {
    XrInstance instance;
    XrSystemId system;
    PFN_vkGetInstanceProcAddr vulkan_get;
    VkInstance vulkan;
    VkPhysicalDevice physical;
    VkDevice device;
    uint32_t family;
#define X(name) PFN_##name name;
    XR_FUNCTIONS(X)
#undef X
};

static const char *load(struct attempt *a, PFN_xrGetInstanceProcAddr get)
{
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL); // for the rest of this process

    a->vulkan_get = library != NULL ? (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr") : NULL;
    if (a->vulkan_get == NULL)
        return "libvulkan.so.1 cannot be opened";
#define X(name)                                                                                                        \
    if (XR_FAILED(get(a->instance, #name, (PFN_xrVoidFunction *)&a->name)) || a->name == NULL)                         \
        return "the runtime lacks " #name;
    XR_FUNCTIONS(X)
#undef X
    return NULL;
}

static const char *make_vulkan_instance(struct attempt *a)
{
    XrGraphicsRequirementsVulkan2KHR requirements = {.type = XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN2_KHR};
    const VkApplicationInfo app = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = "artem doctor",
        .apiVersion = VK_API_VERSION_1_1,
    };
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
    const XrVulkanInstanceCreateInfoKHR create = {
        .type = XR_TYPE_VULKAN_INSTANCE_CREATE_INFO_KHR,
        .systemId = a->system,
        .pfnGetInstanceProcAddr = a->vulkan_get,
        .vulkanCreateInfo = &info,
    };
    VkResult result = VK_SUCCESS;

    if (XR_FAILED(a->xrGetVulkanGraphicsRequirements2KHR(a->instance, a->system, &requirements)))
        return "xrGetVulkanGraphicsRequirements2KHR fails";
    if (XR_FAILED(a->xrCreateVulkanInstanceKHR(a->instance, &create, &a->vulkan, &result)) || result != VK_SUCCESS)
        return "xrCreateVulkanInstanceKHR fails: there may be no Vulkan driver";
    const XrVulkanGraphicsDeviceGetInfoKHR get = {
        .type = XR_TYPE_VULKAN_GRAPHICS_DEVICE_GET_INFO_KHR, .systemId = a->system, .vulkanInstance = a->vulkan};
    if (XR_FAILED(a->xrGetVulkanGraphicsDevice2KHR(a->instance, &get, &a->physical)))
        return "xrGetVulkanGraphicsDevice2KHR fails: the runtime sees no Vulkan device";
    return NULL;
}

static const char *make_device(struct attempt *a)
{
    const PFN_vkGetPhysicalDeviceQueueFamilyProperties get_families =
        (PFN_vkGetPhysicalDeviceQueueFamilyProperties)a->vulkan_get(a->vulkan,
                                                                    "vkGetPhysicalDeviceQueueFamilyProperties");
    VkQueueFamilyProperties families[FAMILIES_MAX];
    uint32_t count = FAMILIES_MAX;
    const float priority = 1;
    VkResult result = VK_SUCCESS;

    if (get_families == NULL)
        return "the Vulkan driver lacks vkGetPhysicalDeviceQueueFamilyProperties";
    get_families(a->physical, &count, families);
    while (a->family < count && (families[a->family].queueFlags & VK_QUEUE_GRAPHICS_BIT) == 0)
        a->family++;
    if (a->family == count)
        return "the Vulkan device cannot draw";
    const VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = a->family,
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    const VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
    const XrVulkanDeviceCreateInfoKHR create = {
        .type = XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR,
        .systemId = a->system,
        .pfnGetInstanceProcAddr = a->vulkan_get,
        .vulkanPhysicalDevice = a->physical,
        .vulkanCreateInfo = &info,
    };
    if (XR_FAILED(a->xrCreateVulkanDeviceKHR(a->instance, &create, &a->device, &result)) || result != VK_SUCCESS)
        return "xrCreateVulkanDeviceKHR fails";
    return NULL;
}

// What an app's end would destroy is left to the end of the process, but for the session, which the layer is in.
const char *doctor_try_session(PFN_xrGetInstanceProcAddr get, XrInstance instance, XrSystemId system)
{
    struct attempt a = {.instance = instance, .system = system};
    const char *obstacle = load(&a, get);
    XrSession session;

    if (obstacle == NULL)
        obstacle = make_vulkan_instance(&a);
    if (obstacle == NULL)
        obstacle = make_device(&a);
    if (obstacle != NULL)
        return obstacle;
    const XrGraphicsBindingVulkan2KHR binding = {
        .type = XR_TYPE_GRAPHICS_BINDING_VULKAN2_KHR,
        .instance = a.vulkan,
        .physicalDevice = a.physical,
        .device = a.device,
        .queueFamilyIndex = a.family,
    };
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = system};
    if (XR_FAILED(a.xrCreateSession(instance, &info, &session)))
        return "xrCreateSession fails";
    a.xrDestroySession(session);
    return NULL;
}
