// SPDX-License-Identifier: Apache-2.0
// Reading the app's frame. What cannot be validated is left as it is, so that the app gets the runtime's own error.
#include "frame_plan.h"

#include <stdio.h>
#include <string.h>

#include "artem/geometry.h"

static enum artem_decision refuse(struct layer_session *session, enum session_notice notice, const char *detail)
{
    layer_session_tell(session, notice, detail);
    return ARTEM_DECISION_UNSUPPORTED;
}

static enum artem_decision refuse_size(struct layer_session *session, const struct geometry_view *view)
{
    char detail[96];

    if ((uint64_t)view->width * view->height > GEOMETRY_AREA_MAX)
        snprintf(detail, sizeof detail, "%u x %u pixels, more than 2^26 (8192 x 8192)", view->width, view->height);
    else
        snprintf(detail, sizeof detail, "%u x %u pixels: too small, or of another density than the first view",
                 view->width, view->height);
    return refuse(session, NOTICE_SIZES, detail);
}

static bool is_inside(const XrRect2Di *rect, const XrSwapchainCreateInfo *info)
{
    return rect->offset.x >= 0 && rect->offset.y >= 0 && rect->extent.width > 0 && rect->extent.height > 0 &&
           (int64_t)rect->offset.x + rect->extent.width <= info->width &&
           (int64_t)rect->offset.y + rect->extent.height <= info->height;
}

static struct geometry_view view_geometry(const XrCompositionLayerProjectionView *view)
{
    return (struct geometry_view){
        .width = (uint32_t)view->subImage.imageRect.extent.width,
        .height = (uint32_t)view->subImage.imageRect.extent.height,
        .left = view->fov.angleLeft,
        .right = view->fov.angleRight,
        .up = view->fov.angleUp,
        .down = view->fov.angleDown,
    };
}

static bool is_overlapping(const VkRect2D *a, const VkRect2D *b)
{
    return a->offset.x < b->offset.x + (int32_t)b->extent.width &&
           b->offset.x < a->offset.x + (int32_t)a->extent.width &&
           a->offset.y < b->offset.y + (int32_t)b->extent.height &&
           b->offset.y < a->offset.y + (int32_t)a->extent.height;
}

// The first own swapchain in which the picture overlaps no other.
static unsigned find_plane(const struct frame_plan *plan, const struct frame_picture *picture)
{
    unsigned taken = 0, plane = 0;

    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *other = &plan->pictures[i];

        if (other->swapchain == picture->swapchain && other->info.slice == picture->info.slice &&
            is_overlapping(&other->info.rect, &picture->info.rect))
            taken |= 1u << other->plane;
    }
    while ((taken >> plane & 1) != 0)
        plane++;
    return plane;
}

static bool is_same_place(const struct frame_picture *a, const struct frame_picture *b)
{
    return a->swapchain == b->swapchain && a->info.slice == b->info.slice &&
           a->info.premultiplied == b->info.premultiplied &&
           memcmp(&a->info.rect, &b->info.rect, sizeof(VkRect2D)) == 0;
}

// Finds the swapchain of a view, or why it cannot be painted.
static enum artem_decision plan_place(struct layer_session *session, const XrSwapchainSubImage *image,
                                      struct frame_picture *picture)
{
    struct layer_swapchain *swapchain = layer_swapchain_find(image->swapchain);
    char detail[160];

    if (swapchain == NULL || swapchain->session != session || image->imageArrayIndex >= swapchain->info.arraySize ||
        !is_inside(&image->imageRect, &swapchain->info))
        return ARTEM_DECISION_UNSUPPORTED;
    if (swapchain->unsupported != NULL) {
        snprintf(detail, sizeof detail, "%s (format %lld, %ux%u)", swapchain->unsupported,
                 (long long)swapchain->info.format, swapchain->info.width, swapchain->info.height);
        return refuse(session, NOTICE_SWAPCHAIN, detail);
    }
    picture->swapchain = swapchain;
    picture->info.slice = image->imageArrayIndex;
    picture->info.rect = (VkRect2D){
        {image->imageRect.offset.x, image->imageRect.offset.y},
        {(uint32_t)image->imageRect.extent.width, (uint32_t)image->imageRect.extent.height},
    };
    return ARTEM_DECISION_STYLED;
}

// The frame's first picture gets the resolution that the settings ask for, all others are painted with strokes of the
// same angular size. `anchor` is the first picture's view.
static bool plan_size(struct frame_plan *plan, const struct geometry_view *anchor, const struct geometry_view *view,
                      uint32_t resolution, bool strict, struct frame_picture *picture)
{
    uint32_t *width = &picture->info.style_width, *height = &picture->info.style_height;

    if (plan->picture_count == 0)
        return geometry_style_size(view->width, view->height, resolution, width, height);
    return geometry_similar_size(anchor, plan->pictures[0].info.style_width, plan->pictures[0].info.style_height, view,
                                 strict, width, height);
}

// The strokes of flat areas have an angular size of their own: that of the resolution which the settings ask for,
// whatever the governor makes of it.
static int32_t find_density(const struct layer_session *session, const struct geometry_view *view,
                            const struct frame_picture *picture)
{
    uint32_t width, height;

    if (!geometry_style_size(view->width, view->height, session->stroke_resolution, &width, &height)) {
        width = picture->info.style_width;
        height = picture->info.style_height;
    }
    return geometry_noise_density(view, width, height, session->noise_density);
}

