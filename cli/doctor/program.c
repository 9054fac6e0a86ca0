// SPDX-License-Identifier: Apache-2.0
// One program: what about it keeps the layer out.
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../layer_files.h"
#include "artem/config.h"
#include "doctor.h"

static const char check[] = "program";

// As a shell finds it.
static bool find_in_path(const char *name, char path[PATH_MAX])
{
    const char *list = getenv("PATH");

    if (strchr(name, '/') != NULL || list == NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    while (*list != '\0') {
        const size_t length = strcspn(list, ":");
        if (snprintf(path, PATH_MAX, "%.*s/%s", (int)length, list, name) < PATH_MAX && access(path, X_OK) == 0)
            return true;
        list += length + (list[length] == ':');
    }
    return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
}

// With zeros behind a shorter file.
static bool read_start(const char *path, unsigned char start[64])
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    memset(start, 0, 64);
    const ssize_t size = file >= 0 ? read(file, start, 64) : -1;
    if (file >= 0)
        close(file);
    return size >= 0;
}

// What can be run: a program or a script, as a system or Wine would; a Windows program needs no permission for that.
static bool is_program(const char *path, const unsigned char *start)
{
    if (memcmp(start, "MZ", 2) == 0)
        return true;
    return access(path, X_OK) == 0 && (memcmp(start, ELFMAG, SELFMAG) == 0 || memcmp(start, "#!", 2) == 0);
}

static uint16_t machine_of(const unsigned char *start)
{
    return (uint16_t)(start[18] | start[19] << 8);
}

// The layer's library is of the same kind as this command.
static void check_kind(struct doctor *doctor, const char *path, const unsigned char *start)
{
    unsigned char own[64];

    if (memcmp(start, "MZ", 2) == 0)
        doctor_say(doctor, check, DOCTOR_GOOD, NULL,
                   "%s is a Windows program: under Wine and Proton, settings find it as --exe %s", path,
                   strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
    else if (memcmp(start, ELFMAG, SELFMAG) != 0)
        doctor_say(doctor, check, DOCTOR_NOTE, "artem doctor with the program that it starts",
                   "%s is no program but a script: what it starts counts", path);
    else if (read_start("/proc/self/exe", own) &&
             (start[EI_CLASS] != own[EI_CLASS] || machine_of(start) != machine_of(own)))
        doctor_say(doctor, check, DOCTOR_BAD, "use the program's 64-bit version, if it has one",
                   "%s is a program of %s, and the layer is not: it cannot be loaded there", path,
                   start[EI_CLASS] == ELFCLASS32 ? "32 bits" : "another processor");
}

static void check_rights(struct doctor *doctor, const char *path, const struct stat *st)
{
    const bool set_id = (st->st_mode & (S_ISUID | S_ISGID)) != 0;

    if (!set_id && getxattr(path, "security.capability", NULL, 0) <= 0)
        return;
    doctor_say(doctor, check, DOCTOR_BAD,
               "artem enable --system, as root; or take the rights from it (setcap -r, chmod ug-s)",
               "%s has %s: in such a program the loader looks neither at the user's layers nor at XR_API_LAYER_PATH",
               path, set_id ? "the rights of its owner (set-user-ID)" : "capabilities of its own");
}

static void check_settings(struct doctor *doctor, const char *name)
{
    struct artem_settings settings;
    const enum artem_result result =
        artem_config_load(&(struct artem_config_params){.exe_name = name}, &settings, NULL);

    if (result != ARTEM_OK && result != ARTEM_ERROR_NOT_FOUND)
        return; // told elsewhere
    if (!settings.allow)
        doctor_say(doctor, check, DOCTOR_BAD, "artem allow --exe NAME",
                   "allow = off in artem.conf keeps the layer out of %s", name);
    else if (!settings.enabled)
        doctor_say(doctor, check, DOCTOR_BAD, "artem enable --exe NAME, or artem toggle",
                   "enabled = off in artem.conf: %s shows its own pictures", name);
    else
        doctor_say(doctor, check, DOCTOR_GOOD, NULL, "%s may be painted, in style %s", name, settings.style);
}

void doctor_check_program(struct doctor *doctor, const char *name)
{
    unsigned char start[64];
    char path[PATH_MAX];
    struct stat st;

    if (!find_in_path(name, path) || stat(path, &st) != 0) {
        doctor_say(doctor, check, DOCTOR_BAD, "name a program as the shell would, or by its path", "%s: %s", name,
                   strerror(errno));
        return;
    }
    if (!S_ISREG(st.st_mode) || !read_start(path, start) || !is_program(path, start)) {
        doctor_say(doctor, check, DOCTOR_BAD, "name the program itself", "%s is no program, or cannot be read", path);
        return;
    }
    check_kind(doctor, path, start);
    check_rights(doctor, path, &st);
    check_settings(doctor, strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
}
