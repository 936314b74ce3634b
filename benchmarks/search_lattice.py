"""Search the generating vector of `datawall.sampling.point_sets`, component by component.

The figure of merit is the worst-case error of randomly shifted lattice rules with product weights
1/(1 + j)^2, whose kernel is 1 + weight B_2, at 2^8, 2^10, ... 2^16 points: each new component is the one of
some random candidates whose error, relative to the best of them at that size, is smallest at the worst of
these sizes. The digits that only matter above 2^16 points are random. From the root of the repository:
python benchmarks/search_lattice.py > engine/datawall/sampling/lattice.txt

References
----------
Cools, Kuo, Nuyens (2006), Constructing embedded lattice rules for multivariate integration, SIAM J. Sci.
Comput. 28, doi:10.1137/06065074X.
"""

import numpy as np

DIMENSIONS, CANDIDATES, SIZES = 512, 24, (8, 10, 12, 14, 16)


def kernel(generators, size):
    """Return B_2({k z / 2^size}) for k = 0 ... 2^size - 1, of shape (candidates, 2^size)."""
    k = np.arange(2**size, dtype=np.uint32)
    x = (generators[:, None] * k % np.uint32(2**size)) / 2.0**size
    return x * x - x + 1 / 6


def main():
    rng = np.random.default_rng(0)
    products = {size: np.ones(2**size) for size in SIZES}
    print("# Generating vector of a lattice of 2^32 points, one dimension a line; made by search_lattice.py")
    for j in range(DIMENSIONS):
        candidates = rng.integers(0, 2**31, CANDIDATES, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
        weight = 1 / (1 + j) ** 2
        factors = {size: 1 + weight * kernel(candidates, size) for size in SIZES}
        errors = np.array([(factors[size] * products[size]).mean(axis=1) - 1 for size in SIZES])
        best = np.argmin((errors / errors.min(axis=1, keepdims=True)).max(axis=0))
        for size in SIZES:
            products[size] = products[size] * factors[size][best]
        print(candidates[best])


if __name__ == "__main__":
    main()
