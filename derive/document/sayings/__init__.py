"""What people say of names beside their formulas: one row for each way of saying it."""

from __future__ import annotations

from derive.document.sayings.cases_en import CASES_EN
from derive.document.sayings.chinese_japanese import CHINESE_JAPANESE
from derive.document.sayings.korean import KOREAN
from derive.document.sayings.names_en import NAMES_EN
from derive.document.sayings.one_hot_en import ONE_HOT_EN
from derive.document.sayings.row import Saying
from derive.document.sayings.steps_en import STEPS_EN

__all__ = ["SAYINGS", "Saying"]

SAYINGS = (*NAMES_EN, *ONE_HOT_EN, *CASES_EN, *STEPS_EN, *KOREAN, *CHINESE_JAPANESE)
