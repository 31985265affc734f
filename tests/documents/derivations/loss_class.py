class CrossEntropyLoss:
    """Cross entropy for one-hot targets y.

    1. Softmax:       p_i = exp(z_i) / Σ_j exp(z_j)
    2. Cross-Entropy: L = -Σ_i y_i * log(p_i)

    Taking the derivative involves the chain rule through both:

        dL/dz_i = Σ_j (dL/dp_j) * (dp_j/dz_i)

    The Jacobian of softmax is complex:

        dp_i/dz_j = p_i(1 - p_i)    if i = j
        dp_i/dz_j = p_i * p_j       if i ≠ j

    The gradient of cross-entropy w.r.t. softmax outputs:

        dL/dp_i = -y_i / p_i

    When you multiply these together and simplify:

        dL/dz_i = p_i - y_i
    """
