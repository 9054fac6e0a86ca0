// SPDX-License-Identifier: Apache-2.0
// The app's side of Vulkan for tests. Any failure here ends the test program: it is not what is tested.
#undef VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "../support/pick_device.h"
#include "vulkan_host.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALIDATION "VK_LAYER_KHRONOS_validation"

enum { IMAGES_MAX = 32 };

uint32_t host_api_version = VK_API_VERSION_1_0;
struct host_names host_instance_extensions, host_device_extensions;

static VkInstance instance;
static VkPhysicalDevice physical;
static VkDevice device;
static VkQueue queue;
static VkCommandPool pool;
static VkDebugUtilsMessengerEXT messenger;
static unsigned messages;
static struct {
    VkImage image;
    VkDeviceMemory memory;
    uint32_t layers;
    size_t pixel_size;
} images[IMAGES_MAX];

// Drivers keep some memory for ever. A leak checker can tell it from ours only while they stay loaded.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name that the leak checker looks for
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
// NOLINTNEXTLINE(bugprone-reserved-identifier)
const char *__lsan_default_suppressions(void)
{
    return "leak:libvulkan_\nleak:libLLVM\nleak:libVkLayer_\nleak:libgallium\n";
}

static int keep_loaded(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    (void)user;
    if (info->dlpi_name[0] == '/')
        dlopen(info->dlpi_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    return 0;
}

static void need(bool success, const char *what)
{
    if (success)
        return;
    fprintf(stderr, "the test's own Vulkan failed: %s\n", what);
    exit(1);
}

static VKAPI_ATTR VkBool32 VKAPI_CALL count_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                    VkDebugUtilsMessageTypeFlagsEXT types,
                                                    const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    (void)severity;
    (void)types;
    (void)user;
    // Of the layer about itself, where another process or API signals a semaphore.
    if (strstr(data->pMessage, "most likely a validation bug") != NULL ||
        strstr(data->pMessage, "most likley a validation bug") != NULL)
        return VK_FALSE;
    messages++;
    fprintf(stderr, "%s\n", data->pMessage);
    return VK_FALSE;
}

static bool has_validation(void)
{
    VkLayerProperties layers[64];
    uint32_t count = 64;

    vkEnumerateInstanceLayerProperties(&count, layers);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(layers[i].layerName, VALIDATION) == 0)
            return true;
    }
    return false;
}

// ARTEM_TEST_VALIDATION=off: for tools that the validation layer is too much for.
static bool wants_validation(void)
{
    const char *value = getenv("ARTEM_TEST_VALIDATION");

    return value == NULL || strcmp(value, "off") != 0;
}

static VkResult create_instance(const struct host_makers *makers)
{
    static const char *const layers[] = {VALIDATION};
    const char *extensions[16] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    static const VkValidationFeatureEnableEXT synchronization =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    const VkValidationFeaturesEXT features = {
        .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
        .enabledValidationFeatureCount = 1,
        .pEnabledValidationFeatures = &synchronization,
    };
    const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = host_api_version};
    const VkDebugUtilsMessengerCreateInfoEXT messenger_info = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity =
            VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = count_message,
    };
    bool validate = wants_validation() && has_validation();
    const VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pNext = validate ? &features : NULL,
        .pApplicationInfo = &app,
        .enabledLayerCount = validate,
        .ppEnabledLayerNames = layers,
        .enabledExtensionCount = validate + host_instance_extensions.count,
        .ppEnabledExtensionNames = extensions,
    };

    need(host_instance_extensions.count < 15, "fewer extensions");
    for (uint32_t i = 0; i < host_instance_extensions.count; i++)
        extensions[validate + i] = host_instance_extensions.names[i];
    VkResult result = makers->create_instance(&info, &instance);

    if (result == VK_SUCCESS && validate) {
        PFN_vkCreateDebugUtilsMessengerEXT create =
            (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT");

        need(create != NULL && create(instance, &messenger_info, NULL, &messenger) == VK_SUCCESS, "messenger");
    }
    return result;
}

static uint32_t find_family(void)
{
    VkQueueFamilyProperties families[16];
    const VkQueueFlags wanted = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
    uint32_t count = 16;

    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    for (uint32_t i = 0; i < count; i++) {
        if ((families[i].queueFlags & wanted) == wanted)
            return i;
    }
    return UINT32_MAX;
}

