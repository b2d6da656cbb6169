"""回访: the queue of the follow-up officers, the page from which they call, and the rules of drawing whom to ask."""
