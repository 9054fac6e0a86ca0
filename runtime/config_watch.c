// SPDX-License-Identifier: Apache-2.0
// Watches one file. The truth is what stat says about it, looked at twice a second: that also sees folders created
// later, changed links on the way and network file systems. inotify on the folder of the file and of a link's target
// only makes it faster. The same thread serves the control socket.
#include "config_internal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "artem/log.h"
#include "control_internal.h"
#include "held_fd.h"
#include "thread.h"
#include "user_env.h"

enum {
    PERIOD_MS = 500,      // between looks when nothing is heard
    SETTLE_HEARD_MS = 50, // after a writer closed or renamed: gathers bursts
    SETTLE_SEEN_MS = 200, // after a change whose writer may not be done
    SETTLE_MOST_MS = 600, // a file that never rests is read all the same
};

struct signature {
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct artem_watch {
    pthread_t thread;
    struct held_fd event;  // wakes the thread
    atomic_bool forgotten; // the host has closed the event: the thread has ended, and nothing that is open is ours
    atomic_bool stops;     // the thread is to end, also where the event cannot be written: it looks in every round
    bool (*changed)(void *user);
    void (*poked)(void *user);
    void *user;
    char path[ARTEM_PATH_MAX];

    // The thread's own.
    struct user_env *env;                 // NULL: no memory for it
    struct artem_control_server *control; // NULL: none
    struct held_fd inotify;               // or none
    int folder_wd, target_wd;             // -1: none; equal if it is the same folder
    char target_name[NAME_MAX + 1];
    struct signature seen;
    bool waiting;             // a change is settling
    int64_t first_ms, due_ms; // of the settling change
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct signature look(const char *path)
{
    struct signature s;
    struct stat st;

    memset(&s, 0, sizeof s);
    if (stat(path, &st) == 0) {
        s.exists = true;
        s.device = st.st_dev;
        s.inode = st.st_ino;
        s.size = st.st_size;
        s.modified = st.st_mtim;
        s.changed = st.st_ctim;
    }
    return s;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same(const struct signature *a, const struct signature *b)
{
    return a->exists == b->exists && a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

static int watch_folder_of(int fd, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;

    if (fd < 0 || !slash || length >= sizeof folder)
        return -1;
    memcpy(folder, path, length);
    memcpy(folder + length, length ? "" : "/", length ? 1 : 2);
    // No IN_MODIFY: a log file in the same folder would wake this thread at every frame.
    return inotify_add_watch(fd, folder,
                             IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

static void replace_watch(const struct artem_watch *w, int *wd, int new_wd, int other_wd)
{
    int old = *wd;
    *wd = new_wd;
    if (old >= 0 && old != new_wd && old != other_wd)
        inotify_rm_watch(w->inotify.fd, old);
}

// Follows the folder and the link to where they lead now.
static void refresh_watches(struct artem_watch *w)
{
    char *target = realpath(w->path, NULL);
    int folder_wd = watch_folder_of(w->inotify.fd, w->path);
    int target_wd = target ? watch_folder_of(w->inotify.fd, target) : -1;

    replace_watch(w, &w->folder_wd, folder_wd, target_wd);
    replace_watch(w, &w->target_wd, target_wd, folder_wd);
    w->target_name[0] = '\0';
    if (target && strlen(strrchr(target, '/') + 1) <= NAME_MAX)
        memcpy(w->target_name, strrchr(target, '/') + 1, strlen(strrchr(target, '/') + 1) + 1);
    free(target);
}

enum heard { HEARD_NOTHING, HEARD_SOMETHING, HEARD_DONE };

static enum heard judge(const struct artem_watch *w, const struct inotify_event *event)
{
    if (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW | IN_UNMOUNT))
        return HEARD_DONE;
    if (event->len == 0)
        return HEARD_NOTHING;
    bool own = event->wd == w->folder_wd && strcmp(event->name, strrchr(w->path, '/') + 1) == 0;
    bool target = event->wd == w->target_wd && strcmp(event->name, w->target_name) == 0;
    if (!own && !target)
        return HEARD_NOTHING;
    // After IN_CREATE the content is still to come, unless it is a link.
    return event->mask & (IN_CREATE | IN_ATTRIB) ? HEARD_SOMETHING : HEARD_DONE;
}

static enum heard listen_to_folder(const struct artem_watch *w)
{
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    enum heard heard = HEARD_NOTHING;
    ssize_t size;

    while (held_fd_is_ours(&w->inotify) && (size = read(w->inotify.fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            enum heard this = judge(w, event);
            heard = this > heard ? this : heard;
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
    return heard;
}

static void note_change(struct artem_watch *w, int settle_ms)
{
    int64_t now = now_ms();

    if (!w->waiting)
        w->first_ms = now;
    w->waiting = true;
    w->due_ms = now + settle_ms;
    if (w->due_ms > w->first_ms + SETTLE_MOST_MS)
        w->due_ms = w->first_ms + SETTLE_MOST_MS;
}

static void look_again(struct artem_watch *w, enum heard heard)
{
    struct signature signature = look(w->path);
    bool differs = !same(&signature, &w->seen);

    w->seen = signature;
    if (differs)
        note_change(w, SETTLE_SEEN_MS);
    if (heard == HEARD_DONE)
        note_change(w, SETTLE_HEARD_MS); // also without a difference: clocks of file systems tick in milliseconds
    if (differs || heard != HEARD_NOTHING || w->folder_wd < 0)
        refresh_watches(w);
    if (w->waiting && now_ms() >= w->due_ms) {
        w->waiting = false;
        if (!w->changed(w->user))
            note_change(w, SETTLE_MOST_MS);
    }
}

// All descriptors were closed by the host, as daemons do: whatever has these numbers now is not ours.
static void forget_descriptors(struct artem_watch *w)
{
    atomic_store(&w->forgotten, true);
    w->inotify = held_fd_none;
    if (w->control)
        artem_control_server_forget(w->control);
    artem_log(ARTEM_LOG_WARN, "%s: the app has closed the layer's files; changes are not seen any more", w->path);
}

static void take_pokes(struct artem_watch *w)
{
    eventfd_t count;

    if (eventfd_read(w->event.fd, &count) == 0)
        w->poked(w->user);
}

static void *run(void *user)
{
    struct artem_watch *w = user;

    user_env_use(w->env);
    w->inotify = held_fd_of(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (w->inotify.fd < 0)
        artem_log(ARTEM_LOG_DEBUG, "%s: no inotify (%m); looking every %d ms", w->path, PERIOD_MS);
    // Catches what happened between the first read and now.
    note_change(w, SETTLE_HEARD_MS);
    look_again(w, HEARD_NOTHING);
    for (;;) {
        struct pollfd fds[2 + CONTROL_FDS_MAX] = {{.fd = w->event.fd, .events = POLLIN},
                                                  {.fd = w->inotify.fd, .events = POLLIN}};
        const unsigned controls = w->control ? artem_control_server_poll(w->control, fds + 2) : 0;
        int64_t wait = w->waiting ? w->due_ms - now_ms() : PERIOD_MS;
        int n = poll(fds, 2 + controls, wait > 0 ? (int)wait : 0);
        const bool failed = n < 0 && errno != EINTR && errno != EAGAIN;
        if ((n > 0 && fds[0].revents & ~POLLIN) || !held_fd_is_ours(&w->event)) {
            forget_descriptors(w);
            break;
        }
        if (failed || atomic_load(&w->stops))
            break;
        if (n > 0 && fds[0].revents)
            take_pokes(w);
        if (!held_fd_is_ours(&w->inotify))
            w->inotify = held_fd_none;
        look_again(w, n > 0 && fds[1].revents == POLLIN && w->inotify.fd >= 0 ? listen_to_folder(w) : HEARD_NOTHING);
        if (w->control)
            artem_control_server_serve(w->control, fds + 2, n > 0 ? controls : 0, now_ms());
    }
    held_fd_close(&w->inotify);
    return NULL;
}

enum artem_result artem_watch_start(const char *path, bool (*changed)(void *user), void (*poked)(void *user),
                                    artem_control_answer answer, void *user, struct artem_watch **out_watch)
{
    struct artem_watch *w = calloc(1, sizeof *w);
    if (!w)
        return ARTEM_ERROR_MEMORY;
    w->changed = changed;
    w->poked = poked;
    w->user = user;
    w->folder_wd = w->target_wd = -1;
    strncpy(w->path, path, sizeof w->path - 1);
    if (answer)
        w->control = artem_control_server_create(answer, user);
    w->env = user_env_keep();
    w->event = held_fd_of(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (w->event.fd < 0 || !artem_thread_start(&w->thread, "artem-config", run, w)) {
        held_fd_close(&w->event);
        artem_control_server_destroy(&w->control);
        user_env_free(w->env);
        free(w);
        return ARTEM_ERROR_IO;
    }
    *out_watch = w;
    return ARTEM_OK;
}

void artem_watch_poke(struct artem_watch *watch)
{
    if (!atomic_load(&watch->forgotten) &&
        held_fd_is_ours(&watch->event)) // else the thread is about to see it, and to end
        eventfd_write(watch->event.fd, 1);
}

void artem_watch_stop(struct artem_watch **watch)
{
    if (!watch || !*watch)
        return;
    struct artem_watch *w = *watch;
    atomic_store(&w->stops, true);
    artem_watch_poke(w);
    pthread_join(w->thread, NULL);
    if (!w->forgotten)
        held_fd_close(&w->event);
    artem_control_server_destroy(&w->control);
    user_env_free(w->env);
    free(w);
    *watch = NULL;
}
