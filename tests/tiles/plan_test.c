// SPDX-License-Identifier: Apache-2.0
// Lists of devices, how frames are cut among them, and by which speeds.
#include <math.h>
#include <stdlib.h>

#include "artem/devices.h"
#include "random.h"
#include "test.h"
#include "tile_plan.h"

static void test_lists(void)
{
    static const char *const good[] = {"cpu:0", "cuda:63", "cpu:0, cpu:1 ,vulkan:0,\tcuda:0 ", "vulkan:07,vulkan:8",
                                       "cpu:0,cpu:1,cpu:2,cpu:3,cpu:4,cpu:5,cpu:6,cpu:7"};
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "''"},
        {"cpu", "'cpu'"},
        {"cpu:", "'cpu:'"},
        {"cpu:0,", "''"},
        {",cpu:0", "''"},
        {"cpu:0,,cpu:1", "''"},
        {"cpu:64", "'cpu:64'"},
        {"cpu:-1", "'cpu:-1'"},
        {"cpu:100", "'cpu:100'"},
        {"cpu: 0,cpu:1", "'cpu: 0'"},
        {"gpu:0", "'gpu:0'"},
        {"CPU:0", "'CPU:0'"},
        {"cpux:0", "'cpux:0'"},
        {"cpu:1x", "'cpu:1x'"},
        {"cpu:0,vulkan:0,cpu:0", "cpu:0 is named twice"},
        {"cpu:0,cpu:00", "cpu:0 is named twice"},
        {"cpu:0,cpu:1,cpu:2,cpu:3,cpu:4,cpu:5,cpu:6,cpu:7,cpu:8", "more than 8 devices"},
        {"a-name-that-is-much-longer-than-any-device's:0", "'a-name-that-is-much-longer-than-' is none"},
    };
    struct artem_devices devices;
    char why[128];

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(artem_devices_parse(good[i], &devices, why, sizeof why));
    CHECK(artem_devices_parse(good[2], &devices, why, sizeof why));
    CHECK_INT(devices.count, 4);
    CHECK_INT(devices.device[2].kind, ARTEM_DEVICE_VULKAN);
    CHECK_INT(devices.device[1].index, 1);
    CHECK_STR(devices.device[3].name, "cuda:0");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why[0] = '\0';
        CHECK(!artem_devices_parse(bad[i].text, &devices, why, sizeof why));
        if (strstr(why, bad[i].why) == NULL)
            TEST_FAIL("\"%s\": %s", bad[i].text, why);
    }
    CHECK_INT(devices.count, 4); // left alone
}

static struct tile_sizes random_sizes(void)
{
    struct tile_sizes sizes = {.views = (uint32_t)random_in(1, ARTEM_MAX_VIEWS)};

    for (uint32_t v = 0; v < sizes.views; v++) {
        sizes.view[v].width = (uint32_t)random_in(1, 60);
        sizes.view[v].height = (uint32_t)random_in(1, 60);
    }
    return sizes;
}

// How often each cell of the views is in one of the shares.
static bool is_partition(const struct tile_sizes *sizes, uint32_t count, const struct tile_share *shares)
{
    static uint8_t seen[ARTEM_MAX_VIEWS][60][60];
    bool whole = true;

    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < shares[i].parts; k++) {
            const struct tile_part *part = &shares[i].part[k];
            for (uint32_t y = 0; y < part->rect.height; y++)
                for (uint32_t x = 0; x < part->rect.width; x++)
                    seen[part->view][part->rect.y + y][part->rect.x + x]++;
        }
    for (uint32_t v = 0; v < sizes->views; v++)
        for (uint32_t y = 0; y < sizes->view[v].height; y++)
            for (uint32_t x = 0; x < sizes->view[v].width; x++)
                whole = whole && seen[v][y][x] == 1;
    return whole;
}

