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

`update` puts hooks on the tensors it is given; they read the gradients in your own backward() and change nothing.
log_prob, entropy, value, logits, mu and log_sigma may be one tensor with a row per step, or a list of the tensors of
the steps. `rec.watch(returns=returns)` records any tensor, with its gradient, file and line, in the next update.

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
               minibatch=start // args.minibatch_size, params=agent.parameters())

Gymnasium: `env = pgtrace.wrap(env, rec)` records obs, action, reward and ends; give log_prob and logits by
`rec.outputs(log_prob=…, logits=…)` before env.step. Stable-Baselines3: `model.learn(n, callback=pgtrace.sb3(rec))`.

The first 64 updates are recorded whole; after them the recorder takes 1 % of the time at most, and leaves out whole
updates (or whole rollouts with theirs) to stay below it. `every=1` records all, `every=k` each k-th.

What is written is complete lines, one write per rollout or update, by a thread of its own behind a bounded queue that
blocks when it is full: nothing that was recorded is dropped, and a trainer that is killed leaves all whole lines.
"""

import binascii
import functools
import json
import math
import os
import queue
import sys
import threading
import time

VERSION = 1
_MANY = 32
_DTYPES = {"float64", "float32", "int64", "int32", "int16", "int8", "uint8", "bool"}


def open(path, every=None, **header):
    """
    Starts a trace. Header keys: environment, gamma, gae_lambda, clip_epsilon, and any others; they are kept. With
    every=k each k-th update is recorded (and each k-th rollout with its updates), with every=1 all; without it the
    first 64 updates, and then as many as cost 1 % of the time.
    """
    return Recorder(path, header, every)


class Recorder:
    """A trace that is being written. Use it as a context manager, or call close() at the end."""

    def __init__(self, path, header, every=None):
        torch = sys.modules.get("torch")
        if torch is not None:
            header.setdefault("framework", f"torch {torch.__version__}")
        self._writer = _Writer(path)
        self._pace = _Pace(every, self._writer)
        self._lines = []
        self._clocks = {}
        self._rollout_clocks = []
        self._episodes = 0
        self._steps = []
        self._given = {}
        self._pending = None
        self._watched = {}
        self._updates = 0
        self._rollouts = 0
        self._open_episodes, self._is_inside = [], False
        self._writer.put([{"pgtrace": VERSION, **header}])

    def outputs(self, **fields):
        """Adds fields (log_prob, logits, value, …) to the next step, for a step that a wrapper records."""
        self._given.update(fields)

    def step(self, *, action, reward, obs=None, episode=None, t=None, env=0, terminated=False, truncated=False, **fields):
        """Records one step. Episode and t are counted where they are not given."""
        start = self._pace.start()
        self._finish()
        fields = {**self._given, **fields}
        self._given = {}
        number, clock = self._clock(env) if episode is None or t is None else (episode, t)
        if terminated or truncated:
            self._clocks.pop(env, None)
        if self._pace.is_skipping and not self._rollouts:
            return
        line = {"episode": number if episode is None else episode, "t": clock if t is None else t}
        if env:
            line["env"] = env
        line.update(obs=_data(obs), action=_data(action), reward=_data(reward))
        line.update(terminated=bool(terminated), truncated=bool(truncated))
        line.update((name, _data(value)) for name, value in fields.items())
        if line["episode"] not in self._open_episodes:
            # An update inside an episode is one of the steps since the last, not of the whole episode.
            self._is_inside = self._is_inside or line["t"] > 0
            self._open_episodes.append(line["episode"])
        self._steps.append(line)
        if len(self._steps) >= 4096:
            self._write_steps()
        self._pace.stop(start)

    def rollout(self, *, action, reward, dones=None, next_done=None, terminated=None, truncated=None, **fields):
        """
        Records a rollout of arrays [T, N], time first. `dones` are CleanRL's, which tell whether a step began a new
        episode, with `next_done` after the last; better give terminated and truncated, aligned with the action.
        Returns the rollout's number.
        """
        start = self._pace.start()
        self._finish()
        self._rollouts += 1
        if self._rollouts > 1:
            self._pace.next()
        if terminated is None and dones is not None:
            terminated = _shifted(_listed(dones), _listed(next_done))
        counted = self._count(terminated, truncated)
        if not self._pace.is_skipping:
            line = {"rollout": self._rollouts, "action": _data(action), "reward": _data(reward)}
            line.update(terminated=_data(terminated), truncated=_data(truncated), **counted)
            line.update((name, _data(value)) for name, value in fields.items())
            self._lines.append(line)
        self._write_steps()
        self._pace.stop(start)
        return self._rollouts

    def _count(self, terminated, truncated):
        """Moves the environments' clocks over a rollout; once one was left out, its rows' episodes and times."""
        ends = _ends(_listed(terminated), _listed(truncated))
        if ends is None:
            return {}
        episodes, times = [], []
        clocks = self._rollout_clocks
        while len(clocks) < len(ends[0]):
            self._episodes += 1
            clocks.append([self._episodes, 0])
        for row in ends:
            episodes.append([clock[0] for clock in clocks])
            times.append([clock[1] for clock in clocks])
            for clock, end in zip(clocks, row):
                clock[1] += 1
                if end:
                    self._episodes += 1
                    clock[:] = self._episodes, 0
        return {"episode": episodes, "t": times} if self._pace.has_skipped else {}

    def update(self, *, loss=None, log_prob=None, entropy=None, value=None, logits=None, mu=None, log_sigma=None,
               params=None, rows=None, rollout=None, episodes=None, **fields):
        """Records an update. Call it before loss.backward(); give numbers or arrays for what you computed by hand."""
        start = self._pace.start()
        self._finish()
        self._updates += 1
        if self._pace.is_skipping:
            self._watched, self._steps, self._open_episodes = {}, [], []
            self._end_unit()
            return
        self._pace.recorded += 1
        line = {"update": self._updates}
        if rollout is not None or rows is not None or (self._rollouts and not self._open_episodes):
            line["rollout"] = self._rollouts if rollout is None else rollout
        elif episodes is not None or (self._open_episodes and not self._is_inside):
            line["episodes"] = list(self._open_episodes if episodes is None else episodes)
        if rows is not None:
            line["rows"] = _data(rows)
        line["source"] = _caller()
        line.update((name, _data(given)) for name, given in fields.items() if name not in line)
        if loss is not None:
            line["loss"] = _data(loss)
        tensors = {"log_prob": log_prob, "entropy": entropy, "value": value}
        tensors.update(logits=logits, mu=mu, log_sigma=log_sigma)
        params = list(params) if params is not None else []
        self._pending = _Pending(line, tensors, self._watched, params, loss, self._pace)
        self._watched = {}
        self._open_episodes, self._is_inside = [], False
        self._end_unit()
        if not self._pending.waits:
            self._finish()
        self._pace.stop(start)

    def _end_unit(self):
        """Steps that are recorded one by one belong to the update after them; rollouts say themselves where one begins."""
        if not self._rollouts:
            self._pace.next()

    def watch(self, **tensors):
        """Records any tensors in the next update, with gradient, file and line."""
        if self._pace.is_skipping:
            return
        source = _caller()
        for name, tensor in tensors.items():
            self._watched[name] = (tensor, source)

    def flush(self):
        """Waits until all that was recorded is in the file. An update counts as recorded after its backward()."""
        self._finish()
        self._write_steps()
        self._writer.wait()

    def close(self):
        """Writes what is left and ends the thread."""
        self._finish()
        self._write_steps()
        self._writer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _clock(self, env):
        if env not in self._clocks:
            self._episodes += 1
            self._clocks[env] = [self._episodes, 0]
        episode, t = self._clocks[env]
        self._clocks[env][1] += 1
        return episode, t

    def _finish(self):
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.remove_hooks()
            self._lines += [*self._steps, pending.line]
            self._steps = []
            # The updates of a rollout go to the writer together: waking it for each costs more than encoding one.
            if not self._rollouts or len(self._lines) >= 256:
                self._write_steps()

    def _write_steps(self):
        lines, self._lines, self._steps = [*self._steps, *self._lines], [], []
        if lines:
            self._writer.put(lines)


class _Pace:
    """Which updates are recorded: each k-th, or as many as cost a share of the time."""

    WHOLE, SHARE = 64, 0.01

    def __init__(self, every, writer):
        self._every, self._writer = every, writer
        self._units, self._began, self._spent = 0, None, 0.0
        self.recorded = 0
        self.is_skipping = self.has_skipped = False

    def start(self):
        now = time.perf_counter()
        if self._began is None:
            self._began = now
        return now

    def stop(self, start):
        self._spent += time.perf_counter() - start

    def next(self):
        """Another update begins, or another rollout with all of its updates."""
        self._units += 1
        if self._every is not None:
            self.is_skipping = self._units % self._every != 0
        else:
            elapsed = time.perf_counter() - self._began
            cost = self._spent + self._writer.seconds
            self.is_skipping = self.recorded >= self.WHOLE and cost > self.SHARE * elapsed
        self.has_skipped = self.has_skipped or self.is_skipping


class _Pending:
    """An update whose gradients come with the user's backward()."""

    GRADIENTS = {"log_prob": "coef", "entropy": "entropy_coef", "value": "value_grad"}

    def __init__(self, line, tensors, watched, params, loss, pace):
        self._line = line
        self._pace = pace
        given = {name: tensor for name, tensor in tensors.items() if tensor is not None}
        self._values = {name: _copied(tensor) for name, tensor in given.items()}
        self._watched = {name: (_copied(tensor), source) for name, (tensor, source) in watched.items()}
        self._gradients = {}
        self._hooks = []
        self._norms = None
        self._before = None
        self._old = None
        self._params = [p for p in params if _requires_grad(p)]
        self._is_queued = not self._params
        self._parts = {}
        for name, tensor in given.items():
            self._parts[name] = self._hook(name, tensor)
        for name, (tensor, _) in watched.items():
            self._hook(f"watched {name}", tensor)
        self._is_list = {name: isinstance(tensor, (list, tuple)) for name, tensor in given.items()}
        # Without the loss (inside a library) the tensors say whether a backward() is to come.
        self._has_graph = bool(self._hooks) if loss is None else _requires_grad(loss)
        # The loss comes first in its backward(): at any other tensor some parameters have their gradient already.
        if self._params and _requires_grad(loss):
            self._hooks.append(loss.register_hook(lambda _: self._start()))
        self.waits = bool(self._hooks) and self._has_graph

    def _hook(self, name, tensor):
        parts = tensor if isinstance(tensor, (list, tuple)) else [tensor]
        found = self._gradients[name] = [None] * len(parts)
        for index, part in enumerate(parts):
            if _requires_grad(part):
                self._hooks.append(part.register_hook(self._keep(found, index)))
        return parts

    def _keep(self, found, index):
        def keep(gradient):
            self._start()
            found[index] = gradient.clone() if found[index] is None else found[index] + gradient

        return keep

    def _start(self):
        if not self._is_queued:
            self._begin()

    def _begin(self):
        """The first gradient of this backward(): what lies in .grad now is of earlier ones."""
        start = self._pace.start()
        self._is_queued = True
        old = [p.grad for p in self._params if p.grad is not None]
        if old:
            self._old = [None if p.grad is None else p.grad.detach().clone() for p in self._params]
            self._before = _norms(old)
        _after_backward(self._measure)
        self._pace.stop(start)

    def _measure(self):
        """The end of this backward(), before anyone can clip."""
        start = self._pace.start()
        fresh = [p.grad for p in self._params]
        if self._old is not None:
            fresh = [g if old is None or g is None else g - old for g, old in zip(fresh, self._old)]
            self._old = None
        fresh = [g for g in fresh if g is not None]
        self._norms = _norms(fresh) if fresh else []
        self._pace.stop(start)

    def remove_hooks(self):
        """Ends the update; what the loss does not reach has gradient 0: that is what a detached tensor looks like."""
        for hook in self._hooks:
            hook.remove()
        for name, parts in self._parts.items():
            found = self._gradients[name]
            for index, part in enumerate(parts):
                if found[index] is None:
                    found[index] = _zeros(part)
        self._hooks, self._parts, self._params = [], {}, bool(self._params)

    def line(self):
        """The line, made in the writer's thread: encoding is its work."""
        line = self._line
        for name, value in self._values.items():
            line[name] = _joined(value)
            self._put_gradient(line, name)
        if self._norms is not None:
            line["grad_norm"] = _whole_norm(self._norms)
            line["grad_norm_before"] = _whole_norm(self._before or [])
        elif self._params and self._has_graph:
            line["grad_norm"] = 0.0
        for name, (value, source) in self._watched.items():
            entry = {"value": _joined(value), **source}
            gradients = self._gradients[f"watched {name}"]
            if all(gradient is not None for gradient in gradients):
                entry["grad"] = _joined(_copied(gradients) if len(gradients) > 1 else _data(gradients[0]))
            line.setdefault("tensors", {})[name] = entry
        return line

    def _put_gradient(self, line, name):
        key = self.GRADIENTS.get(name, f"{name}_grad")
        if key in line or not self._has_graph:
            return
        gradients = self._gradients[name]
        line[key] = _joined(_copied(gradients) if self._is_list[name] else _data(gradients[0]))


