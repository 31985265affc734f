"""What English prose says of where a one-hot vector has its 1."""

from __future__ import annotations

from derive.document.sayings.row import Saying

_AND = r",? (?:and|while|whereas|but|with)(?: (?:all|every|each))?(?: of)?(?: the)? "
_OTHERS = _AND + r"(?:others?|remaining|rest)\b.{0,40}(?:@o|\b(?:0s?|zeros?|vanish\w*)\b)"
_ELSEWHERE = _AND + r"(?:@o (?:for|if|when|whenever|otherwise|else)\b|@u)"
_PLACE = r"(?:position|index|entry|place|slot|coordinate|component|element|row)"
_HAS_ONE = (
    r"(?:has|is|with|contains?|carries|holds)\b.{0,30}"
    rf"(?:1|one) (?:at|in|for|as)(?: the)?(?: \w+)? {_PLACE} "
)
_ZEROS = r".{0,40}\b(?:0s?|zeros?)\b"

ONE_HOT_EN = (
    Saying(
        "for-one-hot",
        "en",
        "declare",
        "<n>: onehot",
        ("one-hot", "one hot", "1-hot"),
        r"\bfor (?:a |an |any |every |each |the )?(?:one|1)[- ]hot(?:[- ]encoded)? "
        r"(?:(?:encoding|encoded|vector|labels?|targets?) ){0,2}@n",
        "for one-hot $t$ this is",
        "for soft and one-hot $t$",
        supposes=True,
    ),
    Saying(
        "one-hot-and-others",
        "en",
        "declare",
        "<q>: onehot",
        ("other", "remaining", "rest"),
        f"@q{_OTHERS}",
        "we have $y_c = 1$ and all other $y_j = 0$",
        "we have $y_c = 1$ and all other $z_j = 2$",
        conditional=True,
    ),
    Saying(
        "label-and-others",
        "en",
        "declare",
        "<h>: label",
        ("other", "remaining", "rest"),
        f"@h{_OTHERS}",
        "we have $y_c = 1$ and the other entries are zero",
        "we have $y_1 = 1$ and the other entries are zero",
    ),
    Saying(
        "one-hot-and-elsewhere",
        "en",
        "declare",
        "<q>: onehot",
        (" and ", " while ", " whereas ", " but ", " with "),
        f"@q{_ELSEWHERE}",
        r"then $y_c = 1$ and $y_j = 0$ for $j \neq c$",
        r"then $y_c = 1$ and $y_j = 0$ where we look",
        conditional=True,
    ),
    Saying(
        "label-and-elsewhere",
        "en",
        "declare",
        "<h>: label",
        (" and ", " while ", " whereas ", " but ", " with "),
        f"@h{_ELSEWHERE}",
        r"we have $y_c = 1$ and $y_{j \neq c} = 0$",
        r"we have $y_c = 1$ and $y_{j} = 0$",
    ),
    Saying(
        "one-hot-position",
        "en",
        "declare",
        "<n>: onehot",
        ("zero", "0"),
        f"@n {_HAS_ONE}@z{_ZEROS}",
        "where $t$ has a 1 in position $c$ and zeros elsewhere",
        "where $t$ has a 1 in position $c$ and ones elsewhere",
    ),
    Saying(
        "label-position",
        "en",
        "declare",
        "<n>: label",
        ("zero", "0"),
        f"@z {_HAS_ONE}@n{_ZEROS}",
        "where $t$ has a 1 in position $c$ and zeros elsewhere",
        "where $t$ has a 1 in position $2$ and zeros elsewhere",
    ),
    Saying(
        "label-of-one-hot",
        "en",
        "declare",
        "<r>: label",
        ("otherwise", "elsewhere", "else"),
        r"@q (?:if|when|for|only if|iff|exactly when) @r.{0,30}(?:@z|\b0|\bzero) "
        r"(?:otherwise|elsewhere|else)",
        "where $t_k = 1$ if $k = c$ and $0$ otherwise",
        "where $t_k = 1$ if $k > c$ and $0$ otherwise",
        conditional=True,
    ),
)
