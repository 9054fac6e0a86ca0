// SPDX-License-Identifier: Apache-2.0
#include "frame_clock.h"

#include "session.h"

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
        atomic_store(&session->period_ns, state->predictedDisplayPeriod);
    return result;
}
