#!/usr/bin/env python3
"""The right engine for files: reads a folder of records, writes the verdicts. A nightly job, a SQL script or Spark can stand
in its place.

Try it: smets1-bench check engine --batch "python3 test/examples/engines/right_batch.py {dir} {out} {as-ofs} {rules}"
"""
import csv
import json
import sys

from right_engine import Engine, instant

COLUMNS = ["installation_id", "category", "clause", "excludes", "met_at", "effective_from", "counted", "evidence", "reported"]


def rows(folder, name):
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def dated(row):
    return dict(row, at=instant(row["at"]))


def as_ofs_of(text):
    """An instant for all installations ({as-of}), or a file with one for each ({as-ofs})."""
    if not text.endswith(".csv"):
        return lambda own: instant(text)
    with open(text, newline="", encoding="utf-8") as file:
        known = {row["installation_id"]: instant(row["as_of"]) for row in csv.DictReader(file)}
    return known.__getitem__


def main(folder, out, as_of, rules):
    as_of = as_ofs_of(as_of)
    with open(rules, encoding="utf-8") as file:
        engine = Engine(json.load(file))
    attempts, events = {}, {}
    for row in rows(folder, "attempts"):
        attempts.setdefault(row["installation_id"], []).append(dated(row))
    for row in rows(folder, "events"):
        events.setdefault(row["subject"], []).append(dated(row))
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for of in rows(folder, "installations"):
            own = of["installation_id"]
            known = events.get(own, []) + (events.get("dmc:" + of["dmc"], []) if of["dmc"] else [])
            for verdict in engine.decide(of, attempts.get(own, []), known, as_of(own)):
                evidence = ";".join(verdict["evidence"])
                reported = "yes" if verdict["reported"] else "no"
                writer.writerow(dict(verdict, installation_id=own, evidence=evidence, reported=reported))


if __name__ == "__main__":
    main(*sys.argv[1:5])
