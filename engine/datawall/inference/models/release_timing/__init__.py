"""Renewal models of release dates."""
