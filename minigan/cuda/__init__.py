"""The same mathematics again, arranged for a GPU.

Read `minigan.layers` and `minigan.training.steps` first, then `minigan.fast`: what is
computed here is the same, and arranged in the same way (arrays feature by feature, the bias
in the product, real and fake examples as one batch). On a GPU three things are different:

1. Starting a kernel costs as much time as a small network's product. So elementwise work
   is done by a few kernels of our own (`kernels`), and a player's whole turn is recorded
   once and replayed as one CUDA graph (`capture`).
2. Looking at a number makes the computer wait for the GPU. So nobody looks: costs,
   accuracies and gradient norms are written into a ledger on the GPU (`ledger`), and
   fetched for many steps at once, when somebody reads a record.
3. Without looking nobody can stop at a NaN. So the GPU itself does: once a cost or a
   gradient is not finite, no parameter moves any more, and the error is raised, with the
   number of its step, the next time the ledger is read.

What changes from step to step (minibatches, learning rates, dropout's random numbers) is
drawn or sent for many steps at once, into memory that keeps its place (`feeds`, `updates`).
"""
