"""What English prose says a name is: a label, a distribution, a size, a temperature."""

from __future__ import annotations

from derive.document.sayings.row import Saying

_BE = r"(?:is|are|be|denotes?|represents?|stands for|means|being|=)"
_TRUE = r"(?:true|correct|right|actual|gold|ground[- ]truth|target)"
_CLASS = r"(?:class(?: label| index)?|label(?: index)?|category|index|class's index)"
_OF = r"(?: of (?:the )?(?:\w+ ){0,3}\w+)?"
_THE = r"(?:the |a |an |its |our )?"

NAMES_EN = (
    Saying(
        "one-hot-of",
        "en",
        "declare",
        "<n>: onehot",
        ("one-hot", "one hot", "1-hot"),
        rf"@n,? (?:{_BE} |which is )(?:also )?{_THE}(?:target |label |vector |true label )?"
        r"(?:encoded as )?(?:one|1)[- ]hot\b",
        "where $t$ is one-hot",
        "where $t$ is the mean of the one-hot vectors",
    ),
    Saying(
        "one-hot-beside",
        "en",
        "declare",
        "<n>: onehot",
        ("one-hot", "one hot", "1-hot"),
        r"\b(?:and|with|let|where|for) @n,? (?:the|an?|its|our) (?:one|1)[- ]hot\b",
        "the inputs are $a$, and $t$ the one-hot label",
        "the inputs are $a$, and $t$ means no one-hot label",
    ),
    Saying(
        "one-hot-name",
        "en",
        "declare",
        "<n>: onehot",
        ("one-hot", "one hot", "1-hot"),
        r"(?<!for )(?<!any )(?<!every )(?:one|1)[- ]hot(?:[- ]encoded)? "
        r"(?:(?:encoding|encoded|row|column|vector|labels?|targets?|ground[- ]truth|class) ){0,3}"
        r"@n",
        "the one-hot encoded label $t$",
        "a one-hot vector has entries $t$",
    ),
    Saying(
        "one-hot-entries",
        "en",
        "declare",
        "<n>: onehot",
        ("other", "elsewhere", "zero"),
        r"@n (?:is|equals|=) (?:1|one) (?:if|when|for|only)\b.{0,80}\b(?:0|zero) "
        r"(?:otherwise|elsewhere|for all other)",
        "where $y_i$ is 1 if $i$ is the correct class and 0 otherwise",
        "where $y_i$ is 1 if the picture shows a cat",
        conditional=True,
    ),
    Saying(
        "one-of-them-is-one",
        "en",
        "declare",
        "<n>: onehot",
        ("one of",),
        r"\b(?:exactly|only) one (?:of (?:the )?)?(?:entry of |element of |component of )?@n"
        r"'?s? (?:is|equals|can be|=) (?:1|one|non-?zero)",
        "since exactly one of the $t_i$s is 1 and the rest are zeros",
        "exactly one of the $t_i$s is wrong",
    ),
    Saying(
        "one-hot-equation",
        "en",
        "declare",
        "<q>: onehot",
        ("otherwise", "elsewhere"),
        r"@q (?:if|when|for|only)\b.{0,80}(?:@z|\b0|\bzero) (?:otherwise|elsewhere)",
        "where $t_k = 1$ if $k$ is the correct class and $t_k = 0$ otherwise",
        "where $t_k = 1$ if the picture shows a cat",
        conditional=True,
    ),
    Saying(
        "indexes",
        "en",
        "declare",
        "<n>: index",
        ("index", "over"),
        r"@n (?:indexes|indices|runs over|ranges over|goes over|enumerates) (?:the |all )?(?:\w+ )?"
        r"(?:samples?|examples?|class(?:es)?|categor(?:y|ies)|batch|logits)",
        "where $j$ runs over all classes",
        "the loss $L$ runs over budget",
    ),
    Saying(
        "label",
        "en",
        "declare",
        "<n>: label",
        ("class", "label", "category", "index"),
        rf"@n,? {_BE} {_THE}(?:index of {_THE})?{_TRUE} {_CLASS}\b"
        r"(?! probabilit| distribution| vector)",
        "where $y$ is the true class",
        "where $p_y$ is the true class probability",
    ),
    Saying(
        "label-name",
        "en",
        "declare",
        "<n>: label",
        ("class", "label", "category", "index"),
        rf"{_THE}{_TRUE} {_CLASS}(?: is)? @n",
        "for the correct class $y$",
        "the true class has probability $y$",
    ),
    Saying(
        "label-at",
        "en",
        "declare",
        "<r>: label",
        ("class", "label", "category"),
        rf"{_TRUE} {_CLASS}(?: label| index)? (?:occurs|lies|is|appears|sits) (?:at |in )?"
        r"(?:the )?(?:index |position |class |entry )?@r",
        "the true class label occurs at index $j = c$",
        "the true class label occurs where $j = c + 1$",
        conditional=True,
    ),
    Saying(
        "class-index",
        "en",
        "declare",
        "<n>: label",
        ("class",),
        rf"@n,? {_BE} {_THE}(?:index of {_THE}|integer ){_TRUE}? ?(?:class|label)\b",
        "$y$ is the index of the class",
        "$y$ is the class distribution",
    ),
    Saying(
        "distribution",
        "en",
        "declare",
        "<n>: simplex",
        ("distribution", "simplex"),
        rf"@n,? (?:{_BE}|lies in|forms?) {_THE}(?:target |label |true |soft )?"
        r"(?:probability distribution|probability vector|distribution over|probability simplex)",
        "$t$ is a probability distribution",
        "$x$ is the distribution of the pictures",
    ),
    Saying(
        "distribution-name",
        "en",
        "declare",
        "<n>: simplex",
        ("distribution",),
        r"\b(?:an?|the|some|any) (?:target|true|label|teacher|reference|data|empirical|soft)"
        r"(?: label| target| probability)? distribution @n",
        "and a target distribution $\\tau$",
        "the mean of the distribution $x$",
    ),
    Saying(
        "sums-to-one",
        "en",
        "assume",
        "sum(<n>) == 1",
        ("one", "1"),
        r"@n(?:'s)? (?:all |always |must |also )?(?:sums?|add(?:s)? up) (?:up )?to (?:1|one)\b",
        "the targets $t_j$ sum to one",
        "the scores $t_j$ sum to zero",
    ),
    Saying(
        "targets-sum-to-one",
        "en",
        "assume",
        "sum(target) == 1",
        ("one", "1"),
        r"\b(?:targets?|labels?|target probabilities|target distribution|one-hot (?:vector|labels?)"
        r")(?: vector| entries| components)? (?:all |always |must |also )?"
        r"(?:sums?|add(?:s)? up) (?:up )?to (?:1|one)\b",
        "since the targets sum to one",
        "since the predictions sum to one",
    ),
    Saying(
        "sum-fact",
        "en",
        "assume",
        "<s>",
        (
            "since",
            "because",
            "where",
            "as ",
            "us",
            "given",
            "with",
            "assum",
            "fact",
            "note",
            "recall",
            "and",
            "provided",
        ),
        r"\b(?:since|because|where|as|us(?:ing|ed?)|use of|given(?: that)?|with"
        r"|assum(?:ing|e)(?: that)?|fact that|note that|recall that|provided(?: that)?|and) @s",
        r"since $\sum_j t_j = 1$",
        r"the total is $\sum_j t_j = 1$",
    ),
    Saying(
        "batch-size",
        "en",
        "declare",
        "<n>: integer",
        ("batch", "samples", "examples"),
        rf"@n,? (?:{_BE} )?{_THE}(?:mini[- ]?)?"
        r"(?:batch size|number of (?:samples|examples|training \w+|data points|instances))",
        "$N$ is the batch size",
        "$N$ is the batch",
    ),
    Saying(
        "class-count",
        "en",
        "declare",
        "<n>: integer",
        ("class", "categories"),
        rf"@n,? (?:{_BE} )?{_THE}(?:total )?number of (?:different |possible |distinct )?"
        r"(?:classes|categories|labels|outputs)",
        "$K$ is the number of classes",
        "$K$ is the number of layers",
    ),
    Saying(
        "so-many-classes",
        "en",
        "declare",
        "<n>: integer",
        ("classes", "categories", "samples"),
        r"(?:with|over|into|of|have|has|to|are|among) @n (?:different |possible |distinct )?"
        r"(?:classes|categories|samples|examples)",
        "a classifier with $K$ classes",
        "the score of the $k$ classes",
    ),
    Saying(
        "temperature",
        "en",
        "declare",
        "<n>: positive",
        ("temperature",),
        rf"@n,? (?:> 0,? )?{_BE} {_THE}(?:softmax |scaling |positive )?temperature",
        "where $T$ is the temperature",
        "where $T$ is the temperature of the room in the past if it had been known",
    ),
    Saying(
        "temperature-name",
        "en",
        "declare",
        "<n>: positive",
        ("temperature",),
        r"temperature(?: parameter)? @n",
        "with temperature $\\tau$",
        "the temperature is $\\tau$ times",
    ),
    Saying(
        "positive",
        "en",
        "declare",
        "<n>: positive",
        ("positive",),
        rf"@n,? {_BE} (?:a |some |any |strictly )?positive"
        r"(?: (?:constant|number|scalar|real|parameter|weight))?(?=[\s,.;)]|$)"
        r"(?! semi| definite| class| label| pair| sample| example)",
        "$\\alpha$ is a positive constant",
        "$y$ is positive definite",
    ),
    Saying(
        "sample-index",
        "en",
        "declare",
        "<n>: index",
        ("sample", "example", "class"),
        r"@n[- ]?(?:-?th)? (?:training )?(?:sample|example|data point|class|category)(?!es)\b",
        "the loss of the $i$-th sample",
        "the loss of $i$ samples",
    ),
)
