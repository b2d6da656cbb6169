"""共性问题: many wishes, one matter."""
