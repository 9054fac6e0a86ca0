// SPDX-License-Identifier: Apache-2.0
// A process with rights of others takes nothing from its user: no configuration, no environment, no models, and writes
// no log, no cache and no socket where the environment says. The program runs copies of itself, one as it is, which
// does all that, and one each that is set-user-ID, set-group-ID, or has a capability, which must do none of it. Needs
// root, and a /tmp that takes these.
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/log.h"
#include "artem/model.h"
#include "test.h"

enum { NOBODY = 65534 };

// What the child has found, as bits of its exit status.
enum { FOUND_SECURE = 1, FOUND_CONFIG = 2, FOUND_MODEL = 4, FAILED = 64 };

// Ways to have rights of others.
static const struct privilege {
    const char *name;
    uid_t owner, group; // of the file
    mode_t mode;
    bool has_capability;
    uid_t user;      // who runs it
    uid_t effective; // who it then is
} privileges[] = {
    {"set-user-ID", NOBODY, 0, 04755, false, 0, NOBODY},
    {"set-group-ID", 0, NOBODY, 02755, false, 0, 0},
    {"a capability", 0, 0, 0755, true, NOBODY, NOBODY},
};
enum { PRIVILEGES = sizeof privileges / sizeof privileges[0] };

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
static void copy(const char *from, const char *name, const struct privilege *privilege)
{
    char path[128], buffer[1 << 16];
    ssize_t n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int in = open(from, O_RDONLY | O_CLOEXEC), out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    CHECK(in >= 0 && out >= 0);
    while ((n = read(in, buffer, sizeof buffer)) > 0)
        CHECK_INT(write(out, buffer, (size_t)n), n);
    CHECK_INT(fchown(out, privilege->owner, privilege->group), 0);
    CHECK_INT(fchmod(out, privilege->mode), 0);
    close(in);
    close(out);
}

// One that does no harm, permitted and in force.
static bool give_capability(const char *name)
{
    const struct vfs_cap_data data = {.magic_etc = htole32(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE),
                                      .data = {{.permitted = htole32(1u << CAP_NET_BIND_SERVICE)}}};
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return setxattr(path, "security.capability", &data, sizeof data, 0) == 0;
}

static bool exists(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int run(const char *name, uid_t user)
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
        if (user != 0 && (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0))
            _exit(FAILED);
        execve(path, arguments, environment);
        _exit(FAILED);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void remove_file(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (unlink(path) != 0)
        rmdir(path);
}

// What a run has left. The folder of sockets belongs to whom the next one is.
static void clean(uid_t user)
{
    char path[128];

    remove_file("log");
    remove_file("runtime/artem");
    snprintf(path, sizeof path, "%s/runtime", folder);
    CHECK_INT(chown(path, user, 0), 0);
}

// False if programs here get no such rights.
static bool test_privilege(const struct privilege *privilege)
{
    static const struct privilege plain = {.mode = 0755};
    const char *missing = NULL;
    int found = 0;

    copy("/proc/self/exe", "plain", &plain);
    copy("/proc/self/exe", "privileged", privilege);
    clean(privilege->user);
    CHECK_INT(run("plain", privilege->user), FOUND_CONFIG | FOUND_MODEL);
    CHECK(exists("log") && exists("runtime/artem"));
    clean(privilege->effective);
    if (privilege->has_capability && !give_capability("privileged"))
        missing = strerror(errno);
    else
        found = run("privileged", privilege->user);
    if (missing == NULL && (found & (FOUND_SECURE | FAILED)) == 0)
        missing = "programs in /tmp get no rights of others";
    if (missing != NULL) {
        fprintf(stderr, "not tried: %s (%s)\n", privilege->name, missing);
    } else {
        CHECK_INT(found, FOUND_SECURE);
        CHECK(!exists("log") && !exists("runtime/artem") && !exists("cache"));
        printf("%s: nothing of the user's is used\n", privilege->name);
    }
    clean(0);
    remove_file("plain");
    remove_file("privileged");
    return missing == NULL;
}

int main(int argc, char **argv)
{
    static const struct privilege readable = {.mode = 0644};
    unsigned tried = 0;
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
    copy(argc > 1 ? argv[1] : "", "of_the_user.artstyle", &readable);
    snprintf(path, sizeof path, "%s/runtime", folder);
    CHECK_INT(mkdir(path, 0700), 0);
    for (int i = 0; i < PRIVILEGES; i++)
        tried += test_privilege(&privileges[i]);
    remove_file("artem.conf");
    remove_file("of_the_user.artstyle");
    remove_file("runtime");
    CHECK_INT(rmdir(folder), 0);
    return tried == 0 && test_failures == 0 ? TEST_SKIPPED : test_result();
}
