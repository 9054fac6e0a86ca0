// SPDX-License-Identifier: Apache-2.0
// Statistics: the CSV file, its faults, and the summary.
#include "artem/stats.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"
#include "fixture.h"

static const char header[] = "frame,display_time,decision,views,width,height,style_width,style_height,style,"
                             "capture_ms,network_ms,composite_ms,layer_ms,interval_ms,slack_ms,"
                             "capture_left_ms,capture_right_ms,composite_left_ms,composite_right_ms,style_age_ms,"
                             "engine_views,cut,layers,passed_layers,budget_ms,overhead_ms,hud_ms,release_ms,gpu_ms,"
                             "pace,rung,change,load_ms,gpu_slack_ms,missed\n";

static struct artem_frame_record record_of(uint64_t frame, double ms)
{
    struct artem_frame_record record;

    artem_frame_record_init(&record);
    record.frame = frame;
    record.display_time = 1000000007;
    record.decision = ARTEM_DECISION_STYLED;
    record.views = 2;
    record.width = 1440;
    record.height = 1584;
    record.style_width = 464;
    record.style_height = 512;
    memcpy(record.style, "great_wave", 10);
    record.network_ms = 2 * ms;
    record.layer_ms = ms;
    record.interval_ms = 11.1115;
    record.budget_ms = 11.1;
    return record;
}

static void add(struct artem_stats *stats, uint64_t frame, double ms)
{
    struct artem_frame_record record = record_of(frame, ms);
    artem_stats_add(stats, &record);
}

static char *read_text(const char *path)
{
    static char text[400000];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;

    text[size] = '\0';
    if (file)
        fclose(file);
    return text;
}

// Without the lines that tell about the session.
static char *read_table(const char *path)
{
    char *text = read_text(path), *out = text;

    for (char *line = text, *next; *line; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : line + strlen(line);
        if (line[0] != '#') {
            memmove(out, line, (size_t)(next - line));
            out += next - line;
        }
    }
    *out = '\0';
    return text;
}

static int count_lines(const char *path)
{
    int count = 0;
    for (const char *c = read_table(path); *c; c++)
        count += *c == '\n';
    return count;
}

static void test_csv(void)
{
    struct artem_stats *stats = NULL;
    char path[300], expected[2000];

    snprintf(path, sizeof path, "%s", fixture_path("a.csv"));
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    add(stats, 0, 1.0005);
    struct artem_frame_record record = record_of(1, -0.25);
    record.decision = ARTEM_DECISION_BUDGET;
    record.slack_ms = 3.5;
    record.gpu_slack_ms = 0.5;
    memset(record.style, ',', sizeof record.style); // not terminated, and of the worst characters
    artem_stats_add(stats, &record);
    record.slack_ms = 0.0004; // handed over in time, but
    record.gpu_slack_ms = -0.25;
    record.decision = ARTEM_DECISION_LATE;
    record.style[0] = '\0';
    record.capture_left_ms = 1;
    record.capture_right_ms = 2;
    record.composite_left_ms = 3;
    record.composite_right_ms = 4;
    record.style_age_ms = 22.222;
    record.engine_views = 3;
    record.cut = true;
    record.layers = 4;
    record.passed_layers = 5;
    record.budget_ms = 0;
    record.overhead_ms = 0.0123;
    record.hud_ms = 0.25;
    record.release_ms = 0.125;
    record.gpu_ms = 6.5;
    record.pace = ARTEM_PACE_DEFERRED;
    record.rung = 6;
    record.change = ARTEM_REASON_OVER;
    record.load_ms = 12.5;
    artem_stats_add(stats, &record);
    artem_stats_destroy(&stats);
    CHECK(stats == NULL);
    int n = snprintf(expected, sizeof expected,
                     "%s0,1000000007,styled,2,1440,1584,464,512,great_wave,0.000,2.001,0.000,1.001,11.112,,"
                     ",,,,,0,0,0,0,11.100,,0.000,0.000,0.000,every,0,,0.000,,\n"
                     "1,1000000007,budget,2,1440,1584,464,512,",
                     header);
    memset(expected + n, '_', 64);
    snprintf(expected + n + 64, sizeof expected - (size_t)n - 64,
             ",0.000,-0.500,0.000,-0.250,11.112,3.500,,,,,,0,0,0,0,11.100,,0.000,0.000,0.000,every,0,,0.000,0.500,0\n"
             "1,1000000007,late,2,1440,1584,464,512,,0.000,-0.500,0.000,-0.250,11.112,0.000,"
             "1.000,2.000,3.000,4.000,22.222,3,1,4,5,0.000,0.012,0.250,0.125,6.500,"
             "deferred,6,over,12.500,-0.250,1\n");
    CHECK_STR(read_table(path), expected);

    // A second session goes on in the same file, without a second header.
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    add(stats, 0, 1);
    artem_stats_destroy(&stats);
    CHECK_INT(count_lines(path), 5);

    // A file of an older version, with other columns, gets the new header where the new records begin.
    FILE *file = fopen(path, "w");
    CHECK(file && fputs("frame,display_time,decision\n0,7,styled\n", file) >= 0 && fclose(file) == 0);
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    add(stats, 0, 1);
    artem_stats_destroy(&stats);
    CHECK_INT(count_lines(path), 4);
    CHECK(strstr(read_table(path), "0,7,styled\nframe,display_time,decision,views,") != NULL);
    artem_stats_destroy(&stats);
    artem_stats_destroy(NULL);
}

