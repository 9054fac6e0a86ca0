// SPDX-License-Identifier: Apache-2.0
// What a test asks the layer in its own process by the control socket.
#ifndef ARTEM_TEST_ASK_H
#define ARTEM_TEST_ASK_H

#include "artem/control.h"

// The text of the last one.
extern char answer[ARTEM_CONTROL_ANSWER_MAX];

// ARTEM_ERROR_NOT_FOUND: there is no socket. XDG_RUNTIME_DIR has to be a folder of the test's own.
enum artem_result ask(const char *request);

#endif