static void test_cuts(void)
{
    int cut = 0;

    for (int i = 0; i < 3000; i++) {
        const struct tile_sizes sizes = random_sizes();
        const uint32_t count = (uint32_t)random_in(1, ARTEM_DEVICES_MAX), least = i % 2 ? 1 : TILE_HALO;
        struct tile_share shares[ARTEM_DEVICES_MAX];
        double weights[ARTEM_DEVICES_MAX];

        for (uint32_t k = 0; k < count; k++)
            weights[k] = random_in(1, 50);
        if (!tile_cut(&sizes, count, weights, least, shares))
            continue;
        cut++;
        CHECK(is_partition(&sizes, count, shares));
        for (uint32_t k = 0; k < count; k++)
            CHECK(shares[k].parts >= 1 && shares[k].parts <= sizes.views);
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t p = 0; p < shares[k].parts; p++) {
                const struct tile_part *part = &shares[k].part[p];
                const uint32_t w = sizes.view[part->view].width, h = sizes.view[part->view].height;
                const struct tile_rect halo = tile_with_halo(&sizes, part), *r = &part->rect;
                CHECK((r->width >= least || r->width == w) && (r->height >= least || r->height == h));
                CHECK(halo.x == (r->x > 14 ? r->x - 14 : 0) && halo.y == (r->y > 14 ? r->y - 14 : 0));
                CHECK(halo.x + halo.width == (uint32_t)fmin(r->x + r->width + 14, w));
                CHECK(halo.y + halo.height == (uint32_t)fmin(r->y + r->height + 14, h));
            }
    }
    CHECK(cut > 1000);
}

// Areas are as the weights, to a row of cells.
static void test_areas(void)
{
    const struct tile_sizes sizes = {2, {{60, 40}, {50, 48}}};
    const double weights[4] = {4, 1, 2, 3};
    struct tile_share shares[4];

    CHECK(tile_cut(&sizes, 4, weights, 1, shares));
    for (int i = 0; i < 4; i++)
        CHECK(fabs((double)tile_share_cells(&shares[i]) - 480 * weights[i]) <= 60);
}

// Two eyes for two equal devices: one each, nothing around them.
static void test_eyes(void)
{
    const struct tile_sizes sizes = {2, {{128, 128}, {128, 128}}};
    const double speeds[2] = {5e5, 4.8e5};
    struct tile_plan plan;

    tile_plan_make(&sizes, 2, speeds, &plan);
    CHECK_INT(plan.used, 2);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(plan.share[i].parts, 1);
        CHECK_INT(tile_share_work(&sizes, &plan.share[i]), 128 * 128);
    }
}

static void test_speeds(void)
{
    const struct tile_sizes sizes = {1, {{256, 256}}}, small = {1, {{20, 20}}};
    const double speeds[4] = {4e5, 1e5, 0, 2e5}, slow[2] = {1e6, 2e4};
    struct tile_plan plan;
    double least = INFINITY, most = 0;

    tile_plan_make(&sizes, 4, speeds, &plan);
    CHECK_INT(plan.used, 3);
    CHECK_INT(plan.share[2].parts, 0);
    for (int i = 0; i < 4; i++) {
        if (plan.share[i].parts == 0)
            continue;
        const double seconds = (double)tile_share_work(&sizes, &plan.share[i]) / speeds[i];
        least = fmin(least, seconds);
        most = fmax(most, seconds);
    }
    CHECK(most < 1.1 * least); // all are done at about the same time
    CHECK(most < 0.75 * 256 * 256 / 4e5);
    CHECK(fabs(tile_plan_seconds(&plan, 4, speeds) - most) < 1e-9);
    // One that would only be in the way, and a picture too small to be cut.
    tile_plan_make(&sizes, 2, slow, &plan);
    CHECK(plan.used == 1 && plan.share[1].parts == 0);
    tile_plan_make(&small, 4, speeds, &plan);
    CHECK(plan.used == 1 && plan.share[0].parts == 1);
    CHECK_INT(tile_share_cells(&plan.share[0]), 400);
}