static void test_json(void)
{
    struct artem_stats *stats = NULL;
    char path[300];

    snprintf(path, sizeof path, "%s", fixture_path("a.JSONL"));
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    artem_stats_set_meta(stats, "app", "My \"App\" \\");
    struct artem_frame_record record = record_of(7, 1.5);
    record.slack_ms = -2;
    record.cut = true;
    memcpy(record.style, "a\"b\\", 4);
    artem_stats_add(stats, &record);
    artem_stats_destroy(&stats);
    const char *text = read_text(path), *line = strchr(text, '\n');
    CHECK(strncmp(text, "{\"meta\":{\"opened\":\"2", 20) == 0);
    CHECK(line != NULL);
    if (line)
        CHECK_STR(
            line + 1,
            "{\"meta\":{\"app\":\"My \\\"App\\\" \\\\\"}}\n"
            "{\"frame\":7,\"display_time\":1000000007,\"decision\":\"styled\",\"views\":2,\"width\":1440,"
            "\"height\":1584,\"style_width\":464,\"style_height\":512,\"style\":\"a_b_t_wave\","
            "\"capture_ms\":0.000,\"network_ms\":3.000,\"composite_ms\":0.000,\"layer_ms\":1.500,"
            "\"interval_ms\":11.112,\"slack_ms\":-2.000,\"capture_left_ms\":null,\"capture_right_ms\":null,"
            "\"composite_left_ms\":null,\"composite_right_ms\":null,\"style_age_ms\":null,"
            "\"engine_views\":0,\"cut\":true,\"layers\":0,\"passed_layers\":0,\"budget_ms\":11.100,"
            "\"overhead_ms\":null,\"hud_ms\":0.000,\"release_ms\":0.000,\"gpu_ms\":0.000,\"pace\":\"every\",\"rung\":0,"
            "\"change\":\"\",\"load_ms\":0.000,\"gpu_slack_ms\":null,\"missed\":true}\n");
}

