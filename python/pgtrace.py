"""Records what a policy-gradient update really does, for Policy Gradient Inspector. One file; put it beside your script.

Only the standard library is needed; torch, numpy and jax arrays are understood where they are there. The file it writes
(JSON Lines, `*.pgtrace`) is read by `pgi diagnose FILE`.

    import pgtrace
    rec = pgtrace.open("run.pgtrace", environment="CartPole-v1", gamma=0.99)

    # every step
    rec.step(obs=obs, action=action, logits=logits, log_prob=log_prob, reward=reward,
             terminated=terminated, truncated=truncated)

    # every update, before loss.backward()
    rec.update(loss=loss, log_prob=log_probs, entropy=entropies, value=values, params=policy.parameters())

    # at the end
    rec.close()

`update` notes where to read gradients in your own backward() and changes nothing. log_prob, entropy, value, logits, mu and
log_sigma may be one tensor with a row per step, or a list of the tensors of the steps. They must be the tensors that the
loss is made of: distribution.entropy() called once more is another tensor, and no gradient comes to it. params are
parameters, a module or an optimiser. `rec.watch(returns=returns)` records any tensor, with its gradient, file and line, in
the next update.

pytorch/examples reinforce.py, one line each in select_action's caller and in finish_episode:

    rec.step(obs=state, action=action, reward=reward, terminated=done, log_prob=policy.saved_log_probs[-1])
    rec.update(loss=policy_loss, log_prob=policy.saved_log_probs, params=policy.parameters())   # before backward()

CleanRL ppo.py, six lines:

    rec = pgtrace.open("ppo.pgtrace", environment=args.env_id, gamma=args.gamma, gae_lambda=args.gae_lambda,
                       clip_epsilon=args.clip_coef)
    # after the advantages are computed
    rec.rollout(obs=obs, action=actions, reward=rewards, dones=dones, next_done=next_done, value=values,
                log_prob=logprobs, last_value=next_value)
    # in the minibatch loop, before loss.backward()
    rec.update(loss=loss, log_prob=newlogprob, entropy=entropy, value=newvalue, rows=mb_inds, epoch=epoch,
               minibatch=start // args.minibatch_size, params=optimizer)

Gymnasium: `env = pgtrace.wrap(env, rec)` records obs, action, reward and ends, of vector environments too; give log_prob
and logits by `rec.outputs(log_prob=…, logits=…)` before env.step. Stable-Baselines3 (PPO, A2C):
`model.learn(n, callback=pgtrace.sb3(rec))`. Padded tokens [B, L] of a language model, every completion an episode:

    rec.rollout(action=tokens[mask], reward=rewards[mask], terminated=is_last[mask], log_prob=old_logps[mask])
    rec.update(loss=loss, log_prob=logps, mask=mask, params=optimizer)

Without autograd give the gradients yourself: `coef` is ∂loss/∂log π of every step, `logits_grad` that of the logits,
`entropy_coef`, `value_grad`, `mu_grad` and `log_sigma_grad` likewise.

Where backward() is called on a multiple of the loss by a power of two from 16 on (torch.amp's GradScaler), the multiple is
divided out of what is recorded. Several backward() calls before the next update add up, as they do in .grad.

The first 64 updates are recorded whole; after them the recorder takes 1 % of the time at most, and leaves out whole
updates (or whole rollouts with theirs) to stay below it. `every=1` records all, `every=k` each k-th.

A process of its own encodes and writes, complete lines only; where it is slower than the training, the training waits:
nothing that was recorded is dropped, and a trainer that is killed leaves all whole lines that it gave away. An earlier
trace of the same name is kept as NAME.previous, a file that another process is writing is left alone. Whatever goes wrong
is one line on stderr; the training goes on. A process that is forked records nothing: open a trace there.
"""

import array
import atexit
import binascii
import contextlib
import functools
import json
import marshal
import math
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
import weakref

VERSION = 1
_SMALL = 32
_LARGEST = 180 * 2**20


def open(path, every=None, **header):
    """
    Starts a trace. Header keys: environment, gamma, gae_lambda, clip_epsilon, and any others; they are kept. With
    every=k each k-th update is recorded (and each k-th rollout with its updates), with every=1 all; without it the
    first 64 updates, and then as many as cost 1 % of the time. Raises OSError where the file cannot be written.
    """
    return Recorder(path, header, every)


# ── the recorder ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _harmless(method):
    """What a trainer calls: it is timed, and whatever goes wrong in it is told once and ends the trace, not the training."""

    @functools.wraps(method)
    def call(self, *given, **named):
        if self.problem is not None or self._pid != os.getpid():
            return self._refuse()
        start = time.perf_counter()
        if not self._is_opaque and "torch._dynamo" in sys.modules:
            self._is_opaque = _make_opaque()
        try:
            return method(self, *given, **named)
        except Exception as error:
            return self._fail(error)
        finally:
            self._pace.spent += time.perf_counter() - start

    # As torch.compiler.disable marks a function, without importing what it needs.
    call._torchdynamo_disable = True
    return call


def _make_opaque():
    """Keeps torch.compile from tracing into this file, where a trainer calls the recorder in a compiled function."""
    with contextlib.suppress(AttributeError, ImportError, OSError):
        sys.modules["torch._dynamo"].trace_rules.add(__name__)
    return True


