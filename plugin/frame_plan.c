// SPDX-License-Identifier: Apache-2.0
// Reading the app's frame. What cannot be validated is left as it is, so that the app gets the runtime's own error.
#include "frame_plan.h"

#include <stdio.h>

#include "geometry.h"

static enum artem_decision refuse(struct layer_session *session, enum session_notice notice, const char *detail)
{
    layer_session_tell(session, notice, detail);
    return ARTEM_DECISION_UNSUPPORTED;
}

static const XrCompositionLayerProjection *find_projection(struct layer_session *session, const XrFrameEndInfo *info,
                                                           uint32_t *out_index)
{
    const XrCompositionLayerProjection *found = NULL;

    for (uint32_t i = 0; i < info->layerCount; i++) {
        if (info->layers[i] == NULL || info->layers[i]->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION)
            continue;
        if (found != NULL) {
            layer_session_tell(session, NOTICE_SECOND_LAYER, NULL);
            break;
        }
        found = (const XrCompositionLayerProjection *)info->layers[i];
        *out_index = i;
    }
    return found;
}

static bool is_inside(const XrRect2Di *rect, const XrSwapchainCreateInfo *info)
{
    return rect->offset.x >= 0 && rect->offset.y >= 0 && rect->extent.width > 0 && rect->extent.height > 0 &&
           (int64_t)rect->offset.x + rect->extent.width <= info->width &&
           (int64_t)rect->offset.y + rect->extent.height <= info->height;
}

static enum artem_decision plan_view(struct layer_session *session, const XrCompositionLayerProjectionView *view,
                                     struct frame_view *out_view)
{
    const XrSwapchainSubImage *image = &view->subImage;
    struct layer_swapchain *swapchain = layer_swapchain_find(image->swapchain);
    char detail[128];

    if (swapchain == NULL || swapchain->session != session || image->imageArrayIndex >= swapchain->info.arraySize ||
        !is_inside(&image->imageRect, &swapchain->info))
        return ARTEM_DECISION_UNSUPPORTED;
    if (swapchain->unsupported != NULL) {
        snprintf(detail, sizeof detail, "%s (format %lld, %ux%u)", swapchain->unsupported,
                 (long long)swapchain->info.format, swapchain->info.width, swapchain->info.height);
        return refuse(session, NOTICE_SWAPCHAIN, detail);
    }
    *out_view = (struct frame_view){
        .swapchain = swapchain,
        .rect =
            {
                {image->imageRect.offset.x, image->imageRect.offset.y},
                {(uint32_t)image->imageRect.extent.width, (uint32_t)image->imageRect.extent.height},
            },
    };
    return ARTEM_DECISION_STYLED;
}

// Both views get the style resolution of the first: they are one batch.
static bool plan_sizes(struct frame_plan *plan, uint32_t resolution)
{
    const VkExtent2D *first = &plan->views[0].rect.extent;

    if (!geometry_style_size(first->width, first->height, resolution, &plan->style_width, &plan->style_height))
        return false;
    for (uint32_t i = 0; i < plan->view_count; i++) {
        struct frame_view *view = &plan->views[i];
        const XrFovf *fov = &plan->layer->views[i].fov;

        if (!geometry_can_scale(view->rect.extent.width, view->rect.extent.height, plan->style_width,
                                plan->style_height))
            return false;
        view->noise_x = geometry_noise_origin(fov->angleLeft, fov->angleRight, plan->style_width);
        view->noise_y = geometry_noise_origin(fov->angleUp, fov->angleDown, plan->style_height);
    }
    return true;
}

enum artem_decision frame_plan_make(struct layer_session *session, const XrFrameEndInfo *info,
                                    const struct artem_settings *settings, struct frame_plan *out_plan)
{
    struct frame_plan plan = {0};
    enum artem_decision decision;

    if (info->type != XR_TYPE_FRAME_END_INFO || (info->layerCount > 0 && info->layers == NULL))
        return ARTEM_DECISION_UNSUPPORTED;
    plan.layer = find_projection(session, info, &plan.layer_index);
    if (plan.layer == NULL || plan.layer->views == NULL)
        return ARTEM_DECISION_UNSUPPORTED; // nothing to style: a menu, a loading screen
    if (info->environmentBlendMode != XR_ENVIRONMENT_BLEND_MODE_OPAQUE)
        return refuse(session, NOTICE_BLEND_MODE, NULL);
    if ((plan.layer->layerFlags & XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT) != 0)
        return refuse(session, NOTICE_ALPHA, NULL);
    plan.view_count = plan.layer->viewCount;
    if (plan.view_count < 1 || plan.view_count > ARTEM_MAX_VIEWS)
        return refuse(session, NOTICE_VIEWS, NULL);
    for (uint32_t i = 0; i < plan.view_count; i++) {
        decision = plan_view(session, &plan.layer->views[i], &plan.views[i]);
        if (decision != ARTEM_DECISION_STYLED)
            return decision;
    }
    if (plan.view_count == 2 && plan.views[0].swapchain == plan.views[1].swapchain)
        return refuse(session, NOTICE_SHARED, NULL);
    if (!plan_sizes(&plan, settings->resolution))
        return refuse(session, NOTICE_SIZES, NULL);
    *out_plan = plan;
    return ARTEM_DECISION_STYLED;
}