// Devices of which one slows down: the cut follows, but not a moment's noise.
static void test_pace(void)
{
    const struct tile_sizes sizes = {1, {{256, 128}}};
    struct tile_pace pace = {.speed = {1e5, 1e5}};
    struct tile_plan plan, other;
    int changes = 0;

    tile_plan_make(&sizes, 2, pace.speed, &plan);
    const uint64_t equal = tile_share_cells(&plan.share[1]);
    CHECK(equal == 128 * 128);
    for (int frame = 0; frame < 300; frame++) {
        const double truth[2] = {1e5 * (frame % 2 ? 1.05 : 0.95), frame < 100 ? 1e5 : 4e4};
        double seconds[2];
        for (int i = 0; i < 2; i++)
            seconds[i] = (double)tile_share_work(&sizes, &plan.share[i]) / truth[i];
        tile_pace_measure(&pace, &plan, 2, seconds);
        tile_plan_make(&sizes, 2, pace.speed, &other);
        if (!tile_pace_prefers(&pace, 2, pace.speed, &plan, &other))
            continue;
        CHECK(frame >= 100 + 7);
        changes++;
        plan = other;
    }
    CHECK(changes >= 1 && changes <= 3);
    CHECK(tile_share_cells(&plan.share[1]) < equal * 7 / 10);
}

// One that was too slow to be used is tried again some day, and used again if it has become faster.
static void test_hope(void)
{
    const struct tile_sizes sizes = {1, {{256, 128}}};
    struct tile_pace pace = {.speed = {1e5, 3e3}, .seen = {8, 8}};
    struct tile_plan plan, other;
    int tried = -1;

    tile_plan_make(&sizes, 2, pace.speed, &plan);
    CHECK_INT(plan.used, 1);
    for (int frame = 0; frame < 3000; frame++) {
        const double seconds[2] = {(double)tile_share_work(&sizes, &plan.share[0]) / 1e5,
                                   (double)tile_share_work(&sizes, &plan.share[1]) / 1e5};
        tile_pace_measure(&pace, &plan, 2, seconds);
        tile_plan_make(&sizes, 2, pace.speed, &other);
        if (tile_pace_prefers(&pace, 2, pace.speed, &plan, &other))
            plan = other;
        if (tried < 0 && plan.used == 2)
            tried = frame;
    }
    CHECK(tried > 300);
    CHECK_INT(plan.used, 2);
    CHECK(tile_share_cells(&plan.share[1]) > 128 * 128 * 4 / 5);
}

// One that stays too slow is tried ever more seldom, and each time for one frame.
static void test_vain(void)
{
    const struct tile_sizes sizes = {1, {{256, 128}}};
    struct tile_pace pace = {.speed = {1e5, 3e3}, .seen = {8, 8}};
    struct tile_plan plan, other;
    int slow_frames = 0, trials = 0, latest = 0;

    tile_plan_make(&sizes, 2, pace.speed, &plan);
    CHECK_INT(plan.used, 1);
    for (int frame = 0; frame < 20000; frame++) {
        const double seconds[2] = {(double)tile_share_work(&sizes, &plan.share[0]) / 1e5,
                                   (double)tile_share_work(&sizes, &plan.share[1]) / 3e3};
        slow_frames += plan.used == 2;
        tile_pace_measure(&pace, &plan, 2, seconds);
        tile_plan_make(&sizes, 2, pace.speed, &other);
        if (!tile_pace_prefers(&pace, 2, pace.speed, &plan, &other))
            continue;
        plan = other;
        if (plan.used == 1)
            continue;
        CHECK(trials == 0 || frame - latest > 400 << (trials < 6 ? trials : 6));
        trials++;
        latest = frame;
    }
    CHECK(trials >= 3 && trials <= 6);
    CHECK_INT(slow_frames, trials);
}

// One that has never been measured is planned with as fast as the others, and so gets its share.
static void test_unknown(void)
{
    const struct tile_sizes sizes = {1, {{256, 128}}};
    const double known[2] = {1e5, 0}, hoped[2] = {1e5, 1e5};
    struct tile_pace pace = {.speed = {1e5, 0}, .seen = {8, 0}};
    struct tile_plan plan, other;
    int frames = 0;

    tile_plan_make(&sizes, 2, known, &plan);
    CHECK_INT(plan.used, 1);
    tile_plan_make(&sizes, 2, hoped, &other);
    CHECK_INT(other.used, 2);
    while (frames < 100 && !tile_pace_prefers(&pace, 2, hoped, &plan, &other))
        frames++;
    CHECK_INT(frames, 7);
}

int main(void)
{
    test_lists();
    test_cuts();
    test_areas();
    test_eyes();
    test_speeds();
    test_pace();
    test_hope();
    test_vain();
    test_unknown();
    return test_result();
}
