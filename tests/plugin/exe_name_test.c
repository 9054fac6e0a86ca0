// SPDX-License-Identifier: Apache-2.0
// The name of a program, under Wine too.
#include "exe_name.h"
#include "test.h"

#define NAME(exe, cmdline, size)                                                                                       \
    (layer_exe_name_of(exe, cmdline, sizeof(cmdline), name, size), name) // sizeof: with the last argument's NUL

int main(void)
{
    char name[256], small[8];

    CHECK_STR(NAME("/usr/bin/hello_xr", "hello_xr\0-g\0Vulkan", sizeof name), "hello_xr");
    CHECK_STR(NAME("/opt/games/tool", "tool\0C:\\other.exe", sizeof name), "tool"); // no Wine, whatever its arguments
    CHECK_STR(NAME("/usr/lib/wine/wine64-preloader", "/usr/lib/wine/wine64\0C:\\games\\My Game.EXE\0-vr", sizeof name),
              "My Game.EXE");
    CHECK_STR(NAME("/proton/files/bin/wine64-preloader", "Z:/home/me/game/game.exe", sizeof name), "game.exe");
    CHECK_STR(NAME("/usr/bin/wine", "wine\0explorer", sizeof name), "wine"); // no Windows program is named
    CHECK_STR(NAME("/usr/bin/game (deleted)", "game", sizeof name), "game"); // updated while it runs
    CHECK_STR(NAME("/usr/bin/wine64 (deleted)", "wine64\0C:\\my.exe", sizeof name), "my.exe");
    CHECK_STR(NAME("", "", sizeof name), "");
    layer_exe_name_of("/usr/bin/wine", "wine\0a.exe", 10, name, sizeof name); // cut short: no NUL at the end
    CHECK_STR(name, "wine");
    layer_exe_name_of("/usr/bin/wine64", "x\0a_long_name.exe", 17, small, sizeof small);
    CHECK_STR(small, "wine64"); // does not fit
    layer_find_exe_name(name, sizeof name);
    CHECK_STR(name, "plugin_exe_name_test");
    return test_result();
}
