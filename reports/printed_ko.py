"""What is right or wrong about each printed formula of `derive.catalogue.textbook`, in Korean."""

from __future__ import annotations

from collections.abc import Mapping

SAYS: Mapping[str, str] = {
    "1/2 missing": "1/2 누락",
    "1/N missing": "1/N 누락",
    "1/N too many": "1/N이 한 번 더 붙음",
    "1/T missing": "1/T 누락",
    "1/T twice": "1/T이 두 번 붙음",
    "T for 1/T": "1/T 자리에 T",
    "T**2 thought to cancel all of it": "T²이 모두 지워 준다고 여김",
    "a logarithm dropped": "로그 하나가 빠짐",
    "a mixture of two cross entropies": "교차 엔트로피 둘을 섞은 것",
    "all classes alike at a high temperature": "높은 온도에서는 모든 클래스가 같아짐",
    "alpha forgotten": "알파 누락",
    "beta missing": "베타 누락",
    "by the answer that was not preferred": "선호되지 않은 응답에 대한 미분",
    "by the bias": "편향에 대한 미분",
    "by the gradient of the entropy": "엔트로피의 기울기로 나타낸 것",
    "by the inputs: what goes to the layer below": "입력에 대한 미분: 아래 층으로 넘어가는 값",
    "divided by N and not by the weights": "가중치의 합이 아니라 N으로 나눔",
    "divided by all entries of the matrix": "행렬의 원소 수로 나눔",
    "divided by samples and not by places": "위치는 빼고 표본 수로만 나눔",
    "divided by the classes as well": "클래스 수로도 나눔",
    "divided by the weights, as for labels": "레이블일 때처럼 가중치의 합으로 나눔",
    "each row of the gradient sums to 0": "기울기의 각 행의 합은 0",
    "each row sums to 0: softmax ignores a shift": (
        "각 행의 합은 0: 소프트맥스는 같은 수를 더해도 그대로"
    ),
    "eps/(n - 1) over the others, where the loss has eps/n over all": (
        "손실은 모두에 eps/n인데 나머지에 eps/(n - 1)을 씀"
    ),
    "eps/n over all, where the loss has eps/(n - 1) over the others": (
        "손실은 나머지에 eps/(n - 1)인데 모두에 eps/n을 씀"
    ),
    "factor 2 without the loss's 1/2": "손실에 있는 1/2을 빼고 2를 곱함",
    "log-sum-exp missing": "log-sum-exp 누락",
    "matching of centred logits at a high temperature": (
        "높은 온도에서는 평균을 뺀 로짓을 맞추는 것과 같음"
    ),
    "matching of centred logits, free of T": "평균을 뺀 로짓을 맞추는 것, T와 무관",
    "neither samples nor places divided by": "표본 수로도 위치 수로도 나누지 않음",
    "one 1/T missing in the Hessian": "헤세 행렬에서 1/T 하나 누락",
    "one delta for two": "델타 둘 자리에 하나",
    "one direction only": "한 방향만 계산",
    "p of the label for p of the class": "그 클래스의 p 자리에 정답 클래스의 p",
    "right for t = 1 only": "t = 1일 때만 맞음",
    "right on the diagonal only": "대각에서만 맞음",
    "samples thought to act on each other": "표본끼리 영향을 준다고 여김",
    "sign": "부호",
    "sign inside of the sigmoid": "시그모이드 안의 부호",
    "sign of the mean": "평균의 부호",
    "sign of the penalty": "벌점의 부호",
    "sign of the uniform part": "균등한 부분의 부호",
    "sign: the gradient of the loss for that of the score": "부호: 점수 대신 손실의 기울기",
    "softmax missing": "소프트맥스 누락",
    "targets assumed to sum to 1": "타깃의 합이 1이라고 가정함",
    "the 2 of the square missing": "제곱을 미분할 때 나오는 2 누락",
    "the argument taken for the value, as in code that is given the output": (
        "출력을 받는 코드에서처럼, 함숫값 자리에 입력을 씀"
    ),
    "the chain rule": "연쇄 법칙",
    "the chain rule along one path only": "한 경로만 따라간 연쇄 법칙",
    "the chain rule over every path": "모든 경로를 더한 연쇄 법칙",
    "the denominator not squared": "분모를 제곱하지 않음",
    "the denominator taken for a constant": "분모를 상수로 여김",
    "the derivative by the bias": "편향에 대한 도함수",
    "the derivative by the probability": "확률에 대한 도함수",
    "the diagonal as the whole Hessian": "대각 성분을 헤세 행렬 전체로 씀",
    "the diagonal as the whole Jacobian": "대각 성분을 야코비 행렬 전체로 씀",
    "the diagonal blocks as the whole Hessian": "대각 블록을 헤세 행렬 전체로 씀",
    "the entries of the gradient sum to 0": "기울기 성분의 합은 0",
    "the expected score is 0": "점수의 기댓값은 0",
    "the factor T**2 of the loss forgotten": "손실에 곱한 T² 누락",
    "the form without a logarithm of a sigmoid": "시그모이드의 로그를 쓰지 않는 꼴",
    "the formula of the action taken for every action": "고른 행동의 식을 모든 행동에 씀",
    "the formula of the other classes for every class": "나머지 클래스의 식을 모든 클래스에 씀",
    "the formula of the positive pair for every pair": "양성 쌍의 식을 모든 쌍에 씀",
    "the formula of the true class for every class": "정답 클래스의 식을 모든 클래스에 씀",
    "the gradient is a distribution": "기울기가 곧 확률 분포",
    "the gradient of cross entropy": "교차 엔트로피의 기울기",
    "the gradient of the log-likelihood, not of its negative": (
        "음의 로그 가능도가 아니라 로그 가능도의 기울기"
    ),
    "the label given its share of eps as well": "정답 클래스에도 eps의 몫을 나눔",
    "the label t missing, as if it were 1": "레이블 t를 1인 것처럼 빠뜨림",
    "the letter of the logit used for the sum": "로짓의 첨자를 합의 첨자로 다시 씀",
    "the limit of high temperature as an equality": "높은 온도의 극한을 등식으로 씀",
    "the mean not subtracted: the derivative by p times p": (
        "평균을 빼지 않음: p에 대한 도함수에 p를 곱한 것"
    ),
    "the loss without a probability, as it is computed": "확률 없이 쓴 손실, 계산하는 꼴",
    "each row of the Hessian sums to 0: adding one number to every logit changes nothing": (
        "헤세 행렬의 각 행의 합은 0: 모든 로짓에 같은 수를 더해도 그대로"
    ),
    "the curvature along v is a variance, never negative: the loss is convex in the logits": (
        "v 방향의 곡률은 분산이라 음수가 될 수 없음: 손실은 로짓에 대해 볼록"
    ),
    "the modulating factor forgotten": "조절 인수 누락",
    "the modulating factor taken for a constant": "조절 인수를 상수로 여김",
    "the off-diagonal part for all entries": "비대각 성분의 식을 모든 성분에 씀",
    "the other direction taken for the transposed": "다른 방향을 전치로 여김",
    "the penalty forgotten": "벌점 누락",
    "the same, by the complement": "같은 식, 여사건으로 씀",
    "the same, in the form that is computed": "같은 식, 계산하는 꼴",
    "the same, read by columns": "같은 식, 열로 읽음",
    "the same, said of the other classes only": "같은 식을 나머지 클래스에만 말함",
    "the same, said of the true class only": "같은 식을 정답 클래스에만 말함",
    "the same, with the assumption said": "같은 식, 가정을 밝힘",
    "the scale t missing": "척도 t 누락",
    "the shift not added back": "뺀 수를 다시 더하지 않음",
    "the slope by the reflected argument": "부호를 바꾼 입력으로 나타낸 기울기",
    "the slope of the sigmoid multiplied in again": "시그모이드의 기울기를 한 번 더 곱함",
    "the softmax Jacobian left out": "소프트맥스의 야코비 행렬 누락",
    "the sum of exponentials taken for its logarithm": "지수의 합을 그 로그로 여김",
    "the target taken for one-hot": "타깃을 원-핫으로 여김",
    "the uniform part lost": "균등한 부분 누락",
    "the weight forgotten": "가중치 누락",
    "the weight of the class in question for that of the label": (
        "정답 클래스의 가중치 자리에 그 클래스의 가중치"
    ),
    "the weight on both halves": "양쪽 모두에 가중치를 곱함",
    "the weights applied entry by entry": "가중치를 성분마다 곱함",
    "transposed": "전치됨",
    "transposed: p of the action for p of the class": (
        "전치됨: 그 클래스의 p 자리에 고른 행동의 p"
    ),
    "weights forgotten": "가중치 누락",
}
