// SPDX-License-Identifier: Apache-2.0
#include "vk_device.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

static const char validation_layer[] = "VK_LAYER_KHRONOS_validation";

bool vk_ok(VkResult result, const char *what)
{
    return result == VK_SUCCESS || demo_error("%s failed: Vulkan error %d", what, (int)result);
}

static VKAPI_ATTR VkBool32 VKAPI_CALL complain(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                               VkDebugUtilsMessageTypeFlagsEXT type,
                                               const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    struct gpu *gpu = user;
    (void)type;
    if (severity >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT) {
        gpu->complaints++;
        demo_error("validation: %s", data->pMessage);
    }
    return VK_FALSE;
}

static bool has_layer(const char *name)
{
    VkLayerProperties *layers;
    uint32_t count = 0;
    bool found = false;
    if (vkEnumerateInstanceLayerProperties(&count, NULL) != VK_SUCCESS || count == 0)
        return false;
    layers = calloc(count, sizeof *layers);
    if (layers && vkEnumerateInstanceLayerProperties(&count, layers) >= 0)
        for (uint32_t i = 0; i < count; i++)
            found |= strcmp(layers[i].layerName, name) == 0;
    free(layers);
    return found;
}

static bool create_instance(const struct gpu_request *request, struct gpu *gpu)
{
    static const VkValidationFeatureEnableEXT synchronization =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    const char *layers[] = {validation_layer}, *extensions[GPU_MAX_EXTENSIONS + 1];
    uint32_t count = request->instance_extension_count;
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                     .pApplicationName = demo_program(),
                                     .apiVersion = VK_API_VERSION_1_1};
    VkDebugUtilsMessengerCreateInfoEXT messenger = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
                                                    .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                                                                       VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
                                                    .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
                                                    .pfnUserCallback = complain,
                                                    .pUserData = gpu};
    VkValidationFeaturesEXT features = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                        .pNext = &messenger,
                                        .enabledValidationFeatureCount = 1,
                                        .pEnabledValidationFeatures = &synchronization};
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
    const struct gpu_maker *maker = &request->maker;
    VkResult result;

    if (request->max_api_version && request->max_api_version < application.apiVersion)
        application.apiVersion = request->max_api_version;
    if (count > GPU_MAX_EXTENSIONS)
        return demo_error("too many Vulkan extensions are asked for");
    for (uint32_t i = 0; i < count; i++)
        extensions[i] = request->instance_extensions[i];
    if (request->validate) {
        if (!has_layer(validation_layer))
            return demo_error("--validate: the Vulkan layer %s is not installed", validation_layer);
        extensions[count++] = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
        info.pNext = &features;
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = layers;
    }
    info.enabledExtensionCount = count;
    info.ppEnabledExtensionNames = extensions;
    result = maker->create_instance ? maker->create_instance(maker->user, &info, &gpu->instance)
                                    : vkCreateInstance(&info, NULL, &gpu->instance);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
        return demo_error("no Vulkan driver is installed that works here (Debian: mesa-vulkan-drivers)");
    if (!vk_ok(result, "vkCreateInstance"))
        return false;
    if (request->validate) {
        PFN_vkCreateDebugUtilsMessengerEXT create =
            (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(gpu->instance, "vkCreateDebugUtilsMessengerEXT");
        if (!create ||
            !vk_ok(create(gpu->instance, &messenger, NULL, &gpu->messenger), "vkCreateDebugUtilsMessengerEXT"))
            return demo_error("--validate: no messages can be had from the validation layers");
    }
    return true;
}

static VkResult choose_first(VkInstance instance, VkPhysicalDevice *out)
{
    uint32_t count = 1;
    VkResult result = vkEnumeratePhysicalDevices(instance, &count, out);
    if (result >= 0 && count == 0)
        return VK_ERROR_INITIALIZATION_FAILED;
    return result < 0 ? result : VK_SUCCESS;
}

static bool find_graphics_family(VkPhysicalDevice physical, uint32_t *out)
{
    VkQueueFamilyProperties families[16];
    uint32_t count = 16;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    for (uint32_t i = 0; i < count; i++)
        if (families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) {
            *out = i;
            return true;
        }
    return demo_error("the Vulkan device cannot draw");
}

