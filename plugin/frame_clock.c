// SPDX-License-Identifier: Apache-2.0
#include "frame_clock.h"

#include <stdlib.h>

#include "session.h"

// A runtime tells a multiple of the display's period while an app does not keep up with it, and none exactly the same
// twice: neither is another display. A slower one whose period is such a multiple is not told apart.
static int64_t find_period(int64_t known, int64_t told)
{
    const int64_t twentieth = known / 20;

    if (known == 0 || told < known - twentieth)
        return told;
    const int64_t multiple = (told + known / 2) / known;
    return llabs(told - multiple * known) <= multiple * twentieth ? known : told;
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
        atomic_store(&session->period_ns, find_period(atomic_load(&session->period_ns), state->predictedDisplayPeriod));
    return result;
}