static VkResult own_instance(const VkInstanceCreateInfo *info, VkInstance *out_instance)
{
    return vkCreateInstance(info, NULL, out_instance);
}

static VkResult own_physical(VkInstance from, VkPhysicalDevice *out_device)
{
    return pick_device(from, out_device) ? VK_SUCCESS : VK_ERROR_INITIALIZATION_FAILED;
}

static VkResult own_device(VkPhysicalDevice from, const VkDeviceCreateInfo *info, VkDevice *out_device)
{
    return vkCreateDevice(from, info, NULL, out_device);
}

const char *host_open(struct vulkan_device_params *out_params)
{
    static const struct host_makers own = {own_instance, own_physical, own_device};

    return host_open_through(&own, out_params);
}

const char *host_open_through(const struct host_makers *makers, struct vulkan_device_params *out_params)
{
    const float priority = 1.0f;
    VkDeviceQueueCreateInfo queue_info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    const VkDeviceCreateInfo device_info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue_info,
        .enabledExtensionCount = host_device_extensions.count,
        .ppEnabledExtensionNames = host_device_extensions.names,
    };
    VkCommandPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};

    if (create_instance(makers) != VK_SUCCESS)
        return "no Vulkan driver is installed";
    if (makers->find_device(instance, &physical) != VK_SUCCESS)
        return "there is no Vulkan device";
    queue_info.queueFamilyIndex = find_family();
    if (queue_info.queueFamilyIndex == UINT32_MAX)
        return "the Vulkan device has no queue for graphics and compute";
    need(makers->create_device(physical, &device_info, &device) == VK_SUCCESS, "device");
    vkGetDeviceQueue(device, queue_info.queueFamilyIndex, 0, &queue);
    pool_info.queueFamilyIndex = queue_info.queueFamilyIndex;
    need(vkCreateCommandPool(device, &pool_info, NULL, &pool) == VK_SUCCESS, "command pool");
    *out_params = (struct vulkan_device_params){
        .instance = instance,
        .physical_device = physical,
        .device = device,
        .queue_family = queue_info.queueFamilyIndex,
        .get_instance_proc_addr = vkGetInstanceProcAddr,
    };
    return NULL;
}

void host_wait_for_queue(void)
{
    need(vkQueueWaitIdle(queue) == VK_SUCCESS, "queue");
}

unsigned host_close(void)
{
    vkDestroyCommandPool(device, pool, NULL);
    vkDestroyDevice(device, NULL);
    if (messenger != VK_NULL_HANDLE)
        ((PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"))(
            instance, messenger, NULL);
    messenger = VK_NULL_HANDLE;
    dl_iterate_phdr(keep_loaded, NULL);
    vkDestroyInstance(instance, NULL);
    return messages;
}

static VkDeviceMemory allocate(const VkMemoryRequirements *requirements, VkMemoryPropertyFlags wanted)
{
    VkPhysicalDeviceMemoryProperties properties;
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = requirements->size};
    VkDeviceMemory memory;

    vkGetPhysicalDeviceMemoryProperties(physical, &properties);
    while (info.memoryTypeIndex < properties.memoryTypeCount &&
           ((requirements->memoryTypeBits >> info.memoryTypeIndex & 1) == 0 ||
            (properties.memoryTypes[info.memoryTypeIndex].propertyFlags & wanted) != wanted))
        info.memoryTypeIndex++;
    need(vkAllocateMemory(device, &info, NULL, &memory) == VK_SUCCESS, "memory");
    return memory;
}

static VkCommandBuffer begin(void)
{
    const VkCommandBufferAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = pool,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    const VkCommandBufferBeginInfo begin_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkCommandBuffer commands;

    need(vkAllocateCommandBuffers(device, &info, &commands) == VK_SUCCESS, "command buffer");
    need(vkBeginCommandBuffer(commands, &begin_info) == VK_SUCCESS, "command buffer");
    return commands;
}

static void finish(VkCommandBuffer commands)
{
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};

    need(vkEndCommandBuffer(commands) == VK_SUCCESS, "command buffer");
    need(vkQueueSubmit(queue, 1, &info, VK_NULL_HANDLE) == VK_SUCCESS, "submission");
    need(vkQueueWaitIdle(queue) == VK_SUCCESS, "queue");
    vkFreeCommandBuffers(device, pool, 1, &commands);
}

