"""What `derive` says of formulas and documents, in Korean; {a}, {b} and {c} are names in it.

Formulas stand before a colon or after one: a particle would have to bend around them.
"""

from __future__ import annotations

from collections.abc import Mapping

ROWS: Mapping[str, str] = {
    # what a name was taken for
    "definition: {a}": "정의: {a}",
    "claim: {a}": "주장: {a}",
    "{a}: an index, 1 to {b} (by its use)": "{a}: 첨자, 1부터 {b}까지 (쓰임새로 보아)",
    "{a}: an index, 1 to {b} (declared)": "{a}: 첨자, 1부터 {b}까지 (선언됨)",
    "{a}: a label, 1 to {b} (by its use)": "{a}: 레이블, 1부터 {b}까지 (쓰임새로 보아)",
    "{a}: a label, 1 to {b} (declared)": "{a}: 레이블, 1부터 {b}까지 (선언됨)",
    "{a}: a size, 1, 2, 3, ... (by its use)": "{a}: 크기, 1, 2, 3, ... (쓰임새로 보아)",
    "{a}: a size, 1, 2, 3, ... (declared)": "{a}: 크기, 1, 2, 3, ... (선언됨)",
    "{a}: {b} (by its use)": "{a}: {b} (쓰임새로 보아)",
    "{a}: {b} (declared)": "{a}: {b} (선언됨)",
    "{a} inside the sum is the sum's own index": "{a}: 합 안에서는 그 합의 첨자입니다",
    # how a formula of the document was understood
    "{a}: the subscript runs over nothing and is part of the name": (
        "{a}: 아래 첨자가 아무것도 훑지 않으므로 이름의 일부로 봅니다"
    ),
    "the derivative may be of its first factor alone": "첫 인수만 미분한다는 뜻일 수도 있습니다",
    "sigma is the sigmoid, 1/(1 + e^-x)": "sigma: 시그모이드 1/(1 + e^-x)로 읽습니다",
    "sigma is a number, as it is elsewhere": "sigma: 다른 곳에서처럼 수로 읽습니다",
    "sigma of a vector is the softmax": "sigma: 벡터에 대해서는 소프트맥스로 읽습니다",
    "sigma of a vector, with an index behind it, is the softmax": (
        "sigma: 첨자가 붙은 벡터에 대해서는 소프트맥스로 읽습니다"
    ),
    "of {a} readings the one that agrees with the rest of the document is taken": (
        "{a}가지 읽기 가운데 문서의 나머지와 맞는 것을 골랐습니다"
    ),
    "other readings are possible; the one that is usual holds": (
        "다르게 읽을 수도 있지만, 보통 쓰는 뜻으로 읽으면 성립합니다"
    ),
    "I is the identity matrix": "I: 단위행렬로 읽습니다",
    "{a} is any function of {b}": "{a}: 임의의 함수, 변수는 {b}",
    "a sum sign on its own is read as the name {a}": "홀로 쓰인 합 기호는 이름으로 읽습니다: {a}",
    "{a} is {b}, the one sum that the definitions have": (
        "{a}: 정의에 하나뿐인 합으로 읽습니다: {b}"
    ),
    "read without the escapes of its format": "파일 형식의 이스케이프를 빼고 읽었습니다",
    "nabla is the gradient by {a}": "나블라: 다음에 대한 기울기로 읽습니다: {a}",
    "D is the derivative by {a}": "D: 다음에 대한 도함수로 읽습니다: {a}",
    "{a} is read as ∂ here": "{a}: 여기서는 ∂로 읽습니다",
    "the sum without limits goes over {a}": "범위가 없는 합의 첨자: {a}",
    "the sum goes over {a} and {b}": "합의 첨자: {a}, {b}",
    "the sum over {a} ends before the next + or -; it may reach further": (
        "합의 첨자 {a}: 다음 + 또는 - 앞에서 끝나는 것으로 보았지만, 더 뒤까지일 수도 있습니다"
    ),
    "the sum runs over both indices; {a} may be fixed": (
        "두 첨자 모두에 대한 합으로 읽습니다. 고정된 것일 수도 있는 첨자: {a}"
    ),
    "{a} is summed over and also free; the sum's {b} is read as its own": (
        "{a}: 합의 첨자이면서 바깥에도 쓰였습니다. 합 안의 것은 따로 읽습니다"
    ),
    "{a} is a label, and {b} its one-hot vector": "{a}: 레이블로, {b}: 그 원-핫 벡터로 읽습니다",
    "{a} holds labels, and its entries with one index more are one-hot": (
        "{a}: 레이블들로 읽고, 첨자가 하나 더 붙은 것은 원-핫으로 읽습니다"
    ),
    "{a} is one-hot": "{a}: 원-핫",
    "{a} is defined only further on, in line {b}": "{a}: 정의가 뒤에 나옵니다({b}행)",
    "the negative samples are taken for all different, and other than the one beside them: {a}": (
        "음의 표본들은 서로 다르고 옆에 있는 것과도 다르다고 봅니다: {a}"
    ),
    "{a} is read as one name": "{a}: 이름 하나로 읽습니다",
    "{a} is one fixed index in {b}, here too": "{a}: {b}에서 고정된 첨자이며, 여기서도 그렇습니다",
    "{a} without an index is called {b}": "{a}: 첨자가 없는 것은 다른 이름으로 부릅니다: {b}",
    "{a} with {b} of its indices is called {c}": (
        "{a}: 첨자가 {b}개인 것은 다른 이름으로 부릅니다: {c}"
    ),
    "{a}: {b}, since its logarithm is taken": "{a}: {b} (로그를 취하므로)",
    "the ranges of the sums are taken from what they go over": (
        "합의 범위는 합해지는 것의 크기로 봅니다"
    ),
    "{a} is missing before the next variable of a derivative": (
        "도함수의 다음 변수 앞에 빠진 기호: {a}"
    ),
    "an index that starts at 0 is read as starting at 1": (
        "0부터 세는 첨자를 1부터 세는 것으로 읽습니다"
    ),
    "{a} gets a new definition here": "{a}: 여기서 새로 정의됩니다",
    "the reading is shown": "어떻게 읽었는지 보입니다",
    "the limits of the sum are reversed; read the other way round": (
        "합의 위아래 범위가 뒤바뀌어 있어 거꾸로 읽습니다"
    ),
    "the expectation is the sum over {a} weighted by {b}": (
        "기댓값: 첨자 {a}에 대한 합이며, 무게는 {b}"
    ),
    "KL({a} || {b}) is the sum of p log(p/q)": "KL({a} || {b}): p log(p/q)의 합으로 읽습니다",
    "what stands behind the bar is left out": "막대 뒤에 있는 것은 빼고 읽습니다",
    "{a} is read as a power; it may be an index": (
        "{a}: 거듭제곱으로 읽습니다. 첨자일 수도 있습니다"
    ),
    "Sigma is read as a name times what follows; it may be a sum without limits": (
        "Sigma: 이름으로 읽고 뒤의 것과 곱합니다. 범위가 없는 합일 수도 있습니다"
    ),
    "Sigma is read as an array; it may be a sum over {a}": (
        "Sigma: 배열로 읽습니다. 첨자 {a}에 대한 합일 수도 있습니다"
    ),
    "the quotient ends before the next factor; it may reach further": (
        "나눗셈이 다음 인수 앞에서 끝나는 것으로 보았지만, 더 뒤까지일 수도 있습니다"
    ),
    "the power is taken of the logarithm; it may stand inside": (
        "로그 전체의 거듭제곱으로 읽습니다. 로그 안의 것일 수도 있습니다"
    ),
    "the derivative is taken of the signed term behind it": "뒤에 오는 부호 붙은 항을 미분합니다",
    "d is read as a differential; it may be a factor": (
        "d: 미분으로 읽습니다. 곱해지는 수일 수도 있습니다"
    ),
    "{a} is {b}, which depends on that": "{a}: {b}로 읽으며, 괄호 안의 것에 따라 달라집니다",
    "{a} is the entry {b} of {c}": "{a}: {c}의 성분 {b}",
    "line {a} is not valid UTF-8: the document is read as Latin-1": (
        "{a}행이 UTF-8이 아니므로 문서를 Latin-1로 읽습니다"
    ),
    "{a} stands for its value here: a product": "{a}: 여기서는 그 값으로 보고 곱으로 읽습니다",
    "a limit such as C = 2 is read as 2": "C = 2와 같은 범위의 끝은 2로 읽습니다",
    "a number with a sign above it, as in 0^+, is read as the number": (
        "0^+처럼 위에 부호가 붙은 수는 그 수로 읽습니다"
    ),
    "a relation in brackets counts 1 where it holds": (
        "괄호 안의 관계식은 성립하면 1, 아니면 0으로 읽습니다"
    ),
    "the sum from 0 to {a} goes over all that there is": (
        "0부터 {a}까지의 합은 있는 것 모두에 대한 합으로 읽습니다"
    ),
    "the vector is added to every row": "벡터를 모든 행에 더합니다",
    "the vector is added to every column": "벡터를 모든 열에 더합니다",
    "{a} below a name is read as the index of a class": "이름 아래의 {a}: 클래스의 첨자로 읽습니다",
    "{a} is the entry j of {b}": "{a}: {b}의 성분 j",
    "{a} of sample {b} is {c} with that index": "표본 {b}의 {a}: 그 첨자가 붙은 {c}로 읽습니다",
    "what has no {a} here is that of the sample {b}": (
        "여기서 첨자 {a} 없이 쓴 것은 그 표본의 것으로 읽습니다"
    ),
    "{a} are their rows of {b}": "{a}: {b}에서 그것들의 행",
    "\\{a} ends before the /; it may reach over the quotient": (
        "\\{a}: / 앞까지로 읽습니다. 나눗셈 전체일 수도 있습니다"
    ),
    "\\{a} reaches over the brackets; it may end before them": (
        "\\{a}: 괄호까지로 읽습니다. 괄호 앞까지일 수도 있습니다"
    ),
    # why there is no better verdict
    "only equalities are judged, and this says {a}": "등식만 판정합니다. 여기에 쓰인 기호: {a}",
    "it is said of one point, where something is 0 or least": (
        "어떤 것이 0이거나 가장 작은 한 점에 대해서만 하는 말입니다"
    ),
    "it is said of what line {a} supposes": "{a}행에서 가정한 것에 대한 말입니다",
    "it is only supposed": "가정일 뿐입니다",
    "{a} is defined nowhere before": "{a}: 앞에 정의가 없습니다",
    "{a} may be defined in a formula that could not be read": (
        "{a}: 읽지 못한 식에 정의가 있을 수 있습니다"
    ),
    "it is right only where {a}, and it states the other case too": (
        "다음에서만 옳은데 다른 경우까지 말하고 있습니다: {a}"
    ),
    "the difference could not be brought to zero, and it vanished at all {a} patterns that "
    "were evaluated": "차이를 0으로 만들지 못했으나, 계산해 본 {a}가지 경우에는 모두 0이었습니다",
    "no rule differentiates {a}": "미분 규칙이 없습니다: {a}",
    "one side has no value at the point where the sides were seen to differ": (
        "양변이 다르게 나온 점에서 한쪽에 값이 없습니다"
    ),
    "the conditions exclude every case": "조건이 모든 경우를 배제합니다",
    "out of budget: {a}": "허용된 시간이나 크기를 넘었습니다: {a}",
    "the sides agree where both have a value, which needs {a}": (
        "양쪽에 값이 있는 곳에서는 같습니다. 값이 있으려면: {a}"
    ),
    "{a} is outside of what can be decided": "결정할 수 있는 범위 밖입니다: {a}",
    "the second opinion could not confirm the proof": (
        "독립된 두 번째 검사가 증명을 확인하지 못했습니다"
    ),
    "the second opinion has none: {a}": "독립된 두 번째 검사가 판단하지 못했습니다: {a}",
    "the opinions contradict each other, which is a bug of ours": (
        "두 판정이 서로 어긋납니다. 이 프로그램의 잘못입니다"
    ),
    "it takes {a}, which nothing before says": (
        "다음과 같이 보아야 하는데, 앞에 그런 말이 없습니다: {a}"
    ),
    "no point was found at which both sides have a value": (
        "양변에 모두 값이 있는 점을 찾지 못했습니다"
    ),
    "no real point has a value on both sides": "양변에 모두 값이 있는 실수 점이 없습니다",
    "the intervals are too wide": "구간이 너무 넓습니다",
    # what kept a formula from being read
    "unknown command {a}": "모르는 명령: {a}",
    "unknown environment {a}": "모르는 환경: {a}",
    "unknown character": "모르는 글자",
    "unexpected {a}": "여기에 올 수 없음: {a}",
    "{a} does not depend on {b}, as far as the document says": (
        "{a}: 문서에 따르면 다음에 의존하지 않습니다: {b}"
    ),
    "this {a} closes nothing": "여는 짝이 없음: {a}",
    "this {a} is never closed": "닫는 짝이 없음: {a}",
    "the formula ends too early": "식이 너무 일찍 끝납니다",
    "this relation has no right side": "이 관계에 오른쪽이 없습니다",
    "this notation is not read yet": "아직 읽지 못하는 표기입니다",
    "nothing stands here": "여기에 아무것도 없습니다",
    "a condition hangs on no indicator": "조건이 붙을 지시 함수가 없습니다",
    "an expectation, but over what is not said": "무엇에 대한 기댓값인지 적혀 있지 않습니다",
    "a vector and a matrix do not go together entry by entry": (
        "벡터와 행렬은 성분끼리 맞지 않습니다"
    ),
    "this goes on from a formula that is not known": "알지 못하는 식에서 이어집니다",
    "nabla, but by what it differentiates is not said": (
        "나블라가 무엇으로 미분하는지 적혀 있지 않습니다"
    ),
    "a prime, but by what it differentiates is not said": (
        "프라임이 무엇으로 미분하는지 적혀 있지 않습니다"
    ),
    "neither a product nor a function that is known": "곱도, 아는 함수도 아닙니다",
    "these words stand where a formula is expected": "식이 올 자리에 낱말이 있습니다",
    # what to do about it
    "a letter may have changed on the way, or a definition may be missing": (
        "글자가 중간에 바뀌었거나 정의가 빠졌을 수 있습니다"
    ),
    "did you mean {a}?": "혹시 이것입니까? {a}",
    "write {a}": "이렇게 쓰십시오: {a}",
    # what a document comes to
    "No equality was found.": "등식을 찾지 못했습니다.",
    "No equality of this document claims anything: all are definitions and facts.": (
        "주장하는 등식이 없습니다. 모두 정의나 사실입니다."
    ),
    "The one claim of this document is proved.": "이 문서에 하나뿐인 주장이 증명되었습니다.",
    "All {a} claims of this document are proved.": "이 문서의 주장 {a}개가 모두 증명되었습니다.",
    "Nothing was refuted; {a} of {b} claims are proved. Open: {c}.": (
        "반증된 것은 없습니다. 주장 {b}개 가운데 {a}개가 증명되었습니다. 남은 곳: {c}."
    ),
    "The result in line {a}: {b}. The first step that goes wrong is in line {c}: {d}.": (
        "{a}행의 결과: {b}. 처음 틀린 단계는 {c}행입니다: {d}."
    ),
    "The first step that goes wrong is in line {a}: {b}. Slips cancel: the chain from end to end "
    "is right in line {c}.": (
        "처음 틀린 단계는 {a}행입니다: {b}. 그러나 잘못이 서로 지워져 처음과 끝은 맞습니다: {c}행."
    ),
    "Line {a}: {b}.": "{a}행: {b}.",
    "{a} holds only if {b}; right is {c}": "{a} (이때만 성립: {b}; 옳은 식: {c})",
    "{a} holds only if {b}": "{a} (이때만 성립: {b})",
    "{a} holds if {b}; right is {c}": "{a} (이때 성립: {b}; 옳은 식: {c})",
    "{a} holds if {b}": "{a} (이때 성립: {b})",
    "{a} is refuted; right is {b}": "{a} (틀림; 옳은 식: {b})",
    "{a} is refuted": "{a} (틀림)",
    "line {a} undecided, {b}": "{a}행 미결정, {b}",
    "line {a} undecided": "{a}행 미결정",
    "line {a} unread, {b}": "{a}행 읽지 못함, {b}",
    "line {a} unread": "{a}행 읽지 못함",
}
