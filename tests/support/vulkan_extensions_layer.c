// SPDX-License-Identifier: Apache-2.0
// An OpenXR layer for test beds only, never a part of the product: it takes the names that no Vulkan device of the
// machine offers out of xrGetVulkanDeviceExtensionsKHR.
//
// Monado always demands VK_KHR_external_semaphore_fd and VK_KHR_external_fence_fd of apps that use XR_KHR_vulkan_enable
// (those with XR_KHR_vulkan_enable2 get them where they exist). Mesa's software Vulkan has neither without
// /dev/udmabuf, so on a machine without a GPU such apps fail in vkCreateDevice, though Monado runs them well without.
//
// All state is written while the instance is made or destroyed; between the two, any number of threads only read it.
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>
#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugin/negotiation.h"

// Loaders allow one instance at a time.
static struct {
    XrInstance instance;
    PFN_xrGetInstanceProcAddr next_get_instance_proc_addr;
    PFN_xrDestroyInstance next_destroy_instance;
    PFN_xrGetVulkanDeviceExtensionsKHR next_get_device_extensions;
    VkExtensionProperties *offered; // by any device; NULL: not known, so nothing is taken out
    size_t offered_count;
} layer;

static bool add_device_extensions(PFN_vkEnumerateDeviceExtensionProperties enumerate, VkPhysicalDevice device)
{
    VkExtensionProperties *grown;
    uint32_t count = 0;

    if (enumerate(device, NULL, &count, NULL) != VK_SUCCESS)
        return false;
    if (count == 0)
        return true;
    grown = realloc(layer.offered, (layer.offered_count + count) * sizeof *grown);
    if (grown == NULL)
        return false;
    layer.offered = grown;
    if (enumerate(device, NULL, &count, grown + layer.offered_count) != VK_SUCCESS)
        return false;
    layer.offered_count += count;
    return true;
}

static bool add_all_devices(PFN_vkGetInstanceProcAddr get_proc_addr, VkInstance vulkan)
{
    PFN_vkEnumeratePhysicalDevices enumerate_devices =
        (PFN_vkEnumeratePhysicalDevices)get_proc_addr(vulkan, "vkEnumeratePhysicalDevices");
    PFN_vkEnumerateDeviceExtensionProperties enumerate_extensions =
        (PFN_vkEnumerateDeviceExtensionProperties)get_proc_addr(vulkan, "vkEnumerateDeviceExtensionProperties");
    VkPhysicalDevice *devices;
    uint32_t count = 0;
    bool complete;

    if (enumerate_devices == NULL || enumerate_extensions == NULL ||
        enumerate_devices(vulkan, &count, NULL) != VK_SUCCESS || count == 0)
        return false;
    devices = calloc(count, sizeof *devices);
    complete = devices != NULL && enumerate_devices(vulkan, &count, devices) == VK_SUCCESS;
    for (uint32_t i = 0; complete && i < count; i++)
        complete = add_device_extensions(enumerate_extensions, devices[i]);
    free(devices);
    return complete;
}

static bool ask_vulkan(void *library)
{
    PFN_vkGetInstanceProcAddr get_proc_addr = (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr");
    PFN_vkCreateInstance create = NULL;
    PFN_vkDestroyInstance destroy;
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    VkInstance vulkan;
    bool complete;

    if (get_proc_addr != NULL)
        create = (PFN_vkCreateInstance)get_proc_addr(NULL, "vkCreateInstance");
    if (create == NULL || create(&info, NULL, &vulkan) != VK_SUCCESS)
        return false;
    complete = add_all_devices(get_proc_addr, vulkan);
    destroy = (PFN_vkDestroyInstance)get_proc_addr(vulkan, "vkDestroyInstance");
    if (destroy != NULL)
        destroy(vulkan, NULL);
    return complete;
}

static void forget_offered(void)
{
    free(layer.offered);
    layer.offered = NULL;
    layer.offered_count = 0;
}

// When the instance is made, and not when the app asks: by then it has a Vulkan instance of its own, and some Vulkan
// layers begin their log file anew with each one.
static void find_offered(void)
{
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);

    if (library == NULL)
        return;
    if (!ask_vulkan(library))
        forget_offered();
    dlclose(library);
}

static bool is_offered(const char *name, size_t length)
{
    for (size_t i = 0; i < layer.offered_count; i++) {
        const char *offered = layer.offered[i].extensionName;

        if (strlen(offered) == length && memcmp(offered, name, length) == 0)
            return true;
    }
    return false;
}

// In place; names are separated by single spaces afterwards.
static void filter(char *names)
{
    const char *read = names;
    char *write = names;

    for (;;) {
        size_t length;

        read += strspn(read, " ");
        length = strcspn(read, " ");
        if (length == 0)
            break;
        if (is_offered(read, length)) {
            if (write != names)
                *write++ = ' ';
            memmove(write, read, length);
            write += length;
        }
        read += length;
    }
    *write = '\0';
}