class Recorder:
    """A trace that is being written. Use it as a context manager, or call close() at the end."""

    def __init__(self, path, header, every=None):
        torch = sys.modules.get("torch")
        if torch is not None:
            header.setdefault("framework", f"torch {torch.__version__}")
        # What ended the trace early, as one line; None while all is well.
        self.problem = None
        self._pid = os.getpid()
        self._is_opaque = False
        self.path, file = _claim(os.fspath(path))
        self._writer = _writer(file)
        self._pace = _Pace(every, self._writer)
        self._copies = _Copies()
        self._lines = []
        self._steps = []
        self._given = {}
        self._clocks = {}
        self._rollout_clocks = []
        self._episodes = 0
        self._open_episodes = []
        self._used_episodes = ()
        self._is_interleaved = False
        self._pending = None
        self._watched = {}
        self._updates = 0
        self._rollouts = 0
        self._told = set()
        atexit.register(_close_quietly, weakref.ref(self))
        self._lines.append({"pgtrace": VERSION, **self._fields(header)})
        self._write()

    @_harmless
    def outputs(self, **fields):
        """Adds fields (log_prob, logits, value, …) to the next step, for a step that a wrapper records."""
        self._given.update(fields)

    @_harmless
    def step(self, *, action, reward, obs=None, episode=None, t=None, env=None, terminated=False, truncated=False, **fields):
        """
        Records one step. Episode and t are counted where they are not given, for each of several environments (env=0, 1, …)
        on its own. An update's rows are then in the order of these calls; where yours are not, give it `rows`, which
        count the steps since the update before.
        """
        if self._pending is not None:
            self._finish()
        given, self._given = self._given, {}
        if episode is None or t is None:
            number, clock = self._clock(env)
            episode, t = number if episode is None else episode, clock if t is None else t
        if terminated or truncated:
            self._clocks.pop(env, None)
        if self._pace.is_skipping and not self._rollouts:
            return
        line = {"episode": int(episode), "t": int(t)}
        if env is not None:
            line["env"] = int(env)
        line["terminated"], line["truncated"] = bool(terminated), bool(truncated)
        line.update(self._fields({"obs": _flat(obs), "action": _flat(action), "reward": reward, **given, **fields}))
        open_episodes = self._open_episodes
        if not open_episodes or open_episodes[-1] != line["episode"]:
            self._is_interleaved = self._is_interleaved or line["episode"] in open_episodes
            open_episodes.append(line["episode"])
        self._steps.append(line)
        if len(self._steps) >= 4096:
            self._write()

    @_harmless
    def rollout(self, *, action, reward, dones=None, next_done=None, terminated=None, truncated=None, **fields):
        """
        Records a rollout of arrays [T, N], time first. `dones` are CleanRL's, which tell whether a step began a new
        episode, with `next_done` after the last; better give terminated and truncated, aligned with the action.
        Returns the rollout's number.
        """
        self._finish()
        self._rollouts += 1
        if self._rollouts > 1:
            self._pace.next()
        shape = tuple(reward.shape) if hasattr(reward, "shape") else _shape(reward)
        terminated = _flags(terminated, shape) if dones is None else _shifted(dones, next_done, shape)
        truncated = _flags(truncated, shape)
        counted = self._count(terminated, truncated, shape)
        if not self._pace.is_skipping:
            line = {"rollout": self._rollouts, **counted}
            for name, flags in (("terminated", terminated), ("truncated", truncated)):
                if flags is not None:
                    line[name] = _block("bool", shape, flags)
            fields = {name: _flat(value, len(shape)) for name, value in fields.items()}
            line.update(self._fields({"action": _flat(action, len(shape)), "reward": reward, **fields}))
            self._lines.append(line)
        self._write()
        return self._rollouts

    @_harmless
    def update(self, *, loss=None, log_prob=None, entropy=None, value=None, logits=None, mu=None, log_sigma=None,
               params=None, rows=None, mask=None, rollout=None, episodes=None, **fields):
        """
        Records an update. Call it before loss.backward(); give numbers or arrays for what you computed by hand. `rows` are
        the places of its steps in the rollout, flat; of tensors that are padded, `mask` [B, L] tells the steps, row by row.
        """
        self._finish()
        self._updates += 1
        if self._pace.is_skipping:
            self._watched, self._steps = {}, []
            self._end_unit()
            return
        self._pace.recorded += 1
        line = {"update": self._updates, "source": _caller(), **self._fields({"loss": loss, "rows": rows, **fields})}
        line.update(self._belonging(rollout, rows, episodes))
        tensors = {"log_prob": log_prob, "entropy": entropy, "value": value}
        tensors.update(logits=logits, mu=mu, log_sigma=log_sigma)
        tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}
        copies = self._copies if mask is None else _MaskedCopies(self._copies, mask)
        self._pending = _Update(line, tensors, self._watched, _parameters(params), loss, copies, self._pace)
        self._watched = {}
        self._end_unit()
        if not self._pending.waits:
            self._finish()

    def _belonging(self, rollout, rows, episodes):
        """Which steps an update used: a rollout, whole episodes, or else all since the update before it, as they came."""
        if rollout is not None or rows is not None or (self._rollouts and not self._open_episodes):
            return {"rollout": self._rollouts if rollout is None else int(rollout)}
        if episodes is not None:
            return {"episodes": [int(episode) for episode in episodes]}
        found = self._open_episodes
        is_whole = not self._is_interleaved and not any(episode in self._used_episodes for episode in found)
        return {"episodes": list(found)} if found and is_whole else {}

    def _end_unit(self):
        """Steps that are recorded one by one belong to the update after them; rollouts say themselves where one begins."""
        self._open_episodes, self._is_interleaved = [], False
        self._used_episodes = {clock[0] for clock in self._clocks.values()} if self._clocks else ()
        if not self._rollouts:
            self._pace.next()

    @_harmless
    def watch(self, **tensors):
        """Records any tensors in the next update, with gradient, file and line."""
        if self._pace.is_skipping:
            return
        source = _caller()
        for name, tensor in tensors.items():
            self._watched[name] = (tensor, source)

    @_harmless
    def flush(self):
        """Waits until all that was recorded is in the file. An update counts as recorded after its backward()."""
        self._finish()
        self._write()
        self._writer.wait()

    def close(self):
        """Writes what is left and ends the writer."""
        if self._pid != os.getpid() or self._writer.is_closed:
            return
        if self.problem is not None:
            _tell(f"{self.path}: the trace ended early: {self.problem}")
        else:
            self._close()
        self._writer.abandon()

    @_harmless
    def _close(self):
        self._finish()
        self._write()
        self._writer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if hasattr(self, "_writer"):
            self.close()

    def _refuse(self):
        if self._pid != os.getpid() and "forked" not in self._told:
            self._told.add("forked")
            _tell(f"{self.path}: not recorded in the forked process {os.getpid()}; call pgtrace.open there, with another path")

    def _fail(self, error):
        self.problem = _sentence(error)
        place = _caller()
        _tell(f"{self.path}: {self.problem} ({place['file']}:{place['line']}); the trace ends here, the training goes on")
        self._pending, self._lines, self._steps, self._watched = None, [], [], {}

    def _fields(self, fields):
        """The fields that are given, as plain data; one that cannot be recorded is left out, and that is told once."""
        found = {}
        for name, value in fields.items():
            if value is None:
                continue
            try:
                found[name] = self._copies.of(value)
            except Exception as error:
                self._tell_once(name, _sentence(error))
        return found

    def _tell_once(self, name, problem):
        if name not in self._told:
            self._told.add(name)
            _tell(f"{self.path}: {name} is left out: {problem}")

    def restart(self):
        """The environments were reset, maybe in the middle of an episode: what follows are others."""
        self._clocks.clear()

    def _clock(self, env):
        clock = self._clocks.get(env)
        if clock is None:
            self._episodes += 1
            clock = self._clocks[env] = [self._episodes, 0]
        clock[1] += 1
        return clock[0], clock[1] - 1

    def _count(self, terminated, truncated, shape):
        """
        Moves the environments' clocks over a rollout [T, N]. Once one was left out, returns the episodes and times of its
        rows; else a reader counts the same itself.
        """
        if terminated is None and truncated is None:
            return {}
        ends = _either(terminated, truncated)
        steps, envs = shape[0], (shape[1] if len(shape) > 1 else 1)
        clocks = self._rollout_clocks
        while len(clocks) < envs:
            self._episodes += 1
            clocks.append([self._episodes, 0])
        episodes, times = array.array("i", bytes(4 * steps * envs)), array.array("i", bytes(4 * steps * envs))
        starts = [0] * envs
        is_told = self._pace.has_skipped

        def fill(env, end):
            number, time_before = clocks[env]
            places = slice(starts[env] * envs + env, end * envs, envs)
            length = end - starts[env]
            episodes[places] = array.array("i", [number]) * length
            times[places] = array.array("i", range(time_before, time_before + length))

        at = ends.find(1)
        while at >= 0:
            env, end = at % envs, at // envs + 1
            if is_told:
                fill(env, end)
            self._episodes += 1
            clocks[env], starts[env] = [self._episodes, 0], end
            at = ends.find(1, at + 1)
        for env in range(envs):
            if is_told:
                fill(env, steps)
            clocks[env][1] += steps - starts[env]
        if not is_told:
            return {}
        return {"episode": _block("int32", shape, episodes), "t": _block("int32", shape, times)}

    def _finish(self):
        pending, self._pending = self._pending, None
        if pending is not None:
            line = pending.finished()
            for name in pending.hidden:
                self._tell_once(f"the gradient of {name}", "it stays inside the compiled function; compile the model, and not the loss")
            self._lines += self._steps
            self._lines.append(line)
            self._steps = []
            # The updates of a rollout go to the writer together: a write for each costs more than making one.
            if not self._rollouts or len(self._lines) >= 256:
                self._write()

    def _write(self):
        lines, self._lines, self._steps = [*self._steps, *self._lines], [], []
        if lines:
            self._writer.put(self._copies.settled(lines))


