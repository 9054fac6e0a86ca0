// SPDX-License-Identifier: Apache-2.0
// Everything that a client can do wrong costs it its connection, and nobody else anything.
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "artem/log.h"
#include "control_internal.h"
#include "held_fd.h"

struct client {
    struct held_fd connection; // or none: free
    int64_t until_ms;
    unsigned requests;
    size_t used;
    char line[ARTEM_CONTROL_LINE_MAX];
};

struct artem_control_server {
    struct held_fd folder, socket; // none: closed by the host
    bool resting;                  // no descriptor was left for a client: not asked until the next look
    char name[64];
    artem_control_answer answer;
    void *user;
    struct client clients[ARTEM_CONTROL_CLIENTS_MAX];
    struct artem_control_reply reply;
};

void artem_control_reply_line(struct artem_control_reply *reply, const char *key, const char *value)
{
    const size_t room = sizeof reply->text - 512 - reply->used; // 512: for the last line
    char *line = reply->text + reply->used;
    const int n = snprintf(line, room, "%s = %s\n", key, value);

    if (n <= 0 || (size_t)n >= room)
        return;
    for (int i = 0; i < n - 1; i++) // names of apps are anybody's text
        if ((unsigned char)line[i] < ' ' || line[i] == 127)
            line[i] = '_';
    reply->used += (size_t)n;
}

void artem_control_reply_end(struct artem_control_reply *reply, const char *error)
{
    reply->used += (size_t)snprintf(reply->text + reply->used, sizeof reply->text - reply->used, "%s%.400s\n",
                                    error != NULL ? "error " : "ok", error != NULL ? error : "");
}

// Rights that its user does not have must not be steered by that user.
static bool is_privileged(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

    if (getauxval(AT_SECURE) != 0 || geteuid() != getuid() || getegid() != getgid())
        return true;
    if (geteuid() == 0)
        return false; // root's own: only root is answered
    return syscall(SYS_capget, &header, data) != 0 || data[0].permitted != 0 || data[1].permitted != 0;
}

// Bound under another name and renamed when it listens: nobody takes it for a dead one in between.
static bool open_socket(struct artem_control_server *server)
{
    char unfinished[sizeof server->name + 8];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(server->name, sizeof server->name, "%ld-%08lx.sock", (long)getpid(),
             ((unsigned long)now.tv_sec << 20 ^ (unsigned long)now.tv_nsec) & 0xFFFFFFFFul);
    snprintf(unfinished, sizeof unfinished, ".%s.new", server->name);
    const int folder = server->folder.fd;
    server->socket = held_fd_of(artem_control_bind(folder, unfinished));
    if (server->socket.fd < 0)
        return false;
    if (listen(server->socket.fd, 16) == 0 && renameat(folder, unfinished, folder, server->name) == 0)
        return true;
    unlinkat(folder, unfinished, 0);
    return false;
}

struct artem_control_server *artem_control_server_create(artem_control_answer answer, void *user)
{
    struct artem_control_server *server;
    const int folder = is_privileged() ? -1 : artem_control_open_folder(true);

    if (folder < 0) {
        artem_log(ARTEM_LOG_DEBUG, "no control socket: no XDG_RUNTIME_DIR of this user's own, or a privileged process");
        return NULL;
    }
    server = calloc(1, sizeof *server);
    if (server == NULL) {
        close(folder);
        return NULL;
    }
    server->folder = held_fd_of(folder);
    server->socket = held_fd_none;
    server->answer = answer;
    server->user = user;
    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        server->clients[i].connection = held_fd_none;
    artem_control_remove_stale(folder);
    if (!open_socket(server)) {
        artem_log(ARTEM_LOG_DEBUG, "no control socket: %m");
        server->name[0] = '\0';
        artem_control_server_destroy(&server);
    }
    return server;
}

static struct client *find_free(struct artem_control_server *server)
{
    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        if (server->clients[i].connection.fd < 0)
            return &server->clients[i];
    return NULL;
}

