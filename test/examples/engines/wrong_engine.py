#!/usr/bin/env python3
"""The right engine with one mistake: its weeks are those of UTC, not of London. `check engine` must find it.

Try it: smets1-bench check engine --command "python3 test/examples/engines/wrong_engine.py"
"""
import right_engine

right_engine.week_of = lambda at: at.isocalendar()[:2]

if __name__ == "__main__":
    right_engine.main(name="engine in Python with weeks of UTC")
