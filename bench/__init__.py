"""How fast Bellboard is, each figure beside what the bare libraries do in the same run; `python -m bench` runs all."""
