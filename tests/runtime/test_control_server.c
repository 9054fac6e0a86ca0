// SPDX-License-Identifier: Apache-2.0
// The control socket by itself, with a clock of the test's: its rights, requests, and clients that mean no good.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../test.h"
#include "control_internal.h"
#include "fixture.h"

static unsigned asked;

static void answer(void *user, const struct artem_control_request *request, struct artem_control_reply *reply)
{
    (void)user;
    asked++;
    artem_control_reply_line(reply, "verb", request->key);
    artem_control_reply_end(reply, request->verb == ARTEM_CONTROL_TOGGLE ? "no" : NULL);
}

static int64_t clock_ms = 1000;

// Whether there was something to wake up for.
static bool look(struct artem_control_server *server)
{
    struct pollfd fds[CONTROL_FDS_MAX];
    const unsigned count = artem_control_server_poll(server, fds);
    const int ready = poll(fds, count, 0);

    artem_control_server_serve(server, fds, ready > 0 ? count : 0, clock_ms);
    return ready > 0;
}

static void serve(struct artem_control_server *server)
{
    for (int i = 0; i < 8; i++)
        look(server);
}

static char socket_name[64];
static unsigned sockets;

static int note_name(void *user, int connection, const char *name)
{
    (void)user, (void)connection;
    snprintf(socket_name, sizeof socket_name, "%s", name);
    sockets++;
    return 0;
}

static int connect_to_it(void)
{
    const int folder = artem_control_open_folder(false);
    const int s = artem_control_connect(folder, socket_name);

    close(folder);
    return s;
}

static void expect_text(int s, const char *expected)
{
    char text[ARTEM_CONTROL_ANSWER_MAX] = "";
    const ssize_t n = recv(s, text, sizeof text - 1, MSG_DONTWAIT);

    text[n > 0 ? n : 0] = '\0';
    CHECK_STR(text, expected);
}

// Whether the server has closed the connection.
static bool is_closed(int s)
{
    char byte;

    return recv(s, &byte, 1, MSG_DONTWAIT) == 0;
}

static void say(int s, const char *text, size_t size)
{
    CHECK_INT(send(s, text, size, MSG_NOSIGNAL), size);
}

static void test_requests(struct artem_control_server *server)
{
    const int s = connect_to_it();

    CHECK(s >= 0);
    say(s, "stat", 4);
    serve(server);
    expect_text(s, "");
    say(s, "us\nunset style\ntoggle\nnonsense\n", 31);
    serve(server);
    expect_text(s, "verb = \nok\nverb = style\nok\nverb = \nerror no\n"
                   "error expected status, set KEY VALUE, unset [KEY], toggle, next, prev or reload [KEY]\n");
    CHECK_INT(asked, 3);
    close(s);
    serve(server);
}

static void test_hostile(struct artem_control_server *server)
{
    char rubbish[65536];
    int many[12], s = connect_to_it();

    // A line that never ends.
    serve(server);
    memset(rubbish, 'x', sizeof rubbish);
    say(s, rubbish, sizeof rubbish);
    serve(server);
    CHECK(recv(s, rubbish, 1, MSG_DONTWAIT) <= 0);
    close(s);

    // Bytes of all kinds.
    s = connect_to_it();
    for (size_t i = 0; i < sizeof rubbish; i++)
        rubbish[i] = (char)fixture_random();
    say(s, rubbish, sizeof rubbish);
    for (int i = 0; i < 20; i++)
        serve(server);
    close(s);

    // Asks and asks and never listens: so often, and no more.
    s = connect_to_it();
    const unsigned before = asked;
    for (int i = 0; i < 100; i++)
        (void)!send(s, "status\n", 7, MSG_NOSIGNAL | MSG_DONTWAIT);
    serve(server);
    CHECK_INT(asked - before, ARTEM_CONTROL_REQUESTS_MAX);
    close(s);

    // Says nothing, or one byte now and then: dropped in time; one that is answered stays.
    const int silent = connect_to_it(), slow = connect_to_it(), good = connect_to_it();
    serve(server);
    for (int i = 0; i < 4; i++) {
        clock_ms += ARTEM_CONTROL_PATIENCE_MS / 3;
        (void)!send(slow, "s", 1, MSG_NOSIGNAL);
        say(good, "status\n", 7);
        serve(server);
        expect_text(good, "verb = \nok\n");
    }
    CHECK(is_closed(silent));
    CHECK(is_closed(slow));
    CHECK(!is_closed(good));
    close(silent), close(slow), close(good);
    serve(server);

    // More at once than there are places: those that wait get their turn.
    for (int i = 0; i < 12; i++)
        many[i] = connect_to_it();
    serve(server);
    for (int i = 0; i < 12; i++) {
        say(many[i], "status\n", 7);
        serve(server);
        expect_text(many[i], "verb = \nok\n");
        close(many[i]);
        serve(server);
    }
}

