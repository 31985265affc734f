"""What a report of a checked document says, in Korean; `reports.words` hands it out."""

from __future__ import annotations

SAYINGS = {
    "status_unread": "읽지 못함",
    "status_definition": "정의",
    "status_fact": "사실",
    "several_definition": "정의",
    "several_fact": "사실",
    "check_kicker": "gradproof · 문서 검사",
    "check_refuted": (
        "틀렸습니다. 이 문서의 등식 {claims}개 가운데 {wrong}개가 적힌 대로는 성립하지 않습니다."
    ),
    "check_conditional": (
        "조건이 있을 때만 성립합니다. 이 문서의 등식 {claims}개 가운데 {wrong}개는 그 조건 "
        "아래에서만 참입니다."
    ),
    "check_unread": (
        "틀린 곳은 찾지 못했지만, 이 문서의 등식 {claims}개 가운데 읽지 못한 것이 있습니다."
    ),
    "check_undecided": (
        "틀린 곳은 찾지 못했지만, 이 문서의 등식 {claims}개 가운데 결정하지 못한 것이 있습니다."
    ),
    "check_proved": "증명되었습니다: 모든 등식이 성립합니다.",
    "check_none": "이 문서에는 주장이 없습니다. 증명한 것도 반증한 것도 없습니다.",
    "check_counts": "등식별 판정",
    "check_verdict": "판정",
    "check_items_title": "한 줄씩",
    "check_items_intro": (
        "등식마다 쓰인 그대로의 글, 그것을 읽은 결과, 알아낸 것을 차례로 보입니다. 쓴 사람의 글은 "
        "글자 그대로 두었고, 조판된 식은 이 프로그램이 읽은 결과입니다."
    ),
    "check_item": "{line}행 {column}열",
    "check_written": "쓰인 대로",
    "check_read": "읽은 대로",
    "check_names": "이름을 이렇게 이해함",
    "check_jump": "첫 항에서 마지막 항까지",
    "check_where": "판정한 범위",
    "check_only_if": "이때만 성립",
    "check_if": "이때 성립",
    "check_counterexample": "반례",
    "check_every_point": "모든 점에서",
    "check_left": "왼쪽",
    "check_right": "오른쪽",
    "check_repair": "가장 가까운 옳은 식",
    "check_diagnosis": "진단",
    "check_explain": "설명 보기: gradproof explain {code}",
    "check_because": "이유",
    "check_premise": "정의에 값이 있는 곳",
    "check_recompute": "다시 계산",
    "check_rests": "단계로는 옳지만 다음 행에 기대고 있음",
    "check_rests_too": "다음 행에도 기대고 있음",
    "check_cancels": "중간 단계들이 틀렸으나 그 잘못이 서로 지워집니다.",
    "check_note": "참고",
    "check_hint": "도움말",
    "check_rests_title": "무엇이 무엇에 기대는가",
    "check_rests_intro": (
        "등식에서 그 판정에 쓰인 것으로 선을 그었습니다. 가는 선은 정의로, 굵은 선은 물려받은 틀린 "
        "단계로 이어집니다. 표에 같은 내용이 글로 있습니다."
    ),
    "check_rests_none": "서로 기대는 등식이 없습니다.",
    "check_rests_desc": (
        "읽는 순서대로 등식 {rows}개, 정의로 이어지는 선 {uses}개, 틀린 단계로 이어지는 선 "
        "{wrong}개. 그림 아래의 표에 모두 적혀 있습니다."
    ),
    "check_rests_large": "그림으로 그리기에는 등식이 너무 많습니다. 표에는 모두 있습니다.",
    "check_rests_caption": "등식마다 기대고 있는 것",
    "check_place": "행",
    "check_uses": "정의",
    "check_wrong_steps": "틀린 단계",
    "check_nothing": "없음",
    "check_corrected_title": "고친 유도",
    "check_corrected_intro": (
        "증명된 고침이 있는 곳에는 그것을 넣어 모든 등식을 다시 적었습니다. 미해결로 표시한 것에는 "
        "증명된 고침이 없습니다."
    ),
    "check_state_given": "주어짐",
    "check_state_kept": "그대로",
    "check_state_repaired": "고침",
    "check_state_inherits": "그대로 두되, 앞 단계를 고친 뒤 다시 볼 것",
    "check_state_open": "미해결",
    "check_unread_as_text": "읽지 못함",
    "check_reproduce": (
        "이 문서에는 시각이 찍히지 않습니다. 같은 글에서는 같은 바이트가 나옵니다."
    ),
    "check_definitions": (
        "정의가 뜻한 바와 같은지, 식마다 뜻한 대로 읽혔는지는 검사하지 않았습니다. 등식마다 두 "
        "줄을 견주어 보십시오."
    ),
    "fix_wrote": "{path} 파일을 썼습니다",
    "fix_nothing": "넣을 수 있는 고침이 없어 아무것도 쓰지 않았습니다.",
    "fix_now": "고친 사본을 다시 검사한 결과:",
    "fix_left": "그대로 둠",
    "fix_unread": "읽지 못했습니다",
    "fix_no_repair": "증명된 고침이 없습니다",
    "fix_escaped": "문서가 글을 이스케이프해 담고 있습니다",
    "fix_no_side": "어느 글자를 바꾸어야 하는지 분명하지 않습니다",
    "fix_not_proved": "고침을 넣고 다시 읽으면 증명되지 않습니다",
}
