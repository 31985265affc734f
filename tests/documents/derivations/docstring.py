"""The backward pass of softmax with cross entropy.

Let z be the logits of one sample and t the index of the true class.

    p_i = exp(z_i) / Z,   Z = sum_j exp(z_j)
    L   = -log(p_t)

Derivation (sketch)

    log(p_t) = z_t - log(Z)
    dL/dz_i  = d/dz_i [-z_t + log(Z)]
             = -1{i==t} + exp(z_i)/Z
             = p_i - 1{i==t}

so for i == t we get dL/dz_t = p_t - 1, and for i != t we get dL/dz_i = -p_i.
"""

import math


def backward(z, t):
    e = [math.exp(v) for v in z]  # shifted scores are safer
    # dL/dz_i = p_i - 1 if i = t
    #         = p_i     if i != t
    return [v / sum(e) - (i == t) for i, v in enumerate(e)]
