// SPDX-License-Identifier: Apache-2.0
// The app's own input: one action, on the button of the left thumbstick.
#ifndef ARTEM_TEST_APP_INPUT_H
#define ARTEM_TEST_APP_INPUT_H

#include "app.h"

#define APP_LEFT "/user/hand/left/input/thumbstick/click"

struct app_input {
    XrActionSet set;
    XrAction action;
};
extern struct app_input app_input;

XrPath app_path(const char *text);
// A new set with its action; false where a call has failed.
bool app_make_input(void);
// The results of the three calls; `count`: how many bindings or sets the app names, 0 or 1.
XrResult app_suggest(XrPath profile, uint32_t count);
XrResult app_attach(XrSession session);
XrResult app_sync(XrSession session, uint32_t count);
// Takes all events there are.
void app_poll_events(void);

#endif
