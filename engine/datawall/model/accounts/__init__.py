"""Accounts of data supply and of release; those of published forecasts are beside their ceilings."""
