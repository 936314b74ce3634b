"""Accounts of supply and of release; those of published forecasts lie with their ceilings."""
