"""The same mathematics again, arranged for speed.

Read `minigan.layers` and `minigan.training.steps` first: the functions here
compute the same numbers (tests hold the two equal), on small networks several
times faster, by four changes that leave the formulas alone:

1. Arrays are stored feature by feature, (features, batch), so that the pieces of
   a maxout layer, and the rows of ones below, are contiguous in memory.
2. The bias is a row of the weight matrix, met by a row of ones in the activations:
   x W + b = [W; b]^T [x; 1] is one product, and so are dW and db together.
3. Every array is allocated once, and written to again at each step; a backward pass
   overwrites what the forward pass left and nobody needs any more.
4. D sees real and fake examples as one batch; the gradients that nobody asks for
   (of D's parameters in G's step, of the data and the noise) are not computed.

With dropout or noise in D, change 4 also changes the order in which masks and noise
are drawn: the game is then another draw from the same distribution.
"""
