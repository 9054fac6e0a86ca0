// SPDX-License-Identifier: Apache-2.0
// Recordings: what is written is read; what is cut off, damaged or impossible is refused; a recording that cannot go on
// ends cleanly.
#include "artem/recording.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "artem_kernels/pixels.h"
#include "crc32.h"
#include "crc32_long.h"
#include "fixture.h"
#include "recording_queue.h"

enum { PIXEL_BYTES = 30000, FILE_MAX = 200000 };

static uint8_t pixels[PIXEL_BYTES];
static const struct artem_noise_map noise = {{-7, 1, 2, 3, 4, 9, -262144, 7, -536870912}, 4096};
static struct artem_style style = {
    .name = "sea", .checksum = 0xDEADBEEF, .blend_name = "sky", .blend_checksum = 0xCAFE, .blend_weight = 100};

static struct artem_recorded_picture picture_of(uint32_t view, uint32_t format, uint32_t width, uint32_t height)
{
    size_t row = width * artem_pixel_size((enum artem_pixel_format)format);

    return (struct artem_recorded_picture){.view = view,
                                           .format = format,
                                           .premultiplied = view == 1,
                                           .x = 3,
                                           .y = 5,
                                           .width = width,
                                           .height = height,
                                           .style_width = 4,
                                           .style_height = 8,
                                           .noise = noise,
                                           .stored = pixels + 100,
                                           .stored_stride = row + 12, // gaps that are not recorded
                                           .result = pixels + 5000,
                                           .result_stride = row};
}

static struct artem_recorded_frame frame_of(uint64_t number, uint32_t pictures)
{
    struct artem_recorded_frame frame = {.frame = number,
                                         .display_time = -3,
                                         .decision = ARTEM_DECISION_STYLED,
                                         .strength = 200,
                                         .keep = 56,
                                         .text = 256,
                                         .resolution = 320,
                                         .pictures = pictures};

    for (uint32_t i = 0; i < pictures; i++)
        frame.picture[i] = picture_of(i, i == 0 ? ARTEM_PIXELS_BGRA8_SRGB : ARTEM_PIXELS_RGBA16_SFLOAT, 6 + i, 9);
    return frame;
}

static struct artem_recording *record(const char *folder, uint32_t max_frames, size_t queue_bytes)
{
    struct artem_recording_params params = {.folder = folder,
                                            .app_name = "My \xC3\x84pp",
                                            .layer_version = "0.2.0",
                                            .backend = "cpu",
                                            .network_id = 77,
                                            .max_frames = max_frames,
                                            .queue_bytes = queue_bytes};
    struct artem_recording *recording = NULL;

    CHECK_INT(artem_recording_create(&params, &recording), ARTEM_OK);
    CHECK(artem_recording_is_open(recording));
    return recording;
}

static enum artem_result refuse(const char *folder)
{
    struct artem_recording_params params = {.folder = folder};
    struct artem_recording *recording = NULL;

    fixture_log_clear();
    enum artem_result result = artem_recording_create(&params, &recording);
    CHECK(recording == NULL);
    CHECK_INT(fixture_log_count("nothing is recorded"), 1);
    artem_recording_destroy(&recording);
    return result;
}

static const char *file_in(const char *folder)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/" ARTEM_RECORDING_FILE, folder);
    return path;
}

static size_t read_file(const char *path, uint8_t *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, FILE_MAX, file) : 0;

    if (file)
        fclose(file);
    return size;
}

// Reads all of it. ARTEM_OK when it is whole, and then *last is its END chunk.
static enum artem_result read_all(const char *path, char error[256], struct artem_recording_chunk *last)
{
    struct artem_recording_reader *reader = NULL;
    struct artem_recording_chunk chunk = {.kind = ARTEM_CHUNK_HEADER};

    enum artem_result result = artem_recording_open(path, &reader, error, 256);
    if (result != ARTEM_OK)
        return result;
    while ((result = artem_recording_next(reader, &chunk)) == ARTEM_OK)
        *last = chunk;
    if (result != ARTEM_ERROR_NOT_FOUND) {
        snprintf(error, 256, "%s", artem_recording_error(reader));
        CHECK_INT(artem_recording_next(reader, &chunk), result);
    } else {
        CHECK_INT(last->kind, ARTEM_CHUNK_END);
        result = ARTEM_OK;
    }
    artem_recording_close(&reader);
    CHECK(reader == NULL);
    return result;
}

