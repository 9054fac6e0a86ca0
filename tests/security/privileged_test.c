// SPDX-License-Identifier: Apache-2.0
// A process with rights of others takes nothing from its user: no configuration, no environment, no models, and writes
// no log, no cache and no socket where the environment says. The program runs a copy of itself, once as it is, which
// does all that, and once set-user-ID, which must do none of it. Needs root, and a /tmp that takes the bit.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/log.h"
#include "artem/model.h"
#include "test.h"

enum { NOBODY = 65534 };

// What the child has found, as bits of its exit status.
enum { FOUND_SECURE = 1, FOUND_CONFIG = 2, FOUND_MODEL = 4, FAILED = 64 };

static char folder[] = "/tmp/artem-privileged.XXXXXX";

static int probe(void)
{
    struct artem_config *config = NULL;
    struct artem_settings settings;
    struct artem_style *style = NULL;
    int found = getauxval(AT_SECURE) != 0 ? FOUND_SECURE : 0;

    artem_log_init();
    artem_log(ARTEM_LOG_ERROR, "a line for the log");
    if (artem_config_open(&(struct artem_config_params){.watch = true, .control = true}, &config) != ARTEM_OK)
        return FAILED;
    artem_config_get(config, &settings);
    if (strcmp(settings.style, "of_the_user") == 0)
        found |= FOUND_CONFIG;
    if (artem_library_load_style("of_the_user", &style) == ARTEM_OK)
        found |= FOUND_MODEL;
    artem_style_unref(&style);
    artem_config_close(&config);
    return found;
}

static void put(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

// The content of a file, in another place.
static void copy(const char *from, const char *name, mode_t mode)
{
    char path[128], buffer[1 << 16];
    ssize_t n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int in = open(from, O_RDONLY | O_CLOEXEC), out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    CHECK(in >= 0 && out >= 0);
    while ((n = read(in, buffer, sizeof buffer)) > 0)
        CHECK_INT(write(out, buffer, (size_t)n), n);
    CHECK_INT(fchown(out, (mode & S_ISUID) != 0 ? NOBODY : 0, 0), 0);
    CHECK_INT(fchmod(out, mode), 0);
    close(in);
    close(out);
}

static bool exists(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int run(const char *name)
{
    char path[128], conf[160], log[160], data[160], runtime[160], cache[160];
    int status = -1;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(conf, sizeof conf, "ARTEM_CONFIG=%s/artem.conf", folder);
    snprintf(log, sizeof log, "ARTEM_LOG=debug:%s/log", folder);
    snprintf(data, sizeof data, "ARTEM_MODELS=%s", folder);
    snprintf(runtime, sizeof runtime, "XDG_RUNTIME_DIR=%s/runtime", folder);
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s/cache", folder);
    char *environment[] = {conf, log, data, runtime, cache, NULL}, *arguments[] = {path, "probe", NULL};
    const pid_t child = fork();
    if (child == 0) {
        execve(path, arguments, environment);
        _exit(FAILED);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void remove_all(void)
{
    static const char *const names[] = {"plain", "privileged", "artem.conf", "of_the_user.artstyle", "log"};
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/runtime/artem", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/runtime", folder);
    rmdir(path);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    char path[128];

    if (argc > 1 && strcmp(argv[1], "probe") == 0)
        return probe();
    if (geteuid() != 0) {
        fprintf(stderr, "skipped: needs root\n");
        return TEST_SKIPPED;
    }
    // All of it open to everybody: that nothing is read or written must have no other reason.
    CHECK(mkdtemp(folder) != NULL);
    CHECK_INT(chmod(folder, 0777), 0);
    put("artem.conf", "[artem]\nstyle = of_the_user\n");
    copy(argv[1] != NULL ? argv[1] : "", "of_the_user.artstyle", 0644);
    copy("/proc/self/exe", "plain", 0755);
    copy("/proc/self/exe", "privileged", 04755);
    snprintf(path, sizeof path, "%s/runtime", folder);
    CHECK_INT(mkdir(path, 0700), 0);

    CHECK_INT(run("plain"), FOUND_CONFIG | FOUND_MODEL);
    CHECK(exists("log") && exists("runtime/artem"));
    snprintf(path, sizeof path, "%s/log", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/runtime/artem", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/runtime", folder);
    CHECK_INT(chown(path, NOBODY, 0), 0); // the user that the privileged one has become

    const int found = run("privileged");
    if ((found & (FOUND_SECURE | FAILED)) == 0 && test_failures == 0) {
        fprintf(stderr, "skipped: programs in /tmp get no rights of others\n");
        remove_all();
        return TEST_SKIPPED;
    }
    CHECK_INT(found, FOUND_SECURE);
    CHECK(!exists("log") && !exists("runtime/artem") && !exists("cache"));
    remove_all();
    return test_result();
}
