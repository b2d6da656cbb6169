"""Speed and memory, measured: each figure stands beside a floor that was measured in the same run."""
