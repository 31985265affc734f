"""Everything that a report says, in Korean; `reports.words` hands it out."""

from __future__ import annotations

SAYINGS = {
    "status_proved": "증명됨",
    "status_conditional": "조건부",
    "status_refuted": "반증됨",
    "status_undecided": "미결정",
    "kicker": "gradproof · 유도 보고서",
    "skip": "본문으로 건너뛰기",
    "contents": "차례",
    "banner_proved": "증명되었습니다. 이 문서의 단계 {steps}개가 모두 정확히 성립합니다.",
    "banner_proved_classes": (
        "클래스 수에 관계없이 한꺼번에 증명되었습니다. 이 문서의 단계 {steps}개가 모두 정확히 "
        "성립합니다."
    ),
    "banner_proved_samples": (
        "클래스 수와 표본 수에 관계없이 한꺼번에 증명되었습니다. 이 문서의 단계 {steps}개가 "
        "모두 정확히 성립합니다."
    ),
    "banner_proved_sizes": (
        "허용되는 모든 크기에서 한꺼번에 증명되었습니다. 이 문서의 단계 {steps}개가 모두 정확히 "
        "성립합니다."
    ),
    "banner_conditional": (
        "조건이 있을 때만 성립합니다. 조건부 표시가 붙은 것은 그 조건 아래에서만 참입니다."
    ),
    "banner_refuted": (
        "반증되었습니다. 이 문서의 식 가운데 적어도 하나가 틀렸고, 그 식에 기대는 결과는 믿을 "
        "수 없습니다."
    ),
    "banner_undecided": (
        "결정되지 않았습니다. 적어도 한 식을 증명하지도 반증하지도 못했으며, 그 식에 기대는 "
        "것은 증명된 것으로 치지 않습니다."
    ),
    "banner_alarm": (
        "수치 검사가 엔진과 어긋납니다. 아래 표의 실패한 행이 설명되기 전에는 이 기울기를 쓰지 "
        "마십시오."
    ),
    "case_same": "대각",
    "case_other": "비대각",
    "case_label": "정답 클래스",
    "case_not_label": "나머지 모든 클래스",
    "given_title": "손실 함수",
    "given_intro": "다음 정의는 주어진 것으로 봅니다. 이 문서의 나머지는 모두 여기에서 나옵니다.",
    "given_source": "출처: {source}.",
    "symbols_caption": "기호",
    "symbol": "기호",
    "meaning": "뜻",
    "range": "값",
    "meaning_classes": "클래스의 수",
    "meaning_samples": "배치에 든 표본의 수",
    "meaning_size": "크기",
    "meaning_logits": "클래스의 로짓(점수)",
    "meaning_probability": "클래스의 확률(소프트맥스)",
    "meaning_loss": "손실",
    "meaning_target": "목표값",
    "meaning_weight": "클래스의 가중치",
    "meaning_temperature": "온도",
    "meaning_smoothing": "평활화의 크기",
    "meaning_focus": "집중 지수",
    "meaning_entropy": "확률의 엔트로피",
    "meaning_normaliser": "지수의 합의 로그",
    "meaning_similarity": "한 쌍의 유사도",
    "meaning_layer": "층의 가중치",
    "meaning_input": "층의 입력",
    "meaning_bias": "편향",
    "meaning_row_probability": "행으로 본 쌍의 확률(소프트맥스)",
    "meaning_column_probability": "열로 본 쌍의 확률(소프트맥스)",
    "meaning_scale": "유사도의 척도",
    "meaning_match": "짝이면 1, 아니면 −1",
    "meaning_teacher": "교사의 믿음",
    "meaning_teacher_logits": "교사의 로짓",
    "meaning_right_answer": "옳은 답의 확률",
    "meaning_sign": "레이블",
    "meaning_positive": "양성일 확률",
    "meaning_positive_weight": "양성 클래스의 가중치",
    "meaning_penalty": "벌점의 세기",
    "meaning_preferred": "선호되는 응답의 로그 비",
    "meaning_other_answer": "다른 응답의 로그 비",
    "meaning_sharpness": "두 값의 차이를 얼마나 세게 볼지",
    "meaning_class": "손실을 미분하는 클래스",
    "meaning_sample": "배치의 표본",
    "meaning_summed_class": "합이 훑는 클래스",
    "meaning_summed_sample": "합이 훑는 표본",
    "meaning_summed": "합이 훑는 첨자",
    "meaning_index": "첨자",
    "meaning_label": "레이블: 정답 클래스",
    "meaning_name": "주어진 양",
    "meaning_defined": "위에서 정의됨",
    "meaning_delta": "크로네커 델타: 두 첨자가 같으면 1, 다르면 0",
    "range_defined": "정의에 따름",
    "range_size": "양의 정수",
    "range_index": "1, …, {size}",
    "range_bit": "0 또는 1",
    "range_onehot": "한 클래스에서 1, 나머지에서 0",
    "range_integer": "양의 정수",
    "range_positive": "0보다 큼",
    "range_real": "임의의 실수",
    "range_sign": "−1 또는 +1",
    "range_simplex": "음수가 아니고 합이 1",
    "range_unit": "0과 1 사이(끝값 제외)",
    "order_1": "기울기",
    "order_2": "헤세 행렬",
    "order_3": "3계 도함수",
    "order_more": "도함수, 계수 {order}",
    "path_direct": "{order}: 직접 유도",
    "path_textbook": "{order}: 교과서의 유도",
    "intro_direct": "미분하기 전에 로그가 지수를 먼저 풀어 주므로 몫이 남지 않습니다.",
    "intro_textbook": (
        "몫의 미분법과 연쇄 법칙입니다. 로짓 하나가 모든 확률을 움직이므로 연쇄 법칙은 모든 "
        "확률에 대한 합이며, 확률 하나만 거치는 길로는 모자랍니다."
    ),
    "intro_order_2": "기울기를 한 번 더 미분합니다.",
    "part": "부분 {number}",
    "above": "위에서 보임",
    "glance": "한눈에 보기: 규칙을 누르면 그 단계로 갑니다.",
    "whole": "합치기",
    "step": "단계 {number}",
    "needs": "필요 조건",
    "here": "여기서는",
    "latex": "LaTeX",
    "cases_title": "경우별로",
    "example_title": "풀어 본 예",
    "example_intro": (
        "그림 세 장, 클래스 세 개입니다. 점수는 손으로 따라갈 수 있도록 저희가 작게 고른 "
        "예이며, 거기서 계산한 값은 보이는 자리까지 정확합니다."
    ),
    "example_by_hand_title": "그림 한 장을 손으로",
    "example_by_hand": "고양이 그림: 점수에서 기울기까지",
    "example_row": "값",
    "example_by_hand_note": (
        "점수마다 e의 거듭제곱을 구하고, 그 합으로 나누고, 정답 클래스에서만 1을 뺍니다. 남는 것이 "
        "기울기이며, 모델의 믿음이 사실에서 얼마나 떨어져 있는지를 나타냅니다."
    ),
    "example_mistaken_title": "널리 퍼진 실수를 숫자로",
    "example_mistaken": "고양이 그림: 두 식과 실제로 잰 기울기",
    "example_measured": "잰 값",
    "example_after": "한 걸음 뒤의 손실",
    "example_mistaken_note": (
        "잰 값은 점수 하나를 천분의 일만큼 올리고 내려서 본 손실의 변화입니다. 델타 자리에 1을 쓴 "
        "식은 정답 클래스에서만 맞고, 다른 클래스에서는 정확히 1만큼 어긋납니다. 델타가 1인 정답 "
        "클래스만 계산한 뒤 다른 클래스일 수도 있음을 잊은 것입니다. 그러나 모든 점수가 "
        "소프트맥스의 분모에 들어 있으므로, 모든 점수가 손실을 움직입니다."
    ),
    "example_step_note": (
        "마지막 열은 손실 {loss}에서 각 식의 반대 방향으로 크기 1만큼 한 걸음 간 결과입니다. 옳은 "
        "기울기는 손실을 줄입니다. 틀린 식은 손실을 늘립니다. 모든 클래스에서 똑같이 1을 빼면 모든 "
        "점수가 함께 움직이는데 소프트맥스는 이를 알아채지 못합니다. 남는 것은 가장 확률이 높은 "
        "클래스를 가장 많이 낮추는 일이고, 그것이 바로 정답 클래스입니다."
    ),
    "example_all_title": "그림 세 장 모두",
    "example_scores": "점수(한 행이 그림 한 장). 정답 클래스는 굵은 글씨입니다.",
    "example_probabilities": "각 행의 소프트맥스와 정답 클래스의 손실",
    "example_loss": "손실",
    "example_strip": "그림별 기울기: 확률에서 정답 클래스만 1을 뺀 값",
    "example_strip_note": (
        "기울기의 반대 방향으로 가면 정답 클래스의 점수는 오르고(기울기가 음수) 나머지는 "
        "내립니다(기울기가 양수). 각 행의 합은 0입니다."
    ),
    "example_jacobian": "고양이 그림에서 소프트맥스의 야코비 행렬",
    "example_jacobian_note": (
        "행은 움직이는 확률, 열은 그것을 움직이는 점수입니다. 모든 점수에 같은 수를 더해도 "
        "달라지는 것이 없으므로 행의 합은 0입니다. 이 행렬은 손실의 헤세 행렬이기도 합니다."
    ),
    "jacobian_corner": "확률",
    "picture": "그림",
    "picture_cat": "고양이 그림",
    "picture_dog": "개 그림",
    "picture_horse": "말 그림",
    "class_cat": "고양이",
    "class_dog": "개",
    "class_horse": "말",
    "row_sum": "합",
    "curve_title": "정답 클래스의 확률이 내려갈 때의 손실",
    "curve_desc": (
        "확률 0.03에서 3.5, 확률 1에서 0으로 내려가는 곡선입니다. 세 그림의 점과 각 점의 접선이 "
        "함께 그려져 있습니다."
    ),
    "curve_note": (
        "세 그림에서의 접선이며 기울기는 표와 같습니다. 자신 있게 틀리면 가파르고, 자신 있게 "
        "맞히면 가장 완만합니다(기울기 −1)."
    ),
    "curve_x": "정답 클래스의 확률",
    "curve_y": "손실",
    "curve_caption": "곡선 위의 점",
    "printed_title": "흔히 쓰이는 식",
    "printed_intro": (
        "책과 글과 코드에서 이 손실에 대해 쓰는 식들입니다. 이 문서의 다른 식과 똑같이 "
        "판정했습니다."
    ),
    "printed_wrong": "잘 알려진 실수",
    "printed_right": "이것도 참",
    "printed_setting": "범위",
    "printed_only_if": "이때만 성립",
    "printed_if": "이때 성립",
    "printed_at": "반례",
    "printed_left": "왼쪽",
    "printed_right_side": "오른쪽",
    "printed_repair": "가장 가까운 옳은 식",
    "printed_seen": "본 곳",
    "printed_command": "다시 물어보기",
    "engine_shape": "코드의 모양",
    "engine_shape_note": (
        "행은 N개, 행마다 점수가 n개이고 레이블은 0부터 셉니다. 1을 빼는 줄에 성분의 첨자가 "
        "있습니다. 첨자가 없으면 바로 그 널리 퍼진 실수가 됩니다. 이것은 식을 그대로 옮긴 "
        "코드이고, 아래의 엔진은 확신이 큰 예측에서 p − 1이 잃는 자릿수까지 지킵니다."
    ),
    "engine_source": "엔진의 소스 ({lines}줄)",
    "numeric_title": "수치 검사",
    "numeric_intro": (
        "엔진의 기울기를 손실만으로 구한 수치 미분과 견줍니다. 평범한 점과 까다로운 점을 모두 "
        "봅니다. 점수가 멀리 떨어진 점(넓은 범위), 점수가 같은 점(동점), 점수 하나가 30이나 40만큼 "
        "앞선 점(확신), 점수가 ±1000인 점입니다. 판정한 성분은 수치 미분으로 볼 수 있는 것들입니다."
    ),
    "numeric_caption": "점의 종류마다: 한계에 가장 가까운 성분",
    "numeric_point": "점",
    "numeric_n": "n",
    "numeric_judged": "판정한 성분",
    "numeric_count": "{entries}개 중 {judged}개",
    "numeric_error": "오차",
    "numeric_bound": "한계",
    "numeric_outcome": "결과",
    "numeric_ok": "✓ 한계 안",
    "numeric_failed": "✗ 한계 밖",
    "error_title": "걸음 h에 따른 중심 차분의 오차",
    "error_desc": (
        "두 축 모두 로그 눈금입니다. 증명된 기울기의 오차는 걸음의 제곱으로 줄다가 반올림 "
        "때문에 다시 커집니다. 틀린 식의 오차는 그대로 머뭅니다."
    ),
    "error_note": (
        "배정밀도의 중심 차분입니다. 오차는 걸음의 제곱으로 줄다가 반올림 때문에 다시 커집니다."
    ),
    "error_note_wrong": (
        "고양이 그림에서 구한 배정밀도의 중심 차분입니다. 오차는 걸음의 제곱으로 줄다가 반올림 "
        "때문에 다시 커집니다. 걸음을 아무리 줄여도 틀린 식은 고쳐지지 않아 선이 평평합니다."
    ),
    "error_right": "증명된 기울기",
    "error_wrong": "델타 자리에 1을 둔 식",
    "error_x": "걸음 h",
    "error_y": "오차",
    "error_caption": "곡선의 점",
    "error_step": "걸음",
    "engine_title": "엔진",
    "engine_intro": (
        "증명된 식에서 찍어 낸 NumPy 소스입니다. 수치를 안정시키는 변형도 함께 증명되었습니다."
    ),
    "checked_title": "무엇을 어떻게 확인했나",
    "checked_intro": (
        "여기서 증명되었다는 것은 코드를 나누지 않는 두 의견이 일치한다는 뜻입니다. 하나는 "
        "첨자가 같고 다른 모든 경우의 정확한 정규형이고, 다른 하나는 정의에서 출발해 여러 "
        "크기에서 정확하게 계산한 값입니다. 허용 오차는 쓰지 않습니다."
    ),
    "checked_caption": "확인한 것",
    "checked_what": "대상",
    "checked_outcome": "결과",
    "checked_steps": "단계",
    "checked_claims": "결과",
    "checked_cases": "경우",
    "checked_numeric": "엔진의 기울기(손실의 수치 미분과 비교)",
    "checked_rate": "걸음에 따라 오차가 줄어드는 속도",
    "checked_count": "{all}개 중 {good}개 증명됨",
    "checked_within": "점 {all}개 중 {good}개가 한계 안",
    "checked_slope": "기울기 {rate}. 올바른 기울기라면 2",
    "unchecked_title": "확인하지 않은 것",
    "unchecked_definitions": "위의 정의가 뜻하신 손실이 맞는지는 확인하지 않았습니다.",
    "unchecked_needs": (
        "정의에 값이 없는 곳(이를테면 분모가 0인 곳). 그런 곳에 대해서는 아무것도 주장하지 "
        "않습니다."
    ),
    "unchecked_special": "무한대이거나 수가 아닌 로짓은 다루지 않았습니다.",
    "unchecked_small": "수치 미분으로 보기에는 너무 작은 기울기 성분. 이를테면 확신이 큰 예측.",
    "unchecked_rounding": (
        "반올림 오차. 증명은 실수에 대한 것이며, 엔진이 얼마나 정확한지는 적힌 점에서만 쟀습니다."
    ),
    "unchecked_numeric": "수치. 이 문서를 위한 수치 검사는 하지 않았습니다.",
    "unchecked_open": "미결정으로 표시된 식.",
    "reproduce_title": "재현",
    "reproduce_intro": "이 문서에는 시각이 적혀 있지 않습니다. 입력이 같으면 바이트까지 같습니다.",
    "reproduce_versions": "버전",
    "reproduce_program": "프로그램",
    "reproduce_version": "버전",
    "reproduce_seed": "수치 검사의 난수 씨앗: {seed}",
}
