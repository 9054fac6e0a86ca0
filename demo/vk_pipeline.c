// SPDX-License-Identifier: Apache-2.0
#include "vk_pipeline.h"
#include "log.h"
#include "mesh.h"

#include <stddef.h>

#include "panel.frag.h"
#include "panel.vert.h"
#include "scene.frag.h"
#include "scene.vert.h"
#include "scene_multiview.vert.h"
#include "sky.frag.h"
#include "sky.vert.h"
#include "sky_multiview.vert.h"

struct shader {
    const uint32_t *code;
    size_t size;
};
#define SHADER(name) ((struct shader){name, sizeof(name)})

static bool create_render_pass(struct gpu *gpu, struct gpu_pass *out)
{
    const struct gpu_pass_key *key = &out->key;
    const VkImageLayout color_layout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    const VkImageLayout depth_layout = VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL;
    const VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT |
                                        VK_PIPELINE_STAGE_EARLY_FRAGMENT_TESTS_BIT |
                                        VK_PIPELINE_STAGE_LATE_FRAGMENT_TESTS_BIT;
    const VkAccessFlags writes = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT;
    const uint32_t view_mask = (1u << key->views) - 1;
    VkAttachmentDescription attachments[] = {
        {.format = key->color,
         .samples = key->samples,
         .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
         .storeOp = key->resolve ? VK_ATTACHMENT_STORE_OP_DONT_CARE : VK_ATTACHMENT_STORE_OP_STORE,
         .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
         .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
         .finalLayout = color_layout},
        {.format = key->depth,
         .samples = key->samples,
         .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
         .storeOp = key->keep_depth ? VK_ATTACHMENT_STORE_OP_STORE : VK_ATTACHMENT_STORE_OP_DONT_CARE,
         .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
         .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
         .finalLayout = depth_layout},
        {.format = key->color,
         .samples = VK_SAMPLE_COUNT_1_BIT,
         .loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
         .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
         .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
         .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
         .finalLayout = color_layout}};
    VkAttachmentReference color = {0, color_layout}, depth = {1, depth_layout}, resolved = {2, color_layout};
    VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                    .colorAttachmentCount = 1,
                                    .pColorAttachments = &color,
                                    .pDepthStencilAttachment = &depth,
                                    .pResolveAttachments = key->resolve ? &resolved : NULL};
    // Frames share their depth image and multisampled image, so each pass waits for the writes of the one before.
    VkSubpassDependency before = {.srcSubpass = VK_SUBPASS_EXTERNAL,
                                  .srcStageMask = stages,
                                  .dstStageMask = stages,
                                  .srcAccessMask = writes,
                                  .dstAccessMask = writes | VK_ACCESS_COLOR_ATTACHMENT_READ_BIT |
                                                   VK_ACCESS_DEPTH_STENCIL_ATTACHMENT_READ_BIT};
    VkRenderPassMultiviewCreateInfo multiview = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_MULTIVIEW_CREATE_INFO,
                                                 .subpassCount = 1,
                                                 .pViewMasks = &view_mask,
                                                 .correlationMaskCount = 1,
                                                 .pCorrelationMasks = &view_mask};
    VkRenderPassCreateInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                   .pNext = key->views > 1 ? &multiview : NULL,
                                   .attachmentCount = key->resolve ? 3 : 2,
                                   .pAttachments = attachments,
                                   .subpassCount = 1,
                                   .pSubpasses = &subpass,
                                   .dependencyCount = 1,
                                   .pDependencies = &before};
    return vk_ok(vkCreateRenderPass(gpu->device, &info, NULL, &out->pass), "vkCreateRenderPass");
}

static bool create_module(struct gpu *gpu, struct shader shader, VkShaderModule *out)
{
    VkShaderModuleCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = shader.size, .pCode = shader.code};
    return vk_ok(vkCreateShaderModule(gpu->device, &info, NULL, out), "vkCreateShaderModule");
}

