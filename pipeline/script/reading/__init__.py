"""One file a format: what somebody wrote becomes a `Document`, its source text and its blocks."""
