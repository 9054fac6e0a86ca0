// SPDX-License-Identifier: Apache-2.0
// Something else that uses the GPU while frames are measured: a process that, like an app at 90 Hz, keeps a Vulkan
// device busy for a share of each period. The share is that of the device's own time, measured while nothing else runs.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../cli.h"
#include "../shader_loop.h"
#include "artem_vk/device.h"
#include "rows.h"

enum { CALIBRATIONS = 20, PATIENCE_MS = 30000 };
static const double period = 1.0 / 90, piece = 0.5e-3; // seconds; others get their turn between pieces

// ---- The child ----

static void sleep_until(double time)
{
    const double left = time - bench_now();
    const struct timespec t = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};

    if (left > 0)
        nanosleep(&t, NULL);
}

static bool is_over(void)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};

    return poll(&in, 1, 0) != 0; // the parent has closed it
}

// Rounds that take about a piece; 0 if it fails.
static uint32_t calibrate(struct shader_loop *loop, double *out_time)
{
    uint32_t rounds = 1;
    double time = shader_loop_run(loop, rounds);

    while (time >= 0 && time < piece && rounds < 1 << 22) {
        rounds *= 2;
        time = shader_loop_run(loop, rounds);
    }
    *out_time = 0;
    for (int i = 0; i < CALIBRATIONS && time >= 0; i++) {
        time = shader_loop_run(loop, rounds);
        *out_time += time / CALIBRATIONS;
    }
    return time >= 0 ? rounds : 0;
}

static void keep_busy(struct shader_loop *loop, uint32_t rounds, int pieces)
{
    double next = bench_now();

    while (!is_over()) {
        for (int i = 0; i < pieces; i++)
            if (shader_loop_run(loop, rounds) < 0)
                return;
        next += period;
        if (next < bench_now()) // the other one is in the way: an app drops frames, too
            next = bench_now();
        sleep_until(next);
    }
}

int gpu_load_run(double share, const char *device)
{
    struct vulkan_own_device *own = NULL;
    double time = 0;

    if (device != NULL)
        setenv("ARTEM_VULKAN_DEVICE", device, 1);
    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, 0, &own) != ARTEM_OK)
        return CLI_ERROR;
    struct shader_loop loop = {.device = vulkan_own_device_get(own)};
    const uint32_t rounds = shader_loop_create(&loop) ? calibrate(&loop, &time) : 0;
    int pieces = time > 0 ? (int)(share * period / time + 0.5) : 0;
    if (rounds > 0) {
        pieces = pieces < 1 ? 1 : pieces;
        printf("%.6f %s\n", pieces * time / period, loop.device->name);
        fflush(stdout);
        keep_busy(&loop, rounds, pieces);
    }
    shader_loop_destroy(&loop);
    vulkan_own_device_destroy(&own);
    return rounds > 0 ? CLI_OK : CLI_ERROR;
}

// ---- The parent ----

// After fork, only what is safe there.
static void exec_child(const int in[2], const int out[2], const char *text, const char *device)
{
    const char *argv[] = {"artem", "bench", "gpu", "--load-only", text, device != NULL ? "--device" : NULL,
                          device,  NULL};
    // What Vulkan drivers have to say would stand in the table.
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0)
        execv("/proc/self/exe", (char *const *)argv);
    _exit(127);
}

// One line; what it says is measured before the load begins.
static bool read_line(int fd, char *line, size_t size)
{
    size_t length = 0;

    while (length + 1 < size) {
        struct pollfd in = {fd, POLLIN, 0};
        if (poll(&in, 1, PATIENCE_MS) != 1 || read(fd, line + length, 1) != 1)
            return false;
        if (line[length++] == '\n')
            break;
    }
    line[length] = '\0';
    return true;
}

bool gpu_load_start(double share, const char *device, struct gpu_load *load)
{
    int in[2], out[2];
    char line[320] = "", text[32];

    *load = (struct gpu_load){.pipe = -1};
    if (pipe2(in, O_CLOEXEC) != 0)
        return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return false;
    }
    snprintf(text, sizeof text, "%.4f", share);
    fflush(stdout);
    load->pid = fork();
    if (load->pid == 0)
        exec_child(in, out, text, device);
    load->pipe = in[1];
    close(in[0]);
    close(out[1]);
    const bool started = load->pid > 0 && read_line(out[0], line, sizeof line);
    close(out[0]);
    char *name;
    load->share = strtod(line, &name);
    if (!started || load->share <= 0) {
        gpu_load_stop(load);
        return false;
    }
    name[strcspn(name, "\n")] = '\0';
    snprintf(load->name, sizeof load->name, "%s", *name == ' ' ? name + 1 : name);
    return true;
}

void gpu_load_stop(struct gpu_load *load)
{
    if (load->pipe >= 0)
        close(load->pipe);
    load->pipe = -1;
    if (load->pid > 0)
        waitpid(load->pid, NULL, 0);
    load->pid = 0;
}