class _Writer:
    """The thread that encodes and writes. Its queue is bounded: who records faster than the disk, waits."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        self._queue = queue.Queue(maxsize=64)
        self._error = None
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="pgtrace", daemon=True)
        self._thread.start()

    def put(self, lines):
        if self._error is not None:
            raise RuntimeError(f"pgtrace could not write: {self._error}")
        self._queue.put(lines)

    def wait(self):
        self._queue.join()
        if self._error is not None:
            raise RuntimeError(f"pgtrace could not write: {self._error}")

    def close(self):
        if self._thread is None:
            return
        self._queue.put(None)
        self._thread.join()
        self._thread = None
        os.close(self._file)
        if self._error is not None:
            raise RuntimeError(f"pgtrace could not write: {self._error}")

    def _run(self):
        while True:
            lines = self._queue.get()
            try:
                if lines is None:
                    return
                if self._error is None:
                    self._write(lines)
            except Exception as error:  # told at the next call; the trainer must not die of its recorder's thread
                self._error = error
            finally:
                self.seconds = time.thread_time()
                self._queue.task_done()

    def _write(self, lines):
        made = (line() if callable(line) else line for line in lines)
        data = memoryview("".join(_encode(line) + "\n" for line in made).encode())
        while data:
            data = data[os.write(self._file, data) :]


def _encode(line):
    line = {name: value for name, value in line.items() if value is not None}
    try:
        return _ENCODER.encode(line)
    except ValueError:
        return json.dumps(_spelled(line), allow_nan=False)


def _spelled(value):
    """NaN and the infinities as texts, which is how the format has them."""
    value = _plain(value) if isinstance(value, _Array) else value
    if isinstance(value, dict):
        return {name: _spelled(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


class _Array:
    """A copy of numbers that is encoded later: a framework's own array, or its bytes."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array


