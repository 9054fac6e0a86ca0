// SPDX-License-Identifier: Apache-2.0
// The buttons of the chord: synchronising, and what is held.
#include "chord.h"

#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "session.h"

enum { LOOK_FRAME = 600 }; // an app that has attached nothing by then will hardly do so

static bool is_pressed(struct layer_session *session, XrAction action)
{
    const XrActionStateGetInfo info = {.type = XR_TYPE_ACTION_STATE_GET_INFO, .action = action};
    XrActionStateBoolean state = {.type = XR_TYPE_ACTION_STATE_BOOLEAN};

    return session->instance->next.xrGetActionStateBoolean(session->handle, &info, &state) == XR_SUCCESS &&
           state.isActive == XR_TRUE && state.currentState == XR_TRUE;
}

// After a synchronisation.
static void poll_buttons(struct layer_session *session, const struct chord_hold *hold, bool focused)
{
    const uint64_t now = layer_now_ns();
    bool pressed = false, fire = false;
    struct artem_settings settings;

    for (uint32_t i = 0; i < hold->count && focused && !pressed; i++)
        pressed = is_pressed(session, hold->actions[i][0]) && is_pressed(session, hold->actions[i][1]);
    pthread_mutex_lock(&session->mutex);
    if (!pressed) {
        session->chord.since_ns = 0;
        session->chord.fired = false;
    } else if (session->chord.since_ns == 0) {
        session->chord.since_ns = now;
    } else if (!session->chord.fired && now - session->chord.since_ns >= hold->hold_ns) {
        session->chord.fired = fire = true;
    }
    pthread_mutex_unlock(&session->mutex);
    if (!fire)
        return;
    artem_config_get(session->instance->config, &settings);
    if (settings.chord > 0 && artem_config_toggle(session->instance->config))
        artem_log(ARTEM_LOG_INFO, "chord: styling is turned %s", settings.enabled ? "off" : "on");
}

// Synchronises the app's sets and ours. False if that is refused.
static bool sync_both(struct layer_session *session, const XrActionsSyncInfo *info, const struct chord_hold *hold,
                      XrResult *out_result)
{
    const uint32_t count = info->countActiveActionSets;
    XrActionsSyncInfo both = *info;
    XrActiveActionSet *list;

    if (count > 0 && info->activeActionSets == NULL)
        return false;
    list = calloc((size_t)count + hold->count, sizeof *list);
    if (list == NULL)
        return false;
    if (count > 0)
        memcpy(list, info->activeActionSets, count * sizeof *list);
    for (uint32_t i = 0; i < hold->count; i++)
        list[count + i] = (XrActiveActionSet){hold->sets[i], XR_NULL_PATH};
    both.countActiveActionSets += hold->count;
    both.activeActionSets = list;
    *out_result = session->instance->next.xrSyncActions(session->handle, &both);
    free(list);
    return XR_SUCCEEDED(*out_result);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrSyncActions(XrSession handle, const XrActionsSyncInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);
    struct chord_hold hold = {.count = 0};
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrSyncActions);
    if (session != NULL && info != NULL && instance->chord != NULL) {
        pthread_mutex_lock(&session->mutex);
        hold = session->chord;
        pthread_mutex_unlock(&session->mutex);
    }
    if (hold.count == 0 || hold.broken)
        return instance->next.xrSyncActions(handle, info);
    if (sync_both(session, info, &hold, &result)) {
        poll_buttons(session, &hold, result == XR_SUCCESS);
        return result;
    }
    // The app gets the result of its own call. If that is accepted, the fault was ours.
    result = instance->next.xrSyncActions(handle, info);
    if (XR_SUCCEEDED(result)) {
        pthread_mutex_lock(&session->mutex);
        session->chord.broken = true;
        pthread_mutex_unlock(&session->mutex);
        layer_session_tell(session, NOTICE_CHORD, "the runtime does not synchronise its buttons");
    }
    return result;
}

void chord_look(struct layer_session *session)
{
    struct artem_settings settings;
    bool attached;

    if (session->frame != LOOK_FRAME)
        return;
    artem_config_get(session->instance->config, &settings);
    pthread_mutex_lock(&session->mutex);
    attached = session->chord.attached;
    pthread_mutex_unlock(&session->mutex);
    if (settings.chord > 0 && session->instance->chord == NULL)
        layer_session_tell(session, NOTICE_CHORD, "it takes effect when the app starts anew");
    else if (settings.chord > 0 && !attached)
        layer_session_tell(session, NOTICE_CHORD, "the app reads no controllers through actions");
}