class _Pace:
    """Which updates are recorded: each k-th, or as many as cost a share of the time."""

    WHOLE, SHARE = 64, 0.01

    def __init__(self, every, writer):
        self._every, self._writer = every, writer
        self._units, self._began = 0, time.perf_counter()
        # Seconds in the recorder's calls, and in its part of backward().
        self.spent = 0.0
        self.recorded = 0
        self.is_skipping = self.has_skipped = False

    def next(self):
        """Another update begins, or another rollout with all of its updates."""
        self._units += 1
        if self._every is not None:
            self.is_skipping = self._units % self._every != 0
        elif self.recorded >= self.WHOLE:
            self.is_skipping = self.cost() > self.SHARE * (time.perf_counter() - self._began)
        self.has_skipped = self.has_skipped or self.is_skipping

    def cost(self):
        """Seconds that recording took, in the trainer and in the writer."""
        return self.spent + self._writer.seconds


# ── one update ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Update:
    """An update whose gradients come with the user's backward()."""

    GRADIENTS = {"log_prob": "coef", "entropy": "entropy_coef", "value": "value_grad"}

    def __init__(self, line, tensors, watched, params, loss, copies, pace):
        self._line, self._copies, self._pace = line, copies, pace
        self._params = params
        self._taps, self._watched = {}, {}
        # Names of tensors whose gradient nobody can see.
        self.hidden = []
        self._old = self._norm = None
        self._began = self._is_done = False
        self._scale = self._seen = self._error = None
        for name, tensor in tensors.items():
            line[name] = copies.of_rows(tensor)
            self._taps[name] = _Tap(tensor)
        for name, (tensor, source) in watched.items():
            self._watched[name] = _Tap(tensor)
            line.setdefault("tensors", {})[name] = {"value": copies.of_rows(tensor), **source}
        taps = [*self._taps.values(), *self._watched.values()]
        self._is_loss_given = _requires_grad(loss)
        self.waits = self._is_loss_given or (not hasattr(loss, "requires_grad") and any(tap.is_open for tap in taps))
        if self._is_loss_given:
            loss.register_hook(self._begin)
        elif self.waits:
            # Without the loss (inside a library) whichever of them is reached first tells that backward() runs.
            for tap in taps:
                tap.on_first(self._begin)

    def _begin(self, gradient):
        """A backward() runs: what lies in .grad before the first is of earlier updates."""
        start = time.perf_counter()
        try:
            if self._is_done:
                return
            if not self._began:
                self._began = True
                self._keep_old()
                if self._is_loss_given:
                    self._scale = _loss_scale(gradient)
            if self._params:
                sys.modules["torch"].autograd.Variable._execution_engine.queue_callback(self._measure)
        except Exception as error:  # told at the next call: backward() must not fail of its recorder
            self._error = error
        finally:
            self._pace.spent += time.perf_counter() - start

    def _keep_old(self):
        old = [p.grad for p in self._params]
        there = [gradient for gradient in old if gradient is not None]
        if there:
            self._old = [None if gradient is None else gradient.detach().clone() for gradient in old]
            self._line["grad_norm_before"] = self._copies.norm(there)

    def _measure(self):
        """The end of a backward(), before anyone can clip."""
        start = time.perf_counter()
        try:
            fresh = [p.grad for p in self._params]
            if self._old is not None:
                fresh = [g if old is None or g is None else g - old for g, old in zip(fresh, self._old)]
            self._norm = [g for g in fresh if g is not None]
            self._norm = self._copies.norm(self._norm, self._scale) if self._norm else None
            self._seen = [tap.seen() for tap in self._taps.values()]
        except Exception as error:
            self._error = error
        finally:
            self._pace.spent += time.perf_counter() - start

    def finished(self):
        """The update's line, once its backward() is over."""
        self._is_done = True
        if self._error is not None:
            raise self._error
        gradients = {name: tap.take() for name, tap in self._taps.items()}
        is_reached = any([tap.last is not None for tap in self._taps.values()])
        # A loss that was never differentiated (a loop that stopped early) says nothing of gradients.
        if self.waits and (self._began or is_reached or not self._is_loss_given):
            self._put_norm(is_reached)
            for name, gradient in gradients.items():
                key = self.GRADIENTS.get(name) or f"{name}_grad"
                if self._taps[name].is_hidden:
                    self.hidden.append(name)
                elif key not in self._line:
                    self._line[key] = self._copies.of_rows(_divided(gradient, self._scale))
        for name, tap in self._watched.items():
            gradient = tap.take()
            if tap.last is not None:
                self._line["tensors"][name]["grad"] = self._copies.of_rows(_divided(gradient, self._scale))
        return self._line

    def _put_norm(self, is_reached):
        """A later backward() that did not come through the loss was not measured: then nothing is said."""
        line = self._line
        if self._seen is None or any([tap.last is not seen for tap, seen in zip(self._taps.values(), self._seen)]):
            line.pop("grad_norm_before", None)
            return
        line.setdefault("grad_norm_before", 0.0)
        if self._norm is not None:
            line["grad_norm"] = self._norm
        elif not is_reached:
            line["grad_norm"] = 0.0


