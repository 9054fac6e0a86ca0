// SPDX-License-Identifier: Apache-2.0
#include "frame_clock.h"

#include <stdlib.h>

#include "session.h"

enum { ASK_AFTER = 90 }; // frames: about a second

static bool is_about(int64_t told, int64_t period)
{
    return llabs(told - period) <= period / 20; // none tells exactly the same twice
}

// The display's period by its rate, where the app has enabled the extension that tells it; 0: not known.
static int64_t ask_period(struct layer_session *session)
{
    const struct layer_next *next = &session->instance->next;
    float rate = 0;

    if (next->xrGetDisplayRefreshRateFB == NULL || XR_FAILED(next->xrGetDisplayRefreshRateFB(session->handle, &rate)) ||
        !(rate >= 1 && rate <= 1000))
        return 0;
    return (int64_t)(1e9 / (double)rate);
}

// A runtime tells a multiple of the display's period while an app does not keep up with it. A slower display whose
// period is such a multiple looks the same: it is asked for its rate when that begins, and about once a second.
static int64_t find_period(struct layer_session *session, int64_t told)
{
    const int64_t known = atomic_load(&session->period_ns);
    const int64_t multiple = known > 0 ? (told + known / 2) / known : 0;

    if (multiple < 2 || llabs(told - multiple * known) > multiple * (known / 20)) {
        atomic_store(&session->slow_frames, 0);
        return multiple == 1 && is_about(told, known) ? known : told;
    }
    if (atomic_fetch_add(&session->slow_frames, 1) % ASK_AFTER != 0)
        return known;
    return is_about(told, ask_period(session)) ? told : known;
}

// The app may call it from another thread than the frame's other calls.
XRAPI_ATTR XrResult XRAPI_CALL layer_xrWaitFrame(XrSession handle, const XrFrameWaitInfo *info, XrFrameState *state)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session;
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrWaitFrame);
    result = instance->next.xrWaitFrame(handle, info, state);
    session = layer_session_find(handle); // after what may have blocked
    if (XR_SUCCEEDED(result) && session != NULL && state != NULL && state->predictedDisplayPeriod > 0)
        atomic_store(&session->period_ns, find_period(session, state->predictedDisplayPeriod));
    return result;
}
