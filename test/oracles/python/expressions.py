"""Random loss expressions in PyTorch's spelling, with torch's value and gradients.

The output has the form of test/reference/expressions.json. An expression whose value or gradient moves
by more than a tenth of the tests' tolerance when each operation's result moves by a rounding error is drawn
again: such a case would test luck, not arithmetic.
"""

import torch
import torch.nn.functional as F

from common import Rounding, is_close, main

VECTORS = ["r", "G", "log_pi", "entropy", "V", "adv", "log_pi_old"]
SCALARS = {"gamma": 0.93, "alpha": 0.02, "eps": 0.2, "c1": 0.5, "c2": 0.01}
DEPTH = 4
ACTIONS = 3


def draw_data(rng, length):
    normal = lambda: [rng.gauss(0, 1) for _ in range(length)]
    return {
        "r": normal(),
        "G": [2 * x for x in normal()],
        "t": [float(i) for i in range(length)],
        "log_pi": [-abs(x) - 0.01 for x in normal()],
        "entropy": [abs(x) + 0.05 for x in normal()],
        "V": normal(),
        "adv": normal(),
        "log_pi_old": [-abs(x) - 0.01 for x in normal()],
        "done": [rng.random() < 0.3 for _ in range(length)],
        "logits": [normal()[:ACTIONS] for _ in range(length)],
        "a": [rng.randrange(ACTIONS) for _ in range(length)],
    }


class Writer:
    """Writes one random expression over vectors of one length; every method returns text."""

    def __init__(self, rng):
        self.rng = rng

    def number(self):
        return self.rng.choice(["0.25", "0.5", "1", "1.5", "2", "3.0", "1e-2", "-0.75", *SCALARS])

    def leaf(self):
        constants = ["gamma ** t", "t", "torch.zeros_like(r)", "torch.ones_like(V)"]
        return self.rng.choice(VECTORS * 2 + constants)

    def call(self, name, argument, rest=""):
        """A call in either spelling: torch.f(x, …) or x.f(…)."""
        tail = f", {rest}" if rest else ""
        if self.rng.random() < 0.5:
            return f"torch.{name}({argument}{tail})"
        return f"({argument}).{name}({rest})"

    def vector(self, depth):
        if depth == 0 or self.rng.random() < 0.12:
            return self.leaf()
        common = [self.arithmetic, self.unary] * 2
        rare = [self.safe, self.pair, self.choice, self.scan, self.bounded, self.held, self.row]
        return self.rng.choice(common + rare)(depth - 1)

    def arithmetic(self, depth):
        a, b = self.vector(depth), self.vector(depth)
        return self.rng.choice(
            [
                f"({a} + {b})",
                f"({a} - {b})",
                f"({a}) * ({b})",
                f"({a}) / (1 + ({b}) ** 2)",
                f"{self.number()} * ({a})",
                f"({a}) / 4",
                f"(1 - ({a}))",
                f"-({a})",
                f"({a}) ** 2",
                f"({a}).pow(3) * 0.1",
                f"({a} - {self.reduction(depth)})",
                f"({a}) * {self.reduction(depth)}",
            ]
        )

    def unary(self, depth):
        name = self.rng.choice(["tanh", "sigmoid", "relu", "abs", "square", "sin", "cos", "sign"])
        return self.call(name, self.vector(depth))

    def safe(self, depth):
        """Functions with a domain or a growth that a random argument would leave."""
        a = self.vector(depth)
        return self.rng.choice(
            [
                f"torch.exp(-({a}) ** 2)",
                f"(-({a}).abs()).exp()",
                f"torch.log(({a}) ** 2 + 1)",
                f"torch.log1p(({a}).abs())",
                f"torch.sqrt(({a}) ** 2 + 0.5)",
                f"(({a}).abs() + 0.1) ** 0.5",
                f"2 ** (-({a}) ** 2)",
                f"F.softplus({a})",
                f"F.leaky_relu({a}, 0.1)",
                f"F.elu({a})",
                f"1 / (1 + torch.exp(-({a})))",
            ]
        )

    def pair(self, depth):
        a, b = self.vector(depth), self.vector(depth)
        name = self.rng.choice(["maximum", "minimum", "max", "min"])
        return f"torch.{name}({a}, {b})"

    def condition(self, depth):
        a, b = self.vector(depth), self.vector(depth)
        sign = self.rng.choice([">", "<", ">=", "<="])
        return self.rng.choice(
            [
                f"{a} {sign} {b}",
                f"{a} {sign} 0",
                "done",
                "~done",
                "t == 2",
                "t != 1",
                f"({a} {sign} 0.1) & ({b} > -0.5)",
                f"({a} {sign} {b}) | done",
            ]
        )

    def choice(self, depth):
        a, b, c = self.vector(depth), self.vector(depth), self.condition(depth)
        return self.rng.choice(
            [
                f"torch.where({c}, {a}, {b})",
                f"({c}) * ({a})",
                f"({c}).double() * ({a})",
                f"(1 - ({c}).double()) * ({a})",
            ]
        )

    def scan(self, depth):
        a = self.vector(depth)
        return self.rng.choice(
            [
                self.call("cumsum", a, "0") + " * 0.2",
                f"torch.flip({a}, [0])",
                f"({a}).flip(0)",
                f"torch.flip(torch.cumsum(torch.flip({a}, [0]), 0), [0]) * 0.2",
                f"torch.cumprod(torch.tanh({a}), 0)",
                f"torch.softmax({a}, 0)",
                f"F.log_softmax({a}, 0)",
            ]
        )

    def bounded(self, depth):
        a = self.vector(depth)
        return self.rng.choice(
            [
                f"torch.clamp({a}, -0.5, 0.5)",
                f"({a}).clamp(1 - eps, 1 + eps)",
                f"({a}).clamp(min=-eps)",
                f"torch.clamp({a}, max=1.0)",
                f"torch.clamp({a}, min=-1, max=2)",
            ]
        )

    def held(self, depth):
        a, b = self.vector(depth), self.vector(depth)
        return self.rng.choice([f"({a}).detach()", f"({a}).detach() * ({b})", f"({a} - ({b}).detach())"])

    def table(self, depth):
        """A table [T, K] of the policy's outputs and a vector."""
        a, b = self.vector(depth), self.vector(depth)
        return self.rng.choice(
            [
                "logits",
                f"torch.tanh(logits * ({a}).unsqueeze(1))",
                f"logits + ({a})[:, None]",
                f"torch.softmax(logits, 1) - ({b}).unsqueeze(1) * 0.1",
                f"F.log_softmax(logits, dim=1) * ({a})[:, None]",
                "torch.where(logits > 0.2, logits, 0.5 * logits)",
                f"(logits - logits.mean(1, keepdim=True)) * ({b}).unsqueeze(1)",
            ]
        )

    def row(self, depth):
        """A vector out of a table, step by step."""
        m, a = self.table(max(depth - 1, 0)), self.vector(depth)
        reduce = self.rng.choice(["sum", "mean", "logsumexp", "amax", "amin"])
        return self.rng.choice(
            [
                "F.cross_entropy(logits, a, reduction='none')",
                "F.log_softmax(logits, 1).gather(1, a.unsqueeze(1)).squeeze(1)",
                "-(torch.softmax(logits, 1) * F.log_softmax(logits, 1)).sum(1)",
                f"({m}).{reduce}(1)",
                f"({m})[:, {self.rng.choice([0, 1, -1])}]",
                f"(({m}) * logits).sum(dim=1)",
                f"F.nll_loss(F.log_softmax(logits, dim=1), a, reduction='none') * ({a})",
            ]
        )

    def reduction(self, depth):
        a, b = self.vector(depth), self.vector(depth)
        choose = self.rng.choice
        loss = choose(["mse_loss", "smooth_l1_loss", "huber_loss"])
        part = choose(["1:", ":-1", "2:5", "::2", "-3:", "1:-1"])
        return choose(
            [
                self.call(choose(["sum", "mean", "sum", "mean", "std", "var"]), a),
                self.call(choose(["max", "min", "amax"]), a),
                f"({a}).{choose(['std', 'var'])}(unbiased=False)",
                f"({a})[{choose([0, 1, 2, -1, -2])}]",
                f"({a})[{part}].{choose(['sum', 'mean'])}()",
                f"(({a})[1:] - ({b})[:-1]).pow(2).mean()",
                f"torch.logsumexp({a}, 0)",
                f"torch.dot({a}, {b})",
                f"(({a}) @ ({b}))",
                f"torch.norm({a})",
                f"torch.prod(torch.tanh({a}) * 0.3 + 1)",
                f"F.{loss}({a}, {b})",
                f"F.{loss}({a}, {b}, reduction='sum')",
                f"F.huber_loss({a}, {b}, delta=0.5)",
                f"({a}).numel() * ({b}).mean()",
            ]
        )

    def loss(self):
        depth = self.rng.randint(1, DEPTH)
        form = self.rng.random()
        if form < 0.1:
            return self.vector(depth)
        if form < 0.55:
            return f"{self.rng.choice(['', '-'])}({self.reduction(depth)})"
        sign = self.rng.choice(["+", "-"])
        return f"{self.reduction(depth)} {sign} {self.rng.choice(['0.5', 'c1', 'c2'])} * {self.reduction(depth - 1)}"


