// SPDX-License-Identifier: Apache-2.0
// The asking side of artem/control.h.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control_internal.h"

enum { ANSWER_PATIENCE_MS = 1000 };

struct caller {
    int (*fn)(void *user, int connection, const char *name);
    void *user;
};

// Non-zero: the caller wants no more.
static int list_folder(void *user, int folder)
{
    const struct caller *caller = user;
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    int wants_no_more = 0;

    while (dir != NULL && !wants_no_more && (entry = readdir(dir)) != NULL) {
        if (!artem_control_is_socket_name(entry->d_name))
            continue;
        const int s = artem_control_connect(folder, entry->d_name);
        if (s < 0 && errno == ECONNREFUSED)
            unlinkat(folder, entry->d_name, 0); // its process is gone
        if (s >= 0 && artem_control_peer_is_own(s))
            wants_no_more = caller->fn(caller->user, s, entry->d_name);
        if (s >= 0)
            close(s);
    }
    if (dir != NULL)
        closedir(dir);
    else if (copy >= 0)
        close(copy);
    return wants_no_more;
}

void artem_control_list(int (*fn)(void *user, int connection, const char *name), void *user)
{
    struct caller caller = {fn, user};
    const int folder = artem_control_open_folder(false);

    if (folder < 0 || list_folder(&caller, folder) == 0)
        artem_control_list_containers(folder, list_folder, &caller);
    if (folder >= 0)
        close(folder);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The last line, which says how it went; NULL while it is still to come.
static char *find_verdict(char *answer, size_t used)
{
    if (used == 0 || answer[used - 1] != '\n')
        return NULL;
    char *before = memrchr(answer, '\n', used - 1), *last = before != NULL ? before + 1 : answer;
    return strcmp(last, "ok\n") == 0 || strncmp(last, "error ", 6) == 0 ? last : NULL;
}

enum artem_result artem_control_ask(int connection, const char *request, char answer[ARTEM_CONTROL_ANSWER_MAX])
{
    const int64_t until = now_ms() + ANSWER_PATIENCE_MS;
    char line[ARTEM_CONTROL_LINE_MAX], *verdict = NULL;
    const int length = snprintf(line, sizeof line, "%s\n", request);
    size_t used = 0;

    answer[0] = '\0';
    if (length < 0 || (size_t)length >= sizeof line)
        return ARTEM_ERROR_ARGUMENT;
    if (send(connection, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) != length)
        return ARTEM_ERROR_IO;
    while (verdict == NULL) {
        struct pollfd fd = {.fd = connection, .events = POLLIN};
        const int64_t left = until - now_ms();
        const int ready = left > 0 ? poll(&fd, 1, (int)left) : 0;
        if (ready == 0)
            return ARTEM_TIMEOUT;
        const ssize_t n =
            ready > 0 ? recv(connection, answer + used, ARTEM_CONTROL_ANSWER_MAX - 1 - used, MSG_DONTWAIT) : -1;
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return ARTEM_ERROR_IO;
        used += (size_t)n;
        answer[used] = '\0';
        verdict = find_verdict(answer, used);
    }
    if (verdict[0] == 'o') {
        verdict[0] = '\0';
        return ARTEM_OK;
    }
    answer[used - 1] = '\0';
    memmove(answer, verdict + 6, strlen(verdict + 6) + 1);
    return ARTEM_ERROR_ARGUMENT;
}

bool artem_control_find(const char *answer, const char *key, char out[ARTEM_PATH_MAX])
{
    const size_t length = strlen(key);

    for (const char *line = answer; *line != '\0';) {
        const size_t size = strcspn(line, "\n");
        if (size >= length + 3 && strncmp(line, key, length) == 0 && strncmp(line + length, " = ", 3) == 0 &&
            size - length - 3 < ARTEM_PATH_MAX) {
            memcpy(out, line + length + 3, size - length - 3);
            out[size - length - 3] = '\0';
            return true;
        }
        line += size + (line[size] == '\n');
    }
    return false;
}