static void test_meta(void)
{
    struct artem_stats *stats = NULL;
    char first[300], second[300], value[600], expected[900];

    snprintf(first, sizeof first, "%s", fixture_path("meta.csv"));
    snprintf(second, sizeof second, "%s", fixture_path("meta2.csv"));
    CHECK_INT(artem_stats_create(first, &stats), ARTEM_OK);
    artem_stats_set_meta(stats, "app", "one\ntwo");
    artem_stats_set_meta(stats, "style_folder", "/h\xC3\xB6me");
    artem_stats_set_meta(stats, "bad key", "x");
    artem_stats_set_meta(stats, "a_key_that_is_longer_than_31_bytes", "x");
    artem_stats_set_meta(stats, NULL, "x");
    artem_stats_set_meta(stats, "x", NULL);
    artem_stats_set_meta(NULL, "x", "x");
    add(stats, 0, 1);
    artem_stats_set_file(stats, second);
    add(stats, 1, 1);
    artem_stats_set_meta(stats, "app", "one\ntwo"); // as before: not written again
    artem_stats_destroy(&stats);
    CHECK(strstr(read_text(first), "\n# app=one_two\n# style_folder=/h\xC3\xB6me\n0,1000000007,styled") != NULL);
    CHECK(strstr(read_text(second), "\n# app=one_two\n# style_folder=/h\xC3\xB6me\n1,1000000007,styled") != NULL);
    CHECK(strstr(read_text(second), "key") == NULL);

    // The value is cut between characters; more keys than there is room for are left out, what is set last is written.
    memset(value, 'v', sizeof value - 1);
    memcpy(value + 254, "\xE2\x82\xAC", 3);
    value[sizeof value - 1] = '\0';
    snprintf(second, sizeof second, "%s", fixture_path("meta3.csv"));
    CHECK_INT(artem_stats_create(second, &stats), ARTEM_OK);
    artem_stats_set_meta(stats, "long", value);
    for (int i = 0; i < 20; i++) {
        char key[20];
        snprintf(key, sizeof key, "key%d", i);
        artem_stats_set_meta(stats, key, i == 3 ? "\xFFz" : "x");
    }
    artem_stats_set_meta(stats, "key0", "new");
    artem_stats_destroy(&stats);
    snprintf(expected, sizeof expected, "\n# long=%.254s\n# key0=", value);
    CHECK(strstr(read_text(second), expected) != NULL);
    CHECK(strstr(read_text(second), "# key0=new\n") != NULL);
    CHECK(strstr(read_text(second), "# key3=_z\n") != NULL);
    CHECK(strstr(read_text(second), "# key14=x\n") != NULL);
    CHECK(strstr(read_text(second), "# key15=x\n") == NULL);
}

static void test_names(void)
{
    enum artem_decision decision = ARTEM_DECISION_COUNT;

    for (int i = 0; i < ARTEM_DECISION_COUNT; i++) {
        CHECK(artem_decision_parse(artem_decision_name((enum artem_decision)i), &decision));
        CHECK_INT(decision, i);
    }
    CHECK(!artem_decision_parse("unknown", &decision));
    CHECK(!artem_decision_parse("", &decision));
}