def evaluate(text, data):
    """torch's value and gradients."""
    names = {}
    for name, values in data.items():
        tensor = torch.tensor(values)
        if tensor.dtype == torch.float64:
            tensor.requires_grad_()
        names[name] = tensor
    leaves = {name: tensor for name, tensor in names.items() if tensor.requires_grad}
    value = eval(text, {"torch": torch, "F": F, **SCALARS, **names})
    if not isinstance(value, torch.Tensor):
        raise TypeError("not a tensor")
    value = value.double() if value.dtype == torch.bool else value
    if value.requires_grad:
        value.sum().backward()
    return value.detach(), {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}


def is_stable(text, data, value, grads, rng):
    for _ in range(2):
        with Rounding(rng):
            other, other_grads = evaluate(text, data)
        if not is_close(value, other) or grads.keys() != other_grads.keys():
            return False
        if not all(is_close(grads[name], other_grads[name]) for name in grads):
            return False
    return True


def make(rng, count):
    sets = {f"length{length}": draw_data(rng, length) for length in (7, 12, 40)}
    cases = []
    while len(cases) < count:
        data = rng.choice(list(sets))
        text = Writer(rng).loss()
        if len(text) > 1500:
            continue
        value, grads = evaluate(text, sets[data])
        if not is_stable(text, sets[data], value, grads, rng):
            continue
        expected = {"shape": list(value.shape), "value": value, "grad": grads}
        cases.append({"id": f"live-{len(cases)}", "data": data, "expr": text, **expected})
    about = "random expressions evaluated by torch"
    return {"about": about, "conventions": "", "scalars": SCALARS, "data": sets, "cases": cases}


main(make)
