// SPDX-License-Identifier: Apache-2.0
#include "static_images.h"

#include "swapchain.h"

// XR_NULL_HANDLE for layers that show none, or in another way.
static XrSwapchain shown_by(const XrCompositionLayerBaseHeader *layer)
{
    switch (layer->type) {
    case XR_TYPE_COMPOSITION_LAYER_QUAD:
        return ((const XrCompositionLayerQuad *)layer)->subImage.swapchain;
    case XR_TYPE_COMPOSITION_LAYER_CYLINDER_KHR:
        return ((const XrCompositionLayerCylinderKHR *)layer)->subImage.swapchain;
    case XR_TYPE_COMPOSITION_LAYER_EQUIRECT_KHR:
        return ((const XrCompositionLayerEquirectKHR *)layer)->subImage.swapchain;
    case XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR:
        return ((const XrCompositionLayerEquirect2KHR *)layer)->subImage.swapchain;
    default:
        return XR_NULL_HANDLE;
    }
}

static bool is_projected(const struct layer_swapchain *swapchain, const XrFrameEndInfo *info)
{
    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[i];

        if (layer == NULL || layer->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION || layer->views == NULL)
            continue;
        for (uint32_t v = 0; v < layer->viewCount; v++)
            if (layer->views[v].subImage.swapchain == swapchain->handle)
                return true;
    }
    return swapchain->in_projection;
}

static void free_capture(struct layer_session *session, struct layer_swapchain *swapchain, const XrFrameEndInfo *info)
{
    pthread_mutex_lock(&session->mutex);
    if (swapchain->target != NULL && !is_projected(swapchain, info) &&
        vk_target_wait(swapchain->target, 0) == ARTEM_OK) {
        layer_swapchain_free_target(swapchain);
        swapchain->captured = 0;
    }
    pthread_mutex_unlock(&session->mutex);
}

void static_images_look(struct layer_session *session, const XrFrameEndInfo *info)
{
    if (info->type != XR_TYPE_FRAME_END_INFO || info->layers == NULL)
        return;
    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerBaseHeader *layer = info->layers[i];
        const XrSwapchain handle = layer != NULL ? shown_by(layer) : XR_NULL_HANDLE;
        struct layer_swapchain *swapchain = handle != XR_NULL_HANDLE ? layer_swapchain_find(handle) : NULL;

        if (swapchain != NULL && swapchain->session == session && swapchain->is_static)
            free_capture(session, swapchain, info);
    }
}
