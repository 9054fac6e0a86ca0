// SPDX-License-Identifier: Apache-2.0
#include "vk_renderer.h"
#include "log.h"
#include "mesh.h"
#include "texture.h"
#include "vk_upload.h"

#include <string.h>

#include <cglm/cglm.h>

// As in shaders/common.glsl.
struct frame_uniforms {
    struct {
        float view_projection[4][4], direction_from_clip[4][4], eye[4];
    } views[RENDERER_VIEWS];
    struct {
        float position[4], color[4];
    } lights[SCENE_MAX_LIGHTS];
    float sky_top[4], sky_horizon[4], sky_ground[4], ambient_up[4], ambient_down[4];
};

struct draw_constants {
    float model[4][4], material[4], more[4];
};
_Static_assert(sizeof(struct draw_constants) <= 128, "what every device has");

static bool create_layouts(struct renderer *r)
{
    VkDescriptorSetLayoutBinding bindings[] = {
        {0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1, VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, NULL},
        {1, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT, NULL}};
    VkDescriptorSetLayoutCreateInfo set = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 2, .pBindings = bindings};
    VkPushConstantRange constants = {VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0,
                                     sizeof(struct draw_constants)};
    VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                         .setLayoutCount = 1,
                                         .pSetLayouts = &r->set_layout,
                                         .pushConstantRangeCount = 1,
                                         .pPushConstantRanges = &constants};
    VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, RENDERER_SLOTS},
                                    {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, RENDERER_SLOTS}};
    VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                       .maxSets = RENDERER_SLOTS,
                                       .poolSizeCount = 2,
                                       .pPoolSizes = sizes};
    VkDevice device = r->gpu->device;
    return vk_ok(vkCreateDescriptorSetLayout(device, &set, NULL, &r->set_layout), "vkCreateDescriptorSetLayout") &&
           vk_ok(vkCreatePipelineLayout(device, &layout, NULL, &r->layout), "vkCreatePipelineLayout") &&
           vk_ok(vkCreateDescriptorPool(device, &pool, NULL, &r->pool), "vkCreateDescriptorPool");
}

static bool create_meshes(struct renderer *r)
{
    struct mesh mesh = {0};
    bool ok;
    for (uint32_t i = 0; i < r->scene->object_count; i++) {
        const struct scene_object *object = &r->scene->objects[i];
        r->ranges[i].first_index = mesh.index_count;
        mesh_add(&mesh, object, r->scene->materials[object->material].repeat);
        r->ranges[i].index_count = mesh.index_count - r->ranges[i].first_index;
    }
    if (mesh.index_count == 0 || mesh.out_of_memory) {
        mesh_free(&mesh);
        return demo_error("the scene has no objects, or too many for the memory");
    }
    ok = gpu_buffer_create(r->gpu, mesh.vertex_count * sizeof *mesh.vertices, VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                           &r->vertices) &&
         gpu_buffer_create(r->gpu, mesh.index_count * sizeof *mesh.indices, VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
                           &r->indices);
    if (ok) {
        memcpy(r->vertices.mapped, mesh.vertices, mesh.vertex_count * sizeof *mesh.vertices);
        memcpy(r->indices.mapped, mesh.indices, mesh.index_count * sizeof *mesh.indices);
    }
    mesh_free(&mesh);
    return ok;
}

static bool create_sampler(struct renderer *r)
{
    VkSamplerCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                .magFilter = VK_FILTER_LINEAR,
                                .minFilter = VK_FILTER_LINEAR,
                                .mipmapMode = VK_SAMPLER_MIPMAP_MODE_LINEAR,
                                .maxLod = VK_LOD_CLAMP_NONE};
    return vk_ok(vkCreateSampler(r->gpu->device, &info, NULL, &r->sampler), "vkCreateSampler");
}

