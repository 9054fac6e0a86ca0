// SPDX-License-Identifier: Apache-2.0
// xrWaitFrame, xrBeginFrame, xrEndFrame: their order, pacing, what follows from a frame's end.
#include "dispatch.h"

static const XrTime patience = 120 * (XrTime)1000000000; // of a second wait for the first one's begin
static const double nominal_hz = 90;                     // told when frames are not paced, unless the test says another

static XrDuration get_period(void)
{
    return (XrDuration)(1e9 / (mock_settings.rate_hz > 0   ? mock_settings.rate_hz
                               : mock_settings.told_hz > 0 ? mock_settings.told_hz
                                                           : nominal_hz));
}

MOCK_FUNCTION(xrGetDisplayRefreshRateFB)(XrSession handle, float *rate)
{
    XrResult result;

    MOCK_ENTER("xrGetDisplayRefreshRateFB");
    if (mock_find_session(handle, "xrGetDisplayRefreshRateFB", &result) == NULL)
        return result;
    *rate = (float)(mock_settings.display_hz > 0 ? mock_settings.display_hz
                    : mock_settings.rate_hz > 0  ? mock_settings.rate_hz
                                                 : nominal_hz);
    return XR_SUCCESS;
}

// A frame that nobody has begun holds up the next wait. Null when the session has ended meanwhile.
static struct mock_session *wait_for_begin(XrSession handle, XrResult *out_result)
{
    XrTime deadline = mock_now() + patience;
    struct mock_session *session;

    while ((session = mock_find_session(handle, "xrWaitFrame", out_result)) != NULL && session->running &&
           session->waited != session->begun) {
        if (mock_now() > deadline) {
            mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrWaitFrame: the frame before was never begun");
            break;
        }
        mock_wait_for_change(deadline);
    }
    return session;
}

MOCK_FUNCTION(xrWaitFrame)(XrSession handle, const XrFrameWaitInfo *info, XrFrameState *state)
{
    XrDuration period;
    XrTime wake;
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrWaitFrame");
    (void)info; // may be NULL
    session = wait_for_begin(handle, &result);
    if (session == NULL)
        return result;
    if (!session->running)
        return mock_violation(XR_ERROR_SESSION_NOT_RUNNING, "xrWaitFrame: the session is not running");
    period = get_period();
    wake = mock_now();
    if (mock_settings.rate_hz > 0) {
        XrTime after = wake > session->last_wake + period ? wake : session->last_wake + period;

        wake = session->start + (after - session->start + period / 2) / period * period;
        while (mock_now() < wake) {
            mock_wait_for_change(wake);
            session = mock_find_session(handle, "xrWaitFrame", &result);
            if (session == NULL)
                return result;
        }
    } else if (wake <= session->last_wake) {
        wake = session->last_wake + 1;
    }
    session->last_wake = wake;
    state->predictedDisplayPeriod = period;
    state->predictedDisplayTime = wake + period;
    state->shouldRender = session->state == XR_SESSION_STATE_VISIBLE || session->state == XR_SESSION_STATE_FOCUSED;
    session->predicted[session->waited++ % 4] = state->predictedDisplayTime;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrBeginFrame)(XrSession handle, const XrFrameBeginInfo *info)
{
    struct mock_session *session;
    XrResult result;
    bool discarded;

    MOCK_ENTER("xrBeginFrame");
    (void)info; // may be NULL
    session = mock_find_session(handle, "xrBeginFrame", &result);
    if (session == NULL)
        return result;
    if (!session->running)
        return mock_violation(XR_ERROR_SESSION_NOT_RUNNING, "xrBeginFrame: the session is not running");
    if (session->begun == session->waited)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrBeginFrame without xrWaitFrame");
    discarded = session->in_frame;
    session->begun++;
    session->in_frame = true;
    mock_tell_change();
    return discarded ? XR_FRAME_DISCARDED : XR_SUCCESS;
}

static bool was_predicted(const struct mock_session *session, XrTime time)
{
    for (unsigned i = 0; i < 4; i++) {
        if (session->predicted[i] == time)
            return true;
    }
    return false;
}

static XrResult end_frame(struct mock_session *session, const XrFrameEndInfo *info)
{
    XrResult result;

    if (!session->running)
        return mock_violation(XR_ERROR_SESSION_NOT_RUNNING, "xrEndFrame: the session is not running");
    if (!session->in_frame)
        return mock_violation(XR_ERROR_CALL_ORDER_INVALID, "xrEndFrame without xrBeginFrame");
    if (info == NULL || info->type != XR_TYPE_FRAME_END_INFO)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrEndFrame: wrong structure type");
    if (info->displayTime <= 0)
        return mock_violation(XR_ERROR_TIME_INVALID, "xrEndFrame: bad display time");
    result = mock_check_frame(session, info);
    mock_check_released(session, NULL, "xrEndFrame");
    if (XR_FAILED(result))
        return result;
    if (!was_predicted(session, info->displayTime))
        mock_violation(XR_SUCCESS, "xrEndFrame: a display time that was not predicted");
    if (mock_settings.rate_hz > 0 && mock_now() > info->displayTime)
        mock_missed++;
    session->in_frame = false;
    session->ended++;
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrEndFrame)(XrSession handle, const XrFrameEndInfo *info)
{
    struct mock_session *session;
    XrResult result;

    MOCK_ENTER("xrEndFrame");
    session = mock_find_session(handle, "xrEndFrame", &result);
    if (session == NULL)
        return result;
    result = end_frame(session, info);
    mock_record_frame(info, result);
    if (session->ended == mock_settings.exit_after && session->ended > 0 && !session->exiting) {
        mock_ask_to_exit(session);
    }
    return result;
}