class _Tap:
    """
    Where the gradient of one tensor, or of the tensors of the steps, is read. PyTorch itself keeps it there
    (retain_grad), without a call into Python during backward(); hooks are only for tensors whose .grad is the trainer's.
    """

    __slots__ = ("last", "_handles", "_hooked", "_is_list", "_parts", "_retained")

    def __init__(self, given):
        self._is_list = isinstance(given, (list, tuple))
        self._parts = given if self._is_list else (given,)
        # The gradient of the last tensor that has one, as take() found it.
        self.last = None
        self._hooked, self._handles, self._retained = {}, [], []
        for index, part in enumerate(self._parts):
            if not _requires_grad(part):
                continue
            if part.is_leaf or part.retains_grad:
                self._handles.append(part.register_hook(functools.partial(self._keep, index)))
            else:
                part.retain_grad()
                self._retained.append(index)

    @property
    def is_open(self):
        return bool(self._handles or self._retained)

    @property
    def is_hidden(self):
        """Whether no gradient came to an output of torch.compile: one that its own graph uses further gets none outside."""
        return self.is_open and self.last is None and type(self._parts[-1].grad_fn).__name__ == "CompiledFunctionBackward"

    def on_first(self, begin):
        """Calls back in every backward() that reaches one of the tensors."""
        self._handles += [part.register_hook(begin) for part in self._parts if _requires_grad(part)]

    def _keep(self, index, gradient):
        found = self._hooked.get(index)
        self._hooked[index] = gradient.clone() if found is None else found + gradient

    def seen(self):
        """What `last` will be, if no further backward() comes."""
        return self._parts[self._retained[-1]].grad if self._retained else next(iter(self._hooked.values()), None)

    def take(self):
        """
        The gradient, or the gradients of the steps; 0 where none came: that is what a detached tensor looks like. What
        was left at the tensors for this is taken away.
        """
        self.last = self.seen()
        found = dict(self._hooked)
        for index in self._retained:
            part = self._parts[index]
            found[index], part.grad = part.grad, None
        for handle in self._handles:
            handle.remove()
        if not self._is_list:
            return _zeros(self._parts[0]) if found.get(0) is None else found[0]
        return [_zeros(part) if found.get(index) is None else found[index] for index, part in enumerate(self._parts)]


def _divided(gradient, scale):
    if scale is None:
        return gradient
    return [g / scale for g in gradient] if isinstance(gradient, list) else gradient / scale


def _loss_scale(gradient):
    """
    By what the loss was multiplied before backward(), if that is how loss scaling looks (a power of two from 16 on, as
    torch.amp.GradScaler multiplies); None where it was not. On a device a tensor, so that nothing waits for it.
    """
    if gradient.numel() != 1:
        return None
    if gradient.device.type == "cpu":
        value = gradient.item()
        return value if value >= 16 and math.frexp(value)[0] == 0.5 and math.isfinite(value) else None
    torch = sys.modules["torch"]
    mantissa, exponent = torch.frexp(gradient.detach().float())
    return torch.where((mantissa == 0.5) & (exponent >= 5), gradient.detach().float(), torch.ones_like(mantissa))


