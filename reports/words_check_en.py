"""What a report of a checked document says, in English; `reports.words` hands it out."""

from __future__ import annotations

SAYINGS = {
    "status_unread": "unread",
    "status_definition": "definition",
    "status_fact": "fact",
    "several_definition": "definitions",
    "several_fact": "facts",
    # the head of the page
    "check_kicker": "gradproof · check of a document",
    # worded so that a number of one is no mistake of grammar
    "check_refuted": "Wrong as stated: {wrong} of {claims} claims.",
    "check_conditional": "Right only under a condition: {wrong} of {claims} claims.",
    "check_unread": "Nothing was found wrong, but not all could be read. Claims: {claims}.",
    "check_undecided": "Nothing was found wrong, but not all is decided. Claims: {claims}.",
    "check_proved": "Proved: every claim holds.",
    "check_none": "There is no claim in this document: nothing was proved and nothing refuted.",
    "check_counts": "What became of each equality",
    "check_verdict": "Verdict",
    # one equality
    "check_items_title": "Line by line",
    "check_items_intro": (
        "Each equality as the author wrote it, how it was read, and what is known of it. The "
        "author's text is shown as text; what is typeset is our own reading."
    ),
    "check_item": "Line {line}, column {column}",
    "check_written": "As written",
    "check_read": "As read",
    "check_names": "What the names were taken for",
    "check_jump": "from the first to the last member",
    "check_where": "judged where",
    "check_only_if": "holds only if",
    "check_if": "holds if",
    "check_counterexample": "counterexample",
    "check_every_point": "at every point",
    "check_left": "left",
    "check_right": "right",
    "check_repair": "nearest right formula",
    "check_diagnosis": "diagnosis",
    "check_explain": "gradproof explain {code}",
    "check_because": "because",
    "check_premise": "where its definitions have a value",
    "check_recompute": "recompute",
    "check_rests": "right as a step, but it rests on line",
    "check_rests_too": "it also rests on line",
    "check_cancels": "The steps between are wrong, and their mistakes cancel.",
    "check_note": "note",
    "check_hint": "hint",
    # the picture
    "check_rests_title": "What rests on what",
    "check_rests_intro": (
        "A line runs from each equality up to what it was judged by: thin to a definition, thick "
        "to a wrong step that it inherits from. The table says the same in words."
    ),
    "check_rests_none": "No equality rests on another one.",
    "check_rests_desc": (
        "{rows} equalities in reading order, {uses} lines to definitions, {wrong} lines to wrong "
        "steps. The table below the picture lists them."
    ),
    "check_rests_large": "There are too many equalities for a picture; the table has them all.",
    "check_rests_caption": "What each equality rests on",
    "check_place": "Line",
    "check_uses": "Definitions",
    "check_wrong_steps": "Wrong steps",
    "check_nothing": "none",
    # the corrected derivation
    "check_corrected_title": "The corrected derivation",
    "check_corrected_intro": (
        "Every equality with its repair put in, where one was proved. What is open has no proved "
        "repair."
    ),
    "check_state_given": "given",
    "check_state_kept": "kept",
    "check_state_repaired": "repaired",
    "check_state_inherits": "kept; look again once the step above is mended",
    "check_state_open": "open",
    # what a check is
    "check_unread_as_text": "not read",
    "check_reproduce": "This page has no time stamp: the same document gives the same bytes.",
    "check_definitions": (
        "Whether the definitions are the ones that you mean, and whether each formula was read "
        "as it was meant: compare the two lines of each equality."
    ),
    # --fix
    "fix_wrote": "wrote {path}",
    "fix_nothing": "No repair could be put in; nothing was written.",
    "fix_now": "The corrected copy, checked again:",
    "fix_left": "left as it is",
    "fix_unread": "it could not be read",
    "fix_no_repair": "no repair was proved",
    "fix_escaped": "the document keeps its text escaped",
    "fix_no_side": "it is not plain which of the author's characters to replace",
    "fix_not_proved": "with the repair put in, the text does not read as proved",
}
