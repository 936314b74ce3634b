"""Methods of sensitivity analysis, independent of the domain."""
