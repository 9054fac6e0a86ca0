// SPDX-License-Identifier: Apache-2.0
// The ring of frames: what a writer adds readers see, whole and in order; nobody else can write or shrink it; what is
// no ring is not taken for one.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../test.h"
#include "ring_format.h"

struct finding {
    const char *app;
    struct artem_ring_view *view;
    int sessions;
};

static int find(void *user, struct artem_ring_view *view)
{
    struct finding *finding = user;
    struct artem_ring_about about;

    artem_ring_about(view, &about);
    if (about.pid == (uint32_t)getpid())
        finding->sessions++;
    if (finding->view == NULL && about.pid == (uint32_t)getpid() && strcmp(about.app, finding->app) == 0)
        finding->view = view;
    else
        artem_ring_close(&view);
    return 0;
}

static struct artem_ring_view *open_view(const char *app)
{
    struct finding finding = {.app = app};

    artem_ring_list(find, &finding);
    return finding.view;
}

static struct artem_frame_record record_of(uint64_t number)
{
    struct artem_frame_record record;

    artem_frame_record_init(&record);
    record.frame = number;
    record.layer_ms = (double)number;
    record.network_ms = (double)number;
    record.composite_ms = (double)number;
    snprintf(record.style, sizeof record.style, "style%u", (unsigned)number % 10);
    return record;
}

static void test_frames(void)
{
    static struct artem_ring_frame frames[ARTEM_RING_RECORDS];
    struct artem_ring *ring = artem_ring_create("first\napp", "program", "1.2"), *second;
    struct artem_ring_about about;
    uint64_t total = 1;

    CHECK(ring != NULL);
    CHECK(open_view("nobody") == NULL);
    struct artem_ring_view *view = open_view("first_app"); // names are anybody's text
    CHECK(view != NULL);
    if (view == NULL)
        return;
    CHECK_INT(artem_ring_read(view, frames, &total), 0);
    CHECK_INT(total, 0);
    artem_ring_set_backend(ring, "vulkan");
    artem_ring_about(view, &about);
    CHECK_STR(about.executable, "program");
    CHECK_STR(about.layer_version, "1.2");
    CHECK_STR(about.backend, "vulkan");
    for (uint64_t i = 0; i < 3; i++) {
        const struct artem_frame_record record = record_of(i);
        artem_ring_add(ring, &record, i == 1);
    }
    CHECK_INT(artem_ring_read(view, frames, &total), 3);
    CHECK(total == 3 && frames[0].record.frame == 0 && frames[2].record.frame == 2 && frames[1].paused &&
          !frames[2].paused);
    CHECK_STR(frames[2].record.style, "style2");
    CHECK(isnan(frames[2].record.slack_ms) && frames[2].time_ns >= frames[0].time_ns);
    for (uint64_t i = 3; i < 1300; i++) {
        const struct artem_frame_record record = record_of(i);
        artem_ring_add(ring, &record, false);
    }
    CHECK_INT(artem_ring_read(view, frames, &total), ARTEM_RING_RECORDS);
    CHECK(total == 1300 && frames[0].record.frame == 1300 - ARTEM_RING_RECORDS &&
          frames[ARTEM_RING_RECORDS - 1].record.frame == 1299);

    second = artem_ring_create("second", "program", "1.2");
    struct finding both = {.app = ""};
    artem_ring_list(find, &both);
    CHECK_INT(both.sessions, 2);
    artem_ring_destroy(&second);
    CHECK(second == NULL);
    artem_ring_destroy(&ring);
    artem_ring_destroy(&ring);
    CHECK_INT(artem_ring_read(view, frames, &total), ARTEM_RING_RECORDS); // whoever looks keeps what was there
    artem_ring_close(&view);
    artem_ring_close(&view);
    struct finding none = {.app = ""};
    artem_ring_list(find, &none);
    CHECK_INT(none.sessions, 0);
    artem_ring_add(NULL, &frames[0].record, false);
    artem_ring_set_backend(NULL, "cpu");
}

// The only file of this process that is a ring.
static int open_file(int flags)
{
    char path[64], target[64];

    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        const ssize_t length = readlink(path, target, sizeof target);
        if (length > 17 && memcmp(target, "/memfd:" RING_NAME, 17) == 0)
            return open(path, flags | O_CLOEXEC);
    }
    return -1;
}

static void test_seals(void)
{
    struct artem_ring *ring = artem_ring_create("sealed", "", "");
    const int file = open_file(O_RDWR);

    CHECK(file >= 0);
    CHECK(ftruncate(file, 0) != 0 && errno == EPERM);
    CHECK(ftruncate(file, 1 << 24) != 0 && errno == EPERM);
    if ((fcntl(file, F_GET_SEALS) & 0x0010) != 0) { // F_SEAL_FUTURE_WRITE: Linux 5.1
        CHECK(write(file, "x", 1) < 0 && errno == EPERM);
        CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED);
    }
    CHECK(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE) != 0);
    close(file);
    // A child that was forked is not another session.
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    struct finding finding = {.app = ""};
    artem_ring_list(find, &finding);
    CHECK_INT(finding.sessions, 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    artem_ring_destroy(&ring);
}

// Files that bear the name and are something else.
// A process that may not write so large a file: no ring, and no signal.
static void test_limits(void)
{
    struct rlimit before, small = {.rlim_cur = 4096};

    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct artem_ring *ring = artem_ring_create("app", "exe", "1");
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
    CHECK(ring == NULL);
    artem_ring_destroy(&ring);
}

static int find_contained(void *user, struct artem_ring_view *view)
{
    struct artem_ring_about about;

    artem_ring_about(view, &about);
    if (strcmp(about.app, "contained") == 0)
        *(struct artem_ring_about *)user = about;
    artem_ring_close(&view);
    return 0;
}

