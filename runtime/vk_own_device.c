// SPDX-License-Identifier: Apache-2.0
// An instance and a device of our own.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"
#include "artem_vk/device.h"

enum { DEVICES_MAX = 16, FAMILIES_MAX = 32, RANKS = 5 };

#define INSTANCE_FUNCTIONS(X)                                                                                          \
    X(vkCreateDevice)                                                                                                  \
    X(vkGetDeviceProcAddr)                                                                                             \
    X(vkGetPhysicalDeviceQueueFamilyProperties)

struct vulkan_own_device {
    struct vulkan_own_instance instance;
    VkPhysicalDevice physical;
    VkDevice handle;
    PFN_vkDestroyDevice destroy_device;
    struct vulkan_device *device;
#define X(name) PFN_##name name;
    INSTANCE_FUNCTIONS(X)
#undef X
};

const char *vulkan_own_instance_open(struct vulkan_own_instance *out_instance)
{
    struct vulkan_own_instance *own = out_instance;
    const VkApplicationInfo app = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = "artem",
        .apiVersion = VK_API_VERSION_1_1,
    };
    VkApplicationInfo oldest = app;
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
    PFN_vkCreateInstance create;

    *own = (struct vulkan_own_instance){.library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL)};
    if (own->library == NULL)
        return "libvulkan.so.1 cannot be opened";
    own->get = (PFN_vkGetInstanceProcAddr)dlsym(own->library, "vkGetInstanceProcAddr");
    create = own->get != NULL ? (PFN_vkCreateInstance)own->get(NULL, "vkCreateInstance") : NULL;
    if (create == NULL)
        return "libvulkan.so.1 is no Vulkan loader";
    oldest.apiVersion = VK_API_VERSION_1_0;
    if (create(&info, NULL, &own->handle) != VK_SUCCESS) {
        info.pApplicationInfo = &oldest;
        if (create(&info, NULL, &own->handle) != VK_SUCCESS) {
            own->handle = VK_NULL_HANDLE;
            return "there is no Vulkan driver";
        }
    }
    own->vkDestroyInstance = (PFN_vkDestroyInstance)own->get(own->handle, "vkDestroyInstance");
    own->version = info.pApplicationInfo->apiVersion;
    return own->vkDestroyInstance != NULL ? NULL : "the Vulkan driver lacks vkDestroyInstance";
}

void vulkan_own_instance_close(struct vulkan_own_instance *instance)
{
    if (instance->handle != VK_NULL_HANDLE && instance->vkDestroyInstance != NULL)
        instance->vkDestroyInstance(instance->handle, NULL);
    if (instance->library != NULL)
        dlclose(instance->library);
    *instance = (struct vulkan_own_instance){.library = NULL};
}

static const char *open_instance(struct vulkan_own_device *own)
{
    const char *obstacle = vulkan_own_instance_open(&own->instance);

    if (obstacle != NULL)
        return obstacle;
#define X(name)                                                                                                        \
    own->name = (PFN_##name)own->instance.get(own->instance.handle, #name);                                            \
    if (own->name == NULL)                                                                                             \
        return "the Vulkan driver lacks " #name;
    INSTANCE_FUNCTIONS(X)
#undef X
    return NULL;
}

// The first of the fastest kind.
static int rank(VkPhysicalDeviceType type)
{
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return 2;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return 1;
    default:
        return 0;
    }
}

VkPhysicalDevice vulkan_find_nth_device(PFN_vkGetInstanceProcAddr get, VkInstance instance, uint32_t index)
{
    const PFN_vkEnumeratePhysicalDevices enumerate =
        (PFN_vkEnumeratePhysicalDevices)get(instance, "vkEnumeratePhysicalDevices");
    const PFN_vkGetPhysicalDeviceProperties get_properties =
        (PFN_vkGetPhysicalDeviceProperties)get(instance, "vkGetPhysicalDeviceProperties");
    const char *wanted = artem_user_env("ARTEM_VULKAN_DEVICE");
    VkPhysicalDevice devices[DEVICES_MAX];
    int ranks[DEVICES_MAX];
    uint32_t count = DEVICES_MAX, left = index;

    if (enumerate == NULL || get_properties == NULL || enumerate(instance, &count, devices) < 0)
        count = 0;
    for (uint32_t i = 0; i < count; i++) {
        VkPhysicalDeviceProperties properties;
        get_properties(devices[i], &properties);
        ranks[i] = wanted != NULL && strstr(properties.deviceName, wanted) == NULL ? -1 : rank(properties.deviceType);
    }
    for (int kind = RANKS - 1; kind >= 0; kind--)
        for (uint32_t i = 0; i < count; i++)
            if (ranks[i] == kind && left-- == 0)
                return devices[i];
    return VK_NULL_HANDLE;
}

VkPhysicalDevice vulkan_find_device(PFN_vkGetInstanceProcAddr get, VkInstance instance)
{
    return vulkan_find_nth_device(get, instance, 0);
}

// A family of its own for computing goes beside an app's drawing; else any that computes.
static uint32_t find_family(const struct vulkan_own_device *own, VkPhysicalDevice physical)
{
    VkQueueFamilyProperties families[FAMILIES_MAX];
    uint32_t count = FAMILIES_MAX, found = UINT32_MAX;

    own->vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    for (uint32_t i = 0; i < count; i++) {
        const VkQueueFlags flags = families[i].queueFlags;
        if ((flags & VK_QUEUE_COMPUTE_BIT) == 0 || families[i].queueCount == 0)
            continue;
        if ((flags & VK_QUEUE_GRAPHICS_BIT) == 0)
            return i;
        if (found == UINT32_MAX)
            found = i;
    }
    return found;
}