def _plain(value):
    if not isinstance(value, _Array):
        raise TypeError(f"pgtrace cannot write a {type(value).__name__}; give numbers, lists or arrays")
    array = value.array
    if hasattr(array, "detach"):
        if str(array.dtype) in ("torch.bfloat16", "torch.float16"):
            array = array.float()
        array = array.detach().cpu()
        array = array.numpy() if hasattr(array, "numpy") else array
    kind = str(array.dtype)
    if kind == "float16" or kind == "bfloat16":
        array, kind = array.astype("float32"), "float32"
    if array.size < _MANY or kind not in _DTYPES:
        return array.tolist()
    if sys.byteorder == "big":
        array = array.astype(array.dtype.newbyteorder("<"))
    return {"dtype": kind, "shape": list(array.shape), "base64": binascii.b2a_base64(array.tobytes(), newline=False).decode()}


_ENCODER = json.JSONEncoder(allow_nan=False, default=_plain, separators=(",", ":"))


def _data(value):
    """A copy of a value as it is now: the trainer may change its arrays in place."""
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    if isinstance(value, (list, tuple)):
        return [_data(item) for item in value]
    if hasattr(value, "detach"):
        if value.numel() == 1 and value.dim() == 0:
            return value.item()
        return _Array(value.detach().clone())
    if hasattr(value, "dtype"):
        if getattr(value, "shape", None) == ():
            return value.item()
        array = value if hasattr(value, "tobytes") and hasattr(value, "setflags") else _numpy(value)
        return _Array(array.copy())
    raise TypeError(f"pgtrace cannot record a {type(value).__name__}; give numbers, lists or arrays")


