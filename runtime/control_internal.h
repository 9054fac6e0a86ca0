// SPDX-License-Identifier: Apache-2.0
// The served side of artem/control.h.
#ifndef ARTEM_CONTROL_INTERNAL_H
#define ARTEM_CONTROL_INTERNAL_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "artem/control.h"

// An answer that is being put together. Lines that do not fit are left out, but never the last one.
struct artem_control_reply {
    size_t used;
    char text[ARTEM_CONTROL_ANSWER_MAX];
};

void artem_control_reply_line(struct artem_control_reply *reply, const char *key, const char *value);
void artem_control_reply_end(struct artem_control_reply *reply, const char *error); // NULL: ok

// Answers one request; a request that is none has been refused already.
typedef void (*artem_control_answer)(void *user, const struct artem_control_request *request,
                                     struct artem_control_reply *reply);

struct artem_control_server;
enum { CONTROL_FDS_MAX = 1 + ARTEM_CONTROL_CLIENTS_MAX };

// Opens the socket. NULL where there can be none (no XDG_RUNTIME_DIR, a process with rights of others), which is no
// error: artem.conf is still there. All calls on one thread.
struct artem_control_server *artem_control_server_create(artem_control_answer answer, void *user);
// What to wait for; returns how many.
unsigned artem_control_server_poll(const struct artem_control_server *server, struct pollfd fds[CONTROL_FDS_MAX]);
// Serves what poll() found, without waiting for anybody. The same fds, with their revents. now_ms: CLOCK_MONOTONIC.
void artem_control_server_serve(struct artem_control_server *server, const struct pollfd *fds, unsigned count,
                                int64_t now_ms);
// Its descriptors are not its own any more: it serves nobody, and closes and removes nothing when it is destroyed.
void artem_control_server_forget(struct artem_control_server *server);
// Closes connections, removes the socket. Clears *server; NULL-safe.
void artem_control_server_destroy(struct artem_control_server **server);

// The folder of the sockets, opened; made where there is none and `make`. -1 if there is no safe one: it must be the
// user's own and nobody else's to write to.
int artem_control_open_folder(bool make);
// The same in a given XDG_RUNTIME_DIR.
int artem_control_open_own(int parent);
// Calls fn with the opened folder of each container's apps, until it returns non-zero. `own`: this process's folder,
// which is none of them; or -1.
void artem_control_list_containers(int own, int (*fn)(void *user, int folder), void *user);
// Connects to a socket in it, without waiting; -1 with errno.
int artem_control_connect(int folder, const char *name);
// A socket bound to a new name in it, of mode 0600; -1 with errno.
int artem_control_bind(int folder, const char *name);
bool artem_control_is_socket_name(const char *name);
// Removes sockets that nobody listens on.
void artem_control_remove_stale(int folder);
// Whether the other end of a connection is a process of the same user.
bool artem_control_peer_is_own(int connection);

#endif
