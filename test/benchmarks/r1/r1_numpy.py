"""R1, the weekly-retry reference workload, on NumPy: whole blocks of installations, one attempt of all at a time.

Only the installations still trying are carried from week to week, and links are drawn no further than an attempt asks.
Generator: SFC64, NumPy's fastest. Usage: r1_numpy.py --n N --seed S [--block B]; prints one line of JSON.
"""

import argparse
import json
import time

import numpy as np

ENDS = ("wan", "key", "han", "five", "migrated", "left")
# Upper bounds of a uniform draw; mean days up and down.
WAN_CLASSES = (np.array([0.930, 0.985]), np.array([365, 20, 3.0]), np.array([0.5, 6, 200]))
HAN_CLASSES = (np.array([0.95, 0.98]), np.array([400, 10, 1.0]), np.array([0.2, 4, 400]))
WAN_WINDOW, HAN_WINDOW, WEEK, FIRST_MAX = 7, 3, 7, 28
KEY_WRONG, HARD_SHARE, HARD_FAILS, EASY_FAILS = 0.003, 0.02, 0.8, 0.03
ATTEMPTS_MAX = 56


class Links:
    """Alternating renewal processes: `change` ends the present state, `lost` is when the last up time ended."""

    def __init__(self, rng, classes, count):
        below, up, down = classes
        self.rng = rng
        u = rng.random(count)
        rare = np.flatnonzero(u >= below[0])
        kind = (u[rare] >= below[1]).astype(np.intp) + 1
        self.up_mean = np.full(count, up[0])
        self.down_mean = np.full(count, down[0])
        self.up_mean[rare] = up[kind]
        self.down_mean[rare] = down[kind]
        self.up = rng.random(count) * (self.up_mean + self.down_mean) < self.up_mean
        self.change = rng.standard_exponential(count)
        self.change *= self.up_mean
        self.lost = np.zeros(count)
        dark = np.flatnonzero(~self.up)
        self.change[dark] = rng.standard_exponential(dark.size) * self.down_mean[dark]
        self.lost[dark] = -rng.standard_exponential(dark.size) * self.down_mean[dark]

    def keep(self, rows):
        for name in ("up_mean", "down_mean", "up", "change", "lost"):
            setattr(self, name, getattr(self, name)[rows])

    def contact_since(self, t, window):
        due = np.flatnonzero(self.change <= t)
        while due.size:
            was_up = self.up[due]
            now = self.change[due]
            self.lost[due] = np.where(was_up, now, self.lost[due])
            mean = np.where(was_up, self.down_mean[due], self.up_mean[due])
            now += self.rng.standard_exponential(due.size) * mean
            self.change[due] = now
            self.up[due] = ~was_up
            due = due[now <= t[due]]
        return self.up | (self.lost >= t - window)


def block(rng, count, counts):
    wan = Links(rng, WAN_CLASSES, count)
    han = Links(rng, HAN_CLASSES, count)
    key_wrong = rng.random(count) < KEY_WRONG
    fails = np.where(rng.random(count) < HARD_SHARE, HARD_FAILS, EASY_FAILS)
    t = rng.random(count) * FIRST_MAX
    wan_failures = np.zeros(count, np.int8)
    han_failures = np.zeros(count, np.int8)
    failures = np.zeros(count, np.int8)
    for _ in range(ATTEMPTS_MAX):
        has_wan = wan.contact_since(t, WAN_WINDOW)
        # A wrong key ends an installation before its HAN is asked; drawing the HAN further meanwhile changes no law.
        has_han = han.contact_since(t, HAN_WINDOW)
        key_ends = has_wan & key_wrong
        passed = has_wan & has_han & (rng.random(t.size) >= fails)
        passed &= ~key_ends
        going = np.flatnonzero(~(passed | key_ends))
        counts["key"] += int(np.count_nonzero(key_ends))
        counts["migrated"] += int(np.count_nonzero(passed))
        no_wan = ~has_wan[going]
        no_han = ~no_wan & ~has_han[going]
        wan_failures = wan_failures[going] + no_wan
        han_failures = han_failures[going] + no_han
        failures = failures[going] + 1
        wan_ends = wan_failures == 3
        han_ends = han_failures == 3
        five_ends = (failures == 5) & ~wan_ends & ~han_ends
        counts["wan"] += int(np.count_nonzero(wan_ends))
        counts["han"] += int(np.count_nonzero(han_ends))
        counts["five"] += int(np.count_nonzero(five_ends))
        stay = np.flatnonzero(~(wan_ends | han_ends | five_ends))
        wan_failures, han_failures, failures = wan_failures[stay], han_failures[stay], failures[stay]
        going = going[stay]
        if going.size == 0:
            return
        wan.keep(going)
        han.keep(going)
        key_wrong, fails, t = key_wrong[going], fails[going], t[going] + WEEK
    counts["left"] += int(t.size)


def run(n, seed, size):
    rng = np.random.Generator(np.random.SFC64(seed))
    counts = dict.fromkeys(ENDS, 0)
    for start in range(0, n, size):
        block(rng, min(size, n - start), counts)
    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--block", type=int, default=100_000)
    options = parser.parse_args()
    run(options.n // 10, options.seed + 1, options.block)  # warm-up
    used = time.process_time()
    start = time.perf_counter()
    counts = run(options.n, options.seed, options.block)
    seconds = time.perf_counter() - start
    processor = time.process_time() - used
    engine = f"numpy {np.__version__}, blocks of {options.block}"
    result = {"engine": engine, "n": options.n, "seconds": seconds, "processor": processor, "counts": counts}
    print(json.dumps(result))


main()
