"""`python -m bot measure`: how well an outside log's own labels can be learnt, by cross-validation."""
