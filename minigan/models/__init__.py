"""The other generative models of the tutorial's taxonomy (Figure 9), one idea a file."""