static bool create_with_modules(struct gpu *gpu, const struct gpu_pass *pass, VkPipelineLayout layout,
                                VkShaderModule vertex, VkShaderModule fragment, bool is_mesh, VkPipeline *out)
{
    const VkPipelineShaderStageCreateInfo stages[] = {{.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                       .stage = VK_SHADER_STAGE_VERTEX_BIT,
                                                       .module = vertex,
                                                       .pName = "main"},
                                                      {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                       .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
                                                       .module = fragment,
                                                       .pName = "main"}};
    const VkVertexInputBindingDescription binding = {0, sizeof(struct vertex), VK_VERTEX_INPUT_RATE_VERTEX};
    const VkVertexInputAttributeDescription attributes[] = {
        {0, 0, VK_FORMAT_R32G32B32_SFLOAT, offsetof(struct vertex, position)},
        {1, 0, VK_FORMAT_R32G32B32_SFLOAT, offsetof(struct vertex, normal)},
        {2, 0, VK_FORMAT_R32G32_SFLOAT, offsetof(struct vertex, uv)}};
    const VkPipelineVertexInputStateCreateInfo input = {.sType =
                                                            VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
                                                        .vertexBindingDescriptionCount = is_mesh ? 1 : 0,
                                                        .pVertexBindingDescriptions = &binding,
                                                        .vertexAttributeDescriptionCount = is_mesh ? 3 : 0,
                                                        .pVertexAttributeDescriptions = attributes};
    const VkPipelineInputAssemblyStateCreateInfo assembly = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
        .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
    const VkPipelineViewportStateCreateInfo viewport = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO, .viewportCount = 1, .scissorCount = 1};
    const VkPipelineRasterizationStateCreateInfo raster = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
        .cullMode = is_mesh ? VK_CULL_MODE_BACK_BIT : VK_CULL_MODE_NONE,
        .frontFace = VK_FRONT_FACE_COUNTER_CLOCKWISE,
        .lineWidth = 1};
    const VkPipelineMultisampleStateCreateInfo multisample = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO, .rasterizationSamples = pass->key.samples};
    const VkPipelineDepthStencilStateCreateInfo depth = {.sType =
                                                             VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
                                                         .depthTestEnable = VK_TRUE,
                                                         .depthWriteEnable = is_mesh,
                                                         .depthCompareOp = VK_COMPARE_OP_LESS_OR_EQUAL};
    const VkPipelineColorBlendAttachmentState all = {.colorWriteMask = 0xf};
    const VkPipelineColorBlendStateCreateInfo blend = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO, .attachmentCount = 1, .pAttachments = &all};
    const VkDynamicState states[] = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    const VkPipelineDynamicStateCreateInfo dynamic = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
                                                      .dynamicStateCount = 2,
                                                      .pDynamicStates = states};
    const VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                               .stageCount = 2,
                                               .pStages = stages,
                                               .pVertexInputState = &input,
                                               .pInputAssemblyState = &assembly,
                                               .pViewportState = &viewport,
                                               .pRasterizationState = &raster,
                                               .pMultisampleState = &multisample,
                                               .pDepthStencilState = &depth,
                                               .pColorBlendState = &blend,
                                               .pDynamicState = &dynamic,
                                               .layout = layout,
                                               .renderPass = pass->pass};
    return vk_ok(vkCreateGraphicsPipelines(gpu->device, VK_NULL_HANDLE, 1, &info, NULL, out),
                 "vkCreateGraphicsPipelines");
}

static bool create_pipeline(struct gpu *gpu, const struct gpu_pass *pass, VkPipelineLayout layout, struct shader vertex,
                            struct shader fragment, bool is_mesh, VkPipeline *out)
{
    VkShaderModule modules[2] = {VK_NULL_HANDLE, VK_NULL_HANDLE};
    bool ok = create_module(gpu, vertex, &modules[0]) && create_module(gpu, fragment, &modules[1]) &&
              create_with_modules(gpu, pass, layout, modules[0], modules[1], is_mesh, out);
    vkDestroyShaderModule(gpu->device, modules[0], NULL);
    vkDestroyShaderModule(gpu->device, modules[1], NULL);
    return ok;
}

bool gpu_pass_create(struct gpu *gpu, const struct gpu_pass_key *key, VkPipelineLayout layout, struct gpu_pass *out)
{
    bool multiview = key->views > 1;
    *out = (struct gpu_pass){.key = *key};
    return create_render_pass(gpu, out) &&
           create_pipeline(gpu, out, layout, multiview ? SHADER(demo_scene_multiview_vert) : SHADER(demo_scene_vert),
                           SHADER(demo_scene_frag), true, &out->scene) &&
           create_pipeline(gpu, out, layout, multiview ? SHADER(demo_sky_multiview_vert) : SHADER(demo_sky_vert),
                           SHADER(demo_sky_frag), false, &out->sky) &&
           create_pipeline(gpu, out, layout, SHADER(demo_panel_vert), SHADER(demo_panel_frag), false, &out->panel);
}

void gpu_pass_destroy(struct gpu *gpu, struct gpu_pass *pass)
{
    if (gpu->device) {
        vkDestroyPipeline(gpu->device, pass->scene, NULL);
        vkDestroyPipeline(gpu->device, pass->sky, NULL);
        vkDestroyPipeline(gpu->device, pass->panel, NULL);
        vkDestroyRenderPass(gpu->device, pass->pass, NULL);
    }
    *pass = (struct gpu_pass){0};
}
