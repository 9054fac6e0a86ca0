// SPDX-License-Identifier: Apache-2.0
// Sessions: creation around the app's Vulkan device, or one beside its OpenGL, destruction, and the lines told once.
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "frame.h"
#include "frame_deferred.h"
#include "frame_recorder.h"
#include "handles.h"
#include "hud.h"
#include "spaces.h"
#include "swapchain.h"
#include "vulkan_extras.h"

static struct handle_map sessions = HANDLE_MAP_INIT;

struct layer_session *layer_session_find(XrSession session)
{
    return handle_map_get(&sessions, HANDLE_KEY(session));
}

void layer_session_tell(struct layer_session *session, enum session_notice notice, const char *detail)
{
    static const char *const texts[NOTICE_COUNT] = {
        [NOTICE_GRAPHICS] =
            "the app draws neither with Vulkan nor with OpenGL by GLX or EGL: its frames pass through unstyled",
        [NOTICE_OPENGL] = "the app's OpenGL cannot share images with Vulkan: its frames pass through unstyled",
        [NOTICE_DEVICE] = "the app's Vulkan device cannot be used: frames pass through unstyled",
        [NOTICE_BLEND_MODE] =
            "the display adds to the world (augmented reality): such frames pass through without ar = on",
        [NOTICE_VIEWS] = "a projection layer has not one, two or four views: such layers pass through",
        [NOTICE_SIZES] = "views cannot be painted alike: their layer passes through",
        [NOTICE_SWAPCHAIN] = "a projection swapchain passes through unstyled",
        [NOTICE_MANY] = "a frame has more views than are painted at once: further layers pass through",
        [NOTICE_OVERLAP] = "pictures of one swapchain overlap too often: further layers pass through",
        [NOTICE_REJECTED] = "the runtime refused a styled frame: styling is off for this session",
        [NOTICE_HUD] = "nothing more of the HUD and of toasts is shown",
        [NOTICE_CHORD] = "the chord cannot be used",
        [NOTICE_HUD_LAYERS] = "the app uses as many layers as the runtime allows: no room for the HUD or a toast",
        [NOTICE_OWN_SWAPCHAIN] = "there is no swapchain for styled frames: frames pass through",
    };

    if ((atomic_fetch_or(&session->told, 1u << notice) & 1u << notice) != 0)
        return;
    artem_log(ARTEM_LOG_WARN, "%s%s%s", texts[notice], detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

static enum artem_result open_app_device(struct layer_session *session, const XrGraphicsBindingVulkanKHR *binding,
                                         XrSystemId system)
{
    struct vulkan_device_params params;
    struct layer_extras extras = {.sharing = VULKAN_SHARING_NONE};

    if (!layer_find_device(session->instance, binding->device, &extras))
        extras.sharing = layer_extras_of_runtime(session->instance, system, binding->instance, binding->physicalDevice);
    params = (struct vulkan_device_params){
        .instance = binding->instance,
        .physical_device = binding->physicalDevice,
        .device = binding->device,
        .queue_family = binding->queueFamilyIndex,
        .queue_index = binding->queueIndex,
        .get_instance_proc_addr = layer_find_vulkan(session->instance, binding->instance),
        .dot = extras.dot,
        .sharing = extras.sharing,
        .clock = extras.clock,
        .async = extras.async,
    };
    session->async_device = extras.async.has ? binding->device : VK_NULL_HANDLE;
    return vulkan_device_create(&params, &session->device);
}

static void close_device(struct layer_session *session)
{
    if (session->gl == NULL || !session->gl->stuck)
        vk_shaders_destroy(&session->shaders);
    if (session->gl != NULL)
        session->device = NULL;
    else
        vulkan_device_destroy(&session->device);
    gl_share_destroy(&session->gl);
}

static void open_device(struct layer_session *session, const void *chain, XrSystemId system)
{
    const void *binding = layer_find_chained(chain, XR_TYPE_GRAPHICS_BINDING_VULKAN_KHR);
    enum session_notice notice = NOTICE_DEVICE;
    const char *why = NULL;
    enum artem_result result;

    if (binding != NULL) {
        result = open_app_device(session, binding, system);
    } else {
        result = gl_share_create(session->instance, chain, &session->gl, &why);
        if (result == ARTEM_OK)
            session->device = session->gl->device->device;
        else if (result == ARTEM_ERROR_NOT_FOUND)
            why = NULL;
        notice = result == ARTEM_ERROR_NOT_FOUND ? NOTICE_GRAPHICS : NOTICE_OPENGL;
    }
    if (result == ARTEM_OK)
        result = vk_shaders_create(session->device, &session->shaders);
    if (result != ARTEM_OK) {
        close_device(session);
        layer_session_tell(session, notice, why);
    }
}

static void tell_start(const struct layer_session *session, const struct artem_settings *settings)
{
    const struct layer_instance *instance = session->instance;
    char folder[ARTEM_PATH_MAX];
    bool found = styler_find_folder(settings->style, folder, sizeof folder);

    artem_log(ARTEM_LOG_INFO, "artem %s: layer loaded in %s, %s%s, backend %s%s", ARTEM_VERSION,
              instance->app_name[0] != '\0' ? instance->app_name : instance->exe_name,
              found ? "styles from " : "no styles found", found ? folder : "", settings->backend,
              settings->enabled ? "" : ", off (enabled = off)");
}

// What a report on this session's log should say of it.
static void describe_session(const struct layer_session *session, const struct artem_settings *settings)
{
    const struct layer_instance *instance = session->instance;
    char text[ARTEM_PATH_MAX];

    artem_stats_set_meta(session->stats, "app", instance->app_name);
    artem_stats_set_meta(session->stats, "executable", instance->exe_name);
    artem_stats_set_meta(session->stats, "layer_version", ARTEM_VERSION);
    if (styler_find_folder(settings->style, text, sizeof text))
        artem_stats_set_meta(session->stats, "style_folder", text);
    snprintf(text, sizeof text, "%u", settings->resolution);
    artem_stats_set_meta(session->stats, "resolution", text);
    snprintf(text, sizeof text, "%g", settings->budget_ms);
    artem_stats_set_meta(session->stats, "budget_ms", text);
    snprintf(text, sizeof text, "%g", settings->budget_share);
    artem_stats_set_meta(session->stats, "budget_share", text);
    artem_stats_set_meta(session->stats, "mode", artem_mode_name(settings->mode));
}

static void session_begin(struct layer_instance *instance, const XrSessionCreateInfo *info, XrSession handle)
{
    struct layer_session *session = calloc(1, sizeof *session);
    struct artem_settings settings;

    if (session != NULL)
        session->work = calloc(1, sizeof *session->work);
    if (session == NULL || session->work == NULL) {
        free(session);
        return; // everything is forwarded
    }
    session->handle = handle;
    session->instance = instance;
    session->overlay = layer_find_chained(info->next, XR_TYPE_SESSION_CREATE_INFO_OVERLAY_EXTX) != NULL;
    pthread_mutex_init(&session->mutex, NULL);
    pthread_mutex_init(&session->showing, NULL);
    artem_governor_init(&session->governor);
    session->dump = frame_dump_create();
    session->recorder = frame_recorder_create();
    session->hud = hud_create(session, info->systemId);
    session->settings_serial = artem_config_get(instance->config, &settings);
    session->late_capture = settings.late_capture;
    memcpy(session->log_file, settings.log_file, sizeof session->log_file);
    tell_start(session, &settings);
    if (styler_create(&session->styler) == ARTEM_OK &&
        artem_stats_create(session->log_file, &session->stats) == ARTEM_OK) {
        describe_session(session, &settings);
        session->ring = artem_ring_create(instance->app_name, instance->exe_name, ARTEM_VERSION);
        open_device(session, info->next, info->systemId);
        styler_set_device(session->styler, session->device);
    }
    if (!handle_map_put(&sessions, HANDLE_KEY(handle), session)) {
        layer_session_free(session);
        return;
    }
    pthread_mutex_lock(&instance->mutex);
    session->sibling = instance->sessions;
    instance->sessions = session;
    pthread_mutex_unlock(&instance->mutex);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateSession(XrInstance handle, const XrSessionCreateInfo *info,
                                                     XrSession *session)
{
    struct layer_instance *instance = layer_active();
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrCreateSession);
    result = instance->next.xrCreateSession(handle, info, session);
    if (XR_SUCCEEDED(result) && info != NULL && session != NULL)
        session_begin(instance, info, *session);
    return result;
}

void layer_session_free(struct layer_session *session)
{
    handle_map_take(&sessions, HANDLE_KEY(session->handle));
    if (session->has_pending) {
        styler_finish(session->styler);
        frame_flush_record(session);
    }
    while (session->swapchains != NULL) {
        struct layer_swapchain *swapchain = session->swapchains;

        session->swapchains = swapchain->sibling;
        layer_swapchain_free(swapchain);
    }
    layer_orphans_free(session);
    hud_destroy(&session->hud);
    frame_recorder_destroy(&session->recorder);
    if (session->gl != NULL && !styler_finish(session->styler))
        session->gl->stuck = true;
    styler_destroy(&session->styler);
    artem_stats_destroy(&session->stats);
    artem_ring_destroy(&session->ring);
    close_device(session);
    if (session->async_device != VK_NULL_HANDLE)
        layer_return_async(session->instance, session->async_device);
    frame_dump_destroy(&session->dump);
    layer_spaces_free(session);
    pthread_mutex_destroy(&session->showing);
    pthread_mutex_destroy(&session->mutex);
    free(session->work);
    free(session->layers.layers);
    free(session);
}

// Whatever takes long is done before there is a picture that could freeze, and only for sessions that will have one.
XRAPI_ATTR XrResult XRAPI_CALL layer_xrBeginSession(XrSession handle, const XrSessionBeginInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);
    struct artem_settings settings;
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrBeginSession);
    result = instance->next.xrBeginSession(handle, info);
    if (XR_FAILED(result) || session == NULL || session->device == NULL || session->overlay)
        return result;
    const uint32_t serial = artem_config_get(instance->config, &settings);
    if (settings.enabled)
        styler_prepare(session->styler, &settings, serial);
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySession(XrSession handle)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);

    LAYER_CHECK_NEXT(instance, xrDestroySession);
    if (session != NULL) {
        struct layer_session **link = &instance->sessions;

        pthread_mutex_lock(&instance->mutex);
        while (*link != session)
            link = &(*link)->sibling;
        *link = session->sibling;
        pthread_mutex_unlock(&instance->mutex);
        layer_session_free(session);
    }
    return instance->next.xrDestroySession(handle);
}
