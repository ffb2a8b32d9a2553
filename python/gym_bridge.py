"""Steps Gymnasium environments for another program: frames of bytes in by standard input, out by standard output.

A frame is two little-endian uint32, its kind and the length of what follows. Numbers travel as float64. Needs the
standard library, gymnasium 0.26 or newer and numpy; opens no port and ends when its standard input does.

  kind     request                                         reply
  1 make   JSON {"id", "count", "vector", "options"}       JSON: spaces, time limit, versions, autoreset mode
  2 reset  [k, k indices, k seeds (-1: none)]              k rows of an observation
  3 step   [k, s, k indices, k rows of an action, s seeds]  k rows of [reward, flags, clipped, observation], b of an observation
  9        -                                               JSON: what went wrong, in any of them

The first s environments that end in a step are reset at once with those seeds (-1: none), b of them, in the order of their
rows; a vector environment resets by itself, and s is 0 there.

flags: 1 terminated, 2 truncated, 4 the row is no step but the reset after one (autoreset mode NextStep).
clipped: in how many dimensions the action lay outside its bounds and was moved to them.
"""

import difflib
import functools
import json
import os
import struct
import sys
import traceback

MAKE, RESET, STEP, FAILURE = 1, 2, 3, 9
TERMINATED, TRUNCATED, FAKE = 1, 2, 4
HEADER = struct.Struct("<II")
MOST_BYTES = 1 << 28
READ_BYTES = 1 << 13
MOST_COMBINATIONS = 1024


