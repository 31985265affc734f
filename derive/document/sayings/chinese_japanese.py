"""Conditions and sums in Chinese and Japanese prose: without its condition a case is a claim."""

from __future__ import annotations

from derive.document.sayings.row import Saying

CHINESE_JAPANESE = (
    Saying(
        "zh-condition",
        "zh",
        "where",
        "<c>",
        ("当", "當", "若", "如果", "时", "時"),
        r"(?:当|當|若|如果) ?@c|@c ?(?:时|時|的情况)",
        "当 $i = j$ 时",
        "所以 $i = j$",
        conditional=True,
    ),
    Saying(
        "zh-one-hot",
        "zh",
        "declare",
        "<n>: onehot",
        ("one-hot", "独热", "獨熱"),
        r"@n ?(?:是|为|為) ?(?:一个|一個|真实|真實)?(?:标签|標籤)?的? ?(?:one-hot|独热|獨熱)",
        "其中 $y$ 是 one-hot 向量",
        "其中 $y$ 不是 one-hot 向量",
    ),
    Saying(
        "ja-one-hot",
        "ja",
        "declare",
        "<n>: onehot",
        ("one-hot", "ワンホット"),
        r"@n ?(?:は|が) ?(?:正解の|教師)?(?:ラベルの)? ?(?:one-hot|ワンホット)",
        "$t$はone-hotベクトル",
        "$t$の平均はone-hotではない",
    ),
    Saying(
        "zh-sum-fact",
        "zh",
        "assume",
        "<s>",
        ("因为", "由于", "其中", "且"),
        r"(?:因为|由于|其中|且) ?@s",
        "因为 $\\sum_i y_i = 1$",
        "得到 $\\sum_i y_i = 1$",
    ),
    Saying(
        "ja-condition",
        "ja",
        "where",
        "<c>",
        ("とき", "時", "場合", "なら"),
        r"@c ?(?:の(?:とき|時|場合)|ならば?|である(?:とき|場合))",
        "$i = j$のとき",
        "$i = j$である",
        conditional=True,
    ),
    Saying(
        "ja-sum-fact",
        "ja",
        "assume",
        "<s>",
        ("であること", "なので", "より", "だから"),
        r"@s ?(?:であること|なので|より|だから)",
        "$\\sum_j t_j = 1$であることを用いると",
        "$\\sum_j t_j = 1$となる",
    ),
)
