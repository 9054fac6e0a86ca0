// SPDX-License-Identifier: Apache-2.0
#include "xr_app.h"
#include "clock.h"
#include "log.h"
#include "stop.h"

#include <stdlib.h>

static bool create_session(struct xr_app *app)
{
    const XrGraphicsBindingVulkanKHR binding = {.type = XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR,
                                                .instance = app->gpu.instance,
                                                .physicalDevice = app->gpu.physical,
                                                .device = app->gpu.device,
                                                .queueFamilyIndex = app->gpu.family};
    const XrSessionCreateInfo info = {
        .type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = app->system.id};
    XrReferenceSpaceCreateInfo space = {.type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
                                        .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
                                        .poseInReferenceSpace = {.orientation = {0, 0, 0, 1}}};
    const XrInstance instance = app->system.instance;
    if (!xr_ok(instance, xrCreateSession(instance, &info, &app->session), "xrCreateSession") ||
        !xr_ok(instance, xrCreateReferenceSpace(app->session, &space, &app->local), "xrCreateReferenceSpace"))
        return false;
    space.referenceSpaceType = XR_REFERENCE_SPACE_TYPE_VIEW;
    return xr_ok(instance, xrCreateReferenceSpace(app->session, &space, &app->view), "xrCreateReferenceSpace");
}

static bool check_samples(const struct xr_app *app)
{
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(app->gpu.physical, &properties);
    if (properties.limits.framebufferColorSampleCounts & properties.limits.framebufferDepthSampleCounts &
        app->pass.key.samples)
        return true;
    return demo_refuse("the Vulkan device does not draw with %u samples", (unsigned)app->pass.key.samples);
}

static bool create_images(struct xr_app *app)
{
    struct gpu_pass_key key;
    VkFormat depth;
    if (!xr_swapchain_formats(&app->system, app->session, &app->format, &depth))
        return false;
    demo_verbose("swapchain format: %s", options_format_name(app->format));
    key = xr_projection_key(&app->system, &app->gpu, app->format, depth);
    app->pass.key = key;
    if (!check_samples(app) || !gpu_pass_create(&app->gpu, &key, app->renderer.layout, &app->pass))
        return false;
    for (uint32_t i = 0; i < app->options->layers; i++)
        if (!xr_projection_create(&app->system, app->session, &app->gpu, &app->pass, i > 0, &app->projections[i]))
            return false;
    return !xr_panel_wanted(app->options) ||
           xr_panel_create(&app->system, app->session, &app->gpu, app->renderer.layout, app->format, &app->panel);
}

static bool create(struct xr_app *app, const struct scene *scene)
{
    const bool windowed = app->options->window;
    const char *const *extensions = NULL;
    uint32_t count = 0;
    if (windowed) {
        if (!window_open("Art'Em demo: left eye", 800, 800, &app->window))
            return false;
        extensions = window_instance_extensions(&count);
    }
    return xr_system_create(app->options, &app->system) &&
           xr_gpu_create(&app->system, extensions, count, windowed, &app->gpu) &&
           (!windowed || window_attach(&app->window, &app->gpu)) &&
           renderer_create(&app->gpu, scene, app->options->seed, &app->renderer) &&
           frames_create(&app->gpu, &app->frames) && create_session(app) && create_images(app);
}

static void destroy(struct xr_app *app)
{
    frames_destroy(&app->frames);
    if (app->gpu.device)
        vkDeviceWaitIdle(app->gpu.device);
    screenshot_destroy(&app->shot);
    xr_panel_destroy(&app->panel);
    for (int i = 0; i < 2; i++)
        xr_projection_destroy(&app->projections[i]);
    if (app->session != XR_NULL_HANDLE)
        xrDestroySession(app->session); // with its spaces
    gpu_pass_destroy(&app->gpu, &app->pass);
    renderer_destroy(&app->renderer);
    if (app->options->window)
        window_close(&app->window);
    gpu_destroy(&app->gpu);
    xr_system_destroy(&app->system);
}

static bool change_state(struct xr_app *app, XrSessionState state)
{
    const XrSessionBeginInfo begin = {.type = XR_TYPE_SESSION_BEGIN_INFO,
                                      .primaryViewConfigurationType = app->system.view_type};
    demo_verbose("session state %d", (int)state);
    switch (state) {
    case XR_SESSION_STATE_READY:
        app->running = xr_ok(app->system.instance, xrBeginSession(app->session, &begin), "xrBeginSession");
        return app->running;
    case XR_SESSION_STATE_STOPPING:
        app->running = false;
        return xr_ok(app->system.instance, xrEndSession(app->session), "xrEndSession");
    case XR_SESSION_STATE_EXITING:
        app->ended = true;
        return true;
    case XR_SESSION_STATE_LOSS_PENDING:
        return demo_error("the runtime is about to lose the session");
    default:
        return true;
    }
}

static bool handle_events(struct xr_app *app)
{
    for (;;) {
        XrEventDataBuffer event = {.type = XR_TYPE_EVENT_DATA_BUFFER};
        XrResult result = xrPollEvent(app->system.instance, &event);
        if (result == XR_EVENT_UNAVAILABLE)
            return true;
        if (!xr_ok(app->system.instance, result, "xrPollEvent"))
            return false;
        if (event.type == XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING)
            return demo_error("the runtime is about to go away");
        if (event.type == XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED &&
            !change_state(app, ((const XrEventDataSessionStateChanged *)&event)->state))
            return false;
    }
}

static bool is_time_to_end(struct xr_app *app, double start)
{
    const struct demo_options *o = app->options;
    return stop_asked() || (o->window && !window_poll(&app->window)) || (o->frames && app->frame >= o->frames) ||
           (o->seconds > 0 && clock_now() - start >= o->seconds);
}

// Asks the runtime to stop the session, which answers with events; a session that does not run is just dropped.
static bool ask_to_end(struct xr_app *app)
{
    app->exit_asked = true;
    if (!app->running) {
        app->ended = true;
        return true;
    }
    return xr_ok(app->system.instance, xrRequestExitSession(app->session), "xrRequestExitSession");
}

static bool loop(struct xr_app *app)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    const double start = clock_now();
    while (handle_events(app)) {
        if (!app->exit_asked && !app->ended && is_time_to_end(app, start) && !ask_to_end(app))
            return false;
        if (app->ended)
            return true;
        if (app->running) {
            if (!xr_app_frame(app))
                return false;
        } else {
            nanosleep(&pause, NULL);
        }
    }
    return false;
}

int xr_app_run(const struct demo_options *options, const struct scene *scene)
{
    struct xr_app *app = calloc(1, sizeof *app);
    bool ok;
    uint32_t complaints;
    if (!app) {
        demo_error("no memory for the app");
        return 1;
    }
    app->options = options;
    ok = create(app, scene) && loop(app);
    if (ok) {
        demo_verbose("%llu frames", (unsigned long long)app->frame);
        if (options->screenshot && !app->shot_taken)
            ok = demo_error("the session ended before the frame for the screenshot was drawn");
    }
    destroy(app);
    complaints = app->gpu.complaints;
    free(app);
    return ok && complaints == 0 ? 0 : 1;
}