class Refused(Exception):
    """What a person can mend, in one line; `code` says which kind of trouble it is."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def flat_observation(space, spaces, np):
    """(size, description, write(row, observation)) of a space that can be made into a row of numbers."""
    if isinstance(space, spaces.Box):
        size = int(np.prod(space.shape, dtype=np.int64))
        low, high = bounds(space, np)

        def write(row, observation):
            row[...] = observation

        def write_flat(row, observation):
            row[...] = np.reshape(observation, -1)

        return size, {"kind": "box", "low": low, "high": high}, write if len(space.shape) == 1 else write_flat
    if isinstance(space, spaces.Discrete):
        start, size = int(space.start), int(space.n)

        def write(row, observation):
            row[:] = 0
            row[int(observation) - start] = 1

        return size, {"kind": "oneHot", "counts": [size]}, write
    if isinstance(space, spaces.MultiDiscrete):
        counts = [int(count) for count in np.reshape(space.nvec, -1)]
        starts = np.reshape(getattr(space, "start", np.zeros(len(counts))), -1).astype(np.int64)
        offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]) - starts

        def write(row, observation):
            row[:] = 0
            row[np.reshape(observation, -1) + offsets] = 1

        return sum(counts), {"kind": "oneHot", "counts": counts}, write
    if isinstance(space, spaces.MultiBinary):
        size = int(np.prod(space.shape, dtype=np.int64))

        def write(row, observation):
            row[:] = np.reshape(observation, -1)

        return size, {"kind": "box", "low": [0.0] * size, "high": [1.0] * size}, write
    raise Refused("unmappable_space", f"its observations are {described(space)}, which is no row of numbers")


def readable_actions(space, spaces, np):
    """(numbers per action, description, read(numbers) -> (k actions, in how many dimensions each was clipped)) of a space."""
    if isinstance(space, spaces.Discrete):
        start, kind = int(space.start), np.dtype(space.dtype).type

        # Of the type that the space samples, which Gymnasium checks in less time than an int.
        @functools.lru_cache(MOST_COMBINATIONS)
        def choice(number):
            return kind(start + int(number))

        return 1, {"kind": "discrete", "n": int(space.n)}, unclipped(choice)
    if isinstance(space, spaces.Box):
        if not np.issubdtype(space.dtype, np.floating):
            raise Refused("unmappable_space", f"its actions are {described(space)}, whole numbers in a box")
        low, high = bounds(space, np)

        def read(numbers):
            wanted = np.array(numbers, dtype=space.dtype).reshape(-1, *space.shape)
            taken = np.clip(wanted, space.low, space.high)
            clipped = np.count_nonzero((taken != wanted).reshape(len(taken), -1), axis=1)
            return list(taken), clipped.tolist()

        return len(low), {"kind": "box", "low": low, "high": high}, read
    if isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary)):
        is_binary = isinstance(space, spaces.MultiBinary)
        counts = np.full(space.shape, 2) if is_binary else np.asarray(space.nvec)
        start = 0 if is_binary else getattr(space, "start", 0)
        combinations = int(np.prod(counts, dtype=np.float64))
        if combinations > MOST_COMBINATIONS:
            raise Refused(
                "unmappable_space",
                f"its actions are {described(space)}: {combinations} combinations, and {MOST_COMBINATIONS} are the most",
            )
        flat = [int(count) for count in counts.reshape(-1)]

        def parts(number):
            choice = np.array(np.unravel_index(int(number), flat)).reshape(counts.shape)
            return (choice + start).astype(space.dtype)

        return 1, {"kind": "discrete", "n": combinations, "counts": flat}, unclipped(parts)
    raise Refused("unmappable_space", f"its actions are {described(space)}, which no policy here can choose")


def unclipped(action):
    return lambda numbers: ([action(number) for number in numbers], [0] * len(numbers))


def bounds(space, np):
    """Low and high of a box, one number per dimension; infinities as JSON can hold them."""

    def plain(values):
        numbers = np.reshape(np.asarray(values, dtype=np.float64), -1).tolist()
        return [x if np.isfinite(x) else ("Infinity" if x > 0 else "-Infinity") for x in numbers]

    return plain(space.low), plain(space.high)


def described(space):
    text = " ".join(str(space).split())
    return text if len(text) <= 160 else f"{text[:157]}..."


class Singles:
    """N environments of their own, stepped one after the other; which of them is the caller's choice."""

    autoreset = "Disabled"

    def __init__(self, environments):
        self.environments = environments
        self.fake = [False] * len(environments)
        self.spec = environments[0].spec
        self.observation_space = environments[0].observation_space
        self.action_space = environments[0].action_space

    def reset(self, indices, seeds, write):
        for row, (index, seed) in enumerate(zip(indices, seeds)):
            observation, _ = self.environments[index].reset(seed=None if seed < 0 else seed)
            write(row, observation)

    def step(self, indices, actions):
        """What Gymnasium returns for each of them, and which rows are fake: none."""
        environments = self.environments
        return [environments[index].step(action) for index, action in zip(indices, actions)], self.fake

    def close(self):
        for environment in self.environments:
            environment.close()


class Vector:
    """A vector environment of Gymnasium's, all of whose environments step at once, in its own autoreset mode."""

    def __init__(self, environments, np):
        self.np = np
        self.environments = environments
        self.spec = environments.spec
        self.observation_space = environments.single_observation_space
        self.action_space = environments.single_action_space
        mode = environments.metadata.get("autoreset_mode", "NextStep")
        self.autoreset = getattr(mode, "value", mode)
        self.count = environments.num_envs
        self.first = [None] * self.count
        self.has_ended = np.zeros(self.count, dtype=bool)

    def reset(self, indices, seeds, write):
        np = self.np
        if all(self.first[index] is not None for index in indices):
            for row, index in enumerate(indices):
                write(row, self.first[index])
                self.first[index] = None
            return
        # Vector environments of their own take one seed for all; the others count on from it.
        arguments = {"seed": None if seeds[0] < 0 else seeds[0]}
        if len(indices) < self.count:
            mask = np.zeros(self.count, dtype=bool)
            mask[list(indices)] = True
            arguments["options"] = {"reset_mask": mask}
        observations, _ = self.environments.reset(**arguments)
        for row, index in enumerate(indices):
            write(row, observations[index])
        self.has_ended[list(indices)] = False

    def step(self, indices, actions):
        """A row for each as an environment alone returns it, and which rows are fake."""
        np = self.np
        if list(indices) != list(range(self.count)):
            raise Refused("protocol", "a vector environment steps all of its environments at once")
        observations, rewards, terminated, truncated, info = self.environments.step(np.stack(actions))
        ended = np.logical_or(terminated, truncated)
        seen = list(observations)
        if self.autoreset == "SameStep":
            final = info.get("final_obs", info.get("final_observation"))
            for index in np.flatnonzero(ended):
                self.first[index] = np.array(seen[index])
                seen[index] = final[index]
        fake = self.has_ended if self.autoreset == "NextStep" else np.zeros(self.count, dtype=bool)
        self.has_ended = ended
        return list(zip(seen, rewards, terminated, truncated, [info] * self.count)), fake

    def close(self):
        self.environments.close()


