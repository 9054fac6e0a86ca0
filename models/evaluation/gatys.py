# SPDX-License-Identifier: Apache-2.0
"""The optimum that a network is held against: Gatys' optimisation of the pixels themselves by L-BFGS, under the losses of training."""
import torch

import objective
import losses


def optimise(vgg, targets, style, picture, iterations):
    """picture: 1,3,h,w. Returns the painted picture and content + STYLE * style after every iteration, the start first."""
    s = torch.tensor([style])
    y = picture.contiguous().clone().requires_grad_()
    curve, state = [], {}
    # One iteration a call, so that the curve can be read; max_eval is what its line search may try.
    opt = torch.optim.LBFGS([y], lr=1.0, max_iter=1, max_eval=25, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        shown = y.clamp(0, 1)
        content, styled = objective.perceptual(vgg, targets, s, picture, shown)
        loss = (content + objective.STYLE * styled).mean() + objective.WEIGHTS["variation"] * losses.total_variation(shown)
        loss.backward()
        y.grad = y.grad.contiguous()  # what L-BFGS flattens
        state.setdefault("total", float((content + objective.STYLE * styled).detach().mean()))  # of where the iteration begins
        return loss

    with torch.enable_grad():
        for _ in range(iterations):
            state.clear()
            opt.step(closure)
            curve.append(state["total"])
        state.clear()
        closure()
        curve.append(state["total"])
    return y.detach().clamp(0, 1), curve


def equal_after(curve, value):
    """The first iteration whose total is no larger; None if the optimisation never gets there."""
    return next((i for i, v in enumerate(curve) if v <= value), None)
