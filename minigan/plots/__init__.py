"""Pictures of image runs: sheets, neighbours, curves. They take results, and train nothing."""
