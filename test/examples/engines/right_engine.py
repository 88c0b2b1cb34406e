#!/usr/bin/env python3
"""A right exclusion engine in Python, standard library only, to start your own from.

It speaks the engine protocol (`smets1-bench check schema engine`): JSON objects, one a line, on standard input and
output. It was written from the text of the rules alone, so it is also a second opinion on the bench.
Try it: smets1-bench check engine --command "python3 test/examples/engines/right_engine.py"
"""
import json
import sys
from datetime import datetime, timedelta, timezone

WEEK = timedelta(days=7)
BEGINNING = datetime.min.replace(tzinfo=timezone.utc)
CATEGORIES = ["master-key", "uneconomic-to-test", "no-wan-before", "no-wan-attempting", "gt01", "five-retries"]


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def written(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def last_sunday(year, month):
    """01:00 UTC on the last Sunday of March or October, when the clocks of London change."""
    day = datetime(year, month, 31, 1, tzinfo=timezone.utc)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def london(at):
    """The London wall-clock time of an instant, as a naive datetime."""
    summer = last_sunday(at.year, 3) <= at < last_sunday(at.year, 10)
    return (at + timedelta(hours=1 if summer else 0)).replace(tzinfo=None)


def london_midnight(date_text):
    local = datetime.strptime(date_text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    return local - timedelta(hours=1) if london(local) != local.replace(tzinfo=None) else local


def week_of(at):
    return london(at).isocalendar()[:2]


def is_failure(row):
    return row["outcome"] not in ("ok", "ok-esme")


class Contradiction(Exception):
    """Rows of one key that do not agree."""


def distinct(rows, key):
    """Equal rows are one. Rows of one key that differ contradict each other."""
    found = {}
    for row in rows:
        if found.setdefault(key(row), row) != row:
            raise Contradiction("two rows of one key differ at " + written(row["at"]))
    return sorted(found.values(), key=lambda row: row["at"])


def event_key(row):
    name = row["event"]
    family = next((prefix for prefix in ("master-key-", "sos-") if name.startswith(prefix)), name)
    return row["at"], family


class Known:
    """The records up to an instant, and the state that they make."""

    def __init__(self, installation, attempts, events, at):
        self.at = at
        self.attempts = [row for row in attempts if row["at"] <= at]
        self.events = [row for row in events if row["at"] <= at]
        self.esme = installation["esme_dormant"] == "yes"
        self.has_gas = bool(installation.get("mprn"))
        self.gsme = installation.get("gsme_dormant") == "yes"
        self.mode = installation["electricity_payment_mode"]
        self.gas_mode = installation.get("gas_payment_mode")
        self.supplier = installation.get("electricity_supplier") or ""
        self.gas_supplier = installation.get("gas_supplier") or ""
        self.cohort = installation["cohort"]
        self.registered = self.cos = self.readmit = BEGINNING
        for row in self.events:
            self.apply(row)
        self.migration = next(
            (a for a in self.attempts if a["at"] > self.readmit and a["kind"] == "migration" and not is_failure(a)),
            None,
        )

    def apply(self, row):
        name, value, at = row["event"], row.get("value") or "", row["at"]
        if name == "esme-dormant":
            self.esme = value == "yes"
        elif name == "gsme-dormant":
            self.gsme = value == "yes"
        elif name == "electricity-payment-mode":
            self.mode = value
        elif name == "gas-payment-mode":
            self.gas_mode = value
        elif name == "electricity-supplier" and value != self.supplier:
            self.supplier, self.cos = value, at
        elif name == "gas-supplier" and value != self.gas_supplier:
            self.gas_supplier, self.cos, self.registered = value, at, at
        elif name == "readmit":
            self.readmit = at


class Engine:
    """Decides histories by one rule set."""

    def __init__(self, rules):
        self.rules = rules
        self.readings = rules["readings"]
        self.clauses = {name: rules["clauses"][name] for name in CATEGORIES if rules["clauses"].get(name)}
        day_after = datetime.strptime(rules["expiresOn"], "%Y-%m-%d") + timedelta(days=1)
        self.expiry = london_midnight(day_after.strftime("%Y-%m-%d"))

    # --- scope ---

    def in_scope(self, name, clause, known):
        everyone = self.readings["uneconomicCohorts"] == "all" and name == "uneconomic-to-test"
        if known.cohort not in clause["cohorts"] and not everyone:
            return False
        solely = known.esme and (not known.has_gas or known.gsme)
        dormancy = clause["dormancy"]
        if dormancy == "gsmeRoutes" and not known.has_gas:
            return False
        if dormancy == "solelyDormant" and not solely:
            return False
        if dormancy == "dormantMeters":
            some = known.esme or (known.has_gas and known.gsme)
            if not (some if self.readings["mixed"] == "anyDormant" else solely):
                return False
        if known.cohort in clause["creditCohorts"]:
            mode = self.readings["paymentMode"]
            if mode != "electricity" and known.gas_mode != "credit":
                return False
            if mode != "gas" and known.mode != "credit":
                return False
        return True

    # --- counting ---

    def in_force(self, clause):
        return None if clause["inForceFrom"] is None else london_midnight(clause["inForceFrom"])

    def eligible(self, clause, row, known):
        if row["at"] <= known.readmit:
            return False
        if row["cause"] == "system" and self.readings["systemAttempts"] == "ignored":
            return False
        if self.readings["cosRestarts"] == "yes" and row["at"] < known.cos:
            return False
        if self.readings["beforeInForce"] == "ignore":
            start = self.in_force(clause)
            return start is not None and row["at"] >= start
        return True

    def has_outcome(self, shows, row):
        if not is_failure(row):
            return False
        if shows["outcomes"] != "anyFailure":
            return row["outcome"] in shows["outcomes"]
        if self.readings["fiveCounts"] == "otherThanMA112AndGT01":
            counts = [c["shows"] for c in self.clauses.values() if c["shows"]["type"] == "count"]
            own = [s for s in counts if s["kind"] == "migration" and s["outcomes"] != "anyFailure"]
            return not any(row["outcome"] in s["outcomes"] for s in own)
        return True

    def restarted(self, shows, rows):
        since = BEGINNING
        for row in rows:
            if shows["kind"] == "instruction":
                if self.readings["preparationClears"] == "yes" and not is_failure(row):
                    since = row["at"]
            elif self.readings["reset"] == "otherOutcome":
                if row["cause"] == "device" and not self.has_outcome(shows, row):
                    since = row["at"]
        return since

    def counted(self, clause, known, ignore=lambda row: False):
        """The units of a clause: for each the instants of its attempts, the earliest first."""
        shows = clause["shows"]
        rows = [row for row in known.attempts if row["kind"] == shows["kind"]]
        since = self.restarted(shows, rows)
        eligible = [row for row in rows if self.eligible(clause, row, known)]

        def counts(row):
            if not self.has_outcome(shows, row) or (shows["exceptTable510"] and row["table_5_10"] == "yes"):
                return False
            return row["at"] > since and not ignore(row)

        chosen = [row for row in eligible if counts(row)]
        spaced = shows["kind"] == "instruction" and self.readings["instructionSpacing"] == "week"
        if shows["separation"] != "week" and not spaced:
            return [[row["at"]] for row in chosen]
        if self.readings["separateWeeks"] == "sevenDays":
            units = []
            for row in chosen:
                if units and row["at"] - units[-1][0] < WEEK:
                    units[-1].append(row["at"])
                else:
                    units.append([row["at"]])
            return units
        weeks, last = {}, {}
        for row in eligible:
            last[week_of(row["at"])] = counts(row)
        for row in chosen:
            weeks.setdefault(week_of(row["at"]), []).append(row["at"])
        if self.readings["weekCode"] == "last":
            weeks = {week: ats for week, ats in weeks.items() if last[week]}
        return list(weeks.values())

    # --- holding at an instant ---

    def instructed(self, known):
        found = None
        for row in known.events:
            if row["event"] != "supplier-gsme-exclusion" or not known.gas_supplier:
                continue
            if (row.get("value") or "") != known.gas_supplier:
                continue
            if row["at"] > known.readmit and row["at"] >= known.registered:
                found = row["at"]
        return found

    def finding(self, name, clause, known):
        """(counted, evidence, counter state) where the clause holds by itself, else None."""
        if not self.in_scope(name, clause, known):
            return None
        shows = clause["shows"]
        if shows["type"] == "standing":
            since = None
            for row in known.events:
                if row["at"] > known.readmit and row["event"] in shows["family"]:
                    since = (since or row["at"]) if row["event"] == shows["holds"] else None
            return None if since is None else (None, [since], known)
        units = self.counted(clause, known)
        active = clause["dormancy"] == "gsmeRoutes" and not known.gsme
        need = shows["atLeast"]
        if active:
            need = 1 if self.readings["activeGt01Evidence"] == "one" else 0
        if len(units) < need:
            return None
        if shows["kind"] == "instruction" and self.readings["attemptCloses187"] == "yes":
            if any(a["kind"] == "migration" and self.eligible(clause, a, known) for a in known.attempts):
                return None
        evidence = [unit[0] for unit in units]
        if active:
            instruction = self.instructed(known)
            if instruction is None:
                return None
            evidence = sorted(evidence + [instruction])
        return len(units), evidence, known

    # --- the whole history ---

    def decide(self, installation, attempts, events, as_of):
        attempts = distinct([a for a in attempts if a["at"] <= as_of], lambda a: (a["at"], a["kind"]))
        events = distinct([e for e in events if e["at"] <= as_of], event_key)
        lasting = {name: None for name in self.clauses}
        for at in sorted({row["at"] for row in attempts + events}):
            known = Known(installation, attempts, events, at)
            for name, clause in self.clauses.items():
                lasting[name] = self.stretch(name, clause, known, lasting[name])
        return self.verdicts({name: stretch for name, stretch in lasting.items() if stretch}, as_of)

    def stretch(self, name, clause, known, before):
        """(since, finding) of the stretch that lasts at an instant, given the one that lasted before it."""
        end = known.migration
        if end is None:
            return self.own_stretch(name, clause, known, before)
        if end["outcome"] == "ok" or name != "gt01":
            return None
        if known.at > end["at"]:
            return before
        known.attempts = [row for row in known.attempts if row is not end]
        known.migration = None
        kept = self.own_stretch(name, clause, known, before)
        known.migration = end
        known.attempts = sorted(known.attempts + [end], key=lambda row: row["at"])
        return kept

    def own_stretch(self, name, clause, known, before):
        finding = self.finding(name, clause, known)
        if finding is not None:
            return (before[0] if before else known.at), finding
        start = self.in_force(clause)
        if before and self.readings["membership"] == "sticky" and start is not None and known.readmit < known.at:
            effective = max(before[0], start)
            if effective < known.at and effective < self.expiry:
                return before
        return None

    def verdicts(self, held, as_of):
        reported = self.reported(held)
        rows = []
        for name, (since, (count, evidence, _)) in held.items():
            start = self.in_force(self.clauses[name])
            effective = None if start is None else max(since, start)
            if effective is not None and (effective > as_of or effective >= self.expiry):
                effective = None
            rows.append(
                {
                    "category": name,
                    "clause": self.clauses[name]["clause"],
                    "excludes": self.clauses[name]["excludes"],
                    "met_at": written(since),
                    "effective_from": effective and written(effective),
                    "counted": count,
                    "evidence": [written(at) for at in evidence],
                    "reported": name == reported,
                }
            )
        return rows

    def reported(self, held):
        first = next((name for name in self.rules["precedence"] if name in held), None)
        by_order = self.rules["fiveRetriesAgainstGt01"] != "restsOnGt01"
        if first != "five-retries" or "gt01" not in held or by_order:
            return first
        five, gt01 = self.clauses["five-retries"], self.clauses["gt01"]["shows"]
        if five["shows"]["type"] != "count" or gt01["type"] != "count":
            return first
        known = held["five-retries"][1][2]
        own = lambda row: gt01["outcomes"] == "anyFailure" or row["outcome"] in gt01["outcomes"]
        others = self.counted(five, known, ignore=own)
        return "gt01" if len(others) < five["shows"]["atLeast"] else first


def main(make=Engine, name="right engine in Python"):
    """Greets, then answers a question a line. `flush` matters: an answer that stays in a buffer is none."""
    hello = json.loads(sys.stdin.readline())
    engine = make(hello["rules"])
    print(json.dumps({"hello": 1, "engine": name, "takes": ["rules"]}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        rows = [[dict(row, at=instant(row["at"])) for row in question[name]] for name in ("attempts", "events")]
        decider = make(question["rules"]) if "rules" in question else engine
        try:
            answer = {"verdicts": decider.decide(question["installation"], *rows, instant(question["asOf"]))}
        except Contradiction as error:
            answer = {"error": str(error)}
        print(json.dumps({"id": question["id"], **answer}), flush=True)


if __name__ == "__main__":
    main()
