// SPDX-License-Identifier: Apache-2.0
// Finds the app's Vulkan entry points and makes the pipelines.
#include "vulkan_device.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

#include "artem/log.h"
#include "composite.comp.h"
#include "downscale.comp.h"

// The few functions of the instance, needed during creation only.
struct instance_functions {
    PFN_vkGetDeviceProcAddr vkGetDeviceProcAddr;
    PFN_vkGetPhysicalDeviceMemoryProperties vkGetPhysicalDeviceMemoryProperties;
    PFN_vkGetPhysicalDeviceProperties vkGetPhysicalDeviceProperties;
    PFN_vkGetPhysicalDeviceQueueFamilyProperties vkGetPhysicalDeviceQueueFamilyProperties;
};

// Under XR_KHR_vulkan_enable nobody tells where the app has its Vulkan from: a libvulkan that is loaded already is the
// best guess.
static PFN_vkGetInstanceProcAddr open_vulkan(struct vulkan_device *device)
{
    device->library = dlopen("libvulkan.so.1", RTLD_NOLOAD | RTLD_NOW);
    if (device->library == NULL)
        device->library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (device->library == NULL)
        return NULL;
    return (PFN_vkGetInstanceProcAddr)dlsym(device->library, "vkGetInstanceProcAddr");
}

static bool load_functions(struct vulkan_device *device, const struct vulkan_device_params *params,
                           struct instance_functions *functions)
{
    PFN_vkGetInstanceProcAddr get = params->get_instance_proc_addr;

    if (get == NULL)
        get = open_vulkan(device);
    if (get == NULL) {
        artem_log(ARTEM_LOG_WARN, "libvulkan.so.1 cannot be opened");
        return false;
    }
#define LOAD(name)                                                                                                     \
    functions->name = (PFN_##name)get(params->instance, #name);                                                        \
    if (functions->name == NULL)                                                                                       \
        return false;
    LOAD(vkGetDeviceProcAddr)
    LOAD(vkGetPhysicalDeviceMemoryProperties)
    LOAD(vkGetPhysicalDeviceProperties)
    LOAD(vkGetPhysicalDeviceQueueFamilyProperties)
#undef LOAD
#define X(name)                                                                                                        \
    device->name = (PFN_##name)functions->vkGetDeviceProcAddr(params->device, #name);                                  \
    if (device->name == NULL)                                                                                          \
        return false;
    VULKAN_DEVICE_FUNCTIONS(X)
#undef X
    return true;
}

static bool check_queue(struct vulkan_device *device, const struct vulkan_device_params *params,
                        const struct instance_functions *functions)
{
    VkQueueFamilyProperties *families;
    VkPhysicalDeviceProperties properties;
    uint32_t count = 0;
    bool usable = false;

    functions->vkGetPhysicalDeviceProperties(params->physical_device, &properties);
    functions->vkGetPhysicalDeviceMemoryProperties(params->physical_device, &device->memory);
    device->max_image_side = properties.limits.maxImageDimension2D;
    device->max_buffer_range = properties.limits.maxStorageBufferRange;
    functions->vkGetPhysicalDeviceQueueFamilyProperties(params->physical_device, &count, NULL);
    families = calloc(count > 0 ? count : 1, sizeof *families);
    if (families == NULL)
        return false;
    functions->vkGetPhysicalDeviceQueueFamilyProperties(params->physical_device, &count, families);
    if (params->queue_family < count && (families[params->queue_family].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) {
        uint32_t bits = families[params->queue_family].timestampValidBits;

        usable = true;
        if (bits > 0) {
            device->timestamp_ms = properties.limits.timestampPeriod / 1e6;
            device->timestamp_mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
        }
    } else {
        artem_log(ARTEM_LOG_WARN, "the app's Vulkan queue family %u cannot run compute shaders", params->queue_family);
    }
    free(families);
    return usable;
}

static enum artem_result create_layouts(struct vulkan_device *device)
{
    VkDescriptorSetLayoutBinding bindings[BINDING_COUNT];
    const VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(struct vulkan_push)};
    VkDescriptorSetLayoutCreateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
        .bindingCount = BINDING_COUNT,
        .pBindings = bindings,
    };
    VkPipelineLayoutCreateInfo layout_info = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
        .setLayoutCount = 1,
        .pSetLayouts = &device->set_layout,
        .pushConstantRangeCount = 1,
        .pPushConstantRanges = &range,
    };

