// SPDX-License-Identifier: Apache-2.0
// Vulkan through XR_KHR_vulkan_enable (the app makes instance and device from the runtime's lists) and
// XR_KHR_vulkan_enable2 (the runtime makes them).
#include "xr_system.h"
#include "log.h"

#include <string.h>

// The address of an extension's function; *out is NULL on failure.
#define LOAD(system, name, out)                                                                                        \
    xr_ok((system)->instance, xrGetInstanceProcAddr((system)->instance, name, (PFN_xrVoidFunction *)(void *)(out)),    \
          name)

static VkResult both(const struct xr_system *system, XrResult xr, VkResult vk, const char *what)
{
    if (!xr_ok(system->instance, xr, what))
        return VK_ERROR_INITIALIZATION_FAILED;
    return vk;
}

static VkResult create_instance2(void *user, const VkInstanceCreateInfo *info, VkInstance *out)
{
    struct xr_system *system = user;
    PFN_xrCreateVulkanInstanceKHR create;
    const XrVulkanInstanceCreateInfoKHR xr = {.type = XR_TYPE_VULKAN_INSTANCE_CREATE_INFO_KHR,
                                              .systemId = system->id,
                                              .pfnGetInstanceProcAddr = vkGetInstanceProcAddr,
                                              .vulkanCreateInfo = info};
    VkResult vk = VK_SUCCESS;
    if (!LOAD(system, "xrCreateVulkanInstanceKHR", &create))
        return VK_ERROR_INITIALIZATION_FAILED;
    XrResult result = create(system->instance, &xr, out, &vk);
    return both(system, result, vk, "xrCreateVulkanInstanceKHR");
}

static VkResult choose2(void *user, VkInstance instance, VkPhysicalDevice *out)
{
    struct xr_system *system = user;
    PFN_xrGetVulkanGraphicsDevice2KHR get;
    const XrVulkanGraphicsDeviceGetInfoKHR info = {
        .type = XR_TYPE_VULKAN_GRAPHICS_DEVICE_GET_INFO_KHR, .systemId = system->id, .vulkanInstance = instance};
    if (!LOAD(system, "xrGetVulkanGraphicsDevice2KHR", &get))
        return VK_ERROR_INITIALIZATION_FAILED;
    return both(system, get(system->instance, &info, out), VK_SUCCESS, "xrGetVulkanGraphicsDevice2KHR");
}

static VkResult create_device2(void *user, VkPhysicalDevice physical, const VkDeviceCreateInfo *info, VkDevice *out)
{
    struct xr_system *system = user;
    PFN_xrCreateVulkanDeviceKHR create;
    const XrVulkanDeviceCreateInfoKHR xr = {.type = XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR,
                                            .systemId = system->id,
                                            .pfnGetInstanceProcAddr = vkGetInstanceProcAddr,
                                            .vulkanPhysicalDevice = physical,
                                            .vulkanCreateInfo = info};
    VkResult vk = VK_SUCCESS;
    if (!LOAD(system, "xrCreateVulkanDeviceKHR", &create))
        return VK_ERROR_INITIALIZATION_FAILED;
    XrResult result = create(system->instance, &xr, out, &vk);
    return both(system, result, vk, "xrCreateVulkanDeviceKHR");
}

static VkResult choose1(void *user, VkInstance instance, VkPhysicalDevice *out)
{
    struct xr_system *system = user;
    PFN_xrGetVulkanGraphicsDeviceKHR get;
    if (!LOAD(system, "xrGetVulkanGraphicsDeviceKHR", &get))
        return VK_ERROR_INITIALIZATION_FAILED;
    return both(system, get(system->instance, system->id, instance, out), VK_SUCCESS, "xrGetVulkanGraphicsDeviceKHR");
}

struct names {
    char text[4096]; // the runtime's list, cut at the blanks
    const char *list[GPU_MAX_EXTENSIONS];
    uint32_t count;
};

static bool add_name(struct names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    if (names->count == GPU_MAX_EXTENSIONS)
        return demo_error("the runtime asks for too many Vulkan extensions");
    names->list[names->count++] = name;
    return true;
}

// The runtime's list of instance or device extensions (the two functions have the same type).
static bool get_names(struct xr_system *system, const char *function, struct names *out)
{
    PFN_xrGetVulkanInstanceExtensionsKHR get;
    uint32_t length = 0;
    char *rest = NULL;
    if (!LOAD(system, function, &get) ||
        !xr_ok(system->instance, get(system->instance, system->id, sizeof out->text, &length, out->text), function))
        return false;
    for (char *name = strtok_r(out->text, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        if (!add_name(out, name))
            return false;
    return true;
}

// Required before a session is made.
static bool get_requirements(struct xr_system *system, XrGraphicsRequirementsVulkanKHR *out)
{
    const char *name = system->options->binding == BINDING_VULKAN ? "xrGetVulkanGraphicsRequirementsKHR"
                                                                  : "xrGetVulkanGraphicsRequirements2KHR";
    PFN_xrGetVulkanGraphicsRequirementsKHR get; // both have the same type
    *out = (XrGraphicsRequirementsVulkanKHR){.type = XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN_KHR};
    return LOAD(system, name, &get) && xr_ok(system->instance, get(system->instance, system->id, out), name);
}

bool xr_gpu_create(struct xr_system *system, const char *const *extra, uint32_t extra_count, bool swapchain,
                   struct gpu *out)
{
    const bool old = system->options->binding == BINDING_VULKAN;
    XrGraphicsRequirementsVulkanKHR requirements;
    struct names instance = {.count = 0}, device = {.count = 0};
    struct gpu_request request = {.validate = system->options->validate};
    if (!get_requirements(system, &requirements))
        return false;
    request.max_api_version = VK_MAKE_API_VERSION(0, XR_VERSION_MAJOR(requirements.maxApiVersionSupported),
                                                  XR_VERSION_MINOR(requirements.maxApiVersionSupported), 0xfff);
    if (old && (!get_names(system, "xrGetVulkanInstanceExtensionsKHR", &instance) ||
                !get_names(system, "xrGetVulkanDeviceExtensionsKHR", &device)))
        return false;
    for (uint32_t i = 0; i < extra_count; i++)
        if (!add_name(&instance, extra[i]))
            return false;
    if (swapchain && !add_name(&device, VK_KHR_SWAPCHAIN_EXTENSION_NAME))
        return false;
    request.instance_extensions = instance.list;
    request.instance_extension_count = instance.count;
    request.device_extensions = device.list;
    request.device_extension_count = device.count;
    request.maker = old ? (struct gpu_maker){system, NULL, choose1, NULL}
                        : (struct gpu_maker){system, create_instance2, choose2, create_device2};
    return gpu_create(&request, out);
}
