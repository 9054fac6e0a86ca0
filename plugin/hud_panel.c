// SPDX-License-Identifier: Apache-2.0
#include "hud_panel.h"

#include <stdlib.h>

#include "artem/log.h"
#include "session.h"

// Which swapchain format to take: the first of ours that the runtime offers. sRGB of 8 bits stores the panel's few
// colours as they are.
static bool choose_format(const struct layer_session *session, int64_t *out_format)
{
    static const VkFormat wanted[] = {
        VK_FORMAT_R8G8B8A8_SRGB,  VK_FORMAT_B8G8R8A8_SRGB,  VK_FORMAT_R16G16B16A16_SFLOAT,
        VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R16G16B16A16_UNORM,
    };
    const struct layer_next *next = &session->instance->next;
    uint32_t count = 0;
    int64_t *formats;
    bool found = false;

    if (XR_FAILED(next->xrEnumerateSwapchainFormats(session->handle, 0, &count, NULL)) || count == 0)
        return false;
    formats = calloc(count, sizeof *formats);
    if (formats != NULL && XR_SUCCEEDED(next->xrEnumerateSwapchainFormats(session->handle, count, &count, formats))) {
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && !found; i++) {
            for (uint32_t k = 0; k < count && !found; k++)
                if (layer_session_format(session, formats[k]) == wanted[i] &&
                    (session->gl == NULL || gl_can_share(session->gl, wanted[i]))) {
                    found = true;
                    *out_format = formats[k];
                }
        }
    }
    free(formats);
    return found;
}

static enum artem_result create_swapchain(struct hud_panel *panel, int64_t format)
{
    const XrSwapchainCreateInfo info = {
        .type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
        .usageFlags = OWN_SWAPCHAIN_USAGE,
        .format = format,
        .sampleCount = 1,
        .width = (uint32_t)panel->canvas.width,
        .height = (uint32_t)panel->canvas.height,
        .faceCount = 1,
        .arraySize = 1,
        .mipCount = 1,
    };

    return own_swapchain_create(panel->session, &info, &panel->swapchain);
}

struct hud_panel *hud_panel_create(struct layer_session *session, int width, int height, const char **out_why)
{
    struct hud_panel *panel = calloc(1, sizeof *panel);
    const size_t pixels = (size_t)width * (size_t)height;
    int64_t format;

    *out_why = "out of memory";
    if (panel == NULL)
        return NULL;
    panel->session = session;
    panel->work.device = session->device;
    panel->canvas = (struct hud_canvas){width, height, calloc(pixels, 1)};
    if (panel->canvas.pixels == NULL)
        goto fail;
    *out_why = "the runtime offers no format for it";
    if (!choose_format(session, &format) || !vk_find_format(layer_session_format(session, format), &panel->format))
        goto fail;
    *out_why = "the GPU has no memory for it";
    if (vk_buffer_create(session->device, pixels * artem_pixel_size(panel->format), VK_PLACE_HOST, &panel->staging) !=
            ARTEM_OK ||
        vk_submissions_create(&panel->work) != ARTEM_OK)
        goto fail;
    *out_why = "the runtime gives no swapchain for it";
    if (create_swapchain(panel, format) != ARTEM_OK)
        goto fail;
    return panel;

fail:
    hud_panel_destroy(&panel);
    return NULL;
}

void hud_panel_destroy(struct hud_panel **panel)
{
    struct hud_panel *p = *panel;

    *panel = NULL;
    if (p == NULL)
        return;
    const bool done = vk_target_finish(&p->work);

    if (!done) {
        if (p->session->gl != NULL)
            p->session->gl->stuck = true;
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
    } else {
        vk_submissions_destroy(&p->work);
        vk_buffer_destroy(p->session->device, &p->staging);
    }
    own_swapchain_destroy(p->session, &p->swapchain, done);
    free(p->canvas.pixels);
    free(p);
}

static enum artem_result copy(struct hud_panel *panel, const struct vk_surface *surface)
{
    const struct vulkan_device *d = panel->session->device;
    const VkImage image = surface->image;
    const VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .imageExtent = {(uint32_t)panel->canvas.width, (uint32_t)panel->canvas.height, 1},
    };
    const VkImageMemoryBarrier before = vk_image_barrier(
        image, 0, VK_ACCESS_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkImageMemoryBarrier after = vk_surface_barrier(
        d, surface, true,
        vk_image_barrier(image, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL));
    struct vk_submission *submission;

    panel->work.frames[VK_WORK_COMPOSITE]++;
    submission = vk_target_begin(&panel->work, VK_WORK_COMPOSITE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0,
                            0, NULL, 0, NULL, 1, &before);
    vk_target_timestamp(&panel->work, submission, 0);
    d->vkCmdCopyBufferToImage(submission->commands, panel->staging.handle, image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                              1, &region);
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0,
                            0, NULL, 0, NULL, 1, &after);
    vk_target_timestamp(&panel->work, submission, 1);
    return vk_target_submit(&panel->work, submission, surface);
}

enum artem_result hud_panel_update(struct hud_panel *panel, uint32_t opacity)
{
    struct own_swapchain *own = &panel->swapchain;
    enum artem_result result = vk_target_wait(&panel->work, 0);
    struct hud_palette palette;

    if (result == ARTEM_OK)
        result = own_swapchain_acquire(panel->session, own);
    if (result != ARTEM_OK)
        return result;
    hud_palette_make(panel->format, opacity, &palette);
    hud_canvas_store(&panel->canvas, &palette, panel->session->gl != NULL, panel->staging.data);
    const struct vk_surface surface = own_swapchain_surface(own);
    result = copy(panel, &surface);
    if (result == ARTEM_OK)
        result = own_swapchain_filled(own, &panel->work);
    if (result == ARTEM_OK)
        result = own_swapchain_release(panel->session, own);
    panel->shown = panel->shown || result == ARTEM_OK;
    return result;
}

double hud_panel_gpu_ms(const struct hud_panel *panel)
{
    return panel->work.gpu_ms[VK_WORK_COMPOSITE];
}

XrCompositionLayerQuad hud_panel_layer(const struct hud_panel *panel, XrSpace space, XrVector3f place, float width)
{
    return (XrCompositionLayerQuad){
        .type = XR_TYPE_COMPOSITION_LAYER_QUAD,
        .layerFlags = XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT, // colours are premultiplied
        .space = space,
        .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
        .subImage = {.swapchain = panel->swapchain.handle,
                     .imageRect = {{0, 0}, {panel->canvas.width, panel->canvas.height}}},
        .pose = {{0, 0, 0, 1}, place},
        .size = {width, width * (float)panel->canvas.height / (float)panel->canvas.width},
    };
}
