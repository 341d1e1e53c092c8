"""PPGN (the tutorial's Figures 33 and 34): a chain with three terms, and a decoder with a GAN.

In the plane the chain's error is known, for the score is. On 8 x 8 digits each cost of the decoder
and each term of the chain is switched off, beside controls that fool single scores.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from minigan.base.randomness import Streams
from minigan.distributions import Examples
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import D_STAR, P_DATA, P_G, D, Picture, name_curves, new_picture
from minigan.layers import Tanh
from minigan.networks import Sequential
from minigan.variants import langevin, ppgn
from minigan.variants import ppgn_scores as scores
from minigan.variants.few_labels import digits
from minigan.variants.langevin_ring import on_ring

LOOKS: dict[str, dict[str, dict]] = {
    "jsd": {"exact": D_STAR, "denoiser": P_G, "MALA": D},
    "std": {"law": D_STAR, "std": P_G | {"ls": "", "marker": "o", "ms": 9}},
}
STEPS = {"plane": 3000, "nets": 3000, "decoder": 3000, "codes": 4000, "C": 2000, "fresh": 1500}
IN_PLANE, MOVES_OF = 5000, {0.1: 399, 0.2: 99, 0.3: 44, 0.4: 24}  # chains; their moves by e3
DECODERS = {"squared error": (0, 0, 0), "+ features, code": (1, 1, 0), "+ GAN": (1, 1, 1)}
LABELS = {
    "class": np.arange(10),
    "parity": np.arange(10) % 2,
    "loop": np.isin(np.arange(10), (0, 6, 8, 9)).astype(int),
}
ON = langevin.langevin_rates(0.15, ppgn.S0, w=5.0)
CHAINS = {  # label that is asked for, G, rates
    "start: N(0, I)": ("class", "+ GAN", langevin.Rates(0.0, 0.0, 0.0)),
    "all three terms": ("class", "+ GAN", ON),
    "prior off": ("class", "+ GAN", ON._replace(prior=0.0)),
    "condition off": ("class", "+ GAN", ON._replace(condition=0.0)),
    "noise off": ("class", "+ GAN", ON._replace(noise=0.0)),
    "G without GAN": ("class", "squared error", ON),
    "parity": ("parity", "+ GAN", ON),
    "loop: no, yes": ("loop", "+ GAN", ON),
}
TRAIN, TEST = 1199, 1498  # digits to learn from; the first to test
REAL, PLAIN = "real digits", "squared error"
SAMPLES, MOVES, STARTS, TWINS = 600, 200, 20, 5  # twins: chains from one start
DRAWN = (REAL, *DECODERS, *list(CHAINS)[:5], "loop: no, yes")
OF_DECODERS = ("detail", "fd", "told apart", "mse", "var + mse", "code")
OF_CHAINS = ("C", "judge", "3-NN", "precision", "coverage", "variance", "twins", "rms", "classes")
NOTE = """\
Relative to real digits: detail, fd (Frechet distance of pixels), mse, var, variance in a class.
Sharpened and white noise are controls: they have the detail, and fd or a fresh net ("told apart")
sees them. Precision rewards blur, and a judge that is a net is no independent one: 3-NN are
held-out images. Twins are chains from one start, their variance relative to that of the data. C is
the classifier that was plugged in, rms that of the code, classes how many are made (e^entropy);
parity and "loop: no, yes" (a 0, 6, 8 or 9 has one) are other conditions for the same decoder.
var + mse is 1 for the best decoder by squared error; code is what E reads of the images, wrong."""
ASKED = {  # least and most
    "plane.error": (None, 0.2),
    "plane.above.exact": (None, 0.006),
    "plane.above.denoiser": (None, 0.006),
    "plane.std off": (None, 0.03),
    "decoders.squared error.detail": (None, 0.72),
    "decoders.+ GAN.detail": (0.80, None),
    "decoders.+ GAN.gained": (0.15, None),
    "decoders.+ GAN.fd ratio": (None, 0.80),
    "decoders.+ GAN.mse ratio": (1.02, 1.30),
    "decoders.squared error.var + mse": (0.90, 1.03),
    "decoders.+ GAN.var + mse": (1.08, None),
    "decoders.sharpened.detail": (0.85, None),
    "decoders.sharpened.fd ratio": (0.9, None),
    "chains.all three terms.3-NN": (0.90, None),
    "chains.all three terms.precision": (0.60, None),
    "chains.all three terms.coverage": (0.45, None),
    "chains.prior off.precision": (None, 0.15),
    "chains.prior off.rms": (1.8, None),
    "chains.condition off.3-NN": (None, 0.2),
    "chains.noise off.twins": (None, 1e-12),
    "chains.noise off.variance": (None, 0.45),
    **{f"chains.{name}.3-NN": (0.88, None) for name in ("parity", "loop: no, yes")},
    **{f"chains.{name}.classes": (4.5, None) for name in ("parity", "loop: no, yes")},
}


@dataclass(eq=False)
class Ppgn(Figure):
    """The chain in the plane and in the codes of digits, and the decoder of the codes.

    After ``play``, ``plane``, ``decoders`` and ``chains`` have scores, and ``shown`` digits by row.
    """

    name = "ppgn"
    asked: ClassVar = {name: low or high for name, (low, high) in ASKED.items()}

    def run(self, progress: Progress) -> None:
        """Play in the plane, train the nets, then decoders and chains, one after another."""
        self.plane: dict[str, Any] = {}
        self.decoders: dict[str, dict[str, float]] = {}
        self.chains: dict[str, dict[str, float]] = {}
        self.shown: dict[str, np.ndarray] = {}
        jobs = [self._walk_in_the_plane, self._train_nets]
        jobs += [partial(self._decode, name) for name in DECODERS]
        jobs += [partial(self._walk, name) for name in CHAINS]
        with self.until_interrupted():
            for job in progress(jobs, len(jobs)):
                job()

    def _seed(self, part: int) -> np.random.SeedSequence:
        return np.random.SeedSequence([self.seed, part])

    def _walk_in_the_plane(self) -> None:
        self.plane = on_ring(IN_PLANE, MOVES_OF, STEPS["plane"], self._seed(0))

    def _train_nets(self) -> None:
        """The encoder, the judge, the denoiser of codes, and a C for each kind of label."""
        (images, labels), net = digits(), ppgn.classifier
        X, y, self.test = images[:TRAIN], labels[:TRAIN], images[TEST:]
        self.X, self.E = X, ppgn.encoder(X, y, STEPS["nets"], self._seed(1))
        judge = net(X, y, (96, 32), STEPS["nets"], self._seed(2), Tanh, 0.05)
        held = images[TRAIN:], labels[TRAIN:], judge
        self.held = {name: scores.HeldOut(*held, of) for name, of in LABELS.items()}
        codes, widths = Examples(self.E(X)), (ppgn.CODE, 128, 128, ppgn.CODE)
        F = langevin.denoiser(codes, ppgn.S0, widths, 2e-3, 128, STEPS["codes"], self._seed(3))
        self.F, self.C = F.copy(dtype="float64"), {}
        self.G: dict[str, Sequential] = {}
        for name, of in LABELS.items():
            C = net(X, of[y], (64,), STEPS["C"], self._seed(4))
            self.C[name] = C.copy(dtype="float64")
        two = [np.flatnonzero(labels[TEST:] == c)[:2] for c in range(10)]
        self.shown[REAL] = self.test[np.concatenate(two)]
        self.chains[REAL] = self.held["class"].score(X[:SAMPLES], y[:SAMPLES])

    def _decode(self, name: str) -> None:
        """Train a decoder, and score its images of the codes of test images; then the controls."""
        real, weights = (self.X, self.test), ppgn.Weights(*DECODERS[name])
        G = ppgn.decoder(self.E, self.X, weights, STEPS["decoder"], self._seed(5))
        self.G[name], self.shown[name] = G.copy(dtype="float64"), G(self.E(self.shown[REAL]))
        rng, made = Streams(self.seed)["controls"], [{name: G(self.E(X))} for X in real]
        for images, X in zip(made, real, strict=True) if name == PLAIN else ():
            images |= scores.controls(images[name], X, rng)
        for row, train in made[0].items():
            test = made[1][row]
            found = scores.reconstruction(test, self.test)
            found["code"] = float(((self.E(test) - self.E(self.test)) ** 2).mean())
            pairs = (self.X, train), (self.test, test)
            found["told apart"] = scores.told_apart(*pairs, STEPS["fresh"], self._seed(6))
            plain = self.decoders.get(PLAIN, found)
            found["gained"] = found["detail"] - plain["detail"]
            found |= {f"{each} ratio": found[each] / plain[each] for each in ("fd", "mse")}
            self.decoders[row] = found

    def _walk(self, name: str) -> None:
        """Chains that are asked for a label, each from a start of its own; then twins."""
        label, decoder, rates = CHAINS[name]
        C, G, rng = self.C[label], self.G[decoder], Streams(self.seed)["codes"]
        asked = np.arange(SAMPLES) % (LABELS[label].max() + 1)
        which = np.append(np.arange(SAMPLES), np.repeat(np.arange(STARTS), TWINS))
        h, t = rng.standard_normal((SAMPLES, ppgn.CODE))[which], np.eye(C.n_out)[asked[which]]
        h = langevin.walk(h, MOVES, rates, rng, self.F, lambda h: ppgn.log_p(C, G, h, t)[1])
        x, log_p = G(h), ppgn.log_p(C, G, h, t)[0][:SAMPLES]
        twins = x[SAMPLES:].reshape(STARTS, TWINS, -1).var(axis=1).sum(axis=1).mean()
        x = x[:SAMPLES].astype(self.X.dtype)
        found = {"C": float(np.exp(log_p).mean())} | self.held[label].score(x, asked)
        found |= {"twins": float(twins / scores.spread(self.X)), "rms": float((h**2).mean() ** 0.5)}
        self.chains[name] = found
        self.shown[name] = x[np.argsort(asked[:20], kind="stable")]

    def numbers(self) -> dict:
        """Scores by row: ``plane``, ``decoders`` (relative to the real images) and ``chains``."""
        return {"plane": self.plane, "decoders": self.decoders, "chains": self.chains}

    def text(self) -> str:
        """The chain in the plane, the decoders, the chain on digits; then what is asked."""
        lines = [f"PPGN, seed {self.seed}; chains in the plane, JSD in nats by step e3"]
        if self.plane:
            rows: list[tuple] = [("e3", "exact score", "denoiser", "MALA", "accepted")]
            rows += [(e3, *row.values()) for e3, row in self.plane["jsd"].items()]
            rows += [("floor", self.plane["floor"]), ()]
            rows += [("noise times", "std in a mode", "exact law", "JSD")]
            rows += [(factor, *row.values()) for factor, row in self.plane["std"].items()]
            lines.append(table(rows, "16", *[">14.4f"] * 4))
        for first, found, columns in (
            ("decoder", self.decoders, OF_DECODERS),
            ("chain", self.chains, OF_CHAINS),
        ):
            rows = [(first, *columns)]
            rows += [(name, *map(row.get, columns)) for name, row in found.items()]
            widths = [f">{max(8, len(one) + 2)}.{2 if one == 'twins' else 3}g" for one in columns]
            lines.append(table(rows, "16", *widths))
        rows, report = [("asked", "least", "most", "found")], self.numbers()
        for name, (low, high) in ASKED.items():
            part, row, *last = name.split(".")
            value = report[part].get(row)
            value = value.get(last[0]) if last and value else value
            ends = (-np.inf if low is None else low), (np.inf if high is None else high)
            met = value is None or ends[0] <= value <= ends[1]
            rows.append((name, low, high, value, "" if met else "  MISSED"))
        return "\n\n".join([*lines, NOTE, table(rows, "40", ">8.3g", ">8.3g", ">12.3g", "")])

    def _draw(self) -> Picture:
        """Rows of digits, two for each class; JSD by step, and std by noise, in the plane."""
        picture = new_picture(10.0)
        above, below = picture.subfigures(2, 1, height_ratios=[1.9, 1])  # type: ignore
        axes, (left, right) = above.subplots(len(DRAWN), 1), below.subplots(1, 2)
        for ax, name in zip(axes, DRAWN, strict=True):
            ax.set(xticks=[], yticks=[], frame_on=False)
            ax.set_ylabel(name, rotation=0, ha="right", va="center")
            if name in self.shown:
                images = np.pad(self.shown[name].reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
                strip = images.transpose(1, 0, 2).reshape(10, -1)
                ax.imshow(strip, cmap="gray_r", vmin=0, vmax=1)
        if "+ GAN" in self.decoders:
            before, after = (self.decoders[name]["detail"] for name in (PLAIN, "+ GAN"))
            said = "images of codes: {:.0%} of the detail without the GAN's cost, {:.0%} with it"
            axes[0].set_title(said.format(before, after))
        if "prior off" in self.chains:
            near = [self.chains[name]["precision"] for name in ("all three terms", "prior off")]
            said = "the chain: {:.0%} of samples near held-out digits, without the prior {:.0%}"
            axes[len(DECODERS) + 1].set_title(said.format(*near))
        if self.plane:
            for ax, of in ((left, "jsd"), (right, "std")):
                at = [float(e3) for e3 in self.plane[of]]
                for name, look in LOOKS[of].items():
                    values = [row[name] for row in self.plane[of].values()]
                    ax.plot(at, values, **look | {"label": name})
            left.axhline(self.plane["floor"], **P_DATA | {"label": "floor"})
        left.set(title="in the plane: a long step costs more\nthan a score that was learned")
        left.set(xlabel="step $e_3$", ylabel="JSD, nats", ylim=(0, None))
        right.set(
            title="too little noise: each mode shrinks,\nas the linear chain's exact law says"
        )
        right.set(xlabel="noise, times $e_3$", ylabel="std within a mode", ylim=(0, None))
        for ax in (left, right):
            name_curves(ax)
        return picture
