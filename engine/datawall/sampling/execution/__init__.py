"""Execution of a Monte Carlo run: devices, executors, checkpoints."""