// The first process of a namespace of processes: with a ring, until it is killed.
static void be_contained(int ready)
{
    struct artem_ring *ring = artem_ring_create("contained", "exe", "1");

    if (ring != NULL && getpid() == 1 && write(ready, "", 1) == 1)
        pause();
    _exit(1);
}

// Tells by `out` which number that process has here.
static void contain(int out, int ready)
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        _exit(1);
    const pid_t child = fork();
    if (child == 0)
        be_contained(ready);
    if (child > 0 && write(out, &child, sizeof child) == sizeof child)
        waitpid(child, NULL, 0);
    _exit(0);
}

// In a container a process has another number than outside: by that one it is found, and told of.
static void test_container(void)
{
    struct artem_ring_about about = {0};
    int numbers[2], ready[2];
    pid_t contained;
    char byte;

    CHECK(pipe(numbers) == 0 && pipe(ready) == 0);
    const pid_t between = fork();
    if (between == 0)
        contain(numbers[1], ready[1]);
    close(numbers[1]);
    close(ready[1]);
    if (read(numbers[0], &contained, sizeof contained) != sizeof contained) {
        fprintf(stderr, "no namespaces here\n");
    } else {
        CHECK(read(ready[0], &byte, 1) == 1);
        artem_ring_list(find_contained, &about);
        CHECK_STR(about.app, "contained");
        CHECK_INT(about.pid, (uint32_t)contained);
        kill(contained, SIGKILL);
    }
    waitpid(between, NULL, 0);
    close(numbers[0]);
    close(ready[0]);
}

static void test_impostors(void)
{
    static struct ring_memory memory;

    for (int kind = 0; kind < 5; kind++) {
        const int file = memfd_create(RING_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        memset(&memory, 0, sizeof memory);
        memory.magic = kind == 0 ? 1 : RING_MAGIC;
        memory.version = kind == 1 ? RING_VERSION + 1 : RING_VERSION;
        memory.size = sizeof memory;
        memory.slot_size = kind == 2 ? 8 : sizeof(struct ring_slot);
        memory.about.pid = (uint32_t)getpid();
        CHECK(write(file, &memory, sizeof memory - (kind == 3)) > 0);
        if (kind != 4) // unsealed: it could shrink while it is read
            CHECK_INT(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK), 0);
        struct finding finding = {.app = ""};
        artem_ring_list(find, &finding);
        CHECK_INT(finding.sessions, 0);
        close(file);
    }
    // A file on a disk, which has no seals at all.
    char path[] = "/tmp/artem-ring-XXXXXX";
    const int plain = mkstemp(path);
    CHECK(write(plain, &memory, sizeof memory) == sizeof memory);
    CHECK(ring_open(path) == NULL);
    close(plain);
    unlink(path);
    // Sealed and of the right form, but full of nonsense: read without harm.
    const int file = memfd_create(RING_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    static struct artem_ring_frame frames[ARTEM_RING_RECORDS];
    uint64_t total;
    memset(&memory, 0xA5, sizeof memory);
    memory.magic = RING_MAGIC;
    memory.version = RING_VERSION;
    memory.size = sizeof memory;
    memory.slot_size = sizeof(struct ring_slot);
    memory.about.pid = (uint32_t)getpid();
    atomic_store(&memory.about_serial, 3); // never finished
    atomic_store(&memory.total, 5);
    for (uint64_t i = 0; i < 5; i++)
        atomic_store(&memory.slots[i].serial, i + 1);
    CHECK(write(file, &memory, sizeof memory) == sizeof memory && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    memset(memory.about.app, 0xA5, sizeof memory.about.app - 1);
    memory.about.app[sizeof memory.about.app - 1] = '\0';
    struct artem_ring_view *view = open_view(memory.about.app);
    CHECK(view != NULL);
    if (view != NULL) {
        CHECK_INT(artem_ring_read(view, frames, &total), 5);
        CHECK(strlen(frames[4].record.style) < sizeof frames[4].record.style);
        CHECK_INT(frames[4].record.decision, ARTEM_DECISION_ERROR);
        artem_ring_close(&view);
    }
    close(file);
}

static atomic_bool ended;

static void *write_on(void *user)
{
    for (uint64_t i = 0; !atomic_load(&ended); i++) {
        const struct artem_frame_record record = record_of(i);
        artem_ring_add(user, &record, false);
    }
    return NULL;
}

// A reader beside a writer never sees half a record.
static void test_race(void)
{
    static struct artem_ring_frame frames[ARTEM_RING_RECORDS];
    struct artem_ring *ring = artem_ring_create("race", "", "");
    struct artem_ring_view *view = open_view("race");
    pthread_t writer;
    uint64_t total = 0, seen = 0;

    CHECK(view != NULL && pthread_create(&writer, NULL, write_on, ring) == 0);
    while (total < 200000 && view != NULL) {
        const uint32_t count = artem_ring_read(view, frames, &total);
        seen += count;
        for (uint32_t i = 0; i < count; i++) {
            const struct artem_frame_record *r = &frames[i].record;
            if (r->layer_ms != (double)r->frame || r->composite_ms != (double)r->frame ||
                (i > 0 && r->frame <= frames[i - 1].record.frame))
                TEST_FAIL("record %llu is torn", (unsigned long long)r->frame);
        }
    }
    atomic_store(&ended, true);
    pthread_join(writer, NULL);
    CHECK(seen > 0);
    artem_ring_close(&view);
    artem_ring_destroy(&ring);
}

int main(void)
{
    test_frames();
    test_seals();
    test_container();
    test_impostors();
    test_limits();
    test_race();
    return test_result();
}
