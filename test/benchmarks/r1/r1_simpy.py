"""R1, the weekly-retry reference workload, on SimPy: one process an installation.

Links are drawn no further than an attempt asks, as a modeller who cares for speed would do; a process of its own for
each link would be several times slower. Usage: r1_simpy.py --n N --seed S; prints one line of JSON.
"""

import argparse
import json
import random
import time

import simpy

ENDS = ("wan", "key", "han", "five", "migrated", "left")
# (upper bound of a uniform draw, mean days up, mean days down)
WAN_CLASSES = ((0.930, 365, 0.5), (0.985, 20, 6), (1, 3, 200))
HAN_CLASSES = ((0.95, 400, 0.2), (0.98, 10, 4), (1, 1, 400))
WAN_WINDOW, HAN_WINDOW, WEEK, FIRST_MAX = 7, 3, 7, 28
KEY_WRONG, HARD_SHARE, HARD_FAILS, EASY_FAILS = 0.003, 0.02, 0.8, 0.03
ATTEMPTS_MAX = 56
# Installations in one environment: a short event list is a fast one.
BATCH = 1000


class Link:
    """An alternating renewal process: `change` ends the present state, `lost` is when the last up time ended."""

    __slots__ = ("up_rate", "down_rate", "change", "lost", "up", "draws")

    def __init__(self, classes, draws):
        u = draws.random()
        for below, up_mean, down_mean in classes:
            if u < below:
                break
        self.draws = draws
        self.up_rate = 1 / up_mean
        self.down_rate = 1 / down_mean
        self.up = draws.random() * (up_mean + down_mean) < up_mean
        self.lost = 0.0
        if self.up:
            self.change = draws.expovariate(self.up_rate)
        else:
            self.lost = -draws.expovariate(self.down_rate)
            self.change = draws.expovariate(self.down_rate)

    def contact_since(self, t, window):
        while self.change <= t:
            if self.up:
                self.lost = self.change
                self.change += self.draws.expovariate(self.down_rate)
            else:
                self.change += self.draws.expovariate(self.up_rate)
            self.up = not self.up
        return self.up or self.lost >= t - window


def installation(env, draws, counts):
    wan = Link(WAN_CLASSES, draws)
    han = None
    key_wrong = draws.random() < KEY_WRONG
    fails = HARD_FAILS if draws.random() < HARD_SHARE else EASY_FAILS
    wan_failures = han_failures = failures = 0
    yield env.timeout(draws.random() * FIRST_MAX)
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            yield env.timeout(WEEK)
        if not wan.contact_since(env.now, WAN_WINDOW):
            wan_failures += 1
            if wan_failures == 3:
                counts["wan"] += 1
                return
        elif key_wrong:
            counts["key"] += 1
            return
        else:
            if han is None:
                han = Link(HAN_CLASSES, draws)
            if not han.contact_since(env.now, HAN_WINDOW):
                han_failures += 1
                if han_failures == 3:
                    counts["han"] += 1
                    return
            elif draws.random() >= fails:
                counts["migrated"] += 1
                return
        failures += 1
        if failures == 5:
            counts["five"] += 1
            return
    counts["left"] += 1


def run(n, seed):
    draws = random.Random(seed)
    counts = dict.fromkeys(ENDS, 0)
    for start in range(0, n, BATCH):
        env = simpy.Environment()
        for _ in range(min(BATCH, n - start)):
            env.process(installation(env, draws, counts))
        env.run()
    return counts


def main(run, engine):
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    run(options.n // 10, options.seed + 1)  # warm-up
    used = time.process_time()
    start = time.perf_counter()
    counts = run(options.n, options.seed)
    seconds = time.perf_counter() - start
    processor = time.process_time() - used
    result = {"engine": engine, "n": options.n, "seconds": seconds, "processor": processor, "counts": counts}
    print(json.dumps(result))


if __name__ == "__main__":
    main(run, f"simpy {simpy.__version__}")