VkPhysicalDevice vulkan_find_same_device(const struct vulkan_own_instance *instance, const uint8_t uuid[VK_UUID_SIZE],
                                         const uint8_t driver_uuid[VK_UUID_SIZE])
{
    const PFN_vkEnumeratePhysicalDevices enumerate =
        (PFN_vkEnumeratePhysicalDevices)instance->get(instance->handle, "vkEnumeratePhysicalDevices");
    VkPhysicalDevice devices[DEVICES_MAX];
    uint8_t id[VK_UUID_SIZE], driver[VK_UUID_SIZE];
    uint32_t count = DEVICES_MAX;

    if (instance->version < VK_API_VERSION_1_1 || enumerate == NULL || enumerate(instance->handle, &count, devices) < 0)
        return VK_NULL_HANDLE;
    for (uint32_t i = 0; i < count; i++)
        if (vulkan_find_uuids(instance->get, instance->handle, devices[i], id, driver) &&
            memcmp(id, uuid, VK_UUID_SIZE) == 0 && memcmp(driver, driver_uuid, VK_UUID_SIZE) == 0)
            return devices[i];
    return VK_NULL_HANDLE;
}

static VkPhysicalDevice find_beside(const struct vulkan_own_device *own, const struct vulkan_device *other)
{
    const VkPhysicalDevice same = vulkan_find_same_device(&own->instance, other->uuid, other->driver_uuid);

    return same != VK_NULL_HANDLE && vulkan_can_import(own->instance.get, own->instance.handle, same) ? same
                                                                                                      : VK_NULL_HANDLE;
}

static const char *create_device(struct vulkan_own_device *own, uint32_t index, const struct vulkan_device *other)
{
    const char *extensions[VULKAN_IMPORT_EXTENSIONS + 1];
    const float priority = 1.0f;
    const VkPhysicalDevice physical = other != NULL
                                          ? find_beside(own, other)
                                          : vulkan_find_nth_device(own->instance.get, own->instance.handle, index);
    uint32_t count = 0;

    own->physical = physical;
    if (physical == VK_NULL_HANDLE)
        return "there is no such Vulkan device";
    for (uint32_t i = 0; i < VULKAN_IMPORT_EXTENSIONS && other != NULL; i++)
        extensions[count++] = vulkan_import_extensions[i];

    const bool dot = vulkan_wants_dot(own->instance.get, own->instance.handle, own->instance.version, physical);
    const VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
        .shaderIntegerDotProduct = VK_TRUE,
    };
    const VkDeviceQueueCreateInfo queue_info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = find_family(own, physical),
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    const VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .pNext = dot ? &features : NULL,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue_info,
        .enabledExtensionCount = count + dot,
        .ppEnabledExtensionNames = extensions,
    };
    extensions[count] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;
    if (queue_info.queueFamilyIndex == UINT32_MAX)
        return "the Vulkan device has no queue for computing";
    if (own->vkCreateDevice(physical, &info, NULL, &own->handle) != VK_SUCCESS) {
        own->handle = VK_NULL_HANDLE;
        return "the Vulkan device cannot be opened";
    }
    own->destroy_device = (PFN_vkDestroyDevice)own->vkGetDeviceProcAddr(own->handle, "vkDestroyDevice");

    const struct vulkan_device_params params = {
        .instance = own->instance.handle,
        .physical_device = physical,
        .device = own->handle,
        .queue_family = queue_info.queueFamilyIndex,
        .get_instance_proc_addr = own->instance.get,
        .dot = dot,
        .imports = other != NULL,
    };
    return vulkan_device_create(&params, &own->device) == ARTEM_OK ? NULL : "the Vulkan device lacks a function";
}

static enum artem_result create(enum artem_log_level level, uint32_t index, const struct vulkan_device *other,
                                struct vulkan_own_device **out_own)
{
    struct vulkan_own_device *own = calloc(1, sizeof *own);
    const char *obstacle;

    if (own == NULL)
        return ARTEM_ERROR_MEMORY;
    obstacle = open_instance(own);
    if (obstacle == NULL)
        obstacle = create_device(own, index, other);
    if (obstacle == NULL) {
        *out_own = own;
        return ARTEM_OK;
    }
    artem_log(level, "no Vulkan%s: %s", other != NULL ? " beside the app's" : "", obstacle);
    vulkan_own_device_destroy(&own);
    return ARTEM_ERROR_UNSUPPORTED;
}

enum artem_result vulkan_own_device_create(enum artem_log_level level, uint32_t index,
                                           struct vulkan_own_device **out_own)
{
    return create(level, index, NULL, out_own);
}

enum artem_result vulkan_own_device_create_beside(const struct vulkan_device *other, struct vulkan_own_device **out_own)
{
    return create(ARTEM_LOG_DEBUG, 0, other, out_own);
}

const struct vulkan_device *vulkan_own_device_get(const struct vulkan_own_device *own)
{
    return own->device;
}

bool vulkan_own_device_uuid(const struct vulkan_own_device *own, uint8_t uuid[VK_UUID_SIZE])
{
    return own->instance.version >= VK_API_VERSION_1_1 &&
           vulkan_find_uuid(own->instance.get, own->instance.handle, own->physical, uuid);
}

void vulkan_own_device_destroy(struct vulkan_own_device **own)
{
    struct vulkan_own_device *o = *own;

    *own = NULL;
    if (o == NULL)
        return;
    vulkan_device_destroy(&o->device);
    if (o->handle != VK_NULL_HANDLE && o->destroy_device != NULL)
        o->destroy_device(o->handle, NULL);
    vulkan_own_instance_close(&o->instance);
    free(o);
}
