// SPDX-License-Identifier: Apache-2.0
#include "vk_shaders.h"

#include <stdlib.h>

#include "composite.comp.h"
#include "downscale.comp.h"
#include "fade.comp.h"

enum artem_result vk_shaders_create(const struct vulkan_device *device, struct vk_shaders **out_shaders)
{
    const uint32_t push_bytes = sizeof(struct vulkan_push) > sizeof(struct vulkan_fade) ? sizeof(struct vulkan_push)
                                                                                        : sizeof(struct vulkan_fade);
    struct vk_shaders *shaders = calloc(1, sizeof *shaders);
    enum artem_result result;

    if (shaders == NULL)
        return ARTEM_ERROR_MEMORY;
    shaders->device = device;
    pthread_mutex_init(&shaders->mutex, NULL);
    result = vk_layout_create(device, BINDING_COUNT, push_bytes, &shaders->layout);
    if (result == ARTEM_OK)
        *out_shaders = shaders;
    else
        vk_shaders_destroy(&shaders);
    return result;
}

enum artem_result vk_shaders_prepare(struct vk_shaders *shaders, enum artem_pixel_format format)
{
    struct vk_pipelines *pipelines = &shaders->pipelines[format];
    const uint32_t constant = (uint32_t)format;
    const struct vk_shader downscale = {artem_downscale_spv, sizeof artem_downscale_spv, &constant, 1};
    const struct vk_shader composite = {artem_composite_spv, sizeof artem_composite_spv, &constant, 1};
    const struct vk_shader fade = {artem_fade_spv, sizeof artem_fade_spv, NULL, 0};
    enum artem_result result = ARTEM_OK;

    pthread_mutex_lock(&shaders->mutex);
    if (shaders->fade == VK_NULL_HANDLE)
        result = vk_pipeline_create(shaders->device, &shaders->layout, VK_NULL_HANDLE, &fade, &shaders->fade);
    if (result == ARTEM_OK && pipelines->downscale == VK_NULL_HANDLE)
        result =
            vk_pipeline_create(shaders->device, &shaders->layout, VK_NULL_HANDLE, &downscale, &pipelines->downscale);
    if (result == ARTEM_OK && pipelines->composite == VK_NULL_HANDLE)
        result =
            vk_pipeline_create(shaders->device, &shaders->layout, VK_NULL_HANDLE, &composite, &pipelines->composite);
    pthread_mutex_unlock(&shaders->mutex);
    return result;
}

void vk_shaders_destroy(struct vk_shaders **shaders)
{
    struct vk_shaders *s = *shaders;

    *shaders = NULL;
    if (s == NULL)
        return;
    for (unsigned i = 0; i < ARTEM_PIXELS_COUNT; i++) {
        s->device->vkDestroyPipeline(s->device->handle, s->pipelines[i].composite, NULL);
        s->device->vkDestroyPipeline(s->device->handle, s->pipelines[i].downscale, NULL);
    }
    s->device->vkDestroyPipeline(s->device->handle, s->fade, NULL);
    vk_layout_destroy(s->device, &s->layout);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
