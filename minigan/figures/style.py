"""One look for all pictures: a colour has one meaning everywhere, lines are seen from afar.

The colours are safe for the colour-blind (Okabe and Ito), and have a contrast of 3:1 or more on
white. D* is drawn thick, under D.
"""

from typing import Any

P_DATA: dict[str, Any] = {"color": "black", "ls": ":", "lw": 2.6, "label": "$p_{data}$"}
P_G: dict[str, Any] = {"color": "#009E73", "lw": 2.6, "label": "$p_g$ (exact)"}
D: dict[str, Any] = {"color": "#0072B2", "ls": "--", "lw": 2.2, "label": "$D$"}
D_STAR: dict[str, Any] = {"color": "#D55E00", "lw": 5.0, "alpha": 0.75, "label": "$D^*$"}
BEFORE: dict[str, Any] = {"lw": 1.8, "alpha": 0.45, "label": "_before"}  # a curve that has moved
