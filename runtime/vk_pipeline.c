// SPDX-License-Identifier: Apache-2.0
#include "artem_vk/pipeline.h"

#include <string.h>

enum { CONSTANTS_MAX = 8 };

enum artem_result vk_layout_create(const struct vulkan_device *device, uint32_t bindings, uint32_t push_bytes,
                                   struct vk_layout *out_layout)
{
    VkDescriptorSetLayoutBinding list[VK_LAYOUT_BINDINGS];
    const VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, push_bytes};
    const VkDescriptorSetLayoutCreateInfo set_info = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
        .bindingCount = bindings,
        .pBindings = list,
    };
    const VkPipelineLayoutCreateInfo layout_info = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
        .setLayoutCount = 1,
        .pSetLayouts = &out_layout->set,
        .pushConstantRangeCount = 1,
        .pPushConstantRanges = &range,
    };

    memset(out_layout, 0, sizeof *out_layout);
    if (bindings > device->max_storage_buffers)
        return ARTEM_ERROR_UNSUPPORTED;
    out_layout->bindings = bindings;
    for (uint32_t i = 0; i < bindings; i++) {
        list[i] = (VkDescriptorSetLayoutBinding){
            .binding = i,
            .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
            .descriptorCount = 1,
            .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
        };
    }
    if (device->vkCreateDescriptorSetLayout(device->handle, &set_info, NULL, &out_layout->set) != VK_SUCCESS ||
        device->vkCreatePipelineLayout(device->handle, &layout_info, NULL, &out_layout->pipeline) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

void vk_layout_destroy(const struct vulkan_device *device, struct vk_layout *layout)
{
    device->vkDestroyPipelineLayout(device->handle, layout->pipeline, NULL);
    device->vkDestroyDescriptorSetLayout(device->handle, layout->set, NULL);
    memset(layout, 0, sizeof *layout);
}

enum artem_result vk_pipeline_create(const struct vulkan_device *device, const struct vk_layout *layout,
                                     VkPipelineCache cache, const struct vk_shader *shader, VkPipeline *out_pipeline)
{
    VkSpecializationMapEntry entries[CONSTANTS_MAX];
    const VkSpecializationInfo constants = {shader->constant_count, entries, shader->constant_count * sizeof(uint32_t),
                                            shader->constants};
    const VkShaderModuleCreateInfo module_info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
        .codeSize = shader->size,
        .pCode = shader->code,
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
        .layout = layout->pipeline,
    };
    VkResult result;

    for (uint32_t i = 0; i < shader->constant_count; i++)
        entries[i] = (VkSpecializationMapEntry){i, i * (uint32_t)sizeof(uint32_t), sizeof(uint32_t)};
    if (device->vkCreateShaderModule(device->handle, &module_info, NULL, &info.stage.module) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    result = device->vkCreateComputePipelines(device->handle, cache, 1, &info, NULL, out_pipeline);
    device->vkDestroyShaderModule(device->handle, info.stage.module, NULL);
    return result == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

void vk_set_write(const struct vulkan_device *device, const struct vk_layout *layout, VkDescriptorSet set,
                  const VkDescriptorBufferInfo *buffers)
{
    const VkWriteDescriptorSet write = {
        .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
        .dstSet = set,
        .dstBinding = 0, // goes on through the bindings behind it, which are alike
        .descriptorCount = layout->bindings,
        .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
        .pBufferInfo = buffers,
    };

    device->vkUpdateDescriptorSets(device->handle, 1, &write, 0, NULL);
}