static bool create_slot(struct renderer *r, uint32_t slot)
{
    VkDescriptorSetAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = r->pool,
                                        .descriptorSetCount = 1,
                                        .pSetLayouts = &r->set_layout};
    VkDescriptorBufferInfo buffer = {.range = VK_WHOLE_SIZE};
    VkDescriptorImageInfo image = {r->sampler, r->texture_view, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
    if (!gpu_buffer_create(r->gpu, sizeof(struct frame_uniforms), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                           &r->uniforms[slot]) ||
        !vk_ok(vkAllocateDescriptorSets(r->gpu->device, &info, &r->sets[slot]), "vkAllocateDescriptorSets"))
        return false;
    buffer.buffer = r->uniforms[slot].buffer;
    VkWriteDescriptorSet writes[] = {{.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                      .dstSet = r->sets[slot],
                                      .dstBinding = 0,
                                      .descriptorCount = 1,
                                      .descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
                                      .pBufferInfo = &buffer},
                                     {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                      .dstSet = r->sets[slot],
                                      .dstBinding = 1,
                                      .descriptorCount = 1,
                                      .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                                      .pImageInfo = &image}};
    vkUpdateDescriptorSets(r->gpu->device, 2, writes, 0, NULL);
    return true;
}

bool renderer_create(struct gpu *gpu, const struct scene *scene, uint32_t seed, struct renderer *out)
{
    *out = (struct renderer){.gpu = gpu, .scene = scene};
    if (!create_layouts(out) || !create_meshes(out) || !create_sampler(out) ||
        !upload_textures(gpu, scene, seed, &out->textures, &out->texture_view))
        return false;
    for (uint32_t slot = 0; slot < RENDERER_SLOTS; slot++)
        if (!create_slot(out, slot))
            return false;
    return true;
}

void renderer_destroy(struct renderer *r)
{
    if (!r->gpu || !r->gpu->device)
        return;
    for (uint32_t slot = 0; slot < RENDERER_SLOTS; slot++)
        gpu_buffer_destroy(r->gpu, &r->uniforms[slot]);
    gpu_buffer_destroy(r->gpu, &r->vertices);
    gpu_buffer_destroy(r->gpu, &r->indices);
    vkDestroyImageView(r->gpu->device, r->texture_view, NULL);
    gpu_image_destroy(r->gpu, &r->textures);
    vkDestroySampler(r->gpu->device, r->sampler, NULL);
    vkDestroyDescriptorPool(r->gpu->device, r->pool, NULL);
    vkDestroyPipelineLayout(r->gpu->device, r->layout, NULL);
    vkDestroyDescriptorSetLayout(r->gpu->device, r->set_layout, NULL);
    *r = (struct renderer){0};
}

// Vulkan's clip space: y down, z from 0 at the near plane to 1 at the far plane.
static void projection(const struct eye *eye, mat4 out)
{
    float l = tanf(eye->left), r = tanf(eye->right), u = tanf(eye->up), d = tanf(eye->down);
    glm_mat4_zero(out);
    out[0][0] = 2 / (r - l);
    out[1][1] = -2 / (u - d);
    out[2][0] = (r + l) / (r - l);
    out[2][1] = -(u + d) / (u - d);
    out[2][2] = -RENDERER_FAR / (RENDERER_FAR - RENDERER_NEAR);
    out[2][3] = -1;
    out[3][2] = -RENDERER_FAR * RENDERER_NEAR / (RENDERER_FAR - RENDERER_NEAR);
}

static void set_view(struct frame_uniforms *uniforms, uint32_t view, const struct eye *eye)
{
    mat4 rotation, to_clip, view_from_world, from_clip;
    versor turn, back;
    vec3 shift;
    projection(eye, to_clip);
    memcpy(turn, eye->pose.rotation, sizeof turn);
    glm_quat_conjugate(turn, back);
    glm_quat_mat4(back, rotation);
    memcpy(shift, eye->pose.position, sizeof shift);
    glm_vec3_negate(shift);
    glm_mat4_copy(rotation, view_from_world);
    glm_translate(view_from_world, shift);
    glm_mat4_mul(to_clip, view_from_world, uniforms->views[view].view_projection);
    glm_mat4_mul(to_clip, rotation, from_clip);
    glm_mat4_inv(from_clip, uniforms->views[view].direction_from_clip);
    memcpy(uniforms->views[view].eye, eye->pose.position, sizeof eye->pose.position);
}

