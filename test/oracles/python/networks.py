"""Random dense policies with torch's outputs, gradients, per-step gradients and optimiser steps.

theta is flat in the order W1, b1, W2, … (W is out x in, row by row). `logits_gradient` is a given dL/dlogits
[T, K]; the policy's gradient, per-step norms and projections follow from it alone.
"""

import torch
from torch.func import functional_call, grad, vmap

from common import is_close, main, shaken

ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


def draw_specification(rng):
    depth = rng.choice([0, 1, 1, 2, 3])
    return {
        "observationSize": rng.randint(1, 6),
        "hidden": [rng.choice([1, 2, 5, 16, 33]) for _ in range(depth)],
        "activation": rng.choice(list(ACTIVATIONS)),
        "bias": rng.random() < 0.8,
        "actionCount": rng.randint(2, 5),
    }


def network_of(specification):
    sizes = [specification["observationSize"], *specification["hidden"], specification["actionCount"]]
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs, bias=specification["bias"]), ACTIVATIONS[specification["activation"]]()]
    return torch.nn.Sequential(*layers[:-1])


def flat(tensors):
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


def per_step_gradients(network, observations, logits_gradient):
    """[T, |theta|]: the gradient of each step's own term sum_k logits[t, k] * logits_gradient[t, k]."""
    parameters = {name: parameter.detach() for name, parameter in network.named_parameters()}

    def term(parameters, observation, weights):
        return (functional_call(network, parameters, observation) * weights).sum()

    grads = vmap(grad(term), in_dims=(None, 0, 0))(parameters, observations, logits_gradient)
    return torch.cat([one.reshape(len(observations), -1) for one in grads.values()], dim=1)


def optimised(network, observations, logits_gradient, make_optimiser, clip):
    """theta after each of three steps along the gradient of the fixed logits_gradient."""
    start = flat(network.parameters())
    optimiser = make_optimiser(network.parameters())
    thetas = []
    for _ in range(3):
        optimiser.zero_grad()
        (network(observations) * logits_gradient).sum().backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimiser.step()
        thetas.append(flat(network.parameters()))
    torch.nn.utils.vector_to_parameters(start, network.parameters())
    return torch.stack(thetas)


def heads(logits, actions):
    distribution = torch.distributions.Categorical(logits=logits)
    return {
        "logits": logits,
        "probabilities": distribution.probs,
        "log_probabilities": distribution.log_prob(actions),
        "entropies": distribution.entropy(),
    }


def draw_inputs(rng):
    specification = draw_specification(rng)
    steps = rng.choice([1, 2, 7, 30])
    logits_gradient = torch.randn(steps, specification["actionCount"])
    logits_gradient[torch.rand(steps) < 0.2] = 0
    return {
        "specification": specification,
        "theta": flat(network_of(specification).parameters()),
        "observations": torch.randn(steps, specification["observationSize"]) * rng.choice([0.1, 1, 10]),
        "actions": torch.randint(specification["actionCount"], (steps,)),
        "logits_gradient": logits_gradient,
        "clip": rng.choice([None, 0.5, 1e6]),
        "learning_rate": 10 ** rng.uniform(-4, -1),
    }


def computed(inputs):
    network = network_of(inputs["specification"])
    torch.nn.utils.vector_to_parameters(inputs["theta"], network.parameters())
    observations, logits_gradient = inputs["observations"], inputs["logits_gradient"]
    per_step = per_step_gradients(network, observations, logits_gradient)
    total = per_step.sum(0)
    rate = inputs["learning_rate"]
    run = lambda make: optimised(network, observations, logits_gradient, make, inputs["clip"])
    return {
        **heads(network(observations).detach(), inputs["actions"]),
        "gradient": total,
        "step_norms": per_step.norm(dim=1),
        "projections": per_step @ total,
        "sgd": run(lambda parameters: torch.optim.SGD(parameters, lr=rate)),
        "adam": run(lambda parameters: torch.optim.Adam(parameters, lr=rate)),
    }


def is_stable(rng, inputs, outputs):
    """Adam divides a gradient by its size: one that is all rounding error makes a step that is too."""
    moved = {name: shaken(rng, inputs[name]) for name in ("theta", "observations", "logits_gradient")}
    others = computed({**inputs, **moved})
    return all(is_close(outputs[name], others[name]) for name in outputs)


def draw_case(rng):
    while True:
        inputs = draw_inputs(rng)
        outputs = computed(inputs)
        if is_stable(rng, inputs, outputs):
            return {**inputs, "computed": outputs}


def make(rng, count):
    return {"cases": [draw_case(rng) for _ in range(count)]}


main(make)
