"""Compute gain of the architecture: sparsity, multi-token prediction and distillation."""

import jax.numpy as jnp

from datawall.model.inputs import DECLARATIONS, Inputs, Scalar

PHYSICAL = DECLARATIONS["distillation_reading"].options.index("physical")


def log_compute_gain(inputs: Inputs) -> Scalar:
    """Return ln of the dense, plainly trained compute equivalent to a unit of training compute.

    - A mixture of experts with s parameters for each active one has ``N_eff = N s^rho``, so a run of compute
      C has the optimum of a dense run of ``C s^rho``: fewer active parameters, more tokens.
    - Multi-token prediction costs a share of the compute; it does not divide the steps.
    - Distillation that makes m tokens of each one, read physically, obeys ``L*_m(C) = L*(m C)``: the optimum
      re-allocates, and demand for real tokens falls by ``m^(1 - b)``. Read nominally it falls by m, and the
      run stays as it is.
    """
    physical = jnp.where(inputs.distillation_reading == PHYSICAL, 1.0, 0.0)
    return (
        inputs.sparsity_exponent * jnp.log(inputs.sparsity)
        + jnp.log1p(-inputs.multi_token_overhead)
        + physical * jnp.log(inputs.distillation_multiplier)
    )
