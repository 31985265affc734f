"""Everything that a report says, in English; `reports.words` hands it out."""

from __future__ import annotations

SAYINGS = {
    # status, sign and word together: colour alone says nothing in print
    "status_proved": "proved",
    "status_conditional": "conditional",
    "status_refuted": "refuted",
    "status_undecided": "undecided",
    # the head of the page
    "kicker": "gradproof · derivation report",
    "skip": "Skip to the content",
    "contents": "Contents",
    "banner_proved": "Proved: each of the {steps} steps on this page holds exactly.",
    "banner_proved_classes": (
        "Proved for every number of classes at once: each of the {steps} steps on this page "
        "holds exactly."
    ),
    "banner_proved_samples": (
        "Proved for every number of classes and samples at once: each of the {steps} steps on "
        "this page holds exactly."
    ),
    "banner_proved_sizes": (
        "Proved for every admissible size at once: each of the {steps} steps on this page holds "
        "exactly."
    ),
    "banner_conditional": (
        "Holds only under a condition. Read the badges: what is conditional holds only where "
        "its condition does."
    ),
    "banner_refuted": (
        "Refuted. At least one formula on this page is wrong, and what is built on it cannot be "
        "relied on."
    ),
    "banner_undecided": (
        "Not decided. At least one formula on this page could be neither proved nor refuted; "
        "nothing that is built on it counts as proved."
    ),
    "banner_alarm": (
        "The numeric check disagrees with the engine. Do not use this gradient before the "
        "failing rows below are explained."
    ),
    "case_same": "diagonal",
    "case_other": "off-diagonal",
    "case_label": "the true class",
    "case_not_label": "every other class",
    # what is given
    "given_title": "The loss",
    "given_intro": (
        "These definitions are taken as given. Everything else on the page follows from them."
    ),
    "given_source": "Source: {source}.",
    "symbols_caption": "The symbols",
    "symbol": "Symbol",
    "meaning": "Meaning",
    "range": "Values",
    "meaning_classes": "the number of classes",
    "meaning_samples": "the number of samples in the batch",
    "meaning_size": "a size",
    "meaning_logits": "the logit (score) of a class",
    "meaning_probability": "the probability of a class (softmax)",
    "meaning_loss": "the loss",
    "meaning_target": "the target",
    "meaning_weight": "the weight of a class",
    "meaning_temperature": "the temperature",
    "meaning_smoothing": "the amount of smoothing",
    "meaning_focus": "the focusing exponent",
    "meaning_entropy": "the entropy of the probabilities",
    "meaning_normaliser": "the logarithm of the sum of exponentials",
    "meaning_similarity": "the similarity of the two sides of a pair",
    "meaning_layer": "the weights of the layer",
    "meaning_input": "the input of the layer",
    "meaning_bias": "the bias",
    "meaning_row_probability": "the probability of a pair, by rows (softmax)",
    "meaning_column_probability": "the probability of a pair, by columns (softmax)",
    "meaning_scale": "the scale of the similarities",
    "meaning_match": "1 for a matching pair, −1 for any other",
    "meaning_teacher": "what the teacher believes",
    "meaning_teacher_logits": "the teacher's logit of a class",
    "meaning_right_answer": "the probability of the right answer",
    "meaning_sign": "the label",
    "meaning_positive": "the probability of a positive answer",
    "meaning_positive_weight": "the weight of the positive class",
    "meaning_penalty": "the strength of the penalty",
    "meaning_preferred": "the log-ratio of the preferred answer",
    "meaning_other_answer": "the log-ratio of the other answer",
    "meaning_sharpness": "how strongly their difference counts",
    "meaning_class": "a class by which the loss is differentiated",
    "meaning_sample": "a sample of the batch",
    "meaning_summed_class": "the class that a sum runs over",
    "meaning_summed_sample": "the sample that a sum runs over",
    "meaning_summed": "the index that a sum runs over",
    "meaning_index": "an index",
    "meaning_label": "the label: the true class",
    "meaning_name": "a given quantity",
    "meaning_defined": "defined above",
    "meaning_delta": "Kronecker's delta: 1 where both indices are equal, otherwise 0",
    "range_defined": "by its definition",
    "range_size": "a positive whole number",
    "range_index": "1, …, {size}",
    "range_bit": "0 or 1",
    "range_onehot": "1 at one class, 0 elsewhere",
    "range_integer": "a positive whole number",
    "range_positive": "greater than 0",
    "range_real": "any real number",
    "range_sign": "−1 or +1",
    "range_simplex": "not negative, adding up to 1",
    "range_unit": "strictly between 0 and 1",
    # derivations
    "order_1": "The gradient",
    "order_2": "The Hessian",
    "order_3": "The third derivative",
    "order_more": "The derivative of order {order}",
    "path_direct": "{order}, directly",
    "path_textbook": "{order}, as in the textbook",
    "intro_direct": (
        "The logarithm meets the exponential before anything is differentiated, so that no "
        "quotient is left."
    ),
    "intro_textbook": (
        "Quotient rule and chain rule. Every logit moves every probability, so the chain rule "
        "is a sum over all of them; the path through a single one is not enough."
    ),
    "intro_order_2": "The gradient, differentiated once more.",
    "part": "Part {number}",
    "above": "Shown above",
    "whole": "Put together",
    "glance": "All of it at a glance; each rule leads to its step.",
    "step": "Step {number}",
    "needs": "Needs",
    "here": "Here",
    "latex": "LaTeX",
    "cases_title": "Case by case",
    # the worked example
    "example_title": "Worked example",
    "example_intro": (
        "Three pictures, three classes. The scores are our own example, chosen small enough to "
        "follow by hand; everything computed from them is exact to the digits shown."
    ),
    "example_by_hand_title": "One picture by hand",
    "example_by_hand": "The cat picture, from its scores to the gradient",
    "example_row": "What",
    "example_by_hand_note": (
        "Raise e to each score; divide by their sum; subtract 1 at the true class and nothing "
        "elsewhere. What is left is the gradient: how far the model's belief is from what is true."
    ),
    "example_mistaken_title": "The well-known mistake, in numbers",
    "example_mistaken": "The cat picture: two formulas beside the slopes that are measured",
    "example_measured": "measured",
    "example_after": "Loss after a step",
    "example_mistaken_note": (
        "Measured: the loss with one score moved by a thousandth up and down. The formula with 1 "
        "in place of the delta agrees at the true class alone; at every other class it is off by "
        "exactly 1. It comes from working out the true class only, where the delta is 1, and then "
        "forgetting that a class may be another one. But every score stands in the denominator of "
        "softmax, so every score moves the loss."
    ),
    "example_step_note": (
        "The last column takes a step of size 1 against each from a loss of {loss}. The right "
        "gradient lowers the loss. The wrong one raises it: taking the same 1 from every class "
        "moves all scores alike, which softmax ignores, and all that is left is to lower the "
        "likeliest class most, and that is the true one."
    ),
    "example_all_title": "All three pictures",
    "example_scores": "Scores, one row a picture. The true class is set in bold.",
    "example_probabilities": "Softmax of each row, and the loss at the true class",
    "example_loss": "Loss",
    "example_strip": "The gradient of each picture: its probabilities, less 1 at the true class",
    "example_strip_note": (
        "A step against the gradient raises the true class, where it is negative, and lowers the "
        "others, where it is positive. Each row adds up to 0."
    ),
    "example_jacobian": "The Jacobian of softmax for the cat picture",
    "example_jacobian_note": (
        "Row: the probability that moves. Column: the score that moves it. Rows add up to 0, "
        "because adding one number to every score changes nothing. The same matrix is the "
        "Hessian of the loss."
    ),
    "jacobian_corner": "Probability",
    "picture": "Picture",
    "picture_cat": "cat picture",
    "picture_dog": "dog picture",
    "picture_horse": "horse picture",
    "class_cat": "cat",
    "class_dog": "dog",
    "class_horse": "horse",
    "row_sum": "Sum",
    "curve_title": "The loss as the probability of the true class falls",
    "curve_desc": (
        "A falling curve from 3.5 at probability 0.03 to 0 at probability 1, with the three "
        "pictures on it and the tangent at each."
    ),
    "curve_note": (
        "The tangents at the three pictures, with the slopes of the table. A confident mistake "
        "is steep; a confident hit has the least slope that there is, −1."
    ),
    "curve_x": "probability of the true class",
    "curve_y": "loss",
    "curve_caption": "The points of the curve",
    # what is printed of the loss
    "printed_title": "What is often printed",
    "printed_intro": (
        "Formulas for this loss from books, posts and code, each judged like everything else on "
        "this page."
    ),
    "printed_wrong": "Well-known mistakes",
    "printed_right": "Also true",
    "printed_setting": "said of",
    "printed_only_if": "holds only if",
    "printed_if": "holds if",
    "printed_at": "counterexample",
    "printed_left": "left",
    "printed_right_side": "right",
    "printed_repair": "nearest right formula",
    "printed_seen": "seen in",
    "printed_command": "Ask again",
    # the numeric check
    "numeric_title": "Numeric check",
    "numeric_intro": (
        "The engine's gradient against derivatives that are taken numerically from the loss "
        "alone, at ordinary points and at awkward ones: scores far apart (wide), equal scores "
        "(ties), one score that leads by 30 or 40 (confident), scores of ±1000. Judged are the "
        "entries that a numeric derivative can see."
    ),
    "numeric_caption": "By kind of point: the entry nearest to its bound",
    "numeric_point": "Point",
    "numeric_n": "n",
    "numeric_judged": "Entries judged",
    "numeric_count": "{judged} of {entries}",
    "numeric_error": "Error",
    "numeric_bound": "Bound",
    "numeric_outcome": "Outcome",
    "numeric_ok": "✓ within",
    "numeric_failed": "✗ outside",
    "error_title": "The error of central differences against the step h",
    "error_desc": (
        "Both axes are logarithmic. The error of the proved gradient falls with the square of "
        "the step until rounding takes over, and then rises again. That of a wrong formula "
        "stays where it is."
    ),
    "error_note": (
        "Central differences in double precision. The error falls with the square of the step "
        "until rounding takes over."
    ),
    "error_note_wrong": (
        "Central differences in double precision, at the cat picture. The error falls with the "
        "square of the step until rounding takes over. No step can mend a wrong formula: its "
        "line stays flat."
    ),
    "error_right": "proved gradient",
    "error_wrong": "with 1 in place of the delta",
    "error_x": "step h",
    "error_y": "error",
    "error_caption": "The points of the curves",
    "error_step": "Step",
    # the engine
    "engine_title": "The engine",
    "engine_intro": (
        "NumPy source, printed from the proved expression and stabilised by rewrites that are "
        "proved as well."
    ),
    "engine_shape": "The shape of the code",
    "engine_shape_note": (
        "N rows of n scores, labels counted from 0. The line that subtracts 1 names its entry: "
        "without the index it would be the well-known mistake. This is the formula as it stands; "
        "the engine below also keeps the digits that p − 1 loses when a prediction is confident."
    ),
    "engine_source": "The engine's source ({lines} lines)",
    # how it was checked
    "checked_title": "What was checked, and how",
    "checked_intro": (
        "Here, proved means that two opinions which share no code agree: an exact normal form "
        "in every case of equal and different indices, and exact evaluation from the "
        "definition at several sizes. No tolerance is involved."
    ),
    "checked_caption": "What was checked",
    "checked_what": "What",
    "checked_outcome": "Outcome",
    "checked_steps": "Steps",
    "checked_claims": "Results",
    "checked_cases": "Cases",
    "checked_numeric": "The engine's gradient, against numeric derivatives of the loss",
    "checked_rate": "How fast that error falls with the step",
    "checked_count": "{good} of {all} proved",
    "checked_within": "{good} of {all} points within the bound",
    "checked_slope": "slope {rate}; a right gradient has 2",
    "unchecked_title": "What was not checked",
    "unchecked_definitions": "Whether the definitions above are the loss that you mean.",
    "unchecked_needs": (
        "Points where the definitions have no value, such as a denominator of 0: about them "
        "nothing is claimed."
    ),
    "unchecked_special": "Logits that are infinite or not a number.",
    "unchecked_small": (
        "Entries of the gradient that are too small for a numeric derivative to see, as at "
        "confident predictions."
    ),
    "unchecked_rounding": (
        "Rounding. A proof speaks of real numbers; how exact the engine is was measured only at "
        "the points listed."
    ),
    "unchecked_numeric": "The numbers: no numeric check was made for this page.",
    "unchecked_open": "The formulas marked undecided.",
    "reproduce_title": "Reproduce",
    "reproduce_intro": "This page has no time stamp: the same input gives the same bytes.",
    "reproduce_versions": "Versions",
    "reproduce_program": "Program",
    "reproduce_version": "Version",
    "reproduce_seed": "Random seed of the numeric check: {seed}",
}
