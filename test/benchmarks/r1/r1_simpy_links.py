"""R1, the weekly-retry reference workload, on SimPy, with every link a process of its own that goes up and down.

This is how the model reads in SimPy's own terms; `r1_simpy.py` draws links only as far as an attempt asks instead, which is
faster. A link rests once its installation has ended. Usage: r1_simpy_links.py --n N --seed S; prints one line of JSON.
"""

import random

import simpy

# The workload's numbers and the measuring are those of the other.
from r1_simpy import (
    ATTEMPTS_MAX,
    BATCH,
    EASY_FAILS,
    ENDS,
    FIRST_MAX,
    HAN_CLASSES,
    HAN_WINDOW,
    HARD_FAILS,
    HARD_SHARE,
    KEY_WRONG,
    WAN_CLASSES,
    WAN_WINDOW,
    WEEK,
    main,
)


class Link:
    """`lost` is when the last up time ended; while the link is up, contact is continuous."""

    __slots__ = ("up", "lost", "needed")

    def __init__(self):
        self.needed = True

    def contact_since(self, t):
        return self.up or self.lost >= t


def alternate(env, link, classes, draws):
    u = draws.random()
    for below, up_mean, down_mean in classes:
        if u < below:
            break
    link.up = draws.random() * (up_mean + down_mean) < up_mean
    link.lost = 0.0 if link.up else -draws.expovariate(1 / down_mean)
    while True:
        yield env.timeout(draws.expovariate(1 / (up_mean if link.up else down_mean)))
        if not link.needed:
            return
        if link.up:
            link.lost = env.now
        link.up = not link.up


def attempts(env, wan, han, draws):
    key_wrong = draws.random() < KEY_WRONG
    fails = HARD_FAILS if draws.random() < HARD_SHARE else EASY_FAILS
    wan_failures = han_failures = failures = 0
    yield env.timeout(draws.random() * FIRST_MAX)
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            yield env.timeout(WEEK)
        if not wan.contact_since(env.now - WAN_WINDOW):
            wan_failures += 1
            if wan_failures == 3:
                return "wan"
        elif key_wrong:
            return "key"
        elif not han.contact_since(env.now - HAN_WINDOW):
            han_failures += 1
            if han_failures == 3:
                return "han"
        elif draws.random() >= fails:
            return "migrated"
        failures += 1
        if failures == 5:
            return "five"
    return "left"


def installation(env, draws, counts):
    wan, han = Link(), Link()
    env.process(alternate(env, wan, WAN_CLASSES, draws))
    env.process(alternate(env, han, HAN_CLASSES, draws))
    end = yield from attempts(env, wan, han, draws)
    counts[end] += 1
    wan.needed = han.needed = False


def run(n, seed):
    draws = random.Random(seed)
    counts = dict.fromkeys(ENDS, 0)
    for start in range(0, n, BATCH):
        env = simpy.Environment()
        fleet = [env.process(installation(env, draws, counts)) for _ in range(min(BATCH, n - start))]
        env.run(until=env.all_of(fleet))
    return counts


main(run, f"simpy {simpy.__version__}, a process for each link")