class Bridge:
    """Answers requests about the environments that the first of them made."""

    def __init__(self, gymnasium, np):
        self.gymnasium = gymnasium
        self.np = np
        self.environments = None
        self.during = "make"

    def make(self, body):
        request = json.loads(body)
        count = int(request["count"])
        self.environments = self.create(request["id"], count, request.get("vector", False), request.get("options", {}))
        spaces, np = self.gymnasium.spaces, self.np
        try:
            size, observation, self.write_observation = flat_observation(
                self.environments.observation_space, spaces, np
            )
            self.width, action, self.read_actions = readable_actions(self.environments.action_space, spaces, np)
        except Refused as refusal:
            raise Refused(refusal.code, f"{request['id']} cannot be used: {refusal}.") from None
        self.count = count
        self.seen = np.zeros((count, size))
        self.shown = np.zeros((count, 3 + size))
        self.rows = [(self.shown[i], self.shown[i, 3:]) for i in range(count)]
        spec = self.environments.spec
        return json.dumps(
            {
                "observation": observation,
                "action": action,
                "timeLimit": getattr(spec, "max_episode_steps", None),
                "solvedAt": getattr(spec, "reward_threshold", None),
                "autoreset": self.environments.autoreset,
                "gymnasium": self.gymnasium.__version__,
                "python": sys.version.split()[0],
            }
        ).encode()

    def create(self, name, count, wants_vector, options):
        spec = self.find(name)
        make = self.gymnasium.make
        if wants_vector or getattr(spec, "entry_point", None) is None:
            return Vector(self.gymnasium.make_vec(name, num_envs=count, **options), self.np)
        return Singles([make(name, **options) for _ in range(count)])

    def find(self, name):
        """The specification of an id, "module:Name-v0" included. Raises Refused with the nearest ids."""
        module, _, rest = name.rpartition(":")
        if module:
            try:
                __import__(module)
            except ImportError as error:
                raise Refused("unknown_environment", f"The module {module} of {name} cannot be imported: {error}.")
        try:
            return self.gymnasium.spec(rest)
        except self.gymnasium.error.Error as error:
            known = list(self.gymnasium.registry.keys())
            near = difflib.get_close_matches(rest, known, n=3, cutoff=0.5)
            folded = [other for other in known if other.lower().startswith(rest.lower())][:3]
            offer = " or ".join(dict.fromkeys(folded + near))
            hint = f"Did you mean {offer}?" if offer else first_line(error)
            raise Refused("unknown_environment", f'There is no environment "{name}" in this Python. {hint}')

    def reset(self, body):
        numbers = memoryview(body).cast("d").tolist()
        k = int(numbers[0])
        return self.begin([int(x) for x in numbers[1 : 1 + k]], numbers[1 + k : 1 + 2 * k])

    def begin(self, indices, seeds):
        """Starts an episode in those environments. Returns what they show first, as bytes."""
        self.during = "reset"
        seen, write = self.seen, self.write_observation
        self.environments.reset(indices, [int(x) for x in seeds], lambda row, shown: write(seen[row], shown))
        return seen[: len(indices)].tobytes()

    def step(self, body):
        numbers = memoryview(body).cast("d").tolist()
        k, most = int(numbers[0]), int(numbers[1])
        indices = [int(x) for x in numbers[2 : 2 + k]]
        seeds = 2 + k + k * self.width
        actions, clipped = self.read_actions(numbers[2 + k : seeds])
        self.during = "step"
        rows, fake = self.environments.step(indices, actions)
        ended = self.write_rows(indices, rows, fake, clipped)[:most]
        shown = self.shown[:k].tobytes()
        return shown + self.begin(ended, numbers[seeds : seeds + len(ended)]) if ended else shown

    def write_rows(self, indices, rows, fake, clipped):
        """Writes what was returned for these environments. Returns those whose episode ended."""
        write, ended = self.write_observation, []
        for index, row, is_fake, dimensions, (numbers, seen) in zip(indices, rows, fake, clipped, self.rows):
            observation, reward, terminated, truncated, _ = row
            flags = FAKE if is_fake else 0
            if terminated or truncated:
                flags |= (TERMINATED if terminated else 0) | (TRUNCATED if truncated else 0)
                ended.append(index)
            numbers[0] = reward
            numbers[1] = flags
            numbers[2] = dimensions
            write(seen, observation)
        return ended

    def close(self):
        if self.environments is not None:
            self.environments.close()


