"""How near predictions come to real runs: calibrated on one run of a program, predicted another, for every pair.

`python -m tests.benchmarks.fidelity FOLDER` prints the tables; `--help` says what can be chosen.
"""
