// SPDX-License-Identifier: Apache-2.0
#include "xr_app.h"
#include "clock.h"
#include "log.h"

#include <string.h>

#include <cglm/cglm.h>

// Where the views are: for drawing (world) and for submission (LOCAL space).
struct located {
    XrPosef poses[RENDERER_VIEWS];
    XrFovf fovs[RENDERER_VIEWS];
    struct eye eyes[RENDERER_VIEWS];
};

static XrPosef to_xr(const struct head_pose *pose)
{
    const float *p = pose->position, *r = pose->rotation;
    return (XrPosef){{r[0], r[1], r[2], r[3]}, {p[0], p[1], p[2]}};
}

static struct head_pose from_xr(const XrPosef *pose)
{
    return (struct head_pose){{pose->position.x, pose->position.y, pose->position.z},
                              {pose->orientation.x, pose->orientation.y, pose->orientation.z, pose->orientation.w}};
}

// The eye in the world: the head's pose times the eye's pose in the head.
static struct head_pose attach(const struct head_pose *head, const struct head_pose *eye)
{
    struct head_pose out;
    versor turn, eye_turn, both;
    vec3 shift, moved;
    memcpy(turn, head->rotation, sizeof turn);
    memcpy(eye_turn, eye->rotation, sizeof eye_turn);
    memcpy(shift, eye->position, sizeof shift);
    glm_quat_rotatev(turn, shift, moved);
    glm_quat_mul(turn, eye_turn, both);
    for (int i = 0; i < 3; i++)
        out.position[i] = head->position[i] + moved[i];
    memcpy(out.rotation, both, sizeof out.rotation);
    return out;
}

static void place_eye(struct xr_app *app, const XrView *view, uint32_t index, double seconds, struct located *out)
{
    const struct demo_options *o = app->options;
    const struct teleport teleport = pose_teleport(o->seed, o->cut_every ? app->frame / o->cut_every : 0);
    struct head_pose pose = from_xr(&view->pose), local;
    if (o->path != POSE_PATH_NONE) { // located in the head's own space then
        const struct head_pose head = pose_path_at(o->path, seconds);
        pose = attach(&head, &pose);
    } else {
        pose.position[1] += HEAD_HEIGHT;
    }
    local = pose;
    local.position[1] -= HEAD_HEIGHT;
    out->poses[index] = to_xr(&local);
    out->fovs[index] = view->fov;
    out->eyes[index] = (struct eye){pose_apply_teleport(teleport, pose), view->fov.angleLeft, view->fov.angleRight,
                                    view->fov.angleUp, view->fov.angleDown};
}

// *OUT_VALID: whether the runtime knows where the head is.
static bool locate(struct xr_app *app, XrTime time, double seconds, struct located *out, bool *out_valid)
{
    const XrViewStateFlags needed = XR_VIEW_STATE_ORIENTATION_VALID_BIT | XR_VIEW_STATE_POSITION_VALID_BIT;
    const XrViewLocateInfo info = {.type = XR_TYPE_VIEW_LOCATE_INFO,
                                   .viewConfigurationType = app->system.view_type,
                                   .displayTime = time,
                                   .space = app->options->path == POSE_PATH_NONE ? app->local : app->view};
    XrViewState state = {.type = XR_TYPE_VIEW_STATE};
    XrView views[RENDERER_VIEWS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < RENDERER_VIEWS; i++)
        views[i] = (XrView){.type = XR_TYPE_VIEW};
    if (!xr_ok(app->system.instance, xrLocateViews(app->session, &info, &state, RENDERER_VIEWS, &count, views),
               "xrLocateViews"))
        return false;
    *out_valid = (state.viewStateFlags & needed) == needed && count == app->system.view_count;
    for (uint32_t i = 0; *out_valid && i < count; i++)
        place_eye(app, &views[i], i, seconds, out);
    return true;
}

static bool wants_shot(const struct xr_app *app)
{
    // A frame that is not drawn anew cannot be read: then the next one that is.
    return app->options->screenshot && !app->shot_taken &&
           (app->frame >= app->options->screenshot_at || app->options->is_static);
}

static bool record_pictures(struct xr_app *app, VkCommandBuffer commands, VkSemaphore *wait, VkSemaphore *signal)
{
    struct picture_source source;
    *wait = *signal = VK_NULL_HANDLE;
    if (wants_shot(app)) {
        app->shot = (struct screenshot){.gpu = &app->gpu, .format = app->format};
        for (uint32_t i = 0; i < app->system.view_count; i++) {
            source = xr_projection_source(&app->projections[0], i);
            if (!screenshot_record(&app->shot, commands, &source))
                return false;
        }
    }
    if (!app->options->window)
        return true;
    source = xr_projection_source(&app->projections[0], 0);
    return window_record(&app->window, commands, &source, wait, signal);
}

