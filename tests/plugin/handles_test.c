// SPDX-License-Identifier: Apache-2.0
// Handle maps, alone and from several threads.
#include "handles.h"

#include "test.h"

static struct handle_map map = HANDLE_MAP_INIT;
static int values[4096];

static void test_alone(void)
{
    CHECK(handle_map_get(&map, 1) == NULL);
    CHECK(handle_map_take(&map, 1) == NULL);
    for (uint64_t i = 0; i < 4096; i++)
        CHECK(handle_map_put(&map, i * 16, &values[i]));
    CHECK(handle_map_put(&map, 160, &values[0])); // replaced
    for (uint64_t i = 0; i < 4096; i++)
        CHECK(handle_map_get(&map, i * 16) == &values[i == 10 ? 0 : i]);
    CHECK(handle_map_get(&map, 8) == NULL);
    for (uint64_t i = 0; i < 4096; i++)
        CHECK(handle_map_take(&map, i * 16) == &values[i == 10 ? 0 : i]);
    CHECK(handle_map_get(&map, 160) == NULL);
}

static void *work(void *base)
{
    uint64_t first = *(const uint64_t *)base;
    int wrong = 0;

    for (unsigned round = 0; round < 200; round++) {
        for (uint64_t i = first; i < first + 100; i++)
            wrong += !handle_map_put(&map, i, &values[i]);
        for (uint64_t i = first; i < first + 100; i++)
            wrong += handle_map_get(&map, i) != &values[i];
        for (uint64_t i = first; i < first + 100; i++)
            wrong += handle_map_take(&map, i) != &values[i];
    }
    return wrong == 0 ? base : NULL;
}

static void test_threads(void)
{
    static uint64_t first[4] = {1, 101, 201, 301};
    pthread_t threads[4];
    void *result;

    for (unsigned i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, work, &first[i]), 0);
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], &result);
        CHECK(result == &first[i]);
    }
}

int main(void)
{
    test_alone();
    test_threads();
    return test_result();
}
