"""A trainer and its recorder in trouble: PROGRAM CASE PATH. Prints "trained" where the training came to its end."""

import os
import resource
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "python"))

import pgtrace  # noqa: E402


def train(rec, updates=3, size=4, **fields):
    """Updates of one episode each, their gradients given."""
    for _ in range(updates):
        for t in range(size):
            rec.step(obs=[0.1 * t, 1.0], action=t % 2, reward=1.0, terminated=t == size - 1, log_prob=-0.5, **fields)
        rec.update(log_prob=[-0.5] * size, coef=[-1.0 - t / 3 for t in range(size)])


def full_disk(path):
    """Every write to /dev/full fails."""
    with pgtrace.open("/dev/full") as rec:
        train(rec, updates=200)


def file_limit(path):
    """No file may grow beyond 20 kB: writing fails in the middle of a line."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    with pgtrace.open(path, every=1) as rec:
        train(rec, updates=200)


def missing_folder(path):
    with pgtrace.open(os.path.join(path, "nowhere", "run.pgtrace")) as rec:
        train(rec)


def no_trace(path):
    with open(path, "w") as file:
        file.write("print('my script')\n")
    with pgtrace.open(path) as rec:
        train(rec)


def again(path):
    for updates in (2, 3):
        with pgtrace.open(path, every=1) as rec:
            train(rec, updates)


def two_at_once(path):
    """Two recorders of one path, as when every rank of a parallel training opens it."""
    with pgtrace.open(path, every=1) as one, pgtrace.open(path, every=1) as other:
        for _ in range(40):
            train(one, 1)
            train(other, 1)


def fork(path):
    """Workers that are forked in the middle, and one that outlives the trainer's close()."""
    rec = pgtrace.open(path, every=1)
    read, write = os.pipe()
    train(rec, 2)
    for worker in range(3):
        if os.fork() == 0:
            train(rec, 5)
            rec.flush()
            rec.close()
            if worker == 2:
                os.close(write)
                os.read(read, 1)
            os._exit(0)
    os.wait(), os.wait()
    train(rec, 2)
    rec.close()
    os.close(write)
    os.wait()


def interrupts(path):
    """A signal that raises every millisecond wherever the recorder is, caught by a trainer that goes on."""

    def interrupt(_, frame):
        if frame.f_code.co_filename == pgtrace.__file__:
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    interrupted = 0
    with pgtrace.open(path, every=1) as rec:
        for _ in range(400):
            try:
                for t in range(4):
                    rec.step(obs=[0.5] * 2000, action=0, reward=1.0, terminated=t == 3, log_prob=-0.5)
                rec.update(log_prob=[-0.5] * 4, coef=[-1.0] * 4)
            except KeyboardInterrupt:
                interrupted += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert interrupted > 5, interrupted


def writer_killed(path):
    with pgtrace.open(path, every=1) as rec:
        train(rec, 2)
        rec.flush()
        os.kill(rec._writer._child.pid, signal.SIGKILL)
        train(rec, 200)


def in_thread(path):
    """No process can be started: a thread writes."""
    sys.executable = ""
    with pgtrace.open(path, every=1) as rec:
        assert isinstance(rec._writer, pgtrace._Thread)
        train(rec, 100)


def thread_full_disk(path):
    sys.executable = ""
    full_disk(path)


def unknown_field(path):
    with pgtrace.open(path, every=1, config=object(), seed=3) as rec:
        train(rec, 3, mask=1j, other=object())


def wrong_call(path):
    with pgtrace.open(path, every=1) as rec:
        train(rec, 2)
        rec.flush()
        rec.step(observation=[1.0], reward=1.0)
        train(rec, 2)


def wrong_shape(path):
    with pgtrace.open(path, every=1) as rec:
        rec.rollout(action=[[0, 1]] * 3, reward=[[1.0, 1.0]] * 3, dones=[[0, 0]] * 2, next_done=[0, 0])


def not_closed(path):
    rec = pgtrace.open(path, every=1)
    train(rec, 3)


def dropped(path):
    """The recorder is the function's own, and nobody closes it."""

    def run():
        train(pgtrace.open(path, every=1), 3)

    run()


def raises(path):
    rec = pgtrace.open(path, every=1)
    train(rec, 3)
    raise ValueError("the trainer's own mistake")


def no_stderr(path):
    sys.stderr = None
    with pgtrace.open(path, every=1) as rec:
        train(rec, 2, mask=1j)


def main():
    case, path = sys.argv[1:]
    globals()[case](path)
    print("trained")


main()
