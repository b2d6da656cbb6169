"""附议: wishes like hers, shown before she sends her own, and "me too" in one tap."""