def first_line(error):
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def failure(error, during):
    """What went wrong as JSON: one line for a person, the whole traceback for the log."""
    if isinstance(error, Refused):
        return {"code": error.code, "message": str(error), "during": during, "traceback": ""}
    here = os.path.abspath(__file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if os.path.abspath(frame.filename) != here]
    place = f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
    return {
        "code": "environment_raised",
        "message": f"{type(error).__name__}: {first_line(error)}{place}",
        "during": during,
        "traceback": traceback.format_exc(),
    }


class FrameSource:
    """Frames from a descriptor: what is there is read in one call, however many frames it is."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.data = b""
        self.at = 0

    def take(self, size):
        """The next `size` bytes, or None where the other end has gone."""
        end = self.at + size
        if end > len(self.data):
            parts = [self.data[self.at :]]
            missing = size - len(parts[0])
            while missing > 0:
                part = os.read(self.descriptor, max(missing, READ_BYTES))
                if not part:
                    return None
                parts.append(part)
                missing -= len(part)
            self.data = b"".join(parts)
            self.at, end = 0, size
        taken = self.data[self.at : end]
        self.at = end
        return taken


def load():
    """Gymnasium and NumPy of this Python. Raises Refused where one is missing."""
    try:
        import gymnasium
        import numpy
    except ImportError as error:
        raise Refused(
            "no_gymnasium",
            f"This Python ({sys.executable}) cannot import {error.name or 'gymnasium'}. "
            f"Install it: {sys.executable} -m pip install gymnasium",
        ) from None
    return gymnasium, numpy


def serve(source, send):
    bridge = None
    names = {MAKE: "make", RESET: "reset", STEP: "step"}
    while True:
        header = source.take(HEADER.size)
        if header is None:
            break
        kind, size = HEADER.unpack(header)
        if size > MOST_BYTES or kind not in names:
            raise SystemExit(f"a frame of kind {kind} and {size} bytes is none of this bridge's")
        body = source.take(size)
        if body is None:
            break
        try:
            if bridge is None:
                bridge = Bridge(*load())
            send(kind, getattr(bridge, names[kind])(body))
        except Exception as error:
            during = "make" if bridge is None else bridge.during
            send(FAILURE, json.dumps(failure(error, during)).encode())
    if bridge is not None:
        bridge.close()


def main():
    """Keeps both ends of the pipe to itself: what an environment prints goes to standard error, what it reads is empty."""
    source = FrameSource(os.dup(0))
    target = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    # Environments of the folder one works in are found, behind everything that is installed.
    sys.path.append(os.getcwd())

    def send(kind, body):
        data = HEADER.pack(kind, len(body)) + body
        while data:
            data = data[os.write(target, data) :]

    serve(source, send)


if __name__ == "__main__":
    main()
