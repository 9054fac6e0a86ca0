// SPDX-License-Identifier: Apache-2.0
// Tiles of an optimisation over several devices on a network of random weights: losses and gradients against one
// device, whole optimisations, and members that fail at each of their calls.
#include <math.h>
#include <stdlib.h>

#include "net.h"
#include "objective.h"
#include "optimize.h"
#include "random_network.h"
#include "team.h"
#include "test.h"

enum { LAYERS = 4, WIDTH = 91, HEIGHT = 75 }; // conv1_1 to conv2_2

static struct vgg_weights weights;
static struct lab_picture content, style, x;

// Members' networks as they are made, and the call of forward or backward at which one fails (linked with --wrap).
static struct vgg_net *nets[ARTEM_DEVICES_MAX];
static int made, calls[ARTEM_DEVICES_MAX], fail_at[ARTEM_DEVICES_MAX];
// NOLINTBEGIN(bugprone-reserved-identifier): the linker wants these names
enum artem_result __real_vgg_net_create(const struct vgg_weights *w, uint32_t last, uint32_t height, uint32_t width,
                                        bool average_pool, int gradient_bits, struct vgg_net **out_net);
enum artem_result __wrap_vgg_net_create(const struct vgg_weights *w, uint32_t last, uint32_t height, uint32_t width,
                                        bool average_pool, int gradient_bits, struct vgg_net **out_net);
enum artem_result __real_vgg_net_forward(struct vgg_net *net, const float *picture);
enum artem_result __wrap_vgg_net_forward(struct vgg_net *net, const float *picture);
enum artem_result __real_vgg_net_backward(struct vgg_net *net, uint32_t layers, vgg_add_gradient add, void *user,
                                          float *grad_picture);
enum artem_result __wrap_vgg_net_backward(struct vgg_net *net, uint32_t layers, vgg_add_gradient add, void *user,
                                          float *grad_picture);

enum artem_result __wrap_vgg_net_create(const struct vgg_weights *w, uint32_t last, uint32_t height, uint32_t width,
                                        bool average_pool, int gradient_bits, struct vgg_net **out_net)
{
    const enum artem_result result =
        __real_vgg_net_create(w, last, height, width, average_pool, gradient_bits, out_net);

    if (gradient_bits != 0 && made < ARTEM_DEVICES_MAX)
        nets[made++] = *out_net;
    return result;
}

static bool fails(const struct vgg_net *net)
{
    for (int i = 0; i < made; i++)
        if (nets[i] == net)
            return ++calls[i] == fail_at[i];
    return false;
}

enum artem_result __wrap_vgg_net_forward(struct vgg_net *net, const float *picture)
{
    return fails(net) ? ARTEM_ERROR_DEVICE : __real_vgg_net_forward(net, picture);
}

// It has added to sums by then.
enum artem_result __wrap_vgg_net_backward(struct vgg_net *net, uint32_t layers, vgg_add_gradient add, void *user,
                                          float *grad_picture)
{
    const enum artem_result result = __real_vgg_net_backward(net, layers, add, user, grad_picture);

    return fails(net) ? ARTEM_ERROR_MEMORY : result;
}
// A member that is started only when the one before is done, so that it finds nothing left; for so many starts.
static int late;
static struct lab_worker *before;
void __real_lab_worker_start(struct lab_worker *worker, enum artem_result (*work)(void *user), void *user);
void __wrap_lab_worker_start(struct lab_worker *worker, enum artem_result (*work)(void *user), void *user);

void __wrap_lab_worker_start(struct lab_worker *worker, enum artem_result (*work)(void *user), void *user)
{
    if (late > 0 && --late % 2 == 0)
        CHECK_INT(lab_worker_wait(before), ARTEM_OK);
    before = worker;
    __real_lab_worker_start(worker, work, user);
}
// NOLINTEND(bugprone-reserved-identifier)

static void reset(void)
{
    made = 0;
    memset(calls, 0, sizeof calls);
    memset(fail_at, 0, sizeof fail_at);
}

static struct objective_params params_of(uint32_t tile, struct lab_team *team)
{
    struct objective_params params = {.content = 1, .style = 5, .variation = 0.5f, .tile = tile, .team = team};

    params.content_weight[2] = 1;
    params.style_weight[0] = 0.5f;
    params.style_weight[3] = 2;
    return params;
}

// Two evaluations, the second with a gradient.
static enum artem_result evaluate(uint32_t tile, struct lab_team *team, struct objective_terms *terms, float *grad)
{
    const struct objective_params params = params_of(tile, team);
    struct objective *objective = NULL;
    enum artem_result result;

