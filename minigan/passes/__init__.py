"""The same forward and backward, arranged for speed: passes in memory that is kept and lent.

Read `minigan.layers` and `minigan.networks` first: the passes here compute the same numbers
(tests hold the two equal), on small networks several times faster, by changes that leave the
formulas alone:

1. Arrays are stored feature by feature, (features, batch), so that the pieces of
   a maxout layer, and the rows of ones below, are contiguous in memory.
2. The bias is a row of the weight matrix, met by a row of ones in the activations:
   x W + b = [W; b]^T [x; 1] is one product, and so are dW and db together.
3. Every array is allocated once, and written to again: memory is lent with the cache of a
   forward pass, and comes back when the cache is dropped.
4. Batches that are given together, as D's real and generated examples, are one batch side by
   side where no layer mixes them. Random numbers are drawn batch by batch, as each on its own
   would draw them.
"""
