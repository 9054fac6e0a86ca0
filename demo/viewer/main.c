// SPDX-License-Identifier: Apache-2.0
// artem-view: pictures and a scene, painted, in a desktop window.
#include "viewer.h"

#include <stdlib.h>

#include "artem/log.h"
#include "log.h"
#include "stop.h"

int main(int argc, char **argv)
{
    struct view_options options;
    struct viewer *viewer;
    bool good;

    demo_set_program("artem-view");
    artem_log_init();
    switch (view_options_parse(argc, argv, &options)) {
    case OPTIONS_HELP:
        return 0;
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    demo_set_verbose(options.verbose);
    stop_on_signals();
    viewer = malloc(sizeof *viewer);
    if (!viewer) {
        demo_error("out of memory");
        return 1;
    }
    good = viewer_open(&options, viewer) && viewer_run(viewer);
    viewer_close(viewer);
    good = good && !viewer->failed;
    free(viewer);
    return good ? 0 : 1;
}