def _copied(value):
    """The same of a list of the steps' tensors, in one go where they are of one shape."""
    if not isinstance(value, (list, tuple)):
        return _data(value)
    torch = sys.modules.get("torch")
    first = value[0] if value else None
    if torch is None or not all(isinstance(item, torch.Tensor) and item.shape == first.shape for item in value):
        return [_data(item) for item in value]
    if first is None:
        return []
    with torch.no_grad():
        stacked = torch.stack(tuple(value))
    shape = list(first.shape)
    while shape and shape[0] == 1:
        shape.pop(0)
    return _Array(stacked.reshape(len(value), *shape))


def _listed(value):
    """Nested lists of numbers; a copy."""
    if hasattr(value, "detach"):
        value = value.detach()
    return value.tolist() if hasattr(value, "tolist") else value


def _numpy(value):
    import numpy

    return numpy.asarray(value)


def _joined(value):
    """A list of the steps' tensors as nested lists; a tensor [1] or [1, K] of one step loses its batch of one."""
    if not isinstance(value, list):
        return value
    return [_one_row(_listed(item.array) if isinstance(item, _Array) else item) for item in value]


def _one_row(item):
    while isinstance(item, list) and len(item) == 1:
        item = item[0]
    return item


def _zeros(part):
    return part.detach().new_zeros(part.shape) if hasattr(part, "detach") else 0.0