    made = 0;
    result = objective_create(&weights, &params, &content, &style, &objective);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, x.rgb, NULL, terms);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, x.rgb, grad, terms);
    if (result == ARTEM_OK && tile > 0)
        CHECK(objective_tiles(objective) >= 4);
    if (result == ARTEM_OK && tile == 0 && team != NULL)
        CHECK_INT(objective_tiles(objective), team->count);
    objective_destroy(&objective);
    return result;
}

static struct objective_terms expected;
static float *expected_grad;

static void compare(const char *what, const struct objective_terms *terms, const float *grad)
{
    double difference = 0, size = 0;

    if (fabs(terms->total - expected.total) > 1e-5 * expected.total ||
        fabs(terms->content - expected.content) > 1e-5 * expected.content)
        TEST_FAIL("%s: total %.9g, of one device %.9g", what, terms->total, expected.total);
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 3; i++) {
        difference = fmax(difference, fabs((double)grad[i] - (double)expected_grad[i]));
        size = fmax(size, fabs((double)expected_grad[i]));
    }
    CHECK(difference < 1e-4 * size);
}

static void test_evaluations(void)
{
    static const char *const lists[] = {"cpu:0", "cpu:0,cpu:1", "cpu:0,cpu:1,cpu:7"};
    float *grad = malloc((size_t)WIDTH * HEIGHT * 3 * sizeof *grad);

    for (size_t i = 0; i < 3; i++)
        for (uint32_t tile = 0; tile <= 32; tile += 32) {
            struct lab_team team;
            struct objective_terms terms;
            uint64_t tiles = 0;
            reset();
            CHECK_INT(lab_team_create(lists[i], 2, &team), ARTEM_OK);
            CHECK_INT(evaluate(tile, &team, &terms, grad), ARTEM_OK);
            compare(lists[i], &terms, grad);
            for (uint32_t k = 0; k < team.count; k++)
                tiles += team.member[k].tiles;
            CHECK(tiles >= 4); // targets, two measurements, a gradient
            CHECK_INT(lab_team_usable(&team), i + 1);
            lab_team_destroy(&team);
        }
    free(grad);
}

// A member that got no tile of a picture has features of the picture before: they must not be taken for this one's.
static void test_late_member(void)
{
    const size_t values = (size_t)WIDTH * HEIGHT * 3;
    struct lab_picture other = random_picture(WIDTH, HEIGHT);
    float *grad = malloc(values * sizeof *grad);
    struct objective *objective = NULL;
    struct objective_terms terms;
    struct lab_team team;

    reset();
    CHECK_INT(lab_team_create("cpu:0,cpu:1", 2, &team), ARTEM_OK);
    const struct objective_params params = params_of(0, &team);
    CHECK_INT(objective_create(&weights, &params, &content, &style, &objective), ARTEM_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(objective_evaluate(objective, other.rgb, grad, &terms), ARTEM_OK);
        const uint64_t tiles = team.member[1].tiles;
        late = 2;
        CHECK_INT(objective_evaluate(objective, x.rgb, NULL, &terms), ARTEM_OK);
        CHECK_INT(team.member[1].tiles, tiles); // it was late
        late = 2;
        CHECK_INT(objective_evaluate(objective, x.rgb, grad, &terms), ARTEM_OK);
        compare("a late member", &terms, grad);
    }
    objective_destroy(&objective);
    lab_team_destroy(&team);
    free(other.rgb);
    free(grad);
}

// Each member at each of its calls; what it has not done is done by the others, in this evaluation and later ones.
static void test_failing_members(void)
{
    float *grad = malloc((size_t)WIDTH * HEIGHT * 3 * sizeof *grad);
    int failed = 0;

    for (int member = 0; member < 2; member++)
        for (int at = 1; at <= 5; at += at < 3 ? 1 : 2) {
            struct lab_team team;
            struct objective_terms terms;
            char shares[128];
            reset();
            fail_at[member] = at;
            CHECK_INT(lab_team_create("cpu:0,cpu:1", 2, &team), ARTEM_OK);
            CHECK_INT(evaluate(at % 2 ? 0 : 48, &team, &terms, grad), ARTEM_OK);
            compare("after a failure", &terms, grad);
            failed += team.member[member].failed;
            CHECK_INT(lab_team_usable(&team), 2 - team.member[member].failed);
            lab_team_describe(&team, shares, sizeof shares);
            CHECK((strstr(shares, "(failed)") != NULL) == team.member[member].failed);
            lab_team_destroy(&team);
        }
    CHECK(failed >= 4); // a member may be so slow that it never gets so far
    // All of them.
    struct lab_team team;
    struct objective_terms terms;
    reset();
    fail_at[0] = 2;
    fail_at[1] = 2;
    CHECK_INT(lab_team_create("cpu:0,cpu:1", 2, &team), ARTEM_OK);
    const enum artem_result result = evaluate(0, &team, &terms, grad);
    CHECK(result == ARTEM_ERROR_DEVICE || result == ARTEM_ERROR_MEMORY);
    CHECK_INT(lab_team_usable(&team), 0);
    lab_team_destroy(&team);
    free(grad);
}