// In memory, since there are thousands.
static enum artem_result read_bytes(const uint8_t *bytes, size_t size, char error[256])
{
    static int fd = -1;
    struct artem_recording_chunk last;
    char path[40];

    if (fd < 0)
        fd = memfd_create("variant", MFD_CLOEXEC);
    CHECK(ftruncate(fd, (off_t)size) == 0);
    CHECK(pwrite(fd, bytes, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return read_all(path, error, &last);
}

// ---- What is written is read ----

static void check_picture(const struct artem_recorded_picture *read, const struct artem_recorded_picture *written)
{
    size_t row = written->width * artem_pixel_size((enum artem_pixel_format)written->format);

    CHECK_INT(read->view, written->view);
    CHECK_INT(read->format, written->format);
    CHECK_INT(read->premultiplied, written->premultiplied);
    CHECK(read->x == 3 && read->y == 5 && read->width == written->width && read->height == written->height);
    CHECK(read->style_width == 4 && read->style_height == 8);
    CHECK(memcmp(&read->noise, &noise, sizeof noise) == 0);
    CHECK_INT(read->stored_stride, row);
    for (uint32_t y = 0; y < written->height; y++) {
        CHECK(memcmp((const uint8_t *)read->stored + y * row,
                     (const uint8_t *)written->stored + y * written->stored_stride, row) == 0);
        CHECK(!written->result || memcmp((const uint8_t *)read->result + y * row,
                                         (const uint8_t *)written->result + y * written->result_stride, row) == 0);
    }
    CHECK_INT(read->result != NULL, written->result != NULL);
}

static void check_frame(const struct artem_recording_chunk *chunk, const struct artem_recorded_frame *written)
{
    const struct artem_recorded_frame *read = &chunk->u.frame;

    CHECK_INT(chunk->kind, ARTEM_CHUNK_FRAME);
    CHECK(read->frame == written->frame && read->display_time == written->display_time);
    CHECK_INT(read->decision, written->decision);
    CHECK(read->strength == 200 && read->keep == 56 && read->text == 256 && read->resolution == 320);
    CHECK_INT(read->pictures, written->pictures);
    for (uint32_t i = 0; i < written->pictures; i++)
        check_picture(&read->picture[i], &written->picture[i]);
}

static struct artem_recorded_frame late_frame(void)
{
    struct artem_recorded_frame late = frame_of(2, 1);

    late.decision = ARTEM_DECISION_LATE;
    late.picture[0].result = NULL;
    return late;
}

static void write_small(const char *folder)
{
    struct artem_recording *recording = record(folder, 0, 0);
    struct artem_recorded_frame frame = frame_of(UINT64_MAX, 2), late = late_frame();

    artem_recording_event(recording, 0, 11, ARTEM_DECISION_WARMUP);
    artem_recording_style(recording, &style);
    artem_recording_frame(recording, &frame);
    artem_recording_frame(recording, &late);
    artem_recording_destroy(&recording);
    CHECK(recording == NULL);
    artem_recording_destroy(&recording);
}

static void test_round_trip(void)
{
    struct artem_recording_reader *reader = NULL;
    struct artem_recording_chunk chunk = {.kind = ARTEM_CHUNK_END};
    struct artem_recorded_frame frame = frame_of(UINT64_MAX, 2), late = late_frame();
    char folder[300], error[256];
    struct stat st;

    snprintf(folder, sizeof folder, "%s", fixture_path("small/"));
    umask(0);
    write_small(folder);
    CHECK(stat(folder, &st) == 0 && (st.st_mode & 0777) == 0700);
    CHECK(stat(file_in(folder), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK_INT(fixture_log_count("artem: info: recording to "), 1);
    CHECK_INT(fixture_log_count("2 painted frames, 0 MiB; ended: session ended"), 1);

    CHECK_INT(artem_recording_open(folder, &reader, error, sizeof error), ARTEM_OK);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    CHECK_INT(chunk.kind, ARTEM_CHUNK_HEADER);
    CHECK_STR(chunk.u.header.app_name, "My \xC3\x84pp");
    CHECK_STR(chunk.u.header.layer_version, "0.2.0");
    CHECK_STR(chunk.u.header.backend, "cpu");
    CHECK(chunk.u.header.network_id == 77 && chunk.u.header.max_frames == 0);
    CHECK(chunk.index == 0 && chunk.offset == 16);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    CHECK_INT(chunk.kind, ARTEM_CHUNK_EVENT);
    CHECK(chunk.u.event.frame == 0 && chunk.u.event.display_time == 11);
    CHECK_INT(chunk.u.event.decision, ARTEM_DECISION_WARMUP);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    CHECK_INT(chunk.kind, ARTEM_CHUNK_STYLE);
    CHECK_STR(chunk.u.style.blend_name, "sky");
    CHECK(chunk.u.style.blend_checksum == 0xCAFE && chunk.u.style.blend_weight == 100);
    CHECK_STR(chunk.u.style.name, "sea");
    CHECK_INT(chunk.u.style.checksum, 0xDEADBEEF);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    check_frame(&chunk, &frame);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    check_frame(&chunk, &late);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_OK);
    CHECK_INT(chunk.kind, ARTEM_CHUNK_END);
    CHECK_INT(chunk.u.end.frames, 2);
    CHECK_STR(chunk.u.end.reason, "session ended");
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_ERROR_NOT_FOUND);
    CHECK_INT(artem_recording_next(reader, &chunk), ARTEM_ERROR_NOT_FOUND);
    artem_recording_close(&reader);
    artem_recording_close(&reader);

    CHECK_INT(artem_recording_open(fixture_path("none"), &reader, error, sizeof error), ARTEM_ERROR_IO);
    CHECK_STR(error, "No such file or directory");
    CHECK_INT(artem_recording_open("/dev/zero", &reader, error, sizeof error), ARTEM_ERROR_FORMAT);
    CHECK_INT(artem_recording_open(NULL, &reader, error, sizeof error), ARTEM_ERROR_ARGUMENT);
}

// ---- What is not whole is refused ----

static void test_damage(void)
{
    static uint8_t bytes[FILE_MAX];
    char error[256], folder[300], expected[256];

    snprintf(folder, sizeof folder, "%s", fixture_path("small"));
    size_t size = read_file(file_in(folder), bytes);
    CHECK(size > 2000 && size < 5000);
    CHECK_INT(read_bytes(bytes, size, error), ARTEM_OK);
    for (size_t n = 0; n < size; n++)
        CHECK_INT(read_bytes(bytes, n, error), ARTEM_ERROR_FORMAT);
    snprintf(expected, sizeof expected, "chunk 5 at byte %zu: the file ends at byte %zu", size - 152, size - 1);
    CHECK(strstr(error, expected) != NULL);
    for (size_t i = 0; i < size; i++) {
        static const uint8_t flips[2] = {0x01, 0xFF};
        for (int k = 0; k < 2; k++) {
            bytes[i] ^= flips[k];
            CHECK(read_bytes(bytes, size, error) != ARTEM_OK);
            bytes[i] ^= flips[k];
        }
    }
    bytes[size] = 0;
    CHECK_INT(read_bytes(bytes, size + 1, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "there is more after the last chunk") != NULL);
    bytes[8] = 3;
    CHECK_INT(read_bytes(bytes, size, error), ARTEM_ERROR_VERSION);
}

// Where chunk number n begins.
static size_t find_chunk(const uint8_t *bytes, int n)
{
    size_t at = 16;
    while (n-- > 0)
        at += 16 + (size_t)(bytes[at + 4] | bytes[at + 5] << 8);
    return at;
}

static void seal(uint8_t *chunk)
{
    size_t size = (size_t)(chunk[4] | chunk[5] << 8) + 12;
    fixture_put(chunk + size, artem_crc32_more(0, chunk, size), 4);
}

// Bytes that only a hand could have written: the checksums are right.
static void test_impossible(void)
{
    enum { HEADER, EVENT, STYLE, FRAME, LATE, END };
    static const struct {
        int chunk;
        size_t at; // in the payload
        uint64_t value;
        int bytes;
        const char *error;
    } cases[] = {
        {HEADER, 127, 'x', 1, "bytes after the end of a text"},
        {HEADER, 0, 7, 1, "not printable"},
        {EVENT, 16, 'x', 1, "unknown decision"},
        {EVENT, 17, 0, 1, "bytes after the end of a text"},
        {STYLE, 0, '/', 1, "impossible style name"},
        {STYLE, 68, 1, 1, "padding is not zero"},
        {STYLE, 72, '/', 1, "impossible blend"},
        {STYLE, 140, 257, 4, "impossible blend"},
        {STYLE, 140, 0, 4, "impossible blend"}, // a name, but no share
        {FRAME, 16, 'S', 1, "unknown decision"},
        {FRAME, 32, 257, 4, "impossible strength, keep or text"},
        {FRAME, 36, 257, 4, "impossible strength, keep or text"},
        {FRAME, 38, 257, 2, "impossible strength, keep or text"},
        {FRAME, 44, 0, 4, "impossible number of pictures"},
        {FRAME, 44, 1, 4, "its size does not fit its pictures"},
        {FRAME, 44, 100000, 4, "impossible number of pictures"},
        {FRAME, 44, UINT32_MAX, 4, "impossible number of pictures"},
        {FRAME, 52, ARTEM_PIXELS_COUNT, 4, "unknown pixel format"},
        {FRAME, 52, ARTEM_PIXELS_RGBA16_SFLOAT, 4, "its size does not fit its pictures"},
        {FRAME, 56, 4, 4, "result and decision do not match"},
        {FRAME, 56, 0, 4, "result and decision do not match"},
        {FRAME, 60, UINT32_MAX, 4, "impossible rect"},
        {FRAME, 68, 0, 4, "impossible rect"},
        {FRAME, 68, 5, 4, "its size does not fit its pictures"},
        {FRAME, 68, UINT32_MAX, 4, "impossible rect"},
        {FRAME, 72, 1 << 24, 4, "impossible rect"},
        {FRAME, 76, 0, 4, "impossible style size"},
        {FRAME, 76, 6, 4, "impossible style size"},
        {FRAME, 76, 8, 4, "impossible style size"}, // wider than the picture
        {FRAME, 80, 12, 4, "impossible style size"},
        {FRAME, 84, (1 << 18) + 1, 4, "impossible noise map"},
        {FRAME, 92, UINT32_C(1) << 31, 4, "impossible noise map"},
        {FRAME, 120, UINT32_MAX, 4, "impossible noise map"},
        {FRAME, 120, 4097, 4, "impossible noise map"},
        {FRAME, 124, 1, 1, "padding is not zero"},
        {LATE, 56, 2, 4, "result and decision do not match"},
        {END, 0, 1, 8, "painted frames are missing before it"},
        {END, 0, 3, 8, "painted frames are missing before it"},
    };
    static uint8_t bytes[FILE_MAX], variant[FILE_MAX];
    char error[256], folder[300];

    snprintf(folder, sizeof folder, "%s", fixture_path("small"));
    size_t size = read_file(file_in(folder), bytes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(variant, bytes, size);
        uint8_t *chunk = variant + find_chunk(bytes, cases[i].chunk);
        fixture_put(chunk + 12 + cases[i].at, cases[i].value, cases[i].bytes);
        seal(chunk);
        CHECK_INT(read_bytes(variant, size, error), ARTEM_ERROR_FORMAT);
        if (!strstr(error, cases[i].error))
            TEST_FAIL("case %zu: %s", i, error);
    }

    // Chunks out of order, missing, twice, of unknown kind.
    size_t event = find_chunk(bytes, EVENT), painted = find_chunk(bytes, FRAME), end = find_chunk(bytes, END);
    size_t style_at = find_chunk(bytes, STYLE), late = find_chunk(bytes, LATE);
    memcpy(variant, bytes, 16);
    memcpy(variant + 16, bytes + event, size - event);
    CHECK_INT(read_bytes(variant, 16 + size - event, error), ARTEM_ERROR_FORMAT);
    CHECK_STR(error, "chunk 0 at byte 16 is damaged: the header is not the first chunk");
    memcpy(variant, bytes, style_at);
    memcpy(variant + style_at, bytes + painted, size - painted);
    CHECK_INT(read_bytes(variant, style_at + size - painted, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "a painted frame before any style") != NULL);
    memcpy(variant, bytes, late);
    memcpy(variant + late, bytes + end, size - end);
    CHECK_INT(read_bytes(variant, late + size - end, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "painted frames are missing before it") != NULL);
    memcpy(variant, bytes, event);
    memcpy(variant + event, bytes + 16, size - 16);
    CHECK_INT(read_bytes(variant, event + size - 16, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "chunk 1 ") != NULL && strstr(error, "the header is not the first chunk") != NULL);
    memcpy(variant, bytes, size);
    memcpy(variant + event, "XXXX", 4);
    seal(variant + event);
    CHECK_INT(read_bytes(variant, size, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "unknown kind") != NULL);
    memcpy(variant, bytes, size);
    fixture_put(variant + painted + 4, UINT64_MAX - 3, 8); // nothing of that size is allocated
    CHECK_INT(read_bytes(variant, size, error), ARTEM_ERROR_FORMAT);
    fixture_put(variant + painted + 4, (UINT64_C(1) << 32) - 1, 8);
    CHECK_INT(read_bytes(variant, size, error), ARTEM_ERROR_FORMAT);
    CHECK(strstr(error, "cut off in chunk 3") != NULL);
}

// ---- Where it may be written ----

static void test_places(void)
{
    char folder[300], other[300];
    struct stat st;

    snprintf(folder, sizeof folder, "%s", fixture_path("small"));
    snprintf(other, sizeof other, "%s", fixture_path("link"));
    CHECK(stat(file_in(folder), &st) == 0);
    off_t size = st.st_size;
    CHECK_INT(refuse(folder), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(fixture_log_count("there is a recording already"), 1);
    CHECK(stat(file_in(folder), &st) == 0 && st.st_size == size);

    CHECK(mkdir(fixture_path("empty"), 0700) == 0 && symlink(fixture_path("empty"), other) == 0);
    CHECK_INT(refuse(other), ARTEM_ERROR_UNSUPPORTED);
    snprintf(other, sizeof other, "%s", fixture_path("link//"));
    CHECK_INT(refuse(other), ARTEM_ERROR_UNSUPPORTED);
    CHECK(access(file_in(fixture_path("empty")), F_OK) != 0);

    // The file itself a link to somewhere else, or to nowhere.
    CHECK(mkdir(fixture_path("trap"), 0700) == 0);
    CHECK(symlink(fixture_path("stolen"), file_in(fixture_path("trap"))) == 0);
    CHECK_INT(refuse(fixture_path("trap")), ARTEM_ERROR_ARGUMENT);
    CHECK(access(fixture_path("stolen"), F_OK) != 0);

    CHECK(mkdir(fixture_path("open"), 0700) == 0 && chmod(fixture_path("open"), 0770) == 0);
    CHECK_INT(refuse(fixture_path("open")), ARTEM_ERROR_UNSUPPORTED);
    CHECK_INT(refuse(fixture_path("no/such/parent")), ARTEM_ERROR_IO);
    fixture_write(fixture_path("file"), "x", 1);
    CHECK_INT(refuse(fixture_path("file")), ARTEM_ERROR_UNSUPPORTED);
    CHECK_INT(refuse(""), ARTEM_ERROR_ARGUMENT);

    // A folder that is there, and the user's own, is good.
    struct artem_recording *recording = record(fixture_path("empty"), 0, 0);
    artem_recording_destroy(&recording);
    struct artem_recording_chunk last;
    char error[256];
    CHECK_INT(read_all(fixture_path("empty"), error, &last), ARTEM_OK);
    CHECK_INT(last.index, 1);
    CHECK_INT(artem_recording_create(NULL, &recording), ARTEM_ERROR_ARGUMENT);
}

// ---- How it ends ----

#define ANY UINT64_MAX

// `name`: of the folder; checks what its END chunk says.
static void check_end(const char *name, uint64_t frames, const char *reason)
{
    struct artem_recording_chunk last = {.kind = ARTEM_CHUNK_HEADER};
    char error[256] = "";

    if (read_all(fixture_path(name), error, &last) != ARTEM_OK) {
        TEST_FAIL("%s: %s", name, error);
        return;
    }
    CHECK(frames == ANY || last.u.end.frames == frames);
    if (!strstr(last.u.end.reason, reason))
        TEST_FAIL("%s: ended because %s, expected %s", name, last.u.end.reason, reason);
    CHECK_INT(fixture_log_count(reason), 1);
    fixture_log_clear();
}

// A chunk of any size goes where nothing waits, and beside others only what is within the limit.
static void test_queue(void)
{
    struct rec_buffer *buffer;
    struct rec_queue queue;

    CHECK(rec_queue_init(&queue, 1000));
    for (int i = 0; i < 2; i++) {
        buffer = rec_queue_take(&queue, ARTEM_CHUNK_FRAME, 5000);
        CHECK(buffer != NULL);
        rec_queue_push(&queue, buffer);
        CHECK(rec_queue_pop(&queue) == buffer);
        rec_queue_give_back(&queue, buffer);
    }
    buffer = rec_queue_take(&queue, ARTEM_CHUNK_FRAME, 600);
    rec_queue_push(&queue, buffer);
    CHECK(rec_queue_take(&queue, ARTEM_CHUNK_FRAME, 401) == NULL);
    CHECK(queue.closed && queue.failed && strstr(queue.reason, "too slow") != NULL);
    rec_queue_destroy(&queue);
}

// What has the number of the file afterwards is neither written to nor cut.
static void test_closed_by_host(void)
{
    struct artem_recorded_frame frame = frame_of(1, 1);
    struct artem_recording *recording = record(fixture_path("closed"), 0, 0);

    fixture_log_clear();
    const int fd = fixture_seize(file_in(fixture_path("closed")));
    artem_recording_style(recording, &style);
    artem_recording_frame(recording, &frame);
    artem_recording_destroy(&recording);
    CHECK_INT(fixture_log_count("ended: cannot be written: Bad file descriptor; its end could not be written"), 1);
    CHECK(fixture_give_back(fd));
}

static void test_ends(void)
{
    struct artem_recorded_frame frame = frame_of(1, 1), wrong;
    struct artem_recording *recording = record(fixture_path("enough"), 3, 0);

    fixture_log_clear();
    artem_recording_style(recording, &style);
    for (int i = 0; i < 10; i++)
        artem_recording_frame(recording, &frame);
    CHECK(!artem_recording_is_open(recording));
    artem_recording_event(recording, 1, 1, ARTEM_DECISION_BUDGET);
    artem_recording_style(recording, &style);
    artem_recording_end(recording, "too late");
    artem_recording_destroy(&recording);
    check_end("enough", 3, "record_frames reached");

    // A disk that is never fast enough: no frame may wait for the one before.
    recording = record(fixture_path("full"), 0, 10);
    artem_recording_style(recording, &style);
    for (int i = 0; i < 1000000 && artem_recording_is_open(recording); i++)
        artem_recording_frame(recording, &frame);
    CHECK(!artem_recording_is_open(recording));
    artem_recording_destroy(&recording);
    CHECK_INT(fixture_log_count("artem: warn: recording "), 1);
    check_end("full", ANY, "the disk is too slow");
    frame.picture[0] = picture_of(0, ARTEM_PIXELS_RGBA8_SRGB, 16, 16);

    recording = record(fixture_path("later"), 0, 0);
    CHECK(!artem_recording_is_written(recording));
    artem_recording_end(recording, "for later");
    for (int i = 0; i < 10000 && !artem_recording_is_written(recording); i++)
        usleep(1000);
    CHECK(artem_recording_is_written(recording) && artem_recording_is_written(NULL));
    artem_recording_destroy(&recording);
    check_end("later", 0, "for later");

    recording = record(fixture_path("asked"), 0, 0);
    artem_recording_end(recording, "record = was changed");
    CHECK(!artem_recording_is_open(recording));
    artem_recording_destroy(&recording);
    check_end("asked", 0, "record = was changed");

    recording = record(fixture_path("unstyled"), 0, 0);
    artem_recording_frame(recording, &frame);
    artem_recording_destroy(&recording);
    check_end("unstyled", 0, "no style before it");

    for (int k = 0; k < 4; k++) {
        char name[20];
        snprintf(name, sizeof name, "wrong%d", k);
        recording = record(fixture_path(name), 0, 0);
        artem_recording_style(recording, &style);
        artem_recording_frame(recording, &frame);
        wrong = frame;
        wrong.picture[0].result = k == 0 ? NULL : wrong.picture[0].result;
        wrong.picture[0].stored_stride = k == 1 ? 63 : wrong.picture[0].stored_stride;
        wrong.pictures = k == 2 ? ARTEM_MAX_VIEWS + 1 : 1;
        wrong.picture[0].style_height = k == 3 ? 20 : 8;
        artem_recording_frame(recording, &wrong);
        CHECK(!artem_recording_is_open(recording));
        artem_recording_destroy(&recording);
        check_end(name, 1, "frame 1 cannot be recorded");
    }

    artem_recording_style(NULL, &style);
    artem_recording_frame(NULL, &frame);
    artem_recording_event(NULL, 0, 0, ARTEM_DECISION_ERROR);
    artem_recording_end(NULL, "");
    CHECK(!artem_recording_is_open(NULL));
}

// A disk that is full in the middle of a chunk.
static void test_full_disk(void)
{
    struct artem_recorded_frame frame = frame_of(1, 1);
    struct rlimit before, limit;

    frame.picture[0] = picture_of(0, ARTEM_PIXELS_RGBA8_SRGB, 32, 32);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 20000;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct artem_recording *recording = record(fixture_path("nospace"), 0, 0);
    artem_recording_style(recording, &style);
    for (int i = 0; i < 5; i++)
        artem_recording_frame(recording, &frame); // 8.3 kB each
    artem_recording_destroy(&recording);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK_INT(fixture_log_count("artem: warn: recording "), 1);
    check_end("nospace", 2, "cannot be written: File too large");
}

// ---- Threads ----

struct crowd {
    struct artem_recording *recording;
};

static void *work(void *user)
{
    struct crowd *crowd = user;
    struct artem_recorded_frame frame = frame_of(1, 2);

    for (int i = 0; i < 200; i++) {
        artem_recording_event(crowd->recording, 0, i, ARTEM_DECISION_DISABLED);
        artem_recording_frame(crowd->recording, &frame);
        if (i % 50 == 0)
            artem_recording_style(crowd->recording, &style);
        artem_recording_is_open(crowd->recording);
    }
    return NULL;
}

static void test_threads(void)
{
    struct crowd crowd = {.recording = record(fixture_path("crowd"), 0, 0)};
    struct artem_recording_chunk last = {.kind = ARTEM_CHUNK_HEADER};
    pthread_t threads[3];
    char error[256] = "";

    artem_recording_style(crowd.recording, &style);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, work, &crowd);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    artem_recording_destroy(&crowd.recording);
    CHECK_INT(read_all(fixture_path("crowd"), error, &last), ARTEM_OK);
    CHECK_INT(last.u.end.frames, 600);
    CHECK_INT(last.index, 2 + 600 + 600 + 12);

    // With a queue that the disk may or may not keep up with: whole in any case, without a gap.
    crowd.recording = record(fixture_path("crowd2"), 0, 12000);
    artem_recording_style(crowd.recording, &style);
    work(&crowd);
    artem_recording_destroy(&crowd.recording);
    CHECK_INT(read_all(fixture_path("crowd2"), error, &last), ARTEM_OK);
    CHECK(last.u.end.frames <= 200);
}

static void test_checksum(void)
{
    for (size_t size = 0; size < 100; size++) {
        uint32_t whole = artem_crc32(pixels + size, size);
        CHECK_INT(artem_crc32_more(0, pixels + size, size), whole);
        CHECK_INT(
            artem_crc32_more(artem_crc32_more(0, pixels + size, size / 3), pixels + size + size / 3, size - size / 3),
            whole);
    }
}

int main(void)
{
    fixture_folder();
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)fixture_random();
    test_checksum();
    test_round_trip();
    test_damage();
    test_impossible();
    test_places();
    test_queue();
    test_closed_by_host();
    test_ends();
    test_full_disk();
    test_threads();
    return test_result();
}
