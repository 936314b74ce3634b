"""Methods of sensitivity analysis; they know no domain."""
