// SPDX-License-Identifier: Apache-2.0
// The network's kernels against the network written a second time (tests/kernels/naive.c), pixel by pixel and statistic
// by statistic: sequences of frames with all that the device decides by itself.
// usage: cuda_network_test MAJOR MINOR FORM: as a chip of this compute capability, with this form of units
#include "engine_fixture.h"
#include "network_fixture.h"

static struct {
    bool cut, blank, pace[4];
} seen;

static void compare_state(const char *what, const struct cuda_network *net, const struct naive *naive)
{
    for (int k = 0; k < ARTEM_NORMS; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++)
            if (net->state->mean[k][c] != naive->mean[k][c] || net->state->square[k][c] != naive->square[k][c]) {
                TEST_FAIL("%s: statistics of layer %d, channel %d", what, k, c);
                return;
            }
    CHECK_INT(net->state->decisions.cut, naive->cut);
    CHECK_INT(net->state->decisions.blank, naive->blank);
}

static void run_again(const char *what, struct cuda_network *net, struct naive *naive, struct pictures *p)
{
    struct pictures twin = pictures_twin(p);

    cuda_network_run(net, &p->frame);
    naive_frame(naive, &twin.frame);
    pictures_compare(what, p, &twin);
    compare_state(what, net, naive);
    seen.cut = seen.cut || naive->cut;
    seen.blank = seen.blank || naive->blank;
    seen.pace[net->state->decisions.pace & 3] = true;
    pictures_free(&twin);
}

static void run_both(const char *what, struct cuda_network *net, struct naive *naive, struct pictures *p,
                     enum picture kind, bool exact)
{
    pictures_fill(p, kind);
    p->frame.exact = exact;
    run_again(what, net, naive, p);
}

static void brighten(struct pictures *p, int step)
{
    for (size_t i = 0; i < p->size[0]; i++)
        p->in[0][i] = (uint8_t)(p->in[0][i] + step > 255 ? 255 : p->in[0][i] + step);
}

// What the network's 16-bit numbers can come to: gains, shifts and thresholds at their limits, in all mixtures.
static void make_extreme(struct artem_style *style)
{
    static const int16_t limits[] = {-32767, 32767, 0, -1, 20000, -20000};
    static const int8_t thresholds[] = {-128, 127, 0, -1};

    for (int c = 0; c < ARTEM_CHANNELS; c++) {
        for (int k = 0; k < ARTEM_NORMS; k++) {
            style->norms[k].gain[c] = limits[random_u32() % 6];
            style->norms[k].bias[c] = limits[random_u32() % 6];
        }
        for (int k = 0; k < ARTEM_UNITS; k++) {
            style->units[k].threshold[c] = thresholds[random_u32() % 4];
            style->units[k].slope[c] = limits[random_u32() % 6];
            style->units[k].shift[c] = limits[random_u32() % 6];
        }
        style->dec_gain[c] = limits[random_u32() % 6];
        style->dec_bias[c] = limits[random_u32() % 6];
    }
    for (int i = 0; i < ARTEM_D0_OUT; i++)
        style->d0_mul[i] = limits[random_u32() % 6];
    for (int i = 0; i < ARTEM_D2_OUT; i++)
        style->d2_bias[i] = limits[random_u32() % 6];
    style->d0_shift = 0;
    style->d1_shift = 15;
}

int main(int argc, char **argv)
{
    static const struct view_size two[] = {{40, 24}, {20, 36}}, edges[] = {{68, 36}, {4, 40}, {72, 4}},
                                  one[] = {{4, 4}}, small[] = {{20, 16}};
    struct artem_network *network = random_network(1);
    struct artem_style *style = random_style(1), *extreme = random_style(1);
    struct naive naive;

    if (argc != 4)
        return 2;
    calibrate(style, network);
    make_extreme(extreme);
    struct cuda_network net =
        cuda_network_make(atoi(argv[1]), atoi(argv[2]), (enum artem_cuda_form)atoi(argv[3]), network, style);
    struct pictures p = pictures_of_sizes(two, 2), q = pictures_of_sizes(edges, 3), r = pictures_of_sizes(one, 1);
    struct pictures still = pictures_of_sizes(small, 1);
    naive_restart(&naive, network, style);
    run_both("first", &net, &naive, &p, NOISE, false);
    run_both("second", &net, &naive, &p, NOISE, false);
    run_both("cut", &net, &naive, &p, PATTERN, false);
    run_both("blank", &net, &naive, &p, FLAT, false);
    run_both("blank, exact", &net, &naive, &p, FLAT, true);
    run_both("other sizes", &net, &naive, &q, NOISE, false);
    run_both("one cell", &net, &naive, &r, NOISE, true);
    // A picture that becomes brighter, faster and faster: statistics follow at every pace.
    run_both("before it brightens", &net, &naive, &still, NOISE, true);
    still.frame.exact = false;
    for (int step = 2; step <= 32; step *= 2) {
        brighten(&still, step);
        run_again("brighter", &net, &naive, &still);
    }
    CHECK(seen.cut && seen.blank && seen.pace[1] && seen.pace[2] && seen.pace[3]);
    cuda_set_style(&net, extreme);
    naive_restart(&naive, network, extreme);
    run_both("extreme", &net, &naive, &p, NOISE, false);
    run_both("extreme, exact", &net, &naive, &p, PATTERN, true);
    pictures_free(&p);
    pictures_free(&q);
    pictures_free(&r);
    pictures_free(&still);
    cuda_network_free(&net);
    artem_network_unref(&network);
    artem_style_unref(&style);
    artem_style_unref(&extreme);
    return test_result();
}