def _parameters(params):
    """The parameters that are trained, of parameters, a module or an optimiser."""
    if params is None:
        return []
    if hasattr(params, "param_groups"):
        params = [p for group in params.param_groups for p in group["params"]]
    elif hasattr(params, "parameters"):
        params = params.parameters()
    elif hasattr(params, "requires_grad"):
        params = [params]
    return [p for p in params if getattr(p, "requires_grad", False)]


def _requires_grad(value):
    return getattr(value, "requires_grad", False) is True


def _zeros(part):
    return part.detach().new_zeros(part.shape) if hasattr(part, "detach") else 0.0


# ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_AS_THEY_ARE = frozenset({bool, int, float, str, type(None)})
# What NumPy calls the types that the format knows.
_KINDS = {"<f8": "float64", "<f4": "float32", "<i8": "int64", "<i4": "int32", "<i2": "int16",
          "|i1": "int8", "|u1": "uint8", "|b1": "bool"}  # fmt: skip


class _Later:
    """Numbers that still lie on a device."""

    __slots__ = ("tensor", "value")

    def __init__(self, tensor):
        self.tensor, self.value = tensor, None


class _Copies:
    """
    Copies of values as they are now (the trainer may change its arrays in place): numbers, lists, and blocks of bytes.
    What lies on a device is copied there, and comes over in one transfer for all that is written together.
    """

    def __init__(self):
        self._waiting = []

    def of(self, value):
        """Plain data of numbers, texts, lists, dicts and arrays of any framework."""
        if type(value) in _AS_THEY_ARE:
            return value
        if hasattr(value, "detach"):
            return self._of_tensor(value.detach())
        if isinstance(value, (list, tuple)):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {str(name): self.of(item) for name, item in value.items()}
        if hasattr(value, "dtype") and hasattr(value, "shape"):
            return _plain(value if hasattr(value, "tobytes") and hasattr(value, "setflags") else _numpy(value))
        for kind in (bool, int, float, str):
            if isinstance(value, kind):
                return kind(value)
        raise TypeError(f"numbers, lists and arrays are recorded; this is of type {type(value).__name__}")

    def of_rows(self, value):
        """The same of a list of the steps' tensors, in one go where they are of one shape."""
        if hasattr(value, "detach"):
            return self._of_tensor(value.detach())
        if not isinstance(value, (list, tuple)):
            return self.of(value)
        torch = sys.modules.get("torch")
        if value and torch is not None and isinstance(value[0], torch.Tensor):
            shape = value[0].shape
            if all(isinstance(item, torch.Tensor) and item.shape == shape for item in value):
                with torch.no_grad():
                    stacked = torch.stack(tuple(value))
                # A tensor [1] or [1, K] of one step loses its batch of one.
                rest = list(shape)
                while rest and rest[0] == 1:
                    rest.pop(0)
                return self._of_tensor(stacked.reshape(len(value), *rest))
        return [_one_row(self.of(item)) for item in value]

    def norm(self, gradients, scale=None):
        """‖g‖ over all of them, divided by the scale."""
        found = _norm_in_numpy(gradients)
        if found is not None:
            return found if scale is None else found / scale
        torch = sys.modules["torch"]
        norms = [torch.linalg.vector_norm(g.detach().float() if g.dtype.itemsize < 4 else g.detach()) for g in gradients]
        whole = torch.linalg.vector_norm(torch.stack([norm.to(norms[0].device, torch.float64) for norm in norms]))
        return self._of_tensor(whole if scale is None else whole / scale)

    def settled(self, lines):
        """The lines, with the numbers that lay on devices: one transfer for each type of number."""
        if not self._waiting:
            return lines
        waiting, self._waiting = self._waiting, []
        groups = {}
        for later in waiting:
            groups.setdefault((later.tensor.dtype, later.tensor.device), []).append(later)
        torch = sys.modules["torch"]
        for group in groups.values():
            sizes = [later.tensor.numel() for later in group]
            numbers = torch.cat([later.tensor.reshape(-1) for later in group]).cpu().split(sizes)
            for later, part in zip(group, numbers):
                later.value = _of_host(part.reshape(later.tensor.shape))
        return [_in_place(line) for line in lines]

    def _of_tensor(self, tensor):
        """Of a tensor without gradient."""
        if tensor.is_cpu:
            return _of_host(tensor)
        if tensor.dtype.itemsize < 4 and tensor.is_floating_point():
            tensor = tensor.float()
        later = _Later(tensor.clone())
        self._waiting.append(later)
        return later


class _MaskedCopies:
    """Copies of those entries of padded tensors [B, L, …] that are steps."""

    def __init__(self, copies, mask):
        self._copies = copies
        self._mask = mask.bool() if hasattr(mask, "detach") else _numpy(mask).astype(bool)
        self.norm = copies.norm

    def of_rows(self, value):
        shape = tuple(self._mask.shape)
        if tuple(getattr(value, "shape", ()))[: len(shape)] != shape:
            return self._copies.of_rows(value)
        return self._copies.of_rows((value.detach() if hasattr(value, "detach") else value)[self._mask])


def _in_place(value):
    """A value whose numbers have come over from their device."""
    if isinstance(value, _Later):
        return value.value
    if isinstance(value, dict):
        return {name: _in_place(item) for name, item in value.items()}
    return [_in_place(item) for item in value] if isinstance(value, list) else value


def _of_host(tensor):
    try:
        return _plain(tensor.numpy())
    except (RuntimeError, TypeError):  # a type or a layout that NumPy has not, or PyTorch without NumPy
        tensor = tensor.to_dense() if tensor.layout != sys.modules["torch"].strided else tensor
        return tensor.tolist()


def _plain(array):
    """A NumPy array as a block of bytes, or as nested lists where it is small."""
    kind = _KINDS.get(array.dtype.str)
    if kind is None:
        array = _in_known_type(array)
        kind = _KINDS[array.dtype.str]
    if array.size < _SMALL:
        return array.tolist()
    if array.nbytes > _LARGEST:
        raise ValueError(f"{array.nbytes / 2**20:.0f} MiB are more than a line of a trace may hold; record less of it")
    return {"dtype": kind, "shape": [*array.shape], "base64": array.tobytes()}


