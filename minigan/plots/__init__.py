"""One function for each figure of the papers: it takes results, draws, and trains nothing."""
