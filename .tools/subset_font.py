"""Cut STIX Two Math down to what a report needs: reports/fonts/STIXTwoMath.subset.woff2.

    pip install 'fonttools[woff]==4.68.0' brotli==1.2.1 ziamath==0.13
    python .tools/subset_font.py SITE_PACKAGES/ziamath/fonts/STIXTwoMath-Regular.ttf

The MATH table is kept, and with it every stretched or assembled delimiter that its
characters lead to. The same font file and the same fontTools and Brotli give the same bytes.
"""

import hashlib
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

OUTPUT = Path(__file__).parents[1] / "reports" / "fonts" / "STIXTwoMath.subset.woff2"

CHARACTERS = (
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x00A0),  # no-break space
    (0x00AC, 0x00B1),  # not, macron, degree, plus-minus
    (0x00B4, 0x00B7),  # acute, micro, pilcrow, middle dot
    (0x00D7, 0x00D7),  # times
    (0x00F7, 0x00F7),  # divided by
    (0x0131, 0x0131),  # dotless i
    (0x0237, 0x0237),  # dotless j
    (0x02C6, 0x02DD),  # spacing accents: hat, bar, tilde, dot
    (0x0300, 0x030C),  # combining accents
    (0x0338, 0x0338),  # the negating slash
    (0x0391, 0x03C9),  # Greek
    (0x03D1, 0x03D6),  # Greek variants: theta, phi, pi
    (0x03F0, 0x03F6),  # Greek variants: kappa, rho, epsilon
    (0x2010, 0x2016),  # dashes, norm
    (0x2018, 0x2026),  # quotes, daggers, dots
    (0x2032, 0x2037),  # primes
    (0x2044, 0x2044),  # fraction slash
    (0x2057, 0x2057),  # fourfold prime
    (0x2061, 0x2064),  # invisible operators
    (0x20D6, 0x20D7),  # combining arrows
    (0x2102, 0x2102),  # C double-struck
    (0x210B, 0x2115),  # H, I, L script, H, N double-struck, h-bar, ell
    (0x2118, 0x211D),  # P, R script, P, Q, R double-struck
    (0x2124, 0x2124),  # Z double-struck
    (0x212C, 0x2133),  # B, E, F, M script
    (0x2135, 0x2135),  # aleph
    (0x2190, 0x2199),  # arrows
    (0x21A6, 0x21A6),  # maps to
    (0x21D0, 0x21D5),  # double arrows
    (0x2200, 0x222B),  # quantifiers, sets, partial, nabla, sum, product, root, infinity, integral
    (0x2234, 0x2235),  # therefore, because
    (0x223C, 0x223D),  # similar
    (0x2243, 0x224D),  # approximately
    (0x2250, 0x226F),  # defined as, identical, order
    (0x227A, 0x228B),  # precedes, subset
    (0x2293, 0x22A5),  # circled operators, turnstiles
    (0x22A8, 0x22A8),  # models
    (0x22C0, 0x22C6),  # large and, or, cap, cup; diamond, dot, star
    (0x22EE, 0x22F1),  # dots
    (0x2308, 0x230B),  # ceiling and floor
    (0x239B, 0x23B3),  # pieces of tall delimiters
    (0x23B4, 0x23B5),  # brackets over and under
    (0x23DC, 0x23E1),  # parentheses and braces over and under
    (0x25A0, 0x25A1),  # squares: the end of a proof
    (0x27E6, 0x27EB),  # double and angle brackets
    (0x27F5, 0x27FC),  # long arrows
    (0x2A00, 0x2A02),  # large circled operators
    (0x2A7D, 0x2A7E),  # slanted at most, at least
    (0x1D400, 0x1D433),  # Latin bold
    (0x1D434, 0x1D467),  # Latin italic
    (0x1D468, 0x1D49B),  # Latin bold italic
    (0x1D49C, 0x1D4B5),  # Latin script, capitals
    (0x1D538, 0x1D551),  # Latin double-struck, capitals
    (0x1D6A4, 0x1D6A5),  # italic dotless i and j
    (0x1D6E2, 0x1D71B),  # Greek italic
    (0x1D71C, 0x1D755),  # Greek bold italic
    (0x1D7CE, 0x1D7D7),  # digits bold
    (0x1D7D8, 0x1D7D9),  # zero and one double-struck
)
FEATURES = ("ssty", "dtls", "flac")  # script sizes, dotless letters, flat accents


def subset(source: Path) -> TTFont:
    """The font of `source` with only CHARACTERS, FEATURES and the MATH table."""
    options = Options(
        hinting=False,
        layout_features=FEATURES,
        drop_tables=["DSIG", "GPOS", "gasp"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],  # 0, 13 and 14 carry the copyright and the licence
        notdef_outline=True,
    )
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={c for first, last in CHARACTERS for c in range(first, last + 1)})
    subsetter.subset(font)
    # Chromium hangs the subscripts of p_k and f_k too low otherwise.
    font["MATH"].table.MathConstants.SubscriptBaselineDropMin.Value = 0
    font.flavor = "woff2"
    return font


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} STIXTwoMath-Regular.ttf")
    font = subset(Path(sys.argv[1]))
    font.save(OUTPUT)
    data = OUTPUT.read_bytes()
    glyphs, digest = len(font.getGlyphOrder()), hashlib.sha256(data).hexdigest()
    print(f"{OUTPUT.name}: {glyphs} glyphs, {len(data)} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
