/* R1 written a second time, with the kernel's dice: the same Threefry words at the same addresses, and the same instants in
 * whole seconds. It was written from the descriptions of the dice, the workload and the links. Its six counts must therefore
 * be *equal* to the kernel's, and a difference is an error in one of the two. It takes one installation after another and
 * draws every word where it is needed. Usage: r1_threefry --n N --k0 WORD --k1 WORD; prints one line of JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAN, KEY, HAN, FIVE, MIGRATED, LEFT, ENDS };
static const char *const END_NAMES[ENDS] = {"wan", "key", "han", "five", "migrated", "left"};

/* Streams of a replication, by number. */
enum { ATTRIBUTES_STREAM = 1, WAN_STREAM = 2, HAN_STREAM = 5, FAULTS_STREAM = 9 };

static const double DAY = 86400;
/* 2021-02-01, the first instant; London is at UTC then. */
static const double START = 1612137600, START_DAY = 18659, ENTRY_DAYS = 28;
/* Attempts fall within these hours of the London day. */
static const double FROM_SECONDS = 8 * 3600, SPAN_SECONDS = 10 * 3600;
/* A contact exactly as old as the window still passes. */
static const double WAN_WINDOW = 7 * 86400 + 1, HAN_WINDOW = 72 * 3600 + 1;
static const double KEY_WRONG = 0.003, HARD_SHARE = 0.02, HARD_PASSES = 0.2, EASY_PASSES = 0.97;
static const int ATTEMPTS_MAX = 56, DAYS_BETWEEN = 7, THREE = 3, FIVE_FAILURES = 5;

/* Threefry-2x32-20 (Salmon et al. 2011). */
typedef struct {
  uint32_t a, b;
} Words;

static inline uint32_t rotl(uint32_t x, int k) { return (x << k) | (x >> (32 - k)); }

static inline Words threefry(Words key, uint32_t c0, uint32_t c1) {
  static const int rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t k[3] = {key.a, key.b, 0x1bd11bda ^ key.a ^ key.b};
  Words w = {c0 + k[0], c1 + k[1]};
  for (uint32_t four = 0; four < 5; four += 1) {
    for (int i = 0; i < 4; i += 1) {
      w.a += w.b;
      w.b = rotl(w.b, rotations[(four % 2) * 4 + i]) ^ w.a;
    }
    w.a += k[(four + 1) % 3];
    w.b += k[(four + 2) % 3] + four + 1;
  }
  return w;
}

static inline double uniform(uint32_t word) { return (word + 0.5) * 0x1p-32; }

typedef struct {
  Words attributes, wan, han, faults;
  uint32_t residual; /* index of the fault's first draw */
} Dice;

/* Two words for a name: its characters are counters, each under the key that those before it made. */
static Words name_words(const char *name) {
  Words key = {0, 0};
  for (uint32_t i = 0; name[i]; i += 1) key = threefry(key, (unsigned char)name[i], i);
  return key;
}

/* The name of a fault says where its draws stand: 2^18 blocks of 4096. */
static uint32_t fault_index(const char *name) { return (name_words(name).a % (1u << 18)) * 4096; }

/* The key of a stream of replication 0, turned to a population by its name; entities are positions in the population. */
static Words stream_of(Words seed, uint32_t stream, Words population) {
  return threefry(threefry(seed, 0, stream), population.a, population.b);
}

static Dice dice_of(Words seed) {
  const Words all = name_words("all");
  const Dice dice = {stream_of(seed, ATTRIBUTES_STREAM, all), stream_of(seed, WAN_STREAM, all),
                     stream_of(seed, HAN_STREAM, all), stream_of(seed, FAULTS_STREAM, all), fault_index("residual")};
  return dice;
}

/* Shares, and mean seconds up and down. In the order of their names (bad, healthy, intermittent), as the dice are dealt. */
typedef struct {
  double share, up, down;
} LinkClass;
static const LinkClass WAN_CLASSES[3] = {
    {0.015, 3 * 86400., 200 * 86400.}, {0.93, 365 * 86400., 0.5 * 86400}, {0.055, 20 * 86400., 6 * 86400.}};
static const LinkClass HAN_CLASSES[3] = {
    {0.02, 86400., 400 * 86400.}, {0.95, 400 * 86400., 0.2 * 86400}, {0.03, 10 * 86400., 4 * 86400.}};

/* Picks a class by share; what is left of the uniform is the uniform within it, kept off 0 and 1. */
static int pick(const LinkClass *classes, double u, double *rest) {
  double low = 0, upto = classes[0].share;
  int i = 0;
  while (u >= upto) {
    low = upto;
    i += 1;
    upto = i == 2 ? 1 : upto + classes[i].share;
  }
  *rest = (u - low) / (upto - low);
  if (*rest <= 0) *rest = 1e-12;
  else if (*rest >= 1) *rest = 1 - 1e-12;
  return i;
}

/* Outages so far, [from, to); `next` is when the present up time ends. */
enum { OUTAGES_MAX = 4096 };
typedef struct {
  Words key;
  uint32_t entity, draws;
  const LinkClass *class;
  double next;
  int count;
  double from[OUTAGES_MAX], to[OUTAGES_MAX];
} Link;

static void outage(Link *link, double from, double to) {
  if (link->count == OUTAGES_MAX) abort();
  link->from[link->count] = from;
  link->to[link->count] = to;
  link->count += 1;
}

