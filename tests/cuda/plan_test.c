// SPDX-License-Identifier: Apache-2.0
// The plan of a frame's launches, for chips and sizes as they come.
#include "geometry.h"
#include "plan.h"
#include "test.h"

static const struct artem_cuda_args addresses = {
    .network = 256, .style = 512, .arena = 768, .state = 1024, .frame = 1280};

static uint32_t tiles_of(const struct artem_cuda_shape *shape)
{
    uint32_t tiles = 0;

    for (uint32_t v = 0; v < shape->views; v++)
        tiles += (shape->view[v].qw + 15) / 16 * ((shape->view[v].qh + 7) / 8);
    return tiles;
}

static void check_launches(const struct artem_cuda_chip *chip, enum artem_cuda_form form,
                           const struct artem_cuda_shape *shape)
{
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    const uint32_t count = artem_cuda_plan(chip, form, shape, &addresses, launches);
    uint32_t units = 0;

    CHECK_INT(count, 1 + 2 + 2 * ARTEM_CUDA_UNITS + 3);
    for (uint32_t i = 0; i < count; i++) {
        const struct artem_cuda_launch *l = &launches[i];
        CHECK(l->grid[0] > 0 && l->grid[1] > 0 && l->grid[2] == 1);
        CHECK(l->shared <= chip->shared_per_block);
        CHECK(l->args.arena == addresses.arena && l->args.frame == addresses.frame);
        CHECK(memcmp(&l->args.shape, shape, sizeof *shape) == 0);
        CHECK(l->pass[0] != '\0' && l->kernel != NULL);
        if (strstr(l->kernel, "unit") == NULL)
            continue;
        // Neither more blocks than tiles nor more tiles a block than its sums hold.
        CHECK(l->grid[0] <= tiles_of(shape));
        CHECK((uint64_t)l->grid[0] * ARTEM_CUDA_UNIT_TILES >= tiles_of(shape));
        CHECK(strstr(l->kernel, artem_cuda_form_name(form)) != NULL);
        CHECK_INT(l->args.layer, 1 + units / 2);
        CHECK_INT(l->args.pass, units % 2 == 0 ? ARTEM_CUDA_PASS_SUMS : ARTEM_CUDA_PASS_APPLY);
        units++;
    }
    CHECK_INT(units, 2 * ARTEM_CUDA_UNITS);
}

static void test_plans(void)
{
    static const struct artem_cuda_chip chips[] = {
        {7, 5, 14, 64 * 1024},   {8, 6, 1, 99 * 1024},    {8, 0, 108, 163 * 1024},
        {9, 0, 132, 227 * 1024}, {12, 0, 170, 99 * 1024},
    };
    static const uint32_t qw[3][8] = {{1}, {360, 360}, {1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024}};
    static const uint32_t qh[3][8] = {{1}, {400, 400}, {256, 256, 256, 256, 256, 256, 256, 256}};
    static const uint32_t views[3] = {1, 2, 8};

    for (size_t c = 0; c < sizeof chips / sizeof *chips; c++)
        for (int s = 0; s < 3; s++) {
            enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
            struct artem_cuda_shape shape;
            const uint32_t count = artem_cuda_forms(&chips[c], forms);
            CHECK(artem_cuda_make_shape(views[s], qw[s], qh[s], &shape));
            CHECK(count >= 1 && forms[count - 1] == ARTEM_CUDA_FORM_POPCOUNT);
            for (uint32_t f = 0; f < count; f++)
                check_launches(&chips[c], forms[f], &shape);
        }
}

