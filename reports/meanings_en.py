"""What the gradient of each loss of the catalogue says, in English: a sentence or two."""

from __future__ import annotations

MEANINGS = {
    "softmax-nll": (
        "What the model believes less what is true: the probability of each class, less 1 at the "
        "true one. A step against it raises the true score and lowers all others."
    ),
    "softmax-nll-mean": (
        "What is believed less what is true, in each row, divided by the number of rows. A "
        "sample moves its own scores and no others."
    ),
    "class-weights": (
        "Each row is weighted by the class of its own label, and divided by the weights of all "
        "labels of the batch, not by their number."
    ),
    "class-weights-soft": (
        "Each target is weighted by its own class, but the probabilities by the weight of the "
        "whole row: weights do not stay in their column."
    ),
    "soft-targets": (
        "What is believed less what is wanted, class by class. That it is so short rests on the "
        "targets adding up to 1."
    ),
    "soft-targets-any-sum": (
        "Softmax hands out a total of 1; the targets ask for their own total. So the "
        "probabilities are scaled by the sum of the targets."
    ),
    "label-smoothing": (
        "A part of the target is spread over all classes, the true one included. The gradient "
        "vanishes at that spread target, and no longer at certainty."
    ),
    "temperature": (
        "Scores that are divided by the temperature have a gradient that is divided by it too: "
        "the chain rule, once."
    ),
    "focal": (
        "A sample that is already right counts less. The factor that sees to this moves with the "
        "scores, so it is differentiated as well."
    ),
    "bce-with-logits": (
        "The predicted probability less the target. The slope of the sigmoid has cancelled, so a "
        "confident mistake is corrected at full strength."
    ),
    "softmax-nll-sum": (
        "What is believed less what is true, in each row. A sum over the samples divides by "
        "nothing."
    ),
    "label-smoothing-others": (
        "A part of the target is spread over the other classes alone; the true one keeps the rest."
    ),
    "distillation": (
        "What the student believes less what the teacher does, divided by the temperature."
    ),
    "distillation-scaled": (
        "At a high temperature, student and teacher differ by little, in proportion to 1/T. The "
        "square in front of the loss makes up for it."
    ),
    "focal-balanced": "As for the focal loss, weighted by the class of the label.",
    "focal-binary": (
        "The probability of the right answer decides how much the sample counts, and the sign of "
        "the label in which direction."
    ),
    "focal-binary-balanced": (
        "Two focal terms, one for each label, with weights that add up to 1. For any one sample "
        "only the term of its label is left."
    ),
    "bce-pos-weight": (
        "A positive sample pulls as many times harder as its weight says; a negative one pulls "
        "as ever."
    ),
    "entropy": (
        "A class that surprises more than the average raises the entropy as its score grows; one "
        "that surprises less lowers it."
    ),
    "confidence-penalty": (
        "What is believed less what is true, and a pull towards predictions that are spread out."
    ),
    "z-loss": (
        "All scores are pulled in one direction, the likeliest most, until the exponentials add "
        "up to 1."
    ),
    "log-sum-exp": (
        "The slope of log-sum-exp is softmax: a smooth maximum, which follows each score as far "
        "as that class is likely."
    ),
    "log-softmax": (
        "Raising the score of the action makes it likelier by what is missing to 1; raising any "
        "other score makes it less likely by that one's probability."
    ),
    "squared-error": (
        "The error goes back through the Jacobian of softmax. It vanishes at any certain "
        "prediction, even a wrong one; that is why cross entropy is used."
    ),
    "info-nce": (
        "Softmax over each row of similarities, with the matching pair as the label, and divided "
        "by the temperature and the number of rows."
    ),
    "clip": (
        "Softmax over the rows and over the columns, half of each. The matching pair is the "
        "label both times, so its 1 is subtracted twice."
    ),
    "siglip": (
        "Every pair is a question of its own, matching or not. There is no softmax, so no pair "
        "has a part in the gradient of another."
    ),
    "dpo": (
        "The pull is full while the preferred answer is behind, and fades once it is well ahead."
    ),
    "softmax-regression": (
        "The error of each sample times its input, averaged over the batch: the same as in "
        "linear regression."
    ),
    "nll-images": (
        "Every place of every image is a sample of its own; the mean divides by all of them."
    ),
    "softmax": (
        "Raising a score raises the probability of its class and lowers all others, by as much "
        "in all."
    ),
    "sigmoid": (
        "The slope is given by the value alone: steepest in the middle, flat where the answer is "
        "certain."
    ),
}