static void set_color(float out[4], const float color[3], float fourth)
{
    memcpy(out, color, 3 * sizeof *out);
    out[3] = fourth;
}

void renderer_prepare(struct renderer *r, const struct renderer_frame *frame)
{
    const struct scene *scene = r->scene;
    struct frame_uniforms uniforms = {0};
    for (uint32_t i = 0; i < frame->eye_count; i++)
        set_view(&uniforms, i, &frame->eyes[i]);
    for (uint32_t i = 0; i < scene->light_count; i++) {
        const struct scene_light *light = &scene->lights[i];
        set_color(uniforms.lights[i].position, light->position, light->directional ? 0 : 1);
        if (light->directional)
            glm_vec3_normalize(uniforms.lights[i].position);
        set_color(uniforms.lights[i].color, light->color, light->range);
    }
    set_color(uniforms.sky_top, scene->sky_top, frame->empty_sky ? 0 : 1);
    set_color(uniforms.sky_horizon, scene->sky_horizon, frame->fade);
    set_color(uniforms.sky_ground, scene->sky_ground, (float)scene->light_count);
    set_color(uniforms.ambient_up, scene->ambient_up, frame->straight ? 1 : 0);
    set_color(uniforms.ambient_down, scene->ambient_down, 0);
    memcpy(r->uniforms[frame->slot].mapped, &uniforms, sizeof uniforms);
}

static void begin_draws(struct renderer *r, VkCommandBuffer commands, uint32_t slot, VkRect2D rect)
{
    VkViewport viewport = {
        (float)rect.offset.x, (float)rect.offset.y, (float)rect.extent.width, (float)rect.extent.height, 0, 1};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    vkCmdSetScissor(commands, 0, 1, &rect);
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->layout, 0, 1, &r->sets[slot], 0, NULL);
}

static void push(struct renderer *r, VkCommandBuffer commands, const struct draw_constants *constants)
{
    vkCmdPushConstants(commands, r->layout, VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0,
                       sizeof *constants, constants);
}

static void draw_object(struct renderer *r, VkCommandBuffer commands, uint32_t index,
                        const struct renderer_frame *frame, uint32_t view)
{
    const struct scene_object *object = &r->scene->objects[index];
    const struct scene_material *material = &r->scene->materials[object->material];
    struct draw_constants constants = {
        .material = {(float)object->material, material->specular, material->shininess, material->emission},
        .more = {(float)view, object->overlay ? object->alpha : 1}};
    scene_object_model(object, frame->seconds, constants.model);
    push(r, commands, &constants);
    vkCmdDrawIndexed(commands, r->ranges[index].index_count, 1, r->ranges[index].first_index, 0, 0);
}

void renderer_draw(struct renderer *r, VkCommandBuffer commands, const struct gpu_pass *pass,
                   const struct renderer_frame *frame, uint32_t view, VkRect2D rect, bool overlay)
{
    const VkDeviceSize zero = 0;
    begin_draws(r, commands, frame->slot, rect);
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pass->scene);
    vkCmdBindVertexBuffers(commands, 0, 1, &r->vertices.buffer, &zero);
    vkCmdBindIndexBuffer(commands, r->indices.buffer, 0, VK_INDEX_TYPE_UINT32);
    for (uint32_t i = 0; i < r->scene->object_count; i++)
        if (r->scene->objects[i].overlay == overlay)
            draw_object(r, commands, i, frame, view);
    if (!overlay) {
        struct draw_constants constants = {.more = {(float)view}};
        vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pass->sky);
        push(r, commands, &constants);
        vkCmdDraw(commands, 3, 1, 0, 0);
    }
}

void renderer_draw_panel(struct renderer *r, VkCommandBuffer commands, const struct gpu_pass *pass,
                         const struct renderer_frame *frame, VkRect2D rect)
{
    struct draw_constants constants = {.more = {0}};
    for (uint32_t i = r->scene->material_count; i-- > 0;)
        if (r->scene->materials[i].kind == TEXTURE_TEXT)
            constants.material[0] = (float)i;
    begin_draws(r, commands, frame->slot, rect);
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pass->panel);
    push(r, commands, &constants);
    vkCmdDraw(commands, 3, 1, 0, 0);
}