static void change_layout(VkCommandBuffer commands, VkImage image, VkImageLayout from, VkImageLayout to)
{
    const VkImageMemoryBarrier barrier = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
        .oldLayout = from,
        .newLayout = to,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, VK_REMAINING_ARRAY_LAYERS},
    };

    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL,
                         0, NULL, 1, &barrier);
}

VkImage host_create_image(uint32_t width, uint32_t height, VkFormat format)
{
    return host_create_array(width, height, 1, format);
}

VkImage host_create_array(uint32_t width, uint32_t height, uint32_t layers, VkFormat format)
{
    const VkImageCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .imageType = VK_IMAGE_TYPE_2D,
        .format = format,
        .extent = {width, height, 1},
        .mipLevels = 1,
        .arrayLayers = layers,
        .samples = VK_SAMPLE_COUNT_1_BIT,
        .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                 VK_IMAGE_USAGE_TRANSFER_DST_BIT,
    };
    VkMemoryRequirements requirements;
    VkCommandBuffer commands;
    unsigned i = 0;

    while (i < IMAGES_MAX && images[i].image != VK_NULL_HANDLE)
        i++;
    need(i < IMAGES_MAX, "too many images");
    need(vkCreateImage(device, &info, NULL, &images[i].image) == VK_SUCCESS, "image");
    vkGetImageMemoryRequirements(device, images[i].image, &requirements);
    images[i].memory = allocate(&requirements, 0);
    need(vkBindImageMemory(device, images[i].image, images[i].memory, 0) == VK_SUCCESS, "image memory");
    images[i].layers = layers;
    images[i].pixel_size = format == VK_FORMAT_R16G16B16A16_UNORM || format == VK_FORMAT_R16G16B16A16_SFLOAT ? 8 : 4;
    commands = begin();
    change_layout(commands, images[i].image, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    finish(commands);
    return images[i].image;
}

static unsigned find_image(VkImage image)
{
    unsigned i = 0;

    while (i < IMAGES_MAX && images[i].image != image)
        i++;
    need(i < IMAGES_MAX, "unknown image");
    return i;
}

// Moves pixels between an image and memory, one way or the other.
static void transfer(VkImage image, uint32_t width, uint32_t height, const void *from, void *to)
{
    const uint32_t layers = images[find_image(image)].layers;
    const size_t size = (size_t)width * height * layers * images[find_image(image)].pixel_size;
    const VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = size,
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
    };
    const VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, layers},
        .imageExtent = {width, height, 1},
    };
    VkImageLayout layout = from != NULL ? VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL : VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    VkMemoryRequirements requirements;
    VkBuffer buffer;
    VkDeviceMemory memory;
    VkCommandBuffer commands;
    void *data;

    need(vkCreateBuffer(device, &info, NULL, &buffer) == VK_SUCCESS, "buffer");
    vkGetBufferMemoryRequirements(device, buffer, &requirements);
    memory = allocate(&requirements, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    need(vkBindBufferMemory(device, buffer, memory, 0) == VK_SUCCESS, "buffer memory");
    need(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &data) == VK_SUCCESS, "mapping");
    if (from != NULL)
        memcpy(data, from, size);
    commands = begin();
    change_layout(commands, image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, layout);
    if (from != NULL)
        vkCmdCopyBufferToImage(commands, buffer, image, layout, 1, &region);
    else
        vkCmdCopyImageToBuffer(commands, image, layout, buffer, 1, &region);
    change_layout(commands, image, layout, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    finish(commands);
    if (to != NULL)
        memcpy(to, data, size);
    vkDestroyBuffer(device, buffer, NULL);
    vkFreeMemory(device, memory, NULL);
}

void host_write_image(VkImage image, uint32_t width, uint32_t height, const void *data)
{
    transfer(image, width, height, data, NULL);
}

void host_read_image(VkImage image, uint32_t width, uint32_t height, void *data)
{
    transfer(image, width, height, NULL, data);
}

void host_destroy_image(VkImage image)
{
    for (unsigned i = 0; i < IMAGES_MAX; i++) {
        if (images[i].image == image) {
            vkDestroyImage(device, image, NULL);
            vkFreeMemory(device, images[i].memory, NULL);
            images[i].image = VK_NULL_HANDLE;
        }
    }
}