def _in_known_type(array):
    name = array.dtype.name
    if name in ("float16", "bfloat16") or name.startswith("float8"):
        return array.astype("float32")
    if array.dtype.kind == "f" or (array.dtype.kind in "iu" and array.dtype.itemsize > 2):
        return array.astype("<f8" if array.dtype.kind == "f" else "<i8")
    if array.dtype.kind == "u":
        return array.astype("<i4")
    raise TypeError(f"real numbers are recorded; this is an array of {name}")


def _numpy(value):
    import numpy

    return numpy.asarray(value)


def _block(kind, shape, data):
    """Numbers of a whole rollout; `data` are bytes or an array in row-major order."""
    if sys.byteorder == "big" and isinstance(data, array.array):
        data.byteswap()
    return {"dtype": kind, "shape": list(shape), "base64": bytes(data)}


def _one_row(item):
    while isinstance(item, list) and len(item) == 1:
        item = item[0]
    return item


def _flat(value, lead=0):
    """An observation or action of a Dict or Tuple space as one row of numbers, after `lead` dimensions of time and environment."""
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(value, (dict, tuple)) or not any(isinstance(p, (dict, tuple)) or hasattr(p, "shape") for p in parts):
        return value
    import numpy

    rows = [_flat(part, lead) for part in parts]
    rows = [numpy.asarray(row.detach().cpu() if hasattr(row, "detach") else row) for row in rows]
    return numpy.concatenate([row.reshape(*row.shape[:lead], -1) for row in rows], axis=-1)


def _shape(rows):
    """[T, N] or [T] of nested lists."""
    return (len(rows), len(rows[0])) if isinstance(rows[0], (list, tuple)) else (len(rows),)


def _flags(values, shape):
    """Flags [T, N] or [T] as a byte each, row-major; None where they are not given."""
    if values is None:
        return None
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    if not isinstance(values, (list, tuple)):
        found = (_numpy(values) != 0).tobytes()
    else:
        found = bytes(bool(flag) for row in values for flag in (row if isinstance(row, (list, tuple)) else [row]))
    expected = math.prod(shape)
    if len(found) != expected:
        raise ValueError(f"a rollout's flags have {len(found)} entries, reward has {expected}; time comes first, then environments")
    return found


def _shifted(dones, next_done, shape):
    """CleanRL's dones say what was before a step; the trace says what came of it."""
    envs = shape[1] if len(shape) > 1 else 1
    if next_done is None:
        raise ValueError("dones need next_done, what came of the last step; or give terminated and truncated")
    is_row = hasattr(next_done, "shape") and len(next_done.shape) > 0 or isinstance(next_done, (list, tuple))
    return _flags(dones, shape)[envs:] + _flags(next_done if is_row else [next_done], (envs,))


def _either(a, b):
    if a is None or b is None:
        return b if a is None else a
    return (int.from_bytes(a, "little") | int.from_bytes(b, "little")).to_bytes(len(a), "little")


def _norm_in_numpy(gradients):
    """‖g‖ of dense gradients in memory that NumPy knows; None for others."""
    total = 0.0
    try:
        for gradient in gradients:
            numbers = gradient.numpy().ravel()
            total += numbers.dot(numbers)
    except (RuntimeError, TypeError):
        return None
    return None if numbers.dtype.itemsize < 4 else math.sqrt(total)


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _claim(path):
    """
    The path that is written, and its open file. An earlier trace is kept beside it; a file that another recorder writes is
    left alone for the next free name; what is no trace is not touched: OSError.
    """
    stem, extension = os.path.splitext(path)
    for number in range(1, 1000):
        name = path if number == 1 else f"{stem}.{number}{extension}"
        file = _opened(name)
        try:
            if not _is_locked(file):
                file = _emptied(name, file)
                if number > 1:
                    _tell(f"{path} is being written by another recorder; this one writes {name}")
                return name, file
        except BaseException:
            os.close(file)
            raise
        os.close(file)
    raise FileExistsError(f"pgtrace: {path} and 999 names after it are being written by other recorders; give another path")


def _opened(name):
    try:
        return os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise type(error)(f"pgtrace: {name} cannot be written ({error.strerror}); give a path in a folder that is there and yours") from None


def _emptied(name, file):
    """The file, if it is new or no regular file (a pipe, /dev/null); else another under its name, after the old one was put aside."""
    status = os.fstat(file)
    if status.st_size == 0:
        return file
    if os.read(file, 1) != b"{":
        raise FileExistsError(f"pgtrace: {name} is there and is no trace; it was left as it is: give another path")
    os.replace(name, f"{name}.previous")
    _tell(f"{name} was there: it is now {name}.previous")
    fresh = _opened(name)
    _is_locked(fresh)
    os.close(file)
    return fresh


