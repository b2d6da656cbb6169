"""吹哨报到: a town calls, bureaus report in, and the work is planned, done and scored."""
