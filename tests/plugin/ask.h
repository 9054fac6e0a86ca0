// SPDX-License-Identifier: Apache-2.0
// What a test asks the layer in its own process by the control socket.
#ifndef ARTEM_TEST_ASK_H
#define ARTEM_TEST_ASK_H

#include "artem/control.h"

// The text of the last one.
extern char answer[ARTEM_CONTROL_ANSWER_MAX];

// Makes the folder of a test's own in which the sockets are, after mkdtemp()'s template, and has the layer log errors
// only. 0, or the test's exit status.
int ask_begin(char *folder);
// ARTEM_ERROR_NOT_FOUND: there is no socket.
enum artem_result ask(const char *request);

#endif