def _requires_grad(value):
    return bool(getattr(value, "requires_grad", False))


def _norms(gradients):
    """‖g‖ of each, not yet brought to Python."""
    torch = sys.modules["torch"]
    each = getattr(torch, "_foreach_norm", None)
    return list(each(gradients)) if each else [g.norm() for g in gradients]


def _whole_norm(norms):
    return math.sqrt(sum(float(norm) ** 2 for norm in norms))


def _after_backward(callback):
    """Calls back at the end of the running backward(), before anyone can clip."""
    sys.modules["torch"].autograd.Variable._execution_engine.queue_callback(callback)


def _shifted(dones, next_done):
    """CleanRL's dones say what was before a step; the trace says what came of it. Lists [T] or [T, N]."""
    is_wide = isinstance(dones[0], (list, tuple))
    after = next_done if isinstance(next_done, (list, tuple)) else [next_done or 0.0] * (len(dones[0]) if is_wide else 1)
    shifted = [*dones[1:], after if is_wide else after[0]]
    return [list(map(bool, row)) if is_wide else bool(row) for row in shifted]


def _ends(terminated, truncated):
    """[T, N]: where an episode ended, however; None where nothing says so."""
    given = [rows for rows in (terminated, truncated) if rows is not None]
    if not given:
        return None
    wide = [rows if isinstance(rows[0], (list, tuple)) else [[end] for end in rows] for rows in given]
    return wide[0] if len(wide) == 1 else [[a or b for a, b in zip(*rows)] for rows in zip(*wide)]


@functools.lru_cache(maxsize=64)
def _absolute(path):
    return os.path.abspath(path)


def _caller():
    """Where this file was called from."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return {"file": _absolute(frame.f_code.co_filename), "line": frame.f_lineno}


def wrap(env, rec):
    """A Gymnasium wrapper that records every step; log_prob and the like come by rec.outputs(…)."""
    import gymnasium

    class Recorded(gymnasium.Wrapper):
        def reset(self, **options):
            self._observation, info = self.env.reset(**options)
            return self._observation, info

        def step(self, action):
            before = self._observation
            result = self.env.step(action)
            self._observation, reward, terminated, truncated, _ = result
            rec.step(obs=before, action=action, reward=reward, terminated=terminated, truncated=truncated)
            return result

    return Recorded(env)


def sb3(rec):
    """A Stable-Baselines3 callback that records the rollouts of PPO and A2C and the updates made of them."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Recording(BaseCallback):
        _rows, _count = None, 0

        def _on_training_start(self):
            self._whole = self.model.rollout_buffer._get_samples, self.model.policy.evaluate_actions
            self.model.rollout_buffer._get_samples = self._pick
            self.model.policy.evaluate_actions = self._evaluate

        def _on_training_end(self):
            del self.model.rollout_buffer._get_samples, self.model.policy.evaluate_actions

        def _pick(self, batch_inds, *others, **named):
            self._rows = batch_inds
            return self._whole[0](batch_inds, *others, **named)

        def _evaluate(self, obs, actions):
            values, log_prob, entropy = self._whole[1](obs, actions)
            record_evaluation(rec, self.model, self._rows, self._count, (values, log_prob, entropy))
            self._count += 1
            return values, log_prob, entropy

        def _on_step(self):
            return True

        def _on_rollout_end(self):
            self._count = 0
            record_rollout_buffer(rec, self.model.rollout_buffer, self.locals)

    return Recording()


def record_evaluation(rec, model, rows, count, outputs):
    """What a Stable-Baselines3 policy said of a batch, before the library's own loss; its buffer is flat by environment."""
    buffer = model.rollout_buffer
    values, log_prob, entropy = outputs
    length, envs = buffer.buffer_size, buffer.n_envs
    minibatches = -(-length * envs // len(rows))
    rec.update(
        log_prob=log_prob,
        entropy=entropy,
        value=values,
        rows=rows % length * envs + rows // length,
        epoch=count // minibatches,
        minibatch=count % minibatches,
        params=model.policy.parameters(),
    )


def record_rollout_buffer(rec, buffer, variables):
    """A Stable-Baselines3 rollout buffer; its episode_starts tell what was before a step."""
    rec.rollout(
        obs=buffer.observations,
        action=buffer.actions.squeeze(-1) if buffer.actions.shape[-1] == 1 else buffer.actions,
        reward=buffer.rewards,
        dones=buffer.episode_starts,
        next_done=variables.get("dones"),
        value=buffer.values,
        log_prob=buffer.log_probs,
        last_value=variables.get("values"),
    )
