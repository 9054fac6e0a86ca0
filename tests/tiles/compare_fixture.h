// SPDX-License-Identifier: Apache-2.0
// Several devices against one engine: the same bytes, frame after frame.
#ifndef ARTEM_TEST_TILES_COMPARE_FIXTURE_H
#define ARTEM_TEST_TILES_COMPARE_FIXTURE_H

#include "artem/model.h"
#include "tiles_fixture.h"

// Over scene cuts, blank and exact frames; every device has a part of each.
static inline void compare_sequence(struct artem_network *network, struct artem_style *style,
                                    const struct view_size *sizes, uint32_t views, const struct multi_source *sources,
                                    uint32_t count, const double *weights)
{
    static const enum picture kinds[] = {NOISE, NOISE, FLAT, PATTERN, NOISE, FLAT, NOISE};
    enum { FRAMES = sizeof kinds / sizeof kinds[0] };
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 2);
    struct artem_engine_stats stats, expected_stats;

    void *multi = tiles_make(network, style, sources, count, weights);
    for (int i = 0; i < FRAMES; i++) {
        struct pictures p = pictures_of_sizes(sizes, views);
        pictures_fill(&p, kinds[i]);
        if (i == 1 || i == 6)
            pictures_smooth(&p);
        p.frame.exact = i == 4 || i == 5;
        struct pictures expected = pictures_twin(&p);
        engine_run(one, &expected);
        tiles_run(multi, &p);
        pictures_compare("tiles", &p, &expected);
        CHECK_INT(tiles_used(multi), count);
        pictures_free(&p);
        pictures_free(&expected);
    }
    artem_backend_multi.stats(multi, &stats);
    artem_engine_get_stats(one, &expected_stats);
    CHECK(expected_stats.cuts > 0); // or the sequence tests less than it says
    CHECK_INT(stats.cuts, expected_stats.cuts);
    CHECK_INT(stats.frames, FRAMES);
    CHECK_INT(stats.failed_devices, 0);
    artem_backend_multi.destroy(multi);
    artem_engine_destroy(&one);
}

// Each shipped style.
struct styles_test {
    const struct view_size *sizes; // of two views
    const struct multi_source *sources;
    uint32_t count;
    const double *weights; // their shares
    int frames;
    void (*fill)(struct pictures *p, int frame); // what is painted, and whether exactly
    struct artem_network *network;
    int styles; // that were tried
};

static inline int styles_test_one(void *user, const char *name, const char *path)
{
    struct styles_test *t = user;
    struct artem_style *loaded = NULL;

    (void)path;
    CHECK_INT(artem_library_load_style(name, &loaded), ARTEM_OK);
    if (loaded == NULL || loaded->network_id != t->network->id) { // one of the user's own for another network
        artem_style_unref(&loaded);
        return 0;
    }
    struct artem_engine *one = engine_make(t->network, loaded, artem_cpu_detect(), 2);
    void *multi = tiles_make(t->network, loaded, t->sources, t->count, t->weights);
    for (int frame = 0; frame < t->frames; frame++) {
        struct pictures p = pictures_of_sizes(t->sizes, 2);
        t->fill(&p, frame);
        struct pictures expected = pictures_twin(&p);
        engine_run(one, &expected);
        tiles_run(multi, &p);
        pictures_compare(name, &p, &expected);
        pictures_free(&p);
        pictures_free(&expected);
    }
    t->styles++;
    artem_backend_multi.destroy(multi);
    artem_engine_destroy(&one);
    artem_style_unref(&loaded);
    return 0;
}

static inline void styles_test_all(struct styles_test *t)
{
    setenv("XDG_DATA_HOME", "/nonexistent", 1); // shipped styles only
    CHECK_INT(artem_library_load_network(&t->network), ARTEM_OK);
    if (t->network != NULL)
        artem_library_list(styles_test_one, t);
    CHECK(t->styles >= 10);
    artem_network_unref(&t->network);
}

#endif