def _is_locked(file):
    """Whether another recorder writes this file; if not, it is ours as long as it is open in us or in the writer."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    return False


def _writer(file):
    """A process that writes to the file; a thread where none can be started."""
    name = os.path.basename(sys.executable or "")
    if os.name == "posix" and name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False) and os.path.isfile(__file__):
        with contextlib.suppress(OSError):
            return _Process(file)
    return _Thread(file)


class _Process:
    """
    The process that encodes and writes. Frames go to it through a pipe, from the thread that records: it waits where the
    pipe is full. After each frame it answers with the seconds it has used; what it has taken survives the trainer.
    """

    ENDED = "the process that writes it was ended from outside"

    def __init__(self, file):
        self.seconds = 0.0
        self.is_closed = False
        self._frames = self._answers = 0
        self._rest = b""
        words = [sys.executable, "-I", "-S", os.path.abspath(__file__), "--write"]
        self._child = subprocess.Popen(
            words, bufsize=0, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.PIPE, start_new_session=True
        )
        os.close(file)
        self._in, self._out = self._child.stdin.fileno(), self._child.stderr.fileno()
        os.set_blocking(self._out, False)
        _widen(self._in)

    def put(self, lines):
        frame = marshal.dumps(lines, 2)
        with _unbroken():
            self._send(frame)
            self._read()

    def wait(self):
        answers = select.poll()
        answers.register(self._out, select.POLLIN)
        while self._answers < self._frames:
            answers.poll()
            with _unbroken():
                self._read()

    def close(self):
        with _unbroken():
            self._send(b"")
        self.wait()
        self.abandon()

    def abandon(self):
        """Ends without a word more; what was sent is written."""
        if not self.is_closed:
            self.is_closed = True
            self._child.stdin.close()
            self._child.wait()
            self._child.stderr.close()

    def _send(self, body):
        data = memoryview(len(body).to_bytes(8, "little") + body)
        try:
            while data:
                data = data[os.write(self._in, data) :]
            self._frames += 1
        except BrokenPipeError:
            # It may have said why.
            self.wait()
            raise ChildProcessError(self.ENDED) from None

    def _read(self):
        try:
            data = os.read(self._out, 65536)
        except BlockingIOError:
            return
        if not data and self._answers < self._frames:
            raise ChildProcessError(self.ENDED)
        *answers, self._rest = (self._rest + data).split(b"\n")
        for answer in answers:
            if answer.startswith(b"!"):
                raise OSError(answer[1:].decode())
            self._answers += 1
            self.seconds = float(answer)


_ALL_SIGNALS = frozenset(map(int, signal.valid_signals()))


@contextlib.contextmanager
def _unbroken():
    """A frame goes out whole, and an answer comes in whole: a signal that raises (Ctrl-C) waits until after it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ALL_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _widen(pipe):
    """Room for a rollout, so that the trainer need not wait for the writer to be scheduled."""
    with contextlib.suppress(AttributeError, OSError):  # not on Linux, or not allowed: it only waits more often
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 2**20)


class _Thread:
    """The thread that encodes and writes where there is no process. Its queue is bounded: who is faster waits."""

    def __init__(self, file):
        self.seconds = 0.0
        self.is_closed = False
        self._file = file
        self._queue = queue.Queue(maxsize=64)
        self._error = None
        self._thread = threading.Thread(target=self._run, name="pgtrace", daemon=True)
        self._thread.start()

    def put(self, lines):
        self._raise()
        self._queue.put(lines)

    def wait(self):
        self._queue.join()
        self._raise()

    def close(self):
        self.wait()
        self.abandon()

    def abandon(self):
        if not self.is_closed:
            self.is_closed = True
            self._queue.put(None)
            self._thread.join()
            os.close(self._file)

    def _raise(self):
        if self._error is not None:
            raise self._error

    def _run(self):
        while True:
            lines = self._queue.get()
            try:
                if lines is None:
                    return
                if self._error is None:
                    _append(self._file, lines)
            except Exception as error:  # told at the next call
                self._error = error
            finally:
                self.seconds = time.thread_time()
                self._queue.task_done()


def _serve():
    """The writing process: frames from stdin to stdout, answers to stderr; it ends with its stdin, not by a signal to all."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):
        # Where all processors are busy a frame must not push the trainer aside the moment it comes.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    frames = sys.stdin.buffer
    while True:
        head = frames.read(8)
        size = int.from_bytes(head, "little")
        body = frames.read(size)
        if len(head) < 8 or len(body) < size:
            return
        if size > 0:
            try:
                _append(1, marshal.loads(body))
            except Exception as error:
                os.write(2, f"!{_sentence(error)}\n".encode())
                return
        os.write(2, b"%.6f\n" % time.process_time())
        if size == 0:
            return


def _append(file, lines):
    """Adds whole lines to a file; where it fails in the middle of one (a disk that is full), that one is taken away again."""
    data = "".join([_encode(line) + "\n" for line in lines]).encode()
    done = 0
    try:
        while done < len(data):
            done += os.write(file, data[done:] if done else data)
    except OSError:
        torn = done - (data.rfind(b"\n", 0, done) + 1)
        if torn > 0:
            os.ftruncate(file, os.fstat(file).st_size - torn)
        raise


def _encode(line):
    try:
        return _ENCODER.encode(line)
    except ValueError:
        return _ENCODER.encode(_spelled(line))


def _spelled(value):
    """NaN and the infinities as texts, which is how the format has them."""
    if isinstance(value, dict):
        return {name: _spelled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _base64(data):
    return binascii.b2a_base64(data, newline=False).decode()


_ENCODER = json.JSONEncoder(allow_nan=False, default=_base64, separators=(",", ":"))


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tell(text):
    """One line on stderr; a trainer without one is not disturbed."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"pgtrace: {text}\n")
            sys.stderr.flush()


def _sentence(error):
    """An error as one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _close_quietly(reference):
    """At the end of a program that did not close its recorder."""
    recorder = reference()
    if recorder is not None:
        recorder.close()


@functools.lru_cache(maxsize=64)
def _absolute(path):
    return os.path.abspath(path)


def _caller():
    """Where this file was called from."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return {"file": _absolute(frame.f_code.co_filename), "line": frame.f_lineno}


# ── adapters ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def wrap(env, rec):
    """
    A Gymnasium wrapper that records every step; log_prob and the like come by rec.outputs(…). Of a vector environment
    every environment's steps are recorded, but those in which it only resets itself.
    """
    import gymnasium

    is_vector = isinstance(env, gymnasium.vector.VectorEnv)
    return _vector_wrapper(gymnasium)(env, rec) if is_vector else _wrapper(gymnasium)(env, rec)


def _wrapper(gymnasium):
    class Recorded(gymnasium.Wrapper):
        def __init__(self, env, rec):
            super().__init__(env)
            self._rec, self._observation = rec, None

        def reset(self, **options):
            self._rec.restart()
            self._observation, info = self.env.reset(**options)
            return self._observation, info

        def step(self, action):
            before = self._observation
            result = self.env.step(action)
            self._observation, reward, terminated, truncated, _ = result
            self._rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated)
            return result

    return Recorded


