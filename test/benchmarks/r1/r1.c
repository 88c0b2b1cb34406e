/* R1, the weekly-retry reference workload, as a C program would be written for it: one thread, one installation after
 * another, links drawn no further than an attempt asks. Generator: xoshiro256++ (Blackman and Vigna), seeded by
 * splitmix64; doubles of 53 bits. Usage: r1 --n N --seed S; prints one line of JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAN, KEY, HAN, FIVE, MIGRATED, LEFT, ENDS };
static const char *const END_NAMES[ENDS] = {"wan", "key", "han", "five", "migrated", "left"};

/* Shares as upper bounds of a uniform draw; mean days up and down. */
typedef struct {
  double below, up, down;
} LinkClass;
static const LinkClass WAN_CLASSES[3] = {{0.930, 365, 0.5}, {0.985, 20, 6}, {1, 3, 200}};
static const LinkClass HAN_CLASSES[3] = {{0.95, 400, 0.2}, {0.98, 10, 4}, {1, 1, 400}};
static const double WAN_WINDOW = 7, HAN_WINDOW = 3, WEEK = 7, FIRST_MAX = 28;
static const double KEY_WRONG = 0.003, HARD_SHARE = 0.02, HARD_FAILS = 0.8, EASY_FAILS = 0.03;
static const int ATTEMPTS_MAX = 56, THREE = 3, FIVE_FAILURES = 5;

static uint64_t s[4];

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(void) {
  const uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return result;
}

static void seed_with(uint64_t seed) {
  for (int i = 0; i < 4; i += 1) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    s[i] = z ^ (z >> 31);
  }
}

static inline double uniform(void) { return (double)(next() >> 11) * 0x1p-53; }
static inline double exponential(double mean) { return -mean * log(1 - uniform()); }

/* An alternating renewal process: `change` is when the present state ends, `lost` when the last up time ended. */
typedef struct {
  double up_mean, down_mean, change, lost;
  int up;
} Link;

static inline Link link_at_zero(const LinkClass classes[3]) {
  const double u = uniform();
  const LinkClass *const c = u < classes[0].below ? &classes[0] : u < classes[1].below ? &classes[1] : &classes[2];
  Link link = {c->up, c->down, 0, 0, uniform() * (c->up + c->down) < c->up};
  if (link.up) {
    link.change = exponential(c->up);
  } else {
    link.lost = -exponential(c->down);
    link.change = exponential(c->down);
  }
  return link;
}

static inline int contact_since(Link *link, double t, double window) {
  while (link->change <= t) {
    if (link->up) {
      link->lost = link->change;
      link->change += exponential(link->down_mean);
    } else {
      link->change += exponential(link->up_mean);
    }
    link->up = !link->up;
  }
  return link->up || link->lost >= t - window;
}

static int installation(void) {
  Link wan = link_at_zero(WAN_CLASSES), han = link_at_zero(HAN_CLASSES);
  const int key_wrong = uniform() < KEY_WRONG;
  const double fails = uniform() < HARD_SHARE ? HARD_FAILS : EASY_FAILS;
  double t = uniform() * FIRST_MAX;
  int wan_failures = 0, han_failures = 0, failures = 0;
  for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1, t += WEEK) {
    if (!contact_since(&wan, t, WAN_WINDOW)) {
      if (++wan_failures == THREE) return WAN;
    } else if (key_wrong) {
      return KEY;
    } else if (!contact_since(&han, t, HAN_WINDOW)) {
      if (++han_failures == THREE) return HAN;
    } else if (uniform() >= fails) {
      return MIGRATED;
    }
    if (++failures == FIVE_FAILURES) return FIVE;
  }
  return LEFT;
}

static void run(int64_t n, uint64_t seed, int64_t counts[ENDS]) {
  seed_with(seed);
  memset(counts, 0, ENDS * sizeof counts[0]);
  for (int64_t i = 0; i < n; i += 1) counts[installation()] += 1;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  int64_t n = 1000000, counts[ENDS];
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--n") == 0) n = strtoll(argv[i + 1], NULL, 10);
    else if (strcmp(argv[i], "--seed") == 0) seed = strtoull(argv[i + 1], NULL, 10);
    else return fprintf(stderr, "usage: r1 --n N --seed S\n"), 1;
  }
  run(n / 10, seed + 1, counts); /* warm-up */
  const clock_t used = clock();
  const double from = seconds_now();
  run(n, seed, counts);
  const double seconds = seconds_now() - from;
  const double processor = (double)(clock() - used) / CLOCKS_PER_SEC;
  printf("{\"engine\":\"c\",\"n\":%" PRId64 ",\"seconds\":%.6f,\"processor\":%.6f,\"counts\":{", n, seconds, processor);
  for (int end = 0; end < ENDS; end += 1) printf("%s\"%s\":%" PRId64, end ? "," : "", END_NAMES[end], counts[end]);
  printf("}}\n");
  return 0;
}