// A process without descriptors: its clients wait, and do not keep the thread awake.
static void test_no_descriptor(struct artem_control_server *server)
{
    struct rlimit old, low;
    int waiting[4];

    for (int i = 0; i < 4; i++) // valgrind drops those that it does not let in
        waiting[i] = connect_to_it();
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    const int next = dup(waiting[0]);
    close(next);
    low.rlim_cur = (rlim_t)next;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
    for (int i = 0; i < 3; i++)
        CHECK_INT(look(server), i % 2 == 0);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
    serve(server);
    say(waiting[3], "status\n", 7);
    serve(server);
    expect_text(waiting[3], "verb = \nok\n");
    for (int i = 0; i < 4; i++)
        close(waiting[i]);
    serve(server);
}

// A host that closes descriptors that are not its own.
static void test_closed_socket(void)
{
    struct artem_control_server *server = artem_control_server_create(answer, NULL);
    struct pollfd fds[CONTROL_FDS_MAX];

    CHECK_INT(artem_control_server_poll(server, fds), 1);
    close(fds[0].fd);
    CHECK(look(server));
    for (int i = 0; i < 3; i++)
        CHECK(!look(server));
    const int others = open("/dev/null", O_RDONLY | O_CLOEXEC); // gets the number
    CHECK_INT(others, fds[0].fd);
    artem_control_server_destroy(&server);
    CHECK(fcntl(others, F_GETFD) >= 0);
    close(others);
    sockets = 0;
    artem_control_list(note_name, NULL);
    CHECK_INT(sockets, 0);
}

// Another user, whom even the rights of folder and socket would let in.
static void test_wrong_user(struct artem_control_server *server)
{
    const int folder = artem_control_open_folder(false);
    int status = -1;

    if (geteuid() != 0) {
        fprintf(stderr, "the wrong user is not tried: this is not root\n");
        close(folder);
        return;
    }
    CHECK_INT(chmod(fixture_folder(), 0755), 0);
    CHECK_INT(chmod(fixture_path("run"), 0755), 0);
    CHECK_INT(fchmod(folder, 0755), 0);
    CHECK_INT(fchmodat(folder, socket_name, 0666, 0), 0);
    const unsigned before = asked;
    const pid_t child = fork();
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(1);
        const int s = artem_control_connect(folder, socket_name);
        if (s < 0)
            _exit(2);
        char byte;
        struct pollfd fd = {.fd = s, .events = POLLIN};
        (void)!send(s, "status\n", 7, MSG_NOSIGNAL);
        // Nothing but the end, sooner than the parent gives up.
        _exit(poll(&fd, 1, 4000) == 1 && recv(s, &byte, 1, MSG_DONTWAIT) <= 0 ? 0 : 3);
    }
    for (int i = 0; i < 5000 && waitpid(child, &status, WNOHANG) == 0; i++) {
        serve(server);
        usleep(1000);
    }
    CHECK_INT(WEXITSTATUS(status), 0);
    CHECK_INT(asked, before);
    CHECK_INT(fchmod(folder, 0700), 0);
    close(folder);
}