def _vector_wrapper(gymnasium):
    class RecordedVector(gymnasium.vector.VectorWrapper):
        def __init__(self, env, rec):
            super().__init__(env)
            self._rec, self._before = rec, None
            mode = env.metadata.get("autoreset_mode")
            self._resets_next = mode is None or mode == gymnasium.vector.AutoresetMode.NEXT_STEP
            self._is_resetting = [False] * env.num_envs

        def reset(self, **options):
            self._rec.restart()
            self._before, info = self.env.reset(**options)
            self._is_resetting = [False] * self.num_envs
            return self._before, info

        def step(self, actions):
            before = self._before
            result = self.env.step(actions)
            self._before, rewards, terminated, truncated, _ = result
            given, rec = dict(self._rec._given), self._rec
            rec._given.clear()
            for env in range(self.num_envs):
                if not self._is_resetting[env]:
                    fields = {name: values[env] for name, values in given.items()}
                    rec.step(env=env, obs=_lane(before, env), action=_lane(actions, env), reward=rewards[env],
                             terminated=terminated[env], truncated=truncated[env], **fields)  # fmt: skip
            if self._resets_next:
                self._is_resetting = [bool(end) for end in terminated | truncated]
            return result

    return RecordedVector


def _lane(value, env):
    """One environment's part of what a vector environment takes or gives."""
    if isinstance(value, dict):
        return {name: _lane(part, env) for name, part in value.items()}
    return tuple(_lane(part, env) for part in value) if isinstance(value, tuple) else value[env]


def sb3(rec):
    """
    A Stable-Baselines3 callback that records the rollouts of PPO and A2C and the updates made of them. What the policy puts
    out (logits, or mu and log_sigma) is recorded too where its actions are of one Discrete or Box space.
    """
    from stable_baselines3.common import distributions
    from stable_baselines3.common.callbacks import BaseCallback

    class Recording(BaseCallback):
        def _on_training_start(self):
            policy, buffer = self.model.policy, self.model.rollout_buffer
            self._rows, self._count, self._outputs = None, 0, None
            self._whole = buffer._get_samples, policy.evaluate_actions
            buffer._get_samples, policy.evaluate_actions = self._pick, self._evaluate
            kinds = {distributions.CategoricalDistribution: "logits", distributions.DiagGaussianDistribution: "mu"}
            self._kind = kinds.get(type(policy.action_dist))
            self._hook = policy.action_net.register_forward_hook(self._keep) if self._kind else None

        def _on_training_end(self):
            del self.model.rollout_buffer._get_samples, self.model.policy.evaluate_actions
            if self._hook is not None:
                self._hook.remove()

        def _keep(self, module, inputs, outputs):
            self._outputs = outputs

        def _heads(self, outputs):
            if self._kind is None:
                return {}
            sigma = {"log_sigma": self.model.policy.log_std} if self._kind == "mu" else {}
            return {self._kind: outputs, **sigma}

        def _pick(self, batch_inds, *others, **named):
            self._rows = batch_inds
            return self._whole[0](batch_inds, *others, **named)

        def _evaluate(self, obs, actions):
            found = self._whole[1](obs, actions)
            _record_evaluation(rec, self.model, self._rows, self._count, found, self._heads(self._outputs))
            self._count += 1
            return found

        def _on_rollout_start(self):
            self._rewards, self._truncated, self._sampled = [], [], []

        def _on_step(self):
            # The library is about to add γV of what followed a time limit to these rewards.
            self._rewards.append(self.locals["rewards"].copy())
            self._truncated.append([bool(info.get("TimeLimit.truncated")) for info in self.locals["infos"]])
            self._sampled.append(self._outputs)
            return True

        def _on_rollout_end(self):
            self._count = 0
            _record_buffer(rec, self.model, self.locals, (self._rewards, self._truncated), self._heads(self._sampled))

    return Recording()


def _record_evaluation(rec, model, rows, count, found, heads):
    """What a Stable-Baselines3 policy said of a batch, before the library's own loss; its buffer is flat by environment."""
    buffer = model.rollout_buffer
    values, log_prob, entropy = found
    length, envs = buffer.buffer_size, buffer.n_envs
    minibatches = -(-length * envs // len(rows))
    rec.update(
        log_prob=log_prob,
        entropy=entropy,
        value=values,
        rows=rows % length * envs + rows // length,
        epoch=count // minibatches,
        minibatch=count % minibatches,
        params=model.policy.optimizer,
        **heads,
    )


def _record_buffer(rec, model, variables, steps, heads):
    """
    A Stable-Baselines3 rollout buffer [T, N]. Its episode_starts tell what was before a step; where a time limit ended an
    episode, its reward holds γV(final observation), which the trace has apart.
    """
    import numpy
    import torch

    buffer = model.rollout_buffer
    rewards, truncated = numpy.array(steps[0], buffer.rewards.dtype), numpy.array(steps[1])
    ended = numpy.concatenate([buffer.episode_starts[1:], [variables["dones"]]]) != 0
    fields = {name: torch.stack(outputs) for name, outputs in heads.items() if name != "log_sigma"}
    if "log_sigma" in heads:
        fields["log_sigma"] = heads["log_sigma"].detach().expand(fields["mu"].shape)
    if truncated.any():
        fields["final_value"] = numpy.where(truncated, (buffer.rewards - rewards) / model.gamma, numpy.nan)
    is_single = buffer.actions.shape[-1] == 1 and "mu" not in heads
    rec.rollout(
        obs=buffer.observations,
        action=buffer.actions.squeeze(-1) if is_single else buffer.actions,
        reward=rewards,
        terminated=ended & ~truncated,
        truncated=truncated,
        value=buffer.values,
        log_prob=buffer.log_probs,
        last_value=variables.get("values"),
        **fields,
    )


if __name__ == "__main__":
    _serve() if sys.argv[1:] == ["--write"] else print(__doc__)