// Flat areas get a texture that stands still in the layer's space.
static void plan_noise(struct layer_session *session, const struct frame_plan *plan, const struct geometry_view *view,
                       const XrCompositionLayerProjection *layer, uint32_t index, struct frame_picture *picture)
{
    if (plan->picture_count == 0)
        session->noise_density = find_density(session, view, picture);
    const XrPosef *pose = &layer->views[index].pose;
    XrVector3f middle = {0};

    for (uint32_t i = 0; i < layer->viewCount; i++) {
        middle.x += layer->views[i].pose.position.x / (float)layer->viewCount;
        middle.y += layer->views[i].pose.position.y / (float)layer->viewCount;
        middle.z += layer->views[i].pose.position.z / (float)layer->viewCount;
    }
    const struct geometry_pose place = {
        .orientation = {pose->orientation.x, pose->orientation.y, pose->orientation.z, pose->orientation.w},
        .offset = {pose->position.x - middle.x, pose->position.y - middle.y, pose->position.z - middle.z},
    };
    picture->view = *view;
    picture->pose = place;
    geometry_noise_map(view, &place, picture->info.style_width, picture->info.style_height, session->noise_density,
                       &picture->noise);
}

static enum artem_decision plan_view(struct layer_session *session, const XrCompositionLayerProjection *layer,
                                     uint32_t index, uint32_t resolution, struct geometry_view *anchor,
                                     struct frame_plan *plan)
{
    const XrCompositionLayerProjectionView *view = &layer->views[index];
    const struct geometry_view geometry = view_geometry(view);
    const XrCompositionLayerFlags alpha =
        XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT | XR_COMPOSITION_LAYER_UNPREMULTIPLIED_ALPHA_BIT;
    struct frame_picture picture = {
        // Colours are multiplied by alpha only where alpha counts and nothing else is said.
        .info.premultiplied = (layer->layerFlags & alpha) == XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT,
    };
    enum artem_decision decision = plan_place(session, &view->subImage, &picture);
    uint32_t same = 0;

    if (decision != ARTEM_DECISION_STYLED)
        return decision;
    while (same < plan->picture_count && !is_same_place(&plan->pictures[same], &picture))
        same++;
    if (same == plan->picture_count) {
        if (plan->picture_count == ARTEM_MAX_VIEWS)
            return refuse(session, NOTICE_MANY, NULL);
        if (!plan_size(plan, anchor, &geometry, resolution, layer->viewCount == 4, &picture))
            return refuse_size(session, &geometry);
        picture.plane = find_plane(plan, &picture);
        if (picture.plane >= SWAPCHAIN_PLANES)
            return refuse(session, NOTICE_OVERLAP, NULL);
        if (plan->picture_count == 0)
            *anchor = geometry;
        plan_noise(session, plan, &geometry, layer, index, &picture);
        plan->pictures[plan->picture_count++] = picture;
    }
    plan->view_pictures[plan->view_count++] = same;
    return ARTEM_DECISION_STYLED;
}

static enum artem_decision plan_layer(struct layer_session *session, const XrFrameEndInfo *info, uint32_t index,
                                      uint32_t resolution, struct geometry_view *anchor, struct frame_plan *plan)
{
    const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[index];
    enum artem_decision decision;

    if (layer->viewCount < 1 || layer->views == NULL)
        return ARTEM_DECISION_UNSUPPORTED;
    if (layer->viewCount != 1 && layer->viewCount != 2 && layer->viewCount != 4)
        return refuse(session, NOTICE_VIEWS, NULL);
    if (plan->layer_count == FRAME_LAYERS_MAX || plan->view_count + layer->viewCount > FRAME_VIEWS_MAX)
        return refuse(session, NOTICE_MANY, NULL);
    plan->layers[plan->layer_count] = (struct frame_layer){
        .layer = layer, .index = index, .first_view = plan->view_count, .view_count = layer->viewCount};
    for (uint32_t i = 0; i < layer->viewCount; i++) {
        decision = plan_view(session, layer, i, resolution, anchor, plan);
        if (decision != ARTEM_DECISION_STYLED)
            return decision;
    }
    plan->layer_count++;
    return ARTEM_DECISION_STYLED;
}

bool frame_plan_has_eyes(const struct frame_plan *plan)
{
    return plan->layer_count > 0 && plan->layers[0].view_count == 2 && plan->picture_count >= 2 &&
           plan->view_pictures[1] == 1 && plan->pictures[0].swapchain != plan->pictures[1].swapchain;
}

uint32_t frame_plan_count_painted(const struct frame_plan *plan)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->picture_count; i++)
        count += plan->pictures[i].paint;
    return count;
}

enum artem_decision frame_plan_make(struct layer_session *session, const XrFrameEndInfo *info,
                                    const struct artem_settings *settings, struct frame_plan *out_plan)
{
    struct frame_plan plan = {0};
    struct geometry_view anchor = {0};
    bool additive;

    if (info->type != XR_TYPE_FRAME_END_INFO || (info->layerCount > 0 && info->layers == NULL))
        return ARTEM_DECISION_UNSUPPORTED;
    additive = info->environmentBlendMode != XR_ENVIRONMENT_BLEND_MODE_OPAQUE &&
               info->environmentBlendMode != XR_ENVIRONMENT_BLEND_MODE_ALPHA_BLEND;
    for (uint32_t i = 0; i < info->layerCount; i++) {
        const uint32_t views = plan.view_count, pictures = plan.picture_count;

        if (info->layers[i] == NULL || info->layers[i]->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION)
            continue;
        if (additive && !settings->ar)
            return refuse(session, NOTICE_BLEND_MODE, NULL);
        if (plan_layer(session, info, i, settings->resolution, &anchor, &plan) != ARTEM_DECISION_STYLED) {
            plan.view_count = views;
            plan.picture_count = pictures;
        }
    }
    if (plan.layer_count == 0)
        return ARTEM_DECISION_UNSUPPORTED; // also without projection layers: a menu, a loading screen
    *out_plan = plan;
    return ARTEM_DECISION_STYLED;
}