static void test_summary(void)
{
    struct artem_stats *stats = NULL;
    struct artem_stats_summary sum;

    CHECK_INT(artem_stats_create(NULL, &stats), ARTEM_OK);
    artem_stats_get(stats, &sum);
    CHECK(sum.frames == 0 && sum.layer_ms_max == 0 && sum.network_ms_p50 == 0 && isnan(sum.overhead_ms_p99));
    for (int i = 0; i < 5000; i++) // only the latest 4096 count
        add(stats, (uint64_t)i, i < 904 ? 1e6 : (double)((i * 17) % 4096 + 1));
    for (int d = 1; d < ARTEM_DECISION_COUNT; d++)
        for (int i = 0; i < d; i++) {
            struct artem_frame_record record = record_of(0, 1e9);
            record.decision = (enum artem_decision)d;
            record.slack_ms = d == ARTEM_DECISION_LATE ? -0.5 : d == ARTEM_DECISION_ERROR ? 0 : NAN;
            record.overhead_ms = d == ARTEM_DECISION_LATE ? i + 1 : NAN;
            artem_stats_add(stats, &record);
        }
    artem_stats_get(stats, &sum);
    CHECK_INT(sum.frames, 5000 + 1 + 2 + 3 + 4 + 5 + 6);
    CHECK_INT(sum.by_decision[ARTEM_DECISION_STYLED], 5000);
    for (int d = 1; d < ARTEM_DECISION_COUNT; d++)
        CHECK_INT(sum.by_decision[d], d);
    CHECK(sum.layer_ms_p50 == 2048);
    CHECK(sum.layer_ms_p95 == 3892);
    CHECK(sum.layer_ms_p99 == 4056);
    CHECK(sum.layer_ms_p999 == 4092);
    CHECK(sum.layer_ms_max == 4096);
    CHECK(sum.network_ms_p999 == 8184);
    CHECK_INT(sum.timed, 11);
    CHECK_INT(sum.missed, 6);
    CHECK(sum.overhead_ms_p50 == 3 && sum.overhead_ms_p99 == 6);
    CHECK(sum.network_ms_p50 == 4096 && sum.network_ms_max == 8192);
    CHECK_INT(sum.dropped_records, 0);
    artem_stats_destroy(&stats);
    CHECK_INT(fixture_log_count("5021 frames, styled 5000, disabled 1, warmup 2, budget 3"), 1);
    CHECK_INT(fixture_log_count("layer 2048.000/3892.000/4056.000/4092.000/4096.000"), 1);
    CHECK_INT(fixture_log_count("missed display times: 6 of 11 frames"), 1);
    CHECK_INT(fixture_log_count("measuring itself 3.000/6.000"), 1);

    CHECK_INT(artem_stats_create("", &stats), ARTEM_OK);
    add(stats, 0, NAN);
    struct artem_frame_record record = record_of(0, 0);
    record.decision = (enum artem_decision)77;
    artem_stats_add(stats, &record);
    artem_stats_get(stats, &sum);
    CHECK_INT(sum.frames, 2);
    CHECK(sum.layer_ms_max == 0);
    artem_stats_destroy(&stats);
    CHECK_STR(artem_decision_name(ARTEM_DECISION_ERROR), "error");
    CHECK_STR(artem_decision_name((enum artem_decision)77), "unknown");
    CHECK_INT(artem_stats_create(NULL, NULL), ARTEM_ERROR_ARGUMENT);
}

static void test_unwritable(const char *path)
{
    struct artem_stats *stats = NULL;
    struct artem_stats_summary sum;

    fixture_log_clear();
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    for (int i = 0; i < 1000; i++) {
        add(stats, (uint64_t)i, 1);
        if (i % 100 == 0)
            artem_stats_set_file(stats, path); // a reload with the same settings
    }
    add(stats, 1000, 1);
    artem_stats_get(stats, &sum);
    CHECK_INT(sum.frames, 1001);
    artem_stats_destroy(&stats);
    CHECK_INT(fixture_log_count("artem: warn: log_file"), 1);
}

// What has the number of the file afterwards is not written to.
static void test_closed_by_host(void)
{
    struct artem_stats *stats = NULL;
    struct artem_stats_summary sum;
    char path[300];

    snprintf(path, sizeof path, "%s", fixture_path("closed.csv"));
    fixture_log_clear();
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    add(stats, 0, 1);
    for (int i = 0; i < 10000 && count_lines(path) < 2; i++)
        usleep(1000);
    const int fd = fixture_seize(path);
    for (uint64_t i = 1; i < 4; i++)
        add(stats, i, 1);
    for (int i = 0; i < 10000 && fixture_log_count("frames are no longer logged") == 0; i++)
        usleep(1000);
    artem_stats_get(stats, &sum);
    CHECK_INT(sum.frames, 4);
    artem_stats_destroy(&stats);
    CHECK_INT(fixture_log_count("closed.csv: cannot be written (Bad file descriptor)"), 1);
    CHECK(fixture_give_back(fd));
    CHECK_INT(count_lines(path), 2);
}

// A disk that hangs while the test holds it (--wrap=write).
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;
// NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    pthread_mutex_lock(&disk);
    pthread_mutex_unlock(&disk);
    return __real_write(fd, data, size);
}
// NOLINTEND(bugprone-reserved-identifier)

