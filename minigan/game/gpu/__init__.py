"""The same game on a GPU, which is not waited for.

Read `minigan.game.game` first: what is computed here is the same, by the same turns and the same
forward and backward. On a GPU three things are different:

1. Looking at a number makes the host wait. So figures and gradient norms are written into a
   ledger on the GPU (`ledger`), and fetched for many steps at once, when a record is read.
2. Without looking, a game cannot stop at a NaN. So the GPU itself does: once a figure or a gradient
   is not finite, no parameter moves any more (`updates`), and the error is raised, with the number
   of its step, the next time the ledger is read.
3. Starting a kernel costs as much time as a small network's product. So a turn is recorded once
   and replayed as one CUDA graph (`graphs`), as long as what it depends on stays as it is
   (`facts`).

What changes from step to step (minibatches, rates) is drawn or sent outside the graph (`feeds`,
`updates`), most of it for many steps at once. Layers draw within it, and so does who goes through
a data set epoch by epoch.
"""