// The runtime's list, filtered and to be freed, or NULL if it cannot be had.
static char *filtered_list(XrInstance instance, XrSystemId system)
{
    uint32_t size = 0;
    char *names;

    if (XR_FAILED(layer.next_get_device_extensions(instance, system, 0, &size, NULL)))
        return NULL;
    names = calloc((size_t)size + 1, 1);
    if (names == NULL)
        return NULL;
    if (size > 0 && XR_FAILED(layer.next_get_device_extensions(instance, system, size, &size, names))) {
        free(names);
        return NULL;
    }
    filter(names);
    return names;
}

static XRAPI_ATTR XrResult XRAPI_CALL get_device_extensions(XrInstance instance, XrSystemId system, uint32_t capacity,
                                                            uint32_t *count, char *buffer)
{
    XrResult result = XR_SUCCESS;
    char *names = NULL;
    uint32_t size;

    if (count != NULL && (capacity == 0 || buffer != NULL))
        names = filtered_list(instance, system);
    if (names == NULL) // the runtime knows the right error
        return layer.next_get_device_extensions(instance, system, capacity, count, buffer);
    size = (uint32_t)strlen(names) + 1;
    *count = size;
    if (capacity >= size)
        memcpy(buffer, names, size);
    else if (capacity > 0)
        result = XR_ERROR_SIZE_INSUFFICIENT;
    free(names);
    return result;
}

static XRAPI_ATTR XrResult XRAPI_CALL destroy_instance(XrInstance instance)
{
    XrResult result = layer.next_destroy_instance(instance);

    if (XR_SUCCEEDED(result)) {
        forget_offered();
        layer.instance = XR_NULL_HANDLE;
    }
    return result;
}

static XRAPI_ATTR XrResult XRAPI_CALL get_instance_proc_addr(XrInstance instance, const char *name,
                                                             PFN_xrVoidFunction *function)
{
    XrResult result;

    if (layer.next_get_instance_proc_addr == NULL)
        return XR_ERROR_FUNCTION_UNSUPPORTED;
    result = layer.next_get_instance_proc_addr(instance, name, function);
    // Without a list to filter by, there is nothing that we have to see.
    if (XR_FAILED(result) || *function == NULL || instance != layer.instance || layer.offered == NULL)
        return result;
    if (strcmp(name, "xrGetInstanceProcAddr") == 0)
        *function = (PFN_xrVoidFunction)get_instance_proc_addr;
    else if (strcmp(name, "xrDestroyInstance") == 0)
        *function = (PFN_xrVoidFunction)destroy_instance;
    else if (strcmp(name, "xrGetVulkanDeviceExtensionsKHR") == 0)
        *function = (PFN_xrVoidFunction)get_device_extensions;
    return result;
}

static PFN_xrVoidFunction next_function(const char *name)
{
    PFN_xrVoidFunction function = NULL;

    return XR_SUCCEEDED(layer.next_get_instance_proc_addr(layer.instance, name, &function)) ? function : NULL;
}

static XRAPI_ATTR XrResult XRAPI_CALL create_instance(const XrInstanceCreateInfo *info,
                                                      const struct api_layer_create_info *layer_info,
                                                      XrInstance *instance)
{
    struct api_layer_create_info next_layer_info = *layer_info;
    XrResult result;

    next_layer_info.next_info = layer_info->next_info->next;
    result = layer_info->next_info->next_create_api_layer_instance(info, &next_layer_info, instance);
    if (XR_FAILED(result))
        return result;
    forget_offered();
    layer.instance = *instance;
    layer.next_get_instance_proc_addr = layer_info->next_info->next_get_instance_proc_addr;
    layer.next_destroy_instance = (PFN_xrDestroyInstance)next_function("xrDestroyInstance");
    // The runtime has this one only if the app enables the extension.
    layer.next_get_device_extensions =
        (PFN_xrGetVulkanDeviceExtensionsKHR)next_function("xrGetVulkanDeviceExtensionsKHR");
    if (layer.next_destroy_instance != NULL && layer.next_get_device_extensions != NULL)
        find_offered();
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL xrNegotiateLoaderApiLayerInterface(const struct loader_info *loader_info,
                                                                  const char *layer_name,
                                                                  struct api_layer_request *request)
{
    (void)layer_name;
    if (loader_info == NULL || request == NULL || request->struct_size < sizeof *request ||
        loader_info->min_interface_version > LOADER_INTERFACE_VERSION ||
        loader_info->max_interface_version < LOADER_INTERFACE_VERSION)
        return XR_ERROR_INITIALIZATION_FAILED;
    request->layer_interface_version = LOADER_INTERFACE_VERSION;
    request->layer_api_version = XR_CURRENT_API_VERSION;
    request->get_instance_proc_addr = get_instance_proc_addr;
    request->create_api_layer_instance = create_instance;
    return XR_SUCCESS;
}
