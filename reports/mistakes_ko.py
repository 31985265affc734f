"""What `derive` says of mistakes in formulas, in Korean; {a}, {b} and {c} are parts of them."""

from __future__ import annotations

from collections.abc import Mapping

ROWS: Mapping[str, str] = {
    # formula text
    "expected one equality": "등식 하나가 와야 합니다",
    "give one equality at a time": "등식은 한 번에 하나씩 쓰십시오",
    "expected a formula, found a relation": "식이 와야 할 자리에 관계식이 있습니다",
    "expected a condition such as k == y": "k == y와 같은 조건이 와야 합니다",
    "expected a condition such as k != y": "k != y와 같은 조건이 와야 합니다",
    "expected the index of the sum": "합의 첨자가 와야 합니다",
    "expected a name": "이름이 와야 합니다",
    "expected a number such as 2 or -1/3, or a list (1, 2)": (
        "2나 -1/3과 같은 수, 또는 (1, 2)와 같은 목록이 와야 합니다"
    ),
    "cannot be read": "읽을 수 없습니다",
    "cannot read this value": "이 값을 읽을 수 없습니다",
    "cannot read this declaration": "이 선언을 읽을 수 없습니다",
    "unknown kind {a}": "모르는 종류: {a}",
    "kinds are {a}": "쓸 수 있는 종류: {a}",
    "empty": "비어 있습니다",
    "a condition where a number is expected": "수가 와야 할 자리에 조건이 있습니다",
    "ind(k == y) is a number": "ind(k == y)는 수입니다",
    "{a} is a function and needs an argument": "함수이므로 인수가 있어야 합니다: {a}",
    "{word} is no function": "함수가 아닙니다: {word}",
    "a list in brackets is no formula": "괄호 안의 목록은 식이 아닙니다",
    "a list in brackets is no number": "괄호 안의 목록은 수가 아닙니다",
    "the condition of the last piece is True": "마지막 조각의 조건은 True입니다",
    "{a} does not occur in what the maximum is of": "최댓값을 구하는 식에 없는 첨자: {a}",
    "one side of the equality is itself a relation": "등식의 한쪽이 다시 관계식입니다",
    "a size is 1 or more": "크기는 1 이상입니다",
    "e is a name like any other here": "여기서 e는 여느 이름과 같습니다",
    "this is no index": "첨자가 아닙니다",
    "this bracket is never closed": "괄호가 닫히지 않았습니다",
    "write a formula": "식을 쓰십시오",
    "front matter": "문서 머리의 설정",
    "within a formula equality is written ==": "식 안에서 등호는 ==로 씁니다",
    "write it as  left == right": "이렇게 쓰십시오: 왼쪽 == 오른쪽",
    "a product is written with *": "곱은 *로 씁니다",
    "functions are {a}": "쓸 수 있는 함수: {a}",
    "write  max(f[j], j)  for the largest entry, cases(x, x > y, y)  of two numbers": (
        "가장 큰 성분은 max(f[j], j), 두 수 중 큰 것은 cases(x, x > y, y)로 씁니다"
    ),
    "a derivative is  d(L, f[k]),  a gradient  d(L, f)": (
        "도함수는 d(L, f[k]), 기울기는 d(L, f)로 씁니다"
    ),
    "1 where a condition holds is  ind(k == y)": "조건이 참이면 1인 것은 ind(k == y)로 씁니다",
    "second derivatives are  d(L, f[k], f[l])": "2계 도함수는 d(L, f[k], f[l])로 씁니다",
    "a Jacobian is  d(p[i], f[k])  or  d(p, f)": (
        "야코비 행렬은 d(p[i], f[k]) 또는 d(p, f)로 씁니다"
    ),
    "a trace is  sum(A[j, j], j)": "대각합은 sum(A[j, j], j)로 씁니다",
    "a transpose is  A.T": "전치는 A.T로 씁니다",
    "a norm is  sqrt(sum(x[j]**2, j))": "노름은 sqrt(sum(x[j]**2, j))로 씁니다",
    "a square is  x**2": "제곱은 x**2로 씁니다",
    "{a} and {b} are two names here, and this is a quotient": (
        "여기서는 두 이름의 몫입니다: {a}, {b}"
    ),
    "the derivative is  d({a}, {b})": "도함수는 이렇게 씁니다: d({a}, {b})",
    "a mean is a sum over the size that is meant: sum(f)/n": (
        "평균은 합을 뜻하는 크기로 나눈 것입니다: sum(f)/n"
    ),
    "a literal index is a whole number": "수로 쓴 첨자는 정수여야 합니다",
    "a literal index goes up to {a}": "수로 쓴 첨자는 다음까지입니다: {a}",
    "indices count from 1": "첨자는 1부터 셉니다",
    "cannot index by this": "첨자가 될 수 없는 식입니다",
    "an index is a letter, a whole number, or a label such as y[i]": (
        "첨자는 글자, 정수, 또는 y[i]와 같은 레이블입니다"
    ),
    "cannot differentiate by this": "이것으로는 미분할 수 없습니다",
    "differentiate by an entry f[k] or a scalar z": "성분 f[k]나 스칼라 z로 미분하십시오",
    "d needs what to differentiate by": "d에는 무엇으로 미분할지 적어야 합니다",
    "derivatives of order at most 4": "미분은 4계까지입니다",
    "delta takes two indices": "delta에는 첨자 둘을 씁니다",
    "ind takes one condition": "ind에는 조건 하나를 씁니다",
    "cases takes pairs and an otherwise": "cases에는 값과 조건의 짝들과 나머지 값을 씁니다",
    "Piecewise takes pairs of a value and a condition": "Piecewise에는 값과 조건의 짝들을 씁니다",
    "{word} takes one argument": "인수가 하나여야 합니다: {word}",
    "{a} takes {b} argument": "{a}: 인수의 수는 {b}",
    "{a} takes {b} arguments": "{a}: 인수의 수는 {b}",
    "{word} needs an index": "첨자가 있어야 합니다: {word}",
    "{a} has {b} indices elsewhere": "{a}: 다른 곳에서는 첨자가 {b}개입니다",
    "{word} has {b} indices": "{word}: 첨자는 {b}개입니다",
    "{a} has {b} entries: (1, 2, ...)": "{a}: 성분은 {b}개입니다: (1, 2, ...)",
    "{a} has entries that sum to 1": "{a}: 성분의 합이 1입니다",
    "{a} has no definition, so its derivative means nothing": (
        "{a}: 정의가 없어 그 도함수는 뜻이 없습니다"
    ),
    "{word} is defined twice": "두 번 정의되었습니다: {word}",
    "{word} is declared twice": "두 번 선언되었습니다: {word}",
    "{a} is defined and declared": "정의되고 또 선언되었습니다: {a}",
    "{a} is defined through itself": "자기 자신으로 정의되었습니다: {a}",
    "{a} is defined for other arguments": "다른 인수에 대해 정의되었습니다: {a}",
    "{word} is an array here": "여기서는 배열입니다: {word}",
    "{a} is used both as an index and as an array": "첨자로도 배열로도 쓰였습니다: {a}",
    "{a} is used both as an index and as a formula": "첨자로도 식으로도 쓰였습니다: {a}",
    "{a} is used both as a size and as a formula": "크기로도 식으로도 쓰였습니다: {a}",
    "{a} is one name here, not an entry of {b}": (
        "{a}: 여기서는 이름 하나이고, 다음의 성분이 아닙니다: {b}"
    ),
    "{a} is no real number to differentiate by": "미분할 수 있는 실수가 아닙니다: {a}",
    "{word} is not known": "알려져 있지 않습니다: {word}",
    "{a} is a whole number from 1": "1부터 세는 정수입니다: {a}",
    "{a} is at most {b} here": "{a}: 여기서는 많아야 {b}입니다",
    "{word} is declared to be {b}": "{word}: 선언된 값은 {b}",
    "{word} is declared {b}": "{word}: 선언된 종류는 {b}",
    "e^{a} is greater than 0": "0보다 큽니다: e^{a}",
    "{word} is one number": "수 하나입니다: {word}",
    "a mean is a sum over the size that is meant: {a}": "평균은 뜻하는 크기로 나눈 합입니다: {a}",
    "the indices of a definition are distinct letters": "정의의 첨자는 서로 다른 글자여야 합니다",
    "the claim has no {a}": "주장에 없는 이름: {a}",
    "its names are {a}": "주장에 나오는 이름: {a}",
    "write a point as  {a}": "점은 이렇게 씁니다: {a}",
    "division by zero": "0으로 나눕니다",
    "this goes with another relation": "다른 관계와 함께 쓰는 말입니다",
    "no such loss": "그런 손실은 없습니다",
    "a declaration looks like  y: label  or  t: simplex[n]": (
        "선언은 이렇게 씁니다:  y: label  또는  t: simplex[n]"
    ),
    "an assumption is about entries, such as sum(t[j], j) == 1": (
        "가정은 성분에 대해 씁니다. 예:  sum(t[j], j) == 1"
    ),
    "names are made of the letters A to Z, digits and _": (
        "이름에는 A부터 Z까지의 글자와 숫자, _만 씁니다"
    ),
    "for an entry write {a}[{b}]": "성분은 이렇게 씁니다:  {a}[{b}]",
    "declare what the definition is made of": "정의에 쓰인 것을 선언하십시오",
    "give {a} the index: {b}[{c}] = ...": "{a}에 첨자를 붙이십시오:  {b}[{c}] = ...",
    'say what it is:  --given "{a} = ..."': '무엇인지 쓰십시오:  --given "{a} = ..."',
    "{a} would have to be the same size": "다음은 크기가 같아야 합니다: {a}",
    "{a} has a {b} of its own, which is not that of the sum": (
        "{a}: 합의 첨자와는 다른 {b}가 따로 있습니다"
    ),
    "the facts and assumptions do not hold with this {a}": (
        "{a}: 사실과 가정이 이것으로는 성립하지 않습니다"
    ),
    "the last open bracket is {a}": "마지막으로 열린 괄호: {a}",
    # too large
    "longer than {a} characters ({b})": "{a}자보다 깁니다({b}자)",
    "nested deeper than {a} levels": "{a}겹보다 깊이 겹쳐 있습니다",
    "more than {a} nested brackets": "괄호가 {a}겹보다 깊이 겹쳐 있습니다",
    "more than {a} nested sums": "합이 {a}겹보다 깊이 겹쳐 있습니다",
    "more than {a} parts": "부분이 {a}개보다 많습니다",
    "more than {a} parts once definitions are put in": "정의를 넣으면 부분이 {a}개보다 많아집니다",
    "more than {a} indices": "첨자가 {a}개보다 많습니다",
    "more than {a} sizes": "크기가 {a}개보다 많습니다",
    "more than {a} cases of which indices are equal": (
        "첨자가 같은지에 따른 경우가 {a}개보다 많습니다"
    ),
    "exponent larger than {a}": "지수가 {a}보다 큽니다",
    "a number of more than {a} digits": "{a}자리가 넘는 수입니다",
    "a number of about {a} digits": "약 {a}자리 수입니다",
    "at most {a}": "많아야 {a}",
    "a size has at most 6 digits": "크기는 많아야 여섯 자리입니다",
    "a product of {a} by {b} terms": "항 {a}개와 {b}개의 곱입니다",
    "a power of {a}": "거듭제곱의 지수: {a}",
    "more than {a} of softmax and the like in each other": (
        "softmax와 같은 함수가 {a}겹 넘게 겹쳐 있습니다"
    ),
    "more than {a} parts once {b} is written out": "{b}: 풀어 쓰면 {a}개가 넘는 부분이 됩니다",
    "more than {a} formulas up to {b}: split the document there": (
        "{b}까지 식이 {a}개가 넘습니다. 거기서 문서를 나누십시오"
    ),
    # vectors
    "a number on one side, a vector or a matrix on the other": (
        "한쪽은 수이고 다른 쪽은 벡터나 행렬입니다"
    ),
    "more indices than axes": "첨자가 축보다 많습니다",
    "{a} axes on the left, {b} on the right": "왼쪽은 축이 {a}개, 오른쪽은 {b}개입니다",
    "a row and a column cannot be added": "행벡터와 열벡터는 더할 수 없습니다",
    "@ stands between vectors or matrices": "@는 벡터나 행렬 사이에 씁니다",
    "a sum over all entries of what is no vector": "벡터가 아닌 것의 성분을 모두 더하고 있습니다",
    "{a} of a vector, but at which index is not said": (
        "벡터의 {a}: 어느 첨자에서인지 쓰여 있지 않습니다"
    ),
    "the inverse of a function is outside of what is read": (
        "함수의 역은 읽을 수 있는 범위 밖입니다"
    ),
    "the inverse of a matrix is outside of what is read": "행렬의 역은 읽을 수 있는 범위 밖입니다",
    "declare the vector, as in  x: real[n]": "벡터를 선언하십시오. 예:  x: real[n]",
    "an entry is  {a}(f)[k]": "성분은 이렇게 씁니다:  {a}(f)[k]",
    "which of {a} is a vector?": "다음 가운데 어느 것이 벡터입니까? {a}",
    # LaTeX
    "unexpected behind the variable of a derivative": "미분하는 변수 뒤에 올 수 없습니다",
    "unexpected character U+{a} ({b})": "쓸 수 없는 글자: U+{a} ({b})",
    "this is no condition on an index": "첨자에 대한 조건이 아닙니다",
    "a condition where a formula is expected": "식이 와야 할 자리에 조건이 있습니다",
    "the index of a sum is a letter": "합의 첨자는 글자여야 합니다",
    "\\not is read before = and \\in only": "\\not은 =와 \\in 앞에서만 읽습니다",
    "\\{a} is not read here": "여기서는 읽지 않습니다: \\{a}",
    "a norm that is not read": "읽지 않는 노름입니다",
    "a vector written out in its entries is not read here": (
        "성분을 늘어놓은 벡터는 여기서 읽지 않습니다"
    ),
    "a sum over infinitely many terms is outside of what is read": (
        "항이 무한히 많은 합은 읽지 않습니다"
    ),
    "{a} is no function that is known here": "여기서 아는 함수가 아닙니다: {a}",
    "sigma is a number elsewhere: a product, or the sigmoid?": (
        "sigma는 다른 곳에서 수입니다. 곱입니까, 시그모이드입니까?"
    ),
    "a derivative, but by what is not said": "무엇으로 미분하는지 적혀 있지 않습니다",
    "a derivative by what is no variable here": "여기서 변수가 아닌 것으로 미분하고 있습니다",
    "a prime behind what is no function": "함수가 아닌 것 뒤에 프라임이 있습니다",
    "a sum, but over which index is not said": "어느 첨자에 대한 합인지 적혀 있지 않습니다",
    "D with an index, but by what array is not said": (
        "D에 첨자가 있지만 어느 배열로 미분하는지 적혀 있지 않습니다"
    ),
    "an expectation over what is no named distribution": (
        "이름 있는 분포가 아닌 것에 대한 기댓값입니다"
    ),
    "a trace of what is no matrix, as far as the document says": (
        "문서에 따르면 행렬이 아닌 것의 대각합입니다"
    ),
    "write softmax(z)_i or {a}, or define sigma first": (
        "softmax(z)_i 또는 {a}: 이렇게 쓰거나 sigma를 먼저 정의하십시오"
    ),
    "write softmax(z), or say once what sigma is": (
        "softmax(z)로 쓰거나 sigma가 무엇인지 한 번 밝히십시오"
    ),
    "write 1/… or artanh": "1/…이나 artanh로 쓰십시오",
    "put brackets": "괄호를 넣으십시오",
    "cannot read the relation {a}": "읽을 수 없는 관계: {a}",
    "an accent stands on one name": "글자 위 기호는 이름 하나에만 붙습니다",
    "stacked lines belong under a sum": "여러 줄로 쌓은 첨자는 합 아래에 씁니다",
    "expected one bar": "세로줄 하나가 와야 합니다",
    "expected a condition such as i = j": "i = j와 같은 조건이 와야 합니다",
    "nothing to differentiate": "미분할 것이 없습니다",
    "an inner product has two arguments": "내적의 인수는 둘입니다",
    "∂ outside of a derivative": "도함수 밖에 ∂가 있습니다",
    "∂ below the bar, but not above it": "∂가 분모에만 있고 분자에는 없습니다",
    "∇ needs what it differentiates": "∇에는 미분할 것이 있어야 합니다",
    "∇ takes no such superscript": "∇에는 이런 위첨자를 쓰지 않습니다",
    "cannot read this derivative": "이 도함수를 읽을 수 없습니다",
    "a derivative of order {a} by {b} variables": "변수 {b}개에 대한 {a}계 도함수입니다",
    "{a} ends nothing": "여는 짝이 없음: {a}",
    "\\{a} grows without bound": "끝없이 늘어나는 매크로: \\{a}",
    "\\{a} needs a bracket behind it": "뒤에 괄호가 와야 합니다: \\{a}",
    "\\arg needs \\max or \\min behind it": "\\arg 뒤에는 \\max나 \\min이 와야 합니다",
    "\\{a} needs an argument": "인수가 있어야 합니다: \\{a}",
    "\\{a} takes no such subscript or superscript": "이런 아래첨자나 위첨자는 쓰지 않습니다: \\{a}",
    "this mark hangs on no name": "이 표시가 붙을 이름이 없습니다",
    "a prime hangs on no name": "프라임이 붙을 이름이 없습니다",
    "one prime at a time": "프라임은 한 번에 하나씩 씁니다",
    "expected one exponent": "지수 하나가 와야 합니다",
    "{a} needs one more argument": "인수가 하나 더 있어야 합니다: {a}",
    "'{a}' needs an operand behind it": "뒤에 항이 와야 합니다: '{a}'",
    "a limit needs what goes where: {a}": "극한에는 무엇이 어디로 가는지 적어야 합니다: {a}",
    "the same index twice": "같은 첨자가 두 번 나옵니다",
    "an expectation takes no superscript": "기댓값에는 위첨자를 쓰지 않습니다",
    "cannot sum over this": "이것에 대해서는 더할 수 없습니다",
    "cannot read what the sum ranges over": "합의 범위를 읽을 수 없습니다",
    "cases without a case": "경우가 하나도 없습니다",
    "a case without a value": "값이 없는 경우입니다",
    "only the last case may go without a condition": (
        "조건이 없는 경우는 마지막에만 올 수 있습니다"
    ),
    "an inverse function or a quotient?": "역함수입니까, 몫입니까?",
    "sigma of one entry: the sigmoid of it, or that entry of the softmax?": (
        "성분 하나의 sigma: 그 성분의 시그모이드입니까, 소프트맥스의 그 성분입니까?"
    ),
    "sigma of a vector: softmax, or the sigmoid of every entry?": (
        "벡터의 sigma: 소프트맥스입니까, 성분마다의 시그모이드입니까?"
    ),
    "a divergence of what are no named distributions": "이름 있는 분포가 아닌 것들의 발산입니다",
    "Kronecker's delta, or an entry of an array?": "크로네커 델타입니까, 배열의 성분입니까?",
    "{a} readings are possible: {b}": "{a}가지로 읽을 수 있습니다: {b}",
    "give one equality at a time, or check the text as a document": (
        "등식을 하나씩 주거나, 글 전체를 문서로 검사하십시오"
    ),
    "it was defined for ({a})": "다음 인수에 대해 정의되었습니다: ({a})",
    "say what {a} is, before or here": "{a}: 무엇인지 앞이나 여기에 쓰십시오",
    # why a claim stays undecided
    "a root of a negative number": "음수의 제곱근",
    "a division by an indicator": "지시 함수로 나눔",
    "a division by a logarithm inside a sum": "합 안에서 로그로 나눔",
    "nested sums whose indices cannot be told apart": "겹친 합의 첨자를 구별할 수 없습니다",
    "a pole of an order above {a} in 1/{b}": "1/{b}에 대한 극의 차수가 {a}보다 큽니다",
    "both sides vanish up to order {a}": "양변이 {a}차까지 모두 0입니다",
    "proportional over which index? write  A prop B over k": (
        "어느 첨자에 대한 비례입니까? 이렇게 쓰십시오: A prop B over k"
    ),
    "a limit in what? write  A ~ B as T -> inf": (
        "무엇에 대한 극한입니까? 이렇게 쓰십시오: A ~ B as T -> inf"
    ),
    "no expansion at infinity": "무한대에서 전개되지 않습니다",
    "differentiation by {a} after what {b} depends on": (
        "미분하는 변수 {a}: 다음이 의존하는 것 뒤에 있습니다: {b}"
    ),
    "the sides differ modulo a prime, but no exact counterexample was found": (
        "소수를 법으로 하면 양변이 다르지만 정확한 반례는 찾지 못했습니다"
    ),
    "the sides may differ where something divides by 0": (
        "0으로 나누는 곳에서 양변이 다를 수 있습니다"
    ),
    "the difference could not be brought to zero": "두 변의 차가 0이 되지 않았습니다",
    "{a}; one side has no value at {b}": "{a}; 한쪽은 다음 점에서 값이 없습니다: {b}",
    "more than {a} steps": "{a}단계를 넘음",
    "more than {a} s": "{a}초를 넘음",
    "nested too deeply": "너무 깊이 겹침",
    "{a} is too large to be looked at point by point": "점마다 살펴보기에는 너무 큽니다: {a}",
    "a root of a number whose sign is not known": "부호를 모르는 수의 제곱근",
    "a condition on numbers whose order is not known": "대소를 모르는 수들에 대한 조건",
    "too many numbers whose order is not known": "대소를 모르는 수가 너무 많음",
    "the sides agree but perhaps where {a}: a slope there is not known": (
        "다음 점 밖에서는 양변이 같습니다: {a}; 그 점에서의 기울기는 알 수 없습니다"
    ),
    "a condition on numbers is outside of what can be decided": (
        "수에 대한 조건은 결정할 수 있는 범위 밖입니다"
    ),
    "the condition {a} is outside of what can be decided": (
        "결정할 수 있는 범위 밖의 조건입니다: {a}"
    ),
    "{a} of this is outside of what can be decided": (
        "이것에 적용한 함수는 결정할 수 있는 범위 밖입니다: {a}"
    ),
    "a condition that moves with what is differentiated": "미분하는 변수와 함께 움직이는 조건",
    "a condition that is no relation": "관계식이 아닌 조건",
    "differentiation by something that is no entry": "성분이 아닌 것으로 미분함",
    "an assumption that is not linear in anything": "어느 것에 대해서도 일차가 아닌 가정",
    "an index that is no index": "첨자가 아닌 첨자",
    "an index used as a number": "첨자를 수로 쓰고 있습니다",
    "a label used as a number": "레이블을 수로 쓰고 있습니다",
}

# Looked through after all others, since they fit much.
GENERAL: Mapping[str, str] = {
    "expected {a}": "다음이 와야 합니다: {a}",
    "{a} needs {b}": "{a}: 다음이 있어야 합니다: {b}",
    "{a} are not read": "읽지 않는 표기: {a}",
    "{word} is {b}": "{word}: 다음으로 읽습니다: {b}",
}