    for (uint32_t i = 0; i < BINDING_COUNT; i++) {
        bindings[i] = (VkDescriptorSetLayoutBinding){
            .binding = i,
            .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
            .descriptorCount = 1,
            .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
        };
    }
    if (device->vkCreateDescriptorSetLayout(device->handle, &set_info, NULL, &device->set_layout) != VK_SUCCESS ||
        device->vkCreatePipelineLayout(device->handle, &layout_info, NULL, &device->pipeline_layout) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

static enum artem_result create_pipeline(struct vulkan_device *device, const uint32_t *code, size_t size,
                                         uint32_t format, VkPipeline *out_pipeline)
{
    const VkSpecializationMapEntry entry = {0, 0, sizeof format};
    const VkSpecializationInfo constants = {1, &entry, sizeof format, &format};
    VkShaderModuleCreateInfo module_info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
        .codeSize = size,
        .pCode = code,
    };
    VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .stage =
            {
                .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .pName = "main",
                .pSpecializationInfo = &constants,
            },
        .layout = device->pipeline_layout,
    };
    VkResult result;

    if (device->vkCreateShaderModule(device->handle, &module_info, NULL, &info.stage.module) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    result = device->vkCreateComputePipelines(device->handle, VK_NULL_HANDLE, 1, &info, NULL, out_pipeline);
    device->vkDestroyShaderModule(device->handle, info.stage.module, NULL);
    return result == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

enum artem_result vulkan_device_prepare(struct vulkan_device *device, enum artem_pixel_format format)
{
    struct vulkan_pipelines *pipelines = &device->pipelines[format];
    enum artem_result result = ARTEM_OK;

    if (pipelines->downscale == VK_NULL_HANDLE)
        result = create_pipeline(device, artem_downscale_spv, sizeof artem_downscale_spv, (uint32_t)format,
                                 &pipelines->downscale);
    if (result == ARTEM_OK && pipelines->composite == VK_NULL_HANDLE)
        result = create_pipeline(device, artem_composite_spv, sizeof artem_composite_spv, (uint32_t)format,
                                 &pipelines->composite);
    return result;
}

enum artem_result vulkan_device_create(const struct vulkan_device_params *params, struct vulkan_device **out_device)
{
    struct vulkan_device *device = calloc(1, sizeof *device);
    struct instance_functions functions;
    enum artem_result result = ARTEM_ERROR_UNSUPPORTED;

    if (device == NULL)
        return ARTEM_ERROR_MEMORY;
    if (!load_functions(device, params, &functions) || !check_queue(device, params, &functions)) {
        // Without a handle, destroying touches nothing of Vulkan.
        vulkan_device_destroy(&device);
        return result;
    }
    device->handle = params->device;
    device->queue_family = params->queue_family;
    device->vkGetDeviceQueue(device->handle, params->queue_family, params->queue_index, &device->queue);
    if (device->queue != VK_NULL_HANDLE)
        result = create_layouts(device);
    if (result == ARTEM_OK)
        *out_device = device;
    else
        vulkan_device_destroy(&device);
    return result;
}

void vulkan_device_destroy(struct vulkan_device **device)
{
    struct vulkan_device *d = *device;

    *device = NULL;
    if (d == NULL)
        return;
    if (d->handle != VK_NULL_HANDLE) {
        for (unsigned i = 0; i < ARTEM_PIXELS_COUNT; i++) {
            d->vkDestroyPipeline(d->handle, d->pipelines[i].composite, NULL);
            d->vkDestroyPipeline(d->handle, d->pipelines[i].downscale, NULL);
        }
        d->vkDestroyPipelineLayout(d->handle, d->pipeline_layout, NULL);
        d->vkDestroyDescriptorSetLayout(d->handle, d->set_layout, NULL);
    }
    if (d->library != NULL)
        dlclose(d->library);
    free(d);
}