static enum artem_result evaluate_corrected(struct objective *judge, struct lab_team *team,
                                            struct objective_terms *terms, float *grad)
{
    const struct objective_params params = params_of(0, team);
    struct objective *objective = NULL;
    enum artem_result result = objective_create(&weights, &params, &content, &style, &objective);

    if (result == ARTEM_OK)
        result = objective_correct_style(objective, judge, x.rgb, 0.5f);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, x.rgb, grad, terms);
    objective_destroy(&objective);
    return result;
}

// Corrected targets reach every member. The last test: what is expected is another gradient from here on.
static void test_corrections(void)
{
    const struct objective_params params = params_of(0, NULL);
    float *grad = malloc((size_t)WIDTH * HEIGHT * 3 * sizeof *grad);
    struct objective *judge = NULL;
    struct objective_terms terms;
    struct vgg_weights other = {0};
    struct lab_team team;

    reset();
    random_weights(LAYERS, &other);
    for (int i = 0; i < 64 * 3 * 9; i++) // so that its Gram matrices are larger
        other.layer[0].weights[i] *= 2;
    CHECK_INT(objective_create(&other, &params, &content, &style, &judge), ARTEM_OK);
    CHECK_INT(evaluate_corrected(judge, NULL, &expected, expected_grad), ARTEM_OK);
    CHECK_INT(lab_team_create("cpu:0,cpu:1", 2, &team), ARTEM_OK);
    CHECK_INT(evaluate_corrected(judge, &team, &terms, grad), ARTEM_OK);
    compare("corrected", &terms, grad);
    lab_team_destroy(&team);
    objective_destroy(&judge);
    vgg_weights_free(&other);
    free(grad);
}

static bool go_on(void *user, const struct lab_state *state, const struct objective_terms *terms)
{
    (void)state;
    *(struct objective_terms *)user = *terms;
    return true;
}

static double optimize(enum optimize_method method, struct lab_team *team)
{
    const struct optimize_options options = {.objective = params_of(0, team),
                                             .method = method,
                                             .rate = 0.02f,
                                             .iterations = 8,
                                             .size = 80,
                                             .style_size = 80,
                                             .scales = 1,
                                             .threads = 1};
    struct objective_terms last = {0};
    struct lab_times times = {0};
    struct optimize_watch watch = {go_on, &last, &times, 0, 0};
    struct lab_state state = {0};
    struct optimize_outcome outcome;
    const struct optimize_inputs inputs = {&weights, NULL, &content, &style};

    CHECK_INT(optimize_run(&inputs, &options, &watch, &state, &outcome), ARTEM_OK);
    lab_state_free(&state);
    lab_times_free(&times);
    return last.total;
}

// The same loss after the same iterations.
static void test_optimisations(void)
{
    static const enum optimize_method methods[] = {OPTIMIZE_ADAM, OPTIMIZE_LBFGS};

    for (int i = 0; i < 2; i++) {
        struct lab_team team;
        reset();
        const double one = optimize(methods[i], NULL);
        CHECK_INT(lab_team_create("cpu:0,cpu:1", 2, &team), ARTEM_OK);
        const double two = optimize(methods[i], &team);
        if (!(fabs(one - two) <= 1e-4 * one))
            TEST_FAIL("method %d: %.9g on two devices, %.9g on one", methods[i], two, one);
        lab_team_destroy(&team);
    }
}

static void test_lists(void)
{
    char why[128];

    CHECK(lab_team_check("cpu:0, cpu:1", why, sizeof why));
    CHECK(!lab_team_check("cpu:0,cpu:0", why, sizeof why));
    CHECK_STR(why, "cpu:0 is named twice");
    CHECK(lab_team_check("cpu:0,cuda:1", why, sizeof why));
    CHECK(!lab_team_check("cpu:0,vulkan:1", why, sizeof why));
    CHECK_STR(why, "vulkan:1 has no float network, only cpu:N and cuda:N have");
}

int main(void)
{
    random_weights(LAYERS, &weights);
    content = random_picture(WIDTH, HEIGHT);
    style = random_picture(120, 90);
    x = random_picture(WIDTH, HEIGHT);
    expected_grad = malloc((size_t)WIDTH * HEIGHT * 3 * sizeof *expected_grad);
    CHECK_INT(evaluate(0, NULL, &expected, expected_grad), ARTEM_OK);
    test_lists();
    test_evaluations();
    test_late_member();
    test_failing_members();
    test_optimisations();
    test_corrections();
    vgg_weights_free(&weights);
    free(expected_grad);
    free(content.rgb);
    free(style.rgb);
    free(x.rgb);
    return test_result();
}
