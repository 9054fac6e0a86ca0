// SPDX-License-Identifier: Apache-2.0
#include "optimize_help.h"

const char optimize_help[] =
    "usage: artem lab optimize CONTENT STYLE -o OUT [options]\n\n"
    "Paints the picture CONTENT as STYLE is painted by optimising its pixels (Gatys, Ecker & Bethge 2016).\n\n"
    "  -o OUT                  the result, .png or .jpg\n"
    "  --iterations N          in all (300)\n"
    "  --size N                pixels along the longer side (512)\n"
    "  --style-size N          those of the style, which set the size of the strokes (as --size)\n"
    "  --scale-down N          optimise at 1/N of these sizes, then upsample along the photo's edges (1)\n"
    "  --scales N              begin small and double the size N - 1 times (1)\n"
    "  --start WHAT            content or noise (content); --seed N for another noise\n"
    "  --method NAME           lbfgs or adam (lbfgs); --rate X is Adam's step (0.02)\n"
    "  --content-weight X, --style-weight X, --variation X   of the three losses (1, 10, 0.2)\n"
    "  --content-layers LIST   of VGG-16, like conv4_2 or conv3_1:0.5,conv4_2 with weights (conv4_2)\n"
    "  --style-layers LIST     (conv1_1,conv2_1,conv3_1,conv4_1,conv5_1)\n"
    "  --pool NAME             max or average (max)\n"
    "  --tile N                work in tiles of N pixels, which needs less memory and more time (0: in one piece)\n"
    "  --curve FILE            losses of every iteration, .csv or .svg; may be given twice\n"
    "  --every N               also write the picture of every N-th iteration, as OUT-ITERATION\n"
    "  --weights FILE          VGG-16 (where models/fetch-vgg leaves it)\n"
    "  --threads N             0 is one per processor (0)\n"
    "  --content-device NAME, --style-device NAME   two devices at once, content on one and style on the other: cpu:0 "
    "and\n"
    "                          cpu:1 are halves of the processors; openvino:CPU, openvino:GPU, openvino:NPU (content "
    "only)\n"
    "  --fresh                 do not go on from what an earlier run left\n\n"
    "Stopped or killed, it goes on where it was when it is started again in the same way: until it is done, OUT.state "
    "keeps the latest.";

const char optimize_measure_help[] =
    "usage: artem lab measure PICTURE CONTENT STYLE [options]\n\n"
    "The losses that artem lab optimize minimises, of any PICTURE of CONTENT, as large as CONTENT is then.\n\n"
    "  --size N, --style-size N   pixels along the longer side (512, as --size)\n"
    "  --content-weight X, --style-weight X, --variation X, --content-layers LIST, --style-layers LIST, --pool NAME,\n"
    "  --tile N, --weights FILE, --threads N   as for artem lab optimize";
