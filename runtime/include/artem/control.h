// SPDX-License-Identifier: Apache-2.0
// Steering a process that has the layer in it, at once and without artem.conf: a socket per process (SOCK_STREAM,
// $XDG_RUNTIME_DIR/artem/PID-NUMBER.sock, mode 0600), served by the thread that watches artem.conf. Only processes of the
// same user are answered (SO_PEERCRED). Processes with rights of others (set-user-ID, capabilities) have none.
//
// A request is a line of UTF-8; the answer is lines "KEY = VALUE" and, last, "ok" or "error TEXT". Any number of
// requests up to ARTEM_CONTROL_REQUESTS_MAX per connection, of which each is answered before the next is sent.
//
//   status            pid, app, executable, config, every setting in force, and `temporary`, the keys set from here
//   set KEY VALUE     until the process ends, artem.conf changes that key, or unset; answers with what is in force
//   unset [KEY]       takes that back, for one key or for all
//   toggle            sets enabled, to the other one
//   next, prev        sets style, to the neighbour in the list of styles
//   reload [KEY]      reads artem.conf now, in which KEY was changed: what was set from here for it is over
#ifndef ARTEM_CONTROL_H
#define ARTEM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/config.h"
#include "artem/result.h"

enum {
    ARTEM_CONTROL_KEY_MAX = 32,
    ARTEM_CONTROL_LINE_MAX = ARTEM_PATH_MAX + 2 * ARTEM_CONTROL_KEY_MAX, // bytes of a request, with its line end
    ARTEM_CONTROL_ANSWER_MAX = 8192,
    ARTEM_CONTROL_REQUESTS_MAX = 16,
    ARTEM_CONTROL_CLIENTS_MAX = 4,   // at once; more of them wait
    ARTEM_CONTROL_PATIENCE_MS = 2000 // a client that says nothing for so long is dropped
};

enum artem_control_verb {
    ARTEM_CONTROL_STATUS,
    ARTEM_CONTROL_SET,
    ARTEM_CONTROL_UNSET,
    ARTEM_CONTROL_TOGGLE,
    ARTEM_CONTROL_NEXT,
    ARTEM_CONTROL_PREV,
    ARTEM_CONTROL_RELOAD,
    ARTEM_CONTROL_VERBS
};

struct artem_control_request {
    enum artem_control_verb verb;
    char key[ARTEM_CONTROL_KEY_MAX]; // "" where none is given
    char value[ARTEM_PATH_MAX];      // of `set`; may be ""
};

// Takes a request apart: any bytes, without the line end. Pure. ARTEM_ERROR_FORMAT if it is none; that a key exists and
// takes the value is not looked at.
enum artem_result artem_control_parse(const void *line, size_t size, struct artem_control_request *out_request);

// ---- For programs that steer. ----

// Calls fn with a connection to each process of this user that can be steered, until it returns non-zero. The
// connection is closed afterwards; sockets of processes that are gone are removed. `name` is the socket's file name.
// Those in containers with an XDG_RUNTIME_DIR of their own are found once they have a session.
void artem_control_list(int (*fn)(void *user, int connection, const char *name), void *user);

// Sends one request (without line end) and waits for the answer, at most a second. ARTEM_TIMEOUT or ARTEM_ERROR_IO
// without one. ARTEM_ERROR_ARGUMENT: refused, and `answer` says why; else it has the lines before "ok".
enum artem_result artem_control_ask(int connection, const char *request, char answer[ARTEM_CONTROL_ANSWER_MAX]);

// The value of a key in an answer; false if it has none.
bool artem_control_find(const char *answer, const char *key, char out[ARTEM_PATH_MAX]);

#endif
