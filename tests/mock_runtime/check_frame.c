// SPDX-License-Identifier: Apache-2.0
// Whether a frame's composition layers are valid.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "mock_internal.h"

struct place {
    struct mock_session *session;
    uint32_t layer;
};

static XrResult wrong(const struct place *place, XrResult result, const char *what)
{
    return mock_violation(result, "xrEndFrame: layer %u: %s", place->layer, what);
}

static XrResult check_image(const struct place *place, const XrSwapchainSubImage *image, bool depth)
{
    const struct mock_swapchain *swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, image->swapchain);
    const XrRect2Di *rect = &image->imageRect;

    if (swapchain == NULL || swapchain->session != place->session)
        return wrong(place, XR_ERROR_HANDLE_INVALID, "unknown swapchain");
    if (swapchain->releases == 0)
        return wrong(place, XR_ERROR_LAYER_INVALID, "no image of the swapchain was released");
    if (image->imageArrayIndex >= swapchain->info.arraySize)
        return wrong(place, XR_ERROR_VALIDATION_FAILURE, "no such array slice");
    if (rect->offset.x < 0 || rect->offset.y < 0 || rect->extent.width <= 0 || rect->extent.height <= 0 ||
        (int64_t)rect->offset.x + rect->extent.width > swapchain->info.width ||
        (int64_t)rect->offset.y + rect->extent.height > swapchain->info.height)
        return wrong(place, XR_ERROR_SWAPCHAIN_RECT_INVALID, "the rect is not inside the image");
    if (swapchain->info.faceCount != 1)
        return wrong(place, XR_ERROR_VALIDATION_FAILURE, "a cube map");
    if (depth != ((swapchain->info.usageFlags & XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT) != 0))
        return wrong(place, XR_ERROR_VALIDATION_FAILURE, "depth and colour are mixed up");
    return XR_SUCCESS;
}

static XrResult check_pose(const struct place *place, const XrPosef *pose)
{
    const XrQuaternionf *q = &pose->orientation;
    float length = sqrtf(q->x * q->x + q->y * q->y + q->z * q->z + q->w * q->w);

    if (!(length > 0.99f && length < 1.01f))
        return wrong(place, XR_ERROR_POSE_INVALID, "the pose has no orientation");
    return XR_SUCCESS;
}

static XrResult check_depth(const struct place *place, const XrCompositionLayerProjectionView *view)
{
    for (const XrBaseInStructure *next = view->next; next != NULL; next = next->next) {
        if (next->type == XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR &&
            mock_is_enabled(place->session->instance, XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME))
            return check_image(place, &((const XrCompositionLayerDepthInfoKHR *)next)->subImage, true);
    }
    return XR_SUCCESS;
}

static XrResult check_projection(const struct place *place, const XrCompositionLayerProjection *layer)
{
    XrResult result = XR_SUCCESS;
    uint32_t count;

    if (!mock_view_count(place->session->views, &count) || layer->viewCount != count || layer->views == NULL)
        return wrong(place, XR_ERROR_VALIDATION_FAILURE, "not as many views as the view configuration has");
    for (uint32_t i = 0; i < count && XR_SUCCEEDED(result); i++) {
        const XrCompositionLayerProjectionView *view = &layer->views[i];

        if (view->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW)
            return wrong(place, XR_ERROR_VALIDATION_FAILURE, "wrong structure type of a view");
        result = check_image(place, &view->subImage, false);
        if (XR_SUCCEEDED(result))
            result = check_pose(place, &view->pose);
        if (XR_SUCCEEDED(result))
            result = check_depth(place, view);
    }
    return result;
}

static XrResult check_layer(const struct place *place, const XrCompositionLayerBaseHeader *layer)
{
    const struct mock_instance *instance = place->session->instance;

    if (layer == NULL)
        return wrong(place, XR_ERROR_VALIDATION_FAILURE, "it is NULL");
    if (MOCK_FIND(mock_space, MOCK_SPACE, layer->space) == NULL)
        return wrong(place, XR_ERROR_HANDLE_INVALID, "unknown space");
    switch ((int)layer->type) {
    case XR_TYPE_COMPOSITION_LAYER_PROJECTION:
        return check_projection(place, (const XrCompositionLayerProjection *)layer);
    case XR_TYPE_COMPOSITION_LAYER_QUAD:
        return check_image(place, &((const XrCompositionLayerQuad *)layer)->subImage, false);
    case XR_TYPE_COMPOSITION_LAYER_CYLINDER_KHR:
        if (mock_is_enabled(instance, XR_KHR_COMPOSITION_LAYER_CYLINDER_EXTENSION_NAME))
            return check_image(place, &((const XrCompositionLayerCylinderKHR *)layer)->subImage, false);
        break;
    case XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR:
        if (mock_is_enabled(instance, XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME))
            return check_image(place, &((const XrCompositionLayerEquirect2KHR *)layer)->subImage, false);
        break;
    default:
        break;
    }
    return wrong(place, XR_ERROR_LAYER_INVALID, "unknown type");
}

static bool is_foreign(const XrFrameEndInfo *info)
{
    bool foreign = false;

    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[i];

        for (uint32_t v = 0; layer->type == XR_TYPE_COMPOSITION_LAYER_PROJECTION && v < layer->viewCount; v++)
            foreign =
                foreign || !MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, layer->views[v].subImage.swapchain)->claimed;
    }
    return foreign;
}

static bool has_foreign_quad(const XrFrameEndInfo *info)
{
    bool foreign = false;

    for (uint32_t i = 0; i < info->layerCount; i++) {
        const XrCompositionLayerQuad *layer = (const XrCompositionLayerQuad *)info->layers[i];

        if (layer->type == XR_TYPE_COMPOSITION_LAYER_QUAD)
            foreign = foreign || !MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, layer->subImage.swapchain)->claimed;
    }
    return foreign;
}

XrResult mock_check_frame(struct mock_session *session, const XrFrameEndInfo *info)
{
    struct place place = {.session = session};

    if (info->environmentBlendMode < XR_ENVIRONMENT_BLEND_MODE_OPAQUE ||
        info->environmentBlendMode > XR_ENVIRONMENT_BLEND_MODE_ALPHA_BLEND)
        return mock_violation(XR_ERROR_ENVIRONMENT_BLEND_MODE_UNSUPPORTED, "xrEndFrame: unknown blend mode");
    if (info->layerCount > mock_settings.layers)
        return mock_violation(XR_ERROR_LAYER_LIMIT_EXCEEDED, "xrEndFrame: too many layers");
    if (info->layerCount > 0 && info->layers == NULL)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrEndFrame: no list of layers");
    for (; place.layer < info->layerCount; place.layer++) {
        XrResult result = check_layer(&place, info->layers[place.layer]);

        if (XR_FAILED(result))
            return result;
    }
    if (has_foreign_quad(info) && mock_settings.reject_foreign_quads != XR_SUCCESS)
        return mock_settings.reject_foreign_quads;
    return is_foreign(info) ? mock_settings.reject_foreign : XR_SUCCESS;
}