// With a capability that its user has not: no socket.
static void test_privileged(void)
{
    int status;

    if (geteuid() != 0)
        return;
    CHECK_INT(mkdir(fixture_path("other"), 0700), 0);
    CHECK_INT(chown(fixture_path("other"), 65534, 65534), 0);
    for (int keep = 0; keep < 2; keep++) {
        const pid_t child = fork();
        if (child == 0) {
            setenv("XDG_RUNTIME_DIR", fixture_path("other"), 1);
            if (prctl(PR_SET_KEEPCAPS, keep) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
                _exit(2);
            struct artem_control_server *server = artem_control_server_create(answer, NULL);
            const bool has = server != NULL;
            artem_control_server_destroy(&server);
            _exit(has);
        }
        CHECK_INT(waitpid(child, &status, 0), child);
        CHECK_INT(WEXITSTATUS(status), keep ? 0 : 1);
    }
}

static void test_folder(void)
{
    char folder[600];

    snprintf(folder, sizeof folder, "%s", fixture_path("run/artem"));
    CHECK_INT(chmod(folder, 0777), 0); // anybody could put a socket of theirs there
    CHECK_INT(artem_control_open_folder(true), -1);
    CHECK_INT(rmdir(folder), 0);
    CHECK_INT(symlink("/tmp", folder), 0);
    CHECK_INT(artem_control_open_folder(true), -1);
    CHECK_INT(unlink(folder), 0);
    // Of another user, as after sudo: nothing is made there.
    if (geteuid() == 0) {
        CHECK_INT(chown(fixture_path("run"), 65534, 65534), 0);
        CHECK_INT(artem_control_open_folder(true), -1);
        CHECK(access(folder, F_OK) != 0);
        CHECK_INT(chown(fixture_path("run"), 0, 0), 0);
    }
    unsetenv("XDG_RUNTIME_DIR");
    CHECK_INT(artem_control_open_folder(true), -1);
    struct artem_control_server *server = artem_control_server_create(answer, NULL);
    CHECK(server == NULL);
    setenv("XDG_RUNTIME_DIR", fixture_path("run"), 1);
}

static void test_server(void)
{
    struct artem_control_server *server = artem_control_server_create(answer, NULL);
    char path[600];
    struct stat st;

    CHECK(server != NULL);
    if (server == NULL)
        return;
    artem_control_list(note_name, NULL);
    CHECK_INT(sockets, 1);
    snprintf(path, sizeof path, "%s/artem/%s", fixture_path("run"), socket_name);
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK_INT(stat(fixture_path("run/artem"), &st), 0);
    CHECK_INT(st.st_mode & 0777, 0700);
    serve(server);
    test_requests(server);
    test_hostile(server);
    test_no_descriptor(server);
    test_wrong_user(server);

    // What a killed process leaves is removed by the next one, and by whoever looks; what lives stays.
    const int folder = artem_control_open_folder(false);
    close(artem_control_bind(folder, "4194305-dead.sock")); // above every process number
    close(artem_control_bind(folder, "4194306-dead.sock"));
    artem_control_remove_stale(folder);
    CHECK(faccessat(folder, "4194305-dead.sock", F_OK, 0) != 0);
    CHECK(faccessat(folder, socket_name, F_OK, 0) == 0);
    close(artem_control_bind(folder, "4194305-dead.sock"));
    sockets = 0;
    artem_control_list(note_name, NULL);
    CHECK_INT(sockets, 1);
    CHECK(faccessat(folder, "4194305-dead.sock", F_OK, 0) != 0);
    close(folder);
    artem_control_server_destroy(&server);
    CHECK(server == NULL);
    CHECK(stat(path, &st) != 0);
}

int main(void)
{
    alarm(60);
    CHECK_INT(mkdir(fixture_path("run"), 0700), 0);
    setenv("XDG_RUNTIME_DIR", fixture_path("run"), 1);
    test_server();
    test_closed_socket();
    test_folder();
    test_privileged();
    return test_result();
}