static bool create_device(const struct gpu_request *request, uint32_t api_version, struct gpu *gpu)
{
    const float priority = 1;
    VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
    VkPhysicalDeviceMultiviewFeatures multiview = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_FEATURES};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &multiview};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = request->device_extension_count,
                               .ppEnabledExtensionNames = request->device_extensions};
    const struct gpu_maker *maker = &request->maker;
    VkResult result;

    if (!find_graphics_family(gpu->physical, &gpu->family))
        return false;
    queue.queueFamilyIndex = gpu->family;
    if (api_version >= VK_API_VERSION_1_1) {
        vkGetPhysicalDeviceFeatures2(gpu->physical, &features);
        gpu->multiview = multiview.multiview;
        multiview.multiviewGeometryShader = multiview.multiviewTessellationShader = VK_FALSE;
        if (gpu->multiview)
            info.pNext = &multiview;
    }
    result = maker->create_device ? maker->create_device(maker->user, gpu->physical, &info, &gpu->device)
                                  : vkCreateDevice(gpu->physical, &info, NULL, &gpu->device);
    if (!vk_ok(result, "vkCreateDevice"))
        return false;
    vkGetDeviceQueue(gpu->device, gpu->family, 0, &gpu->queue);
    return true;
}

bool gpu_create(const struct gpu_request *request, struct gpu *out)
{
    const struct gpu_maker *maker = &request->maker;
    VkPhysicalDeviceProperties properties;
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
    uint32_t version;
    VkResult result;

    *out = (struct gpu){0};
    if (!create_instance(request, out))
        return false;
    result = maker->choose ? maker->choose(maker->user, out->instance, &out->physical)
                           : choose_first(out->instance, &out->physical);
    if (result == VK_ERROR_INITIALIZATION_FAILED)
        return demo_error("there is no Vulkan device");
    if (!vk_ok(result, "choosing a Vulkan device"))
        return false;
    vkGetPhysicalDeviceProperties(out->physical, &properties);
    vkGetPhysicalDeviceMemoryProperties(out->physical, &out->memory);
    version = properties.apiVersion;
    if (request->max_api_version && request->max_api_version < version)
        version = request->max_api_version;
    if (!create_device(request, version, out))
        return false;
    demo_verbose("Vulkan device: %s%s", properties.deviceName, out->multiview ? ", multiview" : "");
    pool.queueFamilyIndex = out->family;
    return vk_ok(vkCreateCommandPool(out->device, &pool, NULL, &out->pool), "vkCreateCommandPool");
}

void gpu_destroy(struct gpu *gpu)
{
    if (gpu->device) {
        vkDestroyCommandPool(gpu->device, gpu->pool, NULL);
        vkDestroyDevice(gpu->device, NULL);
    }
    if (gpu->messenger) {
        PFN_vkDestroyDebugUtilsMessengerEXT destroy = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
            gpu->instance, "vkDestroyDebugUtilsMessengerEXT");
        if (destroy)
            destroy(gpu->instance, gpu->messenger, NULL);
    }
    if (gpu->instance)
        vkDestroyInstance(gpu->instance, NULL);
    *gpu = (struct gpu){.complaints = gpu->complaints};
}

VkCommandBuffer gpu_begin_once(struct gpu *gpu)
{
    VkCommandBufferAllocateInfo allocate = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = gpu->pool, .commandBufferCount = 1};
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                      .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    VkCommandBuffer commands = NULL;
    if (vk_ok(vkAllocateCommandBuffers(gpu->device, &allocate, &commands), "vkAllocateCommandBuffers") &&
        vk_ok(vkBeginCommandBuffer(commands, &begin), "vkBeginCommandBuffer"))
        return commands;
    return NULL;
}

bool gpu_run_once(struct gpu *gpu, VkCommandBuffer commands)
{
    VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};
    bool ok = vk_ok(vkEndCommandBuffer(commands), "vkEndCommandBuffer") &&
              vk_ok(vkQueueSubmit(gpu->queue, 1, &submit, VK_NULL_HANDLE), "vkQueueSubmit") &&
              vk_ok(vkQueueWaitIdle(gpu->queue), "vkQueueWaitIdle");
    vkFreeCommandBuffers(gpu->device, gpu->pool, 1, &commands);
    return ok;
}
