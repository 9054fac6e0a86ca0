// SPDX-License-Identifier: Apache-2.0
// Apps that close descriptors which are not theirs: what has the layer's numbers afterwards is left alone.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "app.h"
#include "ask.h"
#include "measure.h"
#include "test.h"

static char folder[] = "/tmp/artem-closed-test.XXXXXX";

// These are system calls, since the thread sanitizer would call close() and dup2() a race with the layer's thread,
// which they are meant to be.
static void take_number(int number, int file)
{
    CHECK_INT(syscall(SYS_dup3, file, number, O_CLOEXEC), number);
}

// Before the layer listens to the folder: no event is to be on its way when its descriptor is taken.
static int open_other(const char *path)
{
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    CHECK(write(file, "0123456789", 10) == 10 && lseek(file, 0, SEEK_SET) == 0);
    return file;
}

// ---- One of them ----

static void write_style(const char *path, const char *style)
{
    FILE *file = fopen(path, "we");

    fprintf(file, "[artem]\nstyle = %s\n", style);
    fclose(file);
}

static bool is_inotify(int fd)
{
    char link[64], target[64] = "";

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    (void)!readlink(link, target, sizeof target - 1);
    return strcmp(target, "anon_inode:inotify") == 0;
}

static bool is_door(int fd)
{
    int listens = 0;
    socklen_t size = sizeof listens;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

// The layer's is the one that was not there before.
static int find_new(bool (*is)(int fd), int before)
{
    for (int fd = 0; fd < 256; fd++)
        if (fd != before && is(fd))
            return fd;
    return -1;
}

static bool status_says(const char *key, const char *expected)
{
    char value[ARTEM_PATH_MAX] = "";

    for (int i = 0; i < 300 && strcmp(value, expected) != 0; i++) {
        usleep(10000);
        if (ask("status") == ARTEM_OK)
            artem_control_find(answer, key, value);
    }
    return strcmp(value, expected) == 0;
}

// An app that closes just one by mistake, and gets the number for a file or a door of its own.
static void test_closed_file(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    PFN_xrDestroyInstance destroy = NULL;
    XrInstance instance = XR_NULL_HANDLE;
    char config[64], path[64];

    snprintf(path, sizeof path, "%s/other", folder);
    snprintf(config, sizeof config, "%s/artem.conf", folder);
    setenv("ARTEM_CONFIG", config, 1);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/door", folder);
    const int file = open_other(path);
    write_style(config, "great_wave");
    const int inotify_before = find_new(is_inotify, -1);
    const int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK(bind(door, (const struct sockaddr *)&address, sizeof address) == 0 && listen(door, 4) == 0);
    mock_reset();
    const PFN_xrGetInstanceProcAddr get = app_make_instance(&instance);
    CHECK_INT(get(instance, "xrDestroyInstance", (PFN_xrVoidFunction *)&destroy), XR_SUCCESS);
    CHECK(status_says("style", "great_wave"));
    const int inotify = find_new(is_inotify, inotify_before), layers_door = find_new(is_door, door);
    CHECK(inotify >= 0 && layers_door >= 0);

    take_number(inotify, file);
    write_style(config, "another");
    CHECK(status_says("style", "another")); // seen all the same
    CHECK_INT(lseek(file, 0, SEEK_CUR), 0);

    take_number(layers_door, door);
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_INT(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    usleep(1200000); // some of its rounds
    const int guest = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    CHECK(guest >= 0); // nobody else has let it in
    CHECK_INT(destroy(instance), XR_SUCCESS);
    CHECK(fcntl(inotify, F_GETFD) >= 0 && fcntl(layers_door, F_GETFD) >= 0);
    const int all[] = {inotify, layers_door, file, door, client, guest};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        CHECK_INT(close(all[i]), 0);
    unlink(path);
    unlink(config);
    unlink(address.sun_path);
}

// ---- All ----

// An app that closes every descriptor, as daemons do: what has the layer's numbers afterwards is left alone.
static void test_closed_files(bool taken_at_once)
{
    enum { NUMBERS = 64 };
    PFN_xrDestroyInstance destroy = NULL;
    XrInstance instance = XR_NULL_HANDLE;
    bool before[NUMBERS];
    int own[NUMBERS], count = 0;
    struct stat st;
    char path[64];

    snprintf(path, sizeof path, "%s/other", folder);
    const int file = open_other(path);
    for (int fd = 0; fd < NUMBERS; fd++)
        before[fd] = fcntl(fd, F_GETFD) >= 0;
    mock_reset();
    const PFN_xrGetInstanceProcAddr get = app_make_instance(&instance);
    CHECK_INT(get(instance, "xrDestroyInstance", (PFN_xrVoidFunction *)&destroy), XR_SUCCESS);
    CHECK_INT(ask("status"), ARTEM_OK); // its thread runs
    for (int fd = 0; fd < NUMBERS; fd++)
        if (!before[fd] && fcntl(fd, F_GETFD) >= 0)
            own[count++] = fd;
    CHECK(count >= 4); // an event, inotify, the socket and its folder
    const unsigned threads = count_threads();
    for (int i = 0; i < count; i++) { // among them may be a connection that has ended by now
        if (taken_at_once)
            take_number(own[i], file);
        else
            CHECK_INT(syscall(SYS_close, own[i]) == 0 || errno == EBADF, 1);
    }
    CHECK(are_threads(threads - 1)); // it has noticed
    for (int i = 0; i < count; i++)
        take_number(own[i], file);
    CHECK_INT(destroy(instance), XR_SUCCESS);
    for (int i = 0; i < count; i++)
        CHECK(fcntl(own[i], F_GETFD) >= 0);
    CHECK(stat(path, &st) == 0 && st.st_size == 10);
    CHECK_INT(lseek(file, 0, SEEK_CUR), 0);
    for (int i = 0; i < count; i++)
        close(own[i]);
    close(file);
    unlink(path);
}

int main(void)
{
    const int status = ask_begin(folder);
    char command[64];

    if (status != 0)
        return status;
    test_closed_file();
    test_closed_files(false);
    test_closed_files(true);
    snprintf(command, sizeof command, "rm -r %s", folder); // the socket could not be removed
    CHECK_INT(system(command), 0);
    return test_result();
}