// While all places are taken, or there is no descriptor, further clients wait in the socket's queue. Listed, the socket
// would wake the caller without end.
unsigned artem_control_server_poll(const struct artem_control_server *server, struct pollfd fds[CONTROL_FDS_MAX])
{
    unsigned count = 0;

    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        if (server->clients[i].connection.fd >= 0)
            fds[count++] = (struct pollfd){.fd = server->clients[i].connection.fd, .events = POLLIN};
    if (count < ARTEM_CONTROL_CLIENTS_MAX && !server->resting)
        fds[count++] = (struct pollfd){.fd = server->socket.fd, .events = POLLIN};
    return count;
}

static bool answer_line(struct artem_control_server *server, struct client *client, size_t length)
{
    struct artem_control_reply *reply = &server->reply;
    struct artem_control_request request;

    reply->used = 0;
    if (++client->requests > ARTEM_CONTROL_REQUESTS_MAX)
        return false;
    if (artem_control_parse(client->line, length, &request) == ARTEM_OK)
        server->answer(server->user, &request, reply);
    else
        artem_control_reply_end(reply,
                                "expected status, set KEY VALUE, unset [KEY], toggle, next, prev or reload [KEY]");
    // A client that does not read its answers is not waited for.
    return send(client->connection.fd, reply->text, reply->used, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)reply->used;
}

// False: the client is done, or misbehaves.
static bool listen_to(struct artem_control_server *server, struct client *client)
{
    char *end;

    if (!held_fd_is_ours(&client->connection))
        return false;
    const ssize_t n =
        recv(client->connection.fd, client->line + client->used, sizeof client->line - client->used, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    client->used += (size_t)n;
    while ((end = memchr(client->line, '\n', client->used)) != NULL) {
        const size_t length = (size_t)(end - client->line);
        if (!answer_line(server, client, length))
            return false;
        client->used -= length + 1;
        memmove(client->line, end + 1, client->used);
    }
    return client->used < sizeof client->line; // else a line that never ends
}

static void let_in(struct artem_control_server *server, int64_t now_ms)
{
    struct client *client = find_free(server);
    const int fd = client != NULL ? accept4(server->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;

    if (fd < 0) {
        server->resting = client != NULL && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
        return;
    }
    if (!artem_control_peer_is_own(fd)) {
        close(fd);
        return;
    }
    *client = (struct client){.connection = held_fd_of(fd), .until_ms = now_ms + ARTEM_CONTROL_PATIENCE_MS};
}

void artem_control_server_serve(struct artem_control_server *server, const struct pollfd *fds, unsigned count,
                                int64_t now_ms)
{
    for (unsigned k = 0; k < count; k++) {
        for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX && fds[k].revents != 0; i++) {
            struct client *client = &server->clients[i];
            if (client->connection.fd < 0 || client->connection.fd != fds[k].fd)
                continue;
            if (listen_to(server, client))
                client->until_ms = client->used == 0 ? now_ms + ARTEM_CONTROL_PATIENCE_MS : client->until_ms;
            else
                held_fd_close(&client->connection);
            break;
        }
    }
    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        if (server->clients[i].connection.fd >= 0 && now_ms >= server->clients[i].until_ms)
            held_fd_close(&server->clients[i].connection);
    server->resting = false;
    if (count > 0 && fds[count - 1].fd == server->socket.fd && !held_fd_is_ours(&server->socket))
        server->socket = held_fd_none; // closed by the host
    // Last, so that a descriptor that was closed and given out again is not taken for another client.
    if (count > 0 && fds[count - 1].fd == server->socket.fd && fds[count - 1].revents & POLLIN)
        let_in(server, now_ms);
}

void artem_control_server_forget(struct artem_control_server *server)
{
    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        server->clients[i].connection = held_fd_none;
    server->folder = server->socket = held_fd_none;
    server->name[0] = '\0';
}

void artem_control_server_destroy(struct artem_control_server **server)
{
    struct artem_control_server *s = *server;

    *server = NULL;
    if (s == NULL)
        return;
    for (int i = 0; i < ARTEM_CONTROL_CLIENTS_MAX; i++)
        held_fd_close(&s->clients[i].connection);
    if (s->name[0] != '\0' && held_fd_is_ours(&s->folder))
        unlinkat(s->folder.fd, s->name, 0);
    held_fd_close(&s->socket);
    held_fd_close(&s->folder);
    free(s);
}