static bool draw_all(struct xr_app *app, VkCommandBuffer commands, const struct renderer_frame *frame)
{
    for (uint32_t i = 0; i < app->options->layers; i++)
        if (!xr_projection_draw(&app->projections[i], &app->renderer, commands, frame))
            return false;
    return !xr_panel_wanted(app->options) || xr_panel_draw(&app->panel, &app->renderer, commands, frame);
}

static bool release_all(struct xr_app *app)
{
    for (uint32_t i = 0; i < app->options->layers; i++)
        if (!xr_projection_release(&app->projections[i]))
            return false;
    return !xr_panel_wanted(app->options) || xr_panel_release(&app->panel);
}

// Draws and releases a new image of everything.
static bool render(struct xr_app *app, const struct located *located, double seconds)
{
    const struct demo_options *o = app->options;
    const bool shoot = wants_shot(app);
    struct renderer_frame frame = {.eye_count = app->system.view_count,
                                   .seconds = seconds,
                                   .fade = o->fade ? clock_fade(seconds) : 1,
                                   .empty_sky = o->blend != BLEND_OPAQUE,
                                   .straight = o->alpha == ALPHA_STRAIGHT};
    VkSemaphore wait, signal;
    VkCommandBuffer commands = frames_begin(&app->frames, &frame.slot);
    if (!commands)
        return false;
    memcpy(frame.eyes, located->eyes, sizeof frame.eyes);
    renderer_prepare(&app->renderer, &frame);
    if (!draw_all(app, commands, &frame) || !record_pictures(app, commands, &wait, &signal) ||
        !frames_submit(&app->frames, frame.slot, wait, signal) || !release_all(app) ||
        (signal && !window_present(&app->window)))
        return false;
    for (uint32_t i = 0; i < o->layers; i++)
        xr_projection_place(&app->projections[i], app->local, located->poses, located->fovs);
    app->drawn = true;
    app->shot_taken |= shoot;
    return !shoot || (frames_wait(&app->frames) && screenshot_write(&app->shot, o->screenshot));
}

static bool is_due(const struct xr_app *app)
{
    if (!app->drawn)
        return true;
    return !app->options->is_static && app->frame % app->options->resubmit == 0;
}

static bool end_frame(struct xr_app *app, XrTime time, bool submit)
{
    const XrCompositionLayerBaseHeader *layers[8];
    XrFrameEndInfo info = {.type = XR_TYPE_FRAME_END_INFO,
                           .displayTime = time,
                           .environmentBlendMode = app->system.blend,
                           .layers = layers};
    for (uint32_t i = 0; submit && i < app->options->layers; i++)
        layers[info.layerCount++] = (const XrCompositionLayerBaseHeader *)&app->projections[i].layer;
    if (submit && xr_panel_wanted(app->options))
        info.layerCount = xr_panel_layers(&app->panel, app->local, layers, info.layerCount);
    return xr_ok(app->system.instance, xrEndFrame(app->session, &info), "xrEndFrame");
}

bool xr_app_frame(struct xr_app *app)
{
    const XrFrameWaitInfo wait = {.type = XR_TYPE_FRAME_WAIT_INFO};
    const XrFrameBeginInfo begin = {.type = XR_TYPE_FRAME_BEGIN_INFO};
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};
    struct located located = {0};
    bool valid = false;
    double seconds;
    if (!xr_ok(app->system.instance, xrWaitFrame(app->session, &wait, &state), "xrWaitFrame") ||
        !xr_ok(app->system.instance, xrBeginFrame(app->session, &begin), "xrBeginFrame"))
        return false;
    if (app->frame == 0)
        app->first_time = state.predictedDisplayTime;
    seconds = app->options->step > 0 ? (double)app->frame * app->options->step
                                     : 1e-9 * (double)(state.predictedDisplayTime - app->first_time);
    if (state.shouldRender && !app->exit_asked) {
        if (!locate(app, state.predictedDisplayTime, seconds, &located, &valid) ||
            (valid && is_due(app) && !render(app, &located, seconds)))
            return false;
    }
    if (!end_frame(app, state.predictedDisplayTime, valid && app->drawn))
        return false;
    app->frame++;
    return true;
}
