"""Syncs: read two sides, match, plan, apply, report."""
