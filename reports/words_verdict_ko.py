"""What a verdict says on the command line, in Korean, beside the words of a check."""

from __future__ import annotations

SAYINGS = {
    "verdict_always": "모든 크기와 모든 첨자에 대해",
    "verdict_where": "모든 크기와 다음 첨자에 대해: {condition}",
    "verdict_assuming": "가정: {equations}",
    "verdict_only_if": "이때만 성립: {condition}",
    "verdict_if": "이때 성립: {condition}",
    "verdict_read": "읽음: {line}",
    "verdict_one": "주장 1개",
    "verdict_many": "주장 {total}개",
    "mistake_at": "{line}행 {column}열",
    "verdict_at": "점: {point}",
    "verdict_differ": "양변이 다릅니다",
    "verdict_open": "양변이 같은지 다른지 알 수 없습니다",
    "verdict_neither": "양변 모두 값이 없습니다",
    "verdict_equal": "이 점에서는 양변이 같습니다",
}