static void begin(Link *link, const LinkClass *classes, Words key, uint32_t entity) {
  const Words w = threefry(key, entity, 0);
  double rest;
  const LinkClass *const c = &classes[pick(classes, uniform(w.a), &rest)];
  const double availability = c->up / (c->up + c->down);
  link->key = key;
  link->entity = entity;
  link->draws = 0;
  link->class = c;
  link->count = 0;
  double up_from = START;
  if (rest >= availability) {
    /* Down at the start: age and residual life of the outage are exponential both, so its length is their sum. */
    const double u = (rest - availability) / (1 - availability);
    const Words v = threefry(key, entity, link->draws = 1);
    const double length = -c->down * (log(u > 0 ? u : 1e-12) + log(uniform(v.b)));
    const double age = length * uniform(v.a);
    outage(link, START - age, START + length - age);
    up_from = START + (length - age);
  }
  link->next = up_from - c->up * log(uniform(w.b));
}

static void advance(Link *link, double at) {
  while (link->next <= at) {
    const Words w = threefry(link->key, link->entity, ++link->draws);
    const double from = link->next, to = from + -link->class->down * log(uniform(w.a));
    outage(link, from, to);
    link->next = to - link->class->up * log(uniform(w.b));
  }
}

/* Contact is continuous while the link is up: the latest whole second that no outage covers. */
static double last_contact(Link *link, double at) {
  advance(link, at);
  double candidate = at;
  for (int i = link->count - 1; i >= 0; i -= 1) {
    if (candidate < link->from[i]) continue;
    if (candidate >= link->to[i]) break;
    candidate = ceil(link->from[i]) - 1;
  }
  return candidate;
}

/* Between the last Sundays of March and October, 01:00 UTC, London is an hour ahead. */
static double working_instant(double day) {
  static const double summers[2][2] = {{1616893200, 1635642000}, {1648342800, 1667091600}};
  const double whole = floor(day), at = whole * DAY + (FROM_SECONDS + floor((day - whole) * SPAN_SECONDS));
  for (int i = 0; i < 2; i += 1) {
    if (at >= summers[i][0] && at < summers[i][1]) return at - 3600;
  }
  return at;
}

static Link wan, han;

static int installation(const Dice *dice, uint32_t entity) {
  const Words entry = threefry(dice->attributes, entity, 0);
  const int key_wrong = uniform(entry.b) < KEY_WRONG;
  double day = START_DAY + uniform(entry.a) * ENTRY_DAYS;
  if (day > START_DAY + ENTRY_DAYS - 1 / DAY) day = START_DAY + ENTRY_DAYS - 1 / DAY;
  int wan_failures = 0, han_failures = 0, failures = 0, han_begun = 0, asked = 0;
  double passes = 0;
  Words luck = {0, 0};
  begin(&wan, WAN_CLASSES, dice->wan, entity);
  for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1, day += DAYS_BETWEEN) {
    const double at = working_instant(day);
    if (!(at - last_contact(&wan, at) < WAN_WINDOW)) {
      if (++wan_failures == THREE) return WAN;
    } else if (key_wrong) {
      return KEY;
    } else {
      if (!han_begun) begin(&han, HAN_CLASSES, dice->han, entity);
      han_begun = 1;
      if (!(at - last_contact(&han, at) < HAN_WINDOW)) {
        if (++han_failures == THREE) return HAN;
      } else {
        /* The first answer stands with the class; then two answers share a draw. */
        double u;
        if (asked == 0) {
          luck = threefry(dice->faults, entity, dice->residual);
          passes = uniform(luck.a) < HARD_SHARE ? HARD_PASSES : EASY_PASSES;
          u = uniform(luck.b);
        } else {
          if (asked % 2 == 1) luck = threefry(dice->faults, entity, dice->residual + 1 + (uint32_t)(asked - 1) / 2);
          u = uniform(asked % 2 == 1 ? luck.a : luck.b);
        }
        asked += 1;
        if (u < passes) return MIGRATED;
      }
    }
    if (++failures == FIVE_FAILURES) return FIVE;
  }
  return LEFT;
}

static void run(Words seed, uint32_t n, int64_t counts[ENDS]) {
  const Dice dice = dice_of(seed);
  memset(counts, 0, ENDS * sizeof counts[0]);
  for (uint32_t entity = 0; entity < n; entity += 1) counts[installation(&dice, entity)] += 1;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  uint32_t n = 1000000;
  int64_t counts[ENDS];
  Words seed = {0, 0};
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint32_t value = (uint32_t)strtoll(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "--n") == 0) n = value;
    else if (strcmp(argv[i], "--k0") == 0) seed.a = value;
    else if (strcmp(argv[i], "--k1") == 0) seed.b = value;
    else return fprintf(stderr, "usage: r1_threefry --n N --k0 WORD --k1 WORD\n"), 1;
  }
  run((Words){seed.a + 1, seed.b}, n / 10, counts); /* warm-up */
  const clock_t used = clock();
  const double from = seconds_now();
  run(seed, n, counts);
  const double seconds = seconds_now() - from;
  const double processor = (double)(clock() - used) / CLOCKS_PER_SEC;
  printf("{\"engine\":\"c, threefry\",\"n\":%" PRIu32 ",\"seconds\":%.6f,\"processor\":%.6f,\"counts\":{", n, seconds, processor);
  for (int end = 0; end < ENDS; end += 1) printf("%s\"%s\":%" PRId64, end ? "," : "", END_NAMES[end], counts[end]);
  printf("}}\n");
  return 0;
}