static void test_hanging_disk(void)
{
    enum { RECORDS = 2000, QUEUED = 512 };
    struct artem_stats *stats = NULL;
    struct artem_stats_summary sum;
    char path[300];

    snprintf(path, sizeof path, "%s", fixture_path("slow.csv"));
    pthread_mutex_lock(&disk);
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK); // the header has to be written first
    for (int i = 0; i < RECORDS; i++)
        add(stats, (uint64_t)i, 1);
    artem_stats_get(stats, &sum);
    CHECK_INT(sum.dropped_records, RECORDS - QUEUED);
    artem_stats_set_file(stats, NULL); // what is queued is still written
    pthread_mutex_unlock(&disk);
    artem_stats_destroy(&stats);
    CHECK_INT(count_lines(path), 1 + QUEUED);
}

// At full speed: each record is either written or counted as dropped.
static void test_dropped(void)
{
    struct artem_stats *stats = NULL;
    struct artem_stats_summary sum;
    char path[300];

    snprintf(path, sizeof path, "%s", fixture_path("many.csv"));
    CHECK_INT(artem_stats_create(path, &stats), ARTEM_OK);
    for (int i = 0; i < 100000; i++)
        add(stats, (uint64_t)i, 1);
    artem_stats_set_file(stats, NULL);
    artem_stats_get(stats, &sum);
    artem_stats_destroy(&stats);

    FILE *file = fopen(path, "r");
    char line[600];
    uint64_t lines = 0;
    while (file && fgets(line, sizeof line, file))
        lines += line[0] != '#';
    if (file)
        fclose(file);
    fprintf(stderr, "%llu written, %llu dropped\n", (unsigned long long)lines - 1,
            (unsigned long long)sum.dropped_records);
    CHECK_INT(lines - 1 + sum.dropped_records, 100000);
    CHECK(lines > 512);
}

static void test_change(void)
{
    struct artem_stats *stats = NULL;
    char first[300], second[300], too_long[2000];

    snprintf(first, sizeof first, "%s", fixture_path("first.csv"));
    snprintf(second, sizeof second, "%s", fixture_path("second.csv"));
    CHECK_INT(artem_stats_create(NULL, &stats), ARTEM_OK);
    add(stats, 0, 1);
    artem_stats_set_file(stats, first);
    for (int i = 0; i < 100; i++)
        add(stats, (uint64_t)i, 1);
    artem_stats_set_file(stats, second);
    for (int i = 0; i < 10; i++)
        add(stats, (uint64_t)i, 1);
    artem_stats_set_file(stats, "");
    add(stats, 0, 1);
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    artem_stats_set_file(stats, too_long);
    artem_stats_set_file(NULL, NULL);
    artem_stats_destroy(&stats);
    CHECK_INT(count_lines(first), 101);
    CHECK_INT(count_lines(second), 11);
}

static void *reader(void *user)
{
    struct artem_stats_summary sum;
    uint64_t last = 0;

    for (int i = 0; i < 200; i++) {
        artem_stats_get(user, &sum);
        if (sum.frames < last)
            return user;
        last = sum.frames;
    }
    return NULL;
}

static void test_threads(void)
{
    struct artem_stats *stats = NULL;
    pthread_t thread;
    void *wrong = NULL;

    CHECK_INT(artem_stats_create(fixture_path("t.csv"), &stats), ARTEM_OK);
    pthread_create(&thread, NULL, reader, stats);
    for (int i = 0; i < 20000; i++)
        add(stats, (uint64_t)i, 1);
    pthread_join(thread, &wrong);
    CHECK(wrong == NULL);
    artem_stats_destroy(&stats);
}

int main(void)
{
    setlocale(LC_ALL, "de_DE.UTF-8"); // a host with a decimal comma, where it is installed
    fixture_folder();
    test_csv();
    test_json();
    test_meta();
    test_names();
    test_summary();
    test_unwritable("/proc/x");
    test_unwritable("/nonexistent/a.csv");
    test_unwritable(fixture_folder());
    if (access("/dev/full", W_OK) == 0)
        test_unwritable("/dev/full");
    test_closed_by_host();
    test_hanging_disk();
    test_dropped();
    test_change();
    test_threads();
    return test_result();
}