// What steps are made of, and in which order.
static void test_steps(void)
{
    static const struct {
        struct artem_cuda_step step;
        uint32_t launches;
        enum artem_cuda_pass layers, last_layer;
    } cases[] = {
        {{true, 0, 11, true, false, true}, 1 + 11 + 3, ARTEM_CUDA_PASS_STEP_BOTH, ARTEM_CUDA_PASS_STEP_BOTH},
        {{true, 0, 0, false, true, false}, 1 + 1, ARTEM_CUDA_PASS_STEP_SUMS, ARTEM_CUDA_PASS_STEP_SUMS},
        {{false, 4, 5, false, true, false}, 1 + 1, ARTEM_CUDA_PASS_STEP, ARTEM_CUDA_PASS_STEP_SUMS},
        {{false, 10, 11, false, false, true}, 1 + 3, ARTEM_CUDA_PASS_STEP, ARTEM_CUDA_PASS_STEP},
    };
    const struct artem_cuda_chip chip = {8, 6, 4, 99 * 1024}, old = {7, 0, 4, 99 * 1024};
    const uint32_t qw[] = {37, 5}, qh[] = {9, 40};
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    struct artem_cuda_shape shape;

    CHECK(artem_cuda_make_shape(2, qw, qh, &shape));
    CHECK(shape.view[1].inside.width == 5 && shape.view[1].inside.height == 40);
    shape.view[0].inside = (struct artem_cuda_rect){14, 0, 9, 9};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct artem_cuda_step *step = &cases[i].step;
        const uint32_t count = artem_cuda_plan_step(&chip, ARTEM_CUDA_FORM_AND, &shape, &addresses, step, launches);
        uint32_t layer = step->first;
        CHECK_INT(count, cases[i].launches);
        for (uint32_t k = 0; k < count; k++) {
            const struct artem_cuda_launch *l = &launches[k];
            CHECK(memcmp(&l->args.shape, &shape, sizeof shape) == 0);
            if (strstr(l->kernel, "input") != NULL)
                CHECK(l->args.pass == ARTEM_CUDA_PASS_STEP && k == 0);
            if (strstr(l->kernel, "encoder") == NULL && strstr(l->kernel, "unit") == NULL)
                continue;
            CHECK_INT(l->args.layer, layer);
            CHECK_INT(l->args.pass, layer < step->end ? cases[i].layers : cases[i].last_layer);
            layer++;
        }
        CHECK_INT(layer, step->end + step->ahead);
        CHECK_INT(artem_cuda_plan_step(&old, ARTEM_CUDA_FORM_AND, &shape, &addresses, step, launches), 0);
    }
}

static void test_forms(void)
{
    static const struct {
        int major, minor;
        enum artem_cuda_form first;
    } expected[] = {
        {7, 0, ARTEM_CUDA_FORM_POPCOUNT}, {7, 5, ARTEM_CUDA_FORM_XOR},   {8, 0, ARTEM_CUDA_FORM_AND},
        {8, 9, ARTEM_CUDA_FORM_AND},      {9, 0, ARTEM_CUDA_FORM_WGMMA}, {10, 0, ARTEM_CUDA_FORM_INT8},
        {10, 3, ARTEM_CUDA_FORM_INT8},    {11, 0, ARTEM_CUDA_FORM_INT8}, {12, 1, ARTEM_CUDA_FORM_FP4},
    };

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct artem_cuda_chip chip = {expected[i].major, expected[i].minor, 4, 99 * 1024};
        enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
        artem_cuda_forms(&chip, forms);
        CHECK_INT(forms[0], expected[i].first);
    }
}

static void test_refusals(void)
{
    const struct artem_cuda_chip old = {7, 0, 80, 96 * 1024}, none = {9, 0, 0, 227 * 1024},
                                 narrow = {8, 6, 20, 48 * 1024};
    const uint32_t one[1] = {1}, zero[1] = {0}, wide[1] = {1025}, large[1] = {600},
                   many[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    struct artem_cuda_shape shape;

    CHECK(!artem_cuda_make_shape(0, one, one, &shape));
    CHECK(!artem_cuda_make_shape(1, zero, one, &shape));
    CHECK(!artem_cuda_make_shape(1, one, wide, &shape));
    CHECK(!artem_cuda_make_shape(1, large, large, &shape));
    CHECK(!artem_cuda_make_shape(9, many, many, &shape));
    CHECK(artem_cuda_make_shape(8, many, many, &shape));
    CHECK_INT(shape.cells, 8);
    CHECK_INT(shape.view[7].first, 7);
    CHECK_INT(artem_cuda_plan(&old, ARTEM_CUDA_FORM_POPCOUNT, &shape, &addresses, launches), 0);
    CHECK_INT(artem_cuda_plan(&none, ARTEM_CUDA_FORM_WGMMA, &shape, &addresses, launches), 0);
    CHECK_INT(artem_cuda_plan(&narrow, ARTEM_CUDA_FORM_AND, &shape, &addresses, launches), 0);
}

int main(void)
{
    test_plans();
    test_steps();
    test_forms();
    test_refusals();
    return test_result();
}
