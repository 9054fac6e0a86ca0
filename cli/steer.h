// SPDX-License-Identifier: Apache-2.0
// Asks apps that run, through their control sockets (artem/control.h).
#ifndef ARTEM_CLI_STEER_H
#define ARTEM_CLI_STEER_H

#include <stdint.h>

#include "artem/control.h"

// Whom to ask; what is NULL or 0 does not matter.
struct steer_whom {
    const char *app, *exe; // without regard to case
    long pid;
};

struct steer_app {
    long pid;
    char app[128], executable[256];
    enum artem_result result;   // ARTEM_TIMEOUT, ARTEM_ERROR_IO: no answer; ARTEM_ERROR_ARGUMENT: refused
    char value[ARTEM_PATH_MAX]; // of the key, in force now; "" if refused
    char error[ARTEM_PATH_MAX]; // why it was
};

enum { STEER_APPS_MAX = 64 };

// Sends the request to each of them; returns how many there are, sorted by process.
uint32_t steer(const struct steer_whom *whom, const char *request, const char *key,
               struct steer_app apps[STEER_APPS_MAX]);

#endif
